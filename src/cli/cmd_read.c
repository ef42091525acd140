/* cmd_read.c - assay runs, show, samples, compare: looking at what is stored. */
#include "base/clock.h"
#include "base/version.h"
#include "cli/table.h"
#include "cli/view.h"
#include "core/store.h"

/* ---- runs ---- */

typedef struct RunsOptions {
    Str model, task;
    int64_t limit;
} RunsOptions;

static const Option runs_options[] = {
    {"model", 'm', OPT_TEXT, offsetof(RunsOptions, model), "MODEL", "of this model", "只看此模型"},
    {"task", 't', OPT_TEXT, offsetof(RunsOptions, task), "TASK", "of this task", "只看此任务"},
    {"limit", 'n', OPT_INT, offsetof(RunsOptions, limit), "N", "the newest N (50)", "最近 N 次（50）"},
    {0},
};
static const RunsOptions runs_defaults = {.limit = 50};

static void add_run_row(Table *t, const RunRow *r)
{
    table_addf(t, "%lld", (long long)r->id);
    table_add(t, r->model);
    table_add(t, r->task);
    table_addf(t, "%.*s:%.*s", (int)r->dataset.len, r->dataset.ptr, (int)r->split.len,
               r->split.ptr);
    table_addf(t, "%lld", (long long)r->n_items);
    table_add(t, r->state);
    table_add(t, clock_iso(t->arena, r->created));
}

static void print_runs(App *app, const RunRows *rows)
{
    static const TextId heads[] = {T_RUN, T_MODEL, T_TASK, T_DATASET, T_ITEMS, T_STATE, T_CREATED};
    Table t = table_make(app->arena, COUNT(heads), 1u << 0 | 1u << 4);
    for (size_t i = 0; i < COUNT(heads); i++)
        table_add(&t, str_from(tr(app, heads[i])));
    for (size_t i = 0; i < rows->len; i++)
        add_run_row(&t, &rows->items[i]);
    table_print(&t, app);
}

static Status list_runs(App *app, const RunsOptions *o, Db *db, Err *err)
{
    RunRows rows = {0};
    TRY(run_list(db, o->model, o->task, o->limit, app->arena, &rows, err));
    if (!app->json) {
        print_runs(app, &rows);
        return OK;
    }
    Json list = {.type = JSON_ARRAY};
    for (size_t i = 0; i < rows.len; i++) {
        RunSummary s;
        TRY(eval_summarise(db, rows.items[i].id, app->arena, &s, err));
        json_append(app->arena, &list, view_run(&s, app->arena));
    }
    app_print_json(app, &list);
    return OK;
}

static Status runs(App *app, void *options, const StrList *arguments, Err *err)
{
    Db *db;
    (void)arguments;
    TRY(store_open_read(app->db_url, &db, err));
    Status status = list_runs(app, options, db, err);
    db_close(db);
    return status;
}

/* ---- show, samples ---- */

static Status run_number(const StrList *arguments, int64_t *out, Err *err)
{
    if (arguments->len != 1 || !str_to_int(arguments->items[0], out))
        return err_set(err, E_USAGE, "which run? Give its number; \"assay runs\" lists them");
    return OK;
}

static Status show_run(App *app, int64_t id, Db *db, Err *err)
{
    RunSummary s;
    TRY(eval_summarise(db, id, app->arena, &s, err));
    if (app->json) {
        Json view = view_run(&s, app->arena);
        app_print_json(app, &view);
        return OK;
    }
    print_summaries(app, &s, 1);
    print_run_details(app, &s);
    return OK;
}

static Status show(App *app, void *options, const StrList *arguments, Err *err)
{
    Db *db;
    int64_t id;
    (void)options;
    TRY(run_number(arguments, &id, err));
    TRY(store_open_read(app->db_url, &db, err));
    Status status = show_run(app, id, db, err);
    db_close(db);
    return status;
}

typedef struct SamplesOptions {
    Str outcome, grep;
    bool wrong;
    int64_t limit, item;
} SamplesOptions;

enum { ANY_ITEM = 1 << 30, PAGE = 200 };

