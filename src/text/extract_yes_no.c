/* extract_yes_no.c - yes or no, true or false, in English and Chinese. */
#include "text/extract_private.h"

#include "base/utf8.h"

enum { YES = 1, NO, NEITHER };

/* As an answer of their own. */
static const Word answers[] = {
    {"yes", YES},
    {"yeah", YES},
    {"yep", YES},
    {"true", YES},
    {"correct", YES},
    {"right", YES},
    {"no", NO},
    {"nope", NO},
    {"false", NO},
    {"incorrect", NO},
    {"wrong", NO},
    {"not true", NO},
    {"not correct", NO},
    {"absolutely not", NO},
    {"certainly not", NO},
    {"definitely not", NO},
    {"of course not", NO},
    {"not at all", NO},
    {"yes and no", NEITHER},
    {"no doubt", NEITHER},
    {"not sure", NEITHER},
    {"是", YES},
    {"是的", YES},
    {"对", YES},
    {"对的", YES},
    {"正确", YES},
    {"√", YES},
    {"✓", YES},
    {"✅", YES},
    {"有", YES},
    {"可以", YES},
    {"能", YES},
    {"会", YES},
    {"没错", YES},
    {"真", YES},
    {"成立", YES},
    {"否", NO},
    {"不是", NO},
    {"不", NO},
    {"不对", NO},
    {"错", NO},
    {"错误", NO},
    {"错的", NO},
    {"不正确", NO},
    {"×", NO},
    {"✗", NO},
    {"❌", NO},
    {"没有", NO},
    {"不可以", NO},
    {"不能", NO},
    {"不会", NO},
    {"假", NO},
    {"不成立", NO},
    {"并非", NO},
    {"并非如此", NO},
    {"是否", NEITHER},
    {"对于", NEITHER},
    {"不确定", NEITHER},
    {"不知道", NEITHER},
    {"不一定", NEITHER},
};

/* Said of a statement, anywhere in a sentence. */
static const Word verdicts[] = {
    {"is true", YES},      {"is correct", YES},   {"is right", YES},     {"is false", NO},
    {"is incorrect", NO},  {"is wrong", NO},      {"not true", NO},      {"not correct", NO},
    {"not right", NO},     {"is not false", YES}, {"is not wrong", YES}, {"is not incorrect", YES},
    {"isn't false", YES},  {"isn't wrong", YES},  {"that's true", YES},  {"that's correct", YES},
    {"that's right", YES}, {"that's false", NO},  {"that's wrong", NO},  {"that's incorrect", NO},
    {"并不正确", NO},      {"没有错误", YES},     {"并没有错", YES},     {"正确", YES},
    {"是对的", YES},       {"没错", YES},         {"成立", YES},         {"不正确", NO},
    {"错误", NO},          {"不对", NO},          {"是错的", NO},        {"有误", NO},
    {"不成立", NO},        {"是不对的", NO},      {"是否正确", NEITHER}, {"是否成立", NEITHER},
    {"正确与否", NEITHER}, {"判断为对", YES},     {"判断为错", NO},
};

static bool is_end(Str t, size_t at)
{
    static const char *const ends[] = {"。", "、", "”", "】", "」", "的"};
    if (at >= t.len)
        return true;
    unsigned char c = (unsigned char)t.ptr[at];
    if (c < 0x80)
        return !scan_is_word_byte((char)c);
    for (size_t i = 0; i < COUNT(ends); i++)
        if (str_starts(str_after(t, at), str_from(ends[i])))
            return true;
    return false;
}

/* The answer that stands at `at` with nothing of a longer word behind it. */
static int answer_at(Scan *s, size_t at)
{
    const Word *w = at < s->text.len ? scan_word_at(s, (Words){answers, COUNT(answers)}, at) : NULL;
    if (!w)
        return 0;
    return w->role == NEITHER || is_end(s->text, at + strlen(w->text)) ? w->role : 0;
}

static bool found(int role, const char *rule, Extracted *out)
{
    if (role != YES && role != NO)
        return false;
    out->value = role == YES ? STR("yes") : STR("no");
    out->found = true;
    out->rule = rule;
    return true;
}

/* The first word of yes or no in a statement. */
static int in_statement(Scan *s, const Statement *st)
{
    for (size_t at = st->from; at < st->to; at++) {
        size_t before = at;
        at = scan_skip(s->text, at);
        int role = at < st->to ? answer_at(s, at) : 0;
        const Word *v =
            !role && at < st->to ? scan_word_at(s, (Words){verdicts, COUNT(verdicts)}, at) : NULL;
        if (role || v)
            return role ? role : v->role;
        at = before > at ? before : at;
    }
    return 0;
}

static bool by_statement(Scan *s, Extracted *out)
{
    Statement list[SCAN_STATEMENTS];
    size_t len = scan_last_statements(s, list);
    for (size_t i = 0; i < len && !out->found; i++)
        if (!list[i].negative)
            found(in_statement(s, &list[i]), list[i].rule, out);
    return out->found;
}

