/* overlap.h - short answers compared after normalisation: quasi-exact match and token F1.
 *
 * SQuAD (Rajpurkar et al. 2016): lower case, ASCII punctuation dropped, the words a, an, the
 * dropped, white space made single. The Chinese variant (after CMRC 2018): NFKC first, all
 * punctuation of Unicode and symbols dropped, white space dropped; tokens are those of ROUGE_MIXED
 * (each Han character, else runs of letters and digits). */
#ifndef TEXT_OVERLAP_H
#define TEXT_OVERLAP_H

#include "text/tokens.h"

typedef enum OverlapLanguage { OVERLAP_ENGLISH, OVERLAP_CHINESE } OverlapLanguage;

int overlap_language_find(Str name); /* "en", "zh"; else -1 */
Str overlap_normalise(Arena *arena, Str text, OverlapLanguage language);
bool quasi_exact_match(Str a, Str b, OverlapLanguage language, Arena *scratch);
/* F of shared tokens, each as often as both have it. Two empty texts: 1; one: 0. */
double token_f1(Str prediction, Str target, OverlapLanguage language, Arena *scratch);

#endif
