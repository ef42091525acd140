/* sha1.c - FIPS 180-4, section 6.1. */
#include "base/sha1.h"

typedef struct Sha1 {
    uint32_t h[5];
    unsigned char block[64];
    size_t used;
} Sha1;

static uint32_t rotate(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

static void take_block(Sha1 *s)
{
    static const uint32_t keys[] = {0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6};
    uint32_t w[80], v[5];
    for (size_t i = 0; i < 16; i++) {
        const unsigned char *p = s->block + 4 * i;
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    for (int i = 16; i < 80; i++)
        w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    memcpy(v, s->h, sizeof v);
    for (int i = 0; i < 80; i++) {
        uint32_t f = i < 20   ? (v[1] & v[2]) | (~v[1] & v[3])
                     : i < 40 ? v[1] ^ v[2] ^ v[3]
                     : i < 60 ? (v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3])
                              : v[1] ^ v[2] ^ v[3];
        uint32_t t = rotate(v[0], 5) + f + v[4] + keys[i / 20] + w[i];
        v[4] = v[3];
        v[3] = v[2];
        v[2] = rotate(v[1], 30);
        v[1] = v[0];
        v[0] = t;
    }
    for (int i = 0; i < 5; i++)
        s->h[i] += v[i];
    s->used = 0;
}

static void add(Sha1 *s, Str bytes)
{
    while (bytes.len) {
        size_t n = sizeof s->block - s->used;
        n = n < bytes.len ? n : bytes.len;
        memcpy(s->block + s->used, bytes.ptr, n);
        s->used += n;
        bytes = str_after(bytes, n);
        if (s->used == sizeof s->block)
            take_block(s);
    }
}

Str sha1_hex(Arena *arena, Str a, Str b)
{
    Sha1 s = {.h = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0}};
    uint64_t bits = ((uint64_t)a.len + b.len) * 8;
    char length[8];
    add(&s, a);
    add(&s, b);
    add(&s, STR("\x80"));
    while (s.used != 56)
        add(&s, (Str){"\0", 1});
    for (int i = 0; i < 8; i++)
        length[i] = (char)(bits >> (56 - 8 * i));
    add(&s, (Str){length, 8});
    StrBuf hex = strbuf_make(arena, 64);
    for (int i = 0; i < 5; i++)
        strbuf_addf(&hex, "%08x", s.h[i]);
    return strbuf_str(&hex);
}
