/* run_command.h - the parts of `assay run` that `assay demo` uses too. */
#ifndef CLI_RUN_COMMAND_H
#define CLI_RUN_COMMAND_H

#include "cli/run_options.h"
#include "eval/summary.h"

/* Starts the plan's runs and works through them under a progress line. */
Status run_execute(App *app, const RunOptions *o, Plan *plan, Db *db, EvalBatch *batch,
                   EvalOutcome *outcome, Err *err) MUST_CHECK;

/* Summaries of the batch's runs, in the app's arena. */
Status run_load_batch(App *app, Db *db, const EvalBatch *batch, size_t draws, RunSummary **out,
                      Err *err) MUST_CHECK;

#endif
