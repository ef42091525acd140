/* numeral_value.c - exact decimals and fractions as text. */
#include "text/numeral_value.h"

#include <stdio.h>

enum { FRACTION_MAX = 1000000000 }; /* of its parts: their products fit 64 bits */

bool decimal_add_digit(Decimal *d, char digit)
{
    if (d->n == NUMERAL_DIGITS)
        return false;
    d->digits[d->n++] = digit;
    return true;
}

void decimal_of(uint64_t value, Decimal *out)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    *out = (Decimal){.n = n};
    memcpy(out->digits, text, (size_t)n);
}

/* Digits before the point, then those after it without zeros at the end. */
bool decimal_text(const Decimal *d, char out[NUMERAL_DIGITS + 8])
{
    int first = 0, n = d->n, whole = n - d->scale;
    while (n > 0 && n > whole && d->digits[n - 1] == '0')
        n--;
    while (first < n && first < whole && d->digits[first] == '0')
        first++;
    int length = (n > whole ? n : whole) - (first < whole ? first : whole);
    if (length > NUMERAL_DIGITS)
        return false;
    bool zero = true;
    for (int i = 0; i < n; i++)
        zero = zero && d->digits[i] == '0';
    if (zero) {
        memcpy(out, "0", 2);
        return true;
    }
    int k = 0;
    if (d->negative)
        out[k++] = '-';
    if (first >= whole)
        out[k++] = '0';
    for (int i = first; i < whole; i++)
        out[k++] = (char)(i < n ? d->digits[i] : '0');
    if (n > whole)
        out[k++] = '.';
    for (int i = whole; i < n; i++)
        out[k++] = (char)(i < 0 ? '0' : d->digits[i]);
    out[k] = 0;
    return true;
}

static uint64_t divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static bool is_finite_decimal(uint64_t below)
{
    while (below % 2 == 0)
        below /= 2;
    while (below % 5 == 0)
        below /= 5;
    return below == 1;
}

bool fraction_text(bool negative, uint64_t whole, uint64_t above, uint64_t below,
                   char out[NUMERAL_DIGITS + 8])
{
    if (!below || whole > FRACTION_MAX || above > FRACTION_MAX || below > FRACTION_MAX)
        return false;
    above += whole * below;
    uint64_t common = divisor(above, below);
    above /= common;
    below /= common;
    if (!is_finite_decimal(below)) {
        snprintf(out, NUMERAL_DIGITS + 8, "%s%llu/%llu", negative ? "-" : "",
                 (unsigned long long)above, (unsigned long long)below);
        return true;
    }
    Decimal d;
    decimal_of(above / below, &d);
    d.negative = negative;
    for (uint64_t rest = above % below; rest; rest = rest * 10 % below, d.scale++)
        if (!decimal_add_digit(&d, (char)('0' + rest * 10 / below)))
            return false;
    return decimal_text(&d, out);
}
