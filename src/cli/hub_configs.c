/* hub_configs.c - from a README's YAML to parts of a data set. */
#include "cli/hub_configs.h"

#include "base/file.h"
#include "base/yaml.h"

#include <stdlib.h>

enum { MOST_PATTERN = 512, MOST_NAME = 200 };
static const int64_t most_effort = 200000000; /* steps of matching for one data set */

/* ---- patterns ---- */

/* "[a-c_]" at `at`: whether `c` is of it; *end is behind it. Without its end it is a letter. */
static bool in_class(Str pattern, size_t at, char c, size_t *end)
{
    size_t i = at + 1, first;
    bool negated = i < pattern.len && (pattern.ptr[i] == '!' || pattern.ptr[i] == '^'), hit = false;
    i += negated;
    first = i;
    for (; i < pattern.len && (pattern.ptr[i] != ']' || i == first); i++) {
        bool range = i + 2 < pattern.len && pattern.ptr[i + 1] == '-' && pattern.ptr[i + 2] != ']';
        size_t last = range ? i + 2 : i;
        hit = hit || (c >= pattern.ptr[i] && c <= pattern.ptr[last]);
        i = last;
    }
    *end = i < pattern.len ? i + 1 : at + 1;
    return i < pattern.len ? hit != negated && c != '/' : c == '[';
}

/* The positions of the path that the pattern so far can have reached, as bits of bytes. */
typedef struct Reached {
    bool *now, *next;
    size_t n;
} Reached;

/* A star: from any place reached on, up to a '/' unless it crosses folders. "**" and "/" behind
 * it also fit nothing at all. */
static void spread(const Reached *r, Str path, bool across, bool whole_folders)
{
    bool alive = false;
    for (size_t i = 0; i < r->n; i++) {
        if (i && path.ptr[i - 1] == '/' && !across)
            alive = false;
        bool ends = !whole_folders || (i && path.ptr[i - 1] == '/');
        r->next[i] = r->now[i] || (alive && ends);
        alive = alive || r->now[i];
    }
}

static void step(const Reached *r, Str pattern, size_t at, Str path, size_t *end)
{
    memset(r->next, 0, r->n);
    for (size_t i = 0; i + 1 < r->n; i++) {
        char c = path.ptr[i], p = pattern.ptr[at];
        bool fits = p == '?' ? c != '/' : p == '[' ? in_class(pattern, at, c, end) : p == c;
        r->next[i + 1] = r->now[i] && fits;
    }
}

bool hub_glob(Str pattern, Str path, int64_t *effort)
{
    SCOPED_ARENA(scratch);
    Reached r = {.n = path.len + 1};
    r.now = arena_array(&scratch, r.n, 1);
    r.next = arena_array(&scratch, r.n, 1);
    r.now[0] = true;
    for (size_t at = 0; at < pattern.len;) {
        size_t end = at + 1;
        *effort -= (int64_t)r.n;
        if (*effort < 0 || !memchr(r.now, 1, r.n))
            return false;
        if (pattern.ptr[at] == '*') {
            bool across = end < pattern.len && pattern.ptr[end] == '*';
            end += across;
            bool folders = across && end < pattern.len && pattern.ptr[end] == '/';
            end += folders;
            spread(&r, path, across, folders);
        } else {
            step(&r, pattern, at, path, &end);
            *effort -= (int64_t)(r.n * (end - at - 1)); /* a class is looked through each time */
        }
        bool *was = r.now;
        r.now = r.next;
        r.next = was;
        at = end;
    }
    return r.now[path.len];
}

/* ---- the README ---- */

/* What stands between the first line "---" and the next. */
static Str front_matter(Str readme)
{
    Str rest = readme;
    if (!str_eqc(str_trim(str_split(&rest, '\n')), "---"))
        return (Str){0};
    for (Str all = rest; rest.ptr && rest.len;) {
        const char *start = rest.ptr;
        if (str_eqc(str_trim(str_split(&rest, '\n')), "---"))
            return str_slice(all, 0, (size_t)(start - all.ptr));
    }
    return (Str){0};
}

static const Json *configs_of(Str readme, Arena *arena, Json *document, Err *err)
{
    Str yaml = front_matter(readme);
    if (!yaml.len || yaml_parse(arena, yaml, "README.md", document, err) != OK)
        return NULL;
    const Json *list = json_get(document, "configs");
    return json_is(list, JSON_ARRAY) && list->len ? list : NULL;
}

bool hub_has_configs(Str readme)
{
    SCOPED_ARENA(scratch);
    Json document;
    return configs_of(readme, &scratch, &document, NULL) != NULL;
}

/* A folder or file below ours; of what else a hub may call a config, blanks and dots are kept. */
static bool is_name(Str name)
{
    if (!name.len || name.len > MOST_NAME || name.ptr[0] == '.')
        return false;
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < 0x20 || strchr("/\\:", name.ptr[i]))
            return false;
    return true;
}

typedef struct Reading {
    const HubFiles *files;
    Arena *arena;
    HubParts *out;
    Err *err;
    Str config, dir, split; /* of the config at hand; the split asked for */
    bool is_default;
    int64_t effort;
} Reading;

static int by_path(const void *a, const void *b)
{
    return str_cmp(((const HubFile *)a)->path, ((const HubFile *)b)->path);
}

