/* test_local.c - broken files, limits, stop strings, and results that do not depend on the
 * cache or the processor. */
#include "local/local.h"

#include "base/file.h"
#include "base/limits.h"
#include "local/kernel.h"
#include "local/network.h"
#include "test.h"

static const char tiny[] = "share/models/tiny-1.gguf";

static LocalSession *open_tiny(LocalModel **model)
{
    Err err = {0};
    LocalSession *s = NULL;
    CHECK_OK(local_load(tiny, model, &err), err);
    CHECK_OK(local_session(*model, &s, &err), err);
    return s;
}

TEST(broken_model_files_are_errors_that_name_the_part)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str whole;
    LocalModel *model = NULL;
    CHECK_OK(file_read(&a, tiny, MIB, &whole, &err), err);
    CHECK(local_load_bytes(str_slice(whole, 0, whole.len - 64), "cut", &model, &err) == E_PARSE);
    CHECK(strstr(err.msg, "tensor \"") && strstr(err.msg, "ends past the end of the file"));
    CHECK(local_load_bytes(str_slice(whole, 0, 60), "cut", &model, &err) == E_PARSE);
    CHECK(local_load_bytes(STR("GGUX"), "no", &model, &err) == E_PARSE);
    CHECK(strstr(err.msg, "not a GGUF file"));
    Str odd = str_copy(&a, whole);
    memcpy((char *)(uintptr_t)odd.ptr + 4, "\x09", 1);
    CHECK(local_load_bytes(odd, "odd", &model, &err) == E_PARSE);
    CHECK(strstr(err.msg, "version 9"));
    CHECK(local_load("no/such.gguf", &model, &err) == E_MISSING);
    CHECK(!model);
}

TEST(every_kind_of_tensor_loads)
{
    static const char *const names[] = {"f16", "f32", "q8"};
    SCOPED_ARENA(a);
    for (size_t i = 0; i < COUNT(names); i++) {
        Err err = {0};
        LocalModel *model = NULL;
        LocalSession *s = NULL;
        LogprobVec got;
        CHECK_OK(
            local_load(str_printf(&a, "test/fuzz/corpus/gguf/%s.gguf", names[i]).ptr, &model, &err),
            err);
        CHECK_OK(local_session(model, &s, &err), err);
        CHECK_OK(local_logprobs(s, STR("abcd a<user>"), &a, &got, &err), err);
        CHECK_INT(got.len, 4); /* begin, abcd, " a", <user> */
        CHECK(got.items[1] < 0 && isfinite(got.items[1]));
        local_session_free(s);
        local_free(model);
    }
}

TEST(a_cached_prefix_gives_the_same_bits)
{
    LocalModel *model;
    Err err = {0};
    LocalSession *reused = open_tiny(&model);
    static const char *const options[] = {" 12", " 13", "  7", " no", " yes"};
    for (size_t i = 0; i < COUNT(options); i++) {
        LocalSession *fresh = NULL;
        LocalScore a, b;
        CHECK_OK(local_session(model, &fresh, &err), err);
        CHECK_OK(local_score(reused, STR("Q: 5+7=?\nAnswer:"), str_from(options[i]), &a, &err),
                 err);
        CHECK_OK(local_score(fresh, STR("Q: 5+7=?\nAnswer:"), str_from(options[i]), &b, &err), err);
        CHECK(a.logprob == b.logprob && a.greedy == b.greedy && a.logprob < 0);
        local_session_free(fresh);
    }
    local_session_free(reused);
    local_free(model);
}

TEST(fast_and_portable_kernels_give_the_same_bits)
{
    SCOPED_ARENA(a);
    LocalModel *model;
    Err err = {0};
    LogprobVec got[2];
    LocalSession *s = NULL;
    if (!kernel_avx2())
        skip();
    CHECK_OK(local_load(tiny, &model, &err), err);
    for (int i = 0; i < 2; i++) {
        model->kernel = i ? &kernel_portable : kernel_avx2();
        CHECK_OK(local_session(model, &s, &err), err);
        CHECK_OK(local_logprobs(s, STR("Q: Reverse fecf\nAnswer: \xE9\xBE\x98"), &a, &got[i], &err),
                 err);
        local_session_free(s);
    }
    CHECK(!memcmp(got[0].items + 1, got[1].items + 1, (got[0].len - 1) * sizeof(double)));
    local_free(model);
}

TEST(a_prompt_over_the_context_names_both_numbers)
{
    SCOPED_ARENA(a);
    LocalModel *model;
    Err err = {0};
    LocalText text;
    LocalSession *s = open_tiny(&model);
    const LocalSampling how = {.max_tokens = 4, .top_p = 1};
    char *long_text = arena_alloc(&a, 200);
    memset(long_text, 'a', 199);
    CHECK(local_generate(s, str_from(long_text), &how, &a, &text, &err) == E_LIMIT);
    CHECK(strstr(err.msg, "200") && strstr(err.msg, "128"));
    local_session_free(s);
    local_free(model);
}

TEST(a_stop_string_may_span_tokens)
{
    SCOPED_ARENA(a);
    LocalModel *model;
    Err err = {0};
    LocalText text;
    LocalSession *s = open_tiny(&model);
    const Str stop[] = {STR("ris"), STR("")};
    const LocalSampling how = {.max_tokens = 16, .top_p = 1, .stop = stop, .n_stop = 2};
    CHECK_OK(
        local_generate(s, STR("Q: What is the capital of France?\nAnswer:"), &how, &a, &text, &err),
        err);
    CHECK_STR(text.text, " Pa");
    CHECK_INT(text.finish, LOCAL_STOP);
    CHECK_INT(text.completion_tokens, 6);
    local_session_free(s);
    local_free(model);
}
