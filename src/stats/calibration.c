/* calibration.c - calibration error and selective accuracy. */
#include "stats/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_confidence(const void *a, const void *b)
{
    double x = ((const ConfidencePoint *)a)->confidence,
           y = ((const ConfidencePoint *)b)->confidence;
    return (x > y) - (x < y);
}

/* |sum of confidences - sum right| of one bin; divided by n this is its part of the error. */
static double gap(const ConfidencePoint *points, size_t from, size_t to)
{
    double sum = 0;
    for (size_t i = from; i < to; i++)
        sum += points[i].confidence - points[i].right;
    return fabs(sum);
}

double ece_equal_mass(ConfidencePoint *points, size_t n, size_t bins)
{
    if (!n || !bins)
        return NAN;
    qsort(points, n, sizeof *points, by_confidence);
    bins = bins > n ? n : bins;
    double total = 0;
    size_t from = 0, part_end = 0;
    for (size_t b = 0; b < bins; b++) {
        part_end += n / bins + (b < n % bins);
        double end = 1;
        if (b + 1 < bins)
            end = (points[part_end - 1].confidence + points[part_end].confidence) / 2;
        size_t to = from;
        while (to < n && (points[to].confidence <= end || b + 1 == bins))
            to++;
        total += gap(points, from, to);
        from = to;
    }
    return total / (double)n;
}

double ece_equal_width(const ConfidencePoint *points, size_t n, size_t bins)
{
    double sums[MOST_BINS] = {0}, total = 0;
    if (!n || !bins || bins > MOST_BINS)
        return NAN;
    for (size_t i = 0; i < n; i++) {
        double at = floor(points[i].confidence * (double)bins);
        size_t b = at < 0 ? 0 : at >= (double)bins ? bins - 1 : (size_t)at;
        sums[b] += points[i].confidence - points[i].right;
    }
    for (size_t b = 0; b < bins; b++)
        total += fabs(sums[b]);
    return total / (double)n;
}

/* Sorts from sure to unsure and gives points of equal confidence their mean. */
static void rank(ConfidencePoint *points, size_t n)
{
    qsort(points, n, sizeof *points, by_confidence);
    for (size_t i = 0; i < n / 2; i++) {
        ConfidencePoint held = points[i];
        points[i] = points[n - 1 - i];
        points[n - 1 - i] = held;
    }
    for (size_t from = 0, to; from < n; from = to) {
        double right = 0;
        for (to = from; to < n && points[to].confidence == points[from].confidence; to++)
            right += points[to].right;
        for (size_t i = from; i < to; i++)
            points[i].right = right / (double)(to - from);
    }
}

double selective_area(ConfidencePoint *points, size_t n)
{
    double right = 0, area = 0;
    rank(points, n);
    for (size_t k = 0; k < n; k++) {
        right += points[k].right;
        area += right / (double)(k + 1);
    }
    return n ? area / (double)n : NAN;
}

double selective_accuracy(ConfidencePoint *points, size_t n, double coverage)
{
    double right = 0;
    size_t last = (size_t)(coverage * (double)n);
    if (!n)
        return NAN;
    rank(points, n);
    last = last < n ? last : n - 1;
    for (size_t k = 0; k <= last; k++)
        right += points[k].right;
    return right / (double)(last + 1);
}
