/* aggregate.c - the table of aggregations, and their errors. */
#include "eval/aggregate_row.h"

#include <math.h>

static const double LEVEL = 0.95;
enum { INTERVAL_DRAWS = 2000, INTERVAL_DRAWS_LEAST = 200, SEED = 1234 };

static const AggregateRow *const rows[] = {
    &aggregate_perplexity,
    &aggregate_weighted_mean,
    &aggregate_weighted_perplexity,
    &aggregate_bits_per_byte,
    &aggregate_bypass,
    &aggregate_nanmean,
    &aggregate_median,
    &aggregate_bleu,
    &aggregate_chrf,
    &aggregate_ter,
    &aggregate_f1,
    &aggregate_weighted_f1,
    &aggregate_micro_f1,
    &aggregate_macro_f1,
    &aggregate_three_f1,
    &aggregate_acc_all,
    &aggregate_mcc,
    &aggregate_matthews,
    &aggregate_ece,
    &aggregate_selective_acc,
    &aggregate_selective_area,
    &aggregate_error_rate,
    &aggregate_span_f1,
    &aggregate_ratio,
    &aggregate_ratio_difference,
};

const AggregateRow *aggregate_row(Str name)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eqc(name, rows[i]->name))
            return rows[i];
    return NULL;
}

void aggregate_sum(const Table *t, const uint32_t *index, size_t n, double *sum)
{
    memset(sum, 0, t->width * sizeof *sum);
    for (size_t i = 0; i < n; i++) {
        const double *row = t->rows + index[i] * t->width;
        for (size_t k = 0; k < t->width; k++)
            sum[k] += row[k];
    }
}

void aggregate_fill_numbers(const AggregateInput *in, Table *t, Arena *scratch)
{
    (void)scratch;
    for (size_t i = 0; i < in->n; i++) {
        SCOPED_ARENA(one);
        Json list;
        if (json_parse(&one, in->items[i].detail, &list, NULL) != OK || list.type != JSON_ARRAY)
            continue; /* judged before details were kept: it counts as nothing */
        for (uint32_t k = 0; k < list.len && k < t->width; k++)
            t->rows[i * t->width + k] = json_number(&list.items[k], 0);
    }
}

void *aggregate_room(Room *room, size_t bytes)
{
    if (bytes > room->bytes || !room->items) {
        room->bytes = bytes + bytes / 4;
        room->items = arena_alloc(room->arena, room->bytes + 1);
    }
    return room->items;
}

Table aggregate_table(const AggregateInput *in, const AggregateRow *row, Arena *scratch)
{
    Table t = {.n = in->n, .width = row->width, .entry = in->entry};
    t.rows = arena_array(scratch, in->n * row->width, sizeof *t.rows);
    row->fill(in, &t, scratch);
    t.room = ARENA_NEW(scratch, Room);
    t.room->arena = scratch;
    return t;
}

/* ---- errors ---- */

size_t aggregate_draws(size_t draws, size_t n, size_t least)
{
    size_t most = AGGREGATE_WORK / (n ? n : 1);
    most = most < least ? least : most;
    return draws < most ? draws : most;
}

/* Whole chunks, as lm-evaluation-harness draws them. */
static size_t chunked(const AggregateInput *in, const AggregateRow *row)
{
    size_t draws = aggregate_draws(row->draws, in->n, 100);
    if (in->draws) /* asked for: as many, but of a corpus no more than lm-evaluation-harness */
        draws = row->draws == LMH_DRAWS_CORPUS && in->draws > row->draws ? row->draws : in->draws;
    return draws > LMH_CHUNK ? draws - draws % LMH_CHUNK : draws;
}

static MeanResult plain(const AggregateInput *in, Arena *scratch)
{
    double *values = arena_array(scratch, in->n + 1, sizeof *values);
    for (size_t i = 0; i < in->n; i++)
        values[i] = isnan(in->items[i].value) ? 0 : in->items[i].value;
    return stats_mean(values, in->clusters, in->n, in->n_clusters, LEVEL, scratch);
}

MeanResult aggregate(const AggregateInput *in, Arena *scratch)
{
    const AggregateRow *row = aggregate_row(in->name);
    if (!row || !in->n)
        return plain(in, scratch);
    if (row == &aggregate_acc_all)
        return aggregate_questions(in, LEVEL, scratch);
    Table t = aggregate_table(in, row, scratch);
    BootstrapOptions options = {.draws =
                                    aggregate_draws(INTERVAL_DRAWS, in->n, INTERVAL_DRAWS_LEAST),
                                .seed = SEED,
                                .level = LEVEL};
    BootstrapResult b =
        bootstrap(row->statistic, &t, in->n, in->clusters, in->n_clusters, &options, scratch);
    MeanResult r = {.n = in->n,
                    .clusters = in->clusters ? in->n_clusters : 0,
                    .mean = b.estimate,
                    .se = b.se,
                    .ci = b.percentile,
                    .method = "bootstrap",
                    .design_effect = NAN};
    if (row->draws && !in->clusters)
        r.se = bootstrap_cpython_se(row->statistic, &t, in->n, chunked(in, row), scratch);
    return r;
}

Str aggregate_signature(const AggregateInput *in, Arena *arena)
{
    const AggregateRow *row = aggregate_row(in->name);
    if (!row || !row->signature)
        return (Str){0};
    SCOPED_ARENA(scratch);
    Table t = aggregate_table(in, row, &scratch);
    size_t references = 0;
    for (size_t i = 0; i < in->n; i++) {
        size_t own = (size_t)t.rows[i * t.width];
        if (own && references && own != references)
            references = SIZE_MAX;
        references = references ? references : own;
    }
    return row->signature(in->entry, references == SIZE_MAX ? 0 : references, arena);
}
