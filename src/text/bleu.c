/* bleu.c - counts, score and signature of BLEU. */
#include "text/bleu.h"

#include <math.h>

static const char *const token_names[] = {"13a", "zh", "char", "intl", "none"};
static const char *const smoothing_names[] = {"exp", "floor", "add-k", "none"};

BleuOptions bleu_defaults(void)
{
    return (BleuOptions){.smooth_value = NAN, .orders = NGRAM_WORDS};
}

int bleu_tokens_find(Str name)
{
    for (size_t i = 0; i < COUNT(token_names); i++)
        if (str_eqc(name, token_names[i]))
            return (int)i;
    return -1;
}

int bleu_smoothing_find(Str name)
{
    for (size_t i = 0; i < COUNT(smoothing_names); i++)
        if (str_eqc(name, smoothing_names[i]))
            return (int)i;
    return -1;
}

/* The length nearest to the hypothesis; of two as near, the shorter. */
static size_t closest(size_t length, const Ids *references, size_t n)
{
    size_t best = 0, least = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t len = references[i].len, gap = len > length ? len - length : length - len;
        if (gap < least || (gap == least && len < best)) {
            least = gap;
            best = len;
        }
    }
    return best;
}

void bleu_count(Str hypothesis, const Str *references, size_t n, const BleuOptions *options,
                BleuCounts *out, Arena *scratch)
{
    Vocabulary words = {0};
    uint64_t matches[NGRAM_WORDS];
    Ids *ids = arena_array(scratch, n, sizeof *ids);
    Ids own = bleu_words(scratch, &words, hypothesis, options);
    for (size_t i = 0; i < n; i++)
        ids[i] = bleu_words(scratch, &words, references[i], options);
    ngram_matches(own, ids, n, options->orders, matches, scratch);
    *out = (BleuCounts){.length = (double)own.len, .reference = (double)closest(own.len, ids, n)};
    for (int k = 0; k < options->orders; k++) {
        out->right[k] = (double)matches[k];
        out->total[k] = (double)ngram_total(own.len, k + 1);
    }
}

static double smooth_value(const BleuOptions *options)
{
    if (!isnan(options->smooth_value))
        return options->smooth_value;
    return options->smoothing == SMOOTH_FLOOR ? 0.1 : 1;
}

/* Percent of n-grams that are right, smoothed. `halvings` counts the orders without a match. */
static double precision(double right, double total, const BleuOptions *options, double *halvings)
{
    if (right != 0)
        return 100 * right / total;
    if (options->smoothing == SMOOTH_EXP) {
        *halvings *= 2;
        return 100 / (*halvings * total);
    }
    return options->smoothing == SMOOTH_FLOOR ? 100 * smooth_value(options) / total : 0;
}

double bleu_score(const BleuCounts *sum, const BleuOptions *options)
{
    double halvings = 1, logs = 0, any = 0;
    int n = options->orders, effective = n, used = 0;
    for (int k = 0; k < n; k++)
        any += sum->right[k];
    if (any == 0)
        return 0;
    for (; used < n; used++) {
        double more = options->smoothing == SMOOTH_ADD_K && used ? smooth_value(options) : 0;
        double right = sum->right[used] + more, total = sum->total[used] + more;
        if (total == 0)
            break;
        if (options->effective_order)
            effective = used + 1;
        double p = precision(right, total, options, &halvings);
        logs += p == 0 ? -9999999999 : log(p); /* sacrebleu's floor of log 0 */
    }
    if (used < effective)
        logs += (effective - used) * -9999999999.0;
    double brevity = sum->length < sum->reference ? exp(1 - sum->reference / sum->length) : 1;
    return brevity * exp(logs / effective);
}

Str bleu_signature(Arena *arena, const BleuOptions *options, size_t n_references)
{
    Str count = n_references ? str_printf(arena, "%zu", n_references) : STR("var");
    Str smooth = str_from(smoothing_names[options->smoothing]);
    if (options->smoothing == SMOOTH_FLOOR || options->smoothing == SMOOTH_ADD_K)
        smooth = str_printf(arena, "%s[%.2f]", smooth.ptr, smooth_value(options));
    return str_printf(arena, "nrefs:%s|case:%s|eff:%s|tok:%s|smooth:%s|version:2.6.0", count.ptr,
                      options->lowercase ? "lc" : "mixed", options->effective_order ? "yes" : "no",
                      token_names[options->tokens], smooth.ptr);
}
