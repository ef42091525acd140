/* sentence.c - English sentences by Punkt's decisions. */
#include "text/sentence.h"

#include "base/utf8.h"

#include <utf8proc.h>

/* Sorted. Beside these, letters with points between them ("u.s", "a.m") are abbreviations. */
static const char *const abbreviations[] = {
    "adm",  "ala",  "ariz", "aug",  "ave", "bros", "calif", "co",  "col",  "colo",   "conn",
    "corp", "cos",  "ct",   "dec",  "dr",  "feb",  "fla",   "fri", "ft",   "ga",     "gen",
    "ill",  "inc",  "jan",  "jr",   "kan", "ky",   "lt",    "ltd", "maj",  "messrs", "mg",
    "mich", "minn", "mr",   "mrs",  "ms",  "nev",  "nov",   "oct", "okla", "ore",    "pa",
    "ph.d", "prof", "rep",  "reps", "sen", "sep",  "sept",  "sr",  "st",   "tenn",   "tues",
    "va",   "vs",   "vt",   "wash", "wed", "wis",  "yr"};

/* Words so often in lower case that a capital means the start of a sentence. Sorted. */
static const char *const starters[] = {
    "a",     "about",   "after", "all",     "also",    "although", "an",      "and",    "another",
    "any",   "are",     "as",    "at",      "because", "before",   "both",    "but",    "by",
    "can",   "could",   "did",   "do",      "does",    "during",   "each",    "even",   "every",
    "few",   "finally", "for",   "from",    "had",     "has",      "have",    "he",     "her",
    "here",  "his",     "how",   "however", "if",      "in",       "instead", "is",     "it",
    "its",   "just",    "last",  "later",   "let",     "many",     "may",     "more",   "most",
    "my",    "no",      "not",   "now",     "of",      "on",       "once",    "one",    "only",
    "or",    "other",   "our",   "over",    "perhaps", "please",   "she",     "should", "since",
    "so",    "some",    "still", "such",    "that",    "the",      "their",   "then",   "there",
    "these", "they",    "this",  "those",   "though",  "three",    "through", "to",     "too",
    "two",   "under",   "until", "was",     "we",      "well",     "were",    "what",   "when",
    "where", "which",   "while", "who",     "why",     "will",     "with",    "would",  "yet",
    "you",   "your"};

static int by_name(const void *key, const void *row)
{
    return str_cmp(*(const Str *)key, str_from(*(const char *const *)row));
}

enum { LONGEST_WORD = 64 };

/* `word` in lower case (ASCII) among sorted names. */
static bool among(Str word, const char *const *names, size_t n)
{
    char lower[LONGEST_WORD];
    if (!word.len || word.len > LONGEST_WORD)
        return false;
    for (size_t i = 0; i < word.len; i++)
        lower[i] =
            (char)(word.ptr[i] >= 'A' && word.ptr[i] <= 'Z' ? word.ptr[i] | 32 : word.ptr[i]);
    Str key = {lower, word.len};
    return bsearch(&key, names, n, sizeof *names, by_name) != NULL;
}

static int32_t code_at(Str s, size_t at)
{
    return at < s.len ? utf8_next(s, &at) : 0;
}

static bool space_at(Str s, size_t at)
{
    return at < s.len && utf8_is_space(code_at(s, at));
}

static size_t skip_space(Str s, size_t at)
{
    while (space_at(s, at))
        (void)utf8_next(s, &at);
    return at;
}

static size_t word_end(Str s, size_t at)
{
    while (at < s.len && !space_at(s, at))
        (void)utf8_next(s, &at);
    return at;
}

static bool one_of(char c, const char *set)
{
    return c && strchr(set, c) != NULL;
}

static bool ends_word(char c)
{
    return one_of(c, "?!)\";}]*:@'({[");
}

/* Points with a space between, three or more from `at` on: their length, or 0. */
static size_t spaced_points(Str s, size_t at)
{
    size_t points = 0, end = at;
    while (end < s.len && s.ptr[end] == '.') {
        points++;
        at = end + 1;
        end = at;
        if (!space_at(s, end))
            break;
        (void)utf8_next(s, &end);
    }
    return points >= 3 ? at : 0;
}

/* "--", ".." or ". . ." at `at`: its length, or 0. Takes time in its length. */
static size_t run_at(Str s, size_t at)
{
    size_t n = 0;
    char c = (char)(at < s.len ? s.ptr[at] : 0);
    if (c != '-' && c != '.')
        return 0;
    while (at + n < s.len && s.ptr[at + n] == c)
        n++;
    if (n >= 2)
        return n;
    size_t end = c == '.' ? spaced_points(s, at) : 0;
    return end ? end - at : 0;
}

