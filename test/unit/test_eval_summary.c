/* test_eval_summary.c - a small run made by hand: its numbers, its comparison, its gates. */
#include "databases.h"

#include "cli/gate.h"
#include "core/dataset.h"
#include "core/sample.h"
#include "core/store.h"
#include "eval/compare.h"

enum { ITEMS = 6 };

/* Item 5 is an error in every run; NAN marks a sample without an answer. */
static const double values_a[] = {0, 0, 0, 1, NAN}, values_b[] = {1, 1, 1, 0, 1};
static const char *const clusters[] = {"x", "x", "y", "y", "z", "z"};

static Status get_item(void *user, size_t position, Arena *arena, Json *out, Err *err)
{
    (void)user;
    return json_parse(arena, str_printf(arena, "{\"id\":%zu}", position), out, err);
}

static const char *metric = "exact_match"; /* of the runs that are added */
static bool keep_nan;                      /* their missing values stay missing */

static void add_samples(Db *db, int64_t run, const double *values, bool clustered)
{
    Err err = {0};
    for (int i = 0; i < ITEMS; i++) {
        SCOPED_ARENA(a);
        bool error = i == ITEMS - 1;
        Outcome outcome = error              ? OUTCOME_ERROR
                          : isnan(values[i]) ? OUTCOME_NO_ANSWER
                                             : OUTCOME_SCORED;
        SampleRow row = {.run_id = run,
                         .position = i,
                         .item_key = str_printf(&a, "item-%d", i),
                         .cluster = clustered ? str_from(clusters[i]) : (Str){0},
                         .outcome = outcome,
                         .prompt = STR("?"),
                         .target = STR("!"),
                         .detail = STR("{}"),
                         .error = error ? STR("HTTP 400") : STR(""),
                         .prompt_tokens = error ? -1 : 10,
                         .completion_tokens = error ? -1 : i,
                         .seconds = error ? NAN : 0.1 * (i + 1),
                         .first_token = NAN,
                         .cost = error ? NAN : 0.5,
                         .attempts = 1};
        CHECK_OK(sample_add(db, &row, &row.id, &err), err);
        if (error)
            continue;
        JudgementRow j = {.sample_id = row.id,
                          .criterion = str_from(metric),
                          .filter = STR("none"),
                          .judge = STR("rule:1"),
                          .value = isnan(values[i]) && !keep_nan ? 0 : values[i],
                          .weight = i + 1,
                          .label = STR(""),
                          .why = STR(""),
                          .outcome = outcome};
        CHECK_OK(judgement_add(db, &j, &err), err);
    }
}

typedef struct Made {
    Db *db;
    int64_t version, batch;
} Made;

static Made make_store(const char *url)
{
    SCOPED_ARENA(a);
    Made m;
    Err err = {0};
    bool added;
    CHECK_OK(store_open(url, &m.db, &err), err);
    ItemSource source = {ITEMS, get_item, NULL};
    DatasetVersion wanted = {.name = STR("d"),
                             .split = STR("test"),
                             .content_hash = STR("h"),
                             .source = STR("d.jsonl")},
                   out = {0};
    CHECK_OK(dataset_import(m.db, &wanted, &source, &a, &out, &added, &err), err);
    m.version = out.id;
    CHECK_OK(batch_add(m.db, STR("run"), STR("[]"), &m.batch, &err), err);
    return m;
}

