/* proportion.c - intervals for k successes in n trials. */
#include "stats/stats.h"

#include <math.h>

static Interval undefined(void)
{
    return (Interval){NAN, NAN};
}

Interval wilson(double k, double n, double level)
{
    if (!(n > 0))
        return undefined();
    double z = normal_quantile(1 - (1 - level) / 2), p = k / n;
    double scale = 1 + z * z / n, centre = (p + z * z / (2 * n)) / scale;
    double half = z / scale * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return (Interval){k <= 0 ? 0 : centre - half, k >= n ? 1 : centre + half};
}

Interval clopper_pearson(double k, double n, double level)
{
    double tail = (1 - level) / 2;
    if (!(n > 0))
        return undefined();
    return (Interval){k <= 0 ? 0 : beta_quantile(k, n - k + 1, tail),
                      k >= n ? 1 : beta_quantile(k + 1, n - k, 1 - tail)};
}

Interval jeffreys(double k, double n, double level)
{
    double tail = (1 - level) / 2;
    if (!(n > 0))
        return undefined();
    return (Interval){k <= 0 ? 0 : beta_quantile(k + 0.5, n - k + 0.5, tail),
                      k >= n ? 1 : beta_quantile(k + 0.5, n - k + 0.5, 1 - tail)};
}

GapResult proportion_gap(double k1, double n1, double k2, double n2, double level)
{
    double p1 = k1 / n1, p2 = k2 / n2;
    GapResult r = {.gap = p1 - p2, .se = sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)};
    Interval a = wilson(k1, n1, level), b = wilson(k2, n2, level);
    r.z = r.gap / r.se;
    r.p = normal_cdf(-r.z);
    r.newcombe.low = r.gap - sqrt((p1 - a.low) * (p1 - a.low) + (b.high - p2) * (b.high - p2));
    r.newcombe.high = r.gap + sqrt((a.high - p1) * (a.high - p1) + (p2 - b.low) * (p2 - b.low));
    return r;
}