/* Whether such a run begins at `at`, in time that does not depend on its length. */
static bool run_begins(Str s, size_t at)
{
    char c = (char)(at < s.len ? s.ptr[at] : 0);
    if (c != '-' && c != '.')
        return false;
    if (at + 1 < s.len && s.ptr[at + 1] == c)
        return true;
    size_t second = at + 1;
    if (c != '.' || !space_at(s, second))
        return false;
    (void)utf8_next(s, &second);
    size_t third = second + 1;
    if (second >= s.len || s.ptr[second] != '.' || !space_at(s, third))
        return false;
    (void)utf8_next(s, &third);
    return third < s.len && s.ptr[third] == '.';
}

static bool word_stops(Str s, size_t at)
{
    if (at >= s.len || space_at(s, at) || ends_word(s.ptr[at]) || run_begins(s, at))
        return true;
    size_t next = at + 1;
    return s.ptr[at] == ',' &&
           (next >= s.len || space_at(s, next) || ends_word(s.ptr[next]) || run_begins(s, next));
}

/* The next token of `s` from *at on; false at the end. */
static bool next_token(Str s, size_t *at, Str *out)
{
    size_t from = skip_space(s, *at), to = from;
    if (from >= s.len)
        return false;
    size_t run = run_at(s, from);
    if (run) {
        to = from + run;
    } else {
        bool word = !one_of(s.ptr[from], "(\"`{[:;&#*@)}]-,");
        do
            (void)utf8_next(s, &to);
        while (word && !word_stops(s, to));
    }
    *out = str_slice(s, from, to);
    *at = to;
    return true;
}

/* ---- one place where a sentence may end ---- */

static bool is_upper(int32_t c)
{
    return utf8proc_category(c) == UTF8PROC_CATEGORY_LU;
}

static bool is_lower(int32_t c)
{
    return utf8proc_category(c) == UTF8PROC_CATEGORY_LL;
}

static bool is_number(Str word)
{
    size_t at = 0, digits = 0;
    at += at < word.len && word.ptr[at] == '-';
    at += at < word.len && one_of(word.ptr[at], ".,");
    for (; at < word.len; at++) {
        bool digit = word.ptr[at] >= '0' && word.ptr[at] <= '9';
        if (!digit && (!digits || !one_of(word.ptr[at], ",.-")))
            return false;
        digits += digit;
    }
    return digits > 0;
}

/* A letter with a point. */
static bool is_initial(Str token)
{
    size_t at = 0;
    if (!token.len)
        return false;
    int32_t c = utf8_next(token, &at);
    return (is_upper(c) || is_lower(c)) && at + 1 == token.len && token.ptr[at] == '.';
}

/* "u.s", "p.a.m"; but those that NLTK's Punkt did not learn end a sentence. */
static bool is_dotted(Str word)
{
    static const char *const unlearnt[] = {"e.g", "i.e", "p.p.s", "p.s"};
    if (word.len < 3 || among(word, unlearnt, COUNT(unlearnt)))
        return false;
    for (size_t i = 0; i < word.len; i++) {
        char c = (char)(word.ptr[i] | 32);
        if (i % 2 ? word.ptr[i] != '.' : c < 'a' || c > 'z')
            return false;
    }
    return word.len % 2;
}

/* Punkt learnt these letters as abbreviations; the others it takes for initials only. */
static bool is_letter_abbreviation(Str word)
{
    return word.len == 1 && one_of((char)(word.ptr[0] | 32), "cdefghklmnprstvw");
}

static bool is_abbreviation(Str word)
{
    ptrdiff_t dash = str_rfind_char(word, '-');
    Str last = dash < 0 ? word : str_after(word, (size_t)dash + 1);
    return is_letter_abbreviation(word) || is_dotted(word) ||
           among(word, abbreviations, COUNT(abbreviations)) ||
           among(last, abbreviations, COUNT(abbreviations));
}

typedef enum Starts { STARTS_NO, STARTS_YES, STARTS_UNKNOWN } Starts;

/* Whether a token begins a sentence, by its case. */
static Starts starts_sentence(Str token)
{
    if (token.len == 1 && one_of(token.ptr[0], ";:,.!?"))
        return STARTS_NO;
    int32_t first = code_at(token, 0);
    Str word = str_ends(token, STR(".")) ? str_slice(token, 0, token.len - 1) : token;
    if (is_upper(first) && among(word, starters, COUNT(starters)))
        return STARTS_YES;
    return is_lower(first) ? STARTS_NO : STARTS_UNKNOWN;
}

/* Whether a sentence ends after `token`, which `next` follows (ptr NULL: nothing does). */
static bool ends_sentence(Str token, Str next)
{
    if (token.len == 1 && one_of(token.ptr[0], ".?!"))
        return true;
    if (!str_ends(token, STR(".")))
        return false;
    bool ellipsis = str_ends(token, STR(".."));
    Str word = str_slice(token, 0, token.len - 1);
    bool initial = is_initial(token), abbreviated = !ellipsis && is_abbreviation(word);
    bool ends = !ellipsis && !abbreviated;
    if (!next.ptr)
        return ends;
    Starts starts = starts_sentence(next);
    if ((abbreviated || ellipsis) && !initial)
        return starts == STARTS_YES;
    if (!initial && !is_number(word))
        return ends;
    if (starts == STARTS_NO || (initial && starts == STARTS_UNKNOWN && is_upper(code_at(next, 0))))
        return false;
    return ends;
}

