/* breakdown.h - a run's number for each value of a column of its data, or for each pair of values
 * of two: what a heat map of length by depth is drawn from.
 *
 * The number is that of the run's first metric, with the metric's own aggregation, headline
 * reading (summary.h) and interval. Columns are those of the stored items; what a task's
 * process_docs adds is not among them. */
#ifndef EVAL_BREAKDOWN_H
#define EVAL_BREAKDOWN_H

#include "eval/summary.h"

enum {
    BREAKDOWN_COLUMNS = 2,   /* at most */
    BREAKDOWN_VALUES = 200,  /* of one column, at most */
    BREAKDOWN_CELLS = 10000, /* at most */
};

typedef VEC(Str) BreakdownNames;

typedef struct Breakdown {
    MetricSummary metric; /* of all items that stand in a cell */
    size_t n_columns;     /* 0: the run has no metric */
    Str columns[BREAKDOWN_COLUMNS];
    BreakdownNames values[BREAKDOWN_COLUMNS]; /* numbers by size, then texts as they come first */
    /* One for each pair, the first column's values side by side: cells[second * n_first + first],
     * headline.n 0 where there is no item. */
    MetricSummary *cells;
    size_t n_cells;
} Breakdown;

/* The columns that the run's task names in metadata.assay.by: none, one or two. */
void eval_breakdown_columns(const RunRow *run, Arena *arena, BreakdownNames *out);

/* E_MISSING names the columns that there are; E_LIMIT when a column has too many values. */
Status eval_breakdown(Db *db, int64_t run_id, const BreakdownNames *columns, Arena *arena,
                      Breakdown *out, Err *err) MUST_CHECK;

#endif
