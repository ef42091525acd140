/* cmd_task.c - assay task list, show, check. */
#include "base/file.h"
#include "base/map.h"
#include "cli/phrase.h"
#include "cli/table.h"
#include "cli/task_set.h"
#include "cli/yaml_out.h"

#include <dirent.h>

static const char *const kinds[] = {
    [TASK_SINGLE] = "task", [TASK_GROUP] = "group", [TASK_TAG] = "tag"};

Status open_tasks(App *app, const StrList *more, TaskSet **out, Err *err)
{
    size_t n = 0, most = app->tasks.len + (more ? more->len : 0);
    const char **dirs = arena_array(app->arena, most + 1, sizeof *dirs);
    for (size_t i = 0; i < app->tasks.len; i++)
        dirs[n++] = str_z(app->arena, app->tasks.items[i]);
    for (size_t i = 0; more && i < more->len; i++)
        dirs[n++] = str_z(app->arena, more->items[i]);
    return taskset_open(app->arena, dirs, n, out, err);
}

/* ---- list ---- */

static bool contains(Str text, Str word, Arena *a)
{
    return str_find(str_lower_ascii(a, text), str_lower_ascii(a, word)) >= 0;
}

static void print_entries(App *app, const TaskEntries *entries)
{
    static const TextId heads[] = {T_NAME, T_KIND, T_FILE};
    static const TextId kind_texts[] = {
        [TASK_SINGLE] = T_KIND_TASK, [TASK_GROUP] = T_GROUP, [TASK_TAG] = T_KIND_TAG};
    Table t = table_make(app->arena, COUNT(heads), 0);
    for (size_t i = 0; i < COUNT(heads); i++)
        table_add(&t, str_from(tr(app, heads[i])));
    for (size_t i = 0; i < entries->len; i++) {
        table_add(&t, entries->items[i].name);
        table_add(&t, str_from(tr(app, kind_texts[entries->items[i].kind])));
        table_add(&t, entries->items[i].file.len ? entries->items[i].file : STR("-"));
    }
    table_print(&t, app);
}

static Status list(App *app, void *options, const StrList *arguments, Err *err)
{
    (void)options;
    TaskSet *set;
    TaskEntries all = {0}, chosen = {0};
    Arena *a = app->arena;
    if (arguments->len > 1)
        return err_set(err, E_USAGE, "one WORD to look for at a time");
    TRY(open_tasks(app, NULL, &set, err));
    TRY(taskset_list(set, a, &all, err));
    for (size_t i = 0; i < all.len; i++)
        if (!arguments->len || contains(all.items[i].name, arguments->items[0], a))
            vec_push(a, &chosen, all.items[i]);
    if (!app->json) {
        print_entries(app, &chosen);
        if (!all.len)
            fprintf(app->info, "%s\n", tr(app, T_NO_TASKS));
        return OK;
    }
    Json out = {.type = JSON_ARRAY};
    for (size_t i = 0; i < chosen.len; i++) {
        const TaskEntry *e = &chosen.items[i];
        Json o = {.type = JSON_OBJECT};
        json_set(a, &o, STR("name"), json_str(e->name));
        json_set(a, &o, STR("kind"), json_str(str_from(kinds[e->kind])));
        json_set(a, &o, STR("file"), e->file.len ? json_str(e->file) : (Json){0});
        json_append(a, &out, o);
    }
    app_print_json(app, &out);
    return OK;
}

/* ---- show ---- */

static Json node_json(const TaskNode *node, bool whole, Arena *a)
{
    Json o = {.type = JSON_OBJECT}, children = {.type = JSON_ARRAY};
    if (node->kind == TASK_SINGLE && whole)
        return *node->task->config;
    if (node->kind == TASK_SINGLE)
        return json_str(node->name);
    json_set(a, &o, str_from(kinds[node->kind]), json_str(node->name));
    if (node->alias.len && !str_eq(node->alias, node->name))
        json_set(a, &o, STR("alias"), json_str(node->alias));
    for (size_t i = 0; i < node->n_children; i++)
        json_append(a, &children, node_json(&node->children[i], false, a));
    json_set(a, &o, STR("members"), children);
    if (node->aggregates)
        json_set(a, &o, STR("aggregate_metric_list"), *node->aggregates);
    return o;
}

