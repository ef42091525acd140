/* records.h - a file of recorded outputs, read into items and one list of outputs a model.
 *
 * By default a record is one output: {id, output, model, prompt, target}. With --output
 * templates a record is an item with the outputs of one or more models in it. */
#ifndef CLI_RECORDS_H
#define CLI_RECORDS_H

#include "base/opt.h"
#include "eval/eval.h"

/* Where things stand in a record: a column's name, or a template over the record. */
typedef struct RecordRules {
    StrList outputs;        /* "[NAME=]TEMPLATE" */
    Str id, prompt, target; /* empty: the column of that name */
    Str model;              /* name of the model where the records name none */
    StrList keep;           /* further columns that go into the items */
    Str cluster;
} RecordRules;

/* The members of `out` that describe items, models and outputs are filled. */
Status records_read(const Docs *docs, const RecordRules *rules, Arena *arena, RecordedSet *out,
                    Err *err) MUST_CHECK;

#endif
