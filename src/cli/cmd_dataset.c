/* cmd_dataset.c - assay dataset list, show. */
#include "base/clock.h"
#include "cli/dataset_view.h"
#include "cli/phrase.h"
#include "cli/table.h"
#include "core/dataset_change.h"
#include "core/store.h"

/* ---- list ---- */

static void print_versions(App *app, const DatasetVersions *versions)
{
    static const TextId heads[] = {T_DATASET, T_VERSION, T_ITEMS, T_CREATED, T_SOURCE};
    Table t = table_make(app->arena, COUNT(heads), 1u << 1 | 1u << 2);
    for (size_t i = 0; i < COUNT(heads); i++)
        table_add(&t, str_from(tr(app, heads[i])));
    for (size_t i = 0; i < versions->len; i++) {
        const DatasetVersion *v = &versions->items[i];
        table_addf(&t, "%s:%s", v->name.ptr, v->split.ptr);
        table_addf(&t, "%lld", (long long)v->number);
        table_addf(&t, "%lld", (long long)v->n_items);
        Str created = clock_iso(app->arena, v->created); /* as in the list of runs */
        table_addf(&t, "%.10s %.5s", created.ptr, created.ptr + 11);
        table_add(&t, phrase_error(app, app->arena, v->source));
    }
    table_print(&t, app);
}

static Status list(App *app, void *options, const StrList *arguments, Err *err)
{
    (void)options, (void)arguments;
    Db *db;
    DatasetVersions versions = {0};
    TRY(store_open_read(app->db_url, &db, err));
    Status status = dataset_list(db, app->arena, &versions, err);
    db_close(db);
    if (status != OK)
        return status;
    if (!app->json) {
        print_versions(app, &versions);
        return OK;
    }
    Json out = {.type = JSON_ARRAY};
    for (size_t i = 0; i < versions.len; i++)
        json_append(app->arena, &out, dataset_version_json(&versions.items[i], app->arena));
    app_print_json(app, &out);
    return OK;
}

/* ---- show ---- */

typedef struct ShowOptions {
    int64_t item, limit;
    bool removed;
} ShowOptions;

enum { ANY_ITEM = 1 << 30, PAGE = 200 };

static const Option show_options[] = {
    {"item", 0, OPT_INT, offsetof(ShowOptions, item), "N", "only item number N, from 0",
     "只看第 N 题（从 0 起）"},
    {"limit", 'n', OPT_INT, offsetof(ShowOptions, limit), "N", "the first N items (5; 0 = all)",
     "前 N 题（5；0 为全部）"},
    {"removed", 0, OPT_FLAG, offsetof(ShowOptions, removed), NULL,
     "what cleaning left out of this version, and why", "查看清洗时剔除的题目及原因"},
    {0},
};
static const ShowOptions show_defaults = {.item = ANY_ITEM, .limit = 5};

/* An item as {position, key, data}, so that scripts can tell items apart. */
static void print_item(App *app, const ItemRow *item, bool first, Arena *a)
{
    Json o = {.type = JSON_OBJECT}, data;
    json_set(a, &o, STR("position"), json_integer(a, item->position));
    json_set(a, &o, STR("key"), json_str(item->key));
    if (json_parse(a, item->data, &data, NULL) == OK)
        json_set(a, &o, STR("data"), data);
    if (app->json) {
        Str text = json_dump(a, &o);
        fprintf(app->out, "%s", first ? "" : ",\n");
        fwrite(text.ptr, 1, text.len, app->out);
        return;
    }
    fprintf(app->out, "── %lld (%s)\n", (long long)item->position, item->key.ptr);
    Str text = json_dump_python(a, &data, 2);
    fwrite(text.ptr, 1, text.len, app->out);
    fputc('\n', app->out);
}

