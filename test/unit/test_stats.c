/* test_stats.c - oracles of METHODS.md part B, computed independently of this code. */
#include "test.h"

#include "stats/stats.h"

TEST(special_functions_have_their_tabled_values)
{
    CHECK_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-12);
    CHECK_NEAR(normal_quantile(1e-12), -7.034483825301132, 1e-9);
    CHECK_NEAR(student_quantile(0.95, 49), 1.6765508927, 1e-9);
    CHECK_NEAR(student_quantile(0.975, 9), 2.262157163, 1e-9);
    CHECK_NEAR(student_sf(2.262157163, 9), 0.025, 1e-10);
    CHECK_NEAR(chi2_sf(31.717626, 10), 4.462017e-4, 1e-9);
    CHECK_NEAR(chi2_sf(3.841458820694124, 1), 0.05, 1e-12);
    CHECK_NEAR(gamma_inc(5, 5), 0.5595067149347875, 1e-12);
    CHECK_NEAR(beta_inc(2, 3, 0.4), 0.5248, 1e-12);
    CHECK(isnan(beta_inc(-1, 2, 0.5)));
}

TEST(proportion_intervals_match_the_table)
{
    static const struct {
        double k, n, w[2], cp[2], j[2];
    } rows[] = {
        {0, 20, {0, .161125}, {0, .168433}, {0, .116639}},
        {8, 10, {.490162, .943318}, {.443905, .974789}, {.497226, .955941}},
        {81, 263, {.255289, .366210}, {.252737, .367622}, {.254522, .365647}},
        {1219, 1319, {.908636, .937271}, {.908555, .937891}, {.908966, .937546}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Interval w = wilson(rows[i].k, rows[i].n, 0.95),
                 c = clopper_pearson(rows[i].k, rows[i].n, 0.95);
        Interval j = jeffreys(rows[i].k, rows[i].n, 0.95);
        CHECK_NEAR(w.low, rows[i].w[0], 1e-6);
        CHECK_NEAR(w.high, rows[i].w[1], 1e-6);
        CHECK_NEAR(c.low, rows[i].cp[0], 1e-6);
        CHECK_NEAR(c.high, rows[i].cp[1], 1e-6);
        CHECK_NEAR(j.low, rows[i].j[0], 1e-6);
        CHECK_NEAR(j.high, rows[i].j[1], 1e-6);
    }
    Interval gsm = wilson(742, 1319, 0.95);
    CHECK_NEAR(gsm.low, 0.535633, 1e-6);
    CHECK_NEAR(gsm.high, 0.589099, 1e-6);
    CHECK(wilson(0, 7, 0.95).low == 0 && wilson(7, 7, 0.95).high == 1);
    CHECK(isnan(wilson(0, 0, 0.95).low));
}

TEST(wilson_grows_with_the_successes_and_lies_inside_clopper_pearsons_centre)
{
    double before = -1;
    for (int k = 0; k <= 30; k++) {
        Interval w = wilson(k, 30, 0.95), c = clopper_pearson(k, 30, 0.95);
        double centre = (w.low + w.high) / 2;
        CHECK(centre > before && c.low <= centre && centre <= c.high);
        before = centre;
    }
}

TEST(the_gap_of_two_proportions_matches_its_oracle)
{
    GapResult g = proportion_gap(.72 * 1319, 1319, .64 * 1205, 1205, 0.95);
    CHECK_NEAR(g.z, 4.31302, 1e-5);
    CHECK_NEAR(g.p, 8.05e-6, 1e-8);
    CHECK_NEAR(g.gap - 1.959963984540054 * g.se, .04364, 1e-5);
    Interval n = proportion_gap(56, 70, 48, 80, 0.95).newcombe;
    CHECK_NEAR(n.low, .0524315, 1e-7);
    CHECK_NEAR(n.high, .3338727, 1e-7);
}

TEST(means_have_their_standard_errors)
{
    SCOPED_ARENA(a);
    double x[100] = {0};
    for (int i = 0; i < 70; i++)
        x[i] = 1;
    MeanResult r = stats_mean(x, NULL, 100, 0, 0.95, &a);
    CHECK_NEAR(r.se, 0.0460566186, 1e-9);
    CHECK_NEAR(r.ci.low, 0.604, 1e-3);
    CHECK_NEAR(r.ci.high, 0.781, 1e-3);
    CHECK(strcmp(r.method, "wilson") == 0);
    MeanResult none = stats_mean(x, NULL, 0, 0, 0.95, &a);
    CHECK(isnan(none.mean) && isnan(none.ci.low));
    MeanResult one = stats_mean(x, NULL, 1, 0, 0.95, &a);
    CHECK(one.mean == 1 && isnan(one.se));
}

TEST(clustered_standard_error_matches_its_oracle)
{
    SCOPED_ARENA(a);
    const double x[] = {1, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1};
    const uint32_t c[] = {0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4};
    MeanResult r = stats_mean(x, c, 14, 5, 0.95, &a);
    CHECK_NEAR(r.mean, 0.5714285714, 1e-9);
    CHECK_NEAR(r.se, 0.2134336802, 1e-9);
    CHECK_NEAR(r.design_effect, 2.0833333, 1e-6);
    double half = student_quantile(0.975, 4) * r.se;
    CHECK_NEAR(r.ci.low, fmax(0, r.mean - half), 1e-12);
}

TEST(singleton_clusters_are_as_independent_items)
{
    SCOPED_ARENA(a);
    const double x[] = {0.2, 0.9, 0.4, 0.7, 0.1, 0.6};
    const uint32_t c[] = {0, 1, 2, 3, 4, 5};
    MeanResult r = stats_mean(x, c, 6, 6, 0.95, &a), plain = stats_mean(x, NULL, 6, 0, 0.95, &a);
    CHECK_NEAR(r.se, plain.se, 1e-12);
    CHECK_NEAR(r.design_effect, 1, 1e-12);
}

TEST(mcnemar_matches_its_oracles)
{
    CHECK_NEAR(mcnemar_exact(15, 5), 0.0413894653, 1e-9);
    CHECK_NEAR(mcnemar_mid_p(15, 5), 0.0266036987, 1e-9);
    CHECK_NEAR(mcnemar_exact(209, 152), 0.0031507, 1e-6);
    CHECK_NEAR(mcnemar_exact_log10(306, 79), -31.90656, 1e-4);
    CHECK(mcnemar_exact(0, 0) == 1 && mcnemar_exact(5, 5) == 1);
    for (uint64_t b = 0; b < 12; b++)
        for (uint64_t c = 0; c < 12; c++) {
            CHECK_NEAR(mcnemar_exact(b, c), mcnemar_exact(c, b), 1e-15);
            CHECK(mcnemar_mid_p(b, c) <= mcnemar_exact(b, c) + 1e-12);
        }
    CHECK(mcnemar_exact_log10(100000, 0) < -30000); /* below the smallest double, not -inf */
}

TEST(sign_flip_matches_its_oracle)
{
    SCOPED_ARENA(a);
    const double d[] = {.3, -.1, .5, .2, 0, .4, -.2, .6};
    CHECK_NEAR(sign_flip(d, NULL, 8, 0, 1, &a), .109375, 1e-12);
    double many[60];
    for (int i = 0; i < 60; i++)
        many[i] = i % 3 ? 1 : -1; /* 40 up, 20 down: a binomial tail */
    double p = sign_flip(many, NULL, 60, 0, 7, &a);
    CHECK_NEAR(p, mcnemar_exact(40, 20), 0.005);
    CHECK(p == sign_flip(many, NULL, 60, 0, 7, &a));
    const double zeros[] = {0, 0};
    CHECK(sign_flip(zeros, NULL, 2, 0, 1, &a) == 1);
    const uint32_t pairs[] = {0, 0, 1, 1, 2, 2, 3, 3};
    CHECK_NEAR(sign_flip(d, pairs, 8, 4, 1, &a), 0.125, 1e-12); /* sums .2 .7 .4 .4: 2 of 16 */
}

TEST(adjusted_p_values_match_their_oracle)
{
    const double p[] = {.004, .03, .20, .45, .012};
    const double want_holm[] = {.02, .09, .4, .45, .048}, want_bh[] = {.02, .05, .25, .45, .03};
    double got[5];
    holm(p, 5, got);
    for (int i = 0; i < 5; i++)
        CHECK_NEAR(got[i], want_holm[i], 1e-12);
    benjamini_hochberg(p, 5, got);
    for (int i = 0; i < 5; i++)
        CHECK_NEAR(got[i], want_bh[i], 1e-12);
}

TEST(detectable_differences_match_the_table)
{
    static const struct {
        double n, unpaired, paired;
    } rows[] = {{100, .1816, .1253}, {1319, .0500, .0345}, {14042, .0153, .0106}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        CHECK_NEAR(detectable_difference(sqrt(2 * .7 * .3 / rows[i].n), .05, .8), rows[i].unpaired,
                   6e-5);
        CHECK_NEAR(detectable_difference(sqrt(.2 / rows[i].n), .05, .8), rows[i].paired, 6e-5);
    }
}

static double mean_statistic(const void *data, const uint32_t *index, size_t n)
{
    const double *x = data;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[index[i]];
    return sum / (double)n;
}

/* The oracle of METHODS B4 was drawn with another generator, so the interval is held to
 * the width of its own Monte-Carlo error. */
TEST(bootstrap_intervals_are_near_their_oracle)
{
    SCOPED_ARENA(a);
    const double x[] = {4.2, 5.1, 3.8, 6.0, 5.5, 4.9, 5.2, 7.8, 4.4, 5.0};
    BootstrapResult r =
        bootstrap(mean_statistic, x, 10, NULL, 0, &(BootstrapOptions){20000, 42, 0.95, true}, &a);
    CHECK_NEAR(r.estimate, 5.19, 1e-12);
    CHECK_NEAR(r.percentile.low, 4.61, 0.06);
    CHECK_NEAR(r.percentile.high, 5.91, 0.06);
    CHECK_NEAR(r.bca.low, 4.70, 0.08);
    CHECK_NEAR(r.bca.high, 6.06, 0.08);
    CHECK_NEAR(r.se, stats_sd(x, 10) / sqrt(10) * sqrt(0.9), 0.01);
    const double same[] = {3, 3, 3, 3};
    BootstrapResult flat =
        bootstrap(mean_statistic, same, 4, NULL, 0, &(BootstrapOptions){500, 1, 0.95, true}, &a);
    CHECK(flat.percentile.low == 3 && flat.bca.high == 3 && flat.se == 0);
}

TEST(bootstrap_draws_whole_clusters)
{
    SCOPED_ARENA(a);
    const double x[] = {1, 1, 1, 1, 0, 0, 0, 0};
    const uint32_t c[] = {0, 0, 0, 0, 1, 1, 1, 1};
    BootstrapResult r =
        bootstrap(mean_statistic, x, 8, c, 2, &(BootstrapOptions){4000, 3, 0.95, true}, &a);
    CHECK_NEAR(r.se, sqrt(0.125), 0.02); /* means 0, .5, 1 with weights 1/4, 1/2, 1/4 */
}

/* A room for the longest draw that there could be would be 160 GB. */
TEST(bootstrap_needs_little_memory_for_one_large_cluster_beside_many_small)
{
    SCOPED_ARENA(a);
    enum { LARGE = 200000, SMALL = 200000, N = LARGE + SMALL };
    double *x = arena_array(&a, N, sizeof *x);
    uint32_t *c = arena_array(&a, N, sizeof *c);
    for (size_t i = 0; i < N; i++) {
        x[i] = i < LARGE;
        c[i] = i < LARGE ? 0 : (uint32_t)(i - LARGE + 1);
    }
    BootstrapResult r =
        bootstrap(mean_statistic, x, N, c, SMALL + 1, &(BootstrapOptions){30, 3, 0.95, false}, &a);
    CHECK_NEAR(r.estimate, 0.5, 0);
    /* The large cluster is drawn k times, k ~ Poisson(1): the mean is k / (k + 1). */
    CHECK(r.percentile.low < 0.01 && r.percentile.high > 0.6);
}

TEST(clusters_that_are_all_right_still_leave_doubt)
{
    SCOPED_ARENA(a);
    const double right[] = {1, 1, 1, 1, 1, 1};
    const uint32_t clusters[] = {0, 0, 1, 1, 2, 2};
    MeanResult r = stats_mean(right, clusters, 6, 3, 0.95, &a);
    Interval expected = wilson(3, 3, 0.95);
    CHECK_NEAR(r.ci.low, expected.low, 1e-12);
    CHECK_NEAR(r.ci.high, 1, 0);
}
