/* language.h - in which language a text is, as far as its script and common words tell. */
#ifndef TEXT_LANGUAGE_H
#define TEXT_LANGUAGE_H

#include "base/str.h"

/* "zh", "ja", "ko", "ru", "ar", "th", "hi", "el", "he" by script; "en", "de", "fr", "es", "it",
 * "pt" by common words; "latin" when the script alone is known; "" when there are too few letters
 * to tell (fewer than 4, or no script with half of them). */
const char *language_of(Str text);

/* Whether `text` may be of `language`: false only when another language was recognised. */
bool language_fits(Str text, Str language);

/* Whether the text shows traces of a wrong decoding: U+FFFD, control characters, letters of
 * private use, and what UTF-8 or GBK read as something else looks like ("Ã©", "锟斤拷"). *what
 * names the trace. */
bool text_is_broken(Str text, const char **what);

#endif
