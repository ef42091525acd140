/* rng.h - seeded chance: xoshiro256** for our own draws, MT19937 to repeat CPython's.
 *
 * Sources: Blackman & Vigna's public-domain description of xoshiro256** and
 * splitmix64; Matsumoto & Nishimura 1998 for MT19937; CPython's `random` module for
 * how draws are made from it (facts checked against vectors in the tests). */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include "base/arena.h"

typedef struct Rng {
    uint64_t s[4];
} Rng;

Rng rng_make(uint64_t seed);
uint64_t rng_next(Rng *r);
uint64_t rng_below(Rng *r, uint64_t n); /* unbiased, 0 .. n-1; n >= 1 */
double rng_double(Rng *r);              /* [0, 1) */
uint64_t splitmix64(uint64_t *state);

/* CPython's random.Random(seed) for an integer seed >= 0. */
typedef struct PyRandom {
    uint32_t state[624];
    int index;
} PyRandom;

void pyrandom_seed(PyRandom *r, uint64_t seed);
uint32_t pyrandom_bits32(PyRandom *r);            /* getrandbits(32) */
uint64_t pyrandom_below(PyRandom *r, uint64_t n); /* randrange(n); 1 <= n < 2**63 */
double pyrandom_double(PyRandom *r);              /* random() */
/* sample(range(n), k) into out[k]; k <= n. */
void pyrandom_sample(PyRandom *r, size_t n, size_t k, uint32_t *out);
/* shuffle(x) of an index array. */
void pyrandom_shuffle(PyRandom *r, uint32_t *x, size_t n);
/* choices(range(n), k=k) into out[k]. */
void pyrandom_choices(PyRandom *r, size_t n, size_t k, uint32_t *out);

#endif
