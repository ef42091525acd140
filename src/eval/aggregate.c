/* aggregate.c - the table of aggregations, and their errors. */
#include "eval/aggregate.h"

#include "task/metric_options.h"

#include <math.h>

static const double LEVEL = 0.95;
enum { INTERVAL_DRAWS = 2000, INTERVAL_DRAWS_LEAST = 200, SEED = 1234 };

/* ---- what statistics work on ---- */

/* One row of numbers an item. */
typedef struct Table {
    const double *rows;
    size_t width;
    const Json *entry;
} Table;

static const double *row_of(const Table *t, uint32_t item)
{
    return t->rows + item * t->width;
}

static void add_up(const Table *t, const uint32_t *index, size_t n, double *sum)
{
    memset(sum, 0, t->width * sizeof *sum);
    for (size_t i = 0; i < n; i++) {
        const double *row = row_of(t, index[i]);
        for (size_t k = 0; k < t->width; k++)
            sum[k] += row[k];
    }
}

/* ---- statistics of values ---- */

enum { VALUE_WIDTH = 2 }; /* value, weight */

static double perplexity(const void *data, const uint32_t *index, size_t n)
{
    double sum[VALUE_WIDTH];
    add_up(data, index, n, sum);
    return exp(-sum[0] / (double)n);
}

static double weighted_perplexity(const void *data, const uint32_t *index, size_t n)
{
    double sum[VALUE_WIDTH];
    add_up(data, index, n, sum);
    return exp(-(sum[0] / sum[1]));
}

static double bits_per_byte(const void *data, const uint32_t *index, size_t n)
{
    double sum[VALUE_WIDTH];
    add_up(data, index, n, sum);
    return -(sum[0] / sum[1]) / log(2);
}

/* What lm-evaluation-harness prints for a metric whose values it does not aggregate. */
static double bypass(const void *data, const uint32_t *index, size_t n)
{
    (void)data, (void)index, (void)n;
    return 999;
}

/* ---- statistics of counts; the first number of a row is the number of references ---- */

enum { BLEU_WIDTH = 3 + 2 * NGRAM_WORDS, CHRF_WIDTH = 1 + 3 * CHRF_ORDERS, TER_WIDTH = 3 };

static double bleu(const void *data, const uint32_t *index, size_t n)
{
    const Table *t = data;
    double sum[BLEU_WIDTH];
    BleuOptions options = metric_bleu_options(t->entry);
    add_up(t, index, n, sum);
    BleuCounts c = {.length = sum[1], .reference = sum[2]};
    memcpy(c.right, sum + 3, sizeof c.right);
    memcpy(c.total, sum + 3 + NGRAM_WORDS, sizeof c.total);
    return bleu_score(&c, &options);
}

static double chrf(const void *data, const uint32_t *index, size_t n)
{
    const Table *t = data;
    double sum[CHRF_WIDTH];
    ChrfCounts c;
    ChrfOptions options = metric_chrf_options(t->entry);
    add_up(t, index, n, sum);
    for (size_t k = 0; k < CHRF_ORDERS; k++) {
        c.of[k].hypothesis = sum[1 + 3 * k];
        c.of[k].reference = sum[2 + 3 * k];
        c.of[k].match = sum[3 + 3 * k];
    }
    return chrf_score(&c, &options);
}

static double ter(const void *data, const uint32_t *index, size_t n)
{
    double sum[TER_WIDTH];
    add_up(data, index, n, sum);
    TerCounts c = {sum[1], sum[2]};
    return ter_score(&c);
}

/* ---- the table ---- */

typedef struct Row {
    const char *name;
    Statistic statistic;
    size_t draws; /* of lm-evaluation-harness's standard error; 0: it gives none */
    size_t width; /* numbers of a detail; 0: the value and its weight */
} Row;

enum { LMH_DRAWS = 100000, LMH_DRAWS_CORPUS = 100, LMH_CHUNK = 1000 };

