/* aggregate_all.c - acc_all: the share of questions of which every answer was judged right.
 *
 * An item's detail is [question, right or not] (task/metric_all.c). Items of one question are one
 * unit: the standard error is that of the mean over questions. */
#include "eval/aggregate_row.h"

#include "base/map.h"

static const size_t WIDTH = 2; /* number of the question, right */

static void fill(const AggregateInput *in, Table *t, Arena *scratch)
{
    Map questions = {0};
    for (size_t i = 0; i < in->n; i++) {
        Json pair;
        double *row = t->rows + i * WIDTH;
        bool there = json_parse(scratch, in->items[i].detail, &pair, NULL) == OK &&
                     pair.type == JSON_ARRAY && pair.len == 2;
        Str question = there ? json_dump(scratch, &pair.items[0]) : (Str){0};
        size_t *number = map_get(&questions, question);
        if (!number) {
            number = ARENA_NEW(scratch, size_t);
            *number = questions.len;
            map_set(scratch, &questions, question, number);
        }
        row[0] = (double)*number;
        row[1] = there ? json_number(&pair.items[1], 0) : 0;
    }
    t->n_classes = questions.len;
}

/* Marks in `seen` and `right`, one a question, which are drawn and which have no wrong answer. */
static void gather(const Table *t, const uint32_t *index, size_t n, double *seen, double *right)
{
    for (size_t q = 0; q < t->n_classes; q++) {
        seen[q] = 0;
        right[q] = 1;
    }
    for (size_t i = 0; i < n; i++) {
        const double *row = t->rows + index[i] * WIDTH;
        seen[(size_t)row[0]] = 1;
        right[(size_t)row[0]] *= row[1];
    }
}

static double all_right(const void *data, const uint32_t *index, size_t n)
{
    const Table *t = data;
    double *seen = aggregate_room(t->room, 2 * t->n_classes * sizeof *seen);
    double *right = seen + t->n_classes, sum = 0, questions = 0;
    gather(t, index, n, seen, right);
    for (size_t q = 0; q < t->n_classes; q++) {
        sum += seen[q] * right[q];
        questions += seen[q];
    }
    return sum / questions;
}

MeanResult aggregate_questions(const AggregateInput *in, double level, Arena *scratch)
{
    Table t = aggregate_table(in, &aggregate_acc_all, scratch);
    uint32_t *all = arena_array(scratch, in->n, sizeof *all), *clusters = NULL;
    double *seen = aggregate_room(t.room, 2 * t.n_classes * sizeof *seen);
    double *right = seen + t.n_classes;
    for (size_t i = 0; i < in->n; i++)
        all[i] = (uint32_t)i;
    if (in->clusters)
        clusters = arena_array(scratch, t.n_classes, sizeof *clusters);
    for (size_t i = in->n; clusters && i > 0; i--) /* a question is of its first item's cluster */
        clusters[(size_t)t.rows[(i - 1) * WIDTH]] = in->clusters[i - 1];
    gather(&t, all, in->n, seen, right);
    MeanResult r = stats_mean(right, clusters, t.n_classes, in->n_clusters, level, scratch);
    r.n = in->n;
    return r;
}

const AggregateRow aggregate_acc_all = {"acc_all", all_right, 0, 2, fill, NULL};
