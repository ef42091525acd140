/* records.h - a file of recorded outputs, read into items and one list of outputs a model.
 *
 * By default a record is one output: {id, output, model, prompt, target}; spreadsheets may have
 * usual Chinese names for these. With named --output templates a record is an item with the
 * outputs of one or more models in it. */
#ifndef CLI_RECORDS_H
#define CLI_RECORDS_H

#include "base/opt.h"
#include "eval/eval.h"

/* Where things stand in a record: a column's name, or a template over the record. */
typedef struct RecordRules {
    StrList outputs;        /* "[NAME=]TEMPLATE"; one without a name: where the output stands */
    Str id, prompt, target; /* empty: the column of a usual name */
    Str model_column;       /* likewise */
    Str model;              /* name of the model where the records name none */
    StrList keep;           /* further columns that go into the items */
    Str cluster;
} RecordRules;

/* The members of `out` that describe items, models and outputs are filled. `taken` says which
 * columns were taken for what by a Chinese name ("output = 模型输出"), it may be empty. The columns
 * are those of the first record. */
Status records_read(const Docs *docs, const RecordRules *rules, Arena *arena, RecordedSet *out,
                    Str *taken, Err *err) MUST_CHECK;

#endif
