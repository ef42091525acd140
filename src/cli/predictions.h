/* predictions.h - OpenCompass's predictions: one object by item number, or the shards NAME_0.json,
 * NAME_1.json ... that a task divided among workers leaves behind. */
#ifndef CLI_PREDICTIONS_H
#define CLI_PREDICTIONS_H

#include "cli/app.h"
#include "task/task.h"

typedef struct Predictions {
    Str name;      /* of the task: the file's, without a shard's number */
    StrList files; /* one, or all shards in order */
} Predictions;

/* What `path` is part of: any shard names them all, NAME.json too when it is not there itself.
 * E_MISSING when a shard between others is not there. */
Status predictions_find(App *app, const char *path, Predictions *out, Err *err) MUST_CHECK;

/* The predictions as records {id, prompt, output, target}; items of a shard are numbered on from
 * those before it. */
Status predictions_read(App *app, const Predictions *from, const Docs **out, Err *err) MUST_CHECK;

#endif
