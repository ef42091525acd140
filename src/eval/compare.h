/* compare.h - two runs of the same protocol, item by item. */
#ifndef EVAL_COMPARE_H
#define EVAL_COMPARE_H

#include "core/run.h"
#include "stats/stats.h"

typedef struct Flip {
    int64_t position_a, position_b; /* of the item in each run's version */
    Str key;
    double a, b; /* the two values */
} Flip;

/* One metric of one task: b against a. */
typedef struct Comparison {
    RunRow a, b;
    Str task, filter, metric;
    bool higher_is_better;
    size_t n;              /* items both have a value for */
    size_t only_a, only_b; /* items only one has, or that a value is missing of */
    bool missing_is_zero;  /* a missing value counts as 0, the worst; else its item is left out */
    double mean_a, mean_b; /* corpus metrics: the scores of the items both have */
    Str aggregation;
    MeanResult difference; /* b - a, paired, clustered when the runs are */
    bool binary;
    uint64_t a_only_right, b_only_right; /* binary: discordant pairs */
    double p, log10_p, mid_p;            /* exact McNemar, or sign-flip; mid_p NAN unless binary */
    const char *test;  /* "mcnemar-exact", "sign-flip", "approximate-randomisation" */
    double p_holm;     /* over all comparisons of the call */
    double detectable; /* with 80 % power at 5 % */
    VEC(Flip) flips;   /* items whose values differ beyond rounding, largest change first */
    VEC(Str) differs;  /* protocol differences, when forced */
} Comparison;
typedef VEC(Comparison) Comparisons;

typedef struct RunPair {
    int64_t a, b;
} RunPair;

typedef struct CompareHow {
    bool all_metrics; /* not only the first of each pipeline */
    bool force;       /* although the protocols differ, which is E_CONFLICT else; pipelines of
                         other names are then compared too, by the first metric both runs have */
    size_t draws;     /* of the bootstrap, for scores of a whole corpus; 0: 2000 */
} CompareHow;
Status eval_compare(Db *db, const RunPair *pairs, size_t n_pairs, const CompareHow *how,
                    Arena *arena, Comparisons *out, Err *err) MUST_CHECK;

#endif
