/* hash.h - content keys (XXH3-128: fast, not for security). */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/str.h"

typedef struct Hash {
    uint64_t high, low;
} Hash;

Hash hash_bytes(Str s);

/* Streaming form: hash_begin, hash_add..., hash_end. hash_add_part also adds the
 * length, so that ("ab","c") and ("a","bc") differ. */
typedef struct Hasher Hasher;
Hasher *hash_begin(Arena *arena);
void hash_add(Hasher *h, Str s);
void hash_add_part(Hasher *h, Str s);
Hash hash_end(const Hasher *h);

/* 32 lower-case hex digits. */
Str hash_hex(Arena *arena, Hash h);

#endif
