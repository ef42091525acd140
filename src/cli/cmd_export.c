/* cmd_export.c - assay export: runs as a file for other programs and other people. */
#include "base/clock.h"
#include "base/file.h"
#include "base/map.h"
#include "base/version.h"
#include "cli/export.h"
#include "cli/table_out.h"
#include "core/store.h"
#include "report/report.h"

typedef struct ExportOptions {
    Str format, title, by;
    int64_t samples;
} ExportOptions;

enum { NOT_SAID = 1 << 30, PAGE = 200, PAGE_SAMPLES = 1000 };

static const Option export_options[] = {
    {"format", 0, OPT_TEXT, offsetof(ExportOptions, format), "F",
     "json, jsonl, csv, xlsx, parquet or html (by the file's name)",
     "格式：json、jsonl、csv、xlsx、parquet 或 html（默认按文件名）"},
    {"samples", 0, OPT_INT, offsetof(ExportOptions, samples), "N",
     "samples of each run at most (all; 1000 in html)",
     "每次评测最多导出的样本数（默认全部；html 为 1000）"},
    {"title", 0, OPT_TEXT, offsetof(ExportOptions, title), "TEXT", "title of the page (the tasks)",
     "报告标题（默认为任务名）"},
    {"by", 0, OPT_TEXT, offsetof(ExportOptions, by), "COL[,COL]",
     "scores by a column of the data, or a heat map of two (the task's)",
     "按数据的一列给出得分，两列则为热力图（默认随任务）"},
    {0},
};
static const ExportOptions export_defaults = {.samples = NOT_SAID};

static Status put_json(const Json *document, StrBuf *out, Err *err)
{
    JsonWriter w = json_writer(out);
    w.indent = 2;
    json_write(&w, document);
    strbuf_addc(out, '\n');
    return strbuf_check(out, "the document", err);
}

typedef struct Format {
    const char *name;
    Status (*put)(const Json *document, StrBuf *out, Err *err);
    int64_t samples; /* of each run, unless asked otherwise */
} Format;

static const Format formats[] = {
    {"json", put_json, INT64_MAX},         {"jsonl", report_jsonl, INT64_MAX},
    {"csv", report_csv, INT64_MAX},        {"xlsx", table_xlsx, INT64_MAX},
    {"parquet", table_parquet, INT64_MAX}, {"html", report_html, PAGE_SAMPLES},
};

static Status find_format(const ExportOptions *o, Str file, const Format **out, Err *err)
{
    Str name = o->format.len ? o->format : path_ext(file);
    for (size_t i = 0; i < COUNT(formats); i++)
        if (str_eqc(name, formats[i].name)) {
            *out = &formats[i];
            return OK;
        }
    if (!name.len)
        return err_set(err, E_USAGE,
                       "which format? Give --format json, jsonl, csv, xlsx, parquet or html");
    return err_set(err, E_USAGE,
                   "cannot write \"" STR_FMT "\": the formats are json, jsonl, csv, xlsx, parquet "
                   "and html (--format names one)",
                   STR_ARG(name));
}

/* ---- the document ---- */

typedef struct Exporting {
    App *app;
    Db *db;
    Err *err;
    RunSummary *runs;
    size_t n_runs;
    int64_t samples;
    Str by;
    Json document;
} Exporting;

static void set(Exporting *x, const char *key, Json value)
{
    json_set(x->app->arena, &x->document, str_from(key), value);
}

static Status add_runs(Exporting *x)
{
    Arena *a = x->app->arena;
    Json list = {.type = JSON_ARRAY};
    for (size_t i = 0; i < x->n_runs; i++) {
        Breakdown b;
        Json run = view_run(&x->runs[i], a);
        TRY(breakdown_of(x->app, x->db, &x->runs[i].run, x->by, &b, x->err));
        json_set(a, &run, STR("breakdown"), view_breakdown(&b, a));
        json_append(a, &list, run);
    }
    set(x, "runs", list);
    return OK;
}

/* The groups of each batch that the runs come from. */
static Status add_groups(Exporting *x)
{
    Arena *a = x->app->arena;
    Json list = {.type = JSON_ARRAY};
    for (size_t i = 0; i < x->n_runs; i++) {
        int64_t batch = x->runs[i].run.batch_id;
        RunSummary *members = arena_array(a, x->n_runs, sizeof *members);
        GroupSummaries groups = {0};
        size_t n = 0;
        bool seen = false;
        for (size_t j = 0; j < x->n_runs; j++) {
            if (x->runs[j].run.batch_id != batch)
                continue;
            seen = seen || j < i;
            members[n++] = x->runs[j];
        }
        Str tree;
        if (seen)
            continue;
        TRY(batch_tree(x->db, batch, a, &tree, x->err));
        TRY(eval_groups(tree, members, n, a, &groups, x->err));
        for (size_t g = 0; g < groups.len; g++)
            json_append(a, &list, view_group(&groups.items[g], a));
    }
    set(x, "groups", list);
    return OK;
}

static bool has_points(const RunSummary *s)
{
    return s->metrics.len > 0;
}

/* The first run of each protocol against the others of it. */
static Status add_comparisons(Exporting *x)
{
    Arena *a = x->app->arena;
    VEC(RunPair) pairs = {0};
    Comparisons comparisons = {0};
    Json list = {.type = JSON_ARRAY};
    for (size_t i = 1; i < x->n_runs; i++)
        for (size_t j = 0; j < i; j++)
            if (str_eq(x->runs[j].run.protocol_hash, x->runs[i].run.protocol_hash) &&
                has_points(&x->runs[i]) && has_points(&x->runs[j])) {
                vec_push(a, &pairs, (RunPair){x->runs[j].run.id, x->runs[i].run.id});
                break;
            }
    TRY(eval_compare(x->db, pairs.items, pairs.len, &(CompareHow){0}, a, &comparisons, x->err));
    for (size_t i = 0; i < comparisons.len; i++)
        json_append(a, &list, view_comparison(&comparisons.items[i], a));
    set(x, "comparisons", list);
    return OK;
}

