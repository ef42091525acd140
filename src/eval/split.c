/* split.c - units (items or groups) in random order, each to the part that lacks most. */
#include "eval/split.h"

#include "base/map.h"
#include "base/rng.h"
#include "base/vec.h"

typedef struct Unit {
    uint32_t first, size; /* an item of it; how many items */
    size_t stratum;
} Unit;

typedef struct Splitting {
    const SplitInput *in;
    Arena *arena;
    VEC(Unit) units;
    uint32_t *unit_of; /* of each item */
    size_t n_strata;
    double *counts; /* items given, by stratum, then by part; the last row is of all */
    double *given;  /* by stratum; the last of all */
} Splitting;

/* The number of `key` among those seen, from 0. */
static size_t number_of(Arena *arena, Map *seen, Str key)
{
    uintptr_t known = (uintptr_t)map_get(seen, key);
    if (known)
        return known - 1;
    map_set(arena, seen, key, (void *)(uintptr_t)(seen->len + 1));
    return seen->len - 1;
}

static void make_units(Splitting *w)
{
    const SplitInput *in = w->in;
    Map groups = {0}, strata = {0};
    for (size_t i = 0; i < in->n; i++) {
        size_t unit = in->groups ? number_of(w->arena, &groups, in->groups[i]) : i;
        size_t stratum = in->strata ? number_of(w->arena, &strata, in->strata[i]) : 0;
        if (unit >= w->units.len)
            vec_push(w->arena, &w->units, (Unit){(uint32_t)i, 0, stratum});
        Unit *u = &w->units.items[unit];
        u->size++;
        w->unit_of[i] = (uint32_t)unit;
    }
    w->n_strata = in->strata ? strata.len : 1;
}

/* How far the part is behind its share, in its stratum and in all, when the unit is given. */
static double lack(const Splitting *w, const Unit *u, size_t part)
{
    const SplitInput *in = w->in;
    size_t rows[] = {u->stratum, w->n_strata};
    double sum = 0;
    for (size_t r = 0; r < COUNT(rows); r++)
        sum += in->shares[part] * (w->given[rows[r]] + u->size) -
               w->counts[rows[r] * in->n_parts + part];
    return sum;
}

static size_t choose(Splitting *w, const Unit *u)
{
    size_t best = 0;
    for (size_t p = 1; p < w->in->n_parts; p++)
        if (lack(w, u, p) > lack(w, u, best))
            best = p;
    w->counts[u->stratum * w->in->n_parts + best] += u->size;
    w->counts[w->n_strata * w->in->n_parts + best] += u->size;
    w->given[u->stratum] += u->size;
    w->given[w->n_strata] += u->size;
    return best;
}

void split_assign(const SplitInput *in, uint32_t *part)
{
    SCOPED_ARENA(arena);
    Splitting w = {.in = in, .arena = &arena};
    w.unit_of = arena_array(&arena, in->n + 1, sizeof *w.unit_of);
    make_units(&w);
    w.counts = arena_array(&arena, (w.n_strata + 1) * in->n_parts + 1, sizeof *w.counts);
    w.given = arena_array(&arena, w.n_strata + 1, sizeof *w.given);
    uint32_t *order = arena_array(&arena, w.units.len + 1, sizeof *order);
    uint32_t *chosen = arena_array(&arena, w.units.len + 1, sizeof *chosen);
    Rng rng = rng_make(in->seed);
    for (size_t i = 0; i < w.units.len; i++) { /* Fisher and Yates, inside out */
        size_t at = (size_t)rng_below(&rng, i + 1);
        order[i] = order[at];
        order[at] = (uint32_t)i;
    }
    for (size_t i = 0; i < w.units.len; i++)
        chosen[order[i]] = (uint32_t)choose(&w, &w.units.items[order[i]]);
    for (size_t i = 0; i < in->n; i++)
        part[i] = chosen[w.unit_of[i]];
}
