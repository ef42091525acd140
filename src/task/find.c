/* find.c - a name becomes a task, or a group or tag with everything below it. */
#include "task/parts.h"

#include "base/file.h"

/* Where a node is being built: groups may nest, and may not hold themselves. */
typedef struct Place {
    const struct Place *outer;
    Str group;             /* its full name */
    const Json *overrides; /* task keys that the groups around set; NULL: none */
    const char *file;
    int depth;
} Place;

static Status node_of(TaskSet *set, const IndexEntry *entry, const Place *place, TaskNode *out,
                      Err *err);

static const Json *merged(TaskSet *set, const Json *under, const Json *over)
{
    if (!over || !json_is(over, JSON_OBJECT) || !over->len)
        return under;
    Json *out = ARENA_NEW(set->arena, Json);
    *out = (Json){.type = JSON_OBJECT};
    for (uint32_t i = 0; under && i < under->len; i++)
        json_set(set->arena, out, under->members[i].key, under->members[i].value);
    for (uint32_t i = 0; i < over->len; i++)
        json_set(set->arena, out, over->members[i].key, over->members[i].value);
    return out;
}

static bool is_group_key(Str key)
{
    static const char *const keys[] = {"group", "group_alias", "task", "aggregate_metric_list",
                                       "metadata"};
    for (size_t i = 0; i < COUNT(keys); i++)
        if (str_eqc(key, keys[i]))
            return true;
    return false;
}

/* Keys of a group that are meant for its tasks. */
static const Json *task_overrides(TaskSet *set, const Json *group)
{
    Json *out = ARENA_NEW(set->arena, Json);
    *out = (Json){.type = JSON_OBJECT};
    for (uint32_t i = 0; i < group->len; i++)
        if (!is_group_key(group->members[i].key) && !str_eqc(group->members[i].key, "tag"))
            json_set(set->arena, out, group->members[i].key, group->members[i].value);
    return out;
}

static void fill_task(const Task *task, TaskNode *out)
{
    *out = (TaskNode){.kind = TASK_SINGLE, .name = task->name, .alias = task->alias};
    out->task = task;
    out->file = task->file;
    out->line = 1;
    const Json *name = json_get(task->config, "task");
    if (name && name->line)
        out->line = name->line;
}

static Status resolve_raw(TaskSet *set, RawConfig *raw, TaskNode *out, Err *err)
{
    Problems problems = {0};
    Checker c = {.arena = set->arena, .problems = &problems, .file = raw->file};
    const Task *task = task_resolve(set, raw, true, &c);
    TRY(problems_error(&problems, err));
    fill_task(task, out);
    return OK;
}

static Status node_task(TaskSet *set, const IndexEntry *entry, const Place *place, TaskNode *out,
                        Err *err)
{
    bool plain = !place->overrides || !place->overrides->len;
    const Task *known = plain ? map_get(&set->tasks, entry->name) : NULL;
    if (known) {
        fill_task(known, out);
        return OK;
    }
    RawConfig raw;
    TRY(source_load(set, entry->file, &raw, err));
    source_override(set, &raw, place->overrides, place->file);
    /* Overrides name other things "task"; the task keeps its own name. */
    Json name = json_str(entry->name);
    const Json *own = json_get(&raw.object, "task");
    name.line = own ? own->line : 1;
    name.column = own ? own->column : 1;
    json_set(set->arena, &raw.object, STR("task"), name);
    TRY(resolve_raw(set, &raw, out, err));
    if (plain)
        map_set(set->arena, &set->tasks, entry->name, (void *)(uintptr_t)out->task);
    return OK;
}

