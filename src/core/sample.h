/* sample.h - responses, samples and judgements: what a run produces. */
#ifndef CORE_SAMPLE_H
#define CORE_SAMPLE_H

#include "base/vec.h"
#include "core/outcome.h"
#include "db/db.h"

/* One reply of a model, kept for reuse under its request key. Numbers that are not known
 * are NAN or -1. */
typedef struct ResponseRow {
    int64_t id, model_id;
    Str key;       /* empty: not reusable */
    Str prompt;    /* ptr NULL when another response of the sample has it */
    Str text;      /* ptr NULL for likelihoods */
    Str reasoning; /* ptr NULL when none */
    Str finish, finish_raw, served_model;
    double logprob;
    int greedy; /* -1 none */
    int64_t prompt_tokens, completion_tokens;
    double seconds, first_token, cost;
    int64_t attempts;
} ResponseRow;

Status response_add(Db *db, const ResponseRow *row, int64_t *out_id, Err *err) MUST_CHECK;
Status response_get(Db *db, int64_t id, Arena *arena, ResponseRow *out, bool *found,
                    Err *err) MUST_CHECK;

/* Calls `each` with every reusable response of a model, oldest first. */
typedef void (*OnKey)(void *user, Str key, int64_t id);
Status response_keys(Db *db, int64_t model_id, OnKey each, void *user, Err *err) MUST_CHECK;

typedef struct SampleRow {
    int64_t id, run_id, position, repeat_index, response_id; /* response_id 0 = none */
    Str item_key, cluster;                                   /* cluster ptr NULL when none */
    Outcome outcome;
    bool cached;
    Str prompt; /* written only when there is no response; read: from wherever it is */
    Str target, detail, error;
    int64_t prompt_tokens, completion_tokens, attempts; /* tokens -1: not told */
    double seconds, first_token, cost;                  /* NAN: not known */
} SampleRow;

Status sample_add(Db *db, const SampleRow *row, int64_t *out_id, Err *err) MUST_CHECK;
/* Removes the error samples of a run, so that a rerun asks those items again. */
Status sample_clear_errors(Db *db, int64_t run_id, Err *err) MUST_CHECK;
/* Counts by outcome over the run's samples. */
Status sample_counts(Db *db, int64_t run_id, int64_t counts[N_OUTCOMES], Err *err) MUST_CHECK;
/* Sets bit (position * n_repeats + repeat) for every sample of the run. */
Status sample_done(Db *db, int64_t run_id, int64_t n_repeats, uint64_t *bits, size_t n_bits,
                   Err *err) MUST_CHECK;

typedef struct JudgementRow {
    int64_t id, sample_id;
    Str criterion, filter, judge;
    double value;  /* NAN: none */
    double weight; /* words, bytes that the value is spread over; 0: none */
    Str label, why;
    Str detail; /* JSON array for aggregations (task/task.h, TaskScore); may be empty */
    Outcome outcome;
    Str rule, steps; /* how the answer was extracted; empty when it was not */
} JudgementRow;

Status judgement_add(Db *db, const JudgementRow *row, Err *err) MUST_CHECK;
/* What became of a sample after it was judged again; `error` says why it could not be, else empty.
 */
Status sample_set_outcome(Db *db, int64_t sample_id, Outcome outcome, Str error,
                          Err *err) MUST_CHECK;
/* Removes what rules judged in a run, before it is scored again. */
Status judgement_clear_rules(Db *db, int64_t run_id, Err *err) MUST_CHECK;

/* A value of one metric with what pairs and groups it. Ordered by position, repeat. */
typedef struct Point {
    int64_t position;
    uint32_t cluster; /* index into PointSet.clusters; items without one get their own */
    Outcome outcome;
    double value;  /* NAN when there is none */
    double weight; /* 0: none */
    Str detail;    /* JSON array, or empty */
} Point;

typedef struct PointSet {
    Str criterion, filter;
    VEC(Point) points;
} PointSet;
typedef struct RunPoints {
    VEC(PointSet) sets; /* one a (filter, criterion) */
    size_t n_clusters;  /* cluster numbers are below; 0: the run has no cluster column */
} RunPoints;
/* Outcomes, tokens, time and money of a run. All but the counts are of samples without an error.
 * Percentiles need every value: seconds are returned. */
typedef struct RunUsage {
    int64_t counts[N_OUTCOMES];
    int64_t n_samples, prompt_tokens, completion_tokens, attempts, cached;
    double cost; /* of samples that have one */
    int64_t n_priced;
    VEC(double) seconds, first_tokens; /* sorted; of samples not from the cache */
} RunUsage;
/* Both in one pass; both must be empty. `usage` may be NULL. */
Status run_numbers(Db *db, int64_t run_id, Arena *arena, RunPoints *points, RunUsage *usage,
                   Err *err) MUST_CHECK;

/* How answers were extracted: one row a pipeline and rule, the commonest rule first. */
typedef struct RuleCount {
    Str filter, rule;
    int64_t n, found; /* judgements of the pipeline's first metric; with an answer */
    double mean;      /* of the values of those with an answer; NAN when none has */
} RuleCount;
typedef VEC(RuleCount) RuleCounts;
Status run_rules(Db *db, int64_t run_id, Arena *arena, RuleCounts *out, Err *err) MUST_CHECK;

/* Keys of a run's items by position, for pairing runs of different versions. */
typedef struct ItemKey {
    int64_t position;
    Str key;
} ItemKey;
typedef VEC(ItemKey) ItemKeys;
Status run_item_keys(Db *db, int64_t run_id, Arena *arena, ItemKeys *out, Err *err) MUST_CHECK;

/* ---- drill-down ---- */
typedef struct SampleView {
    SampleRow sample;
    ResponseRow response; /* id 0 when none */
    VEC(JudgementRow) judgements;
    Str item;   /* the record as JSON */
    bool moved; /* the item of its key does not stand at its position: a task reordered them */
} SampleView;
typedef VEC(SampleView) SampleViews;

typedef struct SampleQuery {
    int64_t run_id;
    int64_t after_position, after_repeat; /* go on behind this sample; position -1 = start */
    int64_t limit;
    int outcome;      /* an Outcome, or -1 */
    bool wrong;       /* only samples with a judgement below 1 or without a value */
    int64_t position; /* only this item, or -1 */
} SampleQuery;
/* What went wrong with a run's error samples, the commonest first. Messages that differ in their
 * numbers alone are one. */
typedef struct ErrorCount {
    Str error; /* the commonest of them */
    int64_t n;
    int64_t n_texts;
} ErrorCount;
typedef VEC(ErrorCount) ErrorCounts;
Status sample_errors(Db *db, int64_t run_id, int64_t limit, Arena *arena, ErrorCounts *out,
                     Err *err) MUST_CHECK;

/* The references of the first `limit` samples, one after the other, as far as they fit in `out`. */
Status sample_targets(Db *db, int64_t run_id, int64_t limit, StrBuf *out, Err *err) MUST_CHECK;

/* Samples in the order of items and repeats. */
Status sample_views(Db *db, const SampleQuery *query, Arena *arena, SampleViews *out,
                    Err *err) MUST_CHECK;

#endif
