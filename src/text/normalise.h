/* normalise.h - text normalisation for metrics and extraction, as Python's str methods do it. */
#ifndef TEXT_NORMALISE_H
#define TEXT_NORMALISE_H

#include "base/str.h"

Str text_lower(Arena *arena, Str s);                  /* str.lower(), full Unicode */
Str text_upper(Arena *arena, Str s);                  /* str.upper() */
Str text_capitalize(Arena *arena, Str s);             /* str.capitalize() */
Str text_nfkc(Arena *arena, Str s);                   /* Unicode NFKC; s itself when ASCII */
Str text_drop_ascii_punctuation(Arena *arena, Str s); /* string.punctuation */
Str text_drop_punctuation(Arena *arena, Str s);       /* every category P* character */
Str text_drop_digits(Arena *arena, Str s);            /* 0-9 */
Str text_ascii_digits(Arena *arena, Str s);           /* decimal digits of any script as 0-9 */

#endif