static Status print_items(App *app, Db *db, const DatasetVersion *v, int64_t from, int64_t count,
                          Err *err)
{
    int64_t end = count && from + count < v->n_items ? from + count : v->n_items;
    for (int64_t at = from; at < end;) {
        SCOPED_ARENA(page);
        ItemRows rows = {0};
        TRY(dataset_items(db, v->id, at, end - at < PAGE ? end - at : PAGE, &page, &rows, err));
        if (!rows.len)
            return err_set(err, E_IO, "item %lld is missing in the database", (long long)at);
        for (size_t i = 0; i < rows.len; i++)
            print_item(app, &rows.items[i], at == from && i == 0, &page);
        at += (int64_t)rows.len;
    }
    return OK;
}

static Status show_version(App *app, const ShowOptions *o, Db *db, const DatasetVersion *v,
                           Err *err)
{
    bool one = o->item != ANY_ITEM;
    if (one && o->item >= v->n_items)
        return err_set(err, E_MISSING, "data set \"%s:%s\" has %lld items, numbered from 0",
                       v->name.ptr, v->split.ptr, (long long)v->n_items);
    if (app->json) {
        Json head = dataset_version_json(v, app->arena);
        Str text = json_dump(app->arena, &head);
        fwrite(text.ptr, 1, text.len - 1, app->out);
        fputs(",\"data\":[\n", app->out);
    } else {
        Str head = trf(app, app->arena, T_VERSION_HEAD, v->name.ptr, v->split.ptr,
                       (long long)v->number, (long long)v->n_items, v->source.ptr, v->columns.ptr);
        fprintf(app->out, "%s\n", head.ptr);
    }
    Status status = print_items(app, db, v, one ? o->item : 0, one ? 1 : o->limit, err);
    if (app->json)
        fputs("\n]}\n", app->out);
    return status;
}

static Status show_removed(App *app, Db *db, const DatasetVersion *v, Err *err)
{
    static const TextId heads[] = {T_ITEM, T_REASON, T_DETAIL};
    RemovalRows rows = {0};
    Json list = {.type = JSON_ARRAY};
    Table t = table_make(app->arena, COUNT(heads), 0);
    TRY(dataset_removals(db, v->id, app->arena, &rows, err));
    for (size_t i = 0; i < COUNT(heads); i++)
        table_add(&t, str_from(tr(app, heads[i])));
    for (size_t i = 0; i < rows.len; i++) {
        const RemovalRow *r = &rows.items[i];
        Json o = {.type = JSON_OBJECT};
        json_set(app->arena, &o, STR("position"), json_integer(app->arena, r->position));
        json_set(app->arena, &o, STR("key"), json_str(r->key));
        json_set(app->arena, &o, STR("reason"), json_str(r->reason));
        json_set(app->arena, &o, STR("detail"), json_str(r->detail));
        json_append(app->arena, &list, o);
        table_addf(&t, "%lld (%s)", (long long)r->position, r->key.ptr);
        table_add(&t, phrase_error(app, app->arena, r->reason));
        table_add(&t, phrase_error(app, app->arena, r->detail));
    }
    if (app->json)
        app_print_json(app, &list);
    else
        table_print(&t, app);
    return OK;
}

static Status show(App *app, void *options, const StrList *arguments, Err *err)
{
    Db *db;
    DatasetVersion v;
    if (arguments->len != 1)
        return err_set(err, E_USAGE,
                       "which data set? Give NAME, NAME:SPLIT or NAME:SPLIT@VERSION; "
                       "\"assay dataset list\" shows them");
    TRY(store_open_read(app->db_url, &db, err));
    Status status = dataset_named(db, arguments->items[0], app->arena, &v, err);
    if (status == OK)
        status = ((const ShowOptions *)options)->removed ? show_removed(app, db, &v, err)
                                                         : show_version(app, options, db, &v, err);
    db_close(db);
    return status;
}

const Command cmd_dataset_list = {.name = "dataset list", .help = T_HELP_DATASET_LIST, .run = list};
const Command cmd_dataset_show = {.name = "dataset show",
                                  .arguments = "NAME[:SPLIT][@VERSION]",
                                  .help = T_HELP_DATASET_SHOW,
                                  .options = show_options,
                                  .options_size = sizeof(ShowOptions),
                                  .defaults = &show_defaults,
                                  .run = show};
