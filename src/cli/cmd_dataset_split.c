/* cmd_dataset_split.c - assay dataset split: items divided into parts, each a split of its own. */
#include "base/hash.h"
#include "cli/dataset_view.h"
#include "core/store.h"
#include "eval/split.h"

#include <math.h>

enum { MOST_PARTS = 100, PAGE = 2000 };

typedef struct Options {
    StrList parts;
    Str stratify, group;
    int64_t seed;
} Options;

static const Option split_options[] = {
    {"part", 'p', OPT_LIST, offsetof(Options, parts), "SPLIT=SHARE",
     "a part and its share, such as train=0.8; repeated, shares add up to 1",
     "切分名与占比，如 train=0.8；可重复，占比之和为 1"},
    {"stratify", 0, OPT_TEXT, offsetof(Options, stratify), "COLUMN",
     "each part gets its share of every value of this column", "按该列分层抽样"},
    {"group", 0, OPT_TEXT, offsetof(Options, group), "COLUMN",
     "items with one value of this column stay together", "同组题目不拆开（分组列）"},
    {"seed", 0, OPT_INT, offsetof(Options, seed), "N", "seed of the draw (1234)",
     "随机种子（默认 1234）"},
    {0},
};
static const Options split_defaults = {.seed = 1234};

typedef struct Splitting {
    App *app;
    const Options *options;
    Str names[MOST_PARTS];
    double shares[MOST_PARTS];
    size_t n_parts;
    Str *data, *strata, *groups;
    uint32_t *part;
    Err *err;
} Splitting;

static Status read_parts(Splitting *w)
{
    double sum = 0;
    for (size_t i = 0; i < w->options->parts.len; i++) {
        Str text = w->options->parts.items[i], name = str_split(&text, '=');
        double share = 0;
        if (!name.len || !str_to_double(text, &share) || !(share > 0 && share < 1))
            return err_set(w->err, E_USAGE,
                           "--part is SPLIT=SHARE with a share between 0 and 1, "
                           "such as train=0.8");
        if (w->n_parts == MOST_PARTS)
            return err_set(w->err, E_LIMIT, "more than %d parts", MOST_PARTS);
        for (size_t k = 0; k < w->n_parts; k++)
            if (str_eq(w->names[k], name))
                return err_set(w->err, E_USAGE, "two parts are named \"" STR_FMT "\"",
                               STR_ARG(name));
        TRY(dataset_check_name(name, w->err));
        w->names[w->n_parts] = name;
        w->shares[w->n_parts++] = share;
        sum += share;
    }
    if (w->n_parts < 2 || fabs(sum - 1) > 1e-6)
        return err_set(w->err, E_USAGE,
                       "the shares of --part add up to %.6g, not to 1; give two "
                       "parts or more, such as -p train=0.8 -p test=0.2",
                       sum);
    return OK;
}

static Status column_of(Splitting *w, const Json *record, Str column, size_t at, Str *out)
{
    const Json *value = json_get_str(record, column);
    if (!value)
        return err_set(w->err, E_MISSING, "item %zu has no column \"" STR_FMT "\"", at,
                       STR_ARG(column));
    *out = str_copy(w->app->arena,
                    value->type == JSON_STRING ? value->text : json_dump(w->app->arena, value));
    return OK;
}

static Status read_item(Splitting *w, size_t at, Str data)
{
    SCOPED_ARENA(scratch);
    Json record;
    w->data[at] = str_copy(w->app->arena, data);
    TRY(json_parse(&scratch, data, &record, w->err));
    if (w->strata)
        TRY(column_of(w, &record, w->options->stratify, at, &w->strata[at]));
    return w->groups ? column_of(w, &record, w->options->group, at, &w->groups[at]) : OK;
}