static const Row rows[] = {
    {"perplexity", perplexity, LMH_DRAWS, 0},
    {"weighted_perplexity", weighted_perplexity, 0, 0},
    {"bits_per_byte", bits_per_byte, 0, 0},
    {"bypass", bypass, 0, 0},
    {"bleu", bleu, LMH_DRAWS_CORPUS, BLEU_WIDTH},
    {"chrf", chrf, LMH_DRAWS_CORPUS, CHRF_WIDTH},
    {"ter", ter, LMH_DRAWS_CORPUS, TER_WIDTH},
};

static const Row *row_for(Str name)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eqc(name, rows[i].name))
            return &rows[i];
    return NULL;
}

/* ---- reading details ---- */

static void read_numbers(Str detail, size_t width, double *out, Arena *scratch)
{
    Json list;
    if (json_parse(scratch, detail, &list, NULL) != OK || list.type != JSON_ARRAY)
        return; /* judged before details were kept: it counts as nothing */
    for (uint32_t k = 0; k < list.len && k < width; k++)
        out[k] = json_number(&list.items[k], 0);
}

static Table table_of(const AggregateInput *in, const Row *row, Arena *scratch)
{
    size_t width = row->width ? row->width : VALUE_WIDTH;
    double *numbers = arena_array(scratch, in->n * width, sizeof *numbers);
    for (size_t i = 0; i < in->n; i++) {
        SCOPED_ARENA(one);
        if (row->width) {
            read_numbers(in->items[i].detail, width, numbers + i * width, &one);
        } else {
            numbers[i * width] = in->items[i].value;
            numbers[i * width + 1] = in->items[i].weight;
        }
    }
    return (Table){numbers, width, in->entry};
}

/* ---- errors ---- */

static size_t within(size_t draws, size_t n, size_t least)
{
    size_t most = AGGREGATE_WORK / (n ? n : 1);
    most = most < least ? least : most;
    return draws < most ? draws : most;
}

/* Whole chunks, as lm-evaluation-harness draws them. */
static size_t chunked(const AggregateInput *in, const Row *row)
{
    size_t draws = row->draws;
    if (in->draws && in->draws < draws)
        draws = in->draws;
    draws = within(draws, in->n, 100);
    return draws > LMH_CHUNK ? draws - draws % LMH_CHUNK : draws;
}

static MeanResult plain(const AggregateInput *in, Arena *scratch)
{
    double *values = arena_array(scratch, in->n + 1, sizeof *values);
    for (size_t i = 0; i < in->n; i++)
        values[i] = in->items[i].value;
    return stats_mean(values, in->clusters, in->n, in->n_clusters, LEVEL, scratch);
}

MeanResult aggregate(const AggregateInput *in, Arena *scratch)
{
    const Row *row = row_for(in->name);
    if (!row || !in->n)
        return plain(in, scratch);
    Table t = table_of(in, row, scratch);
    BootstrapOptions options = {
        .draws = within(INTERVAL_DRAWS, in->n, INTERVAL_DRAWS_LEAST), .seed = SEED, .level = LEVEL};
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
    const Row *row = row_for(in->name);
    if (!row || (row->statistic != bleu && row->statistic != chrf && row->statistic != ter))
        return (Str){0};
    SCOPED_ARENA(scratch);
    Table t = table_of(in, row, &scratch);
    size_t references = 0;
    for (size_t i = 0; i < in->n; i++) {
        size_t own = (size_t)t.rows[i * t.width];
        if (own && references && own != references)
            references = SIZE_MAX;
        references = references ? references : own;
    }
    references = references == SIZE_MAX ? 0 : references;
    if (row->statistic == bleu) {
        BleuOptions o = metric_bleu_options(in->entry);
        return bleu_signature(arena, &o, references);
    }
    if (row->statistic == chrf) {
        ChrfOptions o = metric_chrf_options(in->entry);
        return chrf_signature(arena, &o, references);
    }
    TerOptions o = metric_ter_options(in->entry);
    return ter_signature(arena, &o, references);
}
