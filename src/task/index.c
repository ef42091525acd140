/* index.c - which tasks, groups and tags there are: names only. */
#include "task/parts.h"

#include "base/asset.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

typedef VEC(const char *) Paths;

static bool is_folder(const struct dirent *e, const char *path)
{
    struct stat st;
    if (e->d_type != DT_UNKNOWN)
        return e->d_type == DT_DIR;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Task files go to `out`, files that are only included by others to `parts`. */
static Status walk(Arena *arena, const char *dir, int depth, Paths *out, Paths *parts, Err *err)
{
    if (depth > LIMIT_TASK_DIR_DEPTH)
        return err_set(err, E_LIMIT, "\"%s\" is nested more than %d folders deep", dir,
                       LIMIT_TASK_DIR_DEPTH);
    DIR *d = opendir(dir);
    if (!d)
        return err_set(err, errno == ENOENT ? E_MISSING : E_IO,
                       "could not open the task folder \"%s\": %s", dir, strerror(errno));
    Status status = OK;
    struct dirent *e;
    while (status == OK && (e = readdir(d))) {
        Str name = str_from(e->d_name);
        if (name.ptr[0] == '.' || str_eqc(name, "__pycache__"))
            continue;
        const char *path = path_join(arena, str_from(dir), name);
        if (is_folder(e, path))
            status = walk(arena, path, depth + 1, out, parts, err);
        else if (str_ends(name, STR(".yaml")))
            vec_push(arena, out, path);
        else if (str_find_char(name, '.') < 0)
            vec_push(arena, parts, path);
        if (out->len + parts->len > LIMIT_TASK_FILES)
            status = err_set(err, E_LIMIT, "\"%s\" holds more than %d task files", dir,
                             LIMIT_TASK_FILES);
    }
    closedir(d);
    return status;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What a full parse says, in the form of a quick look. */
static bool scan_parsed(TaskSet *set, const char *path, Scan *out)
{
    RawConfig raw;
    if (source_load(set, path, &raw, NULL) != OK)
        return false;
    const Json *task = json_get(&raw.object, "task"), *tag = json_get(&raw.object, "tag");
    *out = (Scan){.has_class = json_get(&raw.object, "class"), .has_task = task, .has_tag = tag};
    out->task = json_text(task);
    out->task_is_list = json_is(task, JSON_ARRAY);
    out->group = json_text(json_get(&raw.object, "group"));
    if (json_is(tag, JSON_STRING))
        vec_push(set->arena, &out->tags, tag->text);
    for (uint32_t i = 0; json_is(tag, JSON_ARRAY) && i < tag->len; i++)
        if (json_is(&tag->items[i], JSON_STRING))
            vec_push(set->arena, &out->tags, tag->items[i].text);
    return true;
}

static bool scan_file(TaskSet *set, const char *path, int depth, Scan *out);

/* Names of an included file, looked at once. */
static const Scan *scan_include(TaskSet *set, const char *file, Str include, int depth)
{
    SCOPED_ARENA(scratch);
    const char *path = source_include_path(&scratch, file, include);
    Scan *scan = map_get(&set->scans, str_from(path));
    if (!scan) {
        scan = ARENA_NEW(set->arena, Scan);
        scan->unsure = true; /* while it is being looked at: a file that includes itself */
        map_set(set->arena, &set->scans, str_copy(set->arena, str_from(path)), scan);
        Scan found;
        if (scan_file(set, path, depth + 1, &found))
            *scan = found;
    }
    return scan;
}

/* What the file says itself goes before what it includes; later includes win. */
static void inherit(Scan *out, const Scan *from)
{
    out->unsure |= from->unsure;
    out->has_class |= from->has_class;
    if (!out->has_task) {
        out->has_task = from->has_task;
        out->task = from->task;
        out->task_is_list = from->task_is_list;
    }
    if (!out->group.len)
        out->group = from->group;
    if (!out->has_tag) {
        out->has_tag = from->has_tag;
        out->tags = from->tags;
    }
}

/* Looks at the file and what it includes; false when it cannot be read. */
static bool scan_file(TaskSet *set, const char *path, int depth, Scan *out)
{
    const Look *look = map_get(&set->looks, str_from(path));
    Scan own;
    if (depth > LIMIT_TASK_DIR_DEPTH || (look && !look->read))
        return false;
    if (look)
        own = look->scan;
    else if (!look_at_file(set->arena, path, &own))
        return false;
    for (size_t i = own.includes.len; i-- > 0;)
        inherit(&own, scan_include(set, path, own.includes.items[i], depth));
    /* A file that does not parse keeps its guessed name, so that asking for it says why. */
    if (!own.unsure || !scan_parsed(set, path, out))
        *out = own;
    return true;
}

static IndexEntry *add_entry(TaskSet *set, TaskKind kind, Str name, const char *file)
{
    if (!name.len || map_has(&set->entries, name))
        return NULL;
    IndexEntry *entry = ARENA_NEW(set->arena, IndexEntry);
    *entry = (IndexEntry){.kind = kind, .name = name, .file = file};
    map_set(set->arena, &set->entries, name, entry);
    return entry;
}

static void add_file(TaskSet *set, const char *path)
{
    Scan scan;
    if (!scan_file(set, path, 0, &scan))
        return; /* task_check says why; one bad file must not hide the others */
    bool group = !scan.has_class && scan.group.len;
    Str name = group ? scan.group : scan.task;
    const char *file = arena_copy(set->arena, path, strlen(path));
    if (!add_entry(set, group ? TASK_GROUP : TASK_SINGLE, name, file) || group)
        return;
    for (size_t i = 0; i < scan.tags.len; i++) {
        IndexEntry *tag = map_get(&set->entries, scan.tags.items[i]);
        if (!tag)
            tag = add_entry(set, TASK_TAG, scan.tags.items[i], NULL);
        if (tag)
            vec_push(set->arena, &tag->members, name);
    }
}

static void add_builtin(TaskSet *set)
{
    Str name, content;
    for (size_t i = 0; asset_at(i, &name, &content); i++)
        if (str_starts(name, STR("share/tasks/")) && str_ends(name, STR(".yaml")))
            add_file(set, str_printf(set->arena, "builtin:%s", str_z(set->arena, name)).ptr);
}

Status taskset_open(Arena *arena, const char *const *dirs, size_t n_dirs, TaskSet **out, Err *err)
{
    TaskSet *set = ARENA_NEW(arena, TaskSet);
    set->arena = arena;
    SCOPED_ARENA(scratch);
    for (size_t i = 0; i < n_dirs; i++) {
        Paths paths = {0}, parts = {0};
        TRY(walk(&scratch, dirs[i], 0, &paths, &parts, err));
        if (paths.len)
            qsort(paths.items, paths.len, sizeof *paths.items, by_path);
        for (size_t p = 0; p < parts.len; p++)
            vec_push(&scratch, &paths, parts.items[p]);
        look_at_all(set, paths.items, paths.len);
        for (size_t p = 0; p + parts.len < paths.len; p++)
            add_file(set, paths.items[p]);
    }
    set->looks = (Map){0}; /* what was seen may change before it is asked for */
    add_builtin(set);
    *out = set;
    return OK;
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const TaskEntry *)a)->name, ((const TaskEntry *)b)->name);
}

Status taskset_list(TaskSet *set, Arena *arena, TaskEntries *out, Err *err)
{
    (void)err;
    TaskEntries list = {0};
    for (size_t i = 0; i < set->entries.len; i++) {
        const IndexEntry *e = set->entries.entries[i].value;
        vec_push(arena, &list, (TaskEntry){e->kind, e->name, str_from(e->file)});
    }
    if (list.len)
        qsort(list.items, list.len, sizeof *list.items, by_name);
    *out = list;
    return OK;
}
