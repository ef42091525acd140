/* precision.h - runs that end when their number is known well enough (--until-ci).
 *
 * Items are asked in a shuffled order that the run's settings keep, so that those asked are a
 * fair sample whatever the data's order. The run ends when the confidence sequence
 * (stats/sequence.h) of its first metric is no wider than wished; the intervals of all its means
 * are then of this kind, because those for a fixed n do not allow for such an end. */
#ifndef EVAL_PRECISION_H
#define EVAL_PRECISION_H

#include "core/run.h"
#include "core/sample.h"
#include "eval/summary.h"

typedef struct Precision Precision;

enum { PRECISION_SEED = 1234 };

/* `width`: of the interval, at which to end; > 0. */
Precision *precision_make(Arena *arena, int64_t n_items, uint64_t seed, double width);
/* The item asked as number `index`. */
int64_t precision_position(const Precision *p, int64_t index);
/* What the item is worth: its first score, 0 without an answer; NAN: an error, which is passed
 * over. One thread. */
void precision_note(Precision *p, int64_t position, double value);
/* Any thread. */
bool precision_reached(const Precision *p);

/* Whether a run was to end so. */
bool precision_of(const RunRow *run);
/* Puts confidence sequences in place of the intervals of a metric that is a mean of values from 0
 * to 1; leaves others. */
void precision_adjust(const RunRow *run, const PointSet *set, MetricSummary *m);

#endif
