/* multiple.c - adjusting p-values for many tests. */
#include "stats/stats.h"

typedef struct Ranked {
    double p;
    size_t at;
} Ranked;

static int by_p(const void *a, const void *b)
{
    double x = ((const Ranked *)a)->p, y = ((const Ranked *)b)->p;
    return (x > y) - (x < y);
}

static Ranked *rank(const double *p, size_t n, Arena *arena)
{
    Ranked *order = arena_array(arena, n ? n : 1, sizeof *order);
    for (size_t i = 0; i < n; i++)
        order[i] = (Ranked){p[i], i};
    qsort(order, n, sizeof *order, by_p);
    return order;
}

void holm(const double *p, size_t n, double *adjusted)
{
    SCOPED_ARENA(arena);
    const Ranked *order = rank(p, n, &arena);
    double running = 0;
    for (size_t i = 0; i < n; i++) {
        double scaled = order[i].p * (double)(n - i);
        running = scaled > running ? scaled : running;
        adjusted[order[i].at] = running < 1 ? running : 1;
    }
}

void benjamini_hochberg(const double *p, size_t n, double *adjusted)
{
    SCOPED_ARENA(arena);
    const Ranked *order = rank(p, n, &arena);
    double running = 1;
    for (size_t i = n; i-- > 0;) {
        double scaled = order[i].p * (double)n / (double)(i + 1);
        running = scaled < running ? scaled : running;
        adjusted[order[i].at] = running;
    }
}
