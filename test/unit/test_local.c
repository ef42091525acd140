/* test_local.c - broken files, limits, stop strings, and results that do not depend on the
 * cache or the processor. */
#include "local/local.h"

#include "base/file.h"
#include "base/limits.h"
#include "local/kernel.h"
#include "local/network.h"
#include "test.h"

#include <math.h>

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

static void check_same_score(const LocalModel *model, LocalSession *reused, Str context, Str option)
{
    Err err = {0};
    LocalSession *fresh = NULL;
    LocalScore a, b;
    CHECK_OK(local_session(model, &fresh, &err), err);
    CHECK_OK(local_score(reused, local_plain(context), option, &a, &err), err);
    CHECK_OK(local_score(fresh, local_plain(context), option, &b, &err), err);
    CHECK(a.logprob == b.logprob && a.greedy == b.greedy && a.logprob < 0);
    local_session_free(fresh);
}

/* From 64 tokens on attention is computed in another way: the second context has 58, so that
 * its options lie on both sides. */
TEST(a_cached_prefix_gives_the_same_bits)
{
    static const char *const options[] = {" 12",  " 13",  "  7", " no", " more than a few",
                                          " yes", " less"};
    static const char *const contexts[] = {
        "Q: 5+7=?\nAnswer:", "Q: Max has 17 bags. Dan gives 17. How many in all?\nAnswer:"};
    LocalModel *model;
    LocalSession *reused = open_tiny(&model);
    for (size_t c = 0; c < COUNT(contexts); c++)
        for (size_t i = 0; i < COUNT(options); i++)
            check_same_score(model, reused, str_from(contexts[c]), str_from(options[i]));
    local_session_free(reused);
    local_free(model);
}

TEST(a_prompt_after_a_longer_one_is_answered_as_by_a_new_session)
{
    SCOPED_ARENA(a);
    static const char *const prompts[] = {
        "Q: Max has 17 bags. Dan gives 17 more. How many in all?\nAnswer:",
        "Q: Max has 17 bags. Dan gives 17. How many in all?\nAnswer:",
        "Q: Max has 17 bags. Dan gives 17 more. How many in all?\nAnswer:"};
    LocalModel *model;
    Err err = {0};
    LocalSession *reused = open_tiny(&model), *fresh = NULL;
    const LocalSampling how = {.max_tokens = 16, .temperature = 1, .top_p = 1, .seed = 3};
    for (size_t i = 0; i < COUNT(prompts); i++) {
        LocalText x, y;
        CHECK_OK(local_session(model, &fresh, &err), err);
        CHECK_OK(local_generate(reused, local_plain(str_from(prompts[i])), &how, &a, &x, &err),
                 err);
        CHECK_OK(local_generate(fresh, local_plain(str_from(prompts[i])), &how, &a, &y, &err), err);
        CHECK_STR(x.text, str_z(&a, y.text));
        /* What is kept of the last text is the same as well. */
        check_same_score(model, reused, str_from(prompts[i]), str_from(" 1"));
        local_session_free(fresh);
    }
    local_session_free(reused);
    local_free(model);
}

static LogprobVec logprobs_with(LocalModel *model, const Kernel *kernel, const char *text, Arena *a)
{
    Err err = {0};
    LogprobVec got;
    LocalSession *s = NULL;
    model->kernel = kernel;
    CHECK_OK(local_session(model, &s, &err), err);
    CHECK_OK(local_logprobs(s, str_from(text), a, &got, &err), err);
    local_session_free(s);
    return got;
}

TEST(fast_and_portable_kernels_give_the_same_bits)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *file, *text;
    } cases[] = {
        {"share/models/tiny-1.gguf", "Q: Reverse fecf\nAnswer: \xE9\xBE\x98"},
        {"share/models/tiny-1.gguf", "Q: Reverse abcdefghijklmnopqrstuvwxyz, then say how many "
                                     "letters there are\nAnswer: zyx"},
        {"share/models/tiny-4.gguf", "Q: 3+4=?\nAnswer: 7"},
        {"share/models/tiny-8.gguf", "Q: 3+4=?\nAnswer: 7"},
        {"test/fuzz/corpus/gguf/f32.gguf", "abcd a<user>"},
        {"test/fuzz/corpus/gguf/q8.gguf", "abcd a<user>"},
    };
    if (!kernel_avx2())
        skip();
    for (size_t i = 0; i < COUNT(cases); i++) {
        LocalModel *model;
        Err err = {0};
        CHECK_OK(local_load(cases[i].file, &model, &err), err);
        LogprobVec fast = logprobs_with(model, kernel_avx2(), cases[i].text, &a);
        LogprobVec plain = logprobs_with(model, &kernel_portable, cases[i].text, &a);
        CHECK(fast.len == plain.len && fast.len > 3);
        CHECK(!memcmp(fast.items + 1, plain.items + 1, (fast.len - 1) * sizeof(double)));
        local_free(model);
    }
}

