/* bootstrap.c - percentile and BCa intervals for any statistic of items. */
#include "stats/stats.h"

#include "base/rng.h"

#include <math.h>

/* The acceleration leaves out each group in turn, so its time grows with their square. */
enum { BCA_UP_TO = 2000 };

/* Items grouped by cluster: members of cluster c are order[start[c] .. start[c+1]-1]. */
typedef struct Groups {
    uint32_t *order;
    size_t *start;
    size_t n;
} Groups;

static Groups group_items(const uint32_t *clusters, size_t n, size_t n_clusters, Arena *arena)
{
    Groups g = {.n = clusters ? n_clusters : n};
    g.order = arena_array(arena, n + 1, sizeof *g.order);
    g.start = arena_array(arena, g.n + 2, sizeof *g.start);
    for (size_t i = 0; i < n; i++)
        g.start[(clusters ? clusters[i] : i) + 1]++;
    for (size_t c = 0; c < g.n; c++)
        g.start[c + 1] += g.start[c];
    size_t *next = arena_array(arena, g.n + 1, sizeof *next);
    memcpy(next, g.start, g.n * sizeof *next);
    for (size_t i = 0; i < n; i++)
        g.order[next[clusters ? clusters[i] : i]++] = (uint32_t)i;
    return g;
}

static size_t append_group(const Groups *g, size_t c, uint32_t *index, size_t len)
{
    size_t count = g->start[c + 1] - g->start[c];
    memcpy(index + len, g->order + g->start[c], count * sizeof *index);
    return len + count;
}

/* One draw of groups; a draw is as long as the groups that it got, so the room grows at need. */
typedef struct Draw {
    uint32_t *groups; /* n of them */
    uint32_t *index;
    size_t len, room;
} Draw;

static void draw_groups(const Groups *g, Rng *rng, Draw *d, Arena *arena)
{
    size_t len = 0;
    for (size_t c = 0; c < g->n; c++) {
        d->groups[c] = (uint32_t)rng_below(rng, g->n);
        len += g->start[d->groups[c] + 1] - g->start[d->groups[c]];
    }
    if (len > d->room) {
        size_t room = len > d->room * 2 ? len : d->room * 2;
        d->index = arena_grow(arena, d->index, d->room * sizeof *d->index, room * sizeof *d->index);
        d->room = room;
    }
    d->len = 0;
    for (size_t c = 0; c < g->n; c++)
        d->len = append_group(g, d->groups[c], d->index, d->len);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Leaving out each group in turn takes time by the square of their number, and the acceleration
 * falls with its root: above this many it is taken as none. */
enum { JACKKNIFE_GROUPS = 4096 };

/* The acceleration, from leaving out one group at a time. */
static double acceleration(Statistic statistic, const void *data, const Groups *g, uint32_t *index,
                           Arena *arena)
{
    double *left = arena_array(arena, g->n, sizeof *left), mean = 0, cubes = 0, squares = 0;
    if (g->n > JACKKNIFE_GROUPS)
        return 0;
    for (size_t c = 0; c < g->n; c++) {
        size_t len = 0;
        for (size_t other = 0; other < g->n; other++)
            if (other != c)
                len = append_group(g, other, index, len);
        left[c] = statistic(data, index, len);
        mean += left[c] / (double)g->n;
    }
    for (size_t c = 0; c < g->n; c++) {
        double d = mean - left[c];
        cubes += d * d * d;
        squares += d * d;
    }
    return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

static Interval bca_interval(const double *sorted, size_t draws, double estimate, double a,
                             double level)
{
    size_t below = 0;
    while (below < draws && sorted[below] < estimate)
        below++;
    if (below == 0 || below == draws) /* no spread on one side: the percentile is all there is */
        return (Interval){stats_percentile(sorted, draws, (1 - level) / 2),
                          stats_percentile(sorted, draws, 1 - (1 - level) / 2)};
    double z0 = normal_quantile((double)below / (double)draws),
           z = normal_quantile((1 - level) / 2);
    double low = normal_cdf(z0 + (z0 + z) / (1 - a * (z0 + z)));
    double high = normal_cdf(z0 + (z0 - z) / (1 - a * (z0 - z)));
    double last = (double)(draws - 1);
    return (Interval){sorted[(size_t)lround(low * last)], sorted[(size_t)lround(high * last)]};
}

BootstrapResult bootstrap(Statistic statistic, const void *data, size_t n, const uint32_t *clusters,
                          size_t n_clusters, const BootstrapOptions *options, Arena *scratch)
{
    const size_t draws = options->draws;
    const double level = options->level;
    BootstrapResult r = {NAN, NAN, {NAN, NAN}, {NAN, NAN}};
    if (!n || !draws)
        return r;
    Groups g = group_items(clusters, n, n_clusters, scratch);
    double *values = arena_array(scratch, draws, sizeof *values);
    Draw draw = {.groups = arena_array(scratch, g.n, sizeof *draw.groups),
                 .index = arena_array(scratch, n, sizeof *draw.index),
                 .room = n};
    r.estimate = statistic(data, g.order, n);
    Rng rng = rng_make(options->seed);
    for (size_t d = 0; d < draws; d++) {
        draw_groups(&g, &rng, &draw, scratch);
        values[d] = statistic(data, draw.index, draw.len);
    }
    r.se = stats_sd(values, draws);
    qsort(values, draws, sizeof *values, by_value);
    r.percentile = (Interval){stats_percentile(values, draws, (1 - level) / 2),
                              stats_percentile(values, draws, 1 - (1 - level) / 2)};
    if (options->bca && g.n <= BCA_UP_TO)
        r.bca = bca_interval(values, draws, r.estimate,
                             acceleration(statistic, data, &g, draw.index, scratch), level);
    return r;
}

enum { CPYTHON_CHUNK = 1000 };

double bootstrap_cpython_se(Statistic statistic, const void *data, size_t n, size_t draws,
                            Arena *scratch)
{
    size_t chunk = draws < CPYTHON_CHUNK ? draws : CPYTHON_CHUNK, done = 0;
    if (n < 2 || draws < 2)
        return NAN;
    uint32_t *index = arena_array(scratch, n, sizeof *index);
    double *values = arena_array(scratch, draws, sizeof *values);
    for (uint64_t i = 0; done + chunk <= draws; i++) {
        PyRandom random;
        pyrandom_seed(&random, i);
        for (size_t d = 0; d < chunk; d++) {
            pyrandom_choices(&random, n, n, index);
            values[done++] = statistic(data, index, n);
        }
    }
    return stats_sd(values, done);
}
