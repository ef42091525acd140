/* mean.c - a mean with its standard error and interval. */
#include "stats/stats.h"

#include <math.h>

static double mean_of(const double *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum / (double)n;
}

double stats_sd(const double *values, size_t n)
{
    if (n < 2)
        return NAN;
    double mean = mean_of(values, n), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return sqrt(sum / (double)(n - 1));
}

double stats_percentile(const double *sorted, size_t n, double q)
{
    if (!n)
        return NAN;
    double at = q * (double)(n - 1);
    size_t i = (size_t)floor(at);
    if (i + 1 >= n)
        return sorted[n - 1];
    return sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]);
}

/* sqrt(G/(G-1) * sum over clusters of (sum of deviations)^2) / n, Miller 2024 with the
 * small-sample factor. */
static double cluster_se(const double *values, const uint32_t *clusters, size_t n,
                         size_t n_clusters, double mean, Arena *scratch)
{
    double *sums = arena_array(scratch, n_clusters, sizeof *sums), total = 0;
    for (size_t i = 0; i < n; i++)
        sums[clusters[i]] += values[i] - mean;
    for (size_t c = 0; c < n_clusters; c++)
        total += sums[c] * sums[c];
    double g = (double)n_clusters;
    return n_clusters > 1 ? sqrt(total * g / (g - 1)) / (double)n : NAN;
}

static bool all_binary(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (values[i] != 0 && values[i] != 1)
            return false;
    return true;
}

static bool all_unit(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(values[i] >= 0 && values[i] <= 1))
            return false;
    return true;
}

static Interval around(double mean, double se, double df, double level, bool unit)
{
    double half = student_quantile(1 - (1 - level) / 2, df) * se;
    Interval ci = {mean - half, mean + half};
    if (unit && ci.low < 0)
        ci.low = 0;
    if (unit && ci.high > 1)
        ci.high = 1;
    return ci;
}

MeanResult stats_mean(const double *values, const uint32_t *clusters, size_t n, size_t n_clusters,
                      double level, Arena *scratch)
{
    MeanResult r = {.n = n, .mean = NAN, .se = NAN, .ci = {NAN, NAN}, .design_effect = NAN};
    r.method = "none";
    if (!n)
        return r;
    r.mean = mean_of(values, n);
    r.se = stats_sd(values, n) / sqrt((double)n);
    bool unit = all_unit(values, n);
    if (clusters) {
        double independent = r.se * sqrt((double)(n - 1) / (double)n); /* divisor n */
        r.clusters = n_clusters;
        r.se = cluster_se(values, clusters, n, n_clusters, r.mean, scratch);
        double g = (double)n_clusters, plain = r.se * sqrt((g - 1) / g);
        r.design_effect = plain * plain / (independent * independent);
        r.method = "cluster-t";
        r.ci = around(r.mean, r.se, g - 1, level, unit);
        if (r.se == 0 && (r.mean == 0 || r.mean == 1)) /* all alike: as many trials as clusters */
            r.ci = wilson(r.mean * g, g, level);
    } else if (all_binary(values, n)) {
        r.method = "wilson";
        r.ci = wilson(r.mean * (double)n, (double)n, level);
    } else {
        r.method = "t";
        r.ci = around(r.mean, r.se, (double)n - 1, level, unit);
    }
    return r;
}
