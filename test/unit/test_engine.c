/* test_engine.c - units through the engine: an inline model with faults, a remote one. Names
 * with "thread" also run under the thread sanitizer. */
#include "databases.h"
#include "loopback.h"

#include "core/run.h"
#include "core/store.h"
#include "engine/engine.h"

enum { UNITS = 2000, REQUESTS = 3 };

/* What the inline model does with a prompt, by its number. */
typedef struct Script {
    int fail_every;   /* this and its multiples fail */
    long fatal_at;    /* says that nothing more would work; -1 never */
    atomic_int *stop; /* raised at prompt number stop_at */
    long stop_at;
    atomic_llong asked;
} Script;

static void answer(const Model *model, void *session, const ModelRequest *request, Arena *arena,
                   ModelReply *out)
{
    Script *s = model->private_data;
    int64_t number = 0;
    (void)session;
    CHECK(str_to_int(request->prompt, &number));
    atomic_fetch_add(&s->asked, 1);
    if (s->stop && number == s->stop_at)
        atomic_store(s->stop, 1);
    out->state = s->fail_every && number % s->fail_every == 0 ? REPLY_FAILED : REPLY_OK;
    out->fatal = number == s->fatal_at;
    if (out->fatal)
        out->state = REPLY_FAILED;
    out->error = out->state == REPLY_FAILED ? STR("the model broke") : (Str){0};
    out->text = str_printf(arena, "answer to %lld", (long long)number);
    out->prompt_tokens = 1000;
    out->completion_tokens = 1000;
}

static const Provider scripted = {.name = "scripted", .can_generate = true, .answer = answer};

typedef struct Job {
    size_t n_units, next, n_requests;
    size_t finished, failed; /* written by the writer's thread */
    unsigned char seen[UNITS];
    const char *fail_words; /* finish() fails with this at unit fail_at */
    size_t fail_at;
    bool slow;           /* units are judged ahead */
    long judge_fails_at; /* unit; 0 none */
    atomic_size_t judged;
    unsigned char verdicts[UNITS];
} Job;

static Status next_unit(void *user, Unit *unit, bool *more, Err *err)
{
    Job *j = user;
    (void)err;
    *more = j->next < j->n_units;
    if (!*more)
        return OK;
    size_t *number = arena_alloc(&unit->arena, sizeof *number);
    *number = j->next++;
    unit->item = number;
    unit->slow = j->slow;
    unit->n_requests = j->n_requests;
    unit->requests = arena_array(&unit->arena, unit->n_requests, sizeof *unit->requests);
    for (size_t i = 0; i < unit->n_requests; i++)
        unit->requests[i] =
            (ModelRequest){.prompt = str_printf(&unit->arena, "%zu", *number * REQUESTS + i),
                           .max_tokens = -1,
                           .temperature = -1,
                           .top_p = -1,
                           .seed = -1};
    return OK;
}

static Status finish_unit(void *user, Db *db, Unit *unit, Err *err)
{
    Job *j = user;
    size_t number = *(size_t *)unit->item;
    (void)db;
    if (j->fail_words && number == j->fail_at)
        return err_set(err, E_LIMIT, "%s", j->fail_words);
    j->seen[number]++;
    j->finished++;
    bool failed = false;
    for (size_t i = 0; i < unit->n_requests; i++) {
        bool ok = unit->replies[i].state == REPLY_OK;
        CHECK(ok == (unit->exchanges[i].response_id > 0));
        failed = failed || !ok;
    }
    CHECK(j->verdicts[number] == (j->slow && !failed));
    j->failed += failed;
    return OK;
}

static Status judge_unit(void *user, Unit *unit, Err *err)
{
    Job *j = user;
    size_t number = *(size_t *)unit->item;
    if (j->judge_fails_at && number == (size_t)j->judge_fails_at)
        return err_set(err, E_LIMIT, "no verdict");
    j->verdicts[number]++;
    atomic_fetch_add(&j->judged, 1);
    return OK;
}

