/* minhash.c - shingles and signatures. */
#include "text/minhash.h"

#include "base/rng.h"
#include "base/utf8.h"
#include "text/normalise.h"

#include <stdlib.h>
#include <utf8proc.h>

enum { MOST_HASHES = 1024 };

uint64_t fnv1a64(Str bytes)
{
    uint64_t h = 0xcbf29ce484222325ULL;
    for (size_t i = 0; i < bytes.len; i++)
        h = (h ^ (unsigned char)bytes.ptr[i]) * 0x100000001b3ULL;
    return h;
}

/* Scripts that are written without spaces, and Hangul: a character is a token. */
static bool is_dense(int32_t c)
{
    return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
           (c >= 0xAC00 && c <= 0xD7AF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x20000 && c <= 0x3FFFF);
}

/* 1: letter or digit; 2: a mark on one; 0: anything else. */
static int kind_of(int32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    utf8proc_category_t k = utf8proc_category(c);
    if (k >= UTF8PROC_CATEGORY_MN && k <= UTF8PROC_CATEGORY_ME)
        return 2;
    return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) ||
           (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO);
}

Str shingle_text(Str text, Arena *arena)
{
    Str s = text_lower(arena, text_nfkc(arena, text));
    char *out = arena_alloc(arena, s.len + 1);
    size_t len = 0;
    bool gap = false;
    for (size_t at = 0; at < s.len;) {
        size_t start = at;
        unsigned char c = (unsigned char)s.ptr[at];
        int32_t code = c < 0x80 ? (at++, (int32_t)c) : utf8_next(s, &at);
        int kind = code < 0 ? 0 : kind_of(code);
        if (!kind || (kind == 2 && !len)) {
            gap = len > 0;
            continue;
        }
        if (gap)
            out[len++] = ' ';
        gap = false;
        memcpy(out + len, s.ptr + start, at - start);
        len += at - start;
    }
    return (Str){out, len};
}

/* Most letters are of dense scripts. */
static bool mostly_dense(Str s)
{
    size_t dense = 0, all = 0;
    for (size_t at = 0; at < s.len; all++) {
        if ((unsigned char)s.ptr[at] < 0x80) {
            all -= s.ptr[at++] == ' ';
            continue;
        }
        dense += is_dense(utf8_next(s, &at));
    }
    return dense * 2 > all;
}

/* Where each token starts, and the end: words, or characters of a text without spaces. */
static size_t token_starts(Str s, bool dense, size_t *starts)
{
    size_t n = 0;
    for (size_t at = 0; at < s.len;) {
        starts[n++] = at;
        if (dense) {
            utf8_next(s, &at);
            continue;
        }
        const char *space = memchr(s.ptr + at, ' ', s.len - at);
        at = space ? (size_t)(space - s.ptr) + 1 : s.len;
    }
    starts[n] = s.len;
    return n;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static Str without_spaces(Str s, Arena *arena)
{
    char *out = arena_alloc(arena, s.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != ' ')
            out[len++] = s.ptr[i];
    return (Str){out, len};
}

void shingles_of(Str text, Arena *arena, Shingles *out)
{
    Str s = shingle_text(text, arena);
    bool dense = mostly_dense(s);
    if (dense)
        s = without_spaces(s, arena);
    size_t *starts = arena_array(arena, s.len + 2, sizeof *starts);
    size_t tokens = token_starts(s, dense, starts);
    size_t n = tokens >= SHINGLE_TOKENS ? tokens - SHINGLE_TOKENS + 1 : tokens > 0;
    out->hashes = arena_array(arena, n + 1, sizeof *out->hashes);
    for (size_t i = 0; i < n; i++) {
        size_t end = i + SHINGLE_TOKENS < tokens ? starts[i + SHINGLE_TOKENS] : s.len;
        if (!dense && end < s.len)
            end--; /* the space */
        out->hashes[i] = fnv1a64(str_slice(s, starts[i], end));
    }
    qsort(out->hashes, n, sizeof *out->hashes, by_value);
    out->n = 0;
    for (size_t i = 0; i < n; i++)
        if (!i || out->hashes[i] != out->hashes[i - 1])
            out->hashes[out->n++] = out->hashes[i];
}

double shingles_jaccard(const Shingles *a, const Shingles *b)
{
    size_t both = 0;
    for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
        uint64_t x = a->hashes[i], y = b->hashes[k];
        both += x == y;
        i += x <= y;
        k += y <= x;
    }
    return both ? (double)both / (double)(a->n + b->n - both) : 0;
}

static uint64_t mixed(uint64_t x)
{
    return splitmix64(&x);
}

void minhash_signature(const Shingles *set, size_t n, uint64_t *signature)
{
    uint64_t seeds[MOST_HASHES];
    n = n < MOST_HASHES ? n : MOST_HASHES;
    for (size_t k = 0; k < n; k++) {
        seeds[k] = mixed(k);
        signature[k] = UINT64_MAX;
    }
    for (size_t i = 0; i < set->n; i++)
        for (size_t k = 0; k < n; k++) {
            uint64_t z = (set->hashes[i] ^ seeds[k]) + 0x9E3779B97F4A7C15ULL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
            z ^= z >> 31;
            signature[k] = z < signature[k] ? z : signature[k];
        }
}