static Status read_items(Splitting *w, Db *db, const DatasetVersion *v)
{
    size_t n = (size_t)v->n_items;
    Arena *a = w->app->arena;
    w->data = arena_array(a, n + 1, sizeof *w->data);
    w->part = arena_array(a, n + 1, sizeof *w->part);
    w->strata = w->options->stratify.len ? arena_array(a, n + 1, sizeof *w->strata) : NULL;
    w->groups = w->options->group.len ? arena_array(a, n + 1, sizeof *w->groups) : NULL;
    for (size_t at = 0; at < n;) {
        SCOPED_ARENA(page);
        ItemRows rows = {0};
        TRY(dataset_items(db, v->id, (int64_t)at, PAGE, &page, &rows, w->err));
        if (!rows.len)
            return err_set(w->err, E_IO, "item %zu is missing in the database", at);
        for (size_t i = 0; i < rows.len && at < n; i++, at++)
            TRY(read_item(w, at, rows.items[i].data));
    }
    return OK;
}

typedef struct PartSource {
    const Str *data;
    const size_t *positions;
} PartSource;

static Status get_item(void *user, size_t position, Arena *arena, Json *out, Err *err)
{
    const PartSource *s = user;
    return json_parse(arena, s->data[s->positions[position]], out, err);
}

static Status store_part(Splitting *w, Db *db, const DatasetVersion *v, size_t part, Json *list)
{
    Arena *a = w->app->arena;
    size_t n = 0, *positions = arena_array(a, (size_t)v->n_items + 1, sizeof *positions);
    Hasher *h = hash_begin(a);
    DatasetVersion stored;
    bool added;
    for (size_t i = 0; i < (size_t)v->n_items; i++)
        if (w->part[i] == part) {
            hash_add_part(h, w->data[i]);
            positions[n++] = i;
        }
    PartSource from = {w->data, positions};
    ItemSource source = {n, get_item, &from};
    DatasetVersion wanted = {.name = v->name,
                             .split = w->names[part],
                             .content_hash = hash_hex(a, hash_end(h)),
                             .source = str_printf(a, "split of %s:%s@%lld, seed %lld", v->name.ptr,
                                                  v->split.ptr, (long long)v->number,
                                                  (long long)w->options->seed)};
    TRY(dataset_import(db, &wanted, &source, a, &stored, &added, w->err));
    if (w->app->json)
        json_append(a, list, dataset_version_json(&stored, a));
    else
        dataset_print_stored(w->app, &stored, added);
    return OK;
}

/* All parts have items: else none is stored. */
static Status check_parts(const Splitting *w, size_t n_items)
{
    for (size_t p = 0; p < w->n_parts; p++) {
        size_t n = 0;
        for (size_t i = 0; i < n_items; i++)
            n += w->part[i] == p;
        if (!n)
            return err_set(w->err, E_USAGE,
                           "part \"" STR_FMT "\" would be empty; the data set is too "
                           "small, or its groups are too large",
                           STR_ARG(w->names[p]));
    }
    return OK;
}

static Status split_in(Splitting *w, Db *db, Str name)
{
    DatasetVersion v;
    Json list = {.type = JSON_ARRAY};
    TRY(dataset_named(db, name, w->app->arena, &v, w->err));
    TRY(read_items(w, db, &v));
    SplitInput in = {(size_t)v.n_items, w->n_parts, w->shares,
                     w->strata,         w->groups,  (uint64_t)w->options->seed};
    split_assign(&in, w->part);
    TRY(check_parts(w, (size_t)v.n_items));
    for (size_t p = 0; p < w->n_parts; p++)
        TRY(store_part(w, db, &v, p, &list));
    if (w->app->json)
        app_print_json(w->app, &list);
    return OK;
}

static Status split(App *app, void *options, const StrList *arguments, Err *err)
{
    Splitting *w = ARENA_NEW(app->arena, Splitting);
    Db *db;
    w->app = app;
    w->options = options;
    w->err = err;
    if (arguments->len != 1)
        return err_set(err, E_USAGE, "which data set? \"assay dataset list\" shows them");
    TRY(read_parts(w));
    TRY(store_exists(app->db_url, err));
    TRY(store_open(app->db_url, &db, err));
    Status status = split_in(w, db, arguments->items[0]);
    db_close(db);
    return status;
}

const Command cmd_dataset_split = {.name = "dataset split",
                                   .arguments = "NAME[:SPLIT][@VERSION]",
                                   .help = T_HELP_DATASET_SPLIT,
                                   .options = split_options,
                                   .options_size = sizeof(Options),
                                   .defaults = &split_defaults,
                                   .run = split};
