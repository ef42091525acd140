/* math_text.c - answers in LaTeX as text: what is boxed, and two ways to make them comparable. */
#include "text/math.h"

#include "base/utf8.h"
#include "text/math_value.h"

/* ---- boxes ---- */

Str math_boxed(Str text)
{
    ptrdiff_t at = str_rfind(text, STR("\\boxed ")), open = at;
    if (at >= 0) {
        Str rest = str_after(text, (size_t)at + strlen("\\boxed "));
        return str_split(&rest, '$');
    }
    at = str_rfind(text, STR("\\boxed"));
    at = at < 0 ? str_rfind(text, STR("\\fbox")) : at;
    if (at < 0)
        return (Str){0};
    int depth = 0;
    for (size_t i = (size_t)at; i < text.len; i++) {
        if (text.ptr[i] == '{' && !depth++)
            open = (ptrdiff_t)i;
        if (text.ptr[i] == '}' && --depth == 0)
            return str_slice(text, (size_t)open + 1, i);
        if (depth < 0)
            break;
    }
    return (Str){0};
}

/* ---- replacing ---- */

typedef struct Swap {
    const char *from, *to;
} Swap;

static Str swap_all(Arena *arena, Str s, const Swap *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        s = str_replace(arena, s, str_from(rows[i].from), str_from(rows[i].to));
    return s;
}

static size_t count(Str s, const char *what)
{
    size_t n = 0, at = 0;
    for (ptrdiff_t hit; (hit = str_find_from(s, str_from(what), at)) >= 0; n++)
        at = (size_t)hit + strlen(what);
    return n;
}

/* ---- Hendrycks et al. ---- */

/* Bytes of the character at the start of s. */
static size_t char_len(Str s)
{
    size_t at = 0;
    if (s.len)
        (void)utf8_next(s, &at);
    return at;
}

/* \sqrt3 becomes \sqrt{3}; false when nothing follows. */
static bool brace_roots(Arena *arena, Str s, Str *out)
{
    StrBuf b = strbuf_make(arena, s.len * 3 + 1);
    Str mark = STR("\\sqrt");
    size_t at = 0;
    for (ptrdiff_t hit; (hit = str_find_from(s, mark, at)) >= 0;) {
        size_t after = (size_t)hit + mark.len;
        strbuf_add(&b, str_slice(s, at, after));
        at = after;
        Str rest = str_after(s, after);
        if (!rest.len || str_starts(rest, mark))
            return false;
        if (rest.ptr[0] == '{')
            continue;
        size_t n = char_len(rest);
        strbuf_addc(&b, '{');
        strbuf_add(&b, str_slice(rest, 0, n));
        strbuf_addc(&b, '}');
        at += n;
    }
    strbuf_add(&b, str_after(s, at));
    *out = strbuf_str(&b);
    return true;
}

/* \frac12 becomes \frac{1}{2}; a \frac with one character behind it leaves all as it was. */
static bool brace_fractions(Arena *arena, Str s, Str *out)
{
    StrBuf b = strbuf_make(arena, s.len * 3 + 1);
    Str mark = STR("\\frac");
    size_t at = 0;
    for (ptrdiff_t hit; (hit = str_find_from(s, mark, at)) >= 0;) {
        size_t after = (size_t)hit + mark.len;
        strbuf_add(&b, str_slice(s, at, after));
        at = after;
        ptrdiff_t next = str_find_from(s, mark, after);
        Str rest = str_slice(s, after, next < 0 ? s.len : (size_t)next);
        if (!rest.len)
            return false;
        if (rest.ptr[0] == '{')
            continue;
        size_t a = char_len(rest), c = char_len(str_after(rest, a));
        if (!c) {
            *out = s;
            return true;
        }
        strbuf_addc(&b, '{');
        strbuf_add(&b, str_slice(rest, 0, a));
        strbuf_addc(&b, '}');
        bool braced = rest.ptr[a] == '{';
        if (!braced)
            strbuf_addc(&b, '{');
        strbuf_add(&b, str_slice(rest, a, a + c));
        if (!braced)
            strbuf_addc(&b, '}');
        at += a + c;
    }
    strbuf_add(&b, str_after(s, at));
    *out = strbuf_str(&b);
    return true;
}