static int64_t add_run(const Made *m, const char *model, const char *protocol, const double *values,
                       bool clustered)
{
    SCOPED_ARENA(a);
    Err err = {0};
    ModelRow row = {.name = str_from(model),
                    .provider = STR("local"),
                    .address = STR(""),
                    .model = STR(""),
                    .key_env = STR(""),
                    .settings = STR("{}")};
    RunRow run = {.batch_id = m->batch,
                  .version_id = m->version,
                  .task = STR("sums"),
                  .config = str_printf(&a, "{\"metric_list\":[{\"metric\":\"%s\"}]}", metric),
                  .protocol = str_from(protocol),
                  .protocol_hash = str_from(protocol),
                  .identity = str_from(model),
                  .settings = STR("{}"),
                  .n_items = ITEMS,
                  .n_repeats = 1,
                  .state = STR("running"),
                  .stop_reason = STR(""),
                  .owner = STR(""),
                  .program = STR("test")};
    CHECK_OK(model_row_save(m->db, &row, &run.model_id, &err), err);
    CHECK_OK(run_add(m->db, &run, &run.id, &err), err);
    add_samples(m->db, run.id, values, clustered);
    return run.id;
}

TEST(a_summary_is_what_a_person_computes)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Err err = {0};
        RunSummary s;
        Made m = make_store(url);
        int64_t run = add_run(&m, "plain", "{}", values_a, false);
        CHECK_OK(eval_summarise(m.db, run, 0, &a, &s, &err), err);
        CHECK_INT(s.n_samples, 6);
        CHECK_INT(s.counts[OUTCOME_SCORED], 4);
        CHECK_INT(s.counts[OUTCOME_NO_ANSWER], 1);
        CHECK_INT(s.counts[OUTCOME_ERROR], 1);
        CHECK(s.incomplete);
        CHECK_INT(s.metrics.len, 1);
        const MetricSummary *x = &s.metrics.items[0];
        CHECK_INT(x->headline.n, 5); /* the error is in no number */
        CHECK_NEAR(x->headline.mean, 0.2, 1e-12);
        CHECK_NEAR(x->headline.se, 0.2, 1e-12); /* sqrt(0.8 / 4 / 5) */
        CHECK_INT(x->answered.n, 4);
        CHECK_NEAR(x->answered.mean, 0.25, 1e-12);
        CHECK_NEAR(x->answered.se, 0.25, 1e-12); /* sqrt(0.75 / 3 / 4) */
        /* Wilson for 1 of 5: centre (1 + z^2 / 2) / (5 + z^2) and half width. */
        double z = 1.959963984540054, z2 = z * z;
        double centre = (1 + z2 / 2) / (5 + z2), half = z * sqrt(0.8 + z2 / 4) / (5 + z2);
        CHECK_NEAR(x->headline.ci.low, centre - half, 1e-12);
        CHECK_NEAR(x->headline.ci.high, centre + half, 1e-12);
        CHECK_INT(s.usage.prompt_tokens, 50);
        CHECK_INT(s.usage.completion_tokens, 10);
        CHECK_NEAR(s.usage.cost, 2.5, 1e-12);
        CHECK_NEAR(s.latency[0], 0.3, 1e-12);
        CHECK_NEAR(s.latency[1], 0.46, 1e-12); /* 0.4 + 0.6 * 0.1 */
        CHECK(isnan(s.first_token[0]));
        db_close(m.db);
    }
}

TEST(values_are_spread_over_the_sum_of_their_weights)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Err err = {0};
        RunSummary s;
        Made m = make_store(url);
        static const char config[] =
            "{\"metric_list\":[{\"metric\":\"exact_match\",\"aggregation\":\"%s\"}]}";
        const char *ways[] = {"weighted_perplexity", "bits_per_byte"};
        /* The values sum to 1, the weights of the same items to 1 + 2 + 3 + 4 + 5. */
        const double want[] = {exp(-1.0 / 15), -1.0 / 15 / log(2)};
        for (size_t i = 0; i < COUNT(ways); i++) {
            Str text = str_printf(&a, config, ways[i]);
            int64_t run = add_run(&m, ways[i], "{}", values_a, false);
            RunRow scoring = {.id = run,
                              .config = text,
                              .protocol = STR("{}"),
                              .protocol_hash = STR("{}"),
                              .identity = text,
                              .program = STR("test")};
            CHECK_OK(run_set_scoring(m.db, &scoring, &err), err);
            CHECK_OK(eval_summarise(m.db, run, 0, &a, &s, &err), err);
            CHECK_NEAR(s.metrics.items[0].headline.mean, want[i], 1e-12);
            CHECK_STR(str_from(s.metrics.items[0].headline.method), "bootstrap");
        }
        db_close(m.db);
    }
}

