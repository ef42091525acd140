/* metric_corpus.c - bleu, chrf, ter: counts of a segment, which an aggregation sums up.
 *
 * The value of one item is its sentence score; the corpus score is not the mean of these. The
 * detail of a judgement is [number of references, counts...]. */
#include "task/metric_options.h"
#include "task/parts.h"

#include <math.h>

/* ---- options ---- */

static const KeyRow bleu_keys[] = {
    {"tokenize", T_STRING, NULL},      {"smooth_method", T_STRING, NULL},
    {"smooth_value", T_NUMBER, NULL},  {"lowercase", T_BOOL, NULL},
    {"effective_order", T_BOOL, NULL}, {"max_ngram_order", T_INT, NULL},
};
static const KeyRow chrf_keys[] = {
    {"char_order", T_INT, NULL}, {"word_order", T_INT, NULL},  {"beta", T_NUMBER, NULL},
    {"lowercase", T_BOOL, NULL}, {"whitespace", T_BOOL, NULL}, {"eps_smoothing", T_BOOL, NULL},
};
static const KeyRow ter_keys[] = {
    {"normalized", T_BOOL, NULL},
    {"no_punct", T_BOOL, NULL},
    {"asian_support", T_BOOL, NULL},
    {"case_sensitive", T_BOOL, NULL},
};

BleuOptions metric_bleu_options(const Json *entry)
{
    BleuOptions o = bleu_defaults();
    int tokens = bleu_tokens_find(json_text(json_get(entry, "tokenize")));
    int smoothing = bleu_smoothing_find(json_text(json_get(entry, "smooth_method")));
    o.tokens = tokens < 0 ? o.tokens : (BleuTokens)tokens;
    o.smoothing = smoothing < 0 ? o.smoothing : (BleuSmoothing)smoothing;
    o.smooth_value = json_number(json_get(entry, "smooth_value"), o.smooth_value);
    o.lowercase = json_bool(json_get(entry, "lowercase"), false);
    o.effective_order = json_bool(json_get(entry, "effective_order"), false);
    o.orders = (int)json_int(json_get(entry, "max_ngram_order"), o.orders);
    return o;
}

ChrfOptions metric_chrf_options(const Json *entry)
{
    ChrfOptions o = chrf_defaults();
    o.char_order = (int)json_int(json_get(entry, "char_order"), o.char_order);
    o.word_order = (int)json_int(json_get(entry, "word_order"), o.word_order);
    o.beta = json_number(json_get(entry, "beta"), o.beta);
    o.lowercase = json_bool(json_get(entry, "lowercase"), false);
    o.whitespace = json_bool(json_get(entry, "whitespace"), false);
    o.eps_smoothing = json_bool(json_get(entry, "eps_smoothing"), false);
    return o;
}

TerOptions metric_ter_options(const Json *entry)
{
    return (TerOptions){
        .normalized = json_bool(json_get(entry, "normalized"), false),
        .no_punct = json_bool(json_get(entry, "no_punct"), false),
        .asian_support = json_bool(json_get(entry, "asian_support"), false),
        .case_sensitive = json_bool(json_get(entry, "case_sensitive"), false),
    };
}

static void check_order(Checker *c, const Json *entry, const char *key, int least, int most)
{
    const Json *value = json_get(entry, key);
    int64_t n = json_int(value, least);
    if (n < least || n > most)
        problem(c, value, "\"%s\" must be a whole number from %d to %d", key, least, most);
}

static void check_bleu(Checker *c, const Json *entry)
{
    const Json *tokens = json_get(entry, "tokenize"), *smooth = json_get(entry, "smooth_method"),
               *value = json_get(entry, "smooth_value");
    if (tokens && bleu_tokens_find(json_text(tokens)) < 0)
        problem(c, tokens,
                "tokeniser \"" STR_FMT "\" is not known; use 13a, zh, char, intl or none",
                STR_ARG(json_text(tokens)));
    if (smooth && bleu_smoothing_find(json_text(smooth)) < 0)
        problem(c, smooth, "smoothing \"" STR_FMT "\" is not known; use exp, floor, add-k or none",
                STR_ARG(json_text(smooth)));
    if (value && !(json_number(value, -1) >= 0))
        problem(c, value, "\"smooth_value\" must not be negative");
    check_order(c, entry, "max_ngram_order", 1, NGRAM_WORDS);
}

