/* test_metric_stats.c - classification, calibration and repeated answers. Values: the handbook's
 * oracles (computed in Python), unless a test says otherwise. */
#include "eval/aggregate.h"
#include "stats/calibration.h"
#include "stats/classify.h"
#include "stats/repeated.h"
#include "test.h"

/* [[8,1,1],[2,5,3],[0,2,18]], rows are true. */
static const double right[] = {8, 5, 18}, truth[] = {10, 10, 20}, predicted[] = {10, 8, 22};

TEST(f1_and_matthews_have_the_values_of_the_handbook)
{
    ClassCounts c = {3, right, truth, predicted};
    CHECK_NEAR(f1_score(&c, F1_MACRO, 0), 0.7375661376, 1e-10);
    CHECK_NEAR(f1_score(&c, F1_WEIGHTED, 0), 0.7674603175, 1e-10);
    CHECK_NEAR(f1_score(&c, F1_MICRO, 0), 0.775, 1e-12);
    CHECK_NEAR(f1_score(&c, F1_BINARY, 1), 0.5555555556, 1e-10);
    CHECK_NEAR(matthews_correlation(&c), 0.6354380478, 1e-10);
}

TEST(classes_that_do_not_occur_count_for_nothing)
{
    const double r[] = {3, 0, 0}, t[] = {3, 0, 1}, p[] = {4, 0, 0};
    ClassCounts c = {3, r, t, p}, empty = {0, NULL, NULL, NULL};
    CHECK_NEAR(f1_score(&c, F1_MACRO, 0), (6.0 / 7 + 0) / 2, 1e-12);
    CHECK(f1_score(&c, F1_BINARY, 3) == 0);
    CHECK(matthews_correlation(&c) == 0); /* always the same prediction */
    CHECK(isnan(f1_score(&empty, F1_MACRO, 0)) && isnan(matthews_correlation(&empty)));
}

static void fill_points(ConfidencePoint points[10])
{
    static const double p[] = {.95, .9, .85, .8, .75, .65, .6, .55, .52, .51};
    static const double ok[] = {1, 1, 1, 0, 1, 1, 0, 1, 0, 0};
    for (size_t i = 0; i < 10; i++)
        points[i] = (ConfidencePoint){p[i], ok[i]};
}

TEST(calibration_errors_have_their_values)
{
    ConfidencePoint points[10];
    fill_points(points);
    CHECK_NEAR(ece_equal_width(points, 10, 10), 0.188, 1e-12);
    /* ten points, ten bins of one: mean |confidence - right| by hand */
    CHECK_NEAR(ece_equal_mass(points, 10, 10),
               (.05 + .1 + .15 + .8 + .25 + .35 + .6 + .45 + .52 + .51) / 10, 1e-12);
    fill_points(points);
    /* one bin: |mean confidence - share right| = |.708 - .6| */
    CHECK_NEAR(ece_equal_mass(points, 10, 1), 0.108, 1e-12);
    /* three bins of 4, 3, 3 points from below: .545/.25, .7333/.6667, .9/1 */
    CHECK_NEAR(
        ece_equal_mass(points, 10, 3),
        (fabs(.51 + .52 + .55 + .6 - 1) + fabs(.65 + .75 + .8 - 2) + fabs(.85 + .9 + .95 - 3)) / 10,
        1e-12);
    CHECK(isnan(ece_equal_mass(points, 0, 10)) && isnan(ece_equal_width(points, 0, 10)));
}

TEST(equal_confidences_fall_into_one_bin)
{
    ConfidencePoint points[8];
    for (size_t i = 0; i < 8; i++)
        points[i] = (ConfidencePoint){0.5, i < 4};
    CHECK_NEAR(ece_equal_mass(points, 8, 4), 0, 1e-12);
    CHECK_NEAR(selective_area(points, 8), 0.5, 1e-12); /* whatever the order */
}

