/* drop.c - normalised words, their sets, and what two sets share. */
#include "task/drop.h"

#include "base/map.h"
#include "base/utf8.h"
#include "template/literal.h"
#include "text/normalise.h"
#include "text/regex.h"

#include <ctype.h>
#include <math.h>

/* ---- numbers ---- */

static bool is_digit(char c)
{
    return isdigit((unsigned char)c) != 0;
}

/* Digits with single underscores between them, copied to `out`; -1 when there is none or they
 * are wrongly put. */
static int take_digits(Str *s, StrBuf *out)
{
    int n = 0;
    while (s->len && (is_digit(s->ptr[0]) || (s->ptr[0] == '_' && n))) {
        if (s->ptr[0] == '_') {
            if (s->len < 2 || !is_digit(s->ptr[1]))
                return -1;
        } else {
            strbuf_addc(out, s->ptr[0]);
            n++;
        }
        *s = str_after(*s, 1);
    }
    return n;
}

static bool take_sign(Str *s, StrBuf *out)
{
    bool sign = s->len && (s->ptr[0] == '+' || s->ptr[0] == '-');
    if (sign) {
        strbuf_addc(out, s->ptr[0]);
        *s = str_after(*s, 1);
    }
    return sign;
}

static bool take_exponent(Str *s, StrBuf *out)
{
    if (!s->len || (s->ptr[0] != 'e' && s->ptr[0] != 'E'))
        return true;
    strbuf_addc(out, 'e');
    *s = str_after(*s, 1);
    take_sign(s, out);
    return take_digits(s, out) > 0;
}

/* float(text) of Python; false when it is none. */
static bool python_float(Str text, Arena *arena, double *out)
{
    static const char *const words[] = {"inf", "infinity", "nan"};
    Str s = text_ascii_digits(arena, utf8_strip(text));
    StrBuf plain = strbuf_make(arena, s.len + 2);
    bool minus = s.len && s.ptr[0] == '-';
    take_sign(&s, &plain);
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eq_nocase(s, str_from(words[i]))) {
            *out = i == 2 ? NAN : minus ? -INFINITY : INFINITY;
            return true;
        }
    int whole = take_digits(&s, &plain), part = 0;
    if (whole >= 0 && s.len && s.ptr[0] == '.') {
        strbuf_addc(&plain, '.');
        s = str_after(s, 1);
        part = take_digits(&s, &plain);
    }
    if (whole < 0 || part < 0 || whole + part == 0 || !take_exponent(&s, &plain) || s.len)
        return false;
    *out = strtod(plain.ptr, NULL);
    return true;
}

static bool is_number(Str word, Arena *arena)
{
    double ignored;
    return python_float(word, arena, &ignored);
}

/* ---- words ---- */

static Status add_word(Str word, const Regex *articles, Arena *arena, StrBuf *out, Err *err)
{
    double number;
    word = text_lower(arena, word);
    if (!is_number(word, arena))
        word = text_drop_ascii_punctuation(arena, word);
    if (python_float(word, arena, &number)) {
        char text[40];
        literal_float(text, number);
        word = str_copy(arena, str_from(text));
    }
    TRY(regex_replace(articles, word, STR(" "), arena, &word, err));
    for (;;) { /* white space made single */
        size_t at = 0;
        word = utf8_strip(word);
        if (!word.len)
            return OK;
        for (size_t next = 0; next < word.len; at = next)
            if (utf8_is_space(utf8_next(word, &next)))
                break;
        if (out->len)
            strbuf_addc(out, ' ');
        strbuf_add(out, str_slice(word, 0, at));
        word = str_after(word, at);
    }
}

static Status normalise(Str text, const Regex *articles, Arena *arena, Str *out, Err *err)
{
    StrBuf words = strbuf_make(arena, text.len * 4 + 64);
    size_t begin = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != ' ' && text.ptr[i] != '-')
            continue;
        TRY(add_word(str_slice(text, begin, i), articles, arena, &words, err));
        begin = i + 1;
    }
    *out = strbuf_str(&words);
    return OK;
}

/* ---- sets of words ---- */

static Map bag_of(Str words, Arena *arena)
{
    Map bag = {0};
    while (words.len) {
        Str word = str_split(&words, ' ');
        if (word.len)
            map_set(arena, &bag, word, arena_alloc(arena, 1));
    }
    return bag;
}

static bool numbers_agree(const Map *gold, const Map *answer, Arena *arena)
{
    bool any = false;
    for (size_t i = 0; i < gold->len; i++) {
        if (!is_number(gold->entries[i].key, arena))
            continue;
        any = true;
        if (map_get(answer, gold->entries[i].key))
            return true;
    }
    return !any;
}

static double f1_of(const Map *answer, const Map *gold)
{
    double shared = 0;
    for (size_t i = 0; i < gold->len; i++)
        shared += map_get(answer, gold->entries[i].key) != NULL;
    double precision = answer->len ? shared / (double)answer->len : 1;
    double recall = gold->len ? shared / (double)gold->len : 1;
    return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

/* One answer is paired with the span it fits best; the other spans get nothing. */
static Status score(Str answer, const Str *spans, size_t n, const Regex *articles, Arena *arena,
                    DropScore *out, Err *err)
{
    Str given, gold = {0};
    double best = 0;
    TRY(normalise(answer, articles, arena, &given, err));
    Map bag = bag_of(given, arena);
    for (size_t i = 0; i < n; i++) {
        TRY(normalise(spans[i], articles, arena, &gold, err));
        Map other = bag_of(gold, arena);
        if (numbers_agree(&other, &bag, arena))
            best = fmax(best, f1_of(&bag, &other));
    }
    out->exact = n == 1 && str_eq(given, gold);
    out->f1 = nearbyint(best / (double)(n ? n : 1) * 100) / 100; /* numpy's round: half to even */
    return OK;
}

static Status compile_articles(Regex **out, Err *err)
{
    return regex_compile(STR("\\b(a|an|the)\\b"), out, err);
}

Status drop_score(Str answer, const Str *spans, size_t n, Arena *arena, DropScore *out, Err *err)
{
    Regex *articles;
    TRY(compile_articles(&articles, err));
    Status status = score(answer, spans, n, articles, arena, out, err);
    regex_free(articles);
    return status;
}

Status drop_normalise(Str text, Arena *arena, Str *out, Err *err)
{
    Regex *articles;
    TRY(compile_articles(&articles, err));
    Status status = normalise(text, articles, arena, out, err);
    regex_free(articles);
    return status;
}
