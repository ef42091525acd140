/* eval.h - runs: one model on one task and one frozen data set version.
 *
 * A plan names models and tasks; eval_start makes (or finds again) a run for each pair,
 * eval_execute asks what is not answered yet and scores it. */
#ifndef EVAL_EVAL_H
#define EVAL_EVAL_H

#include "core/run.h"
#include "engine/engine.h"
#include "task/task.h"

/* What a person asked for, the same for all runs of a batch. */
typedef struct EvalOptions {
    const char *db_url;
    const char *const *data_dirs;
    size_t n_data_dirs;
    int64_t limit;         /* first items only; 0 = all */
    int repeats;           /* 0 = the task's */
    bool chat_turns;       /* few-shot examples as turns (chat models) */
    Str system;            /* system instruction */
    uint64_t fewshot_seed; /* 1234 */
    Str cluster;           /* column that names an item's source; empty: none */
    double until_ci;       /* end when the first metric's interval is so wide; 0: ask all items */
    bool fresh;            /* ask everything again; but first finish an unfinished fresh run */
    bool stream;           /* measure the time to the first token */
    int concurrency, max_attempts;
    double retry_wait, max_cost;
    int64_t max_requests;
    const atomic_int *stop;
    /* Told of each data file once it is open; may be NULL. */
    void (*on_data)(void *user, const char *path, const DataReport *report);
    void *on_data_user;
} EvalOptions;

/* A task together with its data: files, found below the data folders or named. */
typedef struct EvalTask {
    const Task *task;
    const char *data_file;      /* NULL: by the task's dataset_path */
    const DataOptions *reading; /* how its files are read; NULL: as they are found */
} EvalTask;

/* One run at work. */
typedef struct EvalRun EvalRun;

typedef struct EvalBatch {
    int64_t id;
    EvalRun **runs; /* by model, then by task */
    size_t n_runs;
    bool goes_on; /* a fresh batch that was found unfinished */
} EvalBatch;

/* What a batch works on. */
typedef struct EvalPlan {
    const Model *models;
    size_t n_models;
    const EvalTask *tasks;
    size_t n_tasks;
    Str command; /* as a person would repeat it */
    Str tree;    /* JSON of what was asked for (groups and tags) */
} EvalPlan;

/* Imports data; adds rows in one transaction, so a start that fails leaves none but the data's
 * versions. Nothing is asked yet; everything that can be wrong with tasks and
 * data is found here. */
Status eval_start(Db *db, const EvalOptions *options, const EvalPlan *plan, Arena *arena,
                  EvalBatch *out, Err *err) MUST_CHECK;

/* Progress of one model's runs, readable while eval_execute works. */
typedef struct EvalProgress {
    EngineProgress engine;
    atomic_llong total, before;  /* units in all; units done by an earlier command */
    atomic_llong scored;         /* judged by the first metric */
    atomic_llong sum_millionths; /* sum of the first metric's values */
} EvalProgress;

typedef struct EvalOutcome {
    EngineEnd end;   /* the worst of the models' */
    Err reason;      /* of the first model that ended early */
    bool unanswered; /* some samples are errors or missing */
} EvalOutcome;

/* Works through the batch: remote models at the same time, inline ones in turn. */
Status eval_execute(const EvalOptions *options, EvalBatch *batch, EvalProgress *progress,
                    EvalOutcome *out, Err *err) MUST_CHECK;

/* Whether a model is asked for this task with messages. Likelihoods after a chat can be had from
 * models in the process alone; whole texts are scored as they are. */
bool eval_is_chat(const Model *model, const Task *task);

int64_t eval_run_id(const EvalRun *run);
const Task *eval_run_task(const EvalRun *run);
const Model *eval_run_model(const EvalRun *run);
/* A finished run found again, with nothing left to ask. */
bool eval_run_was_done(const EvalRun *run);

/* Scores the stored replies of a run again with `task`, whose output type must be the run's:
 * new judgements, outcomes, config and protocol in one transaction, no inference. */
typedef struct RescoreCounts {
    int64_t judgements;
    int64_t changed;         /* new, or another value, answer or outcome */
    int64_t raised, lowered; /* of these: the value rose, fell; a missing one counts as 0 */
    int64_t gained, lost;    /* an answer was found where there was none, and the other way */
} RescoreCounts;
Status eval_rescore(Db *db, int64_t run_id, const Task *task, Arena *arena, RescoreCounts *out,
                    Err *err) MUST_CHECK;

/* ---- runs from outputs made elsewhere ---- */

typedef struct RecordedModel {
    Str name;
    const Str *outputs; /* one an item; ptr NULL: none was recorded */
} RecordedModel;

typedef struct RecordedSet {
    Str source; /* file */
    Str dataset, split;
    const Json *items; /* objects, with their "id" when they have one */
    size_t n_items;
    const RecordedModel *models;
    size_t n_models;
    const Task *task;
    Str cluster; /* column, or empty */
    Str command;
} RecordedSet;

typedef struct RecordedRun {
    int64_t id, n_outputs;
    bool added; /* false: these outputs were imported before, as this run */
} RecordedRun;

/* A run for each model, scored: the items become a data set version, and then all runs are
 * added in one transaction. Nothing is stored when an item cannot be scored. */
Status eval_record(Db *db, const RecordedSet *set, Arena *arena, RecordedRun *runs,
                   Err *err) MUST_CHECK;

#endif
