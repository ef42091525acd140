/* bleu.h - BLEU as sacrebleu 2.6.0 computes it, from per-segment counts.
 *
 * Papineni et al. 2002; tokenisers and smoothing as sacrebleu defines them (checked against that
 * program in the tests). A corpus score is the score of the sum of its segments' counts. */
#ifndef TEXT_BLEU_H
#define TEXT_BLEU_H

#include "text/ngram.h"

typedef enum BleuTokens {
    BLEU_13A,  /* mteval-v13a: western punctuation apart */
    BLEU_ZH,   /* Chinese characters apart, the rest as 13a */
    BLEU_CHAR, /* every character */
    BLEU_INTL, /* mteval-v14: punctuation and symbols of Unicode apart */
    BLEU_NONE, /* as it stands: words between white space */
} BleuTokens;

typedef enum BleuSmoothing { SMOOTH_EXP, SMOOTH_FLOOR, SMOOTH_ADD_K, SMOOTH_NONE } BleuSmoothing;

typedef struct BleuOptions {
    BleuTokens tokens;
    BleuSmoothing smoothing;
    double smooth_value; /* floor, add-k; NAN: 0.1 and 1 */
    bool lowercase, effective_order;
    int orders; /* 1 .. NGRAM_WORDS */
} BleuOptions;

BleuOptions bleu_defaults(void); /* 13a, exp, 4 */
/* The names that sacrebleu knows them by; -1 for any other. */
int bleu_tokens_find(Str name);
int bleu_smoothing_find(Str name);

/* What a segment adds to a corpus. */
typedef struct BleuCounts {
    double length, reference; /* tokens; of the closest reference */
    double right[NGRAM_WORDS], total[NGRAM_WORDS];
} BleuCounts;

/* `references`: 1 .. NGRAM_REFERENCES texts. */
void bleu_count(Str hypothesis, const Str *references, size_t n, const BleuOptions *options,
                BleuCounts *out, Arena *scratch);
double bleu_score(const BleuCounts *sum, const BleuOptions *options); /* 0 .. 100 */
/* "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0"; n_references 0: it varies. */
Str bleu_signature(Arena *arena, const BleuOptions *options, size_t n_references);

/* The words of the text as ids of `words`, which keeps views of it (or of copies in `arena`). */
Ids bleu_words(Arena *arena, Vocabulary *words, Str text, const BleuOptions *options);
/* The text as the tokeniser leaves it: tokens with one space between. For tests and `show`. */
Str bleu_tokenise(Arena *arena, Str text, const BleuOptions *options);

#endif
