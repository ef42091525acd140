/* sequence.h - two sequences compared in order: longest common subsequence, edit distance.
 *
 * Both work on 64 cells of the table at a time (Hyyrö 2004; Myers 1999), so 100,000 against
 * 100,000 symbols take a fraction of a second; time is n * m / 64, memory n + m. */
#ifndef TEXT_SEQUENCE_H
#define TEXT_SEQUENCE_H

#include "text/tokens.h"

size_t sequence_lcs(Ids a, Ids b, Arena *scratch);
/* Insertions, deletions and substitutions that make `a` of `b` (Levenshtein). */
size_t sequence_distance(Ids a, Ids b, Arena *scratch);

/* Marks in `hits` (a bit for each symbol of `a`, set where it was set before) the symbols of one
 * longest common subsequence, found by walking back from the ends: at two different symbols back
 * in `b` when that leaves more in common, else back in `a`. Memory n * m / 64. */
void sequence_mark_lcs(Ids a, Ids b, bool *hits, Arena *scratch);

#endif
