/* precision.c - the order of items, and when there are enough. */
#include "eval/precision.h"

#include "base/rng.h"
#include "stats/sequence.h"

#include <math.h>
#include <stdatomic.h>

static const double ALPHA = 0.05;

struct Precision {
    uint32_t *order, *index; /* position of each index; index of each position */
    double *values;          /* by index; NAN not yet known, INFINITY passed over */
    size_t n, next;          /* next: the first not yet in the sequence */
    double width;
    ConfidenceSequence sequence;
    bool broken; /* a value outside 0 to 1: there is no such interval */
    atomic_bool reached;
};

static uint32_t *make_order(Arena *arena, size_t n, uint64_t seed)
{
    uint32_t *order = arena_array(arena, n + 1, sizeof *order);
    Rng r = rng_make(seed);
    for (size_t i = 0; i < n; i++) {
        size_t at = (size_t)rng_below(&r, i + 1);
        order[i] = order[at];
        order[at] = (uint32_t)i;
    }
    return order;
}

Precision *precision_make(Arena *arena, int64_t n_items, uint64_t seed, double width)
{
    Precision *p = ARENA_NEW(arena, Precision);
    size_t n = (size_t)n_items;
    p->n = n;
    p->width = width;
    p->sequence = sequence_make(ALPHA);
    p->order = make_order(arena, n, seed);
    p->index = arena_array(arena, n + 1, sizeof *p->index);
    p->values = arena_array(arena, n + 1, sizeof *p->values);
    for (size_t i = 0; i < n; i++) {
        p->index[p->order[i]] = (uint32_t)i;
        p->values[i] = NAN;
    }
    return p;
}

int64_t precision_position(const Precision *p, int64_t index)
{
    return p->order[index];
}

static bool fits(double value)
{
    return value >= 0 && value <= 1;
}

void precision_note(Precision *p, int64_t position, double value)
{
    p->broken = p->broken || (!isnan(value) && !fits(value));
    p->values[p->index[position]] = isnan(value) ? INFINITY : value;
    for (; p->next < p->n && !isnan(p->values[p->next]); p->next++)
        if (fits(p->values[p->next]))
            sequence_add(&p->sequence, p->values[p->next]);
    Interval now = sequence_interval(&p->sequence);
    if (!p->broken && now.high - now.low <= p->width)
        atomic_store(&p->reached, true);
}

bool precision_reached(const Precision *p)
{
    return atomic_load(&p->reached);
}

/* ---- the numbers of such a run ---- */

static bool read_settings(const RunRow *run, uint64_t *seed)
{
    SCOPED_ARENA(scratch);
    Json s;
    if (json_parse(&scratch, run->settings, &s, NULL) != OK)
        return false;
    *seed = (uint64_t)json_int(json_get(&s, "order_seed"), 0);
    return json_get(&s, "order_seed") != NULL;
}

bool precision_of(const RunRow *run)
{
    uint64_t seed;
    return read_settings(run, &seed);
}

/* One reading of a metric, in the order of asking. */
static void adjust(const PointSet *set, const uint32_t *order, size_t n, bool only_scored,
                   MeanResult *m)
{
    SCOPED_ARENA(scratch);
    const Point **points = arena_array(&scratch, n + 1, sizeof *points);
    ConfidenceSequence s = sequence_make(ALPHA);
    for (size_t i = 0; i < set->points.len; i++)
        if (set->points.items[i].position < (int64_t)n)
            points[set->points.items[i].position] = &set->points.items[i];
    for (size_t i = 0; i < n; i++) {
        const Point *p = points[order[i]];
        if (!p || (only_scored && p->outcome != OUTCOME_SCORED))
            continue;
        double value = isnan(p->value) ? 0 : p->value;
        if (!fits(value))
            return;
        sequence_add(&s, value);
    }
    if (!s.n || s.n != m->n)
        return;
    m->ci = sequence_interval(&s);
    m->method = "sequence";
}

void precision_adjust(const RunRow *run, const PointSet *set, MetricSummary *m)
{
    SCOPED_ARENA(scratch);
    uint64_t seed;
    if (!str_eqc(m->aggregation, "mean") || !m->higher_is_better || !read_settings(run, &seed))
        return;
    const uint32_t *order = make_order(&scratch, (size_t)run->n_items, seed);
    adjust(set, order, (size_t)run->n_items, false, &m->headline);
    adjust(set, order, (size_t)run->n_items, true, &m->answered);
}
