/* classify.h - scores of a classifier from counts by class. Formulas: METHODS, section 9. */
#ifndef STATS_CLASSIFY_H
#define STATS_CLASSIFY_H

#include "base/base.h"

typedef enum F1Average {
    F1_BINARY,   /* of the positive class */
    F1_MACRO,    /* mean over classes */
    F1_MICRO,    /* of the pooled counts: the share that is right */
    F1_WEIGHTED, /* mean over classes, by how often each is true */
} F1Average;

/* Counts for classes 0 .. n-1. A class that is neither true nor predicted does not exist. */
typedef struct ClassCounts {
    size_t n;
    const double *right, *truth, *predicted;
} ClassCounts;

/* As scikit-learn: a class without right predictions has F 0. `positive` matters to F1_BINARY
 * alone. Nothing at all: NAN. */
double f1_score(const ClassCounts *c, F1Average average, size_t positive);
/* Matthews correlation, of any number of classes (Gorodkin 2004); 0 when one side is constant. */
double matthews_correlation(const ClassCounts *c);

#endif
