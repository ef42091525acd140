/* calibration.h - whether confidence means something: points are (confidence, right or wrong).
 *
 * Confidences lie in [0, 1]. Functions sort `points` in place, so they take arrays of their own.
 * Formulas and sources: METHODS, section 9. */
#ifndef STATS_CALIBRATION_H
#define STATS_CALIBRATION_H

#include "base/base.h"

typedef struct ConfidencePoint {
    double confidence, right; /* right: 0 or 1 */
} ConfidencePoint;

enum { MOST_BINS = 1000 };

/* Expected calibration error: sum over bins of share * |mean confidence - share right|. NAN for
 * no points.
 * Equal mass, as HELM: the sorted points are split into `bins` parts (the first n mod bins one
 * larger), bins end half-way between neighbours of different parts, equal ends are one bin.
 * Fewer points than bins: as many bins as points. */
double ece_equal_mass(ConfidencePoint *points, size_t n, size_t bins);
/* Equal width: bin floor(bins * confidence), 1 in the last. */
double ece_equal_width(const ConfidencePoint *points, size_t n, size_t bins);

/* Mean over k = 1 .. n of the share right among the k most confident (HELM's coverage-accuracy
 * area). Points of equal confidence count as in any order: each takes their mean. */
double selective_area(ConfidencePoint *points, size_t n);
/* Share right among the most confident floor(coverage * n) + 1 (at most n), as HELM counts. */
double selective_accuracy(ConfidencePoint *points, size_t n, double coverage);

#endif
