/* test_local_reference.c - the tiny models agree with llama.cpp (share/models). */
#include "local/local.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "test.h"

#include <pthread.h>

static LocalModel *load(Arena *a, Str name)
{
    Err err = {0};
    LocalModel *model = NULL;
    const char *path = str_printf(a, "share/models/" STR_FMT ".gguf", STR_ARG(name)).ptr;
    CHECK_OK(local_load(path, &model, &err), err);
    return model;
}

static LocalSession *session(const LocalModel *model)
{
    Err err = {0};
    LocalSession *s = NULL;
    CHECK_OK(local_session(model, &s, &err), err);
    return s;
}

static bool read_reference(Arena *a, Json *out)
{
    const char *path = test_shared("models/reference.json");
    Str text;
    Err err = {0};
    if (!path)
        return false;
    CHECK_OK(file_read(a, path, LIMIT_JSON_DOCUMENT, &text, &err), err);
    CHECK_OK(json_parse(a, text, out, &err), err);
    return true;
}

static void check_tokens(const LocalModel *model, const Json *want, Arena *a)
{
    Err err = {0};
    TokenVec tokens;
    const Json *names = json_get(want, "tokens");
    CHECK_OK(local_tokenize(model, local_plain(json_text(json_get(want, "text"))), true, a, &tokens,
                            &err),
             err);
    CHECK_INT(tokens.len, names->len);
    CHECK_INT(tokens.items[0], 1);
    for (uint32_t i = 1; i < names->len; i++) {
        /* A piece of these texts is one character or byte: it must be that token again. */
        Str name = json_text(&names->items[i]);
        TokenVec one;
        if (str_starts(name, STR("<0x"))) {
            CHECK_INT(tokens.items[i], 3 + strtol(str_z(a, str_after(name, 1)), NULL, 16));
            continue;
        }
        CHECK_OK(local_tokenize(model, local_plain(name), false, a, &one, &err), err);
        CHECK_INT(one.len, 1);
        CHECK_INT(tokens.items[i], one.items[0]);
    }
}

TEST(tokens_and_log_probabilities_equal_llama_cpp)
{
    SCOPED_ARENA(a);
    Json reference;
    Err err = {0};
    double worst = 0;
    size_t compared = 0, far = 0;
    if (!read_reference(&a, &reference))
        skip();
    const Json *models = json_get(&reference, "models");
    for (uint32_t m = 0; m < models->len; m++) {
        LocalModel *model = load(&a, models->members[m].key);
        LocalSession *s = session(model);
        const Json *texts = json_get(&models->members[m].value, "texts");
        for (uint32_t t = 0; t < texts->len; t++) {
            const Json *want = json_get(&texts->items[t], "logprobs");
            LogprobVec got;
            check_tokens(model, &texts->items[t], &a);
            CHECK_OK(
                local_logprobs(s, json_text(json_get(&texts->items[t], "text")), &a, &got, &err),
                err);
            CHECK_INT(got.len, want->len);
            CHECK(isnan(got.items[0]));
            for (uint32_t i = 1; i < want->len; i++, compared++) {
                double off = fabs(got.items[i] - json_number(&want->items[i], 1e9));
                worst = fmax(worst, off);
                far += off > 1e-3;
            }
        }
        local_session_free(s);
        local_free(model);
    }
    print_message("largest difference of %zu log-probabilities: %.6f; %zu above 0.001\n", compared,
                  worst, far);
    CHECK(compared > 4000 && far == 0);
}

TEST(greedy_texts_equal_llama_cpp)
{
    SCOPED_ARENA(a);
    Json reference;
    Err err = {0};
    size_t compared = 0;
    if (!read_reference(&a, &reference))
        skip();
    const Json *models = json_get(&reference, "models");
    for (uint32_t m = 0; m < models->len; m++) {
        LocalModel *model = load(&a, models->members[m].key);
        LocalSession *s = session(model);
        const Json *texts = json_get(&models->members[m].value, "greedy");
        for (uint32_t t = 0; t < texts->len; t++, compared++) {
            const Json *want = &texts->items[t];
            LocalText got;
            const LocalSampling greedy = {.max_tokens = 16, .top_p = 1};
            CHECK_OK(local_generate(s, local_plain(json_text(json_get(want, "prompt"))), &greedy,
                                    &a, &got, &err),
                     err);
            CHECK_STR(got.text, str_z(&a, json_text(json_get(want, "text"))));
            bool stopped = str_eqc(json_text(json_get(want, "finish_reason")), "stop");
            CHECK_INT(got.finish, stopped ? LOCAL_STOP : LOCAL_LENGTH);
        }
        local_session_free(s);
        local_free(model);
    }
    CHECK(compared > 200);
}

