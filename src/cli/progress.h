/* progress.h - how far a batch is: a line that redraws itself on a terminal, plain lines
 * elsewhere. Runs in a thread of its own and only reads counters. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/app.h"
#include "eval/eval.h"

typedef struct Progress Progress;

/* NULL when the user wants quiet. */
Progress *progress_start(App *app, EvalProgress *counters);
void progress_stop(Progress *p); /* accepts NULL */

#endif
