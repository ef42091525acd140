/* western.h - the steps that the tokenisers of mteval-v13a (BLEU) and Tercom (TER) are made of. */
#ifndef TEXT_WESTERN_H
#define TEXT_WESTERN_H

#include "text/tokens.h"

Str western_skip(Arena *arena, Str s);                  /* drops "<skipped>" */
Str western_join(Arena *arena, Str s, Str hyphenation); /* drops that, line ends to spaces */
Str western_unescape(Arena *arena, Str s);              /* &quot; &amp; &lt; &gt; */
Str western_padded(Arena *arena, Str s);                /* a space at both ends */
/* Spaces around ASCII punctuation; points, commas and dashes stay inside numbers. With
 * `possessives` "'s" is a word. */
Str western_apart(Arena *arena, Str s, bool possessives);
/* The words of western_apart(s) without possessives, in one pass; `words` keeps views of `s`.
 * `padded`: as if there were a space at both ends. `alone` (or NULL): other characters that are
 * words of their own. */
Ids western_words(Arena *arena, Vocabulary *words, Str s, bool padded, bool (*alone)(int32_t code));

#endif
