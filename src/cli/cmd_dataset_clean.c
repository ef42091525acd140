/* cmd_dataset_clean.c - assay dataset clean: a new version without what is dirty, and why. */
#include "cli/dataset_view.h"
#include "cli/phrase.h"
#include "cli/table.h"
#include "core/store.h"
#include "eval/clean.h"

enum { MOST_SHOWN = 10 };

typedef struct Options {
    CleanOptions clean;
    bool dry_run;
} Options;

#define AT(field) offsetof(Options, field)

static const Option clean_options[] = {
    {"text", 0, OPT_LIST, AT(clean.text), "COLUMN",
     "column whose text is looked at; may be repeated (question, prompt, input ...)",
     "检查哪一列文本，可重复（默认 question、prompt、input 等）"},
    {"label", 0, OPT_TEXT, AT(clean.label), "COLUMN", "column of the answer (target, answer ...)",
     "标签或答案所在列（默认 target、answer 等）"},
    {"near", 0, OPT_NUMBER, AT(clean.near), "S",
     "least similarity of near duplicates, 0 to 1 (0.7; 0: do not look for them)",
     "近似重复的最低相似度，0 到 1（默认 0.7；0 为不查）"},
    {"language", 0, OPT_TEXT, AT(clean.language), "LANG",
     "remove items of other languages than this", "剔除非该语言的题目，如 zh、en"},
    {"outliers", 0, OPT_NUMBER, AT(clean.outliers), "K",
     "remove lengths beyond K robust standard deviations (6; 0: do not look)",
     "剔除长度超出 K 个稳健标准差的题目（默认 6；0 为不查）"},
    {"dry-run", 0, OPT_FLAG, AT(dry_run), NULL, "only report", "只报告，不改动"},
    {0},
};
static const Options clean_defaults = {.clean = {.near = 0.7, .outliers = 6, .threads = 2}};

static Json removal_json(const CleanItem *item, size_t position, Arena *a)
{
    Json o = {.type = JSON_OBJECT};
    json_set(a, &o, STR("position"), json_integer(a, (int64_t)position));
    json_set(a, &o, STR("key"), json_str(item->key));
    json_set(a, &o, STR("reason"), json_str(str_from(clean_reason_name(item->reason))));
    json_set(a, &o, STR("detail"), json_str(item->detail));
    return o;
}

static void print_json(App *app, const CleanResult *r, const DatasetVersion *stored)
{
    Arena *a = app->arena;
    Json o = {.type = JSON_OBJECT}, counts = {.type = JSON_OBJECT}, removed = {.type = JSON_ARRAY};
    for (int i = 0; i < N_CLEAN_REASONS; i++)
        json_set(a, &counts, str_from(clean_reason_name((CleanReason)i)),
                 json_integer(a, (int64_t)r->counts[i]));
    for (size_t i = 0; i < r->n; i++)
        if (r->items[i].reason != CLEAN_KEPT)
            json_append(a, &removed, removal_json(&r->items[i], i, a));
    json_set(a, &o, STR("text"), json_str(r->columns));
    json_set(a, &o, STR("label"), json_str(r->label));
    json_set(a, &o, STR("counts"), counts);
    json_set(a, &o, STR("removed"), removed);
    if (stored)
        json_set(a, &o, STR("version"), dataset_version_json(stored, a));
    app_print_json(app, &o);
}

static void print_report(App *app, const CleanResult *r)
{
    Table t = table_make(app->arena, 4, 1u << 1);
    const TextId heads[] = {T_REASON, T_ITEMS, T_ITEM, T_DETAIL};
    for (size_t i = 0; i < COUNT(heads); i++)
        table_add(&t, str_from(tr(app, heads[i])));
    for (int reason = CLEAN_EMPTY; reason < N_CLEAN_REASONS; reason++) {
        size_t shown = 0;
        for (size_t i = 0; i < r->n && shown < MOST_SHOWN; i++) {
            if (r->items[i].reason != (CleanReason)reason)
                continue;
            Str name = str_from(clean_reason_name((CleanReason)reason));
            table_add(&t, shown ? STR("") : phrase_error(app, app->arena, name));
            if (shown++)
                table_add(&t, STR(""));
            else
                table_addf(&t, "%zu", r->counts[reason]);
            table_addf(&t, "%zu (%s)", i, r->items[i].key.ptr);
            table_add(&t, phrase_error(app, app->arena, r->items[i].detail));
        }
    }
    fprintf(app->out, "%s\n",
            trf(app, app->arena, T_CLEANED_BY, str_z(app->arena, r->columns),
                r->label.len ? str_z(app->arena, r->label) : "-")
                .ptr);
    if (r->counts[CLEAN_KEPT] < r->n)
        table_print(&t, app);
    fprintf(app->out, "%s\n", trf(app, app->arena, T_KEPT, r->counts[CLEAN_KEPT], r->n).ptr);
}

static Status check_options(const CleanOptions *o, Err *err)
{
    if (!(o->near >= 0 && o->near <= 1))
        return err_set(err, E_USAGE, "--near is a similarity from 0 to 1");
    if (!(o->outliers >= 0))
        return err_set(err, E_USAGE, "--outliers is a number of standard deviations, 0 or more");
    return OK;
}

static Status clean_in(App *app, const Options *o, Db *db, Str name, Err *err)
{
    DatasetVersion version, stored;
    CleanResult result;
    TRY(dataset_named(db, name, app->arena, &version, err));
    TRY(eval_clean(db, &version, &o->clean, app->arena, &result, err));
    bool store = !o->dry_run && result.counts[CLEAN_KEPT] < result.n;
    if (store && !result.counts[CLEAN_KEPT])
        return err_set(err, E_CONFLICT, "nothing would be left; --dry-run shows why");
    if (store)
        TRY(eval_clean_store(db, &version, &result, app->arena, &stored, err));
    if (app->json) {
        print_json(app, &result, store ? &stored : NULL);
        return OK;
    }
    print_report(app, &result);
    if (store)
        dataset_print_stored(app, &stored, true);
    return OK;
}

static Status clean(App *app, void *options, const StrList *arguments, Err *err)
{
    const Options *o = options;
    Db *db;
    if (arguments->len != 1)
        return err_set(err, E_USAGE, "which data set? \"assay dataset list\" shows them");
    TRY(check_options(&o->clean, err));
    TRY(store_exists(app->db_url, err));
    TRY(store_open(app->db_url, &db, err));
    Status status = clean_in(app, o, db, arguments->items[0], err);
    db_close(db);
    return status;
}

const Command cmd_dataset_clean = {.name = "dataset clean",
                                   .arguments = "NAME[:SPLIT][@VERSION]",
                                   .help = T_HELP_DATASET_CLEAN,
                                   .options = clean_options,
                                   .options_size = sizeof(Options),
                                   .defaults = &clean_defaults,
                                   .run = clean};
