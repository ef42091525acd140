/* overlap.c - normalisation of short answers, and what two of them share. */
#include "text/overlap.h"

#include "base/utf8.h"
#include "text/normalise.h"
#include "text/rouge.h"

#include <utf8proc.h>

int overlap_language_find(Str name)
{
    return str_eqc(name, "en") ? OVERLAP_ENGLISH : str_eqc(name, "zh") ? OVERLAP_CHINESE : -1;
}

static bool is_article(Str word)
{
    return str_eqc(word, "a") || str_eqc(word, "an") || str_eqc(word, "the");
}

/* What \w is in Python: letters, digits, underscore. Articles are whole words among these. */
static bool is_word(int32_t c)
{
    if (c < 0x80)
        return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
               (c >= 'A' && c <= 'Z');
    utf8proc_category_t k = utf8proc_category(c);
    return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) ||
           (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO);
}

/* re.sub(r"\b(a|an|the)\b", " ", text) */
static Str drop_articles(Arena *arena, Str text)
{
    StrBuf out = strbuf_make(arena, SIZE_MAX / 4);
    for (size_t at = 0; at < text.len;) {
        size_t start = at, next = at;
        while (next < text.len && is_word(utf8_next(text, &next)))
            at = next;
        Str word = str_slice(text, start, at);
        strbuf_add(&out, is_article(word) ? STR(" ") : word);
        if (at < text.len) {
            start = at;
            utf8_next(text, &at);
            strbuf_add(&out, str_slice(text, start, at));
        }
    }
    return strbuf_str(&out);
}

static Str single_spaces(Arena *arena, Str text)
{
    Vocabulary v = {0};
    Ids ids = text_words(arena, &v, text);
    StrBuf out = strbuf_make(arena, SIZE_MAX / 4);
    for (size_t i = 0; i < ids.len; i++) {
        if (i)
            strbuf_addc(&out, ' ');
        strbuf_add(&out, v.words[ids.items[i] - 1]);
    }
    return strbuf_str(&out);
}

static Str drop_marks(Arena *arena, Str text)
{
    StrBuf out = strbuf_make(arena, SIZE_MAX / 4);
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        int32_t c = utf8_next(text, &at);
        utf8proc_category_t k = c < 0 ? UTF8PROC_CATEGORY_SO : utf8proc_category(c);
        bool mark = k >= UTF8PROC_CATEGORY_PC && k <= UTF8PROC_CATEGORY_SO;
        if (!mark && !utf8_is_space(c))
            strbuf_add(&out, str_slice(text, start, at));
    }
    return strbuf_str(&out);
}

Str overlap_normalise(Arena *arena, Str text, OverlapLanguage language)
{
    if (language == OVERLAP_CHINESE)
        return drop_marks(arena, text_lower(arena, text_nfkc(arena, text)));
    text = text_drop_ascii_punctuation(arena, text_lower(arena, text));
    return single_spaces(arena, drop_articles(arena, text));
}

bool quasi_exact_match(Str a, Str b, OverlapLanguage language, Arena *scratch)
{
    return str_eq(overlap_normalise(scratch, a, language), overlap_normalise(scratch, b, language));
}

/* Chinese tokens are made before spaces go, so that "GPT 4" is two words. */
static Ids tokens_of(Arena *scratch, Vocabulary *v, Str text, OverlapLanguage language)
{
    static const RougeOptions mixed = {ROUGE_MIXED, false};
    if (language == OVERLAP_CHINESE)
        return rouge_tokenise(scratch, v, text, &mixed);
    return text_words(scratch, v, overlap_normalise(scratch, text, language));
}

double token_f1(Str prediction, Str target, OverlapLanguage language, Arena *scratch)
{
    Vocabulary v = {0};
    Ids a = tokens_of(scratch, &v, prediction, language);
    Ids b = tokens_of(scratch, &v, target, language);
    uint64_t same;
    if (!a.len || !b.len)
        return a.len == b.len;
    ngram_matches(a, &b, 1, 1, &same, scratch);
    return same ? 2 * (double)same / (double)(a.len + b.len) : 0;
}
