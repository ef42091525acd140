/* ifeval_language.h - which language a text is in: an approximation for checks of "answer in X".
 *
 * The script decides where it belongs to one language; where several share it, frequent words and
 * letters do. Single words and mixed texts are often misjudged. */
#ifndef TEXT_IFEVAL_LANGUAGE_H
#define TEXT_IFEVAL_LANGUAGE_H

#include "base/str.h"

enum { IFEVAL_LANGUAGE_READ = 1 << 16 }; /* bytes of a text that are looked at */

/* An ISO 639-1 code in static memory ("en", "zh"), or NULL when the text has no letters or none of
 * a known script. Latin letters that give no sign are "en" when all are ASCII, else NULL. */
const char *ifeval_language_of(Str text);

/* Whether there is a letter at all. */
bool ifeval_has_letters(Str text);

#endif
