/* numeral_value.h - exact decimals and fractions as text. Private to text/. */
#ifndef TEXT_NUMERAL_VALUE_H
#define TEXT_NUMERAL_VALUE_H

#include "text/numeral.h"

/* digits / 10^scale; scale may be negative. */
typedef struct Decimal {
    char digits[NUMERAL_DIGITS];
    int n, scale;
    bool negative;
} Decimal;

bool decimal_add_digit(Decimal *d, char digit); /* false: too long */
void decimal_of(uint64_t value, Decimal *out);
/* False when it is too long to be written out. */
bool decimal_text(const Decimal *d, char out[NUMERAL_DIGITS + 8]);
/* whole + above / below; false when below is 0 or the numbers are too large. */
bool fraction_text(bool negative, uint64_t whole, uint64_t above, uint64_t below,
                   char out[NUMERAL_DIGITS + 8]);

#endif
