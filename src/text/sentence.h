/* sentence.h - English sentences and words, as IFEval counts them (with NLTK).
 *
 * Sentences follow the decisions of Punkt (Kiss and Strunk 2006) in NLTK's order: abbreviations,
 * numbers, initials, ellipses, then the case of the next word. Punkt learnt its words from a
 * corpus; the lists here are this program's own and smaller. Where a text has none but ordinary
 * words the counts are the same. */
#ifndef TEXT_SENTENCE_H
#define TEXT_SENTENCE_H

#include "base/str.h"

size_t sentence_count(Str text);

/* Words in capital letters, split as the Penn Treebank does ("CAN'T" is two). */
size_t sentence_capital_words(Str text);

#endif
