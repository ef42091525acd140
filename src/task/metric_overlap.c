/* metric_overlap.c - what an answer shares with the right ones: ROUGE, token F1, edits.
 *
 * Of several right answers the one that scores best counts. The detail of wer and cer is
 * [edits, length of the reference]. */
#include "task/parts.h"

#include "text/overlap.h"
#include "text/rouge.h"
#include "text/sequence.h"

#include "base/utf8.h"

enum { EDIT_SYMBOLS = 100000 }; /* symbols of a text that are compared; the rest is passed over */

static const KeyRow rouge_keys[] = {{"tokenizer", T_STRING, NULL}, {"use_stemmer", T_BOOL, NULL}};
static const KeyRow overlap_keys[] = {{"language", T_STRING, NULL}};

static void check_rouge(Checker *c, const Json *entry)
{
    const Json *tokens = json_get(entry, "tokenizer");
    if (tokens && rouge_tokens_find(json_text(tokens)) < 0)
        problem(c, tokens,
                "tokenizer \"" STR_FMT "\" is not known; use english, mixed or characters",
                STR_ARG(json_text(tokens)));
}

static void check_overlap(Checker *c, const Json *entry)
{
    const Json *language = json_get(entry, "language");
    if (language && !str_eqc(json_text(language), "auto") &&
        overlap_language_find(json_text(language)) < 0)
        problem(c, language, "language \"" STR_FMT "\" is not known; use auto, en or zh",
                STR_ARG(json_text(language)));
}

/* ---- ROUGE ---- */

typedef RougeScore (*Rouge)(Str target, Str prediction, const RougeOptions *options,
                            Arena *scratch);

static RougeScore rouge_one(Str target, Str prediction, const RougeOptions *o, Arena *scratch)
{
    return rouge_n(target, prediction, 1, o, scratch);
}

static RougeScore rouge_two(Str target, Str prediction, const RougeOptions *o, Arena *scratch)
{
    return rouge_n(target, prediction, 2, o, scratch);
}

static Status best_rouge(const ScoreInput *in, const MetricOptions *options, Rouge rouge,
                         TaskScore *out)
{
    StrVec right = {0};
    RougeScore best = {0};
    RougeOptions o = {.tokens = ROUGE_MIXED,
                      .stem = json_bool(json_get(options->entry, "use_stemmer"), false)};
    int tokens = rouge_tokens_find(json_text(json_get(options->entry, "tokenizer")));
    o.tokens = tokens < 0 ? o.tokens : (RougeTokens)tokens;
    TRY(metric_references(in, &right));
    Str got = metric_prediction(in, out);
    for (size_t i = 0; i < right.len; i++) {
        SCOPED_ARENA(scratch);
        RougeScore s = rouge(right.items[i], got, &o, &scratch);
        if (s.f > best.f)
            best = s;
    }
    out->value = best.f;
    out->why = str_printf(in->arena, "precision %.4f, recall %.4f", best.precision, best.recall);
    return OK;
}

static Status rouge1(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    return best_rouge(in, options, rouge_one, out);
}

static Status rouge2(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    return best_rouge(in, options, rouge_two, out);
}

static Status rouge_whole(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    return best_rouge(in, options, rouge_l, out);
}

static Status rouge_sentences(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    return best_rouge(in, options, rouge_lsum, out);
}

/* ---- short answers ---- */

/* "auto": Chinese when the right answer has a Han character. */
static OverlapLanguage language_of(const MetricOptions *options, Str right)
{
    int named = overlap_language_find(json_text(json_get(options->entry, "language")));
    if (named >= 0)
        return (OverlapLanguage)named;
    for (size_t at = 0; at < right.len;) {
        int32_t c = utf8_next(right, &at);
        if ((c >= 0x3400 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x3FFFF))
            return OVERLAP_CHINESE;
    }
    return OVERLAP_ENGLISH;
}

static Status quasi_exact(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    StrVec right = {0};
    TRY(metric_references(in, &right));
    Str got = metric_prediction(in, out);
    for (size_t i = 0; i < right.len; i++) {
        SCOPED_ARENA(scratch);
        OverlapLanguage language = language_of(options, right.items[i]);
        if (quasi_exact_match(got, right.items[i], language, &scratch))
            out->value = 1;
    }
    out->why = metric_compared(in, got);
    return OK;
}