static const Option samples_options[] = {
    {"outcome", 0, OPT_TEXT, offsetof(SamplesOptions, outcome), "O",
     "scored, no_answer, truncated, refused, filtered or error", "按结果状态筛选"},
    {"wrong", 0, OPT_FLAG, offsetof(SamplesOptions, wrong), NULL, "only what was not right",
     "只看未答对的"},
    {"grep", 0, OPT_TEXT, offsetof(SamplesOptions, grep), "TEXT",
     "only with this text in prompt, output or target", "只看含此文字的"},
    {"item", 0, OPT_INT, offsetof(SamplesOptions, item), "N", "only item number N", "只看第 N 题"},
    {"limit", 'n', OPT_INT, offsetof(SamplesOptions, limit), "N", "at most N (20; 0 = all)",
     "最多 N 条（20；0 为全部）"},
    {0},
};
static const SamplesOptions samples_defaults = {.limit = 20, .item = ANY_ITEM};

static bool has_text(const SampleView *v, Str text)
{
    return !text.len || str_find(v->sample.prompt, text) >= 0 ||
           str_find(v->response.text, text) >= 0 || str_find(v->sample.target, text) >= 0;
}

static Status print_samples(App *app, const SamplesOptions *o, SampleQuery q, Db *db, Err *err)
{
    int64_t shown = 0, wanted = o->limit ? o->limit : INT64_MAX;
    if (app->json)
        fputc('[', app->out);
    for (bool more = true; more && shown < wanted;) {
        SCOPED_ARENA(page);
        SampleViews views = {0};
        TRY(sample_views(db, &q, &page, &views, err));
        more = views.len == (size_t)q.limit;
        for (size_t i = 0; i < views.len && shown < wanted; i++) {
            const SampleView *v = &views.items[i];
            q.after_position = v->sample.position;
            q.after_repeat = v->sample.repeat_index;
            if (!has_text(v, o->grep))
                continue;
            if (app->json) {
                Json view = view_sample(v, &page);
                Str text = json_dump(&page, &view);
                fprintf(app->out, "%s\n", shown ? "," : "");
                fwrite(text.ptr, 1, text.len, app->out);
            } else {
                print_sample(app, v);
            }
            shown++;
        }
    }
    if (app->json)
        fputs("]\n", app->out);
    else if (!shown)
        fprintf(app->out, "%s\n", tr(app, T_NOTHING));
    return OK;
}

static Status samples(App *app, void *options, const StrList *arguments, Err *err)
{
    const SamplesOptions *o = options;
    Db *db;
    Outcome outcome;
    SampleQuery q = {.limit = PAGE, .after_position = -1, .outcome = -1, .wrong = o->wrong,
                     .position = o->item == ANY_ITEM ? -1 : o->item};
    RunRow run;
    TRY(run_number(arguments, &q.run_id, err));
    if (o->outcome.len) {
        if (!outcome_parse(o->outcome, &outcome))
            return err_set(err, E_USAGE,
                           "--outcome is scored, no_answer, truncated, refused, filtered or error");
        q.outcome = (int)outcome;
    }
    TRY(store_open_read(app->db_url, &db, err));
    Status status = run_get(db, q.run_id, app->arena, &run, err);
    if (status == OK)
        status = print_samples(app, o, q, db, err);
    db_close(db);
    return status;
}

/* ---- compare ---- */

typedef struct CompareOptions {
    bool force, all, all_metrics;
    Str task;
} CompareOptions;

static const Option compare_options[] = {
    {"force", 0, OPT_FLAG, offsetof(CompareOptions, force), NULL,
     "compare although the protocols differ", "口径不同也强制对比"},
    {"all", 0, OPT_FLAG, offsetof(CompareOptions, all), NULL, "every item that flipped",
     "列出所有翻转的题目"},
    {"all-metrics", 0, OPT_FLAG, offsetof(CompareOptions, all_metrics), NULL,
     "every metric, not only the first", "对比所有指标"},
    {"task", 't', OPT_TEXT, offsetof(CompareOptions, task), "TASK", "with models: only this task",
     "按模型对比时只看此任务"},
    {0},
};

typedef VEC(RunPair) RunPairs;

