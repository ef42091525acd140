/* math_value.c - the value of a small expression in plain text or LaTeX.
 *
 *     sum     = product {("+" | "-") product}
 *     product = signed {("*" | "/" | nothing) signed}
 *     signed  = ["-" | "+"] power
 *     power   = atom {"!"} ["^" argument]
 *     atom    = number | letter | \frac{}{} | \sqrt[n]{} | \pi | \ln ... | (sum) | {sum} | |sum| */
#include "text/math_number.h"

#include <ctype.h>
#include <math.h>

enum { DEEPEST = 60 };

typedef struct Reader {
    Str s;
    size_t at, point;
    int depth;
    bool bars; /* inside |...|: the next bar closes */
    bool failed;
} Reader;

/* ---- reading ---- */

static MathValue read_sum(Reader *r);

static MathValue fail(Reader *r)
{
    r->failed = true;
    return number_fraction(0, 1);
}

static char peek(Reader *r)
{
    while (r->at < r->s.len && isspace((unsigned char)r->s.ptr[r->at]))
        r->at++;
    return (char)(r->at < r->s.len ? r->s.ptr[r->at] : 0);
}

static bool take(Reader *r, const char *text)
{
    (void)peek(r);
    if (!str_starts(str_after(r->s, r->at), str_from(text)))
        return false;
    r->at += strlen(text);
    return true;
}

/* A command's name, not a longer one. */
static bool take_command(Reader *r, const char *name)
{
    size_t from = r->at;
    if (!take(r, name))
        return false;
    if (r->at < r->s.len && isalpha((unsigned char)r->s.ptr[r->at])) {
        r->at = from;
        return false;
    }
    return true;
}

static MathValue read_within(Reader *r, const char *close)
{
    bool bars = r->bars;
    r->bars = close[0] == '|';
    MathValue v = read_sum(r);
    r->bars = bars;
    if (!take(r, close))
        return fail(r);
    return v;
}

static bool digit_at(const Reader *r, size_t at)
{
    return at < r->s.len && isdigit((unsigned char)r->s.ptr[at]);
}

/* Digits with at most one point; exact up to 18 of them. */
static MathValue read_number(Reader *r)
{
    enum { MOST_DIGITS = 18 };
    size_t from = r->at, digits = 0;
    int64_t num = 0, den = 1;
    bool point = false;
    for (; digit_at(r, r->at) || (!point && r->at < r->s.len && r->s.ptr[r->at] == '.'); r->at++) {
        if (r->s.ptr[r->at] == '.') {
            point = true;
            continue;
        }
        digits++;
        if (digits > MOST_DIGITS)
            continue;
        num = num * 10 + (r->s.ptr[r->at] - '0');
        den *= point ? 10 : 1;
    }
    double approx;
    if (!digits)
        return fail(r);
    if (digits <= MOST_DIGITS)
        return number_fraction(num, den);
    if (digits > 300 || !str_to_double(str_slice(r->s, from, r->at), &approx))
        return fail(r);
    return number_approximate(approx, false);
}

/* "3e5", but not "3e" times something. */
static MathValue read_scientific(Reader *r)
{
    MathValue v = read_number(r);
    size_t at = r->at;
    if (at >= r->s.len || (r->s.ptr[at] | 32) != 'e')
        return v;
    size_t sign = at + 1 < r->s.len && (r->s.ptr[at + 1] == '-' || r->s.ptr[at + 1] == '+');
    if (!digit_at(r, at + 1 + sign))
        return v;
    r->at = at + 1 + sign;
    MathValue exponent = read_number(r);
    if (sign && r->s.ptr[at + 1] == '-')
        exponent = number_negative(exponent);
    return number_multiply(v, number_power(number_fraction(10, 1), exponent));
}

/* A braced argument or a single character, as LaTeX reads it. */
static MathValue read_argument(Reader *r);

static MathValue read_fraction(Reader *r)
{
    MathValue a = read_argument(r), b = read_argument(r);
    return number_divide(a, b);
}

static MathValue read_root(Reader *r)
{
    MathValue degree = number_fraction(2, 1);
    if (take(r, "["))
        degree = read_within(r, "]");
    MathValue v = read_argument(r);
    return number_root(v, degree);
}

typedef struct Function {
    const char *name;
    double (*apply)(double);
} Function;