static void check_chrf(Checker *c, const Json *entry)
{
    const Json *beta = json_get(entry, "beta");
    check_order(c, entry, "char_order", 1, NGRAM_CHARACTERS);
    check_order(c, entry, "word_order", 0, NGRAM_WORDS);
    if (beta && !(json_number(beta, -1) > 0))
        problem(c, beta, "\"beta\" must be above 0");
}

/* ---- scoring ---- */

/* What all three start from. */
typedef struct Segment {
    Str hypothesis;
    StrVec references;
} Segment;

static Status segment_of(const ScoreInput *in, TaskScore *out, Segment *segment)
{
    TRY(metric_references(in, &segment->references));
    size_t n = segment->references.len;
    if (n < 1 || n > NGRAM_REFERENCES)
        return err_set(in->err, E_LIMIT, "item %zu has %zu references; 1 to %d can be compared",
                       in->item->position, n, NGRAM_REFERENCES);
    segment->hypothesis = metric_prediction(in, out);
    out->why = metric_compared(in, out->extracted);
    return OK;
}

/* [number of references, numbers...] */
static Str detail_of(Arena *arena, size_t n_references, const double *numbers, size_t n)
{
    StrBuf b = strbuf_make(arena, 4096);
    strbuf_addf(&b, "[%zu", n_references);
    for (size_t i = 0; i < n; i++)
        strbuf_addf(&b, ",%.17g", numbers[i]);
    strbuf_addc(&b, ']');
    return strbuf_str(&b);
}

static Status bleu(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Segment s = {0};
    BleuCounts c = {0};
    TRY(segment_of(in, out, &s));
    BleuOptions o = metric_bleu_options(options->entry), alone = o;
    {
        SCOPED_ARENA(scratch);
        bleu_count(s.hypothesis, s.references.items, s.references.len, &o, &c, &scratch);
    }
    double numbers[2 + 2 * NGRAM_WORDS] = {c.length, c.reference};
    memcpy(numbers + 2, c.right, sizeof c.right);
    memcpy(numbers + 2 + NGRAM_WORDS, c.total, sizeof c.total);
    out->detail = detail_of(in->arena, s.references.len, numbers, COUNT(numbers));
    alone.effective_order = true; /* as sacrebleu wants it for one sentence */
    out->value = bleu_score(&c, &alone);
    return OK;
}

static Status chrf(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Segment s = {0};
    ChrfCounts c = {0};
    TRY(segment_of(in, out, &s));
    ChrfOptions o = metric_chrf_options(options->entry);
    {
        SCOPED_ARENA(scratch);
        chrf_count(s.hypothesis, s.references.items, s.references.len, &o, &c, &scratch);
    }
    size_t n = (size_t)o.char_order + (size_t)o.word_order;
    double numbers[3 * CHRF_ORDERS];
    for (size_t k = 0; k < n; k++) {
        numbers[3 * k] = c.of[k].hypothesis;
        numbers[3 * k + 1] = c.of[k].reference;
        numbers[3 * k + 2] = c.of[k].match;
    }
    out->detail = detail_of(in->arena, s.references.len, numbers, 3 * n);
    out->value = chrf_score(&c, &o);
    return OK;
}

static Status ter(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Segment s = {0};
    TerCounts c = {0};
    TRY(segment_of(in, out, &s));
    TerOptions o = metric_ter_options(options->entry);
    {
        SCOPED_ARENA(scratch);
        ter_count(s.hypothesis, s.references.items, s.references.len, &o, &c, &scratch);
    }
    double numbers[] = {c.edits, c.length};
    out->detail = detail_of(in->arena, s.references.len, numbers, COUNT(numbers));
    out->value = ter_score(&c);
    return OK;
}

#define TEXT (1u << OUTPUT_GENERATE)

const MetricRow metric_bleu = {"bleu", "bleu", true, TEXT, bleu};
const MetricRow metric_chrf = {"chrf", "chrf", true, TEXT, chrf};
/* lm-evaluation-harness takes a higher ter for better unless a task says otherwise; it is an error
 * rate, and so it falls here. */
const MetricRow metric_ter = {"ter", "ter", false, TEXT, ter};

const MetricKeys metric_bleu_keys = {&metric_bleu, bleu_keys, COUNT(bleu_keys), check_bleu};
const MetricKeys metric_chrf_keys = {&metric_chrf, chrf_keys, COUNT(chrf_keys), check_chrf};
const MetricKeys metric_ter_keys = {&metric_ter, ter_keys, COUNT(ter_keys), NULL};