TEST(clusters_make_a_summary_less_sure)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Err err = {0};
        RunSummary s;
        Made m = make_store(url);
        int64_t run = add_run(&m, "clustered", "{}", values_a, true);
        CHECK_OK(eval_summarise(m.db, run, 0, &a, &s, &err), err);
        const MeanResult *x = &s.metrics.items[0].headline;
        /* Sums of residuals in x, y, z: -0.4, 0.6, -0.2; sqrt(3/2 * 0.56) / 5. */
        CHECK_INT(x->clusters, 3);
        CHECK_NEAR(x->se, sqrt(1.5 * 0.56) / 5, 1e-12);
        db_close(m.db);
    }
}

TEST(a_missing_value_is_never_the_best_where_lower_is_better)
{
    static const double some[] = {2, 4, 3, 5, NAN}, all[] = {1, 3, 4, 4, 7};
    static const char *const metrics[] = {"brier_score", "perplexity", "exact_match"};
    keep_nan = true;
    for (size_t i = 0; i < COUNT(metrics); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        RunSummary s;
        Comparisons out = {0};
        metric = metrics[i];
        Made m = make_store(test_database(0));
        bool falls = i < 2;
        RunPair pair = {add_run(&m, "a", "{}", some, false), add_run(&m, "b", "{}", all, false)};
        CHECK_OK(eval_summarise(m.db, pair.a, 0, &a, &s, &err), err);
        const MetricSummary *x = &s.metrics.items[0];
        CHECK(x->higher_is_better == !falls);
        CHECK_INT(x->headline.n, 5);
        CHECK_INT(x->answered.n, 4);
        CHECK(isnan(x->headline.mean) == falls && isnan(x->headline.se) == falls);
        if (!falls)
            CHECK_NEAR(x->headline.mean, 2.8, 1e-12);
        CHECK_NEAR(x->answered.mean, i == 1 ? exp(-3.5) : 3.5, 1e-12);
        CHECK_OK(eval_compare(m.db, &pair, 1, &(CompareHow){0}, &a, &out, &err), err);
        CHECK_INT(out.items[0].n, falls ? 4 : 5);
        CHECK_INT(out.items[0].only_a, falls ? 1 : 0);
        CHECK_NEAR(out.items[0].difference.mean, falls ? -0.5 : 1, 1e-12);
        CHECK(out.items[0].higher_is_better == (i != 0)); /* log-likelihoods rise */
        db_close(m.db);
    }
    keep_nan = false;
    metric = "exact_match";
}

/* As CPython's random draws them: chunks of 50, and two of 1,000. */
TEST(bootstrap_draws_are_as_many_as_asked_for)
{
    static const double values[] = {-1, -3, -4, -4, -7};
    SCOPED_ARENA(a);
    Err err = {0};
    RunSummary s;
    metric = "perplexity";
    Made m = make_store(test_database(0));
    int64_t run = add_run(&m, "a", "{}", values, false);
    CHECK_OK(eval_summarise(m.db, run, 50, &a, &s, &err), err);
    CHECK_NEAR(s.metrics.items[0].headline.se, 81.867917187291, 1e-9);
    CHECK_OK(eval_summarise(m.db, run, 2000, &a, &s, &err), err);
    CHECK_NEAR(s.metrics.items[0].headline.se, 85.53541660782018, 1e-9);
    db_close(m.db);
    metric = "exact_match";
}