typedef struct Bench {
    const char *url;
    Model model;
    EngineOptions options;
    EngineProgress progress;
    EngineEnd end;
    Err reason, err;
    Job job;
} Bench;

static void set_up(Bench *b, const char *url, Script *script)
{
    Db *db;
    *b = (Bench){.url = url};
    b->model = (Model){.provider = &scripted,
                       .spec = {.name = STR("m"), .provider = STR("scripted")},
                       .price_in = -1,
                       .price_out = -1,
                       .private_data = script};
    b->job = (Job){.n_units = UNITS, .n_requests = REQUESTS};
    CHECK_OK(store_open(url, &db, &b->err), b->err);
    ModelRow row = {.name = STR("m"),
                    .provider = STR("scripted"),
                    .address = STR(""),
                    .model = STR(""),
                    .key_env = STR(""),
                    .settings = STR("{}")};
    CHECK_OK(model_row_save(db, &row, &b->options.model_id, &b->err), b->err);
    db_close(db);
    b->options.db_url = url;
    b->options.concurrency = 4;
    b->options.max_attempts = 3;
    b->options.retry_wait = 0.001;
}

static Status run(Bench *b)
{
    Writer *w;
    EngineJob job = {&b->job, next_unit, finish_unit, judge_unit};
    b->options.model = &b->model;
    b->progress = (EngineProgress){0};
    CHECK_OK(writer_start(b->url, &w, &b->err), b->err);
    Status status = engine_run(&b->options, &job, w, &b->progress, &b->end, &b->reason, &b->err);
    Status written = writer_stop(w, status == OK ? &b->err : NULL);
    return status == OK ? written : status;
}

static int64_t responses(const char *url)
{
    Db *db;
    DbStmt *s;
    Err err = {0};
    bool row;
    CHECK_OK(store_open_read(url, &db, &err), err);
    CHECK_OK(db_query(db, "SELECT count(*) FROM response", &s, &err), err);
    CHECK_OK(db_next(s, &row, &err), err);
    int64_t n = db_int(s, 0);
    db_done(s);
    db_close(db);
    return n;
}

static Bench b; /* large */

TEST(the_engine_finishes_every_unit_once_and_threads_share_the_work)
{
    FOR_EACH_DATABASE(url)
    {
        Script script = {.fail_every = 100, .fatal_at = -1};
        set_up(&b, url, &script);
        CHECK_OK(run(&b), b.err);
        CHECK_INT(b.end, ENGINE_DONE);
        CHECK_INT(b.job.finished, UNITS);
        for (size_t i = 0; i < UNITS; i++)
            CHECK_INT(b.job.seen[i], 1);
        CHECK_INT(b.job.failed, 60); /* 6000 prompts, 60 multiples of 100 in as many units */
        CHECK_INT(b.progress.done, UNITS);
        CHECK_INT(b.progress.errors, 60);
        CHECK_INT(b.progress.requests, UNITS * REQUESTS);
        CHECK_INT(responses(url), UNITS * REQUESTS - 60);
    }
}

TEST(the_engine_asks_nothing_that_was_answered_before)
{
    FOR_EACH_DATABASE(url)
    {
        Script script = {.fail_every = 100, .fatal_at = -1};
        set_up(&b, url, &script);
        CHECK_OK(run(&b), b.err);
        script = (Script){.fatal_at = -1};
        b.job = (Job){.n_units = UNITS, .n_requests = REQUESTS};
        CHECK_OK(run(&b), b.err);
        CHECK_INT(script.asked, 60);
        CHECK_INT(b.progress.cached, UNITS * REQUESTS - 60);
        CHECK_INT(b.job.finished, UNITS);
        CHECK_INT(b.job.failed, 0);
        CHECK_INT(responses(url), UNITS * REQUESTS);
    }
}