static int by_str(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static Status node_tag(TaskSet *set, const IndexEntry *tag, const Place *place, TaskNode *out,
                       Err *err)
{
    *out = (TaskNode){.kind = TASK_TAG, .name = tag->name, .alias = tag->name};
    size_t n = tag->members.len;
    Str *names = arena_array(set->arena, n, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = tag->members.items[i];
    qsort(names, n, sizeof *names, by_str);
    out->children = arena_array(set->arena, n, sizeof *out->children);
    for (size_t i = 0; i < n; i++) {
        const IndexEntry *entry = map_get(&set->entries, names[i]);
        TRY(node_task(set, entry, place, &out->children[out->n_children++], err));
    }
    return OK;
}

static Status node_group(TaskSet *set, Str name, const Json *group, const Place *place,
                         TaskNode *out, Err *err);

static Status entry_error(const Place *place, const Json *at, const char *what, Err *err)
{
    return err_set(err, E_PARSE, "%s:%u:%u: group \"" STR_FMT "\": %s", place->file, at->line,
                   at->column, STR_ARG(place->group), what);
}

/* {group: NAME, ...}: a known group with overrides, or one defined on the spot. */
static Status member_group(TaskSet *set, const Json *item, const Place *place, TaskNode *child,
                           Err *err)
{
    Str name = json_text(json_get(item, "group"));
    if (!name.len)
        return entry_error(place, item, "\"group\" must be text", err);
    const IndexEntry *entry = map_get(&set->entries, name);
    if (!entry)
        return node_group(
            set, str_printf(set->arena, STR_FMT "::" STR_FMT, STR_ARG(place->group), STR_ARG(name)),
            item, place, child, err);
    Place inner = *place;
    inner.overrides = merged(set, place->overrides, task_overrides(set, item));
    return node_of(set, entry, &inner, child, err);
}

/* A task written out inside the group. */
static Status inline_task(TaskSet *set, Str name, const Json *item, const Place *place,
                          TaskNode *child, Err *err)
{
    RawConfig raw = {.object = {.type = JSON_OBJECT}, .file = place->file};
    raw.object.line = item->line;
    raw.object.column = item->column;
    source_override(set, &raw, place->overrides, place->file);
    source_override(set, &raw, item, place->file);
    json_set(set->arena, &raw.object, STR("task"),
             json_str(str_printf(set->arena, STR_FMT "::" STR_FMT, STR_ARG(place->group),
                                 STR_ARG(name))));
    return resolve_raw(set, &raw, child, err);
}

static Status member(TaskSet *set, const Json *item, const Place *place, TaskNode *child, Err *err)
{
    if (json_get(item, "group"))
        return member_group(set, item, place, child, err);
    Str name = json_text(json_is(item, JSON_STRING) ? item : json_get(item, "task"));
    if (!name.len)
        return entry_error(place, item, "a member must be a name, or have \"task\" or \"group\"",
                           err);
    Place inner = *place;
    if (item->type == JSON_OBJECT)
        inner.overrides = merged(set, place->overrides, task_overrides(set, item));
    const IndexEntry *entry = map_get(&set->entries, name);
    if (entry)
        return node_of(set, entry, &inner, child, err);
    if (json_get(item, "doc_to_text") || json_get(item, "dataset_path"))
        return inline_task(set, name, item, place, child, err);
    SCOPED_ARENA(scratch);
    Str near = taskset_suggest(set, &scratch, name);
    return err_set(err, E_MISSING,
                   "%s:%u:%u: group \"" STR_FMT "\" names \"" STR_FMT
                   "\", which is no task, group or tag" STR_FMT,
                   place->file, item->line, item->column, STR_ARG(place->group), STR_ARG(name),
                   STR_ARG(near));
}

static Status node_group(TaskSet *set, Str name, const Json *group, const Place *place,
                         TaskNode *out, Err *err)
{
    const Json *alias = json_get(group, "group_alias"), *tasks = json_get(group, "task");
    *out = (TaskNode){.kind = TASK_GROUP, .name = name, .file = place->file, .line = group->line};
    out->config = group;
    out->alias = json_text_or(alias, json_is(alias, JSON_NUMBER) ? alias->text : name);
    const Json *aggregates = json_get(group, "aggregate_metric_list");
    out->aggregates = json_is(aggregates, JSON_NULL) ? NULL : aggregates;
    Place inner = {.outer = place, .group = name, .file = place->file, .depth = place->depth + 1};
    if (inner.depth > LIMIT_TASK_DIR_DEPTH)
        return entry_error(&inner, group, "groups are nested too deeply", err);
    for (const Place *p = place; p; p = p->outer)
        if (str_eq(p->group, name))
            return entry_error(&inner, group, "the group holds itself", err);
    inner.overrides = merged(set, task_overrides(set, group), place->overrides);
    size_t n = json_is(tasks, JSON_ARRAY) ? tasks->len : json_is(tasks, JSON_STRING);
    if (!n)
        return entry_error(&inner, group, "\"task\" must list its members", err);
    out->children = arena_array(set->arena, n, sizeof *out->children);
    for (size_t i = 0; i < n; i++) {
        const Json *item = tasks->type == JSON_ARRAY ? &tasks->items[i] : tasks;
        TRY(member(set, item, &inner, &out->children[i], err));
        out->n_children++;
    }
    return OK;
}

static Status node_of(TaskSet *set, const IndexEntry *entry, const Place *place, TaskNode *out,
                      Err *err)
{
    if (entry->kind == TASK_TAG)
        return node_tag(set, entry, place, out, err);
    if (entry->kind == TASK_SINGLE)
        return node_task(set, entry, place, out, err);
    RawConfig raw;
    TRY(source_load(set, entry->file, &raw, err));
    Json *group = ARENA_NEW(set->arena, Json);
    *group = raw.object;
    Place here = *place;
    here.file = raw.file;
    return node_group(set, entry->name, group, &here, out, err);
}

static Status entry_of_file(TaskSet *set, const char *path, IndexEntry *out, RawConfig *raw,
                            Err *err)
{
    TRY(source_load(set, path, raw, err));
    bool known;
    TaskKind kind = source_kind(raw, &known);
    Str name = json_text(json_get(&raw->object, kind == TASK_GROUP ? "group" : "task"));
    if (!known || !name.len)
        return err_set(err, E_PARSE, "%s:1:1: the file has neither a \"task\" nor a \"group\" name",
                       path);
    *out = (IndexEntry){.kind = kind, .name = name, .file = raw->file};
    return OK;
}

Status taskset_find(TaskSet *set, Str name, TaskNode *out, Err *err)
{
    const IndexEntry *entry = map_get(&set->entries, name);
    IndexEntry of_file;
    SCOPED_ARENA(scratch);
    const char *path = str_z(&scratch, name);
    Place top = {0};
    if (!entry && (str_find_char(name, '/') >= 0 || str_ends(name, STR(".yaml"))) &&
        file_exists(path)) {
        RawConfig raw;
        TRY(entry_of_file(set, path, &of_file, &raw, err));
        entry = &of_file;
        top.overrides = NULL;
        const IndexEntry *same = map_get(&set->entries, of_file.name);
        /* The cache of resolved tasks goes by name: another file of that name is no hit. */
        if (!same || !same->file || strcmp(same->file, of_file.file) != 0) {
            if (of_file.kind == TASK_SINGLE)
                return resolve_raw(set, &raw, out, err);
        }
    }
    if (!entry) {
        Str near = taskset_suggest(set, &scratch, name);
        return err_set(err, E_MISSING,
                       "there is no task, group or tag \"" STR_FMT "\"" STR_FMT
                       "; `assay task list` shows all",
                       STR_ARG(name), STR_ARG(near));
    }
    TaskNode node;
    TRY(node_of(set, entry, &top, &node, err));
    *out = node;
    return OK;
}

static void check_group(TaskSet *set, const RawConfig *raw, const IndexEntry *entry, Checker *c)
{
    Err err = {0};
    TaskNode node;
    Place top = {.file = raw->file};
    Json *group = ARENA_NEW(set->arena, Json);
    *group = raw->object;
    check_no_functions(c, group);
    if (node_group(set, entry->name, group, &top, &node, &err) != OK)
        vec_push(c->arena, c->problems,
                 (Problem){str_copy(c->arena, str_from(err.msg)), STR("member"), {0}});
}

Status task_check(TaskSet *set, const char *path, Arena *arena, TaskReport *out, Err *err)
{
    Problems problems = {0};
    Checker c = {.arena = set->arena, .problems = &problems, .file = path};
    RawConfig raw;
    IndexEntry entry = {0};
    Err why = {0};
    if (!file_exists(path) && !str_starts(str_from(path), STR("builtin:")))
        return err_set(err, E_MISSING, "could not open \"%s\": there is no such file", path);
    TaskReport report = {0};
    if (entry_of_file(set, path, &entry, &raw, &why) != OK)
        vec_push(set->arena, &problems,
                 (Problem){str_copy(set->arena, str_from(why.msg)), STR("file"), {0}});
    else if (entry.kind == TASK_GROUP)
        check_group(set, &raw, &entry, &c);
    else
        task_resolve(set, &raw, true, &c);
    for (size_t i = 0; i < problems.len; i++) {
        const Problem *p = &problems.items[i];
        vec_push(arena, &report.problems,
                 (Problem){str_copy(arena, p->text), p->kind, str_copy(arena, p->about)});
    }
    if (!why.code) {
        report.name = str_copy(arena, entry.name);
        report.kind = entry.kind;
    }
    *out = report;
    return OK;
}
