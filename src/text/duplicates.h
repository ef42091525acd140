/* duplicates.h - groups of near-duplicate texts: MinHash and locality-sensitive hashing.
 *
 * Signatures of 100 hashes in 20 bands of 5 name the candidates: texts that agree in a band.
 * Two texts of similarity s are candidates with probability 1 - (1 - s^5)^20: 0.97 at 0.7, 0.9996
 * at 0.8. Candidates are then compared exactly, so a group holds no false pair; what LSH misses
 * is missed. Memory: 160 bytes a text beside the texts. */
#ifndef TEXT_DUPLICATES_H
#define TEXT_DUPLICATES_H

#include "base/str.h"

/* group[i]: the first text that text i is a near duplicate of, directly or through others; i
 * itself when there is none before it. `threshold`: least Jaccard similarity of shingles.
 * Uses `threads` threads (>= 1); the result does not depend on how many. */
void near_duplicates(const Str *texts, size_t n, double threshold, int threads, uint32_t *group);

#endif