TEST(a_comparison_pairs_items_and_respects_clusters)
{
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Err err = {0};
        Comparisons out = {0};
        Made m = make_store(url);
        RunPair plain = {add_run(&m, "a", "{}", values_a, false),
                         add_run(&m, "b", "{}", values_b, false)};
        RunPair grouped = {add_run(&m, "c", "{}", values_a, true),
                           add_run(&m, "d", "{}", values_b, true)};
        CHECK_OK(eval_compare(m.db, &plain, 1, &(CompareHow){0}, &a, &out, &err), err);
        CHECK_INT(out.len, 1);
        const Comparison *c = &out.items[0];
        CHECK_INT(c->n, 5);
        CHECK_NEAR(c->difference.mean, 0.6, 1e-12);
        CHECK_NEAR(c->difference.se, 0.4, 1e-12); /* sqrt(3.2 / 4 / 5) */
        CHECK_INT(c->a_only_right, 1);
        CHECK_INT(c->b_only_right, 4);
        CHECK_NEAR(c->p, 12.0 / 32, 1e-12); /* 2 (1 + 5) / 2^5 */
        CHECK_INT(c->flips.len, 5);
        out = (Comparisons){0};
        CHECK_OK(eval_compare(m.db, &grouped, 1, &(CompareHow){0}, &a, &out, &err), err);
        c = &out.items[0];
        /* Residuals of 1, 1 | 1, -1 | 1 around 0.6: 0.8, -1.2, 0.4. */
        CHECK_NEAR(c->difference.se, sqrt(1.5 * 2.24) / 5, 1e-12);
        CHECK(strcmp(c->test, "sign-flip") == 0);
        CHECK_NEAR(c->p, 0.5, 1e-12); /* sums 2, 0, 1: |2 + 1| is reached by half of the signs */
        db_close(m.db);
    }
}

TEST(a_comparison_of_unequal_protocols_is_refused_with_what_differs)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Comparisons out = {0};
    Made m = make_store(test_database(0));
    RunPair pair = {
        add_run(&m, "a", "{\"num_fewshot\":0,\"generation\":{\"temperature\":0}}", values_a, false),
        add_run(&m, "b", "{\"num_fewshot\":5,\"generation\":{\"temperature\":0}}", values_b,
                false)};
    CHECK(eval_compare(m.db, &pair, 1, &(CompareHow){0}, &a, &out, &err) == E_CONFLICT);
    CHECK(strstr(err.msg, "num_fewshot: 0 / 5"));
    CHECK(strstr(err.msg, "--force"));
    CHECK(!strstr(err.msg, "temperature")); /* is the same */
    CHECK_OK(eval_compare(m.db, &pair, 1, &(CompareHow){.force = true}, &a, &out, &err), err);
    CHECK_INT(out.items[0].differs.len, 1);
    db_close(m.db);
}

/* ---- groups, with the golden group "exam": three tasks of 7, 5 and 5 items ---- */

static RunSummary task_summary(Arena *a, const char *task, size_t right, size_t norm, size_t n)
{
    RunSummary s = {.run = {.task = str_from(task), .model = STR("m")}};
    static const char *const names[] = {"acc", "acc_norm"};
    const size_t rights[] = {right, norm};
    for (int i = 0; i < 2; i++) {
        double p = (double)rights[i] / (double)n;
        MetricSummary m = {.metric = str_from(names[i]), .filter = STR("none")};
        m.headline = (MeanResult){.n = n, .mean = p, .se = sqrt(p * (1 - p) / (double)(n - 1))};
        vec_push(a, &s.metrics, m);
    }
    return s;
}

