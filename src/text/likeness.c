/* likeness.c - how alike two texts are: ROUGE-L on sets of words, and difflib's ratio. */
#include "text/likeness.h"

#include "base/vec.h"
#include "text/tokens.h"

/* ---- ROUGE-L on sets of words ---- */

typedef VEC(Ids) Sentences;

/* Full stops end sentences; one without a word is one empty word. */
static Sentences sentences_of(Arena *arena, Vocabulary *v, Str text)
{
    Sentences all = {0};
    size_t words = 0;
    for (size_t at = 0; at < text.len && words < LIKENESS_WORDS;) {
        size_t end = at;
        while (end < text.len && text.ptr[end] != '.')
            end++;
        Str one = str_slice(text, at, end);
        at = end + 1;
        if (!one.len)
            continue;
        Ids ids = text_words(arena, v, one);
        if (!ids.len) {
            ids = ids_make(arena, 1);
            ids.items[ids.len++] = vocabulary_id(arena, v, STR(""));
        }
        ids.len = ids.len < LIKENESS_SENTENCE ? ids.len : LIKENESS_SENTENCE;
        words += ids.len;
        vec_push(arena, &all, ids);
    }
    return all;
}

/* The number of different words. */
static size_t distinct(const Sentences *all, size_t n_words, Arena *scratch)
{
    bool *seen = arena_array(scratch, n_words + 1, sizeof *seen);
    size_t n = 0;
    for (size_t s = 0; s < all->len; s++)
        for (size_t i = 0; i < all->items[s].len; i++) {
            n += !seen[all->items[s].items[i]];
            seen[all->items[s].items[i]] = true;
        }
    return n;
}

/* Marks the words of the longest common subsequence. Of equally long ones the package takes the
 * one found by going back along y first. */
static void mark_common(Ids x, Ids y, bool *marked)
{
    SCOPED_ARENA(scratch);
    size_t width = y.len + 1;
    uint16_t *length = arena_array(&scratch, (x.len + 1) * width, sizeof *length);
    for (size_t i = 1; i <= x.len; i++)
        for (size_t j = 1; j <= y.len; j++) {
            uint16_t up = length[(i - 1) * width + j], left = length[i * width + j - 1];
            length[i * width + j] = x.items[i - 1] == y.items[j - 1]
                                        ? (uint16_t)(length[(i - 1) * width + j - 1] + 1)
                                    : up > left ? up
                                                : left;
        }
    for (size_t i = x.len, j = y.len; i && j;) {
        if (x.items[i - 1] == y.items[j - 1]) {
            marked[x.items[i - 1]] = true;
            i--;
            j--;
        } else if (length[(i - 1) * width + j] > length[i * width + j - 1]) {
            i--;
        } else {
            j--;
        }
    }
}

double likeness_rouge(Str predicted, Str right, Arena *scratch)
{
    static const double tiny = 1e-8; /* of the package: no division by zero */
    Vocabulary v = {0};
    Sentences got = sentences_of(scratch, &v, predicted), want = sentences_of(scratch, &v, right);
    if (!got.len || !want.len)
        return 0;
    bool *marked = arena_array(scratch, v.len + 1, sizeof *marked);
    for (size_t w = 0; w < want.len; w++)
        for (size_t g = 0; g < got.len; g++)
            mark_common(want.items[w], got.items[g], marked);
    size_t common = 0;
    for (size_t i = 0; i <= v.len; i++)
        common += marked[i];
    double recall = (double)common / (double)distinct(&want, v.len, scratch);
    double precision = (double)common / (double)distinct(&got, v.len, scratch);
    return 2.0 * ((precision * recall) / (precision + recall + tiny));
}

/* ---- difflib's ratio ---- */

typedef struct Matcher {
    Ids a, b;
    uint32_t *first,
        *next; /* by letter: its first place in b; by place: the next; from 1, 0 none */
    size_t *length, *before; /* by place in b: of the match that ends there, for this and the
                                last letter of a */
} Matcher;

