/* rouge.c - n-grams and subsequences that a prediction shares with a target. */
#include "text/rouge.h"

#include "base/utf8.h"
#include "base/vec.h"
#include "text/normalise.h"
#include "text/porter.h"
#include "text/sequence.h"

#include <utf8proc.h>

enum { STEM_ABOVE = 3 }; /* letters */

int rouge_tokens_find(Str name)
{
    static const char *const names[] = {"english", "mixed", "characters"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_eqc(name, names[i]))
            return (int)i;
    return -1;
}

/* ---- tokens ---- */

typedef enum Place { BETWEEN, INSIDE, ALONE } Place;

static bool is_plain(int32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_ideograph(int32_t c)
{
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
           (c >= 0x3040 && c <= 0x30FF && c != 0x30FB) || (c >= 0x31F0 && c <= 0x31FF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF) || c == 0x3005 ||
           c == 0x3007;
}

static Place place_of(int32_t c, RougeTokens tokens)
{
    if (c < 0)
        return tokens == ROUGE_CHARACTERS ? ALONE : BETWEEN;
    if (tokens == ROUGE_CHARACTERS)
        return utf8_is_space(c) ? BETWEEN : ALONE;
    if (c < 0x80 || tokens == ROUGE_ENGLISH)
        return is_plain(c) ? INSIDE : BETWEEN;
    if (is_ideograph(c))
        return ALONE;
    utf8proc_category_t k = utf8proc_category(c);
    return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_NO ? INSIDE : BETWEEN;
}

/* Words of one text and their stems, each made once. */
typedef struct Stems {
    Vocabulary words;
    VEC(uint32_t) ids; /* ids.items[word - 1]: of the stem */
} Stems;

static uint32_t add_word(Arena *arena, Vocabulary *v, Stems *stems, Str word)
{
    if (!stems)
        return vocabulary_id(arena, v, word);
    uint32_t own = vocabulary_id(arena, &stems->words, word);
    if (own > stems->ids.len) {
        bool plain = word.len > STEM_ABOVE;
        for (size_t i = 0; plain && i < word.len; i++)
            plain = is_plain(word.ptr[i]);
        vec_push(arena, &stems->ids,
                 vocabulary_id(arena, v, plain ? porter_stem(arena, word) : word));
    }
    return stems->ids.items[own - 1];
}

Ids rouge_tokenise(Arena *arena, Vocabulary *v, Str text, const RougeOptions *options)
{
    text = text_lower(arena, options->tokens == ROUGE_ENGLISH ? text : text_nfkc(arena, text));
    Ids out = ids_make(arena, text.len);
    Stems own = {0}, *stems = options->stem ? &own : NULL;
    size_t start = 0, at = 0;
    while (at < text.len) {
        size_t before = at;
        unsigned char c = (unsigned char)text.ptr[at];
        int32_t code = c < 0x80 ? (at++, c) : utf8_next(text, &at);
        Place place = place_of(code, options->tokens);
        if (place == INSIDE)
            continue;
        if (before > start)
            out.items[out.len++] = add_word(arena, v, stems, str_slice(text, start, before));
        if (place == ALONE)
            out.items[out.len++] = vocabulary_id(arena, v, str_slice(text, before, at));
        start = at;
    }
    if (at > start)
        out.items[out.len++] = add_word(arena, v, stems, str_slice(text, start, at));
    return out;
}

/* ---- scores ---- */

static RougeScore score_of(double hits, double of_prediction, double of_target)
{
    RougeScore s = {0};
    if (of_prediction > 0)
        s.precision = hits / of_prediction;
    if (of_target > 0)
        s.recall = hits / of_target;
    if (s.precision + s.recall > 0)
        s.f = 2 * s.precision * s.recall / (s.precision + s.recall);
    return s;
}

RougeScore rouge_n(Str target, Str prediction, int n, const RougeOptions *options, Arena *scratch)
{
    Vocabulary v = {0};
    uint64_t matches[NGRAM_WORDS];
    Ids a = rouge_tokenise(scratch, &v, target, options);
    Ids b = rouge_tokenise(scratch, &v, prediction, options);
    ngram_matches(b, &a, 1, n, matches, scratch);
    return score_of((double)matches[n - 1], (double)ngram_total(b.len, n),
                    (double)ngram_total(a.len, n));
}

static void limit(Ids *ids, size_t most)
{
    ids->len = ids->len < most ? ids->len : most;
}

RougeScore rouge_l(Str target, Str prediction, const RougeOptions *options, Arena *scratch)
{
    Vocabulary v = {0};
    Ids a = rouge_tokenise(scratch, &v, target, options);
    Ids b = rouge_tokenise(scratch, &v, prediction, options);
    limit(&a, ROUGE_LCS_TOKENS);
    limit(&b, ROUGE_LCS_TOKENS);
    return score_of((double)sequence_lcs(a, b, scratch), (double)b.len, (double)a.len);
}

/* ---- sentences ---- */

typedef struct Sentences {
    Ids *items;
    size_t len, tokens;
} Sentences;

static Sentences sentences_of(Arena *scratch, Vocabulary *v, Str text, const RougeOptions *options)
{
    Sentences s = {0};
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    s.items = arena_array(scratch, lines, sizeof *s.items);
    while (text.len && s.tokens < ROUGE_LSUM_TOKENS && s.len < ROUGE_LSUM_SENTENCES) {
        Str line = str_split(&text, '\n');
        if (!line.len)
            continue;
        Ids ids = rouge_tokenise(scratch, v, line, options);
        limit(&ids, ROUGE_LSUM_TOKENS - s.tokens);
        s.tokens += ids.len;
        s.items[s.len++] = ids;
    }
    return s;
}

static uint32_t *count_tokens(Arena *scratch, const Vocabulary *v, const Sentences *s)
{
    uint32_t *counts = arena_array(scratch, v->len + 1, sizeof *counts);
    for (size_t i = 0; i < s->len; i++)
        for (size_t j = 0; j < s->items[i].len; j++)
            counts[s->items[i].items[j]]++;
    return counts;
}

/* For each sentence of the target the union of its common subsequences with every sentence of the
 * prediction; a token counts as often as both texts have it. */
RougeScore rouge_lsum(Str target, Str prediction, const RougeOptions *options, Arena *scratch)
{
    Vocabulary v = {0};
    Sentences a = sentences_of(scratch, &v, target, options);
    Sentences b = sentences_of(scratch, &v, prediction, options);
    uint32_t *left_a = count_tokens(scratch, &v, &a), *left_b = count_tokens(scratch, &v, &b);
    double hits = 0;
    if (!a.tokens || !b.tokens)
        return score_of(0, 0, 0);
    for (size_t i = 0; i < a.len; i++) {
        SCOPED_ARENA(one);
        bool *marked = arena_array(&one, a.items[i].len + 1, sizeof *marked);
        for (size_t j = 0; j < b.len; j++) {
            SCOPED_ARENA(pair);
            sequence_mark_lcs(a.items[i], b.items[j], marked, &pair);
        }
        for (size_t k = 0; k < a.items[i].len; k++) {
            uint32_t token = a.items[i].items[k];
            if (!marked[k] || !left_a[token] || !left_b[token])
                continue;
            hits++;
            left_a[token]--;
            left_b[token]--;
        }
    }
    return score_of(hits, (double)b.tokens, (double)a.tokens);
}
