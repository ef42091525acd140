/* tokens.h - texts as rows of numbers: code points, or words of a vocabulary.
 *
 * Metrics compare numbers, not bytes: equal words have equal ids. Ids count from 1 in order of
 * first sight. A byte that is not UTF-8 is a character of its own (U+FFFD). */
#ifndef TEXT_TOKENS_H
#define TEXT_TOKENS_H

#include "base/str.h"

typedef struct Ids {
    uint32_t *items;
    size_t len;
} Ids;

/* The code points of `s`. */
Ids text_codes(Arena *arena, Str s);

/* A growing set of words. Zeroed is empty. Words are views: their bytes must outlive it. */
typedef struct Vocabulary {
    Str *words; /* words[id - 1] */
    uint32_t *slots;
    uint32_t len, cap, n_slots;
} Vocabulary;

uint32_t vocabulary_id(Arena *arena, Vocabulary *v, Str word);

/* Python's str.split(): the words between white space, as ids of `v`. */
Ids text_words(Arena *arena, Vocabulary *v, Str s);

/* Room for ids to be added one by one; `cap` is an upper bound known before. */
Ids ids_make(Arena *arena, size_t cap);

#endif
