/* datafile_find.c - the file of a data set's split below the data folders, or a built-in one. */
#include "base/asset.h"
#include "base/file.h"
#include "task/datafile.h"

/* A task file may not lead out of the data folder. */
static bool leads_outside(Str path)
{
    for (Str rest = path; rest.len;) {
        Str step = str_split(&rest, '/');
        if (str_eqc(step, ".."))
            return true;
    }
    return path.len && path.ptr[0] == '/';
}

Status datafile_find(Arena *arena, const char *const *data_dirs, size_t n_dirs, Str dataset_path,
                     Str dataset_name, Str split, const char **path, Err *err)
{
    Str name = dataset_name.len ? dataset_name : STR("default");
    const Str parts[] = {dataset_path, name, split};
    for (size_t i = 0; i < COUNT(parts); i++)
        if (!parts[i].len || leads_outside(parts[i]))
            return err_set(err, E_USAGE,
                           "\"" STR_FMT "\" cannot name a data set, a part of it or a split",
                           STR_ARG(parts[i]));
    for (size_t i = 0; i < n_dirs; i++) {
        Str dir = str_from(path_join(arena, str_from(data_dirs[i]), dataset_path));
        Str file = str_from(path_join(arena, str_from(path_join(arena, dir, name)), split));
        for (const char *const *ext = datafile_extensions; *ext; ext++) {
            Str full = str_printf(arena, "%s.%s", file.ptr, *ext);
            if (file_exists(full.ptr)) {
                *path = full.ptr;
                return OK;
            }
        }
    }
    Str asset, built_in = str_printf(arena, "share/data/%s/%s/%s.jsonl", str_z(arena, dataset_path),
                                     str_z(arena, name), str_z(arena, split));
    if (asset_find(built_in, &asset)) {
        *path = str_printf(arena, "built-in:%s", built_in.ptr).ptr;
        return OK;
    }
    return err_set(err, E_MISSING,
                   "data set \"" STR_FMT "\" (part \"" STR_FMT "\") has no split \"" STR_FMT
                   "\" under %s: expected %s/" STR_FMT "/" STR_FMT "/" STR_FMT
                   ".jsonl (or .json, .csv, .tsv, .parquet ...)",
                   STR_ARG(dataset_path), STR_ARG(name), STR_ARG(split),
                   n_dirs == 1 ? data_dirs[0] : "any data folder",
                   n_dirs ? data_dirs[n_dirs - 1] : "DIR", STR_ARG(dataset_path), STR_ARG(name),
                   STR_ARG(split));
}