TEST(the_engine_stops_for_an_interrupt_and_threads_end_clean)
{
    atomic_int stop = 0;
    Script script = {.fatal_at = -1, .stop = &stop, .stop_at = 900};
    set_up(&b, test_database(0), &script);
    b.options.stop = &stop;
    CHECK_OK(run(&b), b.err);
    CHECK_INT(b.end, ENGINE_INTERRUPTED);
    CHECK(b.job.finished >= 290 && b.job.finished < 1000);
    CHECK_INT(b.job.failed, 0); /* what was not asked is no error */
    long long asked = script.asked;
    CHECK_INT(responses(b.url), asked); /* what was asked is stored */
    size_t finished = b.job.finished;
    stop = 0;
    script.stop = NULL;
    b.job.next = 0;
    CHECK_OK(run(&b), b.err);
    CHECK_INT(b.end, ENGINE_DONE);
    CHECK_INT(script.asked, UNITS * REQUESTS);
    CHECK_INT(b.job.finished, UNITS + finished);
}

TEST(the_engine_keeps_to_budgets_of_requests_and_cost)
{
    Script script = {.fatal_at = -1};
    set_up(&b, test_database(0), &script);
    b.options.concurrency = 1;
    b.options.max_requests = 100;
    CHECK_OK(run(&b), b.err);
    CHECK_INT(b.end, ENGINE_BUDGET);
    CHECK(strstr(b.reason.msg, "100 requests"));
    CHECK_INT(script.asked, 100);
    CHECK_INT(b.job.finished, 33); /* the 34th has one of its three replies */
    CHECK_INT(responses(b.url), 100);
    b.options.max_requests = 0;
    b.options.max_cost = 1;
    b.model.price_in = b.model.price_out = 5; /* a cent a request */
    b.job.next = 33;
    CHECK_OK(run(&b), b.err);
    CHECK_INT(b.end, ENGINE_BUDGET);
    CHECK(strstr(b.reason.msg, "budget of 1"));
    CHECK_INT(script.asked, 200);
}

TEST(slow_units_are_judged_before_they_are_finished_thread)
{
    Script script = {.fail_every = 7, .fatal_at = -1};
    set_up(&b, test_database(0), &script);
    b.job.slow = true;
    CHECK_OK(run(&b), b.err);
    CHECK_INT(b.end, ENGINE_DONE);
    CHECK_INT(b.job.finished, UNITS);
    CHECK(b.job.failed > 0);
    CHECK_INT(b.job.judged, UNITS - b.job.failed); /* those with an error have no verdict */
}

TEST(a_verdict_that_fails_ends_the_engine_thread)
{
    Script script = {.fatal_at = -1};
    set_up(&b, test_database(0), &script);
    b.job.slow = true;
    b.job.judge_fails_at = 300;
    CHECK(run(&b) == E_LIMIT);
    CHECK(strstr(b.err.msg, "no verdict"));
    CHECK_INT(b.job.seen[300], 0);
    CHECK(b.job.finished < UNITS);
}

TEST(no_two_threads_take_the_last_of_a_budget_thread)
{
    Script script = {.fatal_at = -1};
    set_up(&b, test_database(0), &script);
    b.options.concurrency = 8;
    b.options.max_requests = 100;
    CHECK_OK(run(&b), b.err);
    CHECK_INT(b.end, ENGINE_BUDGET);
    CHECK_INT(script.asked, 100);
}

TEST(the_engine_ends_at_an_error_that_all_requests_would_meet_thread)
{
    Script script = {.fatal_at = 600};
    set_up(&b, test_database(0), &script);
    CHECK_OK(run(&b), b.err);
    CHECK_INT(b.end, ENGINE_FATAL);
    CHECK(strstr(b.reason.msg, "the model broke"));
    CHECK(b.job.finished < 300);
    CHECK_INT(b.job.failed, 0);
    CHECK_INT(b.job.seen[200], 0); /* prompt 600 is of unit 200 */
}

TEST(a_failure_to_write_ends_the_engine_and_its_threads)
{
    FOR_EACH_DATABASE(url)
    {
        Script script = {.fatal_at = -1};
        set_up(&b, url, &script);
        b.job.fail_words = "no room";
        b.job.fail_at = 500;
        CHECK(run(&b) == E_LIMIT);
        CHECK(strstr(b.err.msg, "no room"));
        CHECK(script.asked < UNITS * REQUESTS);
        CHECK_INT(responses(url) % REQUESTS < REQUESTS, 1);
    }
}

