/* sequence.c - METHODS B8. */
#include "stats/sequence.h"

#include <math.h>

ConfidenceSequence sequence_make(double alpha)
{
    return (ConfidenceSequence){.alpha = alpha, .all = {0, 1}};
}

/* How far the next value may count, from those before it. */
static double lambda_of(const ConfidenceSequence *s)
{
    double t = (double)s->n + 1;
    double variance = (0.25 + s->squares) / t; /* of the values before, with one of 1/4 */
    double lambda = sqrt(2 * log(2 / s->alpha) / (variance * t * log(t + 1)));
    return fmin(lambda, 0.5);
}

void sequence_add(ConfidenceSequence *s, double x)
{
    double before = (0.5 + s->sum) / ((double)s->n + 1); /* mean of the values before, with 1/2 */
    double lambda = lambda_of(s), psi = (-log1p(-lambda) - lambda) / 4;
    s->weights += lambda;
    s->weighted += lambda * x;
    s->deviation += 4 * (x - before) * (x - before) * psi;
    s->n++;
    s->sum += x;
    double mean = (0.5 + s->sum) / ((double)s->n + 1);
    s->squares += (x - mean) * (x - mean);
    Interval now = sequence_last(s);
    s->all.low = fmax(s->all.low, now.low);
    s->all.high = fmin(s->all.high, now.high);
}

Interval sequence_last(const ConfidenceSequence *s)
{
    if (!s->n)
        return (Interval){NAN, NAN};
    double center = s->weighted / s->weights;
    double radius = (log(2 / s->alpha) + s->deviation) / s->weights;
    return (Interval){center - radius, center + radius};
}

Interval sequence_interval(const ConfidenceSequence *s)
{
    double middle = (s->all.low + s->all.high) / 2;
    return s->all.low <= s->all.high ? s->all : (Interval){middle, middle};
}
