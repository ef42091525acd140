/* test_recorded_runs.c - recorded outputs as runs, scoring them again, and failures in between. */
#include "core/sample.h"
#include "core/store.h"
#include "eval/eval.h"
#include "eval/summary.h"
#include "test.h"
#include "text/near.h"

static const Task *task_of(Arena *a, const char *json)
{
    Err err = {0};
    Json config;
    TaskSet *set;
    const Task *task;
    CHECK_OK(json_parse(a, str_from(json), &config, &err), err);
    CHECK_OK(taskset_open(a, NULL, 0, &set, &err), err);
    CHECK_OK(task_from_config(set, &config, &task, &err), err);
    return task;
}

#define CONFIG(more)                                                                               \
    "{\"task\":\"words\",\"doc_to_text\":\"prompt\",\"doc_to_target\":\"target\"," more            \
    "\"output_type\":\"generate_until\",\"metric_list\":[{\"metric\":\"exact_match\"}]}"
#define LAST_WORD                                                                                  \
    "\"filter_list\":[{\"name\":\"extract\",\"filter\":[{\"function\":\"regex\","                  \
    "\"regex_pattern\":\"(\\\\w+)\\\\.?$\",\"group_select\":-1},{\"function\":\"take_first\"}]}],"

enum { N_ITEMS = 3 };

/* Two models on three items; the second model has no output of the last one. */
static Status record(Db *db, Arena *a, const Task *task, RecordedRun runs[2], Err *err)
{
    static const char *const items[N_ITEMS] = {
        "{\"id\":\"a\",\"prompt\":\"1+1?\",\"target\":\"2\"}",
        "{\"id\":\"b\",\"prompt\":\"2+2?\",\"target\":\"4\"}",
        "{\"id\":\"c\",\"prompt\":\"3+3?\",\"target\":\"6\"}"};
    static const Str first[N_ITEMS] = {{"2", 1}, {"It is 4.", 8}, {"7", 1}},
                     second[N_ITEMS] = {{"It is 2", 7}, {"", 0}, {NULL, 0}};
    const RecordedModel models[] = {{STR("m1"), first}, {STR("m2"), second}};
    Json docs[N_ITEMS];
    for (size_t i = 0; i < N_ITEMS; i++)
        TRY(json_parse(a, str_from(items[i]), &docs[i], err));
    RecordedSet set = {.source = STR("words.jsonl"),
                       .dataset = STR("words"),
                       .split = STR("test"),
                       .items = docs,
                       .n_items = N_ITEMS,
                       .models = models,
                       .n_models = 2,
                       .task = task,
                       .command = STR("import words.jsonl")};
    return eval_record(db, &set, a, runs, err);
}

static Db *open_fresh(Arena *a)
{
    Err err = {0};
    Db *db;
    static int number; /* a database for each test */
    const char *path = str_printf(a, "%s/recorded-%d.db", test_folder(), number++).ptr;
    CHECK_OK(store_open(path, &db, &err), err);
    return db;
}

static RunSummary summary_of(Db *db, int64_t run, Arena *a)
{
    Err err = {0};
    RunSummary s;
    CHECK_OK(eval_summarise(db, run, 0, a, &s, &err), err);
    return s;
}

TEST(recorded_outputs_become_scored_runs_once)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Db *db = open_fresh(&a);
    RecordedRun runs[2] = {0}, again[2] = {0};
    CHECK_OK(record(db, &a, task_of(&a, CONFIG("")), runs, &err), err);
    CHECK(runs[0].added && runs[1].added);
    CHECK_INT(runs[1].n_outputs, 2);
    RunSummary s = summary_of(db, runs[0].id, &a);
    CHECK_NEAR(s.metrics.items[0].headline.mean, 1.0 / 3, 1e-12);
    CHECK(!s.incomplete);
    s = summary_of(db, runs[1].id, &a);
    CHECK_INT(s.counts[OUTCOME_ERROR], 1); /* the missing one; an empty output is an answer */
    CHECK_INT(s.metrics.items[0].headline.n, 2);
    CHECK(s.incomplete);
    CHECK_OK(record(db, &a, task_of(&a, CONFIG("")), again, &err), err);
    CHECK(!again[0].added && again[0].id == runs[0].id);
    CHECK(!again[1].added && again[1].id == runs[1].id);
    db_close(db);
}

