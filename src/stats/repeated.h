/* repeated.h - n answers to one item, c of them right: what k answers would have given.
 *
 * All are expectations over the ways of drawing k of the n answers without putting back, so they
 * are unbiased; 1 <= k <= n, 0 <= c <= n, else NAN. Formulas and sources: METHODS, section 9. */
#ifndef STATS_REPEATED_H
#define STATS_REPEATED_H

#include "base/arena.h"

double pass_at_k(size_t n, size_t c, size_t k);    /* at least one right */
double pass_power_k(size_t n, size_t c, size_t k); /* all right */
/* At least max(1, ceil(tau * k)) right. */
double g_pass_at_k(size_t n, size_t c, size_t k, double tau);
/* 2/k * sum over i = ceil(k/2)+1 .. k of g_pass_at_k(i / k). */
double mg_pass_at_k(size_t n, size_t c, size_t k);

/* The chance that the right answer is the commonest of k; among t equally common answers it wins
 * with 1/t. counts[0] is the number of right answers, the others those of each wrong answer.
 * NAN when it would take more than MAJORITY_WORK steps (some seconds): thousands of answers, of
 * which many are given often. */
#define MAJORITY_WORK 3e9
double majority_at_k(const size_t *counts, size_t n_counts, size_t k, Arena *scratch);

#endif
