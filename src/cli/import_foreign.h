/* import_foreign.h - which framework wrote a file, and importing its runs. */
#ifndef CLI_IMPORT_FOREIGN_H
#define CLI_IMPORT_FOREIGN_H

#include "cli/app.h"
#include "eval/foreign.h"
#include "task/task.h"

typedef enum ImportKind {
    IMPORT_RECORDS, /* a table or JSON of recorded outputs */
    IMPORT_LM_EVAL,
    IMPORT_INSPECT,
    IMPORT_OPENCOMPASS, /* results with details */
    IMPORT_PREDICTIONS, /* OpenCompass's predictions: records by another shape */
} ImportKind;

/* `named` is --from, or empty: then by name and content. */
Status import_kind(App *app, Str named, const char *path, ImportKind *out, Err *err) MUST_CHECK;

/* A file, or a folder whose logs are all imported; prints the runs. */
Status import_foreign(App *app, ImportKind kind, const char *path, const ForeignRules *rules,
                      Err *err) MUST_CHECK;

#endif
