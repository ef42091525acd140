/* test_core.c - the tables on both engines: data sets, runs, samples. */
#include "databases.h"

#include "core/dataset.h"
#include "core/run.h"
#include "core/sample.h"
#include "core/store.h"

static Status get_record(void *user, size_t position, Arena *arena, Json *out, Err *err)
{
    const char *const *records = user;
    return json_parse(arena, str_from(records[position]), out, err);
}

static DatasetVersion import(Db *db, Arena *a, const char *hash, const char *const *records,
                             size_t n, bool *added)
{
    Err err = {0};
    union {
        const char *const *constant;
        void *any;
    } user = {.constant = records};
    ItemSource source = {n, get_record, user.any};
    DatasetVersion wanted = {.name = STR("mini/sums"),
                             .split = STR("test"),
                             .content_hash = str_from(hash),
                             .source = STR("sums.jsonl")},
                   out = {0};
    CHECK_OK(dataset_import(db, &wanted, &source, a, &out, added, &err), err);
    return out;
}

/* An import that stopped after two of four items is finished by the next one, with the keys
 * that it would have given itself. */
TEST(an_interrupted_import_is_finished_by_the_next)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Db *db;
        Err err = {0};
        bool added, more;
        int64_t stored;
        ItemRow rows[2];
        static const char *const records[] = {"{\"id\":\"q\"}", "{\"id\":\"r\"}", "{\"id\":\"q\"}",
                                              "{\"id\":\"q\"}"};
        union {
            const char *const *constant;
            void *any;
        } user = {.constant = records};
        ItemReader reader = {.source = {4, get_record, user.any}};
        DatasetVersion wanted = {.name = STR("cut"),
                                 .split = STR("data"),
                                 .content_hash = STR("h"),
                                 .source = STR("cut.jsonl")},
                       v;
        CHECK_OK(store_open(url, &db, &err), err);
        CHECK_OK(dataset_begin(db, &wanted, &reader.source, &a, &v, &stored, &err), err);
        CHECK(stored == 0 && v.n_items == 4);
        for (int i = 0; i < 2; i++)
            CHECK_OK(item_reader_next(&reader, &a, &rows[i], &more, &err), err);
        CHECK_OK(db_begin(db, &err), err);
        CHECK_OK(dataset_add_items(db, v.id, rows, 2, &err), err);
        CHECK_OK(dataset_add_items(db, v.id, rows, 1, &err), err); /* there already: left alone */
        CHECK_OK(db_commit(db, &err), err);
        CHECK_OK(dataset_forget(db, &v, &err), err); /* it has items: stays */
        CHECK_OK(dataset_begin(db, &wanted, &reader.source, &a, &v, &stored, &err), err);
        CHECK_INT(stored, 2);
        CHECK_OK(dataset_import(db, &wanted, &reader.source, &a, &v, &added, &err), err);
        CHECK(!added);
        ItemRows items = {0};
        static const char *const keys[] = {"q", "r", "q#2", "q#3"};
        CHECK_OK(dataset_items(db, v.id, 0, 10, &a, &items, &err), err);
        CHECK_INT(items.len, 4);
        for (size_t i = 0; i < 4; i++)
            CHECK_STR(items.items[i].key, keys[i]);
        wanted.name = STR("never");
        CHECK_OK(dataset_begin(db, &wanted, &reader.source, &a, &v, &stored, &err), err);
        CHECK_OK(dataset_forget(db, &v, &err), err);
        CHECK(dataset_find(db, STR("never"), &a, &v, &err) == E_MISSING);
        arena_free(&reader.keep);
        db_close(db);
    }
}