typedef struct Span {
    size_t a, a_end, b, b_end;
} Span;

/* Letters as ids of one alphabet, so that they number few. */
static Ids letters(Arena *arena, Vocabulary *v, Str s)
{
    Ids out = ids_make(arena, LIKENESS_CHARACTERS);
    for (size_t at = 0; at < s.len && out.len < LIKENESS_CHARACTERS;) {
        size_t start = at;
        while (++at < s.len && ((unsigned char)s.ptr[at] & 0xC0) == 0x80)
            ;
        out.items[out.len++] = vocabulary_id(arena, v, str_slice(s, start, at));
    }
    return out;
}

/* Where each letter stands in b, but for the popular ones. */
static void index_letters(Matcher *m, uint32_t n_letters, Arena *scratch)
{
    enum { POPULAR_FROM = 200 };
    size_t n = m->b.len;
    uint32_t *count = arena_array(scratch, n_letters + 1, sizeof *count);
    m->first = arena_array(scratch, n_letters + 1, sizeof *m->first);
    m->next = arena_array(scratch, n + 1, sizeof *m->next);
    for (size_t i = 0; i < n; i++)
        count[m->b.items[i]]++;
    for (size_t i = n; i > 0; i--) {
        uint32_t letter = m->b.items[i - 1];
        if (n >= POPULAR_FROM && count[letter] > n / 100 + 1)
            continue;
        m->next[i] = m->first[letter];
        m->first[letter] = (uint32_t)i;
    }
    m->length = arena_array(scratch, n + 1, sizeof *m->length);
    m->before = arena_array(scratch, n + 1, sizeof *m->before);
}

/* The longest match in the span; of equals the first in a, then in b. Popular letters beside it
 * belong to it. */
static Span longest(Matcher *m, Span s)
{
    Span best = {s.a, s.a, s.b, s.b};
    memset(m->before, 0, (m->b.len + 1) * sizeof *m->before);
    for (size_t i = s.a; i < s.a_end; i++) {
        memset(m->length, 0, (m->b.len + 1) * sizeof *m->length);
        for (uint32_t p = m->first[m->a.items[i]]; p && p <= s.b_end; p = m->next[p]) {
            if (p <= s.b)
                continue;
            size_t k = m->length[p] = m->before[p - 1] + 1;
            if (k > best.a_end - best.a)
                best = (Span){i + 1 - k, i + 1, p - k, p};
        }
        size_t *swap = m->before;
        m->before = m->length;
        m->length = swap;
    }
    while (best.a > s.a && best.b > s.b && m->a.items[best.a - 1] == m->b.items[best.b - 1]) {
        best.a--;
        best.b--;
    }
    while (best.a_end < s.a_end && best.b_end < s.b_end &&
           m->a.items[best.a_end] == m->b.items[best.b_end]) {
        best.a_end++;
        best.b_end++;
    }
    return best;
}

double likeness_ratio(Str a, Str b, Arena *scratch)
{
    Vocabulary v = {0};
    Matcher m = {.a = letters(scratch, &v, a), .b = letters(scratch, &v, b)};
    VEC(Span) open = {0};
    size_t matched = 0, all = m.a.len + m.b.len;
    index_letters(&m, v.len, scratch);
    vec_push(scratch, &open, ((Span){0, m.a.len, 0, m.b.len}));
    while (open.len) {
        Span s = open.items[--open.len], best = longest(&m, s);
        if (best.a == best.a_end)
            continue;
        matched += best.a_end - best.a;
        if (s.a < best.a && s.b < best.b)
            vec_push(scratch, &open, ((Span){s.a, best.a, s.b, best.b}));
        if (best.a_end < s.a_end && best.b_end < s.b_end)
            vec_push(scratch, &open, ((Span){best.a_end, s.a_end, best.b_end, s.b_end}));
    }
    return all ? 2.0 * (double)matched / (double)all : 1;
}