TEST(the_exponential_is_within_two_units_in_the_last_place)
{
    double worst = 0;
    for (float x = -103; x < 88.7f; x += 0.01f)
        if (x > -87.3f) /* below, results have fewer digits */
            worst = fmax(worst, fabs((double)kernel_exp(x) / exp((double)x) - 1));
        else
            CHECK_NEAR(kernel_exp(x), exp((double)x), 0x1p-148);
    CHECK(worst < 2 * 0x1p-23);
    CHECK(kernel_exp(0) == 1 && kernel_exp(-INFINITY) == 0 && kernel_exp(-104) == 0);
    CHECK(isinf(kernel_exp(89)) && isinf(kernel_exp(INFINITY)));
}

TEST(names_of_control_tokens_are_tokens_in_a_chat_only)
{
    SCOPED_ARENA(a);
    LocalModel *model;
    Err err = {0};
    TokenVec chat, plain;
    const Str text = STR("<s>ab</s><user>");
    static const int32_t want[] = {1, 13, 2, 4}; /* one begin token, not two */
    CHECK_OK(local_load("test/fuzz/corpus/gguf/f16.gguf", &model, &err), err);
    CHECK_OK(local_tokenize(model, (LocalPrompt){text, true}, true, &a, &chat, &err), err);
    CHECK_INT(chat.len, COUNT(want));
    CHECK(!memcmp(chat.items, want, sizeof want));
    CHECK_OK(local_tokenize(model, local_plain(text), true, &a, &plain, &err), err);
    CHECK(plain.len > COUNT(want) && plain.items[0] == 1 && plain.items[1] == 0);
    CHECK_STR(local_info(model).begin_text, "<s>");
    CHECK_STR(local_info(model).end_text, "</s>");
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
    CHECK(local_generate(s, local_plain(str_from(long_text)), &how, &a, &text, &err) == E_LIMIT);
    CHECK(strstr(err.msg, "200") && strstr(err.msg, "128"));
    local_session_free(s);
    local_free(model);
}

TEST(a_local_model_gives_up_once_told_to)
{
    SCOPED_ARENA(a);
    LocalModel *model;
    Err err = {0};
    LocalText text;
    LocalScore score;
    atomic_int halt = 1;
    LocalSession *s = open_tiny(&model);
    const LocalSampling how = {.max_tokens = 4, .top_p = 1};
    local_session_halt(s, &halt);
    CHECK_OK(local_generate(s, local_plain(STR("Q: 1")), &how, &a, &text, &err), err);
    halt = 2;
    CHECK(local_generate(s, local_plain(STR("Q: 12")), &how, &a, &text, &err) == E_REMOTE);
    CHECK(local_score(s, local_plain(STR("Q: 2")), STR(" 5"), &score, &err) == E_REMOTE);
    CHECK_STR(str_from(err.msg), "interrupted");
    local_session_free(s);
    local_free(model);
}

TEST(a_text_longer_than_the_context_is_scored_in_windows)
{
    SCOPED_ARENA(a);
    LocalModel *model;
    Err err = {0};
    LocalScore whole, begin, again;
    LocalSession *s = open_tiny(&model); /* 128 tokens: the begin token and 127 letters */
    char *text = arena_alloc(&a, 300);
    for (int i = 0; i < 299; i++)
        text[i] = (char)('a' + i * 7 % 23);
    CHECK_OK(local_score(s, local_plain((Str){0}), str_from(text), &whole, &err), err);
    CHECK_OK(local_score(s, local_plain((Str){0}), (Str){text, 127}, &begin, &err), err);
    CHECK_INT(whole.scored_tokens, 299);
    CHECK_INT(begin.scored_tokens, 127);
    CHECK(isfinite(whole.logprob) && whole.logprob < begin.logprob);
    /* Each further letter is scored once: about as unlikely as the others. */
    double rate = (whole.logprob - begin.logprob) / (299 - 127);
    CHECK(rate < begin.logprob / 127 / 3 && rate > begin.logprob / 127 * 3);
    CHECK_OK(local_score(s, local_plain((Str){0}), str_from(text), &again, &err), err);
    CHECK_NEAR(again.logprob, whole.logprob, 0);
    CHECK(local_score(s, local_plain(STR("x")), str_from(text), &again, &err) == E_LIMIT);
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
    CHECK_OK(local_generate(s, local_plain(STR("Q: What is the capital of France?\nAnswer:")), &how,
                            &a, &text, &err),
             err);
    CHECK_STR(text.text, " Pa");
    CHECK_INT(text.finish, LOCAL_STOP);
    CHECK_INT(text.completion_tokens, 6);
    local_session_free(s);
    local_free(model);
}
