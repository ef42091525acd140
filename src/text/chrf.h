/* chrf.h - chrF and chrF++ as sacrebleu 2.6.0 computes them, from per-segment counts.
 *
 * Popović 2015, 2017. F of character n-grams (and word n-grams, chrF++), precision and recall
 * averaged over the orders that both sides have ("effective order"), or, with eps_smoothing, F
 * averaged over all orders. A corpus score is the score of the sum of its segments' counts; with
 * several references a segment takes the one that scores best. */
#ifndef TEXT_CHRF_H
#define TEXT_CHRF_H

#include "text/ngram.h"

enum { CHRF_ORDERS = NGRAM_CHARACTERS + NGRAM_WORDS };

typedef struct ChrfOptions {
    int char_order; /* 1 .. NGRAM_CHARACTERS */
    int word_order; /* 0 .. NGRAM_WORDS; 2 is chrF++ */
    double beta;
    bool lowercase, whitespace, eps_smoothing;
} ChrfOptions;

ChrfOptions chrf_defaults(void); /* chrF2: 6, 0, 2 */

typedef struct ChrfCounts {
    struct {
        double hypothesis, reference, match;
    } of[CHRF_ORDERS]; /* character orders, then word orders */
} ChrfCounts;

void chrf_count(Str hypothesis, const Str *references, size_t n, const ChrfOptions *options,
                ChrfCounts *out, Arena *scratch);
double chrf_score(const ChrfCounts *sum, const ChrfOptions *options); /* 0 .. 100 */
/* "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0" */
Str chrf_signature(Arena *arena, const ChrfOptions *options, size_t n_references);

#endif
