/* porter.h - the Porter stemmer, with the extensions that rouge_score's stemmer has (NLTK's
 * default mode). Porter 1980; facts of the extensions checked against NLTK 3.8. */
#ifndef TEXT_PORTER_H
#define TEXT_PORTER_H

#include "base/str.h"

/* The stem of a word of a-z and 0-9. A view of `word`, or a new text in `arena`. */
Str porter_stem(Arena *arena, Str word);

#endif