static Status show(App *app, void *options, const StrList *arguments, Err *err)
{
    (void)options;
    TaskSet *set;
    TaskNode node;
    if (arguments->len != 1)
        return err_set(err, E_USAGE, "which task? Give one name; \"assay task list\" shows them");
    TRY(open_tasks(app, NULL, &set, err));
    TRY(taskset_find(set, arguments->items[0], &node, err));
    Json view = node_json(&node, true, app->arena);
    if (app->json) {
        app_print_json(app, &view);
        return OK;
    }
    StrBuf text = strbuf_make(app->arena, (size_t)1 << 26);
    if (node.file)
        strbuf_addf(&text, "# %s\n", node.file);
    yaml_put(&text, &view);
    TRY(strbuf_check(&text, "the task", err));
    fwrite(text.ptr, 1, text.len, app->out);
    return OK;
}

/* ---- check ---- */

enum { MOST_FOLDERS_DEEP = 64, MOST_FILES = 500000 };

/* Tasks that cannot run for one reason. */
typedef struct Cause {
    Str kind, about, example;
    size_t tasks, alone; /* with this reason; with no other */
} Cause;

typedef struct Checked {
    Problems problems;
    size_t files, bad;
    size_t tasks, bad_tasks, groups, bad_groups;
    Map causes; /* "kind: about" -> Cause * */
} Checked;

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static Status collect(Arena *a, Str dir, int depth, StrList *out, Err *err)
{
    DIR *d = opendir(str_z(a, dir));
    if (!d || depth > MOST_FOLDERS_DEEP || out->len > MOST_FILES) {
        if (d)
            closedir(d);
        return err_set(err, d ? E_LIMIT : E_IO, "could not look into the folder \"" STR_FMT "\"%s",
                       STR_ARG(dir), d ? ": it is too large" : "");
    }
    Status status = OK;
    for (struct dirent *e; status == OK && (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        Str path = str_from(path_join(a, dir, str_from(e->d_name)));
        if (file_is_dir(path.ptr) && e->d_type != DT_LNK)
            status = collect(a, path, depth + 1, out, err);
        else if (str_eqc(path_ext(path), "yaml"))
            vec_push(a, out, path);
    }
    closedir(d);
    return status;
}

/* A file without a name of its own is there to be included: that is no problem in a folder. */
static bool is_fragment(const TaskReport *r)
{
    return r->problems.len == 1 &&
           str_find(r->problems.items[0].text, STR("neither a \"task\" nor a \"group\"")) >= 0;
}

static Cause *cause_of(Arena *a, Checked *c, const Problem *p)
{
    Str key = str_printf(a, STR_FMT ": " STR_FMT, STR_ARG(p->kind), STR_ARG(p->about));
    Cause *cause = map_get(&c->causes, key);
    if (!cause) {
        cause = ARENA_NEW(a, Cause);
        *cause = (Cause){.kind = p->kind, .about = p->about};
        map_set(a, &c->causes, key, cause);
    }
    return cause;
}

/* A task counts once for each of its reasons. */
static void count_causes(Arena *a, Checked *c, const TaskReport *r)
{
    VEC(Cause *) own = {0};
    for (size_t i = 0; i < r->problems.len; i++) {
        Cause *cause = cause_of(a, c, &r->problems.items[i]);
        bool seen = false;
        for (size_t k = 0; k < own.len; k++)
            seen = seen || own.items[k] == cause;
        if (!seen)
            vec_push(a, &own, cause);
    }
    for (size_t i = 0; i < own.len; i++) {
        if (!own.items[i]->tasks++)
            own.items[i]->example = r->name.len ? r->name : r->problems.items[0].text;
        own.items[i]->alone += own.len == 1;
    }
}

static Status check_file(App *app, TaskSet *set, Str path, bool named, Checked *c, Err *err)
{
    TaskReport found = {0};
    TRY(task_check(set, str_z(app->arena, path), app->arena, &found, err));
    if (!named && is_fragment(&found))
        return OK;
    bool bad = found.problems.len > 0, group = found.kind == TASK_GROUP;
    c->files++;
    c->bad += bad;
    c->tasks += !group;
    c->groups += group;
    c->bad_tasks += bad && !group;
    c->bad_groups += bad && group;
    if (!group)
        count_causes(app->arena, c, &found);
    for (size_t i = 0; i < found.problems.len; i++)
        vec_push(app->arena, &c->problems, found.problems.items[i]);
    return OK;
}

static Status check_one(App *app, TaskSet *set, Str path, Checked *c, Err *err)
{
    StrList files = {0};
    if (!file_is_dir(str_z(app->arena, path)))
        return check_file(app, set, path, true, c, err);
    TRY(collect(app->arena, path, 0, &files, err));
    if (files.len)
        qsort(files.items, files.len, sizeof(Str), by_name);
    for (size_t i = 0; i < files.len; i++)
        TRY(check_file(app, set, files.items[i], false, c, err));
    return OK;
}

/* The commonest first. */
static int by_tasks(const void *a, const void *b)
{
    const Cause *x = *(Cause *const *)a, *y = *(Cause *const *)b;
    int kind = str_cmp(x->kind, y->kind);
    if (x->tasks != y->tasks)
        return x->tasks < y->tasks ? 1 : -1;
    return kind ? kind : str_cmp(x->about, y->about);
}

static Cause **sorted_causes(Arena *a, const Checked *c)
{
    Cause **list = arena_array(a, c->causes.len + 1, sizeof *list);
    for (size_t i = 0; i < c->causes.len; i++)
        list[i] = c->causes.entries[i].value;
    qsort(list, c->causes.len, sizeof *list, by_tasks);
    return list;
}

static void set_count(Arena *a, Json *o, const char *key, size_t n)
{
    json_set(a, o, str_from(key), json_integer(a, (int64_t)n));
}

static void print_checked_json(App *app, const Checked *c)
{
    Arena *a = app->arena;
    Json o = {.type = JSON_OBJECT}, list = {.type = JSON_ARRAY}, table = {.type = JSON_ARRAY};
    Cause **causes = sorted_causes(a, c);
    for (size_t i = 0; i < c->problems.len; i++)
        json_append(a, &list, json_str(c->problems.items[i].text));
    for (size_t i = 0; i < c->causes.len; i++) {
        Json row = {.type = JSON_OBJECT};
        json_set(a, &row, STR("reason"), json_str(causes[i]->kind));
        json_set(a, &row, STR("what"), json_str(causes[i]->about.ptr ? causes[i]->about : STR("")));
        set_count(a, &row, "tasks", causes[i]->tasks);
        set_count(a, &row, "only_reason", causes[i]->alone);
        json_set(a, &row, STR("example"), json_str(causes[i]->example));
        json_append(a, &table, row);
    }
    set_count(a, &o, "files", c->files);
    set_count(a, &o, "bad_files", c->bad);
    set_count(a, &o, "tasks", c->tasks);
    set_count(a, &o, "runnable_tasks", c->tasks - c->bad_tasks);
    set_count(a, &o, "groups", c->groups);
    set_count(a, &o, "runnable_groups", c->groups - c->bad_groups);
    json_set(a, &o, STR("reasons"), table);
    json_set(a, &o, STR("problems"), list);
    app_print_json(app, &o);
}

enum { MOST_CAUSES_SHOWN = 40 };

/* "filter format_span" */
static Str cause_text(const App *app, const Cause *cause)
{
    static const struct {
        const char *kind;
        TextId text;
    } rows[] = {{"key", T_CAUSE_KEY},           {"missing key", T_CAUSE_MISSING},
                {"filter", T_CAUSE_FILTER},     {"function", T_CAUSE_FUNCTION},
                {"metric", T_METRIC},           {"aggregation", T_CAUSE_AGGREGATION},
                {"template", T_CAUSE_TEMPLATE}, {"output_type", T_CAUSE_OUTPUT},
                {"other", T_CAUSE_OTHER}};
    Str kind = cause->kind;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eqc(kind, rows[i].kind))
            kind = str_from(tr(app, rows[i].text));
    return str_printf(app->arena, STR_FMT "%s" STR_FMT, STR_ARG(kind), cause->about.len ? " " : "",
                      STR_ARG(cause->about));
}

