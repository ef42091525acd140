/* stats.h - the statistics that reports print. Pure functions on arrays; no I/O, no state.
 *
 * Formulas and their sources: docs/METHODS.md, with the test that checks each against a
 * value computed elsewhere. Undefined results are NAN, never 0. Functions that need scratch
 * memory take an Arena. All intervals are two-sided with coverage `level` (0.95). */
#ifndef STATS_STATS_H
#define STATS_STATS_H

#include "base/arena.h"

typedef struct Interval {
    double low, high;
} Interval;

/* ---- special functions (special.c; METHODS B0) ---- */
double normal_cdf(double x);
double normal_quantile(double p);
double student_sf(double t, double df); /* upper tail */
double student_quantile(double p, double df);
double beta_inc(double a, double b, double x); /* regularised I_x(a,b) */
double beta_quantile(double a, double b, double p);
double gamma_inc(double a, double x); /* regularised P(a,x) */
double chi2_sf(double x, double df);
double log_choose(double n, double k);

/* ---- one sample (mean.c; B1) ---- */
typedef struct MeanResult {
    size_t n, clusters;   /* clusters 0: none */
    double mean, se;      /* se: sample sd / sqrt(n), or clustered with G/(G-1) */
    Interval ci;          /* Wilson for 0/1 values without clusters; else mean +- t * se,
                             clipped to [0,1] when all values lie there */
    const char *method;   /* "wilson", "t", "cluster-t" */
    double design_effect; /* clustered / independent variance; NAN without clusters */
} MeanResult;
/* `clusters`: an index in [0, n_clusters) for each value, or NULL. n = 0 gives NANs. */
MeanResult stats_mean(const double *values, const uint32_t *clusters, size_t n, size_t n_clusters,
                      double level, Arena *scratch);
double stats_sd(const double *values, size_t n);                   /* n - 1 */
double stats_percentile(const double *sorted, size_t n, double q); /* linear, type 7 */

/* ---- proportions (proportion.c; B3): k successes of n ---- */
Interval wilson(double k, double n, double level);
Interval clopper_pearson(double k, double n, double level);
Interval jeffreys(double k, double n, double level);

/* ---- two independent proportions (proportion.c; A12) ---- */
typedef struct GapResult {
    double gap, se, z, p; /* p1 - p2; p: one-sided, evidence that p1 > p2 */
    Interval newcombe;    /* hybrid score interval */
} GapResult;
GapResult proportion_gap(double k1, double n1, double k2, double n2, double level);

/* ---- two paired samples (paired.c; B2, B5) ---- */
double mcnemar_exact(uint64_t b, uint64_t c);       /* two-sided; 1 when b + c = 0 */
double mcnemar_exact_log10(uint64_t b, uint64_t c); /* for p below 1e-300 */
double mcnemar_mid_p(uint64_t b, uint64_t c);
/* Two-sided sign-flip test of mean 0: exact for n <= 20, else 10,000 seeded draws with
 * add-one. With clusters whole clusters flip. */
double sign_flip(const double *d, const uint32_t *clusters, size_t n, size_t n_clusters,
                 uint64_t seed, Arena *scratch);
/* Smallest true difference found with probability `power` at two-sided `alpha`, given the
 * standard error of the difference. */
double detectable_difference(double se, double alpha, double power);

/* ---- many tests (multiple.c; B6, A29) ---- */
void holm(const double *p, size_t n, double *adjusted);
void benjamini_hochberg(const double *p, size_t n, double *adjusted);

/* ---- bootstrap (bootstrap.c; B4) ---- */
/* A statistic of the items named by `index` (with repeats). */
typedef double (*Statistic)(const void *data, const uint32_t *index, size_t n);
typedef struct BootstrapResult {
    double estimate, se;
    Interval percentile, bca; /* bca: NAN unless asked for, and above 2,000 items (or clusters) */
} BootstrapResult;
typedef struct BootstrapOptions {
    size_t draws;
    uint64_t seed; /* same seed, same result */
    double level;  /* of the intervals */
    bool bca;      /* the BCa interval too; its time grows with the square of the items */
} BootstrapOptions;
/* `clusters` as in stats_mean: whole clusters are drawn. */
BootstrapResult bootstrap(Statistic statistic, const void *data, size_t n, const uint32_t *clusters,
                          size_t n_clusters, const BootstrapOptions *options, Arena *scratch);

/* The standard deviation (n - 1) of `draws` draws as lm-evaluation-harness makes them: chunks of
 * a thousand (or of `draws`, when fewer), the i-th by CPython's Random(i).choices. */
double bootstrap_cpython_se(Statistic statistic, const void *data, size_t n, size_t draws,
                            Arena *scratch);

#endif