/* An integer as Python's int() takes it, and whether it is written as str() writes it. */
static bool python_int(Str s, bool *plain)
{
    Str t = utf8_strip(s);
    size_t at = t.len && (t.ptr[0] == '-' || t.ptr[0] == '+'), from = at;
    for (; at < t.len; at++) {
        bool digit = t.ptr[at] >= '0' && t.ptr[at] <= '9';
        bool joins = t.ptr[at] == '_' && at > from && at + 1 < t.len && t.ptr[at - 1] != '_';
        if (!digit && !joins)
            return false;
    }
    *plain = t.len == s.len && t.len && t.ptr[0] != '+' && str_find_char(t, '_') < 0 &&
             (t.ptr[from] != '0' || t.len == 1);
    return at > from;
}

/* a/b of whole numbers becomes \frac{a}{b}; false for a slash between anything else. */
static bool slash_fraction(Arena *arena, Str s, Str *out)
{
    bool plain_a, plain_b;
    if (count(s, "/") != 1) {
        *out = s;
        return true;
    }
    Str b = s, a = str_split(&b, '/');
    if (!python_int(a, &plain_a) || !python_int(b, &plain_b))
        return false;
    *out = plain_a && plain_b
               ? str_printf(arena, "\\frac{" STR_FMT "}{" STR_FMT "}", STR_ARG(a), STR_ARG(b))
               : s;
    return true;
}

/* "x=5" is 5 when what stands before is short. */
static Str drop_short_name(Str s)
{
    Str value = s, name = str_split(&value, '=');
    return count(s, "=") == 1 && utf8_count(name) <= 2 ? value : s;
}

bool math_strip(Arena *arena, Str s, Str *out)
{
    static const Swap first[] = {
        {"\n", ""},     {"\\!", ""},     {"\\\\", "\\"},    {"tfrac", "frac"}, {"dfrac", "frac"},
        {"\\left", ""}, {"\\right", ""}, {"^{\\circ}", ""}, {"^\\circ", ""},   {"\\$", ""}};
    static const Swap second[] = {{"\\%", ""}, {" .", " 0."}, {"{.", "{0."}};
    s = swap_all(arena, s, first, COUNT(first));
    size_t units = count(s, "\\text{ ");
    if (units > 1)
        return false;
    if (units)
        s = str_slice(s, 0, (size_t)str_find(s, STR("\\text{ ")));
    s = swap_all(arena, s, second, COUNT(second));
    if (!s.len) {
        *out = s;
        return true;
    }
    if (s.ptr[0] == '.')
        s = str_printf(arena, "0" STR_FMT, STR_ARG(s));
    s = drop_short_name(s);
    if (!brace_roots(arena, s, &s))
        return false;
    s = str_replace(arena, s, STR(" "), STR(""));
    if (!brace_fractions(arena, s, &s))
        return false;
    if (str_eqc(s, "0.5"))
        s = STR("\\frac{1}{2}");
    return slash_fraction(arena, s, out);
}

bool math_same_text(Str a, Str b, Arena *scratch)
{
    Str x, y;
    if (math_strip(scratch, a, &x) && math_strip(scratch, b, &y))
        return str_eq(x, y);
    return str_eq(a, b);
}

/* ---- our own cleaning ---- */

/* \text{...} and the like: a unit at the end goes, "and" parts, anything else loses its wrapper. */
static const struct {
    const char *open;
    size_t least_unit; /* letters of what may be a unit; 0: never is one */
} wrappers[] = {{"\\text{", 1},   {"\\mbox{", 1},   {"\\textrm{", 1},  {"\\mathrm{", 2},
                {"\\textbf{", 0}, {"\\textit{", 0}, {"\\mathbf{", 0},  {"\\boxed{", 0},
                {"\\fbox{", 0},   {"\\mathbb{", 0}, {"\\mathcal{", 0}, {"\\operatorname{", 0}};

