/* gate.h - conditions that a run must meet: [TASK:]METRIC[@FILTER][.low|.high] OP NUMBER. */
#ifndef CLI_GATE_H
#define CLI_GATE_H

#include "eval/summary.h"
#include "task/task.h"

typedef struct GateResult {
    Str text;     /* the condition as given */
    double value; /* what it was compared with; of the worst run */
    bool passed;
} GateResult;

/* Every run that has the metric must meet it; E_USAGE when none has, or it cannot be read. */
Status gate_check(Str condition, const RunSummary *runs, size_t n_runs, GateResult *out,
                  Err *err) MUST_CHECK;

/* Whether a condition can be read, and speaks of a task and metric that are asked for; for before
 * the work. */
Status gate_parse(Str condition, const Task *const *tasks, size_t n_tasks, Err *err) MUST_CHECK;

#endif
