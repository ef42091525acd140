/* task_fixture.c - small task files and documents for the tests of task/. */
#include "task_fixture.h"

#include "base/file.h"

#include <sys/stat.h>

const char *put_file(Arena *a, const char *folder, const char *name, const char *text)
{
    Err err = {0};
    const char *path = path_join(a, str_from(folder), str_from(name));
    for (size_t i = strlen(folder) + 1; path[i]; i++)
        if (path[i] == '/')
            mkdir(str_z(a, (Str){path, i}), 0777);
    CHECK_OK(file_write(path, str_from(text), &err), err);
    return path;
}

TaskSet *tasks_in(Arena *a, const char *folder)
{
    Err err = {0};
    TaskSet *set = NULL;
    CHECK_OK(taskset_open(a, &folder, 1, &set, &err), err);
    return set;
}

const Task *task_of(Arena *a, const char *yaml)
{
    Err err = {0};
    const char *folder = test_folder();
    const char *path = put_file(a, folder, "t.yaml", yaml);
    TaskNode node = {0};
    CHECK_OK(taskset_find(tasks_in(a, folder), str_from(path), &node, &err), err);
    return node.task;
}

Str problems_of(Arena *a, const char *yaml)
{
    Err err = {0};
    const char *folder = test_folder();
    const char *path = put_file(a, folder, "t.yaml", yaml);
    TaskReport report = {0};
    CHECK_OK(task_check(tasks_in(a, folder), path, a, &report, &err), err);
    StrBuf out = strbuf_make(a, 1 << 20);
    for (size_t i = 0; i < report.problems.len; i++) {
        Str text = report.problems.items[i].text;
        CHECK(str_starts(text, str_from(folder)));
        strbuf_add(&out, str_after(text, strlen(folder) + 1));
        strbuf_addc(&out, '\n');
    }
    return strbuf_str(&out);
}

typedef struct JsonDocs {
    Docs docs;
    Json list;
} JsonDocs;

static Status get(const Docs *docs, size_t index, Arena *arena, Json *out, Err *err)
{
    (void)arena, (void)err;
    *out = ((const JsonDocs *)docs)->list.items[index];
    return OK;
}

const Docs *docs_of(Arena *a, const char *json)
{
    Err err = {0};
    JsonDocs *d = ARENA_NEW(a, JsonDocs);
    CHECK_OK(json_parse(a, str_from(json), &d->list, &err), err);
    d->docs = (Docs){d->list.len, get};
    return &d->docs;
}

TaskBound *bind_plain(Arena *a, const Task *t, const char *docs, const char *shots)
{
    Err err = {0};
    TaskBound *bound = NULL;
    CHECK_OK(task_bind(a, t, docs_of(a, docs), shots ? docs_of(a, shots) : NULL,
                       &(BindOptions){.fewshot_seed = 1234}, &bound, &err),
             err);
    return bound;
}

TaskItem item_at(Arena *a, const TaskBound *b, size_t position)
{
    Err err = {0};
    TaskItem item = {0};
    CHECK_OK(task_item(b, position, a, &item, &err), err);
    return item;
}

TaskScore score_text(Arena *a, const Task *t, const char *docs, const char *text)
{
    Err err = {0};
    TaskBound *b = bind_plain(a, t, docs, NULL);
    TaskItem item = item_at(a, b, 0);
    TaskScore *scores = NULL;
    size_t n = 0;
    TaskAnswer answer = {.text = str_from(text)};
    CHECK_OK(task_score(b, &item, &answer, 1, a, &scores, &n, &err), err);
    CHECK(n >= 1);
    return scores[0];
}
