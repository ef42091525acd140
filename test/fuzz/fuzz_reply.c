/* fuzz_reply.c - any bytes as a reply: a state is set, the key never shows, numbers are sane.
 *
 * The first byte picks dialect, status, kind of request and content type; the rest is the body. */
#include "model/model.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char key[] = "sk-zz9";

static void must(bool condition)
{
    if (!condition)
        abort();
}

static void check(const Model *model, const ModelReply *r)
{
    must(r->state == REPLY_OK || r->state == REPLY_RETRY || r->state == REPLY_FAILED);
    must(r->state == REPLY_OK || r->error.len > 0);
    must(str_find(r->error, str_from(key)) < 0);
    must(str_find(r->finish_raw, str_from(key)) < 0);
    must(str_find_char(r->error, '\n') < 0);
    must(r->retry_after <= 120 && !isnan(r->retry_after));
    must(!isnan(r->logprob) && r->prompt_tokens >= -1 && r->completion_tokens >= -1);
    must(!r->fatal || r->state == REPLY_FAILED);
    must(!r->rate_limited || r->state == REPLY_RETRY);
    (void)model;
}

static Model open_model(Arena *arena, bool letters, bool anthropic)
{
    ModelSpec spec;
    Model model;
    if (model_spec_parse(arena, STR("http://h/v1#m"), &spec, NULL) != OK)
        abort();
    if (anthropic)
        spec.provider = STR("anthropic");
    if (letters)
        json_set(arena, &spec.settings, STR("score"), json_str(STR("top_logprobs")));
    if (model_open(arena, &spec, &model, NULL) != OK)
        abort();
    model.key = key;
    return model;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 200, 200, 400, 401, 429, 500, 503};
    static const char *const headers[] = {"", "Content-Type: text/event-stream\r\n"};
    static const Str choices[] = {{"A", 1}, {"B", 1}};
    if (!size)
        return 0;
    SCOPED_ARENA(arena);
    unsigned pick = data[0];
    bool anthropic = pick & 128;
    Model model = open_model(&arena, pick & 32, anthropic);
    ModelRequest request = {.kind = pick & 16 && !anthropic ? REQUEST_SCORE : REQUEST_GENERATE,
                            .prompt = STR("Q: \xE4\xBD\xA0?"),
                            .continuation = STR(" A"),
                            .choices = choices,
                            .n_choices = 2};
    HttpReply http = {.status = statuses[pick & 7],
                      .headers = str_from(headers[pick >> 3 & 1]),
                      .body = {(const char *)data + 1, size - 1}};
    if (pick & 64) /* the bytes as headers instead */
        http.headers = http.body;
    ModelReply reply = {.state = (ReplyState)77};
    model.provider->parse(&model, &request, &http, &arena, &reply);
    check(&model, &reply);
    return 0;
}