TEST(selective_accuracy_looks_at_the_most_confident)
{
    ConfidencePoint points[10];
    fill_points(points);
    CHECK_NEAR(selective_accuracy(points, 10, 0.1), 1, 1e-12);    /* 2 of 2 */
    CHECK_NEAR(selective_accuracy(points, 10, 0.3), 0.75, 1e-12); /* 3 of 4 */
    CHECK_NEAR(selective_accuracy(points, 10, 1), 0.6, 1e-12);
    double area = 1 + 1 + 1 + 3. / 4 + 4. / 5 + 5. / 6 + 5. / 7 + 6. / 8 + 6. / 9 + 6. / 10;
    CHECK_NEAR(selective_area(points, 10), area / 10, 1e-12);
}

TEST(repeated_answers_have_the_values_of_the_handbook)
{
    CHECK_NEAR(pass_at_k(10, 3, 1), 0.3, 1e-12);
    CHECK_NEAR(pass_at_k(10, 3, 5), 0.9166666667, 1e-10);
    CHECK_NEAR(pass_at_k(200, 10, 100), 0.999229, 1e-6);
    CHECK_NEAR(pass_at_k(20, 1, 10), 0.5, 1e-12);
    CHECK_NEAR(pass_power_k(10, 7, 3), 0.2916666667, 1e-10);
    CHECK_NEAR(g_pass_at_k(48, 30, 16, 0.25), 0.999984, 1e-6);
    CHECK_NEAR(g_pass_at_k(48, 30, 16, 0.5), 0.942327, 1e-6);
    CHECK_NEAR(g_pass_at_k(48, 30, 16, 0.75), 0.171888, 1e-6);
    CHECK_NEAR(g_pass_at_k(48, 30, 16, 1), 0.000064, 1e-6);
    CHECK_NEAR(mg_pass_at_k(48, 30, 16), 0.259245, 1e-6);
    CHECK(isnan(pass_at_k(4, 2, 5)) && isnan(pass_power_k(4, 5, 1)) && isnan(pass_at_k(4, 2, 0)));
}

TEST(more_tries_pass_more_often_and_all_right_less_often)
{
    for (size_t k = 2; k <= 20; k++) {
        CHECK(pass_at_k(20, 6, k) >= pass_at_k(20, 6, k - 1));
        CHECK(pass_power_k(20, 6, k) <= pass_power_k(20, 6, k - 1));
        CHECK_NEAR(g_pass_at_k(20, 6, k, 0), pass_at_k(20, 6, k), 1e-12);
        CHECK_NEAR(g_pass_at_k(20, 6, k, 1), pass_power_k(20, 6, k), 1e-12);
    }
}

/* All ways of drawing k of the answers, one by one. */
static double majority_slowly(const int *answers, size_t n, size_t k)
{
    double wins = 0, ways = 0;
    for (uint32_t set = 0; set < 1u << n; set++) {
        int votes[8] = {0}, most = 0, ties = 0;
        if ((size_t)__builtin_popcount(set) != k)
            continue;
        for (size_t i = 0; i < n; i++)
            votes[answers[i]] += (int)(set >> i & 1);
        for (int a = 0; a < 8; a++)
            most = votes[a] > most ? votes[a] : most;
        for (int a = 0; a < 8; a++)
            ties += votes[a] == most;
        wins += votes[0] == most ? 1.0 / ties : 0;
        ways++;
    }
    return wins / ways;
}

TEST(majorities_are_those_of_all_draws_counted_one_by_one)
{
    static const int answers[][10] = {{0, 0, 0, 1, 1, 2, 2, 3, 4, 5},
                                      {0, 0, 0, 0, 1, 1, 1, 1, 2, 2},
                                      {1, 1, 1, 1, 1, 1, 2, 2, 3, 0},
                                      {1, 2, 3, 4, 5, 6, 7, 1, 2, 3}};
    for (size_t c = 0; c < COUNT(answers); c++) {
        SCOPED_ARENA(a);
        size_t counts[8] = {0};
        for (size_t i = 0; i < 10; i++)
            counts[answers[c][i]]++;
        for (size_t k = 1; k <= 10; k++)
            CHECK_NEAR(majority_at_k(counts, 8, k, &a), majority_slowly(answers[c], 10, k), 1e-12);
    }
}