TEST(importing_the_same_content_twice_adds_one_version)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Db *db;
        Err err = {0};
        bool added;
        CHECK_OK(store_open(url, &db, &err), err);
        const char *const one[] = {"{\"id\":\"q1\",\"x\":1}", "{\"x\":2}", "{\"x\":2}"};
        const char *const two[] = {"{\"id\":\"q1\",\"x\":9}"};
        DatasetVersion v = import(db, &a, "h1", one, 3, &added);
        CHECK(added && v.number == 1 && v.n_items == 3);
        CHECK_STR(v.columns, "[\"id\",\"x\"]");
        DatasetVersion again = import(db, &a, "h1", one, 3, &added);
        CHECK(!added && again.id == v.id);
        DatasetVersion next = import(db, &a, "h2", two, 1, &added);
        CHECK(added && next.number == 2 && next.dataset_id == v.dataset_id);
        ItemRows items = {0};
        CHECK_OK(dataset_items(db, v.id, 0, 10, &a, &items, &err), err);
        CHECK_INT(items.len, 3);
        CHECK_STR(items.items[0].key, "q1");
        CHECK_STR(items.items[0].data, "{\"id\":\"q1\",\"x\":1}");
        CHECK_INT(items.items[1].key.len, 16);
        CHECK(str_starts(items.items[2].key, items.items[1].key));
        CHECK(str_ends(items.items[2].key, STR("#2")));
        DatasetVersion found;
        CHECK_OK(dataset_find(db, STR("mini/sums:test@1"), &a, &found, &err), err);
        CHECK(found.id == v.id);
        CHECK_OK(dataset_find(db, STR("mini/sums"), &a, &found, &err), err);
        CHECK(found.id == next.id);
        CHECK(dataset_find(db, STR("mini/nothing"), &a, &found, &err) == E_MISSING);
        db_close(db);
    }
}

TEST(no_two_items_of_a_version_have_one_key)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Db *db;
        Err err = {0};
        bool added;
        ItemRows items = {0};
        static const char *const records[] = {
            "{\"id\":\"a\"}",   "{\"id\":\"a\"}",   "{\"id\":\"a#2\"}",
            "{\"id\":\"b#2\"}", "{\"id\":\"b\"}",   "{\"id\":\"b\"}",
            "{\"id\":\"a\"}",   "{\"id\":\"a#2\"}", "{\"id\":\"a#2#2\"}"};
        static const char *const want[] = {"a",   "a#2", "a#2#2", "b#2",    "b",
                                           "b#3", "a#3", "a#2#3", "a#2#2#2"};
        CHECK_OK(store_open(url, &db, &err), err);
        DatasetVersion v = import(db, &a, "h", records, COUNT(records), &added);
        CHECK_OK(dataset_items(db, v.id, 0, 100, &a, &items, &err), err);
        CHECK_INT(items.len, COUNT(want));
        for (size_t i = 0; i < COUNT(want); i++)
            CHECK_STR(items.items[i].key, want[i]);
        db_close(db);
    }
}

TEST(a_failing_import_leaves_nothing)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Db *db;
        Err err = {0};
        CHECK_OK(store_open(url, &db, &err), err);
        const char *const bad[] = {"{\"x\":1}", "{\"x\":"};
        union {
            const char *const *constant;
            void *any;
        } user = {.constant = bad};
        ItemSource source = {2, get_record, user.any};
        DatasetVersion wanted = {.name = STR("n"),
                                 .split = STR("s"),
                                 .content_hash = STR("h"),
                                 .source = STR("f")},
                       out;
        bool added;
        CHECK(dataset_import(db, &wanted, &source, &a, &out, &added, &err) == E_PARSE);
        DatasetVersions all = {0};
        CHECK_OK(dataset_list(db, &a, &all, &err), err);
        CHECK_INT(all.len, 0);
        db_close(db);
    }
}

static int64_t add_run(Db *db, int64_t version, int64_t *model_id)
{
    Err err = {0};
    ModelRow model = {.name = STR("m"), .provider = STR("local"), .settings = STR("{}")};
    CHECK_OK(model_row_save(db, &model, model_id, &err), err);
    int64_t batch, run;
    CHECK_OK(batch_add(db, STR("run -m m"), STR("[]"), &batch, &err), err);
    RunRow row = {.batch_id = batch,
                  .model_id = *model_id,
                  .version_id = version,
                  .task = STR("sums"),
                  .config = STR("{}"),
                  .protocol = STR("{}"),
                  .protocol_hash = STR("p"),
                  .identity = STR("i"),
                  .settings = STR("{}"),
                  .n_items = 3,
                  .n_repeats = 1,
                  .program = STR("test")};
    CHECK_OK(run_add(db, &row, &run, &err), err);
    CHECK_OK(run_claim(db, run, batch, &err), err);
    return run;
}

