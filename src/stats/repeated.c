/* repeated.c - pass@k and its relatives. */
#include "stats/repeated.h"

#include <math.h>

static bool possible(size_t n, size_t c, size_t k)
{
    return k >= 1 && k <= n && c <= n;
}

double pass_at_k(size_t n, size_t c, size_t k)
{
    if (!possible(n, c, k))
        return NAN;
    if (n - c < k)
        return 1;
    double none = 1;
    for (size_t i = n - c + 1; i <= n; i++)
        none *= 1 - (double)k / (double)i;
    return 1 - none;
}

double pass_power_k(size_t n, size_t c, size_t k)
{
    if (!possible(n, c, k))
        return NAN;
    double all = 1;
    for (size_t i = 0; i < k; i++)
        all *= c > i ? (double)(c - i) / (double)(n - i) : 0;
    return all;
}

static double ln_choose(size_t n, size_t k)
{
    return lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);
}

/* The chance of at least `least` right among k of n. */
static double at_least(size_t n, size_t c, size_t k, size_t least)
{
    double sum = 0;
    for (size_t right = least; right <= k && right <= c; right++)
        if (k - right <= n - c)
            sum += exp(ln_choose(c, right) + ln_choose(n - c, k - right) - ln_choose(n, k));
    return sum < 1 ? sum : 1;
}

double g_pass_at_k(size_t n, size_t c, size_t k, double tau)
{
    if (!possible(n, c, k) || !(tau >= 0 && tau <= 1))
        return NAN;
    /* tau is a decimal such as 0.7: its product with k must not round up past a whole number */
    double least = ceil(tau * (double)k - 1e-9);
    return at_least(n, c, k, least < 1 ? 1 : (size_t)least);
}

double mg_pass_at_k(size_t n, size_t c, size_t k)
{
    if (!possible(n, c, k))
        return NAN;
    double sum = 0;
    for (size_t i = (k + 1) / 2 + 1; i <= k; i++)
        sum += at_least(n, c, k, i);
    return 2 * sum / (double)k;
}

/* ---- majority ---- */

/* With the right answer drawn `votes` times: ways[left * (ties + 1) + t] is the number of ways to
 * spread the other draws over the wrong answers seen so far so that `left` draws remain, t of them
 * have exactly `votes` and none has more; in units of C(n, k) to stay in range. */
typedef struct Ways {
    double *now, *next;
    size_t left, ties; /* the largest of each */
} Ways;

static void add_answer(Ways *w, size_t count, size_t votes)
{
    size_t row = w->ties + 1;
    memset(w->next, 0, (w->left + 1) * row * sizeof *w->next);
    for (size_t left = 0; left <= w->left; left++)
        for (size_t t = 0; t <= w->ties; t++) {
            double ways = w->now[left * row + t];
            if (ways == 0)
                continue;
            for (size_t take = 0; take <= count && take <= left && take <= votes; take++) {
                size_t tied = t + (take == votes);
                if (tied <= w->ties)
                    w->next[(left - take) * row + tied] += ways * exp(ln_choose(count, take));
            }
        }
    double *held = w->now;
    w->now = w->next;
    w->next = held;
}

static double wins_with(const size_t *counts, size_t n_counts, size_t k, size_t votes, double scale,
                        Arena *scratch)
{
    Ways w = {.left = k - votes, .ties = (k - votes) / votes};
    size_t cells = (w.left + 1) * (w.ties + 1);
    w.now = arena_array(scratch, cells, sizeof *w.now);
    w.next = arena_array(scratch, cells, sizeof *w.next);
    w.now[w.left * (w.ties + 1)] = exp(ln_choose(counts[0], votes) - scale);
    for (size_t i = 1; i < n_counts; i++)
        add_answer(&w, counts[i], votes);
    double sum = 0;
    for (size_t t = 0; t <= w.ties; t++)
        sum += w.now[t] / (double)(t + 1);
    return sum;
}

static double majority_of_all(const size_t *counts, size_t n_counts)
{
    size_t ties = 1;
    for (size_t i = 1; i < n_counts; i++) {
        if (counts[i] > counts[0])
            return 0;
        ties += counts[i] == counts[0];
    }
    return counts[0] ? 1 / (double)ties : 0;
}

double majority_at_k(const size_t *counts, size_t n_counts, size_t k, Arena *scratch)
{
    size_t n = 0;
    for (size_t i = 0; i < n_counts; i++)
        n += counts[i];
    if (!k || k > n || !n_counts)
        return NAN;
    if (k == n)
        return majority_of_all(counts, n_counts);
    if (n > MAJORITY_ANSWERS)
        return NAN;
    double sum = 0;
    for (size_t votes = 1; votes <= counts[0] && votes <= k; votes++)
        sum += wins_with(counts, n_counts, k, votes, ln_choose(n, k), scratch);
    return sum < 1 ? sum : 1;
}
