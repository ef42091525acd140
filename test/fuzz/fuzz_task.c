/* fuzz_task.c - any bytes as a task file: refused with a place, or a task that gives items and
 * scores; and the quick look at names never disagrees with the full parse. */
#include "base/yaml.h"
#include "task/parts.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Status get(const Docs *docs, size_t index, Arena *arena, Json *out, Err *err)
{
    (void)docs;
    Str text = index % 2 ? STR("{\"q\":\"two\",\"a\":\"b\",\"n\":1,\"c\":[\"a\",\"b\"],"
                               "\"choices\":[\"x y\",\"z\"]}")
                         : STR("{\"q\":\"one\",\"a\":\"a\",\"n\":0,\"c\":[\"a\",\"b\",\"\"],"
                               "\"choices\":[\"x\"]}");
    return json_parse(arena, text, out, err);
}

/* When the quick look is sure, the parser must find the same names. */
static void check_scan(Arena *a, Str text, const Json *parsed)
{
    Scan scan = {0};
    scan_names(a, text, &scan);
    if (scan.unsure)
        return;
    const Json *task = json_get(parsed, "task"), *tag = json_get(parsed, "tag");
    if (json_is(task, JSON_STRING) && !str_eq(task->text, scan.task))
        abort();
    if (!str_eq(json_text(json_get(parsed, "group")), scan.group))
        abort();
    if (json_is(tag, JSON_ARRAY) && tag->len != scan.tags.len)
        abort();
    if (scan.has_class != (json_get(parsed, "class") != NULL))
        abort();
}

static void check_scores(const Task *t, const TaskBound *b, Arena *a, const TaskItem *item)
{
    Err err = {0};
    TaskScore *scores;
    size_t n, n_answers = t->output_type == OUTPUT_GENERATE ? (size_t)t->repeats : item->n_requests;
    TaskAnswer *answers = arena_array(a, n_answers, sizeof *answers);
    for (size_t i = 0; i < n_answers; i++)
        answers[i] = (TaskAnswer){
            .text = STR(" The answer is (B), 42."), .logprob = -1.0 - (double)i, .greedy = i == 0};
    if (task_score(b, item, answers, n_answers, a, &scores, &n, &err) != OK) {
        if (!err.msg[0])
            abort();
        return;
    }
    if (n != t->n_filters * t->n_metrics)
        abort();
    for (size_t i = 0; i < n; i++)
        if ((!isfinite(scores[i].value) && scores[i].found) || scores[i].filter >= t->n_filters)
            abort();
}

static void use(const Task *t)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Docs docs = {4, get};
    TaskBound *b;
    if (task_bind(&a, t, &docs, &docs, &(BindOptions){.fewshot_seed = 1}, &b, &err) != OK) {
        if (!err.msg[0])
            abort();
        return;
    }
    for (size_t i = 0; i < docs.len; i++) {
        TaskItem item;
        if (task_item(b, i, &a, &item, &err) == OK)
            check_scores(t, b, &a, &item);
        else if (!err.msg[0])
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(a);
    Err err = {0};
    TaskSet set = {.arena = &a};
    Str text = {(const char *)data, size};
    Json *parsed = ARENA_NEW(&a, Json);
    if (yaml_parse(&a, text, "f.yaml", parsed, NULL) != OK || parsed->type != JSON_OBJECT)
        return 0;
    check_scan(&a, text, parsed);
    if (json_get(parsed, "include"))
        return 0; /* other files are not this test's business */
    map_set(&a, &set.sources, STR("f.yaml"), parsed);
    RawConfig raw;
    if (source_load(&set, "f.yaml", &raw, &err) != OK)
        abort();
    Problems problems = {0};
    Checker c = {.arena = &a, .problems = &problems, .file = "f.yaml"};
    const Task *task = task_resolve(&set, &raw, true, &c);
    if (!task == !problems.len)
        abort(); /* a task or problems, not both and not neither */
    for (size_t i = 0; i < problems.len; i++)
        if (!str_starts(problems.items[i].text, STR("f.yaml:")))
            abort();
    if (task)
        use(task);
    return 0;
}
