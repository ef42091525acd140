/* run_options.h - the options of `assay run`, and how they become a plan. */
#ifndef CLI_RUN_OPTIONS_H
#define CLI_RUN_OPTIONS_H

#include "cli/data_options.h"
#include "eval/eval.h"

typedef struct RunOptions {
    StrList models, tasks, generation, gates;
    int64_t limit, fewshot, repeats, concurrency, max_requests, max_attempts, seed, draws;
    double max_cost, until_ci, retry_wait, timeout, price_in, price_out, rpm, tpm;
    bool fresh, chat_turns, apply_chat, stream;
    Str system, cluster, api, option_order;
    /* a task without a file */
    Str prompt, target, metric, extract, choices, name;
    FileOptions file; /* how --data FILE is read */
    /* from a run file: models given as mappings */
    VEC(ModelSpec) specs;
} RunOptions;

extern const Option run_options[];
extern const RunOptions run_defaults;
enum { NO_FEWSHOT = 1 << 30 }; /* --fewshot not given */

/* Reads FILE.yaml into `o`: its keys are the option names, and `models` and `tasks`. */
Status run_file_read(App *app, const char *path, RunOptions *o, Err *err) MUST_CHECK;

/* The models, opened; the tasks, resolved, with their data; the tree of what was asked. */
typedef struct Plan {
    Model *models;
    size_t n_models;
    VEC(EvalTask) tasks;
    Json tree;
    EvalOptions eval;
} Plan;
Status plan_make(App *app, const RunOptions *o, Db *db, Plan *out, Err *err) MUST_CHECK;
void plan_close(Plan *plan);

/* "temperature=0.7" -> {"temperature": 0.7}; values are JSON when they read as such. */
Status generation_of(App *app, const StrList *pairs, Json *out, Err *err) MUST_CHECK;

/* The spec of a model: a name in the database, or an inline one. */
Status find_model_spec(App *app, Db *db, Str name, ModelSpec *out, Err *err) MUST_CHECK;

#endif
