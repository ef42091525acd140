/* ngram.h - how many n-grams two or more sequences share: the heart of BLEU, chrF and ROUGE-N.
 *
 * Exact: n-grams are packed into one number and sorted, never hashed. */
#ifndef TEXT_NGRAM_H
#define TEXT_NGRAM_H

#include "text/tokens.h"

enum {
    NGRAM_CHARACTERS = 6, /* the longest n-gram of code points */
    NGRAM_WORDS = 4,      /* the longest n-gram of word ids */
    NGRAM_REFERENCES = 256,
};

/* matches[n - 1] = sum over the n-grams of `hypothesis` of min(its count there, its largest
 * count in one reference), for n = 1 .. orders. Symbols are below 2^21 - 1 when orders > 4.
 * Time n log n. */
void ngram_matches(Ids hypothesis, const Ids *references, size_t n_references, int orders,
                   uint64_t *matches, Arena *scratch);

/* The number of n-grams in a sequence of `len` symbols. */
static inline uint64_t ngram_total(size_t len, int n)
{
    return len >= (size_t)n ? len - (size_t)n + 1 : 0;
}

#endif
