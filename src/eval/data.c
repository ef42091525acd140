/* data.c - data files become frozen versions in the database. */
#include "base/file.h"
#include "eval/private.h"

static Status get_record(void *user, size_t position, Arena *arena, Json *out, Err *err)
{
    return datafile_scan_get(user, position, arena, out, err);
}

/* "gsm8k/main"; the folder "default" is not shown. */
static Str dataset_title(const Task *task, Arena *arena)
{
    if (!task->dataset_name.len || str_eqc(task->dataset_name, "default"))
        return task->dataset_path;
    return str_printf(arena, "%.*s/%.*s", (int)task->dataset_path.len, task->dataset_path.ptr,
                      (int)task->dataset_name.len, task->dataset_name.ptr);
}

static Status import_file(Db *db, DataFile *file, const DatasetVersion *wanted, ItemStream **stream,
                          Arena *arena, DatasetVersion *out, Err *err)
{
    bool added;
    int64_t stored;
    ItemSource source = {datafile_docs(file)->len, get_record, datafile_scan(arena, file)};
    if (!source.n_items)
        return err_set(err, E_PARSE, "data set \"" STR_FMT "\" has no items",
                       STR_ARG(wanted->source));
    if (!stream)
        return dataset_import(db, wanted, &source, arena, out, &added, err);
    TRY(dataset_begin(db, wanted, &source, arena, out, &stored, err));
    if (stored < out->n_items)
        *stream = stream_open(file, out->id, stored);
    return OK;
}

Status eval_import(Db *db, const EvalOptions *options, const EvalTask *task, Str split,
                   ItemStream **stream, Arena *arena, DatasetVersion *out, Err *err)
{
    static const DataOptions plain = {0};
    const char *path = task->data_file;
    DataFile *file;
    if (!path)
        TRY(datafile_find(arena, options->data_dirs, options->n_data_dirs, task->task->dataset_path,
                          task->task->dataset_name, split, &path, err));
    const DataOptions *reading = task->reading ? task->reading : &plain;
    TRY(datafile_open_with(arena, path, reading, &file, err));
    if (options->on_data)
        options->on_data(options->on_data_user, path, datafile_report(file));
    DatasetVersion wanted = {
        .name = task->data_file ? path_stem(str_from(path)) : dataset_title(task->task, arena),
        .split = split.len ? split : STR("data"),
        .content_hash = datafile_hash(file, arena),
        .source = str_from(path),
    };
    Status status = import_file(db, file, &wanted, stream, arena, out, err);
    if (!stream || !*stream)
        datafile_close(file);
    return status;
}