static int64_t add_sample(Db *db, int64_t run, int64_t position, Outcome outcome, int64_t response,
                          double value)
{
    Err err = {0};
    int64_t id;
    SampleRow row = {.run_id = run,
                     .position = position,
                     .item_key = STR("k"),
                     .outcome = outcome,
                     .response_id = response,
                     .prompt = STR("Q"),
                     .target = STR("T"),
                     .cluster = position ? STR("c1") : STR("c0"),
                     .prompt_tokens = 3,
                     .completion_tokens = -1,
                     .seconds = 0.5,
                     .first_token = NAN,
                     .cost = NAN,
                     .attempts = 1};
    CHECK_OK(sample_add(db, &row, &id, &err), err);
    JudgementRow j = {.sample_id = id,
                      .criterion = STR("exact_match"),
                      .filter = STR("none"),
                      .judge = STR("rule:1"),
                      .value = value,
                      .outcome = outcome,
                      .label = STR("L"),
                      .why = STR("W")};
    if (outcome != OUTCOME_ERROR)
        CHECK_OK(judgement_add(db, &j, &err), err);
    return id;
}

static void note_id(void *user, Str key, int64_t id)
{
    CHECK_STR(key, "k1");
    *(int64_t *)user = id;
}

TEST(samples_and_judgements_come_back_as_written)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Db *db;
        Err err = {0};
        bool added, found;
        int64_t model, response, again;
        CHECK_OK(store_open(url, &db, &err), err);
        const char *const items[] = {"{\"x\":1}", "{\"x\":2}", "{\"x\":3}"};
        DatasetVersion v = import(db, &a, "h", items, 3, &added);
        int64_t run = add_run(db, v.id, &model);
        char *longer = arena_alloc(&a, 10000);
        memset(longer, 'a', 9999);
        longer[5] = '\0'; /* texts may hold NUL */
        ResponseRow r = {.model_id = model,
                         .key = STR("k1"),
                         .text = {longer, 9999},
                         .finish = STR("stop"),
                         .logprob = NAN,
                         .greedy = -1,
                         .prompt_tokens = 7,
                         .completion_tokens = 9,
                         .seconds = 0.25,
                         .first_token = NAN,
                         .cost = 0.1,
                         .attempts = 2};
        CHECK_OK(response_add(db, &r, &response, &err), err);
        ResponseRow back;
        CHECK_OK(response_get(db, response, &a, &back, &found, &err), err);
        int64_t keyed = 0;
        CHECK_OK(response_keys(db, model, note_id, &keyed, &err), err);
        CHECK_INT(keyed, response);
        CHECK(found && str_eq(back.text, r.text) && isnan(back.logprob) && back.greedy == -1);
        CHECK_NEAR(back.cost, 0.1, 0);
        add_sample(db, run, 0, OUTCOME_SCORED, response, 1);
        add_sample(db, run, 1, OUTCOME_NO_ANSWER, 0, 0);
        add_sample(db, run, 2, OUTCOME_ERROR, 0, 0);
        SampleRow twice = {.run_id = run, .position = 1, .prompt = STR(""), .attempts = 1};
        CHECK(sample_add(db, &twice, &again, &err) == E_CONFLICT);
        int64_t counts[N_OUTCOMES];
        CHECK_OK(sample_counts(db, run, counts, &err), err);
        CHECK(counts[OUTCOME_SCORED] == 1 && counts[OUTCOME_ERROR] == 1);
        RunPoints points = {0};
        CHECK_OK(run_numbers(db, run, &a, &points, NULL, &err), err);
        CHECK(points.sets.len == 1 && points.sets.items[0].points.len == 2);
        CHECK_INT(points.n_clusters, 2);
        SampleViews views = {0};
        SampleQuery q = {.run_id = run,
                         .limit = 10,
                         .after_position = -1,
                         .outcome = -1,
                         .wrong = true,
                         .position = -1};
        CHECK_OK(sample_views(db, &q, &a, &views, &err), err);
        CHECK_INT(views.len, 2);
        CHECK_STR(views.items[0].item, "{\"x\":2}");
        CHECK_STR(views.items[0].judgements.items[0].label, "L");
        CHECK_OK(sample_clear_errors(db, run, &err), err);
        uint64_t bits[1] = {0};
        CHECK_OK(sample_done(db, run, 1, bits, 3, &err), err);
        CHECK_INT(bits[0], 3);
        RunUsage usage = {0};
        points = (RunPoints){0};
        CHECK_OK(run_numbers(db, run, &a, &points, &usage, &err), err);
        CHECK(usage.counts[OUTCOME_SCORED] == 1 && usage.counts[OUTCOME_NO_ANSWER] == 1);
        CHECK(usage.n_samples == 2 && usage.prompt_tokens == 6 && usage.seconds.len == 2);
        CHECK_OK(run_release(db, run, "finished", STR(""), &err), err);
        RunRow row;
        CHECK_OK(run_get(db, run, &a, &row, &err), err);
        CHECK_STR(row.state, "finished");
        CHECK(row.finished > 0 && row.version_number == 1);
        CHECK_OK(run_delete(db, run, &err), err);
        CHECK(run_get(db, run, &a, &row, &err) == E_MISSING);
        db_close(db);
    }
}

