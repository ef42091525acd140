/* numeral.c - numbers in digits. */
#include "text/numeral_value.h"

static bool is_digit(Str t, size_t at)
{
    return at < t.len && t.ptr[at] >= '0' && t.ptr[at] <= '9';
}

static bool is_word(Str t, size_t at)
{
    if (at >= t.len)
        return false;
    char c = t.ptr[at];
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool starts(Str t, size_t at, const char *what)
{
    return at <= t.len && str_starts(str_after(t, at), str_from(what));
}

static size_t skip_blanks(Str t, size_t at)
{
    while (at < t.len && t.ptr[at] == ' ')
        at++;
    return at;
}

/* ",123" and nothing that makes it another group. */
static bool is_group(Str t, size_t at)
{
    return at < t.len && t.ptr[at] == ',' && is_digit(t, at + 1) && is_digit(t, at + 2) &&
           is_digit(t, at + 3) && !is_digit(t, at + 4);
}

/* Digits with separators between thousands, then decimals. */
static bool read_decimal(Str t, size_t *at, Decimal *d)
{
    size_t i = *at, start = i;
    for (; is_digit(t, i) || (i > start && i - start <= 3 + 4 * 18 && is_group(t, i)); i++)
        if (t.ptr[i] != ',' && !decimal_add_digit(d, t.ptr[i]))
            return false;
    if (i < t.len && t.ptr[i] == '.' && is_digit(t, i + 1))
        for (i++; is_digit(t, i); i++, d->scale++)
            if (!decimal_add_digit(d, t.ptr[i]))
                return false;
    *at = i;
    return d->n > 0;
}

static bool read_count(Str t, size_t *at, uint64_t *out)
{
    size_t i = *at;
    uint64_t value = 0;
    for (; is_digit(t, i) && i - *at < 10; i++)
        value = value * 10 + (uint64_t)(t.ptr[i] - '0');
    bool ok = i > *at && !is_digit(t, i);
    *at = i;
    *out = value;
    return ok;
}

/* e3, e-3, × 10^23, ×10^{-3}: moves the point. */
static void read_exponent(Str t, size_t *at, Decimal *d)
{
    size_t i = *at;
    bool negative = false;
    uint64_t power;
    if (i < t.len && (t.ptr[i] == 'e' || t.ptr[i] == 'E')) {
        i++;
    } else {
        i = skip_blanks(t, i);
        size_t sign = starts(t, i, "×") ? 2 : starts(t, i, "*") || starts(t, i, "x") ? 1 : 0;
        i = skip_blanks(t, i + sign);
        if (!sign || !starts(t, i, "10^"))
            return;
        i += 3;
        i += starts(t, i, "{") || starts(t, i, "(") ? 1 : 0;
    }
    if (starts(t, i, "-") || starts(t, i, "+"))
        negative = t.ptr[i++] == '-';
    else if (starts(t, i, "−")) {
        negative = true;
        i += 3;
    }
    if (!read_count(t, &i, &power) || power > NUMERAL_DIGITS || is_word(t, i))
        return;
    i += starts(t, i, "}") || starts(t, i, ")") ? 1 : 0;
    d->scale -= negative ? -(int)power : (int)power;
    *at = i;
}

/* Multipliers behind digits. 千 is none: 5千克 is five kilograms. */
static void read_multiplier(Str t, size_t *at, Decimal *d)
{
    static const struct {
        const char *text;
        int power;
    } rows[] = {{"万亿", 12},    {"亿", 8},      {"千万", 7},    {"百万", 6},     {"万", 4},
                {"thousand", 3}, {"million", 6}, {"billion", 9}, {"trillion", 12}};
    size_t i = skip_blanks(t, *at);
    for (size_t k = 0; k < COUNT(rows); k++) {
        size_t n = strlen(rows[k].text);
        if (!starts(t, i, rows[k].text) ||
            ((unsigned char)rows[k].text[0] < 0x80 && is_word(t, i + n)))
            continue;
        d->scale -= rows[k].power;
        *at = i + n;
        return;
    }
}

/* "3/4" at `at` (behind the 3), or " 1/2" behind a whole number. False when it is none. */
static bool read_fraction(Str t, size_t *at, size_t first, bool negative, char *out)
{
    uint64_t whole = 0, above, below;
    size_t i = first;
    if (!read_count(t, &i, &above))
        return false;
    if (i < t.len && t.ptr[i] == ' ' && is_digit(t, i + 1)) {
        whole = above;
        i++;
        if (!read_count(t, &i, &above))
            return false;
    }
    size_t slash = starts(t, i, "/") ? 1 : starts(t, i, "⁄") ? 3 : 0;
    i += slash;
    if (!slash || !read_count(t, &i, &below) || starts(t, i, "/") ||
        (starts(t, i, ".") && is_digit(t, i + 1)) || (whole && above >= below) ||
        !fraction_text(negative, whole, above, below, out))
        return false;
    *at = i;
    return true;
}

/* The sign before the number at *from. A minus behind a number subtracts, and so does one that
 * a word touches. */
static bool read_sign(Str t, size_t *from)
{
    size_t at = *from, sign;
    if (at && t.ptr[at - 1] == '$') /* -$5 */
        at--;
    if (at && (t.ptr[at - 1] == '-' || t.ptr[at - 1] == '+'))
        sign = 1;
    else if (at >= 3 && str_eqc(str_slice(t, at - 3, at), "−"))
        sign = 3;
    else
        return false;
    size_t before = at - sign, blanks;
    while (before && t.ptr[before - 1] == ' ')
        before--;
    blanks = at - sign - before;
    char c = (char)(before ? t.ptr[before - 1] : 0);
    if (before && ((!blanks && is_word(t, before - 1)) || is_digit(t, before - 1) || c == ')' ||
                   c == ']' || c == '-'))
        return false;
    *from = at - sign;
    return t.ptr[at - 1] != '+';
}

bool numeral_digits_at(Str text, size_t at, Numeral *out)
{
    Numeral n = {.from = at, .to = at};
    Decimal d = {0};
    bool point = text.ptr[at] == '.';
    if ((!point && !is_digit(text, at)) || (point && !is_digit(text, at + 1)) ||
        (at &&
         (is_word(text, at - 1) || (text.ptr[at - 1] == '.' && at > 1 && is_word(text, at - 2)))))
        return false;
    bool negative = read_sign(text, &n.from);
    if (read_fraction(text, &n.to, at, negative, n.text)) {
        *out = n;
        return true;
    }
    if (!read_decimal(text, &n.to, &d))
        return false;
    d.negative = negative;
    read_exponent(text, &n.to, &d);
    read_multiplier(text, &n.to, &d);
    size_t sign = skip_blanks(text, n.to);
    if (starts(text, sign, "%"))
        n.to = sign + 1;
    if (!decimal_text(&d, n.text))
        return false;
    *out = n;
    return true;
}

/* "1 000": blanks between thousands, when nothing else is there. */
static bool blank_groups(Str text, Numeral *out)
{
    Decimal d = {0};
    size_t i = 0;
    for (; is_digit(text, i) && i < 4; i++)
        if (!decimal_add_digit(&d, text.ptr[i]))
            return false;
    if (!i || i > 3 || i == text.len)
        return false;
    for (; i < text.len; i += 4) {
        if (text.ptr[i] != ' ' || !is_digit(text, i + 1) || !is_digit(text, i + 2) ||
            !is_digit(text, i + 3) || d.n > NUMERAL_DIGITS - 3)
            return false;
        for (size_t k = 1; k <= 3; k++)
            (void)decimal_add_digit(&d, text.ptr[i + k]);
    }
    *out = (Numeral){.to = text.len};
    return decimal_text(&d, out->text);
}

bool numeral_whole(Str text, Numeral *out)
{
    Str t = str_trim(text);
    size_t first = 0;
    while (first < t.len && !is_digit(t, first) && t.ptr[first] != '.')
        first++;
    if (blank_groups(t, out))
        return true;
    if (first == t.len)
        return t.len && (numeral_chinese_at(t, 0, out) || numeral_english_at(t, 0, out)) &&
               out->to == t.len;
    Numeral n;
    if (!numeral_digits_at(t, first, &n) || (n.to != t.len && !str_eqc(str_after(t, n.to), ".")))
        return false;
    Str lead = str_slice(t, 0, n.from);
    if (lead.len && !str_eqc(lead, "$") && !str_eqc(lead, "¥") && !str_eqc(lead, "€"))
        return false;
    *out = n;
    return true;
}
