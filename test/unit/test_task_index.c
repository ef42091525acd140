/* test_task_index.c - names in folders, includes, groups, tags, near names. */
#include "task_fixture.h"

#include "task/parts.h"

#define BODY                                                                                       \
    "dataset_path: d\ntest_split: test\ndoc_to_text: q\ndoc_to_target: a\noutput_type: "           \
    "generate_until\n"

static bool has_name(const TaskEntries *list, Str name)
{
    for (size_t i = 0; i < list->len; i++)
        if (str_eq(list->items[i].name, name))
            return true;
    return false;
}

/* What is listed beyond the built-in tasks. */
static Str listed(Arena *a, TaskSet *set)
{
    Err err = {0};
    TaskEntries entries = {0}, built_in = {0};
    CHECK_OK(taskset_list(set, a, &entries, &err), err);
    CHECK_OK(taskset_list(tasks_in(a, test_folder()), a, &built_in, &err), err);
    StrBuf out = strbuf_make(a, 10000);
    for (size_t i = 0; i < entries.len; i++)
        if (!has_name(&built_in, entries.items[i].name))
            strbuf_addf(&out, "%c:" STR_FMT " ", "sgt"[entries.items[i].kind],
                        STR_ARG(entries.items[i].name));
    return strbuf_str(&out);
}

/* The tree below a node: "name(alias,shots)[children]". */
static void draw(StrBuf *out, const TaskNode *n)
{
    strbuf_addf(out, STR_FMT, STR_ARG(n->name));
    if (!str_eq(n->alias, n->name))
        strbuf_addf(out, "=" STR_FMT, STR_ARG(n->alias));
    if (n->task && n->task->num_fewshot)
        strbuf_addf(out, "/%d", n->task->num_fewshot);
    for (size_t i = 0; i < n->n_children; i++) {
        strbuf_adds(out, i ? " " : "[");
        draw(out, &n->children[i]);
    }
    if (n->n_children)
        strbuf_addc(out, ']');
}

static Str tree(Arena *a, TaskSet *set, const char *name)
{
    Err err = {0};
    TaskNode node = {0};
    if (taskset_find(set, str_from(name), &node, &err) != OK)
        return str_printf(a, "error %s", err.msg);
    StrBuf out = strbuf_make(a, 10000);
    draw(&out, &node);
    return strbuf_str(&out);
}

TEST(task_names_are_found_in_folders_without_reading_the_rest)
{
    SCOPED_ARENA(a);
    const char *dir = test_folder();
    put_file(&a, dir, "a.yaml", "task: one\ndescription: |\n  task: not this\ntag: x\n" BODY);
    put_file(&a, dir, "sub/b.yaml", "group: 'many' # a comment\ntask:\n- one\n- two\n");
    put_file(&a, dir, "sub/c.yaml", "include: ../base\ntask: two\n");
    put_file(&a, dir, "sub/d.yaml", "{task: three, tag: [y, x]}\n");
    put_file(&a, dir, "sub/e.yaml", "class: !function t.T\ntask: code\n");
    put_file(&a, dir, "sub/broken.yaml", "task: [unclosed\n");
    put_file(&a, dir, "base", "tag:\n  - y\n  - \"z\"\n" BODY);
    put_file(&a, dir, "other.txt", "task: no\n");
    CHECK_STR(listed(&a, tasks_in(&a, dir)), "s:code g:many s:one s:three s:two t:x t:y t:z ");
}

TEST(task_names_seen_first_win)
{
    SCOPED_ARENA(a);
    Err err = {0};
    const char *first = test_folder(), *second = test_folder();
    put_file(&a, first, "b.yaml", "task: one\ntag: from_first\n" BODY);
    put_file(&a, second, "a.yaml", "task: one\ntag: from_second\n" BODY);
    put_file(&a, second, "c.yaml", "task: two\n" BODY);
    TaskSet *set = NULL;
    const char *dirs[] = {first, second};
    CHECK_OK(taskset_open(&a, dirs, 2, &set, &err), err);
    CHECK_STR(listed(&a, set), "t:from_first s:one s:two ");
    const char *missing = "/nonexistent/tasks";
    CHECK(taskset_open(&a, &missing, 1, &set, &err) == E_MISSING);
    CHECK(strstr(err.msg, "/nonexistent/tasks"));
}

