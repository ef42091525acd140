/* predictions.c - finding shards, and reading predictions as records. */
#include "cli/predictions.h"

#include "base/file.h"
#include "base/limits.h"

#include <dirent.h>
#include <inttypes.h>

enum { MOST_SHARDS = 4096 };

/* ---- which files ---- */

/* "sums_12" -> "sums", 12; -1 when it is no shard's name. */
static int64_t shard_of(Str stem, Str *name)
{
    int64_t number;
    ptrdiff_t at = str_rfind_char(stem, '_');
    if (at < 1 || !str_to_int(str_after(stem, (size_t)at + 1), &number) || number < 0 ||
        stem.ptr[at + 1] == '+')
        return -1;
    *name = str_slice(stem, 0, (size_t)at);
    return number;
}

/* How many shards of `name` the folder has, and the number of the last. */
static int64_t count_shards(const char *folder, Str name, int64_t *last)
{
    int64_t n = 0;
    DIR *d = opendir(folder);
    *last = -1;
    for (struct dirent *e; d && (e = readdir(d));) {
        Str file = str_from(e->d_name), other;
        int64_t number = str_eqc(path_ext(file), "json") ? shard_of(path_stem(file), &other) : -1;
        if (number < 0 || !str_eq(other, name))
            continue;
        n++;
        *last = number > *last ? number : *last;
    }
    if (d)
        closedir(d);
    return n;
}

Status predictions_find(App *app, const char *path, Predictions *out, Err *err)
{
    Arena *a = app->arena;
    Str stem = path_stem(str_from(path)), name = stem, dir = path_dir(str_from(path));
    int64_t last;
    bool there = file_exists(path), shard = shard_of(stem, &name) >= 0;
    *out = (Predictions){.name = stem};
    int64_t n = count_shards(str_z(a, dir), name, &last);
    if ((there && (!shard || n < 2)) || !n) {
        vec_push(a, &out->files, str_from(path));
        return OK;
    }
    if (n - 1 != last || n > MOST_SHARDS)
        return err_set(err, E_MISSING,
                       "\"" STR_FMT "\" has %lld shards in \"" STR_FMT
                       "\", but the last is number %lld (from 0): one is missing",
                       STR_ARG(name), (long long)n, STR_ARG(dir), (long long)last);
    out->name = name;
    for (int64_t i = 0; i < n; i++)
        vec_push(
            a, &out->files,
            str_from(path_join(
                a, dir, str_printf(a, "%.*s_%lld.json", (int)name.len, name.ptr, (long long)i))));
    return OK;
}

/* ---- records ---- */

typedef struct MemoryDocs {
    Docs docs; /* first: what readers see */
    VEC(Json) items;
} MemoryDocs;

static Status get_item(const Docs *docs, size_t index, Arena *arena, Json *out, Err *err)
{
    (void)arena, (void)err;
    *out = ((const MemoryDocs *)docs)->items.items[index];
    return OK;
}

/* A number in the whole: that in the shard, behind the items of earlier ones. */
static Str number_of(Arena *a, const JsonMember *member, size_t before)
{
    int64_t number;
    if (!before || !str_to_int(member->key, &number) ||
        __builtin_add_overflow(number, (int64_t)before, &number))
        return member->key;
    return str_printf(a, "%" PRId64, number);
}

static Status read_shard(Arena *a, const char *path, MemoryDocs *out, Err *err)
{
    static const char *const names[][2] = {
        {"origin_prompt", "prompt"}, {"prediction", "output"}, {"gold", "target"}};
    Str text;
    Json log;
    size_t before = out->items.len;
    TRY(file_read(a, path, LIMIT_JSON_DOCUMENT, &text, err));
    if (json_parse(a, text, &log, err) != OK)
        return err_wrap(err, "%s", path);
    if (log.type != JSON_OBJECT)
        return err_set(err, E_PARSE, "%s: predictions are an object by item number", path);
    for (uint32_t i = 0; i < log.len; i++) {
        Json item = {.type = JSON_OBJECT};
        json_set(a, &item, STR("id"), json_str(number_of(a, &log.members[i], before)));
        for (size_t k = 0; k < COUNT(names); k++) {
            const Json *value = json_get(&log.members[i].value, names[k][0]);
            if (value)
                json_set(a, &item, str_from(names[k][1]), *value);
        }
        vec_push(a, &out->items, item);
    }
    return OK;
}

Status predictions_read(App *app, const Predictions *from, const Docs **out, Err *err)
{
    MemoryDocs *docs = ARENA_NEW(app->arena, MemoryDocs);
    for (size_t i = 0; i < from->files.len; i++)
        TRY(read_shard(app->arena, str_z(app->arena, from->files.items[i]), docs, err));
    docs->docs = (Docs){docs->items.len, get_item};
    *out = &docs->docs;
    return OK;
}
