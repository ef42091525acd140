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

/* n answers of which k are drawn, and what a draw of the right answer leaves open. */
typedef struct Vote {
    const size_t *counts;
    size_t n_counts, n, k;
    const double *ln_factorial; /* 0 .. n */
} Vote;

/* chance[left * (ties + 1) + t]: with the right answer drawn `votes` times, that `left` draws
 * remain for the answers not yet looked at, and that t of those looked at were drawn `votes` times,
 * none more often. */
typedef struct Chances {
    double *now, *next;
    size_t left, ties; /* the largest of each */
    size_t rest;       /* answers not yet looked at */
} Chances;

static double ln_ways(const Vote *v, size_t n, size_t k)
{
    return v->ln_factorial[n] - v->ln_factorial[k] - v->ln_factorial[n - k];
}

/* Of `draws` among `all`, that `take` are of some `count`. */
static double chance_of(const Vote *v, size_t all, size_t count, size_t draws, size_t take)
{
    if (take > count || take > draws || draws - take > all - count)
        return 0;
    return exp(ln_ways(v, count, take) + ln_ways(v, all - count, draws - take) -
               ln_ways(v, all, draws));
}

static void add_answer(const Vote *v, Chances *c, size_t count, size_t votes)
{
    size_t row = c->ties + 1;
    memset(c->next, 0, (c->left + 1) * row * sizeof *c->next);
    for (size_t left = 0; left <= c->left && left <= c->rest; left++)
        for (size_t take = 0; take <= votes && take <= left; take++) {
            double chance = chance_of(v, c->rest, count, left, take);
            const double *from = c->now + left * row;
            double *to = c->next + (left - take) * row;
            bool tied = take == votes;
            for (size_t t = 0; chance > 0 && t + tied <= c->ties; t++)
                to[t + tied] += from[t] * chance;
        }
    double *held = c->now;
    c->now = c->next;
    c->next = held;
    c->rest -= count;
}

/* Wrong answers that can be drawn `votes` times, and the most of them that can at once. */
static size_t rivals(const Vote *v, size_t votes, size_t *ties)
{
    size_t n = 0;
    for (size_t i = 1; i < v->n_counts; i++)
        n += v->counts[i] >= votes;
    *ties = (v->k - votes) / votes;
    *ties = *ties < n ? *ties : n;
    return n;
}

/* The other answers cannot come up to `votes`: whatever is left is drawn from them. */
static double wins_with(const Vote *v, size_t votes)
{
    Chances c = {.left = v->k - votes, .rest = v->n - v->counts[0]};
    (void)rivals(v, votes, &c.ties);
    size_t cells = (c.left + 1) * (c.ties + 1);
    SCOPED_ARENA(own);
    c.now = arena_array(&own, cells, sizeof *c.now);
    c.next = arena_array(&own, cells, sizeof *c.next);
    c.now[c.left * (c.ties + 1)] = chance_of(v, v->n, v->counts[0], v->k, votes);
    for (size_t i = 1; i < v->n_counts; i++)
        if (v->counts[i] >= votes)
            add_answer(v, &c, v->counts[i], votes);
    double sum = 0;
    for (size_t cell = 0; cell < cells; cell++)
        sum += c.now[cell] / (double)(cell % (c.ties + 1) + 1);
    return sum;
}

/* Steps that majority_at_k will take. */
static double work_of(const Vote *v)
{
    double work = 0;
    for (size_t votes = 1; votes <= v->counts[0] && votes <= v->k; votes++) {
        size_t ties, n = rivals(v, votes, &ties);
        work += (double)n * (double)(v->k - votes + 1) * (double)(votes + 1) * (double)(ties + 9);
    }
    return work;
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
    double *ln_factorial = arena_array(scratch, n + 1, sizeof *ln_factorial);
    for (size_t i = 2; i <= n; i++)
        ln_factorial[i] = lgamma((double)i + 1);
    Vote v = {counts, n_counts, n, k, ln_factorial};
    if (work_of(&v) > MAJORITY_WORK)
        return NAN;
    double sum = 0;
    for (size_t votes = 1; votes <= counts[0] && votes <= k; votes++)
        sum += wins_with(&v, votes);
    return sum < 1 ? sum : 1;
}
