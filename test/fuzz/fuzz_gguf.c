/* fuzz_gguf.c - a broken model file is one clear error or a model that can be used. */
#include "base/utf8.h"
#include "local/local.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void use(const LocalModel *model)
{
    SCOPED_ARENA(a);
    Err err = {0};
    LocalSession *session = NULL;
    TokenVec tokens;
    LocalInfo info = local_info(model);
    if (local_tokenize(model, (LocalPrompt){STR("ab <user><s>\xE4\xBD"), true}, true, &a, &tokens,
                       &err) == OK)
        for (size_t i = 0; i < tokens.len; i++)
            require(tokens.items[i] >= 0 && (uint32_t)tokens.items[i] < info.vocabulary);
    if (local_session(model, &session, &err) != OK)
        return;
    const LocalSampling how = {.max_tokens = 4, .temperature = 0.5, .top_p = 0.9};
    LocalText text;
    if (local_generate(session, local_plain(STR("abcd a")), &how, &a, &text, &err) == OK) {
        require(utf8_check(text.text) == text.text.len && text.completion_tokens <= 4);
        LocalScore score;
        if (local_score(session, local_plain(STR("abcd a")), text.text, &score, &err) == OK)
            require(score.logprob <= 0 && score.scored_tokens >= 0);
    } else {
        require(err.code != OK && err.msg[0]);
    }
    local_session_free(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Err err = {0};
    LocalModel *model = NULL;
    Str bytes = {(const char *)data, size};
    if (local_load_bytes(bytes, "fuzz", &model, &err) != OK) {
        require(!model && err.code != OK && strstr(err.msg, "\"fuzz\": "));
        return 0;
    }
    use(model);
    local_free(model);
    return 0;
}
