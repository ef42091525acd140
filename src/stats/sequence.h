/* sequence.h - a confidence sequence: intervals that hold all together, whenever one stops.
 *
 * An interval for a fixed number of values misses more often than it says when the number of
 * values was decided by looking at it. Here the probability that the mean is ever outside is at
 * most `alpha`. Predictable plug-in empirical Bernstein (Waudby-Smith and Ramdas, "Estimating
 * means of bounded random variables by betting", 2023, theorem 2; METHODS B8). Values lie in
 * [0, 1] and come in an order that does not depend on them. One thread at a time. */
#ifndef STATS_SEQUENCE_H
#define STATS_SEQUENCE_H

#include "stats/stats.h"

typedef struct ConfidenceSequence {
    double alpha;
    size_t n;
    double sum, squares;                 /* of the values; of their distances from running means */
    double weights, weighted, deviation; /* sums of lambda, lambda x, v psi(lambda) */
    Interval all;                        /* what every interval so far has in common */
} ConfidenceSequence;

ConfidenceSequence sequence_make(double alpha);
/* `x` in [0, 1]. */
void sequence_add(ConfidenceSequence *s, double x);
/* The interval after n values by itself, not cut to [0, 1]; NAN without values. */
Interval sequence_last(const ConfidenceSequence *s);
/* The intersection of all so far, within [0, 1]. It may be empty, with low > high, where chance
 * played a trick of probability alpha: then the middle of both, twice. */
Interval sequence_interval(const ConfidenceSequence *s);

#endif