static Status add_samples_of(Exporting *x, int64_t run, Json *list)
{
    SampleQuery q = {.run_id = run, .after_position = -1, .outcome = -1, .position = -1};
    for (int64_t left = x->samples; left > 0;) {
        SampleViews views = {0};
        q.limit = left < PAGE ? left : PAGE;
        TRY(sample_views(x->db, &q, x->app->arena, &views, x->err));
        for (size_t i = 0; i < views.len; i++)
            json_append(x->app->arena, list, view_sample(&views.items[i], x->app->arena));
        if (views.len < (size_t)q.limit)
            break;
        q.after_position = views.items[views.len - 1].sample.position;
        q.after_repeat = views.items[views.len - 1].sample.repeat_index;
        left -= (int64_t)views.len;
    }
    return OK;
}

static Str title_of(const Exporting *x)
{
    StrBuf title = strbuf_make(x->app->arena, 200);
    for (size_t i = 0; i < x->n_runs; i++) {
        bool seen = false;
        for (size_t j = 0; j < i; j++)
            seen = seen || str_eq(x->runs[j].run.task, x->runs[i].run.task);
        if (!seen)
            strbuf_addf(&title, "%s" STR_FMT, title.len ? ", " : "", STR_ARG(x->runs[i].run.task));
    }
    return strbuf_str(&title);
}

static Status make_document(Exporting *x, Str title)
{
    Json samples = {.type = JSON_ARRAY};
    x->document = (Json){.type = JSON_OBJECT};
    set(x, "program", json_str(STR("assay " ASSAY_VERSION)));
    set(x, "created", json_str(clock_iso(x->app->arena, clock_unix_ms())));
    if (x->app->lang.len) /* asked for: the page opens in it, whatever the browser's */
        set(x, "language", json_str(x->app->chinese ? STR("zh") : STR("en")));
    set(x, "title", json_str(title.len ? title : title_of(x)));
    TRY(add_runs(x));
    TRY(add_groups(x));
    TRY(add_comparisons(x));
    for (size_t i = 0; i < x->n_runs; i++)
        TRY(add_samples_of(x, x->runs[i].run.id, &samples));
    set(x, "samples", samples);
    return OK;
}

/* ---- the file ---- */

static Status write_out(App *app, const Format *format, const Json *document, Str file, Err *err)
{
    StrBuf out = strbuf_make(NULL, (size_t)1 << 32);
    Status status = format->put(document, &out, err);
    if (status == OK && str_eqc(file, "-"))
        fwrite(out.ptr, 1, out.len, app->out);
    else if (status == OK)
        status = file_write(str_z(app->arena, file), strbuf_str(&out), err);
    strbuf_free(&out);
    return status;
}

Status export_page(App *app, Db *db, RunSummary *runs, size_t n_runs, Str title, const char *file,
                   Err *err)
{
    Exporting x = {
        .app = app, .db = db, .err = err, .runs = runs, .n_runs = n_runs, .samples = PAGE_SAMPLES};
    TRY(make_document(&x, title));
    StrBuf out = strbuf_make(NULL, (size_t)1 << 32);
    Status status = report_html(&x.document, &out, err);
    if (status == OK)
        status = file_write(file, strbuf_str(&out), err);
    strbuf_free(&out);
    return status;
}

static Status load_runs(Exporting *x, const StrList *names)
{
    x->n_runs = names->len - 1;
    x->runs = arena_array(x->app->arena, x->n_runs, sizeof *x->runs);
    for (size_t i = 0; i < x->n_runs; i++) {
        int64_t id;
        if (!str_to_int(names->items[i], &id))
            return err_set(x->err, E_USAGE,
                           "\"" STR_FMT "\" is not a run number; \"assay runs\" lists them",
                           STR_ARG(names->items[i]));
        TRY(eval_summarise(x->db, id, 0, x->app->arena, &x->runs[i], x->err));
    }
    return OK;
}

static Status export_runs(App *app, void *options, const StrList *arguments, Err *err)
{
    const ExportOptions *o = options;
    const Format *format = NULL;
    Exporting x = {.app = app, .err = err, .by = o->by};
    if (arguments->len < 2)
        return err_set(err, E_USAGE,
                       "export what where? Give run numbers and then a file, such as "
                       "1 2 report.html, or - for the output");
    Str file = arguments->items[arguments->len - 1];
    TRY(find_format(o, file, &format, err));
    x.samples = o->samples == NOT_SAID ? format->samples : o->samples;
    TRY(store_open_read(app->db_url, &x.db, err));
    Status status = load_runs(&x, arguments);
    if (status == OK)
        status = make_document(&x, o->title);
    db_close(x.db);
    if (status == OK)
        status = write_out(app, format, &x.document, file, err);
    if (status == OK && !str_eqc(file, "-"))
        fprintf(app->info, "%s\n", trf(app, app->arena, T_WROTE, str_z(app->arena, file)).ptr);
    return status;
}

const Command cmd_export = {.name = "export",
                            .arguments = "RUN... FILE",
                            .help = T_HELP_EXPORT,
                            .options = export_options,
                            .options_size = sizeof(ExportOptions),
                            .defaults = &export_defaults,
                            .run = export_runs};
