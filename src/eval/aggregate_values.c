/* aggregate_values.c - aggregations of values: perplexities, median, what is passed over. */
#include "eval/aggregate_row.h"

#include <math.h>

enum { VALUE_WIDTH = 2 }; /* value, weight */

/* What has no value counts as 0 (METHODS, section 1). */
static void fill(const AggregateInput *in, Table *t, Arena *scratch)
{
    (void)scratch;
    for (size_t i = 0; i < in->n; i++) {
        t->rows[i * VALUE_WIDTH] = isnan(in->items[i].value) ? 0 : in->items[i].value;
        t->rows[i * VALUE_WIDTH + 1] = in->items[i].weight;
    }
}

/* ... but not to nanmean, which passes over it: its weight says whether it is there. */
static void fill_present(const AggregateInput *in, Table *t, Arena *scratch)
{
    fill(in, t, scratch);
    for (size_t i = 0; i < in->n; i++)
        t->rows[i * VALUE_WIDTH + 1] = !isnan(in->items[i].value);
}

static double perplexity(const void *data, const uint32_t *index, size_t n)
{
    double sum[VALUE_WIDTH];
    aggregate_sum(data, index, n, sum);
    return exp(-sum[0] / (double)n);
}

static double weighted_perplexity(const void *data, const uint32_t *index, size_t n)
{
    double sum[VALUE_WIDTH];
    aggregate_sum(data, index, n, sum);
    return exp(-(sum[0] / sum[1]));
}

/* Of parts that items have several of: each part counts the same. */
static double weighted_mean(const void *data, const uint32_t *index, size_t n)
{
    const Table *t = data;
    double sum = 0, weight = 0;
    for (size_t i = 0; i < n; i++) {
        const double *row = t->rows + index[i] * t->width;
        sum += row[0] * row[1];
        weight += row[1];
    }
    return weight > 0 ? sum / weight : NAN;
}

static double bits_per_byte(const void *data, const uint32_t *index, size_t n)
{
    double sum[VALUE_WIDTH];
    aggregate_sum(data, index, n, sum);
    return -(sum[0] / sum[1]) / log(2);
}

/* What lm-evaluation-harness prints for a metric whose values it does not aggregate. */
static double bypass(const void *data, const uint32_t *index, size_t n)
{
    (void)data, (void)index, (void)n;
    return 999;
}

static double nanmean(const void *data, const uint32_t *index, size_t n)
{
    double sum[VALUE_WIDTH];
    aggregate_sum(data, index, n, sum);
    return sum[1] > 0 ? sum[0] / sum[1] : NAN;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* lm-evaluation-harness's median: of an even number the upper middle one. */
static double median(const void *data, const uint32_t *index, size_t n)
{
    const Table *t = data;
    double *values = aggregate_room(t->room, n * sizeof *values);
    if (!n)
        return NAN;
    for (size_t i = 0; i < n; i++)
        values[i] = t->rows[index[i] * t->width];
    qsort(values, n, sizeof *values, by_value);
    return values[n / 2];
}

const AggregateRow aggregate_perplexity = {"perplexity", perplexity, LMH_DRAWS,
                                           VALUE_WIDTH,  fill,       NULL};
const AggregateRow aggregate_weighted_mean = {"weighted_mean", weighted_mean, 0,
                                              VALUE_WIDTH,     fill,          NULL};
const AggregateRow aggregate_weighted_perplexity = {
    "weighted_perplexity", weighted_perplexity, 0, VALUE_WIDTH, fill, NULL};
const AggregateRow aggregate_bits_per_byte = {"bits_per_byte", bits_per_byte, 0,
                                              VALUE_WIDTH,     fill,          NULL};
const AggregateRow aggregate_bypass = {"bypass", bypass, 0, VALUE_WIDTH, fill, NULL};
const AggregateRow aggregate_nanmean = {"nanmean",   nanmean,      LMH_DRAWS,
                                        VALUE_WIDTH, fill_present, NULL};
const AggregateRow aggregate_median = {"median", median, LMH_DRAWS, VALUE_WIDTH, fill, NULL};
