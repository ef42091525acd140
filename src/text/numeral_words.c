/* numeral_words.c - Chinese numerals and English number words. */
#include "text/numeral_value.h"

#include <stdio.h>
#include <strings.h>

#define WHOLE_MAX ((uint64_t)1000000000000000) /* words go no further */

typedef struct Sign {
    const char *text;
    uint64_t value;
} Sign;

static const Sign chinese_digits[] = {{"零", 0}, {"〇", 0}, {"一", 1}, {"二", 2},
                                      {"两", 2}, {"三", 3}, {"四", 4}, {"五", 5},
                                      {"六", 6}, {"七", 7}, {"八", 8}, {"九", 9}};
static const Sign chinese_units[] = {{"十", 10}, {"百", 100}, {"千", 1000}};
static const Sign chinese_myriads[] = {{"万", 10000}, {"亿", 100000000}};

static bool take(Str t, size_t *at, const Sign *rows, size_t n, uint64_t *out)
{
    for (size_t i = 0; i < n; i++)
        if (str_starts(str_after(t, *at), str_from(rows[i].text))) {
            *at += strlen(rows[i].text);
            *out = rows[i].value;
            return true;
        }
    return false;
}

/* 二〇二三: digits that stand for themselves, two or more. */
static bool digit_row(Str t, size_t *at, uint64_t *out)
{
    uint64_t value = 0, digit, unit;
    size_t i = *at, n = 0;
    while (n < 15 && take(t, &i, chinese_digits, COUNT(chinese_digits), &digit)) {
        value = value * 10 + digit;
        n++;
    }
    size_t after = i;
    if (n < 2 || take(t, &after, chinese_units, COUNT(chinese_units), &unit) ||
        take(t, &after, chinese_myriads, COUNT(chinese_myriads), &unit))
        return false;
    *at = i;
    *out = value;
    return true;
}

/* Below ten thousand: 一千零五十, 十三, and 二百五, whose last digit leaves out its unit. A unit is
 * smaller than the one before it, so the longest has four of them: 十十 is no number. */
static bool small_number(Str t, size_t *at, uint64_t *out)
{
    uint64_t total = 0, digit, unit, last_unit = 0;
    size_t i = *at;
    bool any = false, zero = false;
    for (;;) {
        size_t before = i;
        bool has_digit = take(t, &i, chinese_digits, COUNT(chinese_digits), &digit);
        bool has_unit = take(t, &i, chinese_units, COUNT(chinese_units), &unit);
        bool rises = has_unit && last_unit && unit >= last_unit;
        if (rises || (!has_digit && (!has_unit || (any && unit != 10)))) {
            i = before;
            break;
        }
        if (has_digit && !has_unit && digit == 0 && any) {
            if (zero)
                break;
            zero = true;
            continue;
        }
        any = true;
        if (!has_unit) {
            total += digit * (last_unit > 10 && !zero ? last_unit / 10 : 1);
            break;
        }
        total += (has_digit ? digit : 1) * unit;
        last_unit = unit;
        zero = false;
    }
    *at = i;
    *out = total;
    return any;
}

/* Up to 亿 by parts: 三亿五千万, 一万两千. */
static bool chinese_whole(Str t, size_t *at, uint64_t *out)
{
    uint64_t total = 0, part, myriad;
    size_t i = *at, end = *at;
    if (digit_row(t, at, out))
        return true;
    bool any = false;
    for (int k = 0; k < 4 && small_number(t, &i, &part); k++) {
        any = true;
        bool scaled = false;
        while (take(t, &i, chinese_myriads, COUNT(chinese_myriads), &myriad)) {
            if (part > WHOLE_MAX / myriad)
                return false;
            part *= myriad;
            scaled = true;
        }
        total += part;
        end = i;
        if (!scaled)
            break;
    }
    *at = end;
    *out = total;
    return any && total <= WHOLE_MAX;
}

/* 三点一四: decimals digit by digit. */
static bool chinese_decimal(Str t, size_t *at, Decimal *d)
{
    uint64_t whole, digit;
    if (!chinese_whole(t, at, &whole))
        return false;
    decimal_of(whole, d);
    size_t i = *at;
    if (!str_starts(str_after(t, i), STR("点")))
        return true;
    i += 3;
    while (d->scale < 15 && take(t, &i, chinese_digits, COUNT(chinese_digits), &digit)) {
        if (!decimal_add_digit(d, (char)('0' + digit)))
            return false;
        d->scale++;
        *at = i;
    }
    return true;
}

