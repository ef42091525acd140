/* classify.c - F1 and Matthews correlation. */
#include "stats/classify.h"

#include <math.h>

static double f_of(const ClassCounts *c, size_t k)
{
    return c->right[k] > 0 ? 2 * c->right[k] / (c->truth[k] + c->predicted[k]) : 0;
}

double f1_score(const ClassCounts *c, F1Average average, size_t positive)
{
    double total = 0, right = 0, plain = 0, weighted = 0, classes = 0;
    for (size_t k = 0; k < c->n; k++) {
        if (c->truth[k] + c->predicted[k] == 0)
            continue;
        classes++;
        total += c->truth[k];
        right += c->right[k];
        plain += f_of(c, k);
        weighted += c->truth[k] * f_of(c, k);
    }
    if (total == 0)
        return NAN;
    switch (average) {
    case F1_MACRO:
        return plain / classes;
    case F1_MICRO:
        return right / total;
    case F1_WEIGHTED:
        return weighted / total;
    case F1_BINARY:
    default:
        return positive < c->n ? f_of(c, positive) : 0;
    }
}

double matthews_correlation(const ClassCounts *c)
{
    double n = 0, right = 0, both = 0, truth = 0, predicted = 0;
    for (size_t k = 0; k < c->n; k++) {
        n += c->truth[k];
        right += c->right[k];
        both += c->truth[k] * c->predicted[k];
        truth += c->truth[k] * c->truth[k];
        predicted += c->predicted[k] * c->predicted[k];
    }
    if (n == 0)
        return NAN;
    double spread = (n * n - predicted) * (n * n - truth);
    return spread > 0 ? (right * n - both) / sqrt(spread) : 0;
}