static const Function functions[] = {
    {"\\ln", log},  {"\\log", log10},   {"\\exp", exp},     {"\\sin", sin},     {"\\cos", cos},
    {"\\tan", tan}, {"\\arcsin", asin}, {"\\arccos", acos}, {"\\arctan", atan}, {"sqrt", sqrt},
    {"ln", log},    {"sin", sin},       {"cos", cos},       {"tan", tan}};

static MathValue read_power(Reader *r);

static bool read_function(Reader *r, MathValue *out)
{
    for (size_t i = 0; i < COUNT(functions); i++) {
        size_t from = r->at;
        if (!take(r, functions[i].name))
            continue;
        char next = (char)(r->at < r->s.len ? r->s.ptr[r->at] : 0);
        bool plain = functions[i].name[0] != '\\';
        if (isalpha((unsigned char)next) || next == '_' || next == '^' || (plain && next != '(')) {
            r->at = from;
            continue;
        }
        MathValue v = read_power(r);
        if (functions[i].apply == sqrt)
            *out = number_root(v, number_fraction(2, 1));
        else
            *out = number_approximate(functions[i].apply(v.approx), v.letters);
        return true;
    }
    return false;
}

/* Letters and Greek letters: variables with fixed values, between 0.3 and 2 in size, another at
 * each point.
 */
static MathValue letter_value(Reader *r, uint32_t code)
{
    uint32_t h = (code * 2654435761u) ^ ((uint32_t)(r->point + 1) * 40503u * 65537u);
    h ^= h >> 15;
    h *= 2246822519u;
    h ^= h >> 13;
    double value = 0.3 + 1.7 * (double)(h % 1000003u) / 1000003.0;
    return number_approximate(r->point == MATH_NEGATIVE ? -value : value, true);
}

static MathValue read_command(Reader *r)
{
    static const char *const greek[] = {"\\alpha", "\\beta",  "\\gamma", "\\theta", "\\lambda",
                                        "\\mu",    "\\omega", "\\phi",   "\\sigma", "\\delta"};
    MathValue v;
    if (take(r, "\\frac"))
        return read_fraction(r);
    if (take(r, "\\sqrt"))
        return read_root(r);
    if (take_command(r, "\\pi"))
        return number_approximate(acos(-1), false);
    if (take_command(r, "\\infty"))
        return number_approximate(INFINITY, false);
    for (size_t i = 0; i < COUNT(greek); i++)
        if (take_command(r, greek[i]))
            return letter_value(r, 1000 + (uint32_t)i);
    return read_function(r, &v) ? v : fail(r);
}

static MathValue read_atom(Reader *r)
{
    MathValue v;
    char c = peek(r);
    if (r->depth > DEEPEST || r->failed)
        return fail(r);
    if (isdigit((unsigned char)c) || c == '.')
        return read_scientific(r);
    if (c == '\\')
        return read_command(r);
    if (read_function(r, &v))
        return v;
    if (c == 'e') {
        r->at++;
        return number_approximate(exp(1), false);
    }
    if (isalpha((unsigned char)c)) {
        r->at++;
        return letter_value(r, (uint32_t)(unsigned char)c);
    }
    if (take(r, "("))
        return read_within(r, ")");
    if (take(r, "{"))
        return read_within(r, "}");
    if (take(r, "["))
        return read_within(r, "]");
    if (!r->bars && take(r, "|")) {
        v = read_within(r, "|");
        if (v.exact)
            return number_fraction(llabs(v.num), v.den);
        v.approx = fabs(v.approx);
        return v;
    }
    return fail(r);
}

static MathValue read_argument(Reader *r)
{
    r->depth++;
    MathValue v;
    char c = peek(r);
    if (isdigit((unsigned char)c)) {
        r->at++;
        v = number_fraction(c - '0', 1);
    } else {
        v = read_atom(r);
    }
    r->depth--;
    return v;
}

/* "2^10" is meant as 2^{10}. */
static MathValue read_exponent(Reader *r)
{
    bool minus = take(r, "-");
    (void)peek(r);
    MathValue v = digit_at(r, r->at) ? read_number(r) : read_argument(r);
    return minus ? number_negative(v) : v;
}

static MathValue read_power(Reader *r)
{
    r->depth++;
    MathValue v = read_atom(r);
    while (!r->failed && take(r, "!"))
        v = number_factorial(v);
    if (!r->failed && (take(r, "^") || take(r, "**")))
        v = number_power(v, read_exponent(r));
    r->depth--;
    return v;
}

static MathValue read_signed(Reader *r)
{
    bool minus = false;
    for (;;) {
        if (take(r, "-"))
            minus = !minus;
        else if (!take(r, "+"))
            break;
    }
    MathValue v = read_power(r);
    return minus ? number_negative(v) : v;
}

