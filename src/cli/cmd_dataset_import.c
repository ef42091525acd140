/* cmd_dataset_import.c - assay dataset import: a data file becomes a frozen version. */
#include "base/file.h"
#include "cli/data_options.h"
#include "cli/dataset_view.h"
#include "core/store.h"

#include <unistd.h>

typedef struct ImportOptions {
    Str name, split;
    FileOptions file;
} ImportOptions;

static const Option import_options[] = {
    {"name", 0, OPT_TEXT, offsetof(ImportOptions, name), "NAME",
     "what to call it (the file's name)", "评测集名称（默认取文件名）"},
    {"split", 0, OPT_TEXT, offsetof(ImportOptions, split), "SPLIT", "which part it is (test)",
     "切分名（默认 test）"},
    FILE_ROWS(ImportOptions),
    {0},
};

static Status get_record(void *user, size_t position, Arena *arena, Json *out, Err *err)
{
    return datafile_scan_get(user, position, arena, out, err);
}

/* A version as it was stored, and what it changed when it is not the first. */
typedef struct Stored {
    DatasetVersion version;
    DatasetChange change;
    bool added, compared;
} Stored;

static Status import_version(Db *db, const DatasetVersion *wanted, const ItemSource *source,
                             Arena *arena, Stored *out, Err *err)
{
    bool found;
    /* items refer to nothing but the version that is added before them */
    TRY(db_skip_reference_checks(db, err));
    TRY(dataset_newest(db, wanted->name, wanted->split, arena, &out->change.before, &found, err));
    TRY(dataset_import(db, wanted, source, arena, &out->version, &out->added, err));
    out->compared = found && out->added;
    if (out->compared)
        TRY(dataset_diff(db, out->change.before.id, out->version.id, &out->change.diff, err));
    return OK;
}

static void print_stored(App *app, const Stored *s, const DataFile *file)
{
    if (app->json) {
        Json o = dataset_version_json(&s->version, app->arena);
        json_set(app->arena, &o, STR("added"), json_truth(s->added));
        if (s->compared)
            json_set(app->arena, &o, STR("compared_with"),
                     dataset_change_json(&s->change, app->arena));
        file_report_json(file, app->arena, &o);
        app_print_json(app, &o);
        return;
    }
    dataset_print_stored(app, &s->version, s->added);
    if (s->compared)
        dataset_print_change(app, &s->change);
}

static void remove_database(App *app)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < COUNT(endings); i++)
        unlink(str_printf(app->arena, "%s%s", app->db_url, endings[i]).ptr);
}

static Status store_file(App *app, const DatasetVersion *wanted, DataFile *file, Err *err)
{
    ItemSource source = {datafile_docs(file)->len, get_record, datafile_scan(app->arena, file)};
    Stored stored = {0};
    Db *db;
    if (!source.n_items)
        return err_set(err, E_PARSE, "\"" STR_FMT "\" has no items; nothing was stored",
                       STR_ARG(wanted->source));
    bool ours = !strstr(app->db_url, "://") && !file_exists(app->db_url);
    TRY(store_open(app->db_url, &db, err));
    Status status = import_version(db, wanted, &source, app->arena, &stored, err);
    db_close(db);
    if (status != OK && ours) /* made for what was not stored */
        remove_database(app);
    if (status == OK)
        print_stored(app, &stored, file);
    return status;
}

/* "a/b.csv.gz" is called "b". */
static Str name_of(Str path)
{
    Str stem = path_stem(path), ext = path_ext(path);
    return str_eqc(ext, "gz") || str_eqc(ext, "zst") ? path_stem(stem) : stem;
}

static Status import(App *app, void *options, const StrList *arguments, Err *err)
{
    const ImportOptions *o = options;
    DataFile *file;
    if (arguments->len != 1)
        return err_set(err, E_USAGE,
                       "which file? Give one .jsonl, .json, .csv, .tsv, .xlsx or .parquet");
    const char *path = str_z(app->arena, arguments->items[0]);
    Str name = o->name.len ? o->name : name_of(str_from(path));
    TRY(dataset_check_name(name, err));
    TRY(file_options_open_unchecked(app, &o->file, path, &file, err));
    DatasetVersion wanted = {.name = name,
                             .split = o->split.len ? o->split : STR("test"),
                             .content_hash = datafile_hash(file, app->arena),
                             .source = str_from(path)};
    Status status = store_file(app, &wanted, file, err);
    datafile_close(file);
    return status;
}

const Command cmd_dataset_import = {.name = "dataset import",
                                    .arguments = "FILE",
                                    .help = T_HELP_DATASET_IMPORT,
                                    .options = import_options,
                                    .options_size = sizeof(ImportOptions),
                                    .run = import};
