/* cmd_dataset_restore.c - assay dataset restore: an earlier version becomes the newest again. */
#include "cli/dataset_view.h"
#include "core/store.h"

typedef struct Options {
    bool dry_run;
} Options;

static const Option restore_options[] = {
    {"dry-run", 0, OPT_FLAG, offsetof(Options, dry_run), NULL, "only report", "只报告，不改动"},
    {0},
};

/* The version that was named, or the one before the newest. */
static Status find_old(Db *db, Str spec, const DatasetVersion *newest, Arena *a,
                       DatasetVersion *out, Err *err)
{
    DatasetVersions all = {0};
    if (str_rfind_char(spec, '@') >= 0)
        return dataset_named(db, spec, a, out, err);
    TRY(dataset_list(db, a, &all, err));
    int64_t number = 0;
    for (size_t i = 0; i < all.len; i++) /* by number */
        if (all.items[i].dataset_id == newest->dataset_id && all.items[i].number < newest->number)
            number = all.items[i].number;
    if (!number)
        return err_set(err, E_CONFLICT,
                       "\"%s:%s\" has one version, there is none before it to restore",
                       newest->name.ptr, newest->split.ptr);
    return dataset_find(
        db, str_printf(a, "%s:%s@%lld", newest->name.ptr, newest->split.ptr, (long long)number), a,
        out, err);
}

static void print(App *app, const DatasetVersion *stored, const DatasetChange *change)
{
    if (app->json) {
        Json o = stored ? dataset_version_json(stored, app->arena) : (Json){.type = JSON_OBJECT};
        json_set(app->arena, &o, STR("compared_with"), dataset_change_json(change, app->arena));
        app_print_json(app, &o);
        return;
    }
    if (stored)
        dataset_print_stored(app, stored, true);
    dataset_print_change(app, change);
}

static Status restore_in(App *app, const Options *o, Db *db, Str spec, Err *err)
{
    DatasetVersion old, stored;
    DatasetChange change = {0};
    bool found = false;
    Arena *a = app->arena;
    TRY(dataset_named(db, spec, a, &old, err));
    TRY(dataset_newest(db, old.name, old.split, a, &change.before, &found, err));
    TRY(find_old(db, spec, &change.before, a, &old, err));
    if (str_eq(old.content_hash, change.before.content_hash))
        return err_set(
            err, E_CONFLICT, "\"%s:%s\" holds the items of version %lld already (version %lld)",
            old.name.ptr, old.split.ptr, (long long)old.number, (long long)change.before.number);
    TRY(dataset_diff(db, change.before.id, old.id, &change.diff, err));
    if (!o->dry_run)
        TRY(dataset_restore(db, &old, a, &stored, err));
    print(app, o->dry_run ? NULL : &stored, &change);
    return OK;
}

static Status restore(App *app, void *options, const StrList *arguments, Err *err)
{
    Db *db;
    if (arguments->len != 1)
        return err_set(err, E_USAGE, "which data set? \"assay dataset list\" shows them");
    TRY(store_exists(app->db_url, err));
    TRY(store_open(app->db_url, &db, err));
    Status status = restore_in(app, options, db, arguments->items[0], err);
    db_close(db);
    return status;
}

const Command cmd_dataset_restore = {.name = "dataset restore",
                                     .arguments = "NAME[:SPLIT][@VERSION]",
                                     .help = T_HELP_DATASET_RESTORE,
                                     .options = restore_options,
                                     .options_size = sizeof(Options),
                                     .run = restore};
