/* cmd_read.c - assay runs, show, samples: looking at what is stored. */
#include "base/clock.h"
#include "base/version.h"
#include "cli/draws.h"
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
    {"limit", 'n', OPT_INT, offsetof(RunsOptions, limit), "N", "the newest N (50)",
     "最近 N 次（50）"},
    {0},
};
static const RunsOptions runs_defaults = {.limit = 50};

static Str state_text(const App *app, Str state)
{
    static const TextId texts[] = {T_STATE_RUNNING, T_STATE_FINISHED, T_STATE_STOPPED};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (str_eqc(state, text_of(texts[i], false)))
            return str_from(tr(app, texts[i]));
    return state;
}

static void add_score(Table *t, const RunHeadline *h)
{
    const MeanResult *m = &h->metric.headline;
    if (!h->n_metrics) {
        table_add(t, STR("-"));
        table_add(t, h->incomplete ? STR("*") : STR("-"));
        table_add(t, STR("-"));
        return;
    }
    bool share = metric_is_share(&h->metric);
    Str title = metric_title(t->arena, h->metric.metric, h->metric.filter);
    if (h->n_metrics > 1)
        table_addf(t, STR_FMT " +%zu", STR_ARG(title), h->n_metrics - 1);
    else
        table_add(t, title);
    table_addf(t, "%s%s", show_value(t->arena, m->mean, share).ptr, h->incomplete ? "*" : "");
    table_add(t, show_interval(t->arena, m->ci.low, m->ci.high, share));
}

static void add_run_row(Table *t, const App *app, const RunRow *r, const RunHeadline *h)
{
    table_addf(t, "%lld", (long long)r->id);
    table_add(t, r->model);
    table_add(t, r->task);
    add_score(t, h);
    table_addf(t, "%lld", (long long)r->n_items);
    table_add(t, state_text(app, r->state));
    table_addf(t, "%.10s %.5s", clock_iso(t->arena, r->created).ptr,
               clock_iso(t->arena, r->created).ptr + 11);
    table_addf(t, "%.*s:%.*s", (int)r->dataset.len, r->dataset.ptr, (int)r->split.len,
               r->split.ptr);
}

static Status print_runs(App *app, Db *db, const RunRows *rows, Err *err)
{
    static const TextId heads[] = {T_RUN,      T_MODEL, T_TASK,  T_METRIC,  T_SCORE,
                                   T_INTERVAL, T_ITEMS, T_STATE, T_CREATED, T_DATASET};
    Table t = table_make(app->arena, COUNT(heads), 1u << 0 | 1u << 4 | 1u << 6);
    memcpy(t.optional, "\x0a\x09\x08\x07\x06", 5); /* data set, created, state, n, interval */
    t.records = true;
    table_heads(&t, app, heads, COUNT(heads));
    for (size_t i = 0; i < rows->len; i++) {
        RunHeadline headline;
        TRY(eval_headline(db, &rows->items[i], app->arena, &headline, err));
        add_run_row(&t, app, &rows->items[i], &headline);
    }
    table_print(&t, app);
    return OK;
}

static Status list_runs(App *app, const RunsOptions *o, Db *db, Err *err)
{
    RunRows rows = {0};
    TRY(run_list(db, o->model, o->task, o->limit, app->arena, &rows, err));
    if (!app->json)
        return print_runs(app, db, &rows, err);
    Json list = {.type = JSON_ARRAY};
    for (size_t i = 0; i < rows.len; i++) {
        RunSummary s;
        TRY(eval_summarise(db, rows.items[i].id, 0, app->arena, &s, err));
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

typedef struct ShowOptions {
    Str by;
    int64_t draws;
} ShowOptions;

static const Option show_options[] = {
    {"by", 0, OPT_TEXT, offsetof(ShowOptions, by), "COL[,COL]",
     "the score for each value of a column of the data, or of two (the task's)",
     "按数据的一列或两列分别给出得分（默认随任务）"},
    DRAWS_ROW(ShowOptions, draws),
    {0},
};

static Status show_run(App *app, const ShowOptions *o, int64_t id, Db *db, Err *err)
{
    RunSummary s;
    Breakdown b;
    TRY(eval_summarise(db, id, (size_t)o->draws, app->arena, &s, err));
    TRY(breakdown_of(app, db, &s.run, o->by, &b, err));
    if (app->json) {
        Json view = view_run(&s, app->arena);
        json_set(app->arena, &view, STR("breakdown"), view_breakdown(&b, app->arena));
        app_print_json(app, &view);
        return OK;
    }
    print_summaries(app, &s, 1);
    print_run_details(app, &s);
    print_breakdown(app, &b);
    return OK;
}

static Status show(App *app, void *options, const StrList *arguments, Err *err)
{
    Db *db;
    int64_t id;
    TRY(run_number(arguments, &id, err));
    TRY(draws_check(((const ShowOptions *)options)->draws, err));
    TRY(store_open_read(app->db_url, &db, err));
    Status status = show_run(app, options, id, db, err);
    db_close(db);
    return status;
}

typedef struct SamplesOptions {
    Str outcome, grep, key;
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
    {"key", 0, OPT_TEXT, offsetof(SamplesOptions, key), "KEY",
     "only the item with this key, as compare lists them",
     "只看标识为 KEY 的题目（对比结果中列出的标识）"},
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

/* The place of the item with this key. */
static Status find_key(App *app, Db *db, int64_t run_id, Str key, int64_t *out, Err *err)
{
    ItemKeys keys = {0};
    TRY(run_item_keys(db, run_id, app->arena, &keys, err));
    for (size_t i = 0; i < keys.len; i++)
        if (str_eq(keys.items[i].key, key)) {
            *out = keys.items[i].position;
            return OK;
        }
    return err_set(err, E_MISSING, "run %lld has no item with the key \"" STR_FMT "\"",
                   (long long)run_id, STR_ARG(key));
}

static Status samples(App *app, void *options, const StrList *arguments, Err *err)
{
    const SamplesOptions *o = options;
    Db *db;
    Outcome outcome;
    SampleQuery q = {.limit = PAGE,
                     .after_position = -1,
                     .outcome = -1,
                     .wrong = o->wrong,
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
    if (status == OK && o->key.len)
        status = find_key(app, db, q.run_id, o->key, &q.position, err);
    if (status == OK)
        status = print_samples(app, o, q, db, err);
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

const Command cmd_runs = {
    .name = "runs",
    .help = T_HELP_RUNS,
    .options = runs_options,
    .options_size = sizeof(RunsOptions),
    .defaults = &runs_defaults,
    .run = runs,
};
const Command cmd_show = {
    .name = "show",
    .arguments = "RUN",
    .help = T_HELP_SHOW,
    .options = show_options,
    .options_size = sizeof(ShowOptions),
    .run = show,
};
const Command cmd_samples = {
    .name = "samples",
    .arguments = "RUN",
    .help = T_HELP_SAMPLES,
    .options = samples_options,
    .options_size = sizeof(SamplesOptions),
    .defaults = &samples_defaults,
    .run = samples,
};
const Command cmd_version = {
    .name = "version",
    .help = T_HELP_VERSION,
    .options_size = 1,
    .run = version,
};
