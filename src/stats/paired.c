/* paired.c - comparing two models on the same items. */
#include "stats/stats.h"

#include "base/rng.h"

#include <math.h>

enum { EXACT_UP_TO = 20, DRAWS = 10000 };

/* log of sum_{i >= k} C(n,i) / 2^n, by terms from the largest down. */
static double log_upper_half_tail(double n, double k)
{
    double first = log_choose(n, k) - n * M_LN2, sum = 1, ratio = 1;
    for (double i = k; i < n && ratio > 1e-18; i++) {
        ratio *= (n - i) / (i + 1);
        sum += ratio;
    }
    return first + log(sum);
}

static double log_mcnemar(uint64_t b, uint64_t c)
{
    double n = (double)(b + c), k = (double)(b > c ? b : c);
    double p = M_LN2 + log_upper_half_tail(n, k);
    return p > 0 ? 0 : p;
}

double mcnemar_exact(uint64_t b, uint64_t c)
{
    return b + c ? exp(log_mcnemar(b, c)) : 1;
}

double mcnemar_exact_log10(uint64_t b, uint64_t c)
{
    return b + c ? log_mcnemar(b, c) / M_LN10 : 0;
}

double mcnemar_mid_p(uint64_t b, uint64_t c)
{
    if (b + c == 0)
        return 1;
    if (b == c) /* both tails hold everything but half the middle, twice */
        return 1;
    double n = (double)(b + c), k = (double)(b > c ? b : c);
    double tail = 2 * exp(log_upper_half_tail(n, k));
    double p = tail - exp(log_choose(n, k) - n * M_LN2);
    return p < 1 ? p : 1;
}

static double absolute_sum(const double *sums, size_t n, uint64_t signs)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += signs >> i & 1 ? -sums[i] : sums[i];
    return fabs(total);
}

static double exact_flip(const double *sums, size_t n, double limit)
{
    uint64_t all = 1ULL << n, hits = 0;
    for (uint64_t signs = 0; signs < all; signs++)
        hits += absolute_sum(sums, n, signs) >= limit;
    return (double)hits / (double)all;
}

static double drawn_flip(const double *sums, size_t n, double limit, uint64_t seed)
{
    Rng rng = rng_make(seed);
    size_t hits = 0;
    for (size_t draw = 0; draw < DRAWS; draw++) {
        double total = 0;
        for (size_t i = 0; i < n; i += 64) {
            uint64_t signs = rng_next(&rng);
            for (size_t j = i; j < n && j < i + 64; j++, signs >>= 1)
                total += signs & 1 ? -sums[j] : sums[j];
        }
        hits += fabs(total) >= limit;
    }
    return ((double)hits + 1) / (DRAWS + 1);
}

double sign_flip(const double *d, const uint32_t *clusters, size_t n, size_t n_clusters,
                 uint64_t seed, Arena *scratch)
{
    size_t units = clusters ? n_clusters : n, kept = 0;
    double *sums = arena_array(scratch, units ? units : 1, sizeof *sums), total = 0;
    for (size_t i = 0; i < n; i++) {
        sums[clusters ? clusters[i] : i] += d[i];
        total += d[i];
    }
    for (size_t i = 0; i < units; i++) /* a zero flips to itself */
        if (sums[i] != 0)
            sums[kept++] = sums[i];
    double limit = fabs(total) * (1 - 1e-12);
    if (!kept)
        return 1;
    return kept <= EXACT_UP_TO ? exact_flip(sums, kept, limit) : drawn_flip(sums, kept, limit, seed);
}

double detectable_difference(double se, double alpha, double power)
{
    return (normal_quantile(1 - alpha / 2) + normal_quantile(power)) * se;
}
