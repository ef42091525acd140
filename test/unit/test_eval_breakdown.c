/* test_eval_breakdown.c - a run made by hand, its number by one column and by two. */
#include "databases.h"

#include "core/dataset.h"
#include "core/sample.h"
#include "core/store.h"
#include "eval/breakdown.h"

/* length, depth, value; NAN: no answer; the last one is an error. A second text of 1000 x 50 and
 * none of 2000 x 50. */
static const struct {
    const char *data;
    double value;
} items[] = {
    {"{\"id\":0,\"length\":10000,\"depth\":\"late\",\"tag\":\"b\"}", 1},
    {"{\"id\":1,\"length\":2000,\"depth\":\"early\",\"tag\":\"a\"}", 0},
    {"{\"id\":2,\"length\":10000,\"depth\":\"early\"}", 1},
    {"{\"id\":3,\"length\":10000,\"depth\":\"early\",\"tag\":\"b\"}", NAN},
    {"{\"id\":4,\"length\":2000,\"depth\":\"early\",\"tag\":null}", 1},
    {"{\"id\":5,\"length\":2000,\"depth\":\"early\",\"tag\":\"a\"}", 0.5},
    {"{\"id\":6,\"length\":500,\"depth\":\"late\",\"tag\":\"a\"}", -1},
};
enum { N_ITEMS = COUNT(items) };

static Status get_item(void *user, size_t position, Arena *arena, Json *out, Err *err)
{
    (void)user;
    return json_parse(arena, str_from(items[position].data), out, err);
}

static int64_t add_run(Db *db, int64_t version, const char *config)
{
    SCOPED_ARENA(a);
    Err err = {0};
    ModelRow model = {.name = STR("m"),
                      .provider = STR("local"),
                      .address = STR(""),
                      .model = STR(""),
                      .key_env = STR(""),
                      .settings = STR("{}")};
    RunRow run = {.version_id = version,
                  .task = STR("t"),
                  .config = str_from(config),
                  .protocol = STR("{}"),
                  .protocol_hash = STR("p"),
                  .identity = STR("i"),
                  .settings = STR("{}"),
                  .n_items = N_ITEMS,
                  .n_repeats = 1,
                  .state = STR("finished"),
                  .stop_reason = STR(""),
                  .owner = STR(""),
                  .program = STR("test")};
    CHECK_OK(batch_add(db, STR("run"), STR("[]"), &run.batch_id, &err), err);
    CHECK_OK(model_row_save(db, &model, &run.model_id, &err), err);
    CHECK_OK(run_add(db, &run, &run.id, &err), err);
    for (int i = 0; i < N_ITEMS; i++) {
        double v = items[i].value;
        bool error = v < 0;
        Outcome outcome = error ? OUTCOME_ERROR : isnan(v) ? OUTCOME_NO_ANSWER : OUTCOME_SCORED;
        SampleRow row = {.run_id = run.id,
                         .position = i,
                         .item_key = str_printf(&a, "%d", i),
                         .outcome = outcome,
                         .prompt = STR("?"),
                         .target = STR("!"),
                         .detail = STR("{}"),
                         .error = error ? STR("HTTP 400") : STR(""),
                         .prompt_tokens = -1,
                         .completion_tokens = -1,
                         .seconds = NAN,
                         .first_token = NAN,
                         .cost = NAN,
                         .attempts = 1};
        CHECK_OK(sample_add(db, &row, &row.id, &err), err);
        JudgementRow j = {.sample_id = row.id,
                          .criterion = STR("needle_recall"),
                          .filter = STR("none"),
                          .judge = STR("rule:1"),
                          .value = isnan(v) ? 0 : v,
                          .label = STR(""),
                          .why = STR(""),
                          .outcome = outcome};
        if (!error)
            CHECK_OK(judgement_add(db, &j, &err), err);
    }
    return run.id;
}