/* ---- remote ---- */

#define REPLY(status, more, body) "HTTP/1.1 " status "\r\n" more "Content-Length: " body
#define ANSWER                                                                                     \
    REPLY("200 OK", "", "81\r\n\r\n")                                                              \
    "{\"choices\":[{\"text\":\"right\",\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":" \
    "1}}"

TEST(the_engine_tries_a_remote_model_again_and_its_thread_counts)
{
    static const char *const replies[] = {
        REPLY("429 Slow", "Retry-After: 0\r\n", "2\r\n\r\n{}"),
        ANSWER,
        REPLY("500 Broken", "", "2\r\n\r\n{}"),
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nab",
        ANSWER,
        REPLY("400 No", "", "2\r\n\r\n{}"),
    };
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Loopback *l = loopback_start(replies, COUNT(replies));
        ModelSpec spec = {.name = STR("m"),
                          .provider = STR("openai"),
                          .address = str_printf(&a, "http://127.0.0.1:%d/v1", loopback_port(l)),
                          .model = STR("fake")};
        set_up(&b, url, NULL);
        CHECK_OK(json_parse(&a, STR("{\"api\":\"completions\"}"), &spec.settings, &b.err), b.err);
        setenv("OPENAI_API_KEY", "sk-test", 1);
        CHECK_OK(model_open(&a, &spec, &b.model, &b.err), b.err);
        unsetenv("OPENAI_API_KEY");
        b.options.concurrency = 1;
        b.job.n_units = 3;
        b.job.n_requests = 1;
        CHECK_OK(run(&b), b.err);
        loopback_stop(l);
        CHECK_INT(b.end, ENGINE_DONE);
        CHECK_INT(b.job.finished, 3);
        CHECK_INT(b.job.failed, 1);
        CHECK_INT(b.progress.requests, 6);
        CHECK_INT(b.progress.retries, 3);
        CHECK_INT(responses(url), 2);
        loopback_free(l);
        model_close(&b.model);
    }
}

/* ---- letters: one request for all options ---- */

static const char *const letters[] = {" A", " B", " C"};

static Status next_question(void *user, Unit *unit, bool *more, Err *err)
{
    Job *j = user;
    (void)err;
    *more = j->next < j->n_units;
    if (!*more)
        return OK;
    unit->item = j;
    unit->n_requests = COUNT(letters);
    unit->requests = arena_array(&unit->arena, unit->n_requests, sizeof *unit->requests);
    for (size_t i = 0; i < unit->n_requests; i++)
        unit->requests[i] =
            (ModelRequest){.kind = REQUEST_SCORE,
                           .prompt = str_printf(&unit->arena, "question %zu", j->next),
                           .continuation = str_from(letters[i]),
                           .max_tokens = -1,
                           .temperature = -1,
                           .top_p = -1,
                           .seed = 1234};
    j->next++;
    return OK;
}

static Status finish_question(void *user, Db *db, Unit *unit, Err *err)
{
    static const double want[] = {-2, -0.25, -3}; /* C is not listed: the lowest minus one */
    Job *j = user;
    (void)db, (void)err;
    j->finished++;
    if (unit->replies[0].state != REPLY_OK) {
        j->failed++;
        for (size_t i = 0; i < unit->n_requests; i++)
            CHECK(unit->replies[i].state == REPLY_FAILED);
        return OK;
    }
    int tokens = 0, attempts = 0;
    for (size_t i = 0; i < unit->n_requests; i++) {
        CHECK_NEAR(unit->replies[i].logprob, want[i], 1e-12);
        CHECK(unit->replies[i].greedy == (i == 1));
        CHECK(unit->exchanges[i].response_id > 0);
        tokens += unit->replies[i].prompt_tokens;
        attempts += unit->exchanges[i].attempts;
    }
    CHECK_INT(tokens, 9);
    CHECK_INT(attempts, unit->exchanges[0].cached ? 0 : 1);
    return OK;
}

