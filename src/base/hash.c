/* hash.c - XXH3-128 through libxxhash, inlined. */
#include "base/hash.h"

#define XXH_INLINE_ALL
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wcast-qual"
#include <xxhash.h>
#pragma GCC diagnostic pop

struct Hasher {
    XXH3_state_t *state;
};

static Hash from_xxh(XXH128_hash_t h)
{
    return (Hash){h.high64, h.low64};
}

Hash hash_bytes(Str s)
{
    return from_xxh(XXH3_128bits(s.ptr, s.len));
}

Hasher *hash_begin(Arena *arena)
{
    Hasher *h = ARENA_NEW(arena, Hasher);
    char *room = arena_alloc(arena, sizeof(XXH3_state_t) + 64);
    h->state = (XXH3_state_t *)(void *)(room + (64 - (uintptr_t)room % 64));
    XXH3_INITSTATE(h->state);
    XXH3_128bits_reset(h->state);
    return h;
}

void hash_add(Hasher *h, Str s)
{
    if (s.len)
        XXH3_128bits_update(h->state, s.ptr, s.len);
}

void hash_add_part(Hasher *h, Str s)
{
    uint64_t len = s.len;
    XXH3_128bits_update(h->state, &len, sizeof len);
    hash_add(h, s);
}

Hash hash_end(const Hasher *h)
{
    return from_xxh(XXH3_128bits_digest(h->state));
}

Str hash_hex(Arena *arena, Hash h)
{
    static const char digits[] = "0123456789abcdef";
    char text[32];
    for (int i = 0; i < 16; i++) {
        text[i] = digits[h.high >> (60 - 4 * i) & 15];
        text[16 + i] = digits[h.low >> (60 - 4 * i) & 15];
    }
    return str_copy(arena, (Str){text, sizeof text});
}