static int64_t make_run(const char *url, Db **db)
{
    SCOPED_ARENA(a);
    Err err = {0};
    bool added;
    CHECK_OK(store_open(url, db, &err), err);
    ItemSource source = {N_ITEMS, get_item, NULL};
    DatasetVersion wanted = {.name = STR("d"),
                             .split = STR("test"),
                             .content_hash = STR("h"),
                             .source = STR("d.jsonl")},
                   out = {0};
    CHECK_OK(dataset_import(*db, &wanted, &source, &a, &out, &added, &err), err);
    return add_run(*db, out.id,
                   "{\"metric_list\":[{\"metric\":\"needle_recall\"}],"
                   "\"metadata\":{\"assay\":{\"by\":[\"length\",\"depth\"]}}}");
}

static Str names_of(Arena *a, const BreakdownNames *names)
{
    StrBuf out = strbuf_make(a, 400);
    for (size_t i = 0; i < names->len; i++)
        strbuf_addf(&out, "%s" STR_FMT, i ? " " : "", STR_ARG(names->items[i]));
    return strbuf_str(&out);
}

TEST(breakdown_puts_each_item_into_its_cell)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Err err = {0};
        Db *db;
        Breakdown b;
        RunRow run;
        BreakdownNames columns = {0};
        int64_t id = make_run(url, &db);
        CHECK_OK(run_get(db, id, &a, &run, &err), err);
        eval_breakdown_columns(&run, &a, &columns); /* what the task says */
        CHECK_STR(names_of(&a, &columns), "length depth");
        CHECK_OK(eval_breakdown(db, id, &columns, &a, &b, &err), err);
        CHECK_STR(names_of(&a, &b.values[0]), "500 2000 10000"); /* by size */
        CHECK_STR(names_of(&a, &b.values[1]), "late early");     /* as they come */
        CHECK_INT(b.n_cells, 6);
        static const struct {
            size_t n;
            double mean;
        } want[] = {{0, NAN}, {0, NAN}, {1, 1}, {0, NAN}, {3, 0.5}, {2, 0.5}};
        for (size_t i = 0; i < COUNT(want); i++) { /* the error is in no cell */
            CHECK_INT(b.cells[i].headline.n, want[i].n);
            if (want[i].n)
                CHECK_NEAR(b.cells[i].headline.mean, want[i].mean, 1e-12);
            else
                CHECK(isnan(b.cells[i].headline.mean));
        }
        CHECK_NEAR(b.cells[4].headline.se, 0.28867513459481287, 1e-12); /* 0.5 / sqrt(3) */
        CHECK_INT(b.cells[5].answered.n, 1); /* one of the two gave no answer */
        CHECK_INT(b.metric.headline.n, 6);
        CHECK_NEAR(b.metric.headline.mean, 3.5 / 6, 1e-12);
        db_close(db);
    }
}

TEST(breakdown_by_one_column_keeps_items_without_a_value_apart)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Err err = {0};
        Db *db;
        Breakdown b;
        BreakdownNames columns = {0};
        int64_t id = make_run(url, &db);
        vec_push(&a, &columns, STR("tag"));
        CHECK_OK(eval_breakdown(db, id, &columns, &a, &b, &err), err);
        CHECK_STR(names_of(&a, &b.values[0]), "b a -");
        CHECK_INT(b.n_cells, 3);
        CHECK_NEAR(b.cells[0].headline.mean, 0.5, 1e-12);
        CHECK_NEAR(b.cells[1].headline.mean, 0.25, 1e-12);
        CHECK_NEAR(b.cells[2].headline.mean, 1, 1e-12);
        columns.items[0] = STR("size");
        CHECK(eval_breakdown(db, id, &columns, &a, &b, &err) == E_MISSING);
        CHECK(strstr(err.msg, "no column \"size\""));
        CHECK(strstr(err.msg, "\"length\",\"depth\""));
        columns.len = 0;
        CHECK(eval_breakdown(db, id, &columns, &a, &b, &err) == E_USAGE);
        db_close(db);
    }
}
