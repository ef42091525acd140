/* cmd_task.c - assay task list, show, check. */
#include "base/file.h"
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
    Table t = table_make(app->arena, COUNT(heads), 0);
    for (size_t i = 0; i < COUNT(heads); i++)
        table_add(&t, str_from(tr(app, heads[i])));
    for (size_t i = 0; i < entries->len; i++) {
        table_add(&t, entries->items[i].name);
        table_add(&t, str_from(kinds[entries->items[i].kind]));
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

typedef struct Checked {
    Problems problems;
    size_t files, bad;
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
static bool is_fragment(const Problems *p)
{
    return p->len == 1 && str_find(p->items[0], STR("neither a \"task\" nor a \"group\"")) >= 0;
}

static Status check_file(App *app, TaskSet *set, Str path, bool named, Checked *c, Err *err)
{
    Problems found = {0};
    TRY(task_check(set, str_z(app->arena, path), app->arena, &found, err));
    if (!named && is_fragment(&found))
        return OK;
    c->files++;
    c->bad += found.len > 0;
    for (size_t i = 0; i < found.len; i++)
        vec_push(app->arena, &c->problems, found.items[i]);
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

static void print_checked(App *app, const Checked *c)
{
    Arena *a = app->arena;
    if (app->json) {
        Json o = {.type = JSON_OBJECT}, list = {.type = JSON_ARRAY};
        for (size_t i = 0; i < c->problems.len; i++)
            json_append(a, &list, json_str(c->problems.items[i]));
        json_set(a, &o, STR("files"), json_integer(a, (int64_t)c->files));
        json_set(a, &o, STR("bad_files"), json_integer(a, (int64_t)c->bad));
        json_set(a, &o, STR("problems"), list);
        app_print_json(app, &o);
        return;
    }
    for (size_t i = 0; i < c->problems.len; i++)
        fprintf(app->out, "%s\n", c->problems.items[i].ptr);
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
    print_checked(app, &checked);
    app->exit_status = checked.problems.len ? 1 : 0;
    return OK;
}

const Command cmd_task_list = {
    .name = "task list", .arguments = "[WORD]", .help = T_HELP_TASK_LIST, .run = list};
const Command cmd_task_show = {
    .name = "task show", .arguments = "NAME", .help = T_HELP_TASK_SHOW, .run = show};
const Command cmd_task_check = {
    .name = "task check", .arguments = "FILE|DIR...", .help = T_HELP_TASK_CHECK, .run = check};