bool numeral_chinese_at(Str text, size_t at, Numeral *out)
{
    enum { FIRST_LEAD = 0xe3, LAST_LEAD = 0xe9 }; /* bytes that its characters begin with */
    unsigned char lead = (unsigned char)(at < text.len ? text.ptr[at] : 0);
    if (lead < FIRST_LEAD || lead > LAST_LEAD)
        return false;
    Numeral n = {.from = at, .to = at};
    Decimal d;
    uint64_t below, above;
    bool negative = str_starts(str_after(text, at), STR("负"));
    n.to += negative ? 3 : 0;
    if (str_starts(str_after(text, n.to), STR("百分之"))) {
        n.to += 9;
        if (!chinese_decimal(text, &n.to, &d))
            return false;
        d.negative = negative;
        *out = n;
        return decimal_text(&d, out->text);
    }
    size_t i = n.to;
    if (chinese_whole(text, &i, &below) && str_starts(str_after(text, i), STR("分之"))) {
        i += 6;
        if (chinese_whole(text, &i, &above) && fraction_text(negative, 0, above, below, n.text)) {
            n.to = i;
            *out = n;
            return true;
        }
    }
    if (!chinese_decimal(text, &n.to, &d))
        return false;
    d.negative = negative;
    *out = n;
    return decimal_text(&d, out->text);
}

/* ---- English ---- */

static const Sign english[] = {
    {"zero", 0},      {"one", 1},         {"two", 2},           {"three", 3},
    {"four", 4},      {"five", 5},        {"six", 6},           {"seven", 7},
    {"eight", 8},     {"nine", 9},        {"ten", 10},          {"eleven", 11},
    {"twelve", 12},   {"thirteen", 13},   {"fourteen", 14},     {"fifteen", 15},
    {"sixteen", 16},  {"seventeen", 17},  {"eighteen", 18},     {"nineteen", 19},
    {"twenty", 20},   {"thirty", 30},     {"forty", 40},        {"fifty", 50},
    {"sixty", 60},    {"seventy", 70},    {"eighty", 80},       {"ninety", 90},
    {"hundred", 100}, {"thousand", 1000}, {"million", 1000000}, {"billion", 1000000000},
};

static size_t word_length(Str t, size_t at)
{
    size_t n = 0;
    while (at + n < t.len && n < 16 &&
           ((t.ptr[at + n] >= 'a' && t.ptr[at + n] <= 'z') ||
            (t.ptr[at + n] >= 'A' && t.ptr[at + n] <= 'Z')))
        n++;
    return n;
}

static bool english_word(Str t, size_t at, size_t *to, uint64_t *value)
{
    size_t n = word_length(t, at);
    for (size_t i = 0; n && i < COUNT(english); i++)
        if (strlen(english[i].text) == n && strncasecmp(english[i].text, t.ptr + at, n) == 0) {
            *to = at + n;
            *value = english[i].value;
            return true;
        }
    return false;
}

/* Where the next word of the same number begins: behind a blank, a hyphen or "and". */
static size_t next_word(Str t, size_t at, uint64_t last)
{
    if (at >= t.len || (t.ptr[at] != ' ' && t.ptr[at] != '-'))
        return t.len;
    at++;
    if (last >= 100 && at + 4 < t.len && strncasecmp(t.ptr + at, "and ", 4) == 0)
        at += 4;
    return at;
}

bool numeral_english_at(Str text, size_t at, Numeral *out)
{
    uint64_t total = 0, part = 0, value, last = 0;
    size_t i = at, to = at;
    bool any = false;
    char before = (char)(at ? text.ptr[at - 1] : ' ');
    if ((before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z'))
        return false;
    for (int words = 0; words < 20 && i < text.len && english_word(text, i, &i, &value); words++) {
        bool tens = any && last >= 20 && last < 100 && value < 10;
        if (any && value < 100 && last < 100 && !tens)
            break; /* "two three" are two numbers */
        if (value < 100)
            part += value;
        else if (value == 100)
            part = (part ? part : 1) * 100;
        else if (part <= WHOLE_MAX / value) {
            total += (part ? part : 1) * value;
            part = 0;
        } else
            return false;
        any = true;
        last = value;
        to = i;
        i = next_word(text, i, last);
    }
    Decimal d;
    decimal_of(total + part, &d);
    *out = (Numeral){.from = at, .to = to};
    return any && total + part <= WHOLE_MAX && decimal_text(&d, out->text);
}
