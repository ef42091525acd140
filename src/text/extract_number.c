/* extract_number.c - the number that an answer states, or the last one in it. */
#include "text/extract_private.h"

#include "text/numeral.h"

typedef bool ReadNumeral(Str text, size_t at, Numeral *out);

/* A raised number, or one that is raised, is part of an expression. */
static bool is_power(Str t, const Numeral *n)
{
    bool raised =
        n->to + 1 < t.len && t.ptr[n->to] == '^' && (unsigned char)t.ptr[n->to + 1] < 0x80;
    return raised || (n->from && t.ptr[n->from - 1] == '^'); /* 60^° is an angle */
}

/* 一共, 一定, 唯一, 第一 count nothing. */
static bool counts_nothing(Str t, const Numeral *n)
{
    static const char *const behind[] = {"共", "定", "样", "些", "般",   "起",     "下",   "直",
                                         "旦", "致", "步", "边", "方面", "种说法", "分析", "思考"};
    static const char *const ahead[] = {"唯", "第", "统", "之", "万", "任", "逐", "同", "另"};
    if (strcmp(n->text, "1") != 0 && strcmp(n->text, "11") != 0)
        return n->from >= 3 && str_eqc(str_slice(t, n->from - 3, n->from), "第");
    for (size_t i = 0; i < COUNT(behind); i++)
        if (str_starts(str_after(t, n->to), str_from(behind[i])))
            return true;
    for (size_t i = 0; n->from >= 3 && i < COUNT(ahead); i++)
        if (str_eqc(str_slice(t, n->from - 3, n->from), ahead[i]))
            return true;
    return false;
}

/* The first (last) number in [from, to) that `read` finds. */
static bool find(Scan *s, ReadNumeral *read, size_t from, size_t to, bool last, Numeral *out)
{
    bool any = false;
    Str t = str_slice(s->text, 0, to);
    for (size_t at = from; at < to; at++) {
        Numeral n;
        s->work++;
        if (!read(t, at, &n) || n.from < from)
            continue;
        s->work += n.to - at;
        bool skip = is_power(t, &n) || (read == numeral_chinese_at && counts_nothing(t, &n));
        at = n.to - 1;
        if (skip)
            continue;
        *out = n;
        any = true;
        if (!last)
            return true;
    }
    return any;
}

/* Digits before words: 一共有1,234人 is 1234. */
static bool find_any(Scan *s, size_t from, size_t to, bool last, Numeral *out)
{
    return find(s, numeral_digits_at, from, to, last, out) ||
           find(s, numeral_chinese_at, from, to, last, out) ||
           find(s, numeral_english_at, from, to, last, out);
}

/* "10 + 5 = 15" states what stands behind its last sign of equality. */
static bool find_stated(Scan *s, size_t from, size_t to, Numeral *out)
{
    Str part = str_slice(s->text, from, to);
    ptrdiff_t sign = str_rfind_char(part, '=');
    if (sign >= 0 && find(s, numeral_digits_at, from + (size_t)sign + 1, to, false, out))
        return true;
    return find_any(s, from, to, false, out);
}

static void found(Scan *s, const Numeral *n, const char *rule, Extracted *out)
{
    out->value = str_copy(s->arena, str_from(n->text));
    out->found = true;
    out->rule = rule;
}

static bool by_statement(Scan *s, Extracted *out)
{
    Statement list[SCAN_STATEMENTS];
    Numeral n;
    size_t len = scan_last_statements(s, list);
    for (size_t i = 0; i < len && !out->found; i++)
        if (!list[i].negative && find_stated(s, list[i].from, list[i].to, &n))
            found(s, &n, list[i].rule, out);
    return out->found;
}

/* ---- the last number, but for what is said beside the matter ---- */

enum { ASIDE = 400 }; /* bytes of a sentence that are looked at */

/* "day 3", "step 2": counts nothing. */
static bool is_label(Scan *s, const Numeral *n)
{
    static const Word labels[] = {
        {"step", 0},    {"day", 0},     {"week", 0},   {"question", 0}, {"problem", 0},
        {"part", 0},    {"section", 0}, {"figure", 0}, {"chapter", 0},  {"page", 0},
        {"example", 0}, {"case", 0},    {"method", 0}, {"equation", 0}, {"option", 0},
        {"note", 0},    {"table", 0},   {"room", 0},   {"number", 0},   {"grade", 0},
    };
    size_t at = n->from;
    return at && s->text.ptr[at - 1] == ' ' &&
           scan_word_before(s, (Words){labels, COUNT(labels)}, at - 1);
}

/* "(5 per child)", but not "(20 × 8 = 160)", nor the argument in f(2). */
static bool in_brackets(Str t, size_t from, const Numeral *n)
{
    size_t open = n->from;
    while (open > from && t.ptr[open - 1] != '(' && t.ptr[open - 1] != ')')
        open--;
    if (open <= from + 1 || t.ptr[open - 1] != '(')
        return false;
    unsigned char before = (unsigned char)t.ptr[open - 2];
    Str inside = str_slice(t, open, n->from);
    return (before == ' ' || before >= 0x80) && str_find_char(inside, '=') < 0 &&
           scan_line_end(t, open) > n->to;
}

/* "..., which is 234 more than last year's 1,000": told of the number before. */
static bool is_compared(Scan *s, size_t from, const Numeral *n)
{
    static const Word than[] = {{"than", 1}, {"which", 2}};
    static const Word degrees[] = {{"more", 0},   {"less", 0},    {"fewer", 0},  {"times", 0},
                                   {"higher", 0}, {"lower", 0},   {"larger", 0}, {"smaller", 0},
                                   {"as", 0},     {"greater", 0}, {"longer", 0}, {"shorter", 0}};
    size_t after = scan_skip(s->text, n->to);
    bool degree = after < s->text.len && scan_word_at(s, (Words){degrees, COUNT(degrees)}, after);
    for (size_t at = from; at < n->from; at++) {
        if (str_starts(str_after(s->text, at), STR(",比"))) /* "45元,比原价便宜5元" */
            return true;
        const Word *w = scan_word_at(s, (Words){than, COUNT(than)}, at);
        if (w && (w->role == 1 || (degree && at > 1 && s->text.ptr[at - 2] == ',')))
            return true;
    }
    return false;
}

/* `n` is the last number; of its sentence the last one counts that is not said in passing. A
 * sentence of such numbers alone keeps it. */
static void without_asides(Scan *s, Numeral *n)
{
    size_t from = scan_sentence_start(s, n->from, ASIDE), to = n->to;
    Str t = str_slice(s->text, 0, to);
    for (size_t at = from; at < to; at++) {
        Numeral one;
        if (!numeral_digits_at(t, at, &one) || one.from < from)
            continue;
        at = one.to - 1;
        if (!is_power(t, &one) && !is_label(s, &one) && !in_brackets(s->text, from, &one) &&
            !is_compared(s, from, &one))
            *n = one;
    }
}

void extract_number(Scan *s, Extracted *out)
{
    Numeral n;
    if (numeral_whole(s->text, &n)) {
        found(s, &n, "whole", out);
        return;
    }
    if (by_statement(s, out))
        return;
    if (scan_declines(s)) {
        out->rule = "declined";
        return;
    }
    if (find(s, numeral_digits_at, 0, s->text.len, true, &n)) {
        without_asides(s, &n);
        found(s, &n, "last_number", out);
    } else if (find(s, numeral_chinese_at, 0, s->text.len, true, &n) ||
               find(s, numeral_english_at, 0, s->text.len, true, &n))
        found(s, &n, "last_number_word", out);
    else
        out->rule = "nothing";
}
