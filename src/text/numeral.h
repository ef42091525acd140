/* numeral.h - numbers as people and models write them, read exactly.
 *
 * Digits with thousands separators, decimals, exponents, fractions, mixed numbers, percent
 * (the sign is dropped: 45% is 45), multipliers (million, 万, 亿); Chinese numerals; English
 * number words. The value is text, so nothing is rounded: "-1234.5", or "1/3" for a fraction in
 * lowest terms without a finite decimal. Input: text after NFKC. */
#ifndef TEXT_NUMERAL_H
#define TEXT_NUMERAL_H

#include "base/str.h"

enum { NUMERAL_DIGITS = 60 }; /* of a value, at most; longer ones are no numbers */

typedef struct Numeral {
    char text[NUMERAL_DIGITS + 8]; /* NUL-terminated */
    size_t from, to;               /* bytes of the input it was read from, sign included */
} Numeral;

/* The number whose first digit (or decimal point) stands at `at`; false when none begins there.
 * A sign before it is taken when it is no subtraction. */
bool numeral_digits_at(Str text, size_t at, Numeral *out);
bool numeral_chinese_at(Str text, size_t at, Numeral *out); /* also 负, 百分之, 三分之一 */
bool numeral_english_at(Str text, size_t at, Numeral *out); /* "one hundred and five" */

/* A number and nothing else, but for blanks, a currency sign before and a point after it. */
bool numeral_whole(Str text, Numeral *out);

#endif
