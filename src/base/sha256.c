/* sha256.c - SHA-256 from the description in FIPS 180-4. */
#include "base/sha256.h"

#include <math.h>

static uint32_t rotate(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* The first 32 bits of the fraction of the square or cube root of the first primes. */
static void constants(uint32_t h[8], uint32_t k[64])
{
    int found = 0;
    for (int n = 2; found < 64; n++) {
        bool prime = true;
        for (int d = 2; d * d <= n; d++)
            prime = prime && n % d;
        if (!prime)
            continue;
        long double cube = cbrtl((long double)n), square = sqrtl((long double)n);
        if (found < 8)
            h[found] = (uint32_t)((square - floorl(square)) * 4294967296.0L);
        k[found++] = (uint32_t)((cube - floorl(cube)) * 4294967296.0L);
    }
}

static void block(uint32_t h[8], const uint32_t k[64], const unsigned char *p)
{
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++, p += 4)
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
               (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
    memcpy(v, h, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
        uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
        uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        h[i] += v[i];
}

void sha256(Str text, unsigned char digest[32])
{
    uint32_t h[8], k[64];
    unsigned char tail[128] = {0};
    size_t whole = text.len / 64 * 64, rest = text.len - whole;
    size_t padded = rest + 9 <= 64 ? 64 : 128;
    constants(h, k);
    for (size_t at = 0; at < whole; at += 64)
        block(h, k, (const unsigned char *)text.ptr + at);
    if (rest)
        memcpy(tail, text.ptr + whole, rest);
    tail[rest] = 0x80;
    for (size_t i = 0; i < 8; i++)
        tail[padded - 1 - i] = (unsigned char)((uint64_t)text.len * 8 >> (8 * i));
    for (size_t at = 0; at < padded; at += 64)
        block(h, k, tail + at);
    for (int i = 0; i < 32; i++)
        digest[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}

Str sha256_hex(Arena *arena, Str text)
{
    unsigned char digest[32];
    StrBuf out = strbuf_make(arena, 100);
    sha256(text, digest);
    for (int i = 0; i < 32; i++)
        strbuf_addf(&out, "%02x", digest[i]);
    return strbuf_str(&out);
}