static void open_letters(const Loopback *l, Arena *a)
{
    ModelSpec spec = {.name = STR("m"),
                      .provider = STR("openai"),
                      .address = str_printf(a, "http://127.0.0.1:%d/v1", loopback_port(l)),
                      .model = STR("fake"),
                      .key_env = STR("ASSAY_API_KEY")};
    CHECK_OK(json_parse(a, STR("{\"score\":\"top_logprobs\"}"), &spec.settings, &b.err), b.err);
    CHECK_OK(model_open(a, &spec, &b.model, &b.err), b.err);
    b.options.concurrency = 1;
    b.options.model = &b.model;
}

static void ask_questions(void)
{
    Writer *w;
    EngineJob job = {&b.job, next_question, finish_question, NULL};
    b.job = (Job){.n_units = 2};
    b.progress = (EngineProgress){0};
    CHECK_OK(writer_start(b.url, &w, &b.err), b.err);
    CHECK_OK(engine_run(&b.options, &job, w, &b.progress, &b.end, &b.reason, &b.err), b.err);
    CHECK_OK(writer_stop(w, &b.err), b.err);
    CHECK_INT(b.end, ENGINE_DONE);
    CHECK_INT(b.job.finished, 2);
}

TEST(the_letters_of_a_question_are_one_request)
{
    static const char *const replies[] = {
        REPLY("200 OK", "", "224\r\n\r\n") "{\"choices\":[{\"message\":{\"content\":\"B\"},"
                                           "\"finish_reason\":\"length\",\"logprobs\":{"
                                           "\"content\":[{\"token\":\"B\",\"logprob\":-0.25,\"top_"
                                           "logprobs\":[{\"token\":\"B\","
                                           "\"logprob\":-0.25},{\"token\":\" "
                                           "A\",\"logprob\":-2}]}]}}],\"usage\":{\"prompt_tokens\":"
                                           "9}}",
        REPLY("400 No", "", "2\r\n\r\n{}"),
        REPLY("400 No", "", "2\r\n\r\n{}"),
    };
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Loopback *l = loopback_start(replies, COUNT(replies));
        set_up(&b, url, NULL);
        open_letters(l, &a);
        ask_questions();
        CHECK_INT(b.job.failed, 1);
        CHECK_INT(b.progress.requests, 2);
        CHECK_INT(responses(url), 3); /* a row for each letter, so that each can be reused */
        ask_questions();
        CHECK_INT(b.progress.cached, 3);
        CHECK_INT(b.job.failed, 1);
        loopback_stop(l);
        Str request = loopback_request(l, 0);
        ptrdiff_t body = str_find(request, STR("\r\n\r\n"));
        CHECK_STR(str_after(request, (size_t)body + 4),
                  "{\"model\":\"fake\",\"messages\":[{\"role\":\"user\",\"content\":\"question "
                  "0\"}],\"max_tokens\":1,\"temperature\":0,\"seed\":1234,\"logprobs\":true,"
                  "\"top_logprobs\":20}");
        loopback_free(l);
        model_close(&b.model);
    }
}

TEST(the_engine_gives_up_on_a_server_that_is_not_there_thread)
{
    SCOPED_ARENA(a);
    Loopback *l = loopback_start(NULL, 0);
    int port = loopback_port(l);
    loopback_stop(l);
    loopback_free(l);
    ModelSpec spec = {.name = STR("m"),
                      .provider = STR("openai"),
                      .address = str_printf(&a, "http://127.0.0.1:%d/v1", port),
                      .model = STR("fake"),
                      .key_env = STR("ASSAY_API_KEY")};
    set_up(&b, test_database(0), NULL);
    CHECK_OK(model_open(&a, &spec, &b.model, &b.err), b.err);
    b.options.concurrency = 200; /* several shards */
    CHECK_OK(run(&b), b.err);
    CHECK_INT(b.end, ENGINE_FATAL);
    CHECK(strstr(b.reason.msg, "could not reach"));
    CHECK_INT(b.job.finished, 0);
    CHECK(b.progress.requests < 200);
    model_close(&b.model);
}