TEST(a_run_is_claimed_by_one_living_process)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Db *db;
        Err err = {0};
        bool added;
        int64_t model;
        CHECK_OK(store_open(url, &db, &err), err);
        const char *const items[] = {"{\"x\":1}"};
        DatasetVersion v = import(db, &a, "h", items, 1, &added);
        int64_t run = add_run(db, v.id, &model);
        RunRow row;
        CHECK_OK(run_get(db, run, &a, &row, &err), err);
        CHECK_STR(row.state, "running");
        CHECK(row.owner.len > 0);
        CHECK_OK(run_claim(db, run, row.batch_id, &err), err); /* our own */
        DbStmt *s;
        CHECK_OK(db_query(db, "UPDATE run SET owner = ?1", &s, &err), err);
        db_bind_text(s, 1, STR("elsewhere:12:34"));
        CHECK_OK(db_run(s, &err), err);
        CHECK(run_claim(db, run, row.batch_id, &err) == E_CONFLICT);
        Str me = run_owner(&a);
        Str dead = str_printf(&a, "%.*s9", (int)me.len, me.ptr); /* same id, other start */
        CHECK_OK(db_query(db, "UPDATE run SET owner = ?1", &s, &err), err);
        db_bind_text(s, 1, dead);
        CHECK_OK(db_run(s, &err), err);
        CHECK_OK(run_claim(db, run, row.batch_id, &err), err);
        db_close(db);
    }
}

TEST(texts_no_database_takes_are_stored_all_the_same)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Db *db;
        Err err = {0};
        bool added;
        int64_t model, id;
        CHECK_OK(store_open(url, &db, &err), err);
        const char *const items[] = {"{\"x\":1}"};
        DatasetVersion v = import(db, &a, "h", items, 1, &added);
        int64_t run = add_run(db, v.id, &model);
        SampleRow row = {.run_id = run,
                         .item_key = {"k\0y", 3},
                         .outcome = OUTCOME_SCORED,
                         .prompt = STR(""),
                         .target = {"a\xff"
                                    "b\0c\xe4",
                                    6},
                         .attempts = 1};
        CHECK_OK(sample_add(db, &row, &id, &err), err);
        SampleViews views = {0};
        SampleQuery q = {
            .run_id = run, .limit = 10, .after_position = -1, .outcome = -1, .position = -1};
        CHECK_OK(sample_views(db, &q, &a, &views, &err), err);
        CHECK_INT(views.len, 1);
        Str target = views.items[0].sample.target;
        CHECK(str_starts(target, STR("a")) && str_find(target, STR("b")) > 0);
        CHECK(str_find(target, STR("c")) > 0); /* nothing is cut off at a NUL */
        CHECK(str_find(views.items[0].sample.item_key, STR("y")) > 0);
        db_close(db);
    }
}

