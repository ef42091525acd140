/* test_aggregate_pair.c - corpus scores compared in pairs, held to all exchanges counted out. */
#include "eval/aggregate.h"
#include "test.h"

enum { N = 9, TURNS = 1 << N };

/* Word error rates: errors and words of each item, [errors, words]. */
static const char *const of_a[N] = {"[1,8]", "[0,3]", "[2,9]", "[5,20]", "[0,1]",
                                    "[3,7]", "[1,5]", "[0,6]", "[4,11]"};
static const char *const of_b[N] = {"[2,8]", "[1,3]", "[2,9]", "[9,20]", "[0,1]",
                                    "[2,7]", "[3,5]", "[1,6]", "[4,11]"};

static double score_of(const AggregateItem *items, size_t n, Str name)
{
    SCOPED_ARENA(scratch);
    AggregateInput in = {.name = name, .items = items, .n = n};
    return aggregate(&in, &scratch).mean;
}

static CorpusDifference compare(const AggregateItem *items, size_t n, const uint32_t *clusters,
                                size_t n_clusters)
{
    SCOPED_ARENA(scratch);
    uint32_t twice[2 * N];
    for (size_t i = 0; clusters && i < n; i++)
        twice[i] = twice[n + i] = clusters[i];
    AggregateInput both = {.name = STR("error_rate"),
                           .items = items,
                           .n = 2 * n,
                           .clusters = clusters ? twice : NULL,
                           .n_clusters = n_clusters};
    CorpusDifference d = aggregate_difference(&both, clusters, n_clusters, &scratch);
    return d;
}

static void fill(AggregateItem *items, const char *const *first, const char *const *second)
{
    for (size_t i = 0; i < N; i++) {
        items[i] = (AggregateItem){.detail = str_from(first[i])};
        items[N + i] = (AggregateItem){.detail = str_from(second[i])};
    }
}

/* The share of all exchanges of groups whose difference is as large as the one seen. */
static double counted(const AggregateItem *items, const uint32_t *clusters)
{
    const Str name = STR("error_rate");
    double seen = score_of(items + N, N, name) - score_of(items, N, name);
    size_t as_large = 0, turns = clusters ? 1 << 3 : TURNS;
    for (size_t turn = 0; turn < turns; turn++) {
        AggregateItem a[N], b[N];
        for (size_t i = 0; i < N; i++) {
            bool swap = turn >> (clusters ? clusters[i] : i) & 1;
            a[i] = items[swap ? N + i : i];
            b[i] = items[swap ? i : N + i];
        }
        as_large += fabs(score_of(b, N, name) - score_of(a, N, name)) >= fabs(seen) - 1e-12;
    }
    return (double)as_large / (double)turns;
}

TEST(aggregate_differences_are_tested_by_exchange)
{
    static const uint32_t clusters[N] = {0, 0, 0, 1, 1, 1, 2, 2, 2};
    AggregateItem items[2 * N], turned[2 * N];
    CHECK(aggregate_is_corpus(STR("error_rate")) && aggregate_is_corpus(STR("bleu")));
    CHECK(!aggregate_is_corpus(STR("mean")) && !aggregate_is_corpus(STR("perplexity")));
    fill(items, of_a, of_b);
    fill(turned, of_b, of_a);
    CorpusDifference d = compare(items, N, NULL, 0), back = compare(turned, N, NULL, 0);
    /* 16 and 24 errors of 70 words */
    CHECK_NEAR(d.a, 16.0 / 70, 1e-12);
    CHECK_NEAR(d.b, 24.0 / 70, 1e-12);
    CHECK_NEAR(d.difference.mean, 8.0 / 70, 1e-12);
    CHECK(d.difference.ci.low < 8.0 / 70 && d.difference.ci.high > 8.0 / 70);
    CHECK(d.difference.ci.low > -1 && d.difference.ci.high < 1 && d.difference.se > 0);
    CHECK_NEAR(back.difference.mean, -d.difference.mean, 1e-12);
    /* 10,000 draws: four standard errors of a share are 0.02 at most */
    double exact = counted(items, NULL);
    CHECK(exact > 0.01 && exact < 0.5);
    CHECK_NEAR(d.p, exact, 0.02);
    CHECK_NEAR(back.p, exact, 0.02);
    d = compare(items, N, clusters, 3);
    CHECK_NEAR(d.p, counted(items, clusters), 0.02);
    CHECK_INT(d.difference.clusters, 3);
}

TEST(aggregate_differences_of_equal_runs_are_none)
{
    AggregateItem items[2 * N];
    fill(items, of_a, of_a);
    CorpusDifference d = compare(items, N, NULL, 0);
    CHECK_NEAR(d.difference.mean, 0, 0);
    CHECK_NEAR(d.p, 1, 0);
}