TEST(majority_of_two_answers_is_a_binomial_of_draws)
{
    SCOPED_ARENA(a);
    const size_t counts[] = {200, 100}, half[] = {128, 128};
    CHECK_NEAR(majority_at_k(counts, 2, 10, &a), 0.8586271707552509, 1e-12);
    CHECK(majority_at_k(counts, 2, 300, &a) == 1);
    CHECK_NEAR(majority_at_k(half, 2, 101, &a), 0.5, 1e-9);
}

static MeanResult result_of(Arena *a, const char *name, const char *entry,
                            const char *const *details, size_t n)
{
    Err err = {0};
    Json json;
    AggregateItem items[16] = {0};
    CHECK_OK(json_parse(a, str_from(entry), &json, &err), err);
    for (size_t i = 0; i < n; i++)
        items[i] = (AggregateItem){0.5, 2, str_from(details[i])};
    AggregateInput in = {.name = str_from(name), .entry = &json, .items = items, .n = n};
    return aggregate(&in, a);
}

TEST(labels_are_averaged_as_the_entry_says)
{
    SCOPED_ARENA(a);
    static const char *const pairs[] = {"[0,0]", "[0,0]", "[1,0]", "[1,1]", "[2,1]"};
    static const char *const words[] = {"[\"x\",\"x\"]", "[\"y\",\"x\"]", "[\"y\",\"y\"]"};
    /* F: 0.8, 0.5, 0; binary has no meaning with three classes */
    CHECK(isnan(result_of(&a, "f1", "{}", pairs, 5).mean));
    CHECK_NEAR(result_of(&a, "f1", "{\"average\":\"macro\"}", pairs, 5).mean, 1.3 / 3, 1e-12);
    CHECK_NEAR(result_of(&a, "f1", "{\"average\":\"micro\"}", pairs, 5).mean, 0.6, 1e-12);
    CHECK_NEAR(result_of(&a, "weighted_f1_score", "{}", pairs, 5).mean, 2.6 / 5, 1e-12);
    CHECK_NEAR(result_of(&a, "f1", "{}", pairs, 4).mean, 2.0 / 3, 1e-12);
    CHECK_NEAR(result_of(&a, "f1", "{}", words, 3).mean, 2.0 / 3, 1e-12); /* texts: macro */
    CHECK_NEAR(result_of(&a, "f1", "{\"average\":\"binary\",\"pos_label\":\"x\"}", words, 3).mean,
               2.0 / 3, 1e-12);
    CHECK(isnan(result_of(&a, "f1", "{\"average\":\"binary\"}", words, 3).mean));
}

/* Classes 0, 1 and 2 have F1 of 0.8, 0.5 and 0 with five items; with four there is no 2. */
TEST(three_classes_count_whether_or_not_they_are_there)
{
    SCOPED_ARENA(a);
    static const char *const pairs[] = {"[0,0]", "[0,0]", "[1,0]", "[1,1]", "[2,1]"};
    CHECK_NEAR(result_of(&a, "three_class_f1", "{}", pairs, 5).mean, 1.3 / 3, 1e-12);
    CHECK_NEAR(result_of(&a, "three_class_f1", "{}", pairs, 3).mean, 0.8 / 3, 1e-12);
}

/* Three questions of two paragraphs: right, wrong, right. Error: that of the mean of 1, 0, 1. */
TEST(a_question_counts_when_all_of_its_answers_are_right)
{
    SCOPED_ARENA(a);
    static const char *const rows[] = {"[[1,0],1]", "[[1,0],1]", "[[1,1],1]",
                                       "[[1,1],0]", "[[2,0],1]", "[[2,0],1]"};
    MeanResult r = result_of(&a, "acc_all", "{}", rows, 6);
    CHECK_NEAR(r.mean, 2.0 / 3, 1e-12);
    CHECK_NEAR(r.se, 1.0 / 3, 1e-12);
    CHECK_INT(r.n, 6);
    CHECK(aggregate_is_corpus(STR("acc_all")));
}

