/* extract_choice.c - the option letters that an answer commits to. */
#include "text/extract_choice.h"

#include "base/utf8.h"

typedef struct Ballot {
    Scan *s;
    bool many; /* several letters may be right */
    uint32_t right, wrong, named, all;
    bool last_named;           /* the last letter is called an option */
    uint32_t stated, followed; /* the last statement, the last conclusion */
    bool unclear;              /* the last statement or conclusion names several */
    const char *stated_rule, *followed_rule;
} Ballot;

static int letters_in(uint32_t mask)
{
    return __builtin_popcount(mask);
}

static bool decide(const Ballot *b, uint32_t mask, const char *rule, Extracted *out)
{
    if (!mask || (!b->many && letters_in(mask) != 1))
        return false;
    out->value = extract_mask_text(mask, b->s->arena);
    out->found = true;
    out->rule = rule;
    return true;
}

Str extract_mask_text(uint32_t mask, Arena *arena)
{
    char letters[EXTRACT_OPTIONS];
    size_t n = 0;
    for (int i = 0; i < EXTRACT_OPTIONS; i++)
        if (mask >> i & 1)
            letters[n++] = (char)('A' + i);
    return str_copy(arena, (Str){letters, n});
}

/* A small letter counts when the clause ends behind it: "answer: d", not "answer is a matter". */
static bool ends_clause(Str t, size_t at)
{
    if (at >= t.len)
        return true;
    unsigned char c = (unsigned char)t.ptr[at];
    if (c == ' ')
        return at + 1 == t.len || t.ptr[at + 1] == '\n' || t.ptr[at + 1] == BOX_CLOSE ||
               t.ptr[at + 1] == TAG_CLOSE;
    return c >= 0x80 || strchr("\n.,;:!)]}\"'?", c) || c == BOX_CLOSE || c == TAG_CLOSE;
}

/* The last statement wins; one that is taken back later does not count. */
static void count_statement(Ballot *b, const Mention *m, const Claim *c)
{
    if (c->negative) {
        b->wrong |= m->letters;
        if (b->stated & m->letters)
            b->stated = 0;
        return;
    }
    bool several = m->either || (!b->many && m->n > 1);
    b->unclear = several;
    b->stated = several ? 0 : m->letters;
    b->stated_rule = several ? "ambiguous" : c->rule;
    b->followed = 0;
}

static void count_mention(Ballot *b, const Mention *m, const Claim *c)
{
    b->last_named = c->named;
    if (c->named)
        b->named |= m->letters;
    if (m->small && !((c->stated || c->follows) && ends_clause(b->s->text, m->to)))
        return;
    if (c->stated || (c->wins && !c->negative && !(c->wrong && c->negative))) {
        count_statement(b, m, c);
        return;
    }
    if (c->negative || (c->wrong && !c->wins)) {
        b->wrong |= m->letters;
        return;
    }
    if (c->doubtful || m->either) {
        b->unclear = b->unclear || (c->follows && m->either && !b->stated);
        return;
    }
    if (c->right)
        b->right |= m->letters;
    else if (c->follows && (b->many || m->n == 1) && ends_clause(b->s->text, m->to))
        b->followed = m->letters;
}

static void read_all(Ballot *b)
{
    Mention m, next;
    bool more = mention_next(b->s, 0, b->many, &m);
    while (more) {
        Claim c;
        more = mention_next(b->s, m.to, b->many, &next);
        claim_of(b->s, &m, more ? next.from : b->s->text.len, &c);
        count_mention(b, &m, &c);
        m = next;
    }
}

/* ---- a letter at the beginning of a line ---- */

/* "1.", "第3题:", "Assistant:" before an answer. */
static size_t skip_number(Scan *s, size_t at, size_t end)
{
    static const Word heads[] = {{"assistant", 0}, {"第一题", 0}, {"我选", 0}, {"choice", 0}};
    at = scan_skip(s->text, at);
    const Word *w = at < end ? scan_word_at(s, (Words){heads, COUNT(heads)}, at) : NULL;
    if (w)
        return scan_skip(s->text, at + strlen(w->text));
    size_t digits = at;
    while (digits < end && s->text.ptr[digits] >= '0' && s->text.ptr[digits] <= '9')
        digits++;
    if (digits > at && digits < end && strchr(".):", s->text.ptr[digits]))
        return scan_skip(s->text, digits + 1);
    return at;
}

typedef enum Shape { SHAPE_NONE, SHAPE_BARE, SHAPE_HEAD } Shape;

