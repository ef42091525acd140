/* aggregate_corpus.c - corpus scores: the counts of all items, summed up. */
#include "eval/aggregate_row.h"

#include "task/metric_options.h"

/* The first number of a row is the number of references. */
enum { BLEU_WIDTH = 3 + 2 * NGRAM_WORDS, CHRF_WIDTH = 1 + 3 * CHRF_ORDERS, TER_WIDTH = 3 };

static double bleu(const void *data, const uint32_t *index, size_t n)
{
    const Table *t = data;
    double sum[BLEU_WIDTH];
    BleuOptions options = metric_bleu_options(t->entry);
    aggregate_sum(t, index, n, sum);
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
    aggregate_sum(t, index, n, sum);
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
    aggregate_sum(data, index, n, sum);
    TerCounts c = {sum[1], sum[2]};
    return ter_score(&c);
}

/* Edits over the symbols of the references, as word error rates of a corpus are. */
static double error_rate(const void *data, const uint32_t *index, size_t n)
{
    double sum[2];
    aggregate_sum(data, index, n, sum);
    return sum[0] / sum[1];
}

static Str sign_bleu(const Json *entry, size_t n_references, Arena *arena)
{
    BleuOptions o = metric_bleu_options(entry);
    return bleu_signature(arena, &o, n_references);
}

static Str sign_chrf(const Json *entry, size_t n_references, Arena *arena)
{
    ChrfOptions o = metric_chrf_options(entry);
    return chrf_signature(arena, &o, n_references);
}

static Str sign_ter(const Json *entry, size_t n_references, Arena *arena)
{
    TerOptions o = metric_ter_options(entry);
    return ter_signature(arena, &o, n_references);
}

const AggregateRow aggregate_bleu = {
    "bleu", bleu, LMH_DRAWS_CORPUS, BLEU_WIDTH, aggregate_fill_numbers, sign_bleu};
const AggregateRow aggregate_chrf = {
    "chrf", chrf, LMH_DRAWS_CORPUS, CHRF_WIDTH, aggregate_fill_numbers, sign_chrf};
const AggregateRow aggregate_ter = {
    "ter", ter, LMH_DRAWS_CORPUS, TER_WIDTH, aggregate_fill_numbers, sign_ter};
const AggregateRow aggregate_error_rate = {"error_rate",           error_rate, 0, 2,
                                           aggregate_fill_numbers, NULL};
