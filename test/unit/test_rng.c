/* test_rng.c - vectors printed by CPython 3.11 and the splitmix64 oracle of METHODS A2. */
#include "test.h"

#include "base/rng.h"

static void check_sample(PyRandom *r, size_t n, const uint32_t *want, size_t k)
{
    uint32_t got[16];
    pyrandom_sample(r, n, k, got);
    for (size_t i = 0; i < k; i++)
        CHECK_INT(got[i], want[i]);
}

TEST(mersenne_twister_repeats_cpython)
{
    PyRandom r;
    pyrandom_seed(&r, 1234);
    CHECK_INT(pyrandom_bits32(&r), 4150886329u);
    CHECK_INT(pyrandom_bits32(&r), 3342196574u);
    CHECK_INT(pyrandom_bits32(&r), 1892932127u);
    CHECK_INT(pyrandom_bits32(&r), 501869158u);
    pyrandom_seed(&r, 1234);
    check_sample(&r, 10, (const uint32_t[]){7, 1, 0, 9, 4}, 5);
    check_sample(&r, 10, (const uint32_t[]){0, 1, 8, 6, 2}, 5);
    pyrandom_seed(&r, 1234);
    check_sample(&r, 1000, (const uint32_t[]){989, 796, 451, 119, 7}, 5);
    check_sample(&r, 1000, (const uint32_t[]){92, 932, 965, 961, 826}, 5);
    pyrandom_seed(&r, 1234);
    check_sample(&r, 7473, (const uint32_t[]){6374, 3610, 957, 61, 742, 7462, 6610, 4769}, 8);
    pyrandom_seed(&r, 0);
    uint32_t got[5], want[] = {84, 75, 42, 25, 51};
    pyrandom_choices(&r, 100, 5, got);
    for (int i = 0; i < 5; i++)
        CHECK_INT(got[i], want[i]);
}

TEST(splitmix_has_its_published_first_value)
{
    uint64_t state = 0;
    CHECK(splitmix64(&state) == 0xe220a8397b1dcdafULL);
}

TEST(draws_below_n_are_below_n_and_even)
{
    Rng r = rng_make(7);
    int counts[3] = {0};
    for (int i = 0; i < 30000; i++)
        counts[rng_below(&r, 3)]++;
    for (int i = 0; i < 3; i++)
        CHECK(counts[i] > 9600 && counts[i] < 10400);
}