TEST(a_run_does_not_change_a_model_that_was_added)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Db *db;
        Err err = {0};
        int64_t id, again;
        bool found;
        ModelRow back, row = {.name = STR("m"),
                              .provider = STR("openai"),
                              .address = STR("http://a"),
                              .settings = STR("{\"rpm\":60}"),
                              .added = true};
        CHECK_OK(store_open(url, &db, &err), err);
        CHECK_OK(model_row_save(db, &row, &id, &err), err);
        row.added = false;
        row.settings = STR("{\"timeout\":1}");
        row.address = STR("http://b");
        CHECK_OK(model_row_save(db, &row, &again, &err), err);
        CHECK_INT(again, id);
        CHECK_OK(model_row_find(db, STR("m"), &a, &back, &found, &err), err);
        CHECK(found && back.added);
        CHECK_STR(back.settings, "{\"rpm\":60}");
        CHECK_STR(back.address, "http://a");
        db_close(db);
    }
}

static void add_clustered(Db *db, int64_t run, int64_t position, Str cluster)
{
    Err err = {0};
    int64_t id;
    SampleRow row = {.run_id = run,
                     .position = position,
                     .item_key = STR("k"),
                     .outcome = OUTCOME_SCORED,
                     .cluster = cluster,
                     .prompt = STR(""),
                     .attempts = 1};
    CHECK_OK(sample_add(db, &row, &id, &err), err);
    JudgementRow j = {.sample_id = id,
                      .criterion = STR("acc"),
                      .judge = STR("rule:1"),
                      .outcome = OUTCOME_SCORED,
                      .value = 1};
    CHECK_OK(judgement_add(db, &j, &err), err);
}

TEST(items_without_a_cluster_are_not_one_cluster)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Db *db;
        Err err = {0};
        bool added;
        int64_t model;
        CHECK_OK(store_open(url, &db, &err), err);
        const char *const items[] = {"{\"x\":1}", "{\"x\":2}", "{\"x\":3}", "{\"x\":4}"};
        DatasetVersion v = import(db, &a, "h", items, 4, &added);
        int64_t run = add_run(db, v.id, &model);
        const Str clusters[] = {STR("c"), {0}, STR("c"), {0}};
        for (int i = 0; i < 4; i++)
            add_clustered(db, run, i, clusters[i]);
        RunPoints points = {0};
        CHECK_OK(run_numbers(db, run, &a, &points, NULL, &err), err);
        const Point *p = points.sets.items[0].points.items;
        CHECK_INT(p[0].cluster, p[2].cluster);
        CHECK(p[1].cluster != p[0].cluster && p[3].cluster != p[0].cluster);
        CHECK(p[1].cluster != p[3].cluster);
        for (int i = 0; i < 4; i++)
            CHECK(p[i].cluster < points.n_clusters);
        db_close(db);
    }
}

TEST(every_database_failure_leaves_no_half_import)
{
    SCOPED_ARENA(a);
    const char *const items[] = {"{\"x\":1}", "{\"x\":2}"};
    for (long n = 1; n < 40; n++) {
        Db *db;
        Err err = {0};
        CHECK_OK(store_open(test_database(0), &db, &err), err);
        union {
            const char *const *constant;
            void *any;
        } user = {.constant = items};
        ItemSource source = {2, get_record, user.any};
        DatasetVersion wanted = {.name = STR("n"),
                                 .split = STR("s"),
                                 .content_hash = STR("h"),
                                 .source = STR("f")},
                       out;
        bool added;
        db_fail_after(db, n);
        Status status = dataset_import(db, &wanted, &source, &a, &out, &added, &err);
        db_fail_after(db, 0);
        ItemRows rows = {0};
        DatasetVersions all = {0};
        CHECK_OK(dataset_list(db, &a, &all, &err), err);
        CHECK(all.len == 0 || all.len == 1);
        if (all.len)
            CHECK_OK(dataset_items(db, all.items[0].id, 0, 9, &a, &rows, &err), err);
        CHECK_INT(rows.len, all.len ? 2 : 0);
        db_close(db);
        if (status == OK)
            return;
        CHECK(strstr(err.msg, "injected"));
    }
    test_fail(__FILE__, __LINE__, "the import never got through");
}
