/* metric_classes.c - choices as classes (f1, mcc) and as probabilities (brier_score, calibration).
 *
 * The detail of a judgement is [right, chosen] for classes, [confidence, right or not] for
 * calibration. */
#include "task/parts.h"

#include <math.h>

static const KeyRow f1_keys[] = {
    {"average", T_STRING, NULL},
    {"pos_label", T_STRING | T_NUMBER | T_BOOL, NULL},
};
static const KeyRow ece_keys[] = {{"bins", T_INT, NULL}, {"binning", T_STRING, NULL}};
static const KeyRow selective_keys[] = {{"coverage", T_NUMBER, NULL}};

static void check_word(Checker *c, const Json *value, const char *key, const char *const *words)
{
    bool known = !value;
    for (size_t i = 0; !known && words[i]; i++)
        known = str_eqc(json_text(value), words[i]);
    if (!known)
        problem(c, value, "\"%s\" cannot be \"" STR_FMT "\"; it may be \"%s\", \"%s\" ...", key,
                STR_ARG(json_text(value)), words[0], words[1]);
}

static void check_f1(Checker *c, const Json *entry)
{
    static const char *const words[] = {"binary", "macro", "micro", "weighted", NULL};
    check_word(c, json_get(entry, "average"), "average", words);
}

static void check_ece(Checker *c, const Json *entry)
{
    static const char *const words[] = {"equal_mass", "equal_width", NULL};
    int64_t bins = json_int(json_get(entry, "bins"), 10);
    check_word(c, json_get(entry, "binning"), "binning", words);
    if (bins < 1 || bins > 1000)
        problem(c, json_get(entry, "bins"), "\"bins\" must be a whole number from 1 to 1000");
}

static void check_selective(Checker *c, const Json *entry)
{
    double coverage = json_number(json_get(entry, "coverage"), 0.1);
    if (!(coverage >= 0 && coverage <= 1))
        problem(c, json_get(entry, "coverage"), "\"coverage\" must be from 0 to 1");
}

/* ---- choices ---- */

/* The likeliest choice, as acc finds it. */
static size_t likeliest(const ScoreInput *in)
{
    size_t best = 0;
    for (size_t i = 1; i < in->item->n_choices; i++)
        if (in->answers[i].logprob > in->answers[best].logprob)
            best = i;
    return best;
}

static bool is_right(const TaskItem *item, size_t choice)
{
    for (size_t i = 0; i < item->n_gold; i++)
        if (item->gold[i] == (int)choice)
            return true;
    return false;
}

static void note_choice(const ScoreInput *in, size_t chosen, TaskScore *out)
{
    const TaskItem *item = in->item;
    out->extracted = item->choices[chosen];
    out->why = str_printf(in->arena, "chose \"" STR_FMT "\", expected \"" STR_FMT "\"",
                          STR_ARG(item->choices[chosen]), STR_ARG(item->target_text));
}

static Status classes(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    size_t chosen = likeliest(in);
    note_choice(in, chosen, out);
    out->value = is_right(in->item, chosen);
    out->detail = str_printf(in->arena, "[%d,%zu]",
                             in->item->n_gold ? in->item->gold[0] : OUT_OF_RANGE, chosen);
    return OK;
}

/* softmax of the log-likelihoods; false when one is not a number. */
static bool probabilities(const ScoreInput *in, double *p)
{
    size_t n = in->item->n_choices;
    double most = -INFINITY, sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(in->answers[i].logprob))
            return false;
        most = in->answers[i].logprob > most ? in->answers[i].logprob : most;
    }
    for (size_t i = 0; i < n; i++)
        sum += p[i] = exp(in->answers[i].logprob - most);
    for (size_t i = 0; i < n; i++)
        p[i] /= sum;
    return isfinite(most);
}

/* Sum over the choices of (probability - right or not) squared: from 0, the best, to 2. */
static Status brier(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    size_t n = in->item->n_choices;
    double *p = arena_array(in->arena, n, sizeof *p);
    note_choice(in, likeliest(in), out);
    out->found = probabilities(in, p);
    for (size_t i = 0; i < n; i++) {
        double miss = p[i] - is_right(in->item, i);
        out->value += miss * miss;
    }
    if (!out->found)
        out->value = NAN;
    return OK;
}

