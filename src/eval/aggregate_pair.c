/* aggregate_pair.c - two runs compared by a score of the whole corpus.
 *
 * Interval: paired bootstrap (Koehn 2004): the same items are drawn for both. Test: approximate
 * randomisation (Riezler & Maxwell 2005): under the null hypothesis an item's two outputs could as
 * well have been exchanged. Whole clusters are drawn and exchanged together. */
#include "eval/aggregate_row.h"

#include "base/rng.h"

#include <math.h>

enum { INTERVAL_DRAWS = 2000, TEST_DRAWS = 10000, LEAST_DRAWS = 200, SEED = 1234 };
static const double LEVEL = 0.95;

/* The rows of a, then those of b. */
typedef struct Pairing {
    const AggregateRow *row;
    const Table *table;
    size_t n;
    Room *other; /* for an index into b's rows */
} Pairing;

static double score(const Pairing *p, const uint32_t *index, size_t n)
{
    return p->row->statistic(p->table, index, n);
}

static double difference(const void *data, const uint32_t *index, size_t n)
{
    const Pairing *p = data;
    uint32_t *other = aggregate_room(p->other, n * sizeof *other);
    for (size_t i = 0; i < n; i++)
        other[i] = index[i] + (uint32_t)p->n;
    return score(p, other, n) - score(p, index, n);
}

/* p with add-one: the share of exchanges whose difference is as large as the one seen. */
static double randomised(const Pairing *p, double seen, const uint32_t *clusters, size_t n_clusters,
                         Arena *scratch)
{
    size_t groups = clusters ? n_clusters : p->n;
    size_t draws = aggregate_draws(TEST_DRAWS, 2 * p->n, LEAST_DRAWS), as_large = 0;
    uint32_t *a = arena_array(scratch, p->n + 1, sizeof *a);
    uint32_t *b = arena_array(scratch, p->n + 1, sizeof *b);
    bool *exchanged = arena_array(scratch, groups + 1, sizeof *exchanged);
    Rng rng = rng_make(SEED);
    for (size_t d = 0; d < draws; d++) {
        for (size_t g = 0; g < groups; g++)
            exchanged[g] = rng_next(&rng) >> 63;
        for (size_t i = 0; i < p->n; i++) {
            uint32_t first = (uint32_t)i, second = (uint32_t)(i + p->n);
            bool swap = exchanged[clusters ? clusters[i] : i];
            a[i] = swap ? second : first;
            b[i] = swap ? first : second;
        }
        double one = score(p, b, p->n) - score(p, a, p->n);
        as_large += !(fabs(one) < fabs(seen) - 1e-12); /* an undefined score counts against */
    }
    return (double)(as_large + 1) / (double)(draws + 1);
}

bool aggregate_is_corpus(Str name)
{
    /* These are statistics of values that items have by themselves. */
    static const AggregateRow *const of_items[] = {&aggregate_perplexity, &aggregate_bypass,
                                                   &aggregate_nanmean, &aggregate_median};
    const AggregateRow *row = aggregate_row(name);
    for (size_t i = 0; i < COUNT(of_items); i++)
        if (row == of_items[i])
            return false;
    return row != NULL;
}

CorpusDifference aggregate_difference(const AggregateInput *both, const uint32_t *clusters,
                                      size_t n_clusters, Arena *scratch)
{
    Pairing p = {.row = aggregate_row(both->name), .n = both->n / 2};
    Table table = aggregate_table(both, p.row, scratch);
    uint32_t *all = arena_array(scratch, both->n + 1, sizeof *all);
    for (size_t i = 0; i < both->n; i++)
        all[i] = (uint32_t)i;
    p.table = &table;
    Room other = {.arena = scratch};
    p.other = &other;
    CorpusDifference d = {.a = score(&p, all, p.n), .b = score(&p, all + p.n, p.n)};
    size_t draws = aggregate_draws(INTERVAL_DRAWS, both->n, LEAST_DRAWS);
    BootstrapOptions options = {
        .draws = both->draws ? both->draws : draws, .seed = SEED, .level = LEVEL};
    BootstrapResult b = bootstrap(difference, &p, p.n, clusters, n_clusters, &options, scratch);
    d.difference = (MeanResult){.n = p.n,
                                .clusters = clusters ? n_clusters : 0,
                                .mean = d.b - d.a,
                                .se = b.se,
                                .ci = b.percentile,
                                .method = "paired-bootstrap",
                                .design_effect = NAN};
    d.p = randomised(&p, d.b - d.a, clusters, n_clusters, scratch);
    return d;
}
