/* task_fixture.h - small task files and documents for the tests of task/. */
#ifndef TEST_TASK_FIXTURE_H
#define TEST_TASK_FIXTURE_H

#include "test.h"

#include "task/task.h"

/* Writes a file below `folder`, making the folders on the way; returns its path. */
const char *put_file(Arena *a, const char *folder, const char *name, const char *text);
TaskSet *tasks_in(Arena *a, const char *folder);
/* The one task of this YAML text; it must be right. */
const Task *task_of(Arena *a, const char *yaml);
/* All problems of this YAML text, one a line, without the folder. */
Str problems_of(Arena *a, const char *yaml);
/* A JSON array as documents. */
const Docs *docs_of(Arena *a, const char *json);
TaskBound *bind_plain(Arena *a, const Task *t, const char *docs, const char *shots);
TaskItem item_at(Arena *a, const TaskBound *b, size_t position);
/* The first score of the first item when the model answers `text`. */
TaskScore score_text(Arena *a, const Task *t, const char *docs, const char *text);

#endif
