/* minhash.h - texts as sets of shingles, and MinHash signatures of them.
 *
 * A text is compared as its letters and digits after NFKC and lower case. Its shingles are runs of
 * five words, or of five characters where most letters are Han, Kana or Hangul. Shorter texts are
 * one shingle. Source of the hash functions: docs/METHODS.md (Broder 1997; SplitMix64; FNV-1a). */
#ifndef TEXT_MINHASH_H
#define TEXT_MINHASH_H

#include "base/str.h"

enum { SHINGLE_TOKENS = 5 };

/* Distinct 64-bit hashes (FNV-1a over UTF-8), ascending; none for a text without letters. */
typedef struct Shingles {
    uint64_t *hashes;
    size_t n;
} Shingles;

void shingles_of(Str text, Arena *arena, Shingles *out);

/* |A and B| / |A or B|; 0 when either is empty. */
double shingles_jaccard(const Shingles *a, const Shingles *b);

/* The text as it is compared; words separated by one space. */
Str shingle_text(Str text, Arena *arena);

uint64_t fnv1a64(Str bytes);

/* signature[k] = min over x of splitmix64(x XOR splitmix64(k)), k < n; all ones when empty. */
void minhash_signature(const Shingles *set, size_t n, uint64_t *signature);

#endif
