/* extract_scan.c - words, sentences and stated answers in a prepared text. */
#include "text/extract_private.h"

#include "base/utf8.h"
#include "text/normalise.h"

enum { SENTENCE = 400 }; /* bytes of a sentence that are read after a cue */

bool scan_is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool same_nocase(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

/* Whether a word of `n` bytes at `at` is not a part of a longer one. */
static bool stands_alone(Str t, size_t at, size_t n)
{
    bool first = scan_is_word_byte(t.ptr[at]), last = scan_is_word_byte(t.ptr[at + n - 1]);
    if (first && at && scan_is_word_byte(t.ptr[at - 1]))
        return false;
    return !last || at + n == t.len || !scan_is_word_byte(t.ptr[at + n]);
}

const Word *scan_word_at(Scan *s, Words words, size_t at)
{
    const Word *best = NULL;
    size_t longest = 0, left = s->text.len - at;
    s->work += words.n;
    for (size_t i = 0; left && i < words.n; i++) {
        const char *w = words.items[i].text;
        if (lower(s->text.ptr[at]) != w[0])
            continue;
        size_t n = strlen(w);
        s->work += n;
        if (n > longest && n <= left && same_nocase(s->text.ptr + at, w, n) &&
            stands_alone(s->text, at, n)) {
            best = &words.items[i];
            longest = n;
        }
    }
    return best;
}

const Word *scan_word_before(Scan *s, Words words, size_t at)
{
    const Word *best = NULL;
    size_t longest = 0;
    s->work += words.n;
    for (size_t i = 0; at && i < words.n; i++) {
        const char *w = words.items[i].text;
        size_t n = strlen(w);
        if (n > at || n <= longest || lower(s->text.ptr[at - 1]) != w[n - 1])
            continue;
        s->work += n;
        if (same_nocase(s->text.ptr + at - n, w, n) && stands_alone(s->text, at - n, n)) {
            best = &words.items[i];
            longest = n;
        }
    }
    return best;
}

/* ---- places ---- */

#define LITERAL(text)                                                                              \
    {                                                                                              \
        text, 0                                                                                    \
    }

static bool any_at(Scan *s, const Word *items, size_t n, size_t at)
{
    return scan_word_at(s, (Words){items, n}, at);
}

/* ---- abbreviations: only a text keeps its points, a letter or a number has none ---- */

enum { PREFIX = 1, SUFFIX };

static const Word abbreviated[] = {
    {"mr", PREFIX},  {"mrs", PREFIX},    {"ms", PREFIX},   {"dr", PREFIX},  {"prof", PREFIX},
    {"st", PREFIX},  {"mt", PREFIX},     {"ft", PREFIX},   {"gen", PREFIX}, {"sen", PREFIX},
    {"gov", PREFIX}, {"capt", PREFIX},   {"lt", PREFIX},   {"col", PREFIX}, {"sgt", PREFIX},
    {"vs", PREFIX},  {"approx", PREFIX}, {"jr", SUFFIX},   {"sr", SUFFIX},  {"inc", SUFFIX},
    {"ltd", SUFFIX}, {"corp", SUFFIX},   {"bros", SUFFIX}, {"etc", SUFFIX}, {"ph.d", SUFFIX},
};

static bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "U.S", "e.g", "J.K" before the point at `at`: single letters with points between. */
static bool is_dotted(Str t, size_t at)
{
    size_t letters = 0;
    for (; at && is_ascii_letter(t.ptr[at - 1]); at -= 2) {
        letters++;
        if (at < 2 || t.ptr[at - 2] != '.')
            return letters > 1 && (at < 2 || !scan_is_word_byte(t.ptr[at - 2]));
    }
    return false;
}

/* One capital: "George W". */
static bool is_initial(Str t, size_t at)
{
    return at && t.ptr[at - 1] >= 'A' && t.ptr[at - 1] <= 'Z' &&
           (at < 2 || t.ptr[at - 2] == ' ' || (unsigned char)t.ptr[at - 2] < ' ');
}

bool scan_is_abbreviation(Scan *s, size_t at)
{
    return is_dotted(s->text, at) ||
           scan_word_before(s, (Words){abbreviated, COUNT(abbreviated)}, at);
}

/* Whether the sentence goes on behind the point of an abbreviation or initial: not before a word
 * that begins sentences, nor at the end of the line. */
static bool goes_on(Scan *s, size_t at)
{
    static const Word starters[] = {
        {"the", 0},  {"it", 0},    {"he", 0},    {"she", 0},  {"they", 0},    {"this", 0},
        {"that", 0}, {"these", 0}, {"we", 0},    {"i", 0},    {"in", 0},      {"because", 0},
        {"so", 0},   {"if", 0},    {"let", 0},   {"note", 0}, {"however", 0}, {"his", 0},
        {"her", 0},  {"its", 0},   {"there", 0}, {"here", 0}, {"a", 0},       {"therefore", 0},
    };
    Str t = s->text;
    const Word *w = scan_word_before(s, (Words){abbreviated, COUNT(abbreviated)}, at);
    bool prefix = w && w->role == PREFIX, initial = !w && is_initial(t, at);
    if (!w && !initial && !is_dotted(t, at))
        return false;
    size_t next = at + 1;
    if (next < t.len && strchr(",;:)\"'", t.ptr[next]) && t.ptr[next])
        return true;
    if (next + 1 >= t.len || t.ptr[next] != ' ')
        return false;
    char c = t.ptr[next + 1];
    bool capital = c >= 'A' && c <= 'Z';
    if (capital && any_at(s, starters, COUNT(starters), next + 1))
        return false;
    if (initial)
        return capital;
    return prefix || capital || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* A full stop ends a sentence when no digit or letter follows it. */
static bool ends_sentence(Scan *s, size_t at)
{
    static const Word ends[] = {LITERAL("。"), LITERAL("!"), LITERAL("?"), LITERAL(";"),
                                LITERAL("\n")};
    Str t = s->text;
    if (t.ptr[at] == '.')
        return (at + 1 >= t.len || !scan_is_word_byte(t.ptr[at + 1])) &&
               !(s->options->kind == EXTRACT_TEXT && goes_on(s, at));
    return any_at(s, ends, COUNT(ends), at);
}

size_t scan_sentence_end(Scan *s, size_t at, size_t most)
{
    size_t stop = s->text.len - at > most ? at + most : s->text.len;
    while (at < stop && !ends_sentence(s, at))
        at++;
    return at;
}

size_t scan_sentence_start(Scan *s, size_t at, size_t most)
{
    size_t stop = at > most ? at - most : 0;
    while (at > stop && !ends_sentence(s, at - 1))
        at--;
    return at;
}

size_t scan_line_end(Str text, size_t at)
{
    const char *end = at < text.len ? memchr(text.ptr + at, '\n', text.len - at) : NULL;
    return end ? (size_t)(end - text.ptr) : text.len;
}

/* Brackets and quotes outside ASCII; NFKC has folded the full-width ones. */
static const char *const signs[] = {
    "【", "】", "「", "」", "『", "』", "《", "》", "“", "”", "‘", "’", "→", "✅", "：", "≈",
};
static const char ascii_signs[] = " \t\"'()[]{}:=>*";

static size_t sign_at(Str t, size_t at)
{
    if (t.ptr[at] && strchr(ascii_signs, t.ptr[at]))
        return 1;
    if (t.ptr[at] == BOX_OPEN || t.ptr[at] == TAG_OPEN || t.ptr[at] == HASH_CUE)
        return 1;
    for (size_t i = 0; (unsigned char)t.ptr[at] >= 0x80 && i < COUNT(signs); i++)
        if (str_starts(str_after(t, at), (Str){signs[i], 3}))
            return 3;
    return 0;
}

size_t scan_skip(Str text, size_t at)
{
    size_t n;
    while (at < text.len && (n = sign_at(text, at)))
        at += n;
    return at;
}

size_t scan_skip_back(Str text, size_t at)
{
    for (;;) {
        if (at >= 1 && (unsigned char)text.ptr[at - 1] < 0x80 && sign_at(text, at - 1) &&
            text.ptr[at - 1] >= ' ')
            at--;
        else if (at >= 3 && sign_at(text, at - 3) == 3)
            at -= 3;
        else
            return at;
    }
}

/* ---- statements ---- */

enum { CUE = 1, VERDICT, SAYS, COPULA, NOT };

static const Word cues[] = {
    {"answer", CUE},
    {"result", CUE},
    {"solution", CUE},
    {"答案", CUE},
    {"ans", CUE},
    {"答", CUE},
    {"结果", CUE},
    {"verdict", VERDICT},
    {"judgment", VERDICT},
    {"judgement", VERDICT},
    {"conclusion", VERDICT},
    {"判断", VERDICT},
    {"结论", VERDICT},
    {"would say", SAYS},
    {"i'd say", SAYS},
    {"i'll say", SAYS},
    {"i say", SAYS},
    {"i will say", SAYS},
    {"have to say", SAYS},
};

static const Word links[] = {
    {"is", COPULA},        {"=", COPULA},       {":", COPULA},  {"would be", COPULA},
    {"should be", COPULA}, {"must be", COPULA}, {"：", COPULA}, /* full-width colon */
    {"是", COPULA},        {"为", COPULA},      {"】", COPULA}, {"isn't", NOT},
    {"is not", NOT},       {"不是", NOT},       {"并非", NOT},
};

/* "答" stands alone: 回答, 解答, 答应 are other words. */
static bool is_cue(Scan *s, size_t at, const Word **out)
{
    const Word *w = scan_word_at(s, (Words){cues, COUNT(cues)}, at);
    *out = w;
    if (!w || (w->role != CUE && s->options->kind != EXTRACT_YES_NO))
        return false; /* a verdict and what one says are yes or no, not a number or a name */
    if (strcmp(w->text, "答") != 0)
        return true;
    size_t after = at + 3;
    bool first = !at || s->text.ptr[at - 1] == '\n' || s->text.ptr[at - 1] == ' ' ||
                 str_ends(str_slice(s->text, 0, at), STR("。"));
    return first && after < s->text.len &&
           (s->text.ptr[after] == ':' || str_starts(str_after(s->text, after), STR("：")));
}

/* From behind a cue to the end of its sentence, from behind "is" or a colon when there is one.
 * A heading has its answer in the next line. */
static bool statement_of_cue(Scan *s, const Word *cue, size_t at_cue, Statement *out)
{
    size_t after = at_cue + strlen(cue->text), end = scan_sentence_end(s, after, SENTENCE);
    Statement st = {after, end, "cue", false};
    bool linked = cue->role == SAYS;
    for (size_t at = after; at < end && at < after + 80 && !linked; at++) {
        const Word *w = scan_word_at(s, (Words){links, COUNT(links)}, at);
        if (!w)
            continue;
        linked = true;
        st.negative = w->role == NOT;
        st.from = at + strlen(w->text);
        size_t next = scan_skip(s->text, st.from);
        const Word *not = scan_word_at(s, (Words){links, COUNT(links)}, next);
        st.negative = st.negative || (not &&not ->role == NOT) ||
                      str_starts(str_after(s->text, next), STR("not "));
    }
    size_t first = scan_skip(s->text, st.from);
    if (first >= end && end < s->text.len && s->text.ptr[end] == '\n') {
        while (first < s->text.len && (s->text.ptr[first] == '\n' || s->text.ptr[first] == ' '))
            first++;
        st.from = first;
        st.to = scan_sentence_end(s, first, SENTENCE);
        linked = true;
    }
    *out = st;
    return linked && st.from < st.to;
}

static bool statement_in_box(Scan *s, size_t at, Statement *out)
{
    size_t depth = 1, i = at + 1;
    for (; i < s->text.len && depth; i++)
        depth += (size_t)(s->text.ptr[i] == BOX_OPEN) - (size_t)(s->text.ptr[i] == BOX_CLOSE);
    s->work += i - at;
    *out = (Statement){at + 1, i - 1, "boxed", false};
    return !depth;
}

static bool statement_in_tag(Scan *s, size_t at, Statement *out)
{
    size_t i = at + 1;
    while (i < s->text.len && s->text.ptr[i] != TAG_CLOSE && s->text.ptr[i] != TAG_OPEN)
        i++;
    *out = (Statement){at + 1, i, "tag", false};
    return i < s->text.len && s->text.ptr[i] == TAG_CLOSE;
}

/* GSM8K's solutions end in a line "A: 72". */
static bool is_last_a(Str t, size_t at)
{
    if (t.ptr[at] != 'A' || !str_starts(str_after(t, at), STR("A:")))
        return false;
    while (at && t.ptr[at - 1] == ' ')
        at--;
    return !at || strchr("\n?.!", t.ptr[at - 1]); /* not "we evaluate A: A = False" */
}

bool scan_statement(Scan *s, size_t at, Statement *out)
{
    Str t = s->text;
    for (; at < t.len; at++) {
        const Word *w;
        if (t.ptr[at] == BOX_OPEN && statement_in_box(s, at, out))
            return true;
        if (t.ptr[at] == TAG_OPEN && statement_in_tag(s, at, out))
            return true;
        if (t.ptr[at] == HASH_CUE) {
            *out = (Statement){at + 1, scan_line_end(t, at), "hash", false};
            return true;
        }
        if (is_last_a(t, at)) {
            *out = (Statement){at + 2, scan_sentence_end(s, at + 2, SENTENCE), "cue", false};
            return true;
        }
        if (is_cue(s, at, &w) && statement_of_cue(s, w, at, out))
            return true;
    }
    return false;
}

size_t scan_last_statements(Scan *s, Statement out[SCAN_STATEMENTS])
{
    Statement ring[SCAN_STATEMENTS], st;
    size_t n = 0;
    for (size_t at = 0; scan_statement(s, at, &st); at = st.from)
        ring[n++ % SCAN_STATEMENTS] = st;
    size_t kept = n < SCAN_STATEMENTS ? n : SCAN_STATEMENTS;
    for (size_t i = 0; i < kept; i++)
        out[i] = ring[(n - 1 - i) % SCAN_STATEMENTS];
    return kept;
}

/* ---- no answer, said in words ---- */

bool scan_declines(Scan *s)
{
    static const Word says[] = {
        {"sorry", 0},
        {"i don't know", 0},
        {"i do not know", 0},
        {"i can't", 0},
        {"i cannot", 0},
        {"i am not sure", 0},
        {"i'm not sure", 0},
        {"i am not able", 0},
        {"not enough information", 0},
        {"cannot be determined", 0},
        {"cannot determine", 0},
        {"as an ai", 0},
        {"抱歉", 0},
        {"不知道", 0},
        {"无法", 0},
        {"不会做", 0},
        {"不清楚", 0},
        {"不确定", 0},
        {"不能确定", 0},
    };
    for (size_t at = 0; at < s->text.len; at++)
        if (any_at(s, says, COUNT(says), at))
            return true;
    return false;
}

/* ---- options by their texts ---- */

static bool is_edge(int32_t code)
{
    return utf8_is_space(code) || (code < 0x80 && code >= 0 && !scan_is_word_byte((char)code)) ||
           code == 0x3002 || code == 0x3010 || code == 0x3011 || code == 0x201c || code == 0x201d;
}

/* Lower case, without signs and blanks at the ends. */
static Str bare(Arena *arena, Str text)
{
    Str t = text_lower(arena, text_nfkc(arena, text));
    size_t from = 0, to = t.len;
    while (from < to) {
        size_t at = from;
        if (!is_edge(utf8_next(t, &at)))
            break;
        from = at;
    }
    while (to > from) {
        size_t start = to - 1, at;
        while (start > from && ((unsigned char)t.ptr[start] & 0xc0) == 0x80)
            start--;
        at = start;
        if (!is_edge(utf8_next(t, &at)))
            break;
        to = start;
    }
    return str_slice(t, from, to);
}

int scan_option(const ExtractOptions *o, Str text, Arena *arena)
{
    int found = -1;
    if (!o->texts || text.len > 4096)
        return -1;
    Str want = bare(arena, text);
    for (size_t i = 0; want.len && i < o->n; i++)
        if (str_eq(bare(arena, o->texts[i]), want))
            found = found < 0 ? (int)i : -2; /* two options of the same text name none */
    return found < 0 ? -1 : found;
}
