/* extract_mention.c - finds option letters that stand together in a text. */
#include "text/extract_choice.h"

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

static char peek(Str t, size_t at)
{
    return (char)(at < t.len ? t.ptr[at] : ' ');
}

static size_t options_of(const Scan *s)
{
    return s->options->n ? s->options->n : EXTRACT_OPTIONS_UNKNOWN;
}

/* "A good option" and "I think" begin with words, not letters. */
static bool is_english_word(Scan *s, size_t at)
{
    static const Word verbs[] = {
        {"is", 0},          {"are", 0},   {"was", 0},   {"were", 0},    {"would", 0},
        {"and", 0},         {"or", 0},    {"nor", 0},   {"because", 0}, {"since", 0},
        {"as", 0},          {"has", 0},   {"seems", 0}, {"fits", 0},    {"can", 0},
        {"does", 0},        {"may", 0},   {"could", 0}, {"must", 0},    {"should", 0},
        {"which", 0},       {"but", 0},   {"not", 0},   {"through", 0}, {"to", 0},
        {"contradicts", 0}, {"holds", 0}, {"here", 0},  {"with", 0},    {"says", 0},
    };
    char c = s->text.ptr[at];
    if ((c != 'A' && c != 'I' && c != 'a' && c != 'i') || peek(s->text, at + 1) != ' ')
        return false;
    char after = peek(s->text, at + 2);
    if (!is_small(after))
        return c == 'I' && is_upper(after);
    return !scan_word_at(s, (Words){verbs, COUNT(verbs)}, at + 2);
}

/* One letter, or a run of capitals in order ("ACD"), as a word of its own. */
static bool word_at(Scan *s, size_t at, Mention *out)
{
    Str t = s->text;
    char c = t.ptr[at];
    size_t end = at;
    char before = (char)(at ? t.ptr[at - 1] : ' ');
    if ((!is_upper(c) && !is_small(c)) || scan_is_word_byte(before) || before == '\'' ||
        before == '\\' || (before == '.' && at > 1 && scan_is_word_byte(t.ptr[at - 2])))
        return false;
    *out = (Mention){.from = at, .small = is_small(c)};
    for (; end < t.len && scan_is_word_byte(t.ptr[end]); end++) {
        int letter = t.ptr[end] - (out->small ? 'a' : 'A');
        if (letter < 0 || letter >= (int)options_of(s) || out->letters >> letter)
            return false;
        out->letters |= 1u << letter;
        out->n++;
    }
    out->to = end;
    bool possessive = peek(t, end) == '\'' && is_small(peek(t, end + 1));
    return !possessive && (!out->small || out->n == 1) && !is_english_word(s, at);
}

typedef enum Join { JOIN_NONE, JOIN_LIST, JOIN_COMMA, JOIN_OR, JOIN_BLANK, JOIN_RANGE } Join;

static const Word joins[] = {
    {"、", JOIN_LIST},   {"和", JOIN_LIST}, {"与", JOIN_LIST},  {"及", JOIN_LIST},
    {"以及", JOIN_LIST}, {"/", JOIN_LIST},  {"&", JOIN_LIST},   {"and", JOIN_LIST},
    {"or", JOIN_OR},     {"或", JOIN_OR},   {"或者", JOIN_OR},  {"还是", JOIN_OR},
    {"nor", JOIN_OR},    {",", JOIN_COMMA}, {";", JOIN_COMMA},  {"through", JOIN_RANGE},
    {"to", JOIN_RANGE},  {"~", JOIN_RANGE}, {"至", JOIN_RANGE}, {"到", JOIN_RANGE},
};

static const Word between[] = {
    {"option", 0}, {"options", 0}, {"选项", 0}, {"项", 0}, {"choice", 0}};

/* What stands between two letters of a list; *at is moved to the second. */
static Join join_at(Scan *s, size_t *at, bool lists)
{
    Join join = JOIN_NONE;
    size_t i = *at, start = i;
    for (int steps = 0; steps < 6; steps++) {
        const Word *w = scan_word_at(s, (Words){joins, COUNT(joins)}, i);
        if (w && (join == JOIN_NONE || join == JOIN_COMMA)) {
            join = (Join)w->role;
            i += strlen(w->text);
            continue;
        }
        const Word *name = join ? scan_word_at(s, (Words){between, COUNT(between)}, i) : NULL;
        size_t next = name ? i + strlen(name->text) : scan_skip(s->text, i);
        while (lists && next < s->text.len && s->text.ptr[next] == '\n')
            next++;
        if (next == i)
            break;
        i = next;
    }
    if (!join && lists && i > start)
        join = JOIN_BLANK;
    *at = i;
    return join;
}

/* "The answer is A, B is wrong": what is said of the second letter is said of it alone. */
static bool has_own_verdict(Scan *s, size_t to)
{
    static const Word verdicts[] = {{"is", 0}, {"was", 0},  {"错", 0}, {"正确", 0}, {"不", 0},
                                    {"项", 0}, {"选项", 0}, {"有", 0}, {"太", 0},   {"过", 0},
                                    {"是", 0}, {".", 0},    {":", 0}};
    while (to < s->text.len && s->text.ptr[to] == ' ')
        to++;
    const Word *w =
        to < s->text.len ? scan_word_at(s, (Words){verdicts, COUNT(verdicts)}, to) : NULL;
    if (w && (*w->text == '.' || *w->text == ':')) /* "B. text", not the end of a sentence */
        return *w->text == ':' || (to + 2 < s->text.len && s->text.ptr[to + 1] == ' ' &&
                                   is_small(s->text.ptr[to + 2]));
    return w;
}

static bool may_join(Scan *s, Join join, const Mention *have, const Mention *more, bool lists)
{
    if (!join || more->small != have->small || (more->letters & have->letters))
        return false;
    if (join == JOIN_COMMA || join == JOIN_BLANK)
        return (lists || join == JOIN_COMMA) && !has_own_verdict(s, more->to);
    return true;
}

bool mention_at(Scan *s, size_t at, bool lists, Mention *out)
{
    Mention m, more;
    if (at >= s->text.len || !word_at(s, at, &m))
        return false;
    for (size_t next = m.to; m.n < EXTRACT_OPTIONS; next = m.to) {
        Join join = join_at(s, &next, lists);
        if (next >= s->text.len || !word_at(s, next, &more) || !may_join(s, join, &m, &more, lists))
            break;
        m.letters |= more.letters;
        m.n += more.n;
        m.either = m.either || join == JOIN_OR || join == JOIN_RANGE; /* a set, not an answer */
        m.to = more.to;
    }
    *out = m;
    return true;
}

bool mention_next(Scan *s, size_t at, bool lists, Mention *out)
{
    for (; at < s->text.len; at++) {
        if (!is_upper(s->text.ptr[at]) && !is_small(s->text.ptr[at]))
            continue;
        if (mention_at(s, at, lists, out))
            return true;
        while (at + 1 < s->text.len && scan_is_word_byte(s->text.ptr[at + 1]))
            at++;
    }
    return false;
}
