/* bench_prompts.c - how long it takes to build 5-shot contexts for 14,042 four-option items,
 * and to start the program. Prints one line. */
#include "base/clock.h"
#include "task/task.h"

#include <stdio.h>
#include <unistd.h>

enum { ITEMS = 14042, SHOTS = 285 };

static Status get(const Docs *docs, size_t index, Arena *arena, Json *out, Err *err)
{
    (void)docs;
    Str text = str_printf(arena,
                          "{\"question\":\"Which of these is number %zu of the list that the "
                          "teacher wrote on the board?\",\"choices\":[\"the first of the "
                          "answers\",\"the second one\",\"another answer\",\"none of "
                          "these\"],\"answer\":%zu}",
                          index, index % 4);
    return json_parse(arena, text, out, err);
}

static const char task_text[] =
    "task: bench\ndataset_path: bench\ntest_split: test\nfewshot_split: dev\nnum_fewshot: 5\n"
    "output_type: multiple_choice\n"
    "doc_to_text: \"{{question.strip()}}\\nA. {{choices[0]}}\\nB. {{choices[1]}}\\nC. "
    "{{choices[2]}}\\nD. {{choices[3]}}\\nAnswer:\"\n"
    "doc_to_choice: [\"A\", \"B\", \"C\", \"D\"]\ndoc_to_target: answer\n"
    "metric_list:\n  - metric: acc\n";

static Status build_all(Arena *arena, const char *path, double *seconds, size_t *bytes, Err *err)
{
    TaskSet *set;
    TaskNode node;
    TaskBound *bound;
    Docs docs = {ITEMS, get}, shots = {SHOTS, get};
    BindOptions options = {.fewshot_seed = 1234};
    TRY(taskset_open(arena, NULL, 0, &set, err));
    TRY(taskset_find(set, str_from(path), &node, err));
    double start = clock_seconds();
    TRY(task_bind(arena, node.task, &docs, &shots, &options, &bound, err));
    SCOPED_ARENA(scratch);
    for (size_t i = 0; i < ITEMS; i++) {
        TaskItem item;
        TRY(task_item(bound, i, &scratch, &item, err));
        *bytes += item.requests[0].context.len;
        arena_reset(&scratch);
    }
    *seconds = clock_seconds() - start;
    return OK;
}

int main(void)
{
    SCOPED_ARENA(arena);
    Err err = {0};
    char path[] = "/tmp/assay-bench-XXXXXX.yaml";
    double seconds = 0;
    size_t bytes = 0;
    int fd = mkstemps(path, 5);
    if (fd < 0 || write(fd, task_text, sizeof task_text - 1) < 0)
        return 1;
    close(fd);
    Status status = build_all(&arena, path, &seconds, &bytes, &err);
    unlink(path);
    if (status != OK) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    printf("prompts    %d five-shot contexts of %zu bytes in %.3f s (limit 0.5 s)\n", ITEMS,
           bytes / ITEMS, seconds);
    return 0;
}
