/* run.h - models, batches and runs as rows. */
#ifndef CORE_RUN_H
#define CORE_RUN_H

#include "base/vec.h"
#include "db/db.h"

/* ---- models ---- */
typedef struct ModelRow {
    int64_t id;
    Str name, provider, address, model, key_env;
    Str settings; /* JSON object */
    bool added;   /* by `model add` */
} ModelRow;
typedef VEC(ModelRow) ModelRows;

/* Inserts or updates by name; an added model stays as it was added when the new row is not an
 * added one. *out_id is its id. */
Status model_row_save(Db *db, const ModelRow *m, int64_t *out_id, Err *err) MUST_CHECK;
Status model_row_find(Db *db, Str name, Arena *arena, ModelRow *out, bool *found,
                      Err *err) MUST_CHECK;
Status model_row_list(Db *db, Arena *arena, ModelRows *out, Err *err) MUST_CHECK; /* added ones */
/* Takes it off the list; its runs stay. */
Status model_row_remove(Db *db, Str name, Err *err) MUST_CHECK;

/* ---- batches: what one command asked for ---- */
Status batch_add(Db *db, Str command, Str tree, int64_t *out_id, Err *err) MUST_CHECK;
Status batch_tree(Db *db, int64_t batch_id, Arena *arena, Str *out, Err *err) MUST_CHECK;

/* ---- runs ---- */
typedef struct RunRow {
    int64_t id, batch_id, model_id, version_id, fewshot_version_id; /* 0 = none */
    Str model;                                                      /* its name */
    Str task, config, protocol, protocol_hash, identity, settings;
    int64_t n_items, n_repeats;
    Str state, stop_reason, owner, program;
    int64_t created, finished;
    Str dataset, split; /* read only: of version_id */
    int64_t version_number;
} RunRow;
typedef VEC(RunRow) RunRows;

Status run_add(Db *db, const RunRow *row, int64_t *out_id, Err *err) MUST_CHECK;
Status run_get(Db *db, int64_t id, Arena *arena, RunRow *out, Err *err) MUST_CHECK;
/* Newest first; only runs of `task` and `model` when those are not empty. */
Status run_list(Db *db, Str model, Str task, int64_t limit, Arena *arena, RunRows *out,
                Err *err) MUST_CHECK;
Status run_list_batch(Db *db, int64_t batch_id, Arena *arena, RunRows *out, Err *err) MUST_CHECK;
/* The newest run of this identity. */
Status run_find(Db *db, Str identity, Arena *arena, RunRow *out, bool *found, Err *err) MUST_CHECK;

/* Takes the run for this process: E_CONFLICT when another live process works on it. */
Status run_claim(Db *db, int64_t id, int64_t batch_id, Err *err) MUST_CHECK;
/* The same in the caller's transaction. */
Status run_claim_within(Db *db, int64_t id, int64_t batch_id, Err *err) MUST_CHECK;
/* Ends the work: state "finished" or "stopped" with a reason. */
Status run_release(Db *db, int64_t id, const char *state, Str reason, Err *err) MUST_CHECK;
/* How a run is scored from now on: config, protocol, protocol_hash, identity of `row`. */
Status run_set_scoring(Db *db, const RunRow *row, Err *err) MUST_CHECK;
Status run_delete(Db *db, int64_t id, Err *err) MUST_CHECK;

/* "host:pid:start" of this process. */
Str run_owner(Arena *arena);

#endif
