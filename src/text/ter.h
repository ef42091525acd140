/* ter.h - translation edit rate as sacrebleu 2.6.0 (after Tercom) computes it.
 *
 * Snover et al. 2006: insertions, deletions, substitutions and shifts of blocks of words, per
 * word of the reference. Finding the fewest is hard; the search is Tercom's: blocks of at most 10
 * words, moved by at most 50, at most 1,000 tries a segment, an edit distance within 25 words of
 * the diagonal.
 *
 * Limit: a segment in which either side has more than TER_SHIFT_WORDS words is scored without
 * shifts, so its number of edits is an upper bound. (sacrebleu has no such limit; it takes
 * minutes there.) Time and memory grow with words x 50. */
#ifndef TEXT_TER_H
#define TEXT_TER_H

#include "text/tokens.h"

enum { TER_SHIFT_WORDS = 2000 };

typedef struct TerOptions {
    bool normalized, no_punct, asian_support, case_sensitive;
} TerOptions;

typedef struct TerCounts {
    double edits;  /* against the reference that needs fewest */
    double length; /* mean words of the references */
} TerCounts;

void ter_count(Str hypothesis, const Str *references, size_t n, const TerOptions *options,
               TerCounts *out, Arena *scratch);
double ter_score(const TerCounts *sum); /* percent, not bounded by 100 */
/* "nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:2.6.0" */
Str ter_signature(Arena *arena, const TerOptions *options, size_t n_references);

Str ter_tokenise(Arena *arena, Str text, const TerOptions *options);
/* The edits that make `hypothesis` into `reference`. */
size_t ter_edits(Ids hypothesis, Ids reference, Arena *scratch);

#endif