static Status shared_tokens(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    StrVec right = {0};
    TRY(metric_references(in, &right));
    Str got = metric_prediction(in, out);
    for (size_t i = 0; i < right.len; i++) {
        SCOPED_ARENA(scratch);
        OverlapLanguage language = language_of(options, right.items[i]);
        double f = token_f1(got, right.items[i], language, &scratch);
        out->value = f > out->value ? f : out->value;
    }
    out->why = metric_compared(in, got);
    return OK;
}

/* ---- edits ---- */

typedef enum Unit { CHARACTERS, CHARACTERS_NO_SPACE, WORDS } Unit;

static Ids symbols_of(Arena *scratch, Vocabulary *v, Str text, Unit unit)
{
    Ids ids = unit == WORDS ? text_words(scratch, v, text) : text_codes(scratch, text);
    size_t n = 0;
    for (size_t i = 0; i < ids.len && n < EDIT_SYMBOLS; i++)
        if (unit != CHARACTERS_NO_SPACE || !utf8_is_space((int32_t)ids.items[i]))
            ids.items[n++] = ids.items[i];
    ids.len = n;
    return ids;
}

typedef struct Edits {
    size_t edits, length;
} Edits;

/* The fewest edits per symbol of a reference. */
static Status fewest_edits(const ScoreInput *in, const MetricOptions *options, Unit unit,
                           Edits *best, TaskScore *out)
{
    StrVec right = {0};
    Str got;
    TRY(metric_right_answers(in, options, &right));
    TRY(metric_prepare_text(in, options, metric_prediction(in, out), &got));
    for (size_t i = 0; i < right.len; i++) {
        SCOPED_ARENA(scratch);
        Vocabulary v = {0};
        Ids a = symbols_of(&scratch, &v, got, unit);
        Ids b = symbols_of(&scratch, &v, right.items[i], unit);
        Edits e = {sequence_distance(a, b, &scratch), b.len};
        if (!i ||
            e.edits * (best->length ? best->length : 1) < best->edits * (e.length ? e.length : 1))
            *best = e;
    }
    out->detail = str_printf(in->arena, "[%zu,%zu]", best->edits, best->length);
    out->why = str_printf(in->arena, "%zu edits, %zu in the reference", best->edits, best->length);
    return OK;
}

static Status rate(const ScoreInput *in, const MetricOptions *options, Unit unit, TaskScore *out)
{
    Edits e = {0};
    TRY(fewest_edits(in, options, unit, &e, out));
    out->value = e.length ? (double)e.edits / (double)e.length : e.edits > 0;
    return OK;
}

static Status word_errors(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    return rate(in, options, WORDS, out);
}

static Status character_errors(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    return rate(in, options, CHARACTERS_NO_SPACE, out);
}

static Status edits(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Edits e = {0};
    TRY(fewest_edits(in, options, CHARACTERS, &e, out));
    out->value = (double)e.edits;
    return OK;
}

#define TEXT (1u << OUTPUT_GENERATE)

const MetricRow metric_rouge1 = {"rouge1", "mean", true, TEXT, rouge1};
const MetricRow metric_rouge2 = {"rouge2", "mean", true, TEXT, rouge2};
const MetricRow metric_rouge_l = {"rougeL", "mean", true, TEXT, rouge_whole};
const MetricRow metric_rouge_lsum = {"rougeLsum", "mean", true, TEXT, rouge_sentences};
const MetricRow metric_quasi_exact = {"quasi_exact_match", "mean", true, TEXT, quasi_exact};
const MetricRow metric_token_f1 = {"token_f1", "mean", true, TEXT, shared_tokens};
const MetricRow metric_wer = {"wer", "error_rate", false, TEXT, word_errors};
const MetricRow metric_cer = {"cer", "error_rate", false, TEXT, character_errors};
const MetricRow metric_edit_distance = {"edit_distance", "mean", false, TEXT, edits};

const MetricKeys metric_rouge1_keys = {&metric_rouge1, rouge_keys, COUNT(rouge_keys), check_rouge};
const MetricKeys metric_rouge2_keys = {&metric_rouge2, rouge_keys, COUNT(rouge_keys), check_rouge};
const MetricKeys metric_rouge_l_keys = {&metric_rouge_l, rouge_keys, COUNT(rouge_keys),
                                        check_rouge};
const MetricKeys metric_rouge_lsum_keys = {&metric_rouge_lsum, rouge_keys, COUNT(rouge_keys),
                                           check_rouge};
const MetricKeys metric_quasi_exact_keys = {&metric_quasi_exact, overlap_keys, COUNT(overlap_keys),
                                            check_overlap};
const MetricKeys metric_token_f1_keys = {&metric_token_f1, overlap_keys, COUNT(overlap_keys),
                                         check_overlap};
