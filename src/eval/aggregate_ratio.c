/* aggregate_ratio.c - sums over sums: F1 of entities, shares of some of the items, their gap. */
#include "eval/aggregate_row.h"

/* Right, wrong and missed of all items. The tiny number is lm-evaluation-harness's. */
static double span_f1(const void *data, const uint32_t *index, size_t n)
{
    static const double tiny = 1e-13;
    double sum[3];
    aggregate_sum(data, index, n, sum);
    double precision = sum[0] / (sum[0] + sum[1] + tiny),
           recall = sum[0] / (sum[0] + sum[2] + tiny);
    return 2 * (precision * recall) / (precision + recall + tiny);
}

/* Detail [part, whole]: NaN when no item counts. */
static double ratio(const void *data, const uint32_t *index, size_t n)
{
    double sum[2];
    aggregate_sum(data, index, n, sum);
    return sum[0] / sum[1];
}

/* Detail [part, whole, other part, other whole]. */
static double ratio_difference(const void *data, const uint32_t *index, size_t n)
{
    double sum[4];
    aggregate_sum(data, index, n, sum);
    return sum[0] / sum[1] - sum[2] / sum[3];
}

const AggregateRow aggregate_span_f1 = {"span_f1", span_f1, 0, 3, aggregate_fill_numbers, NULL};
const AggregateRow aggregate_ratio = {"ratio", ratio, 0, 2, aggregate_fill_numbers, NULL};
const AggregateRow aggregate_ratio_difference = {
    "ratio_difference", ratio_difference, 0, 4, aggregate_fill_numbers, NULL};
