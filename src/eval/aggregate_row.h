/* aggregate_row.h - private to the aggregations: what a statistic works on. */
#ifndef EVAL_AGGREGATE_ROW_H
#define EVAL_AGGREGATE_ROW_H

#include "eval/aggregate.h"

/* Memory for one statistic at a time, which grows at need: a draw of whole clusters is as long as
 * the clusters that it got, and the longest that could be drawn is far longer than any that is. */
typedef struct Room {
    Arena *arena;
    void *items;
    size_t bytes;
} Room;

/* At least so many bytes, whose content does not matter; valid until it is asked again. */
void *aggregate_room(Room *room, size_t bytes);

/* One row of numbers an item. */
typedef struct Table {
    double *rows;
    size_t n, width;
    const Json *entry;
    size_t n_classes, positive; /* of labels; positive n_classes: none of them */
    bool text_labels;
    Room *room;
} Table;

typedef struct AggregateRow {
    const char *name;
    Statistic statistic;
    size_t draws; /* of lm-evaluation-harness's standard error; 0: it gives none */
    size_t width; /* numbers of a row */
    void (*fill)(const AggregateInput *in, Table *t, Arena *scratch);
    Str (*signature)(const Json *entry, size_t n_references, Arena *arena); /* NULL: none */
} AggregateRow;

enum { LMH_DRAWS = 100000, LMH_DRAWS_CORPUS = 100, LMH_CHUNK = 1000 };

extern const AggregateRow aggregate_perplexity, aggregate_weighted_mean,
    aggregate_weighted_perplexity, aggregate_bits_per_byte, aggregate_bypass, aggregate_nanmean,
    aggregate_median;
extern const AggregateRow aggregate_bleu, aggregate_chrf, aggregate_ter, aggregate_error_rate;
extern const AggregateRow aggregate_span_f1, aggregate_ratio, aggregate_ratio_difference;
extern const AggregateRow aggregate_f1, aggregate_weighted_f1, aggregate_micro_f1,
    aggregate_macro_f1, aggregate_mcc, aggregate_matthews;
extern const AggregateRow aggregate_three_f1, aggregate_acc_all;
extern const AggregateRow aggregate_ece, aggregate_selective_acc, aggregate_selective_area;

const AggregateRow *aggregate_row(Str name); /* NULL: a mean */
Table aggregate_table(const AggregateInput *in, const AggregateRow *row, Arena *scratch);
/* As many of `draws` as AGGREGATE_WORK allows for n items, but no fewer than `least`. */
size_t aggregate_draws(size_t draws, size_t n, size_t least);

/* acc_all: the mean over questions, each of several items. */
MeanResult aggregate_questions(const AggregateInput *in, double level, Arena *scratch);

/* The sum of the rows named by `index`; `sum` has room for t->width numbers. */
void aggregate_sum(const Table *t, const uint32_t *index, size_t n, double *sum);
/* A table of the numbers in the details; what is missing is 0. */
void aggregate_fill_numbers(const AggregateInput *in, Table *t, Arena *scratch);

#endif