TEST(a_group_pools_as_lm_evaluation_harness_does)
{
    SCOPED_ARENA(a);
    Err err = {0};
    GroupSummaries out = {0};
    const RunSummary runs[] = {task_summary(&a, "exam_history", 4, 4, 7),
                               task_summary(&a, "exam_science", 1, 1, 5),
                               task_summary(&a, "exam_art", 3, 3, 5)};
    Str tree =
        STR("[{\"name\":\"exam\",\"alias\":\"all exams\",\"children\":["
            "{\"name\":\"exam_history\"},{\"name\":\"exam_science\"},{\"name\":\"exam_art\"}],"
            "\"aggregates\":[{\"metric\":\"acc\",\"filter_list\":[\"none\"]},"
            "{\"metric\":\"acc_norm\",\"filter_list\":[\"none\"],\"weight_by_size\":false}]}]");
    CHECK_OK(eval_groups(tree, runs, COUNT(runs), &a, &out, &err), err);
    CHECK_INT(out.len, 2);
    CHECK_STR(out.items[0].alias, "all exams");
    CHECK_INT(out.items[0].n, 17);
    CHECK_NEAR(out.items[0].mean, 0.47058823529411764, 1e-12); /* by size */
    CHECK_NEAR(out.items[0].se, 0.12492494745645803, 1e-12);
    CHECK_NEAR(out.items[1].mean, 0.45714285714285713, 1e-12); /* each task alike */
    CHECK_NEAR(out.items[1].se, 0.12492494745645803, 1e-12);
}

/* ---- gates ---- */

TEST(gates_hold_or_fail_by_the_worst_run)
{
    SCOPED_ARENA(a);
    RunSummary runs[] = {task_summary(&a, "exam_history", 4, 5, 7),
                         task_summary(&a, "exam_art", 3, 4, 5)};
    runs[0].metrics.items[0].headline.ci = (Interval){0.25, 0.84};
    runs[1].metrics.items[0].headline.ci = (Interval){0.23, 0.88};
    static const struct {
        const char *condition;
        bool passed;
        double value;
    } cases[] = {
        {"acc>=0.5", true, 4.0 / 7},      {"acc >= 0.6", false, 4.0 / 7},
        {"exam_art:acc>=0.6", true, 0.6}, {"exam_art:acc>0.6", false, 0.6},
        {"acc.low>=0.24", false, 0.23},   {"acc.high<0.9", true, 0.84},
        {"acc@none<=0.58", false, 0.6},   {"acc_norm<1", true, 5.0 / 7},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        GateResult g;
        Err err = {0};
        CHECK_OK(gate_check(str_from(cases[i].condition), runs, COUNT(runs), &g, &err), err);
        if (g.passed != cases[i].passed)
            test_fail(__FILE__, __LINE__, "%s: %d", cases[i].condition, g.passed);
        CHECK_NEAR(g.value, cases[i].value, 1e-12);
    }
    runs[1].incomplete = true; /* a number with holes meets no condition */
    GateResult g;
    Err err = {0};
    CHECK_OK(gate_check(STR("exam_art:acc>=0"), runs, COUNT(runs), &g, &err), err);
    CHECK(!g.passed);
    static const char *const wrong[] = {"acc",          ">=1", "acc>=",   "acc>=x",
                                        "acc=0.5",      "",    "bleu>=0", "nothing:acc>=0",
                                        "acc@strict>=0"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (gate_check(str_from(wrong[i]), runs, COUNT(runs), &g, &err) != E_USAGE)
            test_fail(__FILE__, __LINE__, "\"%s\" is taken", wrong[i]);
}

TEST(a_second_entry_of_a_metric_is_found_by_its_own_name)
{
    SCOPED_ARENA(a);
    Json config;
    Err err = {0};
    CHECK_OK(json_parse(&a,
                        STR("{\"metric_list\":[{\"metric\":\"bleu\"},"
                            "{\"metric\":\"bleu\",\"tokenize\":\"zh\"}]}"),
                        &config, &err),
             err);
    CHECK(!json_get(eval_metric_entry(&config, STR("bleu")), "tokenize"));
    CHECK_STR(json_text(json_get(eval_metric_entry(&config, STR("bleu[tokenize=zh]")), "tokenize")),
              "zh");
    CHECK(!eval_metric_entry(&config, STR("bleu[tokenize=13a]")));
}
