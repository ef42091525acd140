/* chrf.c - counts, score and signature of chrF. */
#include "text/chrf.h"

#include "base/utf8.h"
#include "text/normalise.h"

ChrfOptions chrf_defaults(void)
{
    return (ChrfOptions){.char_order = NGRAM_CHARACTERS, .beta = 2};
}

static Ids characters(Arena *scratch, Str s, const ChrfOptions *options)
{
    Ids codes = text_codes(scratch, s);
    size_t n = 0;
    for (size_t i = 0; i < codes.len; i++)
        if (options->whitespace || !utf8_is_space((int32_t)codes.items[i]))
            codes.items[n++] = codes.items[i];
    codes.len = n;
    return codes;
}

static bool is_mark(char c)
{
    return c > ' ' && c < 0x7f && strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", c);
}

/* A mark at the end of a word stands apart, else one at its beginning. */
static void add_word(Arena *scratch, Vocabulary *v, Str word, Ids *out)
{
    size_t cut = 0;
    if (utf8_count(word) > 1) {
        if (is_mark(word.ptr[word.len - 1]))
            cut = word.len - 1;
        else if (is_mark(word.ptr[0]))
            cut = 1;
    }
    if (cut)
        out->items[out->len++] = vocabulary_id(scratch, v, str_slice(word, 0, cut));
    out->items[out->len++] = vocabulary_id(scratch, v, str_after(word, cut));
}

static Ids words(Arena *scratch, Vocabulary *v, Str s)
{
    Vocabulary plain = {0};
    Ids whole = text_words(scratch, &plain, s), out = ids_make(scratch, 2 * whole.len);
    for (size_t i = 0; i < whole.len; i++)
        add_word(scratch, v, plain.words[whole.items[i] - 1], &out);
    return out;
}

/* The counts of orders 1 .. n of one kind of symbol. sacrebleu counts no n-gram of the hypothesis
 * where the reference has none of that order. */
static void count(Ids a, Ids b, int n, ChrfCounts *out, int from, Arena *scratch)
{
    uint64_t matches[NGRAM_CHARACTERS];
    ngram_matches(a, &b, 1, n, matches, scratch);
    for (int k = 0; k < n; k++) {
        double of_b = (double)ngram_total(b.len, k + 1);
        out->of[from + k].hypothesis = of_b > 0 ? (double)ngram_total(a.len, k + 1) : 0;
        out->of[from + k].reference = of_b;
        out->of[from + k].match = (double)matches[k];
    }
}

void chrf_count(Str hypothesis, const Str *references, size_t n, const ChrfOptions *options,
                ChrfCounts *out, Arena *scratch)
{
    Vocabulary vocabulary = {0};
    double best = -1;
    if (options->lowercase)
        hypothesis = text_lower(scratch, hypothesis);
    Ids letters = characters(scratch, hypothesis, options), tokens = {0};
    if (options->word_order)
        tokens = words(scratch, &vocabulary, hypothesis);
    for (size_t i = 0; i < n; i++) {
        ChrfCounts counts = {0};
        Str reference = options->lowercase ? text_lower(scratch, references[i]) : references[i];
        count(letters, characters(scratch, reference, options), options->char_order, &counts, 0,
              scratch);
        if (options->word_order)
            count(tokens, words(scratch, &vocabulary, reference), options->word_order, &counts,
                  options->char_order, scratch);
        double score = n > 1 ? chrf_score(&counts, options) : 0;
        if (score > best) {
            best = score;
            *out = counts;
        }
    }
}

double chrf_score(const ChrfCounts *sum, const ChrfOptions *options)
{
    const double eps = 1e-16, factor = options->beta * options->beta;
    double total = 0, precision = 0, recall = 0;
    int orders = options->char_order + options->word_order, effective = 0;
    for (int k = 0; k < orders; k++) {
        double h = sum->of[k].hypothesis, r = sum->of[k].reference, m = sum->of[k].match;
        double p = h > 0 ? m / h : eps, q = r > 0 ? m / r : eps, below = factor * p + q;
        total += below > 0 ? (1 + factor) * p * q / below : eps;
        if (h > 0 && r > 0) {
            precision += p;
            recall += q;
            effective++;
        }
    }
    if (options->eps_smoothing)
        return 100 * total / orders;
    if (effective) {
        precision /= effective;
        recall /= effective;
    }
    if (precision + recall == 0)
        return 0;
    double above = (1 + factor) * precision * recall;
    return 100 * (above / (factor * precision + recall));
}

Str chrf_signature(Arena *arena, const ChrfOptions *options, size_t n_references)
{
    Str count_text = n_references ? str_printf(arena, "%zu", n_references) : STR("var");
    return str_printf(arena, "nrefs:%s|case:%s|eff:%s|nc:%d|nw:%d|space:%s|version:2.6.0",
                      count_text.ptr, options->lowercase ? "lc" : "mixed",
                      options->eps_smoothing ? "no" : "yes", options->char_order,
                      options->word_order, options->whitespace ? "yes" : "no");
}
