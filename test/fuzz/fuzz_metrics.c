/* fuzz_metrics.c - two lines as hypothesis and reference of every metric on texts: scores stay in
 * their bounds, a text equals itself, and what is symmetric is. */
#include "base/utf8.h"
#include "text/bleu.h"
#include "text/chrf.h"
#include "text/overlap.h"
#include "text/porter.h"
#include "text/rouge.h"
#include "text/sequence.h"
#include "text/ter.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool condition)
{
    if (!condition)
        abort();
}

static bool within(double x, double most)
{
    return x >= 0 && x <= most * (1 + 1e-9);
}

/* The words made in one pass are those of the text with spaces put in, pass by pass. */
static void check_words(Str text, const BleuOptions *options, Arena *arena)
{
    Vocabulary v = {0};
    Ids one = bleu_words(arena, &v, text, options);
    Ids many = text_words(arena, &v, bleu_tokenise(arena, text, options));
    hold(one.len == many.len);
    for (size_t i = 0; i < one.len; i++)
        hold(one.items[i] == many.items[i]);
}

static void check_corpus(Str a, Str b, unsigned bits, Arena *arena)
{
    BleuOptions o = bleu_defaults();
    o.tokens = (BleuTokens)(bits % 5);
    o.smoothing = (BleuSmoothing)(bits / 5 % 4);
    o.lowercase = bits & 1;
    o.effective_order = bits & 2;
    ChrfOptions c = {1 + (int)(bits % 6), (int)(bits % 5), 2, bits & 4, bits & 8, bits & 16};
    TerOptions t = {bits & 1, bits & 2, bits & 4, bits & 8};
    check_words(a, &o, arena);
    check_words(b, &o, arena);
    const Str both[] = {a, b};
    BleuCounts bc;
    ChrfCounts cc;
    TerCounts tc;
    bleu_count(a, both + 1, 1, &o, &bc, arena);
    hold(within(bleu_score(&bc, &o), 100));
    bleu_count(a, both, 2, &o, &bc, arena);
    for (int k = 0; k < o.orders; k++)
        hold(bc.right[k] == bc.total[k]); /* it is one of its references */
    chrf_count(a, both + 1, 1, &c, &cc, arena);
    hold(within(chrf_score(&cc, &c), 100));
    ter_count(a, both + 1, 1, &t, &tc, arena);
    hold(ter_score(&tc) >= 0);
    Vocabulary v = {0};
    Ids x = text_words(arena, &v, a), y = text_words(arena, &v, b);
    hold(ter_edits(x, x, arena) == 0);
    hold(ter_edits(x, y, arena) <= x.len + y.len);
}

static void check_overlap(Str a, Str b, unsigned bits, Arena *arena)
{
    RougeOptions o = {(RougeTokens)(bits % 3), bits & 4};
    OverlapLanguage language = bits & 8 ? OVERLAP_CHINESE : OVERLAP_ENGLISH;
    RougeScore one = rouge_n(a, b, 1 + (int)(bits % 4), &o, arena),
               turned = rouge_n(b, a, 1 + (int)(bits % 4), &o, arena);
    hold(within(one.f, 1) && one.precision == turned.recall);
    RougeScore l = rouge_l(a, b, &o, arena), back = rouge_l(b, a, &o, arena);
    hold(within(l.f, 1) && l.precision == back.recall && l.recall == back.precision);
    hold(within(rouge_lsum(a, b, &o, arena).f, 1));
    hold(within(token_f1(a, b, language, arena), 1));
    hold(token_f1(a, a, language, arena) == 1 && quasi_exact_match(a, a, language, arena));
    Str plain = overlap_normalise(arena, a, OVERLAP_ENGLISH);
    hold(utf8_check(plain) == plain.len || utf8_check(a) < a.len);
}

static void check_sequences(Str a, Str b, Arena *arena)
{
    Ids x = text_codes(arena, a), y = text_codes(arena, b);
    size_t lcs = sequence_lcs(x, y, arena), distance = sequence_distance(x, y, arena);
    size_t longer = x.len > y.len ? x.len : y.len, shorter = x.len + y.len - longer;
    hold(lcs <= shorter && distance <= longer && distance >= longer - shorter);
    hold(distance <= x.len + y.len - 2 * lcs && distance + lcs >= longer);
    hold(distance == sequence_distance(y, x, arena));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(arena);
    if (!size)
        return 0;
    Str rest = {(const char *)data + 1, size - 1}, a = str_split(&rest, '\0');
    check_corpus(a, rest, data[0], &arena);
    check_overlap(a, rest, data[0], &arena);
    check_sequences(a, rest, &arena);
    Str stem = porter_stem(&arena, str_slice(a, 0, 64));
    hold(stem.len <= 64);
    return 0;
}