/* Whether a sentence ends inside `context`: the word before a mark, the mark, what follows. */
static bool has_break(Str context)
{
    size_t at = 0;
    Str token, next;
    bool more = next_token(context, &at, &token);
    while (more) {
        more = next_token(context, &at, &next);
        if (more && ends_sentence(token, next))
            return true;
        token = next;
    }
    return false;
}

/* Closing quotes and brackets that belong to the sentence before: their length with the white space
 * after them. */
static size_t closing(Str s)
{
    size_t at = 0;
    while (at < s.len && one_of(s.ptr[at], "\"')]}")) {
        at++;
        if (at >= s.len || str_starts(str_after(s, at), STR("--")))
            return at;
        if (space_at(s, at))
            return skip_space(s, at);
    }
    return 0;
}

/* The last mark of the word that holds the mark at `at`, of those that may end a sentence; its
 * follower's end goes to *after, and where the next sentence would start to *next. */
static bool candidate(Str s, size_t at, size_t *after, size_t *next)
{
    size_t follow = at + 1;
    if (!one_of(s.ptr[at], ".?!") || follow >= s.len)
        return false;
    if (ends_word(s.ptr[follow])) {
        *after = follow + 1;
        *next = follow;
        return true;
    }
    size_t word = skip_space(s, follow);
    if (word == follow || word >= s.len)
        return false;
    *after = word_end(s, word);
    *next = word;
    return true;
}

size_t sentence_count(Str text)
{
    size_t count = 0, start = 0, at = 0;
    text = utf8_rstrip(text);
    while (at < text.len) {
        size_t word = skip_space(text, at), end = word_end(text, word);
        size_t after = 0, next = 0;
        bool any = false;
        for (size_t i = word; i < end; i++)
            any = candidate(text, i, &after, &next) || any;
        at = end;
        if (!any || !has_break(str_slice(text, word, after)))
            continue;
        count++;
        start = next + closing(str_after(text, next));
    }
    return count + (start < text.len);
}

/* ---- words in capitals ---- */

/* Python's isupper: a cased letter, and none that is not a capital. */
static bool all_capitals(Str word)
{
    bool any = false;
    for (size_t at = 0; at < word.len;) {
        int32_t c = utf8_next(word, &at);
        if (c == UTF8_BAD)
            continue;
        if (is_lower(c) || utf8proc_category(c) == UTF8PROC_CATEGORY_LT)
            return false;
        any |= is_upper(c);
    }
    return any;
}

/* Contractions of two words: where the second starts. */
static size_t contraction(Str word)
{
    static const struct {
        Str whole;
        size_t at;
    } rows[] = {{{"cannot", 6}, 3}, {{"gimme", 5}, 3}, {{"gonna", 5}, 3},
                {{"gotta", 5}, 3},  {{"lemme", 5}, 3}, {{"wanna", 5}, 3}};
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eq_nocase(word, rows[i].whole))
            return rows[i].at;
    if (word.len > 3 && str_eq_nocase(str_after(word, word.len - 3), STR("n't")))
        return word.len - 3;
    ptrdiff_t quote = str_rfind_char(word, '\'');
    static const char *const endings[] = {"'s", "'m", "'d", "'ll", "'re", "'ve"};
    for (size_t i = 0; quote > 0 && i < COUNT(endings); i++)
        if (str_eq_nocase(str_after(word, (size_t)quote), str_from(endings[i])))
            return (size_t)quote;
    return 0;
}

static size_t capitals_of(Str word)
{
    size_t at = contraction(word);
    if (!at)
        return all_capitals(word);
    return all_capitals(str_slice(word, 0, at)) + (size_t)all_capitals(str_after(word, at));
}

static bool is_quote(int32_t c)
{
    return (c >= 0x2018 && c <= 0x201E) || c == 0xAB || c == 0xBB;
}

/* A comma or colon parts words unless a digit follows. */
static bool parts_word(Str s, size_t at)
{
    if (is_quote(code_at(s, at)))
        return true;
    if (one_of(s.ptr[at], ";@#$%&?!()[]{}<>\"*`") || run_begins(s, at))
        return true;
    bool digit = at + 1 < s.len && s.ptr[at + 1] >= '0' && s.ptr[at + 1] <= '9';
    return one_of(s.ptr[at], ",:") && !digit;
}

size_t sentence_capital_words(Str text)
{
    size_t count = 0;
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        while (at < text.len && !space_at(text, at) && !parts_word(text, at))
            (void)utf8_next(text, &at);
        count += capitals_of(str_slice(text, from, at));
        if (at < text.len)
            (void)utf8_next(text, &at);
    }
    return count;
}