static void print_coverage(App *app, const Checked *c)
{
    static const TextId heads[] = {T_TASKS_COUNT, T_ONLY_REASON, T_REASON, T_EXAMPLE};
    Arena *a = app->arena;
    Cause **causes = sorted_causes(a, c);
    Table t = table_make(a, COUNT(heads), 0);
    table_heads(&t, app, heads, COUNT(heads));
    for (size_t i = 0; i < c->causes.len && i < MOST_CAUSES_SHOWN; i++) {
        table_add(&t, str_printf(a, "%zu", causes[i]->tasks));
        table_add(&t, str_printf(a, "%zu", causes[i]->alone));
        table_add(&t, cause_text(app, causes[i]));
        table_add(&t, causes[i]->example);
    }
    if (c->causes.len) {
        fputc('\n', app->out);
        table_print(&t, app);
    }
    if (c->causes.len > MOST_CAUSES_SHOWN)
        fprintf(app->out, "%s\n",
                trf(app, a, T_MORE_REASONS, c->causes.len - MOST_CAUSES_SHOWN).ptr);
    fprintf(app->info, "%s\n",
            trf(app, a, T_COVERAGE, c->tasks - c->bad_tasks, c->tasks, c->groups - c->bad_groups,
                c->groups)
                .ptr);
}