/* Where the brace that opens at `open` closes, or SIZE_MAX. */
static size_t brace_end(Str s, size_t open)
{
    int depth = 0;
    for (size_t i = open; i < s.len; i++) {
        depth += s.ptr[i] == '{' && (!i || s.ptr[i - 1] != '\\');
        depth -= s.ptr[i] == '}' && (!i || s.ptr[i - 1] != '\\');
        if (!depth)
            return i;
    }
    return SIZE_MAX;
}

static bool is_conjunction(Str s)
{
    s = str_trim(s);
    return str_eqc(s, "and") || str_eqc(s, "or") || str_eqc(s, ",");
}

/* "^2", "^{3}": all that may follow a unit. */
static bool is_exponent(Str s)
{
    return !s.len || (s.len == 2 && s.ptr[0] == '^') ||
           (s.len == 4 && str_starts(s, STR("^{")) && s.ptr[3] == '}');
}

static Str unwrap(Arena *arena, Str s, const char *wrapper, size_t least_unit)
{
    for (ptrdiff_t at; (at = str_find(s, str_from(wrapper))) >= 0;) {
        size_t inner = (size_t)at + strlen(wrapper), end = brace_end(s, inner - 1);
        if (end == SIZE_MAX)
            return s;
        Str before = str_trim(str_slice(s, 0, (size_t)at)), within = str_slice(s, inner, end);
        Str after = str_after(s, end + 1);
        bool unit = least_unit && before.len && str_trim(within).len >= least_unit &&
                    is_exponent(str_trim(after));
        if (unit) {
            s = before;
            continue;
        }
        StrBuf out = strbuf_make(arena, s.len + 4);
        strbuf_add(&out, before);
        strbuf_add(&out, is_conjunction(within) ? STR(",") : within);
        strbuf_add(&out, after);
        s = strbuf_str(&out);
    }
    return s;
}

/* "12 apples", "5 cm": a word behind a number that no product of letters would be. */
static Str without_unit_word(Str s)
{
    static const char *const units[] = {"cm", "mm", "km", "kg", "ft", "lb", "mi", "ml"};
    ptrdiff_t at = str_rfind_char(s, ' ');
    if (at < 1)
        return s;
    Str before = str_trim(str_slice(s, 0, (size_t)at)), word = str_after(s, (size_t)at + 1);
    bool known = word.len >= 3;
    for (size_t i = 0; i < COUNT(units); i++)
        known |= str_eqc(word, units[i]);
    for (size_t i = 0; i < word.len; i++)
        known = known && (word.ptr[i] | 32) >= 'a' && (word.ptr[i] | 32) <= 'z';
    for (size_t i = 0; i < before.len; i++)
        known = known && before.ptr[i] && strchr("0123456789.,/- ", before.ptr[i]);
    return known ? before : s;
}

/* "7元", "3 平方厘米": what stands behind a number in Chinese, when it does not multiply it. */
static Str without_chinese_unit(Str s)
{
    static const char *const multiply[] = {"十", "百", "千", "万", "亿", "兆", "分之", "点", "成"};
    static const char *const still_units[] = {"千克", "千米", "千瓦"};
    enum { MOST_BYTES = 6 * 3, FIRST_LEAD = 0xe4, LAST_LEAD = 0xe9 };
    size_t at = 0;
    while (at < s.len && s.ptr[at] && strchr("+-0123456789.,/ ", s.ptr[at]))
        at++;
    Str number = str_trim(str_slice(s, 0, at)), unit = str_after(s, at);
    if (!number.len || number.len == s.len || unit.len > MOST_BYTES)
        return s;
    for (size_t i = 0; i < unit.len; i += 3) {
        unsigned char lead = (unsigned char)unit.ptr[i];
        if (lead < FIRST_LEAD || lead > LAST_LEAD)
            return s;
    }
    bool keeps = false;
    for (size_t i = 0; i < COUNT(multiply); i++)
        keeps |= str_starts(unit, str_from(multiply[i]));
    for (size_t i = 0; i < COUNT(still_units); i++)
        keeps &= !str_starts(unit, str_from(still_units[i]));
    return keeps ? s : number;
}