TEST(task_scan_is_unsure_rather_than_wrong)
{
    SCOPED_ARENA(a);
    static const char *const unsure[] = {
        "task: *name\n",     "task: >-\n  folded\n", "\"task\": x\n", "task: no\n",
        "task: 12\n",        "task: x\ntask: y\n",   "? task\n: x\n", "tag: {a: b}\ntask: x\n",
        "task: \"a\\tb\"\n", "tag: [[a]]\n",         "task:x\n",
    };
    for (size_t i = 0; i < COUNT(unsure); i++) {
        Scan scan = {0};
        scan_names(&a, str_from(unsure[i]), &scan);
        if (!scan.unsure)
            test_fail(__FILE__, __LINE__, "sure of %s", unsure[i]);
    }
    Scan scan = {0};
    scan_names(&a, STR("# c\n---\ninclude: ../_base\ntag: [ 'a b', c ]\ntask: x-1 # c\n"), &scan);
    CHECK(!scan.unsure);
    CHECK_STR(scan.task, "x-1");
    CHECK_INT(scan.tags.len, 2);
    CHECK_STR(scan.tags.items[0], "a b");
    CHECK_STR(scan.includes.items[0], "../_base");
}

TEST(task_scan_does_not_take_the_inside_of_a_text_for_a_key)
{
    SCOPED_ARENA(a);
    Scan scan = {0};
    scan_names(&a,
               STR("doc_to_text: 'it''s\n  {{''text''}}\ntask: no\ngroup: no'\n"
                   "description: \"x\\\"\ntask: no\"\nc: [1,\ntask: no\n]\ntask: yes1\n"),
               &scan);
    CHECK(!scan.unsure);
    CHECK_STR(scan.task, "yes1");
    CHECK_STR(scan.group, "");
}

TEST(task_files_that_do_not_parse_are_listed_and_say_why)
{
    SCOPED_ARENA(a);
    const char *dir = test_folder();
    put_file(&a, dir, "a.yaml", "task: bad\nx: \"open\n");
    TaskSet *set = tasks_in(&a, dir);
    CHECK_STR(listed(&a, set), "s:bad ");
    CHECK(strstr(tree(&a, set, "bad").ptr, "a.yaml:3:1: "));
}

TEST(task_files_built_into_the_program_are_right)
{
    SCOPED_ARENA(a);
    Err err = {0};
    TaskSet *set = tasks_in(&a, test_folder());
    TaskEntries entries = {0};
    CHECK_OK(taskset_list(set, &a, &entries, &err), err);
    for (size_t i = 0; i < entries.len; i++) {
        TaskNode node;
        CHECK_OK(taskset_find(set, entries.items[i].name, &node, &err), err);
    }
}

TEST(task_groups_nest_and_override)
{
    SCOPED_ARENA(a);
    const char *dir = test_folder();
    put_file(&a, dir, "1.yaml", "task: t1\ntag: both\ntask_alias: T\nnum_fewshot: 1\n" BODY);
    put_file(&a, dir, "2.yaml", "task: t2\ntag: both\n" BODY);
    put_file(&a, dir, "g.yaml",
             "group: g\ngroup_alias: G\ntask:\n  - t2\n  - {task: t1, task_alias: other, "
             "num_fewshot: 7}\n");
    put_file(&a, dir, "h.yaml",
             "group: h\nnum_fewshot: 3\ntask:\n  - g\n  - group: inside\n    task: [t1]\n"
             "  - both\n  - {task: g, num_fewshot: 2}\n");
    TaskSet *set = tasks_in(&a, dir);
    CHECK_STR(tree(&a, set, "g"), "g=G[t2 t1=other/7]");
    CHECK_STR(tree(&a, set, "both"), "both[t1=T/1 t2]");
    /* What a group says goes before what a member's own entry says further inside. */
    CHECK_STR(tree(&a, set, "h"), "h[g=G[t2/3 t1=other/7] h::inside[t1=T/3] "
                                  "both[t1=T/3 t2/3] g=G[t2/2 t1=other/7]]");
    CHECK_STR(tree(&a, set, "t1"), "t1=T/1");
}