TEST(rescoring_counts_what_changed_and_goes_back)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Db *db = open_fresh(&a);
    RecordedRun runs[2] = {0};
    RescoreCounts counts = {.changed = -1};
    CHECK_OK(record(db, &a, task_of(&a, CONFIG("")), runs, &err), err);
    RunSummary before = summary_of(db, runs[0].id, &a);
    CHECK_OK(eval_rescore(db, runs[0].id, task_of(&a, CONFIG(LAST_WORD)), &a, &counts, &err), err);
    CHECK_INT(counts.changed, 1); /* "It is 4." */
    RunSummary after = summary_of(db, runs[0].id, &a);
    CHECK_NEAR(after.metrics.items[0].headline.mean, 2.0 / 3, 1e-12);
    CHECK_INT(after.metrics.len, 1);
    CHECK(!str_eq(after.run.protocol_hash, before.run.protocol_hash));
    CHECK_OK(eval_rescore(db, runs[0].id, task_of(&a, CONFIG("")), &a, &counts, &err), err);
    CHECK_INT(counts.changed, 1);
    after = summary_of(db, runs[0].id, &a);
    CHECK(str_eq(after.run.protocol_hash, before.run.protocol_hash));
    CHECK_OK(eval_rescore(db, runs[1].id, task_of(&a, CONFIG(LAST_WORD)), &a, &counts, &err), err);
    after = summary_of(db, runs[1].id, &a);
    CHECK_INT(after.counts[OUTCOME_NO_ANSWER], 1);
    CHECK_INT(after.counts[OUTCOME_ERROR], 1);
    db_close(db);
}

TEST(an_import_that_fails_anywhere_leaves_no_run)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Db *db = open_fresh(&a);
    const Task *task = task_of(&a, CONFIG(""));
    Status status = E_IO;
    long n = 0;
    while (status != OK && n < 1000) {
        RecordedRun runs[2] = {0};
        RunRows rows = {0};
        db_fail_after(db, ++n);
        status = record(db, &a, task, runs, &err);
        db_fail_after(db, 0);
        CHECK_OK(run_list(db, (Str){0}, (Str){0}, 10, &a, &rows, &err), err);
        CHECK_INT(rows.len, status == OK ? 2 : 0);
    }
    CHECK(status == OK && n > 20);
    db_close(db);
}

TEST(a_rescoring_that_fails_anywhere_changes_nothing)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Db *db = open_fresh(&a);
    RecordedRun runs[2] = {0};
    CHECK_OK(record(db, &a, task_of(&a, CONFIG("")), runs, &err), err);
    const Task *task = task_of(&a, CONFIG(LAST_WORD));
    RunSummary before = summary_of(db, runs[0].id, &a);
    Status status = E_IO;
    long n = 0;
    while (status != OK && n < 1000) {
        RescoreCounts counts = {.changed = -1};
        db_fail_after(db, ++n);
        status = eval_rescore(db, runs[0].id, task, &a, &counts, &err);
        db_fail_after(db, 0);
        RunSummary after = summary_of(db, runs[0].id, &a);
        bool same = str_eq(after.run.config, before.run.config) &&
                    str_eq(after.run.protocol, before.run.protocol) &&
                    after.metrics.items[0].headline.mean == before.metrics.items[0].headline.mean;
        CHECK(same == (status != OK));
    }
    CHECK(status == OK && n > 10);
    db_close(db);
}

TEST(the_whole_text_counts_where_a_pattern_may_fall_back_to_it)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Db *db = open_fresh(&a);
    RecordedRun runs[2] = {0};
    const Task *task = task_of(
        &a, CONFIG("\"filter_list\":[{\"name\":\"extract\",\"filter\":[{\"function\":\"regex\","
                   "\"regex_pattern\":\"is (\\\\d)\",\"fallback_whole\":true},"
                   "{\"function\":\"take_first\"}]}],"));
    CHECK_OK(record(db, &a, task, runs, &err), err);
    RunSummary s = summary_of(db, runs[0].id, &a);
    CHECK_NEAR(s.metrics.items[0].headline.mean, 2.0 / 3, 1e-12);
    CHECK_INT(s.counts[OUTCOME_SCORED], 3);
    db_close(db);
}

TEST(near_names_are_few_and_close)
{
    SCOPED_ARENA(a);
    Names names = {0};
    static const char *const known[] = {"gsm8k", "gsm8k_cot", "mmlu", "bbh", "hellaswag"};
    for (size_t i = 0; i < COUNT(known); i++)
        vec_push(&a, &names, str_from(known[i]));
    CHECK_STR(near_names(&a, STR("gms8k"), &names), "; near it: \"gsm8k\"");
    CHECK_STR(near_names(&a, STR("gsm8"), &names), "; near it: \"gsm8k\", \"gsm8k_cot\"");
    CHECK_STR(near_names(&a, STR("HellaSwag"), &names), "; near it: \"hellaswag\"");
    CHECK_STR(near_names(&a, STR("arc"), &names), "");
    CHECK_STR(near_names(&a, STR(""), &names), "");
}