/* Full-width signs and digits in their usual form; raised digits stay what they are. */
static Str half_width(Arena *arena, Str s)
{
    StrBuf out = strbuf_make(arena, s.len + 1);
    for (size_t at = 0; at < s.len;) {
        size_t start = at;
        int32_t code = utf8_next(s, &at);
        if (code >= 0xff01 && code <= 0xff5e)
            strbuf_addc(&out, (char)(code - 0xff01 + '!'));
        else
            strbuf_add(&out, str_slice(s, start, at));
    }
    return strbuf_str(&out);
}

/* "1,234,567" without its commas: only where the whole is such a number. */
static Str without_thousands(Arena *arena, Str s)
{
    size_t at = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'), digits = 0, groups = 0;
    for (; at < s.len && s.ptr[at] != '.'; at++) {
        if (s.ptr[at] == ',') {
            if (groups ? digits != 3 : digits < 1 || digits > 3)
                return s;
            groups++;
            digits = 0;
        } else if (s.ptr[at] < '0' || s.ptr[at] > '9') {
            return s;
        } else {
            digits++;
        }
    }
    for (size_t i = at + 1; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return s;
    return groups && digits == 3 ? str_replace(arena, s, STR(","), STR("")) : s;
}

/* A power or degree sign that a unit left behind, closing marks, dollars. */
static Str trim_marks(Str s)
{
    static const char marks[] = "$.,;:%";
    for (;;) {
        Str before = s;
        s = str_trim(s);
        while (s.len && s.ptr[0] == '$')
            s = str_after(s, 1);
        while (s.len && strchr(marks, s.ptr[s.len - 1]) && s.ptr[s.len - 1])
            s.len--;
        if (s.len == before.len)
            return s;
    }
}

Str math_clean(Arena *arena, Str s)
{
    static const Swap rows[] = {
        {"\\left", ""},
        {"\\right", ""},
        {"\\!", ""},
        {"\\,", ""},
        {"\\;", " "},
        {"\\:", " "},
        {"\\ ", " "},
        {"~", " "},
        {"\\qquad", " "},
        {"\\quad", " "},
        {"\\displaystyle", ""},
        {"\\(", ""},
        {"\\)", ""},
        {"\\[", ""},
        {"\\]", ""},
        {"$", ""},
        {"^{\\circ}", ""},
        {"^\\circ", ""},
        {"\\circ", ""},
        {"\\degree", ""},
        {"\xc2\xb0", ""},
        {"\\%", ""},
        {"%", ""},
        {"\\dfrac", "\\frac"},
        {"\\tfrac", "\\frac"},
        {"\\cfrac", "\\frac"},
        {"{,}", ""},
        {"\\cdots", "..."},
        {"\\cdot", "*"},
        {"\\times", "*"},
        {"\\div", "/"},
        {"\xe2\x88\x92", "-"},
        {"\xc3\x97", "*"},
        {"\xc3\xb7", "/"},
        {"\xcf\x80", "\\pi "},
        {"\xe2\x88\x9e", "\\infty "},
        {"\xc2\xb1", "\\pm "},
        {"\xe2\x88\xaa", "\\cup "},
        {"\xe2\x88\x9a", "\\sqrt "},
        {"\\lbrace", "\\{"},
        {"\\rbrace", "\\}"},
        {"\\lvert", "|"},
        {"\\rvert", "|"},
        {"\\bigcup", "\\cup"},
        {"\\mleft", ""},
        {"\\mright", ""},
        {"\n", " "},
    };
    s = half_width(arena, s);
    s = str_replace(arena, s, STR("\\\\"), STR(MATH_NEW_ROW));
    s = str_replace(arena, s, STR("\\$"), STR(""));
    s = swap_all(arena, s, rows, COUNT(rows));
    for (size_t i = 0; i < COUNT(wrappers); i++)
        s = unwrap(arena, s, wrappers[i].open, wrappers[i].least_unit);
    s = without_chinese_unit(without_unit_word(trim_marks(s)));
    return without_thousands(arena, s);
}