static Status newest_finished(Db *db, Str model, Str task, App *app, RunRow *out, bool *found,
                              Err *err)
{
    RunRows rows = {0};
    *found = false;
    TRY(run_list(db, model, task, 20, app->arena, &rows, err));
    for (size_t i = 0; i < rows.len && !*found; i++)
        if (str_eqc(rows.items[i].state, "finished")) {
            *out = rows.items[i];
            *found = true;
        }
    return OK;
}

/* Two models: their newest finished runs of every task that both have. */
static Status pairs_of_models(App *app, Db *db, Str a, Str b, Str task, RunPairs *out, Err *err)
{
    RunRows rows = {0};
    Json seen = {.type = JSON_OBJECT};
    TRY(run_list(db, a, task, 10000, app->arena, &rows, err));
    if (!rows.len)
        return err_set(err, E_MISSING, "model \"" STR_FMT "\" has no runs; \"assay runs\" lists them",
                       STR_ARG(a));
    for (size_t i = rows.len; i-- > 0;) { /* oldest first, so that tasks keep their order */
        RunRow x, y;
        bool has_a, has_b;
        Str name = rows.items[i].task;
        if (json_get_str(&seen, name))
            continue;
        json_set(app->arena, &seen, name, json_truth(true));
        TRY(newest_finished(db, a, name, app, &x, &has_a, err));
        TRY(newest_finished(db, b, name, app, &y, &has_b, err));
        if (has_a && has_b)
            vec_push(app->arena, out, (RunPair){x.id, y.id});
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

static Status compare_in(App *app, const CompareOptions *o, const StrList *names, Db *db, Err *err)
{
    RunPairs pairs = {0};
    Comparisons list = {0};
    TRY(pairs_of(app, o, db, names, &pairs, err));
    TRY(eval_compare(db, pairs.items, pairs.len, o->all_metrics, o->force, app->arena, &list,
                     err));
    if (!app->json) {
        print_comparisons(app, &list, o->all);
        return OK;
    }
    Json views = {.type = JSON_ARRAY};
    for (size_t i = 0; i < list.len; i++)
        json_append(app->arena, &views, view_comparison(&list.items[i], app->arena));
    app_print_json(app, &views);
    return OK;
}

static Status compare(App *app, void *options, const StrList *arguments, Err *err)
{
    Db *db;
    TRY(store_open_read(app->db_url, &db, err));
    Status status = compare_in(app, options, arguments, db, err);
    db_close(db);
    return status;
}

/* ---- version ---- */

#ifndef ASSAY_COMMIT
#define ASSAY_COMMIT "unknown"
#endif

static Status version(App *app, void *options, const StrList *arguments, Err *err)
{
    (void)options, (void)arguments, (void)err;
    if (app->json) {
        Json out = {.type = JSON_OBJECT};
        json_set(app->arena, &out, STR("version"), json_str(STR(ASSAY_VERSION)));
        json_set(app->arena, &out, STR("commit"), json_str(STR(ASSAY_COMMIT)));
        app_print_json(app, &out);
        return OK;
    }
    fprintf(app->out, "assay %s (%s)\n", ASSAY_VERSION, ASSAY_COMMIT);
    return OK;
}

#define COMMAND(name_, arguments_, help_, options_, type_, defaults_, run_)                        \
    {                                                                                              \
        .name = name_, .arguments = arguments_, .help = help_, .options = options_,                \
        .options_size = sizeof(type_), .defaults = defaults_, .run = run_                          \
    }

const Command cmd_runs =
    COMMAND("runs", NULL, T_HELP_RUNS, runs_options, RunsOptions, &runs_defaults, runs);
const Command cmd_show = COMMAND("show", "RUN", T_HELP_SHOW, NULL, char, NULL, show);
const Command cmd_samples = COMMAND("samples", "RUN", T_HELP_SAMPLES, samples_options,
                                    SamplesOptions, &samples_defaults, samples);
const Command cmd_compare = COMMAND("compare", "RUN RUN... | MODEL MODEL", T_HELP_COMPARE,
                                    compare_options, CompareOptions, NULL, compare);
const Command cmd_version = COMMAND("version", NULL, T_HELP_VERSION, NULL, char, NULL, version);
