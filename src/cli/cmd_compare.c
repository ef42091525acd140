/* cmd_compare.c - assay compare: runs or models, item by item. */
#include "cli/draws.h"
#include "cli/view.h"
#include "core/store.h"

typedef struct CompareOptions {
    bool force, all, all_metrics;
    Str task;
    int64_t limit, draws;
} CompareOptions;

static const Option compare_options[] = {
    {"force", 0, OPT_FLAG, offsetof(CompareOptions, force), NULL,
     "compare although the protocols differ", "口径不同也强制对比"},
    {"all", 0, OPT_FLAG, offsetof(CompareOptions, all), NULL, "every item that changed",
     "列出所有结果有变化的题目"},
    {"limit", 'n', OPT_INT, offsetof(CompareOptions, limit), "N",
     "at most N items that changed, the most changed first (10; 3 of each of several comparisons)",
     "最多列出 N 道结果有变化的题目，变化大的在前（10；有多项对比时各 3 道）"},
    {"all-metrics", 0, OPT_FLAG, offsetof(CompareOptions, all_metrics), NULL,
     "every metric, not only the first", "对比所有指标"},
    {"task", 't', OPT_TEXT, offsetof(CompareOptions, task), "TASK", "with models: only this task",
     "按模型对比时只看此任务"},
    {"bootstrap-iters", 0, OPT_INT, offsetof(CompareOptions, draws), "N",
     "bootstrap draws, where a score is one of the whole corpus (2000)",
     "语料级得分的自助法抽样次数（2000）"},
    {0},
};
enum { NOT_SAID = INT32_MIN, FLIPS = 10, FLIPS_OF_MANY = 3 };
static const CompareOptions compare_defaults = {.limit = NOT_SAID};

typedef VEC(RunPair) RunPairs;

/* How far back runs of one model and task are looked at. */
enum { MOST_RUNS = 1000 };

static Status finished_runs(App *app, Db *db, Str model, Str task, RunRows *out, Err *err)
{
    RunRows all = {0};
    TRY(run_list(db, model, task, MOST_RUNS, app->arena, &all, err));
    for (size_t i = 0; i < all.len; i++)
        if (str_eqc(all.items[i].state, "finished"))
            vec_push(app->arena, out, all.items[i]);
    return OK;
}

/* The newest runs with equal protocols, which include the data and how much of it; the newest
 * of each when there are none. Neither list is empty. */
static RunPair best_pair(const RunRows *a, const RunRows *b)
{
    for (size_t i = 0; i < a->len; i++)
        for (size_t k = 0; k < b->len; k++)
            if (str_eq(a->items[i].protocol_hash, b->items[k].protocol_hash))
                return (RunPair){a->items[i].id, b->items[k].id};
    return (RunPair){a->items[0].id, b->items[0].id};
}

/* Says which runs were taken where there was a choice, and how to take others. */
static void tell_choice(App *app, Str task, const RunRows *a, const RunRows *b, RunPair taken)
{
    SCOPED_ARENA(scratch);
    if (a->len == 1 && b->len == 1)
        return;
    fprintf(app->info, "%s\n",
            trf(app, &scratch, T_COMPARE_TAKEN, str_z(&scratch, task), (long long)taken.a,
                (long long)taken.b, a->len, b->len, str_z(&scratch, task))
                .ptr);
}

