/* source.c - reading task files: from disk or built in, with their includes merged. */
#include "task/parts.h"

#include "base/asset.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/yaml.h"

#define BUILTIN "builtin:"

Status source_read(Arena *arena, const char *path, Str *out, Err *err)
{
    Str name = str_from(path);
    if (!str_starts(name, STR(BUILTIN)))
        return file_read(arena, path, LIMIT_YAML_FILE, out, err);
    if (!asset_find(str_after(name, sizeof BUILTIN - 1), out))
        return err_set(err, E_MISSING, "there is no built-in file \"%s\"", path);
    return OK;
}

/* "a/b/../c" -> "a/c": so that a file included by two ways has one name. */
static Str normalise(Arena *arena, Str path)
{
    StrBuf out = strbuf_make(arena, path.len + 1);
    bool absolute = path.len && path.ptr[0] == '/';
    if (absolute)
        strbuf_addc(&out, '/');
    size_t floor = out.len; /* what ".." may not remove */
    for (Str rest = path; rest.ptr && rest.len;) {
        Str step = str_split(&rest, '/');
        if (!step.len || str_eqc(step, "."))
            continue;
        if (str_eqc(step, "..") && out.len > floor) {
            ptrdiff_t slash = str_rfind_char(strbuf_str(&out), '/');
            out.len = slash < (ptrdiff_t)floor ? floor : (size_t)slash;
            out.ptr[out.len] = 0;
            continue;
        }
        if (str_eqc(step, "..") && absolute)
            continue;
        if (out.len && out.ptr[out.len - 1] != '/')
            strbuf_addc(&out, '/');
        strbuf_add(&out, step);
        if (str_eqc(step, ".."))
            floor = out.len;
    }
    return out.len ? strbuf_str(&out) : STR(".");
}

static bool source_exists(const char *path)
{
    Str ignored, name = str_from(path);
    if (str_starts(name, STR(BUILTIN)))
        return asset_find(str_after(name, sizeof BUILTIN - 1), &ignored);
    return file_exists(path);
}

const char *source_include_path(Arena *arena, const char *file, Str include)
{
    if (include.len && include.ptr[0] == '/')
        return str_z(arena, normalise(arena, include));
    Str joined = str_from(path_join(arena, path_dir(str_from(file)), include));
    const char *path = str_z(arena, normalise(arena, joined));
    const char *with_ext = str_printf(arena, "%s.yaml", path).ptr;
    return !source_exists(path) && source_exists(with_ext) ? with_ext : path;
}

static Status parse_file(TaskSet *set, const char *path, const Json **out, Err *err)
{
    const Json *known = map_get(&set->sources, str_from(path));
    if (!known) {
        SCOPED_ARENA(scratch);
        Str text;
        TRY(source_read(&scratch, path, &text, err));
        Json *parsed = ARENA_NEW(set->arena, Json);
        TRY(yaml_parse(set->arena, text, path, parsed, err));
        if (parsed->type != JSON_OBJECT)
            return err_set(err, E_PARSE, "%s:1:1: a task file must be a mapping of keys to values",
                           path);
        map_set(set->arena, &set->sources, str_copy(set->arena, str_from(path)), parsed);
        known = parsed;
    }
    *out = known;
    return OK;
}

static void set_key(TaskSet *set, RawConfig *raw, Str key, const Json *value, const char *file)
{
    char *held = arena_copy(set->arena, file, strlen(file));
    json_set(set->arena, &raw->object, key, *value);
    map_set(set->arena, &raw->origin, key, held);
}

void source_override(TaskSet *set, RawConfig *raw, const Json *overrides, const char *file)
{
    if (!json_is(overrides, JSON_OBJECT))
        return;
    for (uint32_t i = 0; i < overrides->len; i++)
        set_key(set, raw, overrides->members[i].key, &overrides->members[i].value, file);
}

/* The files being read, innermost first: an include of one of them is a cycle. */
typedef struct Chain {
    const struct Chain *outer;
    const char *file;
    int depth;
} Chain;

static Status merge_file(TaskSet *set, const Chain *chain, RawConfig *raw, Err *err);

static Status merge_include(TaskSet *set, const Chain *chain, const Json *include, RawConfig *raw,
                            Err *err)
{
    if (!json_is(include, JSON_STRING))
        return err_set(err, E_PARSE, "%s:%u:%u: \"include\" must be a file name or a list of them",
                       chain->file, include->line, include->column);
    Chain inner = {chain, source_include_path(set->arena, chain->file, include->text),
                   chain->depth + 1};
    for (const Chain *c = chain; c; c = c->outer)
        if (strcmp(c->file, inner.file) == 0)
            return err_set(err, E_PARSE, "%s:%u:%u: \"" STR_FMT "\" includes itself", chain->file,
                           include->line, include->column, STR_ARG(include->text));
    if (inner.depth > LIMIT_INCLUDE_DEPTH)
        return err_set(err, E_LIMIT, "%s:%u:%u: files are included more than %d deep", chain->file,
                       include->line, include->column, LIMIT_INCLUDE_DEPTH);
    Status status = merge_file(set, &inner, raw, err);
    if (status == E_MISSING || status == E_IO)
        return err_wrap(err, "%s:%u:%u: cannot include \"" STR_FMT "\"", chain->file, include->line,
                        include->column, STR_ARG(include->text));
    return status;
}

static Status merge_file(TaskSet *set, const Chain *chain, RawConfig *raw, Err *err)
{
    const Json *own = NULL;
    TRY(parse_file(set, chain->file, &own, err));
    const Json *include = json_get(own, "include");
    if (json_is(include, JSON_ARRAY)) {
        for (uint32_t i = 0; i < include->len; i++)
            TRY(merge_include(set, chain, &include->items[i], raw, err));
    } else if (include && include->type != JSON_NULL) {
        TRY(merge_include(set, chain, include, raw, err));
    }
    for (uint32_t i = 0; i < own->len; i++) {
        Str key = own->members[i].key;
        bool skip = str_eqc(key, "include") || (chain->outer && str_eqc(key, "task_list"));
        if (!skip)
            set_key(set, raw, key, &own->members[i].value, chain->file);
    }
    return OK;
}

Status source_load(TaskSet *set, const char *path, RawConfig *out, Err *err)
{
    RawConfig raw = {.object = {.type = JSON_OBJECT, .line = 1, .column = 1}};
    raw.file = str_z(set->arena, normalise(set->arena, str_from(path)));
    Chain chain = {.file = raw.file};
    TRY(merge_file(set, &chain, &raw, err));
    *out = raw;
    return OK;
}

/* lm-evaluation-harness's rule: class before group before task. */
TaskKind source_kind(const RawConfig *raw, bool *known)
{
    const Json *o = &raw->object;
    *known = json_get(o, "class") || json_get(o, "group") || json_get(o, "task");
    return !json_get(o, "class") && json_get(o, "group") ? TASK_GROUP : TASK_SINGLE;
}
