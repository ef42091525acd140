/* bleu_tokens.c - the tokenisers of BLEU. */
#include "base/utf8.h"
#include "text/bleu.h"
#include "text/normalise.h"
#include "text/western.h"

#include <utf8proc.h>

static StrBuf make(Arena *arena)
{
    return strbuf_make(arena, SIZE_MAX / 4);
}

static void put_apart(StrBuf *out, Str s)
{
    strbuf_addc(out, ' ');
    strbuf_add(out, s);
    strbuf_addc(out, ' ');
}

static Str plain_13a(Arena *arena, Str s)
{
    return western_unescape(arena, western_join(arena, western_skip(arena, s), STR("-\n")));
}

static Str tokens_13a(Arena *arena, Str s)
{
    return western_apart(arena, western_padded(arena, plain_13a(arena, s)), false);
}

/* ---- zh ---- */

/* sacrebleu's list, with what two entries beyond U+FFFF really match there: they are written
 * with four digits and one left over, so they compare as U+2001..2A6D and U+2F81..2FA1. */
static const struct {
    int32_t from, to;
} chinese[] = {
    {0x2001, 0x2A6D}, {0x2E80, 0x2EFF}, {0x2F00, 0x2FDF}, {0x2FF0, 0x303F},
    {0x3100, 0x312F}, {0x31A0, 0x31BF}, {0x31C0, 0x31EF}, {0x3200, 0x33FF},
    {0x3400, 0x4DB5}, {0x4E00, 0x9FBB}, {0xF900, 0xFA2D}, {0xFA30, 0xFA6A},
    {0xFA70, 0xFAD9}, {0xFE10, 0xFE1F}, {0xFE30, 0xFE4F}, {0xFF00, 0xFFEF},
};

static bool is_chinese(int32_t code)
{
    for (size_t i = 0; i < COUNT(chinese) && code >= chinese[i].from; i++)
        if (code <= chinese[i].to)
            return true;
    return false;
}

static Str tokens_zh(Arena *arena, Str s)
{
    StrBuf out = make(arena);
    s = utf8_strip(s);
    for (size_t at = 0; at < s.len;) {
        size_t start = at;
        int32_t code = utf8_next(s, &at);
        Str one = str_slice(s, start, at);
        if (is_chinese(code))
            put_apart(&out, one);
        else
            strbuf_add(&out, one);
    }
    return western_apart(arena, strbuf_str(&out), false);
}

/* ---- char ---- */

static Str tokens_char(Arena *arena, Str s)
{
    StrBuf out = make(arena);
    for (size_t at = 0; at < s.len;) {
        size_t start = at;
        utf8_next(s, &at);
        strbuf_add(&out, str_slice(s, start, at));
        strbuf_addc(&out, ' ');
    }
    return strbuf_str(&out);
}

/* ---- intl ---- */

typedef enum Kind { OTHER, NUMBER, PUNCTUATION, SYMBOL } Kind;

static Kind kind_of(int32_t code)
{
    utf8proc_category_t c = code < 0 ? UTF8PROC_CATEGORY_SO : utf8proc_category(code);
    if (c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO)
        return NUMBER;
    if (c >= UTF8PROC_CATEGORY_PC && c <= UTF8PROC_CATEGORY_PO)
        return PUNCTUATION;
    return c >= UTF8PROC_CATEGORY_SM && c <= UTF8PROC_CATEGORY_SO ? SYMBOL : OTHER;
}

/* Two characters in a row, `first` of them asked for; a hit is `apart` on the one that is a
 * punctuation mark, and the search goes on behind both. */
static Str pairs_apart(Arena *arena, Str s, bool mark_first)
{
    StrBuf out = make(arena);
    for (size_t at = 0; at < s.len;) {
        size_t middle = at, end;
        Kind one = kind_of(utf8_next(s, &middle));
        Str a = str_slice(s, at, middle);
        end = middle;
        Kind two = middle < s.len ? kind_of(utf8_next(s, &end)) : NUMBER;
        Str b = str_slice(s, middle, end);
        bool hit = middle < s.len && (mark_first ? one == PUNCTUATION && two != NUMBER
                                                 : one != NUMBER && two == PUNCTUATION);
        if (!hit) {
            strbuf_add(&out, a);
            at = middle;
        } else if (mark_first) {
            put_apart(&out, a);
            strbuf_add(&out, b);
            at = end;
        } else {
            strbuf_add(&out, a);
            put_apart(&out, b);
            at = end;
        }
    }
    return strbuf_str(&out);
}

static Str tokens_intl(Arena *arena, Str s)
{
    s = pairs_apart(arena, s, false);
    s = pairs_apart(arena, s, true);
    StrBuf out = make(arena);
    for (size_t at = 0; at < s.len;) {
        size_t start = at;
        bool symbol = kind_of(utf8_next(s, &at)) == SYMBOL;
        Str one = str_slice(s, start, at);
        if (symbol)
            put_apart(&out, one);
        else
            strbuf_add(&out, one);
    }
    return strbuf_str(&out);
}

/* ---- all ---- */

static Str tokens_none(Arena *arena, Str s)
{
    (void)arena;
    return s;
}

Str bleu_tokenise(Arena *arena, Str text, const BleuOptions *options)
{
    static Str (*const rows[])(Arena *, Str) = {
        [BLEU_13A] = tokens_13a,   [BLEU_ZH] = tokens_zh,     [BLEU_CHAR] = tokens_char,
        [BLEU_INTL] = tokens_intl, [BLEU_NONE] = tokens_none,
    };
    if (options->lowercase)
        text = text_lower(arena, text);
    return rows[options->tokens](arena, utf8_rstrip(text));
}

Ids bleu_words(Arena *arena, Vocabulary *words, Str text, const BleuOptions *options)
{
    if (options->tokens != BLEU_13A && options->tokens != BLEU_ZH)
        return text_words(arena, words, bleu_tokenise(arena, text, options));
    if (options->lowercase)
        text = text_lower(arena, text);
    text = utf8_rstrip(text);
    if (options->tokens == BLEU_ZH)
        return western_words(arena, words, utf8_strip(text), false, is_chinese);
    return western_words(arena, words, plain_13a(arena, text), true, NULL);
}