/* Two models: a pair of finished runs of every task that both have. */
static Status pairs_of_models(App *app, Db *db, Str a, Str b, Str task, RunPairs *out, Err *err)
{
    RunRows rows = {0};
    Json seen = {.type = JSON_OBJECT};
    TRY(run_list(db, a, task, 10000, app->arena, &rows, err));
    if (!rows.len)
        return err_set(err, E_MISSING,
                       "model \"" STR_FMT "\" has no runs; \"assay runs\" lists them", STR_ARG(a));
    for (size_t i = rows.len; i-- > 0;) { /* oldest first, so that tasks keep their order */
        RunRows of_a = {0}, of_b = {0};
        Str name = rows.items[i].task;
        if (json_get_str(&seen, name))
            continue;
        json_set(app->arena, &seen, name, json_truth(true));
        TRY(finished_runs(app, db, a, name, &of_a, err));
        TRY(finished_runs(app, db, b, name, &of_b, err));
        if (!of_a.len || !of_b.len)
            continue;
        RunPair pair = best_pair(&of_a, &of_b);
        tell_choice(app, name, &of_a, &of_b, pair);
        vec_push(app->arena, out, pair);
    }
    if (!out->len)
        return err_set(err, E_MISSING,
                       "models \"" STR_FMT "\" and \"" STR_FMT "\" have no finished task in common",
                       STR_ARG(a), STR_ARG(b));
    return OK;
}

static Status pairs_of(App *app, const CompareOptions *o, Db *db, const StrList *names,
                       RunPairs *out, Err *err)
{
    int64_t first, other;
    if (names->len < 2)
        return err_set(err, E_USAGE, "compare what? Two or more run numbers, or two models");
    if (!str_to_int(names->items[0], &first)) {
        if (names->len != 2)
            return err_set(err, E_USAGE, "compare two models at a time");
        return pairs_of_models(app, db, names->items[0], names->items[1], o->task, out, err);
    }
    for (size_t i = 1; i < names->len; i++) {
        if (!str_to_int(names->items[i], &other))
            return err_set(err, E_USAGE, "\"" STR_FMT "\" is not a run number",
                           STR_ARG(names->items[i]));
        vec_push(app->arena, out, (RunPair){first, other});
    }
    return OK;
}

/* A difference of two numbers that mean little means little too. Only the advice is read, so one
 * draw of a bootstrap does. */
static Status advise(App *app, Db *db, const Comparisons *list, Err *err)
{
    for (size_t i = 0; i < list->len; i++) {
        const Comparison *c = &list->items[i];
        RunSummary both[2];
        if (!advice_may_be_due(c->metric))
            continue;
        TRY(eval_summarise(db, c->a.id, 1, app->arena, &both[0], err));
        TRY(eval_summarise(db, c->b.id, 1, app->arena, &both[1], err));
        print_advice(app, both, 2);
    }
    return OK;
}

static Status compare_in(App *app, const CompareOptions *o, const StrList *names, Db *db, Err *err)
{
    RunPairs pairs = {0};
    Comparisons list = {0};
    TRY(pairs_of(app, o, db, names, &pairs, err));
    CompareHow how = {o->all_metrics, o->force, (size_t)o->draws};
    TRY(eval_compare(db, pairs.items, pairs.len, &how, app->arena, &list, err));
    if (!app->json) {
        int64_t most = list.len > 1 ? FLIPS_OF_MANY : FLIPS;
        if (o->limit != NOT_SAID)
            most = o->limit;
        print_comparisons(app, &list, o->all ? SIZE_MAX : (size_t)most);
        return advise(app, db, &list, err);
    }
    Json views = {.type = JSON_ARRAY};
    for (size_t i = 0; i < list.len; i++)
        json_append(app->arena, &views, view_comparison(&list.items[i], app->arena));
    app_print_json(app, &views);
    return OK;
}

static Status compare(App *app, void *options, const StrList *arguments, Err *err)
{
    const CompareOptions *o = options;
    Db *db;
    if (o->limit < 0 && o->limit != NOT_SAID)
        return err_set(err, E_USAGE, "--limit must not be negative");
    TRY(draws_check(o->draws, err));
    TRY(store_open_read(app->db_url, &db, err));
    Status status = compare_in(app, o, arguments, db, err);
    db_close(db);
    return status;
}

const Command cmd_compare = {
    .name = "compare",
    .arguments = "RUN RUN... | MODEL MODEL",
    .help = T_HELP_COMPARE,
    .options = compare_options,
    .options_size = sizeof(CompareOptions),
    .defaults = &compare_defaults,
    .run = compare,
};
