/* hub_layout.c - names of files on a hub, read as most of its data sets mean them. */
#include "cli/hub_layout.h"

#include "base/file.h"

#include <stdlib.h>

Str hub_data_ext(Str name)
{
    static const char *const known[] = {"jsonl.zst", "jsonl.gz", "jsonl",   "json.gz", "json.zst",
                                        "json",      "csv.gz",   "csv.zst", "csv",     "tsv.gz",
                                        "tsv.zst",   "tsv",      "parquet"};
    for (size_t i = 0; i < COUNT(known); i++) {
        Str ext = str_from(known[i]);
        if (str_ends(name, ext) && name.len > ext.len + 1 &&
            name.ptr[name.len - ext.len - 1] == '.')
            return ext;
    }
    return (Str){0};
}

/* "test-00000-of-00003" -> "test"; "dev" -> "dev". */
static Str split_of(Str stem)
{
    ptrdiff_t of = str_find(stem, STR("-of-"));
    if (of < 0)
        return stem;
    ptrdiff_t dash = str_rfind_char(str_slice(stem, 0, (size_t)of), '-');
    return dash > 0 ? str_slice(stem, 0, (size_t)dash) : stem;
}

static Str config_of(Str path)
{
    Str dir = path_dir(path), last = path_base(dir);
    bool plain = str_eqc(dir, ".") || str_eqc(last, "data");
    return plain ? STR("default") : last;
}

/* Files that describe a data set rather than hold it. */
static bool is_description(Str name)
{
    return str_eqc(name, "dataset_infos.json") || str_eqc(name, "dataset_info.json") ||
           str_eqc(name, "state.json");
}

static HubPart *part_of(HubParts *parts, const HubPart *wanted, Arena *arena)
{
    for (size_t i = 0; i < parts->len; i++) {
        HubPart *p = &parts->items[i];
        if (str_eq(p->config, wanted->config) && str_eq(p->split, wanted->split) &&
            str_eq(p->ext, wanted->ext))
            return p;
    }
    vec_push(arena, parts, *wanted);
    return &parts->items[parts->len - 1];
}

static int by_path(const void *a, const void *b)
{
    return str_cmp(((const HubFile *)a)->path, ((const HubFile *)b)->path);
}

void hub_parts(const HubFiles *files, Str config, Str split, Arena *arena, HubParts *out)
{
    for (size_t i = 0; i < files->len; i++) {
        const HubFile *f = &files->items[i];
        Str name = path_base(f->path), ext = hub_data_ext(name);
        if (!ext.len || is_description(name))
            continue;
        Str stem = str_slice(name, 0, name.len - ext.len - 1);
        HubPart wanted = {.config = config_of(f->path), .split = split_of(stem), .ext = ext};
        if ((config.len && !str_eq(config, wanted.config)) ||
            (split.len && !str_eq(split, wanted.split)))
            continue;
        HubPart *part = part_of(out, &wanted, arena);
        vec_push(arena, &part->shards, *f);
    }
    for (size_t i = 0; i < out->len; i++)
        qsort(out->items[i].shards.items, out->items[i].shards.len, sizeof(HubFile), by_path);
}
