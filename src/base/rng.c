/* rng.c - xoshiro256** and MT19937 with CPython's way of drawing. */
#include "base/rng.h"

#include <math.h>

uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

Rng rng_make(uint64_t seed)
{
    Rng r;
    for (size_t i = 0; i < COUNT(r.s); i++)
        r.s[i] = splitmix64(&seed);
    return r;
}

static uint64_t rotate(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t rng_next(Rng *r)
{
    uint64_t *s = r->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

__extension__ typedef unsigned __int128 Wide;

uint64_t rng_below(Rng *r, uint64_t n)
{
    uint64_t threshold = (0 - n) % n;
    for (;;) {
        uint64_t x = rng_next(r);
        Wide product = (Wide)x * n;
        if ((uint64_t)product >= threshold)
            return (uint64_t)(product >> 64);
    }
}

double rng_double(Rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

enum { MT_N = 624, MT_M = 397 };

static void mt_init(PyRandom *r, uint32_t seed)
{
    r->state[0] = seed;
    for (uint32_t i = 1; i < MT_N; i++)
        r->state[i] = 1812433253u * (r->state[i - 1] ^ (r->state[i - 1] >> 30)) + i;
    r->index = MT_N;
}

void pyrandom_seed(PyRandom *r, uint64_t seed)
{
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)}, *s = r->state;
    uint32_t key_len = key[1] ? 2 : 1, i = 1, j = 0;
    mt_init(r, 19650218u);
    for (int k = MT_N; k; k--) {
        s[i] = (s[i] ^ ((s[i - 1] ^ (s[i - 1] >> 30)) * 1664525u)) + key[j] + j;
        if (++i >= MT_N)
            s[0] = s[MT_N - 1], i = 1;
        if (++j >= key_len)
            j = 0;
    }
    for (int k = MT_N - 1; k; k--) {
        s[i] = (s[i] ^ ((s[i - 1] ^ (s[i - 1] >> 30)) * 1566083941u)) - i;
        if (++i >= MT_N)
            s[0] = s[MT_N - 1], i = 1;
    }
    s[0] = 0x80000000u;
}

static void mt_refill(PyRandom *r)
{
    uint32_t *s = r->state;
    for (int k = 0; k < MT_N; k++) {
        uint32_t y = (s[k] & 0x80000000u) | (s[(k + 1) % MT_N] & 0x7fffffffu);
        s[k] = s[(k + MT_M) % MT_N] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
    }
    r->index = 0;
}

uint32_t pyrandom_bits32(PyRandom *r)
{
    if (r->index >= MT_N)
        mt_refill(r);
    uint32_t y = r->state[r->index++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

/* getrandbits(k), 1 <= k <= 64: little-endian words, the last one shifted down. */
static uint64_t bits(PyRandom *r, int k)
{
    if (k <= 32)
        return pyrandom_bits32(r) >> (32 - k);
    uint64_t low = pyrandom_bits32(r);
    return low | (uint64_t)(pyrandom_bits32(r) >> (64 - k)) << 32;
}

uint64_t pyrandom_below(PyRandom *r, uint64_t n)
{
    int k = 64 - __builtin_clzll(n);
    uint64_t x;
    do
        x = bits(r, k);
    while (x >= n);
    return x;
}

double pyrandom_double(PyRandom *r)
{
    uint32_t a = pyrandom_bits32(r) >> 5, b = pyrandom_bits32(r) >> 6;
    return (a * 67108864.0 + b) * (1.0 / 9007199254740992.0);
}

static void sample_by_swap(PyRandom *r, size_t n, size_t k, uint32_t *out, uint32_t *pool)
{
    for (size_t i = 0; i < n; i++)
        pool[i] = (uint32_t)i;
    for (size_t i = 0; i < k; i++) {
        size_t j = (size_t)pyrandom_below(r, n - i);
        out[i] = pool[j];
        pool[j] = pool[n - i - 1];
    }
}

static void sample_by_rejection(PyRandom *r, size_t n, size_t k, uint32_t *out)
{
    for (size_t i = 0; i < k; i++) {
        bool seen;
        do {
            out[i] = (uint32_t)pyrandom_below(r, n);
            seen = false;
            for (size_t j = 0; j < i && !seen; j++)
                seen = out[j] == out[i];
        } while (seen);
    }
}

void pyrandom_sample(PyRandom *r, size_t n, size_t k, uint32_t *out)
{
    double set_size = 21;
    if (k > 5)
        set_size += pow(4, ceil(log((double)k * 3) / log(4)));
    if ((double)n > set_size) {
        sample_by_rejection(r, n, k, out);
        return;
    }
    SCOPED_ARENA(scratch);
    sample_by_swap(r, n, k, out, arena_array(&scratch, n, sizeof *out));
}

void pyrandom_shuffle(PyRandom *r, uint32_t *x, size_t n)
{
    for (size_t i = n; i-- > 1;) {
        size_t j = (size_t)pyrandom_below(r, i + 1);
        uint32_t held = x[i];
        x[i] = x[j];
        x[j] = held;
    }
}

void pyrandom_choices(PyRandom *r, size_t n, size_t k, uint32_t *out)
{
    for (size_t i = 0; i < k; i++)
        out[i] = (uint32_t)floor(pyrandom_double(r) * (double)n);
}
