/* summary.h - the numbers of a run and of groups of runs.
 *
 * A metric is read in two ways side by side: `headline` counts no_answer, truncated, refused
 * and filtered as the rule's value for them (0), `answered` takes scored samples alone. Errors
 * are in neither. Where lower is better a missing value has no stand-in: the headline is NAN. */
#ifndef EVAL_SUMMARY_H
#define EVAL_SUMMARY_H

#include "base/json.h"
#include "core/run.h"
#include "core/sample.h"
#include "eval/advice.h"
#include "stats/stats.h"

typedef struct MetricSummary {
    Str filter, metric, aggregation;
    bool higher_is_better;
    Str signature; /* of a corpus score: what makes it comparable; may be empty */
    MeanResult headline, answered;
    MetricAdvice advice; /* where the texts' language makes the number mean little */
} MetricSummary;

typedef struct RunSummary {
    RunRow run;
    int64_t counts[N_OUTCOMES], n_samples; /* samples written, of n_items * n_repeats */
    bool incomplete;                       /* errors or missing samples */
    bool until_ci, ended_early;            /* it was to end when known well enough, and did */
    VEC(MetricSummary) metrics;            /* in the task's order; [0] is the first pipeline's */
    RunUsage usage;
    RuleCounts rules;                  /* of the filter "extract" */
    ErrorCounts errors;                /* the commonest EVAL_ERRORS of the error samples */
    double latency[3], first_token[3]; /* p50, p90, p99 seconds; NAN unknown */
} RunSummary;

/* What a resolved task says of a metric: its metric_list entry, or NULL. */
const Json *eval_metric_entry(const Json *config, Str metric);
/* Whether more of this metric is better, as the task says or the metric's nature is. */
bool eval_metric_rises(const Json *config, Str metric);

enum { EVAL_ERRORS = 3, EVAL_DRAWS = 1000000 };
/* `draws` (to EVAL_DRAWS): bootstrap draws of the standard errors that follow
 * lm-evaluation-harness; 0: as many as it makes. */
Status eval_summarise(Db *db, int64_t run_id, size_t draws, Arena *arena, RunSummary *out,
                      Err *err) MUST_CHECK;

/* A run in one line: its first metric, how many there are, whether it is incomplete. */
typedef struct RunHeadline {
    MetricSummary metric; /* metric.metric is empty when there is none */
    size_t n_metrics;
    bool incomplete;
} RunHeadline;
Status eval_headline(Db *db, const RunRow *run, Arena *arena, RunHeadline *out,
                     Err *err) MUST_CHECK;

/* ---- groups ---- */
/* A group's line for one model: LMH's weighted mean and pooled standard error. */
typedef struct GroupSummary {
    Str name, alias, model, metric, filter;
    size_t n_tasks, n;
    double mean, se;
    Interval ci;
    int depth;
} GroupSummary;
typedef VEC(GroupSummary) GroupSummaries;

/* `tree` is the batch's tree; `runs` are the summaries of its runs. */
Status eval_groups(Str tree, const RunSummary *runs, size_t n_runs, Arena *arena,
                   GroupSummaries *out, Err *err) MUST_CHECK;

#endif