/* "not (True) = False": what stands behind the last sign of equality. */
static bool by_equality(Scan *s, Extracted *out)
{
    ptrdiff_t sign = str_rfind_char(s->text, '=');
    return sign >= 0 && found(answer_at(s, scan_skip(s->text, (size_t)sign + 1)), "equality", out);
}

/* "我认为可以": before a last word, it is what one thinks. */
static const Word opinions[] = {{"认为", 0}, {"觉得", 0}, {"我想", 0}, {"应该", 0}, {"当然", 0}};

/* The text's last word. */
static bool by_last_word(Scan *s, Extracted *out)
{
    size_t end = s->text.len;
    while (end && (strchr(" \n.!\"')", s->text.ptr[end - 1]) ||
                   str_ends(str_slice(s->text, 0, end), STR("。"))))
        end -= str_ends(str_slice(s->text, 0, end), STR("。")) ? 3 : 1;
    const Word *w = scan_word_before(s, (Words){answers, COUNT(answers)}, end);
    size_t start = w ? end - strlen(w->text) : 0, before = w ? scan_skip_back(s->text, start) : 0;
    if (!w || !start)
        return false;
    bool colon = memchr(s->text.ptr + before, ':', start - before) != NULL;
    unsigned char c = before ? (unsigned char)s->text.ptr[before - 1] : '\n';
    return (colon || strchr(",.!?;\n", c) || str_ends(str_slice(s->text, 0, before), STR("。")) ||
            scan_word_before(s, (Words){opinions, COUNT(opinions)}, before)) &&
           found(w->role, "last_word", out);
}

static bool by_verdict(Scan *s, Extracted *out)
{
    int last = 0;
    for (size_t at = 0; at < s->text.len; at++) {
        const Word *w = scan_word_at(s, (Words){verdicts, COUNT(verdicts)}, at);
        if (!w)
            continue;
        last = w->role;
        at += strlen(w->text) - 1;
    }
    return found(last, "verdict", out);
}

void extract_yes_no(Scan *s, Extracted *out)
{
    if (by_statement(s, out) || by_equality(s, out))
        return;
    size_t first = scan_skip(s->text, 0);
    while (first < s->text.len && s->text.ptr[first] == '\n')
        first = scan_skip(s->text, first + 1);
    int role = answer_at(s, first);
    if (found(role, "first_word", out) || by_last_word(s, out))
        return;
    if (scan_declines(s))
        out->rule = "declined";
    else if (role == NEITHER || !by_verdict(s, out))
        out->rule = role == NEITHER ? "ambiguous" : "nothing";
}

/* The point at the end of `t`, a part of the text, is one of "U.S." */
static bool ends_abbreviated(Scan *s, Str t)
{
    return scan_is_abbreviation(s, (size_t)(t.ptr - s->text.ptr) + t.len - 1);
}

static Str without_signs(Scan *s, Str t)
{
    static const char *const pairs[][2] = {{"\"", "\""}, {"'", "'"},   {"“", "”"},
                                           {"‘", "’"},   {"「", "」"}, {"『", "』"}};
    for (size_t n = 1; n; t = str_after(t, n)) { /* "is: Paris" */
        t = utf8_strip(t);
        n = str_starts(t, STR(":")) || str_starts(t, STR("=")) ? 1 : 3 * str_starts(t, STR("："));
    }
    while (str_ends(t, STR("。")) || (str_ends(t, STR(".")) && !ends_abbreviated(s, t)))
        t.len -= str_ends(t, STR(".")) ? 1 : 3;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        Str open = str_from(pairs[i][0]), close = str_from(pairs[i][1]);
        if (t.len > open.len + close.len && str_starts(t, open) && str_ends(t, close))
            t = str_slice(t, open.len, t.len - close.len);
    }
    return utf8_strip(t);
}

/* What is stated last; else the whole text, when it is one line. */
void extract_text(Scan *s, Extracted *out)
{
    Statement list[SCAN_STATEMENTS];
    Str whole = utf8_strip(s->text);
    size_t len = scan_last_statements(s, list);
    for (size_t i = 0; i < len && !out->found; i++) {
        size_t to = list[i].to;
        if (to < s->text.len && s->text.ptr[to] == '.' && scan_is_abbreviation(s, to))
            to++;
        Str value = without_signs(s, str_slice(s->text, list[i].from, to));
        if (list[i].negative || !value.len)
            continue;
        out->value = value;
        out->rule = list[i].rule;
        out->found = true;
    }
    if (out->found)
        return;
    out->rule = whole.len ? "several_lines" : "nothing";
    if (!whole.len || str_find_char(whole, '\n') >= 0)
        return;
    out->value = without_signs(s, whole);
    out->rule = "whole";
    out->found = out->value.len > 0;
}