static void print_checked(App *app, const Checked *c, bool folders)
{
    Arena *a = app->arena;
    if (app->json) {
        print_checked_json(app, c);
        return;
    }
    for (size_t i = 0; i < c->problems.len; i++)
        fprintf(app->out, STR_FMT "\n",
                STR_ARG(phrase_problem(app, app->arena, c->problems.items[i].text)));
    if (folders)
        print_coverage(app, c);
    Str last = c->problems.len ? trf(app, a, T_PROBLEMS, c->problems.len, c->bad, c->files)
                               : trf(app, a, T_FINE, c->files);
    fprintf(app->info, "%s\n", last.ptr);
}

static Status check(App *app, void *options, const StrList *arguments, Err *err)
{
    (void)options;
    TaskSet *set;
    Checked checked = {0};
    StrList dirs = {0};
    if (!arguments->len)
        return err_set(err, E_USAGE, "what shall be checked? Give files or folders");
    for (size_t i = 0; i < arguments->len; i++)
        if (file_is_dir(str_z(app->arena, arguments->items[i])))
            vec_push(app->arena, &dirs, arguments->items[i]);
    TRY(open_tasks(app, &dirs, &set, err));
    for (size_t i = 0; i < arguments->len; i++)
        TRY(check_one(app, set, arguments->items[i], &checked, err));
    if (!checked.files)
        return err_set(err, E_MISSING, "there is no task file (.yaml) in \"" STR_FMT "\"",
                       STR_ARG(arguments->items[0]));
    print_checked(app, &checked, dirs.len > 0);
    app->exit_status = checked.problems.len ? 1 : 0;
    return OK;
}

const Command cmd_task_list = {
    .name = "task list", .arguments = "[WORD]", .help = T_HELP_TASK_LIST, .run = list};
const Command cmd_task_show = {
    .name = "task show", .arguments = "NAME", .help = T_HELP_TASK_SHOW, .run = show};
const Command cmd_task_check = {
    .name = "task check", .arguments = "FILE|DIR...", .help = T_HELP_TASK_CHECK, .run = check};
