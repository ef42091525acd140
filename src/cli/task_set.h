/* task_set.h - the tasks that the commands about tasks look at. */
#ifndef CLI_TASK_SET_H
#define CLI_TASK_SET_H

#include "cli/app.h"
#include "task/task.h"

/* Those of --tasks, of the folders in `more` (may be NULL) and the built-in ones. */
Status open_tasks(App *app, const StrList *more, TaskSet **out, Err *err) MUST_CHECK;

#endif