TEST(task_groups_that_cannot_be_resolved_say_where)
{
    SCOPED_ARENA(a);
    const char *dir = test_folder();
    put_file(&a, dir, "1.yaml", "task: arithmetic\n" BODY);
    put_file(&a, dir, "a.yaml", "group: a\ntask:\n  - b\n");
    put_file(&a, dir, "b.yaml", "group: b\ntask: [a]\n");
    put_file(&a, dir, "c.yaml", "group: c\ntask:\n  - aritmetic\n");
    TaskSet *set = tasks_in(&a, dir);
    CHECK(strstr(tree(&a, set, "a").ptr, "holds itself"));
    CHECK(strstr(tree(&a, set, "c").ptr, "c.yaml:3:5: group \"c\" names \"aritmetic\""));
    CHECK(strstr(tree(&a, set, "c").ptr, "near it: \"arithmetic\""));
    CHECK(strstr(tree(&a, set, "arithmetics").ptr, "\"arithmetic\""));
    CHECK(!strstr(tree(&a, set, "zzzzz").ptr, "near"));
    CHECK(strstr(tree(&a, set, "zzzzz").ptr, "no task, group or tag"));
}

TEST(task_includes_merge_at_the_top_level_and_local_keys_win)
{
    SCOPED_ARENA(a);
    const char *dir = test_folder();
    put_file(&a, dir, "base/one", BODY "num_fewshot: 2\nmetadata: {version: 1, a: b}\n");
    put_file(&a, dir, "base/two.yaml", "include: one\nnum_fewshot: 3\nrepeats: 2\n");
    put_file(&a, dir, "base/three", "repeats: 4\n");
    put_file(&a, dir, "t.yaml",
             "task: t\ninclude: [base/two, base/three]\nmetadata: {version: '1.5'}\n");
    Err err = {0};
    TaskNode node = {0};
    CHECK_OK(taskset_find(tasks_in(&a, dir), STR("t"), &node, &err), err);
    CHECK_INT(node.task->num_fewshot, 3);
    CHECK_INT(node.task->repeats, 4);
    CHECK_STR(node.task->version, "1.5");
    CHECK(!json_path(node.task->config, "metadata.a")); /* not merged below the top */
    CHECK_STR(node.task->dataset_name, "default");
}

TEST(task_includes_that_cannot_be_read_say_where)
{
    SCOPED_ARENA(a);
    const char *dir = test_folder();
    put_file(&a, dir, "x.yaml", "task: x\n\ninclude: nowhere\n");
    put_file(&a, dir, "y.yaml", "task: y\ninclude: z.yaml\n");
    put_file(&a, dir, "z.yaml", "task: z\ninclude: y.yaml\n");
    put_file(&a, dir, "w.yaml", "task: w\ninclude: 5\n");
    TaskSet *set = tasks_in(&a, dir);
    Err err = {0};
    TaskNode node;
    const char *path = put_file(&a, dir, "x.yaml", "task: x\n\ninclude: nowhere\n");
    CHECK(taskset_find(set, str_from(path), &node, &err) == E_MISSING);
    CHECK(strstr(err.msg, "x.yaml:3:10: cannot include \"nowhere\""));
    CHECK(strstr(tree(&a, set, str_printf(&a, "%s/y.yaml", dir).ptr).ptr, "includes itself"));
    CHECK(strstr(tree(&a, set, str_printf(&a, "%s/w.yaml", dir).ptr).ptr, "w.yaml:2:10"));
}

/* Many files are looked at by several threads; what is found does not depend on them. */
TEST(task_index_of_many_files_is_the_same_every_time_thread)
{
    const char *folder = test_folder();
    enum { FILES = 700 };
    for (int i = 0; i < FILES; i++) {
        SCOPED_ARENA(work);
        const char *name = str_printf(&work, "d%d/t%03d.yaml", i % 7, i).ptr;
        put_file(&work, folder, name,
                 str_printf(&work, "include: ../_base\ntask: t%03d\n%s", i,
                            i % 3 ? "" : "tag: [third, own]\n")
                     .ptr);
    }
    SCOPED_ARENA(a);
    put_file(&a, folder, "_base", "tag: common\n");
    for (int round = 0; round < 3; round++) {
        SCOPED_ARENA(b);
        Err err = {0};
        TaskEntries entries = {0};
        CHECK_OK(taskset_list(tasks_in(&b, folder), &b, &entries, &err), err);
        size_t tasks = 0, tags = 0;
        for (size_t i = 0; i < entries.len; i++) {
            bool ours = str_starts(entries.items[i].file, str_from(folder));
            tags += entries.items[i].kind == TASK_TAG &&
                    !str_starts(entries.items[i].name, STR("tiny"));
            if (!ours)
                continue;
            CHECK_STR(entries.items[i].name, str_printf(&b, "t%03zu", tasks++).ptr);
        }
        CHECK_INT(tasks, FILES);
        CHECK(tags >= 3); /* common, own, third */
    }
}