/* Whether something that can be multiplied with follows at once. */
static bool factor_follows(Reader *r)
{
    char c = peek(r);
    if (c == '\\')
        return !str_starts(str_after(r->s, r->at), STR("\\}"));
    return isalnum((unsigned char)c) || c == '(' || c == '{' || c == '.' || (c == '|' && !r->bars);
}

/* Digits, in braces or one alone. */
static bool read_digits(Reader *r, bool latex, MathValue *out)
{
    bool braced = latex && take(r, "{");
    (void)peek(r);
    if (!digit_at(r, r->at))
        return false;
    *out = latex && !braced ? read_argument(r) : read_number(r);
    return !braced || take(r, "}");
}

/* "1\frac{1}{2}" and "1 1/2": a whole number, then a fraction of whole numbers. */
static bool read_mixed(Reader *r, MathValue *v)
{
    Reader ahead = *r;
    MathValue a, b;
    bool latex = take(&ahead, "\\frac");
    if (!latex && !isspace((unsigned char)r->s.ptr[ahead.at - 1]))
        return false;
    if (!read_digits(&ahead, latex, &a) || (!latex && !take(&ahead, "/")) ||
        !read_digits(&ahead, latex, &b))
        return false;
    if (ahead.failed || !a.exact || !b.exact || a.den != 1 || b.den != 1 || a.num >= b.num)
        return false;
    *r = ahead;
    a = number_divide(a, b);
    *v = number_add(*v, v->num < 0 ? number_negative(a) : a);
    return true;
}

/* A whole number, white space around it and a sign before it allowed. */
static bool only_digits(Str s)
{
    s = str_trim(s);
    s = s.len && s.ptr[0] == '-' ? str_trim(str_after(s, 1)) : s;
    for (size_t i = 0; i < s.len; i++)
        if (!isdigit((unsigned char)s.ptr[i]))
            return false;
    return s.len > 0;
}

static MathValue read_product(Reader *r)
{
    size_t from = r->at;
    MathValue v = read_signed(r);
    if (!r->failed && only_digits(str_slice(r->s, from, r->at)) && read_mixed(r, &v))
        return v;
    while (!r->failed) {
        if (take(r, "*"))
            v = number_multiply(v, read_signed(r));
        else if (take(r, "/"))
            v = number_divide(v, read_signed(r));
        else if (factor_follows(r) && !digit_at(r, r->at))
            v = number_multiply(v, read_power(r));
        else
            break;
    }
    return v;
}

static MathValue read_sum(Reader *r)
{
    r->depth++;
    MathValue v = r->depth > DEEPEST ? fail(r) : read_product(r);
    while (!r->failed) {
        if (take(r, "+"))
            v = number_add(v, read_product(r));
        else if (take(r, "-"))
            v = number_add(v, number_negative(read_product(r)));
        else
            break;
    }
    r->depth--;
    return v;
}

static bool is_function(Str s)
{
    for (size_t k = 0; k < COUNT(functions); k++) {
        Str name = str_from(functions[k].name);
        if (str_starts(s, name) && str_starts(str_after(s, name.len), STR("(")))
            return true;
    }
    return false;
}

/* Words are no products of letters: three letters in a row, or two and nothing else. */
static bool has_words(Str s)
{
    size_t run = 0;
    bool other = false, long_run = false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\\') {
            other = true;
            while (i + 1 < s.len && isalpha((unsigned char)s.ptr[i + 1]))
                i++;
            run = 0;
            continue;
        }
        bool letter = isalpha((unsigned char)s.ptr[i]);
        run = letter ? run + 1 : 0;
        other |= !letter && !isspace((unsigned char)s.ptr[i]);
        long_run |= run == 2;
        if (run < 3)
            continue;
        if (!is_function(str_after(s, i - 2)))
            return true;
        while (i + 1 < s.len && isalpha((unsigned char)s.ptr[i + 1]))
            i++;
        run = 0;
    }
    return long_run && !other;
}

bool math_value(Str expression, size_t point, MathValue *out)
{
    Reader r = {.s = expression, .point = point};
    if (!peek(&r) || has_words(expression))
        return false;
    MathValue v = read_sum(&r);
    bool overflow = isinf(v.approx) && str_find(expression, STR("\\infty")) < 0;
    if (r.failed || peek(&r) || isnan(v.approx) || overflow)
        return false;
    *out = v;
    return true;
}