/* The probability of the likeliest choice, and whether it is right. HELM: a tie is wrong. */
static bool confidence(const ScoreInput *in, TaskScore *out, double *of_best, bool *right)
{
    size_t n = in->item->n_choices, best = likeliest(in);
    double *p = arena_array(in->arena, n, sizeof *p);
    note_choice(in, best, out);
    out->found = probabilities(in, p);
    *of_best = p[best];
    *right = is_right(in->item, best);
    for (size_t i = 0; i < n; i++)
        *right = *right && (i == best || p[i] < p[best]);
    return out->found;
}

static Status calibration(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    double p;
    bool right;
    out->value = NAN;
    if (!confidence(in, out, &p, &right))
        return OK;
    out->value = right;
    out->detail = str_printf(in->arena, "[%.17g,%d]", p, right);
    out->why = str_printf(in->arena, "%s with confidence %.4f", right ? "right" : "wrong", p);
    return OK;
}

static Status confidence_brier(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    double p;
    bool right;
    out->value = NAN;
    if (confidence(in, out, &p, &right))
        out->value = (p - right) * (p - right);
    return OK;
}

/* ---- answers ---- */

/* Labels are the texts themselves; of several right answers the one that was given. */
static Status text_classes(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    StrVec right = {0};
    Json pair = {.type = JSON_ARRAY};
    TRY(metric_references(in, &right));
    Str got = metric_prediction(in, out), label = right.len ? right.items[0] : (Str){0};
    for (size_t i = 0; i < right.len; i++)
        if (str_eq(right.items[i], got)) {
            label = got;
            out->value = 1;
        }
    json_append(in->arena, &pair, json_str(label));
    json_append(in->arena, &pair, json_str(got));
    out->detail = json_dump(in->arena, &pair);
    out->why = metric_compared(in, got);
    return OK;
}

static Status accuracy_of_choices(const ScoreInput *in, const MetricOptions *o, TaskScore *out)
{
    return metric_acc.score(in, o, out);
}

static Status accuracy_of_texts(const ScoreInput *in, const MetricOptions *o, TaskScore *out)
{
    return metric_exact_match.score(in, o, out);
}

#define CHOICE (1u << OUTPUT_MULTIPLE_CHOICE)
#define TEXT (1u << OUTPUT_GENERATE)

const MetricRow metric_f1 = {"f1", "f1", true, CHOICE, classes};
const MetricRow metric_f1_text = {"f1", "f1", true, TEXT, text_classes};
const MetricRow metric_mcc = {"mcc", "matthews_corrcoef", true, CHOICE, classes};
const MetricRow metric_mcc_text = {"mcc", "matthews_corrcoef", true, TEXT, text_classes};
const MetricRow metric_accuracy = {"accuracy", "mean", true, CHOICE, accuracy_of_choices};
const MetricRow metric_accuracy_text = {"accuracy", "mean", true, TEXT, accuracy_of_texts};
const MetricRow metric_brier_score = {"brier_score", "brier_score", false, CHOICE, brier};
const MetricRow metric_confidence_brier = {"confidence_brier", "mean", false, CHOICE,
                                           confidence_brier};
const MetricRow metric_ece = {"ece", "ece", false, CHOICE, calibration};
const MetricRow metric_selective_acc = {"selective_acc", "selective_acc", true, CHOICE,
                                        calibration};
const MetricRow metric_selective_area = {"selective_area", "selective_area", true, CHOICE,
                                         calibration};

const MetricKeys metric_f1_keys = {&metric_f1, f1_keys, COUNT(f1_keys), check_f1};
const MetricKeys metric_f1_text_keys = {&metric_f1_text, f1_keys, COUNT(f1_keys), check_f1};
const MetricKeys metric_ece_keys = {&metric_ece, ece_keys, COUNT(ece_keys), check_ece};
const MetricKeys metric_selective_acc_keys = {&metric_selective_acc, selective_keys,
                                              COUNT(selective_keys), check_selective};
