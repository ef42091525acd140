/* foreign.h - runs of other frameworks, with the scores that they gave.
 *
 * A reader (foreign_*.c) makes a ForeignRun of a log; eval_foreign stores it as a run like all
 * others. Its protocol has the member "foreign": it equals no protocol of ours, so comparing
 * takes --force and says what differs. Runs of different frameworks pair by the items' keys:
 * an item is the record that the log holds, with the "id" of `id` when that is given. */
#ifndef EVAL_FOREIGN_H
#define EVAL_FOREIGN_H

#include "base/json.h"
#include "base/map.h"
#include "base/vec.h"
#include "core/outcome.h"
#include "core/run.h"

typedef struct ForeignScore {
    Str metric, filter;
    double value;
    double weight; /* above 0: the value is a share of so many parts */
    Str label;     /* the extracted answer, may be empty */
    Str why;
    Outcome outcome; /* scored, no_answer */
    int n_epochs;    /* the value is the mean of so many */
} ForeignScore;

typedef struct ForeignSample {
    Json item; /* the record as an object */
    Str prompt, target;
    VEC(Str) outputs; /* one a repeat; none for likelihoods */
    Str detail;       /* likelihoods: JSON of choices and logprobs; else empty */
    Str error;        /* not empty: the item was not answered */
    VEC(ForeignScore) scores;
    int64_t prompt_tokens, completion_tokens; /* -1: not told */
    double seconds;                           /* NAN: not told */
} ForeignSample;

typedef struct ForeignRun {
    const char *framework; /* "lm-eval", "inspect", "opencompass" */
    Str source;            /* file */
    Str task, model, dataset, split;
    Json metrics;  /* metric_list entries: metric, aggregation, higher_is_better */
    Json protocol; /* what the log says a number depends on */
    bool likelihood;
    VEC(ForeignSample) samples;
    size_t n_left_out; /* values that are no number of one item */
} ForeignRun;

typedef struct ForeignStored {
    int64_t run_id;
    bool added; /* false: imported before, as this run */
} ForeignStored;

/* Stores the run in one transaction. */
Status eval_foreign(Db *db, const ForeignRun *run, Str command, Arena *arena, ForeignStored *out,
                    Err *err) MUST_CHECK;

/* What the readers are told: names in place of those in the log; a template for item ids. */
typedef struct ForeignRules {
    Str model, task; /* empty: the log's */
    Str id;          /* template over the record's columns and the line's ("doc_id"), or empty */
} ForeignRules;

/* Readers. Each fills an empty run; the memory is the arena's. */
Status foreign_lm_eval(const char *path, const ForeignRules *rules, Arena *arena, ForeignRun *out,
                       Err *err) MUST_CHECK;
Status foreign_inspect(const char *path, const ForeignRules *rules, Arena *arena, ForeignRun *out,
                       Err *err) MUST_CHECK;
Status foreign_opencompass(const char *path, const ForeignRules *rules, Arena *arena,
                           ForeignRun *out, Err *err) MUST_CHECK;

/* For the readers. */
/* Gives `item` the id of the template, when there is one; variables are the members of `line`
 * and of the item. */
typedef struct ForeignId ForeignId;
Status foreign_id_parse(Arena *arena, Str text, ForeignId **out, Err *err) MUST_CHECK;
Status foreign_id_set(const ForeignId *id, const Json *line, Arena *arena, Json *item,
                      Err *err) MUST_CHECK;
/* Names the metric once, in order of appearance. */
void foreign_add_metric(ForeignRun *run, Arena *arena, Str metric, Str aggregation, bool rises);
/* A string's text, else JSON. */
Str foreign_text(Arena *arena, const Json *value);
ForeignSample foreign_sample(void);
/* The name of the folder that holds the file: of the working folder when none is given. */
Str foreign_folder(Arena *arena, const char *path);

#endif