TEST(details_that_are_missing_or_broken_do_no_harm)
{
    SCOPED_ARENA(a);
    static const char *const broken[] = {"", "[", "{}", "[1]", "[\"a\",{}]", "[1,2,3,4,5,6,7,8]"};
    static const char *const names[] = {
        "bleu",           "chrf",    "ter",           "f1",   "mcc", "ece",     "median",
        "selective_area", "nanmean", "bits_per_byte", "mean", "no",  "acc_all", "three_class_f1"};
    for (size_t i = 0; i < COUNT(names); i++) {
        MeanResult r = result_of(&a, names[i], "{}", broken, COUNT(broken));
        CHECK_INT(r.n, COUNT(broken));
    }
    CHECK_NEAR(result_of(&a, "median", "{}", broken, 3).mean, 0.5, 0);
    CHECK_NEAR(result_of(&a, "bits_per_byte", "{}", broken, 3).mean, -0.25 / log(2), 1e-12);
}

/* Room was made for every cluster to be the largest: 25 GB here. */
TEST(one_large_cluster_among_small_ones_takes_no_room)
{
    enum { N = 80000 };
    static const char *const names[] = {"median", "ece"};
    for (size_t k = 0; k < COUNT(names); k++) {
        SCOPED_ARENA(a);
        AggregateItem *items = arena_array(&a, N, sizeof *items);
        uint32_t *clusters = arena_array(&a, N, sizeof *clusters);
        for (uint32_t i = 0; i < N; i++) {
            items[i] = (AggregateItem){i % 2, 0, i % 2 ? STR("[0.9,1]") : STR("[0.9,0]")};
            clusters[i] = i < N / 2 ? 0 : i - N / 2 + 1;
        }
        AggregateInput in = {.name = str_from(names[k]),
                             .items = items,
                             .n = N,
                             .clusters = clusters,
                             .n_clusters = N / 2 + 1,
                             .draws = 10};
        MeanResult r = aggregate(&in, &a);
        CHECK_INT(r.n, N);
        CHECK(!isnan(r.ci.low));
    }
}

TEST(whole_clusters_are_drawn_for_aggregations_too)
{
    SCOPED_ARENA(a);
    AggregateItem items[6];
    const uint32_t clusters[] = {0, 0, 0, 0, 1, 1};
    for (size_t i = 0; i < 6; i++)
        items[i] = (AggregateItem){0, 0, i < 4 ? STR("[0.9,1]") : STR("[0.9,0]")};
    AggregateInput in = {.name = STR("ece"), .items = items, .n = 6};
    in.clusters = clusters;
    in.n_clusters = 2;
    MeanResult r = aggregate(&in, &a);
    CHECK_INT(r.clusters, 2);
    CHECK_NEAR(r.mean, 0.9 - 4.0 / 6, 1e-12);
    CHECK_NEAR(r.ci.low, 0.1, 1e-12); /* both draws are the cluster that is right */
    CHECK_NEAR(r.ci.high, 0.9, 1e-12);
}

/* Exact sums over all draws, in CPython's fractions. */
TEST(majority_is_computed_for_hundreds_of_answers)
{
    SCOPED_ARENA(a);
    size_t counts[401] = {112};
    for (size_t i = 1; i < COUNT(counts); i++)
        counts[i] = 1; /* wrong answers that are all different */
    CHECK_NEAR(majority_at_k(counts, COUNT(counts), 20, &a), 0.9575478271339019, 1e-11);
    static const size_t three[] = {400, 300, 324}, many[] = {500000, 500000};
    CHECK_NEAR(majority_at_k(three, 3, 100, &a), 0.7694709446406625, 1e-10);
    CHECK(isnan(majority_at_k(many, 2, 500000, &a))); /* too much work, and said so at once */
}