/* Right answers of a question set; -1 when the set is not there. */
static int count_right(LocalSession *s, const char *set, int *n_tokens)
{
    SCOPED_ARENA(a);
    Err err = {0};
    const char *path = test_shared(str_printf(&a, "models/questions/%s.jsonl", set).ptr);
    Str rest;
    int right = 0;
    if (!path)
        return -1;
    CHECK_OK(file_read(&a, path, MIB, &rest, &err), err);
    while (rest.len) {
        Str line = str_split(&rest, '\n');
        Json item;
        LocalText got;
        const LocalSampling greedy = {.max_tokens = 16, .top_p = 1};
        if (!line.len)
            continue;
        CHECK_OK(json_parse(&a, line, &item, &err), err);
        Str question = json_text(json_get(&item, "question"));
        Str answer = json_text(json_get(&item, "answer"));
        Str prompt = str_printf(&a, "Q: " STR_FMT "\nAnswer:", STR_ARG(question));
        CHECK_OK(local_generate(s, local_plain(prompt), &greedy, &a, &got, &err), err);
        right += got.text.len && str_eq(str_after(got.text, 1), answer);
        *n_tokens += got.prompt_tokens + got.completion_tokens;
    }
    return right;
}

TEST(right_answers_equal_the_published_table)
{
    SCOPED_ARENA(a);
    Json reference;
    const char *names[] = {"tiny-1", "tiny-4", "tiny-8", "tiny-leak"};
    double started = clock_seconds();
    int n_tokens = 0;
    if (!read_reference(&a, &reference))
        skip();
    for (size_t m = 0; m < COUNT(names); m++) {
        LocalModel *model = load(&a, str_from(names[m]));
        LocalSession *s = session(model);
        const Json *table = json_get(json_get(json_get(&reference, "models"), names[m]), "right");
        CHECK(table && table->len == 7);
        for (uint32_t i = 0; i < table->len; i++) {
            Str want = json_text(&table->members[i].value);
            int64_t right = 0;
            CHECK(str_to_int(str_slice(want, 0, (size_t)str_find_char(want, '/')), &right));
            int got = count_right(s, str_z(&a, table->members[i].key), &n_tokens);
            if (got != right)
                print_message("%s: %d right, llama.cpp %d\n", str_z(&a, table->members[i].key), got,
                              (int)right);
            CHECK_NEAR(got, (double)right, 1);
        }
        local_session_free(s);
        local_free(model);
    }
    print_message("%d tokens in %.2f s\n", n_tokens, clock_seconds() - started);
}

typedef struct Work {
    const LocalModel *model;
    double logprob[8];
    char text[8][64];
} Work;

static void *work(void *at)
{
    Work *w = at;
    SCOPED_ARENA(a);
    Err err = {0};
    LocalSession *s = session(w->model);
    for (int i = 0; i < 8; i++) {
        Str prompt = str_printf(&a, "Q: %d+%d=?\nAnswer:", 3 * i, i + 4);
        LocalScore score;
        LocalText text;
        const LocalSampling warm = {
            .max_tokens = 8, .temperature = 0.8, .top_p = 0.9, .seed = (uint64_t)i};
        CHECK_OK(local_score(s, local_plain(prompt), STR(" 12"), &score, &err), err);
        CHECK_OK(local_generate(s, local_plain(prompt), &warm, &a, &text, &err), err);
        w->logprob[i] = score.logprob;
        memcpy(w->text[i], text.text.ptr, text.text.len < 63 ? text.text.len : 63);
    }
    local_session_free(s);
    return NULL;
}

TEST(two_sessions_in_two_threads_equal_one)
{
    SCOPED_ARENA(a);
    LocalModel *model = load(&a, STR("tiny-4"));
    Work alone = {.model = model}, both[2] = {alone, alone};
    pthread_t threads[2];
    work(&alone);
    for (int i = 0; i < 2; i++)
        CHECK(!pthread_create(&threads[i], NULL, work, &both[i]));
    for (int i = 0; i < 2; i++) {
        CHECK(!pthread_join(threads[i], NULL));
        CHECK(!memcmp(&both[i], &alone, sizeof alone));
    }
    local_free(model);
}
