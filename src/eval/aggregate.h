/* aggregate.h - from what each item gave to one number with its error: the aggregations.
 *
 * An aggregation is a statistic of the items. Most take a judgement's value; corpus scores take
 * the counts in its detail, classification metrics its labels. To add one: a row in aggregate.c
 * (and its name in task/metric.c, so that task files may say it). */
#ifndef EVAL_AGGREGATE_H
#define EVAL_AGGREGATE_H

#include "base/json.h"
#include "stats/stats.h"

/* One item, as its judgement has it. */
typedef struct AggregateItem {
    double value, weight; /* weight: words or bytes of a rolling value */
    Str detail;           /* "" when there is none */
} AggregateItem;

typedef struct AggregateInput {
    Str name;          /* "bleu" */
    const Json *entry; /* of metric_list, for options; may be NULL */
    const AggregateItem *items;
    size_t n;
    const uint32_t *clusters; /* as in stats_mean; NULL: none */
    size_t n_clusters;
    size_t draws; /* of the standard error that follows lm-evaluation-harness (its
                   * --bootstrap_iters), and of a difference; 0: the usual number */
} AggregateInput;

/* Without clusters the standard error is lm-evaluation-harness's (CPython's generator, chunks of
 * a thousand draws), as long as draws x items stays below AGGREGATE_WORK; beyond that fewer draws
 * are made. With clusters, and where it gives none, ours. The interval is always ours.
 * "mean" and any unknown name: stats_mean. */
enum { AGGREGATE_WORK = 20000000 };
MeanResult aggregate(const AggregateInput *in, Arena *scratch);

/* Whether the aggregation is a score of the whole corpus, which no test of single items speaks of:
 * BLEU, F1, calibration ... */
bool aggregate_is_corpus(Str name);

typedef struct CorpusDifference {
    double a, b;           /* the two scores */
    MeanResult difference; /* b - a; interval by the paired bootstrap */
    double p;              /* two-sided, approximate randomisation */
} CorpusDifference;
/* `both`: the items of a, then the same items of b, in->n in all; its clusters as those of 2 x n
 * items. `clusters`, `n_clusters`: of the n pairs, or NULL. Only where aggregate_is_corpus. */
CorpusDifference aggregate_difference(const AggregateInput *both, const uint32_t *clusters,
                                      size_t n_clusters, Arena *scratch);

/* How sacrebleu would print what was computed; "" for other aggregations. */
Str aggregate_signature(const AggregateInput *in, Arena *arena);

#endif