/* The data files that one pattern fits, in the order of their names, behind what the part has. */
static Status add_matches(Reading *r, HubPart *part, Str pattern)
{
    size_t before = part->shards.len;
    if (pattern.len > MOST_PATTERN)
        return err_set(r->err, E_LIMIT, "README.md: a path has more than %d bytes", MOST_PATTERN);
    if (str_starts(pattern, STR("./")))
        pattern = str_after(pattern, 2);
    if (r->dir.len)
        pattern = str_printf(r->arena, "%.*s/%.*s", (int)r->dir.len, r->dir.ptr, (int)pattern.len,
                             pattern.ptr);
    for (size_t i = 0; i < r->files->len; i++) {
        const HubFile *f = &r->files->items[i];
        Str ext = hub_data_ext(path_base(f->path));
        if (!ext.len || !hub_glob(pattern, f->path, &r->effort))
            continue;
        if (part->shards.len == before && !part->ext.len)
            part->ext = ext;
        vec_push(r->arena, &part->shards, *f);
    }
    if (r->effort < 0)
        return err_set(r->err, E_LIMIT, "README.md: its patterns take too long to match");
    if (part->shards.len == before)
        return err_set(r->err, E_MISSING,
                       "README.md: config \"" STR_FMT "\" names \"" STR_FMT
                       "\", but no data file fits",
                       STR_ARG(r->config), STR_ARG(pattern));
    qsort(part->shards.items + before, part->shards.len - before, sizeof(HubFile), by_path);
    return OK;
}

static Status add_split(Reading *r, Str split, const Json *paths)
{
    HubPart part = {.config = r->config, .split = split, .is_default = r->is_default};
    if (!is_name(split))
        return err_set(r->err, E_PARSE, "README.md: \"" STR_FMT "\" is no name of a split",
                       STR_ARG(split));
    if (r->split.len && !str_eq(r->split, split))
        return OK;
    if (json_is(paths, JSON_STRING))
        TRY(add_matches(r, &part, paths->text));
    for (uint32_t i = 0; json_is(paths, JSON_ARRAY) && i < paths->len; i++)
        if (json_is(&paths->items[i], JSON_STRING))
            TRY(add_matches(r, &part, paths->items[i].text));
    if (!part.shards.len)
        return err_set(r->err, E_PARSE,
                       "README.md: split \"" STR_FMT "\" of config \"" STR_FMT "\" names no path",
                       STR_ARG(split), STR_ARG(r->config));
    vec_push(r->arena, r->out, part);
    return OK;
}

static Status add_data_files(Reading *r, const Json *list)
{
    if (json_is(list, JSON_OBJECT)) {
        for (uint32_t i = 0; i < list->len; i++)
            TRY(add_split(r, list->members[i].key, &list->members[i].value));
        return OK;
    }
    bool of_splits = json_is(list, JSON_ARRAY) && list->len && list->items[0].type == JSON_OBJECT;
    if (!of_splits) /* all of it is one split */
        return add_split(r, STR("train"), list);
    for (uint32_t i = 0; i < list->len; i++)
        TRY(add_split(r, json_text_or(json_get(&list->items[i], "split"), STR("train")),
                      json_get(&list->items[i], "path")));
    return OK;
}

/* Without data_files: what lies in data_dir, by the names of the files. */
static void add_folder(Reading *r)
{
    HubFiles below = {0};
    HubParts parts = {0};
    for (size_t i = 0; i < r->files->len; i++) {
        Str path = r->files->items[i].path;
        if (!r->dir.len ||
            (str_starts(path, r->dir) && path.len > r->dir.len && path.ptr[r->dir.len] == '/'))
            vec_push(r->arena, &below, r->files->items[i]);
    }
    hub_parts(&below, (Str){0}, r->split, r->arena, &parts);
    for (size_t i = 0; i < parts.len; i++) {
        parts.items[i].config = r->config;
        parts.items[i].is_default = r->is_default;
        vec_push(r->arena, r->out, parts.items[i]);
    }
}

static Status add_config(Reading *r, const Json *config, bool alone)
{
    r->config = json_text_or(json_get(config, "config_name"), STR("default"));
    r->dir = json_text(json_get(config, "data_dir"));
    while (r->dir.len && r->dir.ptr[r->dir.len - 1] == '/')
        r->dir.len--;
    r->is_default = alone || json_bool(json_get(config, "default"), false);
    if (!is_name(r->config))
        return err_set(r->err, E_PARSE, "README.md: \"" STR_FMT "\" is no name of a config",
                       STR_ARG(r->config));
    const Json *files = json_get(config, "data_files");
    if (files)
        return add_data_files(r, files);
    add_folder(r);
    return OK;
}

Status hub_configs(Str readme, const HubFiles *files, Str config, Str split, Arena *arena,
                   HubParts *out, Err *err)
{
    Json document;
    const Json *list = configs_of(readme, arena, &document, err);
    StrBuf known = strbuf_make(arena, 4096);
    Reading r = {.files = files,
                 .arena = arena,
                 .out = out,
                 .err = err,
                 .split = split,
                 .effort = most_effort};
    for (uint32_t i = 0; list && i < list->len; i++) {
        Str name = json_text_or(json_get(&list->items[i], "config_name"), STR("default"));
        strbuf_addf(&known, "%s" STR_FMT, i ? ", " : "", STR_ARG(name));
        if (!config.len || str_eq(config, name))
            TRY(add_config(&r, &list->items[i], list->len == 1));
    }
    if (out->len)
        return OK;
    return err_set(err, E_MISSING,
                   "README.md declares no such config and split; its configs are %s",
                   known.ptr ? known.ptr : "none");
}
