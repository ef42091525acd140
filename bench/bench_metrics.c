/* bench_metrics.c - how long a corpus takes to score: bench_metrics bleu|chrf|rouge FILE.
 * FILE has a pair a line: hypothesis, tab, reference. Prints seconds and the score. */
#include "base/clock.h"
#include "base/file.h"
#include "text/bleu.h"
#include "text/chrf.h"
#include "text/rouge.h"

#include <math.h>
#include <stdio.h>

enum { LIMIT_FILE = 1 << 28 };

static void add(double *sum, const double *more, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += more[i];
}

static double score_bleu(Str rest)
{
    BleuOptions o = bleu_defaults();
    BleuCounts sum = {0}, one;
    SCOPED_ARENA(scratch);
    while (rest.len) {
        Str reference = str_split(&rest, '\n'), hypothesis = str_split(&reference, '\t');
        bleu_count(hypothesis, &reference, 1, &o, &one, &scratch);
        add((double *)&sum, (const double *)&one, sizeof one / sizeof(double));
        arena_reset(&scratch);
    }
    return bleu_score(&sum, &o);
}

static double score_chrf(Str rest)
{
    ChrfOptions o = chrf_defaults();
    ChrfCounts sum = {0}, one;
    SCOPED_ARENA(scratch);
    while (rest.len) {
        Str reference = str_split(&rest, '\n'), hypothesis = str_split(&reference, '\t');
        chrf_count(hypothesis, &reference, 1, &o, &one, &scratch);
        add((double *)&sum, (const double *)&one, sizeof one / sizeof(double));
        arena_reset(&scratch);
    }
    return chrf_score(&sum, &o);
}

/* Mean of ROUGE-1, -2 and -L of all pairs. */
static double score_rouge(Str rest)
{
    RougeOptions o = {ROUGE_ENGLISH, false};
    double sum = 0, n = 0;
    SCOPED_ARENA(scratch);
    while (rest.len) {
        Str reference = str_split(&rest, '\n'), hypothesis = str_split(&reference, '\t');
        sum += rouge_n(reference, hypothesis, 1, &o, &scratch).f;
        sum += rouge_n(reference, hypothesis, 2, &o, &scratch).f;
        sum += rouge_l(reference, hypothesis, &o, &scratch).f;
        n += 3;
        arena_reset(&scratch);
    }
    return 100 * sum / n;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        double (*score)(Str text);
    } rows[] = {{"bleu", score_bleu}, {"chrf", score_chrf}, {"rouge", score_rouge}};
    SCOPED_ARENA(arena);
    Err err = {0};
    Str text;
    if (argc != 3 || file_read(&arena, argv[2], LIMIT_FILE, &text, &err) != OK) {
        fprintf(stderr, "usage: bench_metrics bleu|chrf|rouge FILE\n%s\n", err.msg);
        return 2;
    }
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strcmp(rows[i].name, argv[1]) != 0)
            continue;
        double best = INFINITY, score = 0;
        for (int round = 0; round < 5; round++) {
            double start = clock_seconds();
            score = rows[i].score(text);
            double took = clock_seconds() - start;
            best = took < best ? took : best;
        }
        printf("%.6f %.9f\n", best, score);
        return 0;
    }
    return 2;
}