/* Whether the line from `at` is a mention and nothing else, or begins with one: "B. Paris". */
static Shape shape_of_line(const Ballot *b, size_t at, size_t *end, uint32_t *letters)
{
    Mention m;
    Scan *s = b->s;
    *end = scan_line_end(s->text, at);
    size_t first = skip_number(s, at, *end);
    if (first >= *end || !mention_at(s, first, b->many, &m) || m.either)
        return SHAPE_NONE;
    size_t rest = scan_skip(s->text, m.to);
    bool sign = rest > m.to && s->text.ptr[m.to] != ' ';
    while (rest < s->text.len && strchr(".。!,", s->text.ptr[rest]) && s->text.ptr[rest])
        rest++, sign = true;
    rest = scan_skip(s->text, rest);
    *letters = m.letters;
    if (m.to > *end) { /* a list over several lines */
        *end = scan_line_end(s->text, m.to);
    }
    if (rest >= *end || str_starts(str_after(s->text, m.to), STR("。")))
        return SHAPE_BARE;
    if (m.small)
        return s->text.ptr[m.to] == ')' || s->text.ptr[m.to] == '.' ? SHAPE_HEAD : SHAPE_NONE;
    sign = sign || str_starts(str_after(s->text, m.to), STR("、")) ||
           str_starts(str_after(s->text, m.to), STR(" - ")) ||
           str_starts(str_after(s->text, m.to), STR(" — "));
    return sign ? SHAPE_HEAD : SHAPE_NONE;
}

typedef struct Lines {
    Shape first_shape;
    uint32_t first, last, heads; /* heads: letters at the beginning of any line */
    int n_heads;
    bool last_bare;
} Lines;

static void read_lines(const Ballot *b, Lines *out)
{
    Lines l = {0};
    bool any = false;
    for (size_t at = 0, end; at < b->s->text.len; at = end + 1) {
        uint32_t letters = 0;
        Shape shape = shape_of_line(b, at, &end, &letters);
        bool empty = !utf8_strip(str_slice(b->s->text, at, end)).len;
        if (empty)
            continue;
        if (!any) {
            l.first_shape = shape;
            l.first = letters;
        }
        any = true;
        l.last_bare = shape == SHAPE_BARE;
        l.last = letters;
        l.n_heads += shape == SHAPE_HEAD;
        l.heads |= shape ? letters : 0;
    }
    *out = l;
}

/* ---- the decision ---- */

static bool by_line(const Ballot *b, const Lines *l, Extracted *out)
{
    if (l->last_bare && decide(b, l->last, "last_line", out))
        return true;
    if (l->first_shape == SHAPE_BARE && decide(b, l->first, "first_line", out))
        return true;
    bool alone = letters_in(l->heads & ~l->first) == 0;
    return l->first_shape == SHAPE_HEAD && !(b->wrong & l->first) && (alone || !b->right) &&
           alone && decide(b, l->first, "first_line", out);
}

static bool by_option_text(const Ballot *b, Extracted *out)
{
    Statement list[SCAN_STATEMENTS];
    Scan *s = b->s;
    int option = scan_option(s->options, s->text, s->arena);
    size_t len = option < 0 && s->options->texts ? scan_last_statements(s, list) : 0;
    for (size_t i = 0; i < len && option < 0; i++)
        if (!list[i].negative)
            option =
                scan_option(s->options, str_slice(s->text, list[i].from, list[i].to), s->arena);
    return option >= 0 && decide(b, 1u << option, "option_text", out);
}

/* All options but one were taken away in words. */
static bool by_elimination(const Ballot *b, Extracted *out)
{
    size_t n = b->s->options->n;
    uint32_t left = n ? b->all & ~b->wrong : 0;
    return !b->many && !b->right && letters_in(left) == 1 && n > 2 &&
           decide(b, left, "elimination", out);
}

static void decide_weak(const Ballot *b, Extracted *out)
{
    Lines lines;
    uint32_t right = b->right & ~(b->many ? b->wrong : 0);
    read_lines(b, &lines);
    if (by_line(b, &lines, out) || by_option_text(b, out))
        return;
    if (decide(b, b->followed, "conclusion", out))
        return;
    if (!b->unclear && decide(b, right, "verdict", out))
        return;
    if (!b->unclear && by_elimination(b, out))
        return;
    uint32_t named = b->named & ~b->wrong;
    if (!b->unclear && b->last_named && decide(b, named, "named_option", out))
        return;
    out->rule = b->unclear || letters_in(b->right) > 1 ? "ambiguous" : "nothing";
}

void extract_choice(Scan *s, Extracted *out)
{
    Ballot b = {.s = s, .many = s->options->kind == EXTRACT_MULTI_CHOICE};
    size_t n = s->options->n ? s->options->n : EXTRACT_OPTIONS_UNKNOWN;
    b.all = (uint32_t)((1ull << n) - 1);
    read_all(&b);
    if (b.stated && decide(&b, b.stated, b.stated_rule, out))
        return;
    if (b.unclear && b.stated_rule) {
        out->rule = "ambiguous";
        return;
    }
    decide_weak(&b, out);
}

/* Letters, and what stands between them, and nothing else. */
bool extract_letters(const ExtractOptions *options, Str text, uint32_t *mask)
{
    SCOPED_ARENA(scratch);
    Mention m;
    Scan s = {.text = text, .options = options, .arena = &scratch};
    if (!mention_next(&s, 0, true, &m) || m.either)
        return false;
    size_t to = scan_skip(text, m.to), from = scan_skip(text, 0);
    *mask = m.letters;
    return from == m.from && (to == text.len || (to + 1 == text.len && text.ptr[to] == '.'));
}
