/* metric_choice.c - metrics on log-likelihoods: which choice is likeliest, by several yardsticks.
 */
#include "task/parts.h"

#include "base/utf8.h"

#include <math.h>

/* numpy.argmax: the first of the largest, or the first that is not a number. */
static size_t argmax(const double *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]))
            return i;
        if (x[i] > x[best])
            best = i;
    }
    return best;
}

static bool is_gold(const TaskItem *item, size_t chosen)
{
    for (size_t i = 0; i < item->n_gold; i++)
        if (item->gold[i] == (int)chosen)
            return true;
    return false;
}

static void judge(const ScoreInput *in, const double *x, TaskScore *out)
{
    const TaskItem *item = in->item;
    size_t chosen = argmax(x, item->n_choices);
    out->value = is_gold(item, chosen) ? 1.0 : 0.0;
    out->extracted = item->choices[chosen];
    out->why = str_printf(in->arena, "chose \"" STR_FMT "\" (%.6g), expected \"" STR_FMT "\"",
                          STR_ARG(item->choices[chosen]), x[chosen], STR_ARG(item->target_text));
}

static Status by_logprob(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    double *x = arena_array(in->arena, in->item->n_choices, sizeof *x);
    for (size_t i = 0; i < in->item->n_choices; i++)
        x[i] = in->answers[i].logprob;
    judge(in, x, out);
    return OK;
}

/* An empty choice divides by zero, as in numpy: minus infinity, or not a number. */
static Status by_characters(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    double *x = arena_array(in->arena, in->item->n_choices, sizeof *x);
    for (size_t i = 0; i < in->item->n_choices; i++) {
        double length = (double)utf8_count(in->item->choices[i]), p = in->answers[i].logprob;
        x[i] = length > 0 ? p / length : p < 0 ? -INFINITY : NAN;
    }
    judge(in, x, out);
    return OK;
}

static Status by_bytes(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    double *x = arena_array(in->arena, in->item->n_choices, sizeof *x);
    for (size_t i = 0; i < in->item->n_choices; i++) {
        double length = (double)in->item->choices[i].len, p = in->answers[i].logprob;
        x[i] = length > 0 ? p / length : p < 0 ? -INFINITY : NAN;
    }
    judge(in, x, out);
    return OK;
}

/* How much the context raises a choice above what it is on its own. */
static Status by_mutual_info(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    size_t n = in->item->n_choices;
    double *x = arena_array(in->arena, n, sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = in->answers[i].logprob - in->answers[n + i].logprob;
    judge(in, x, out);
    return OK;
}

/* Whether the model, left alone, would have written the right choice. A negative number
 * counts from the end, as in Python. */
static Status greedy_match(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    const TaskItem *item = in->item;
    bool any = false;
    for (size_t i = 0; i < item->n_gold; i++) {
        int64_t at = item->gold[i];
        if (at == OUT_OF_RANGE)
            continue;
        if (at < 0)
            at += (int64_t)in->n_answers;
        any |= at >= 0 && at < (int64_t)in->n_answers && in->answers[at].greedy;
    }
    out->value = any;
    out->extracted = any ? item->target_text : (Str){0};
    out->why = str_printf(in->arena, "\"" STR_FMT "\" is %swhat the model would write",
                          STR_ARG(item->target_text), any ? "" : "not ");
    return OK;
}

/* The log-likelihood of the right choice; of several the likeliest. */
static Status likelihood(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    const TaskItem *item = in->item;
    out->value = NAN;
    for (size_t i = 0; i < item->n_gold; i++) {
        if (item->gold[i] < 0)
            continue;
        double p = in->answers[item->gold[i]].logprob;
        if (!(out->value >= p))
            out->value = p;
    }
    out->found = !isnan(out->value);
    out->why =
        str_printf(in->arena, "log-probability of \"" STR_FMT "\"", STR_ARG(item->target_text));
    return OK;
}

static Status logprob(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    out->value = in->answers[0].logprob;
    out->why =
        str_printf(in->arena, "log-probability of \"" STR_FMT "\"", STR_ARG(in->item->target_text));
    return OK;
}

static Status greedy(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    out->value = in->answers[0].greedy ? 1.0 : 0.0;
    out->why = str_printf(in->arena, "\"" STR_FMT "\" is %swhat the model would write",
                          STR_ARG(in->item->target_text), in->answers[0].greedy ? "" : "not ");
    return OK;
}

#define CHOICE (1u << OUTPUT_MULTIPLE_CHOICE)
#define GIVEN (1u << OUTPUT_LOGLIKELIHOOD)

const MetricRow metric_acc = {"acc", "mean", true, CHOICE, by_logprob};
const MetricRow metric_acc_norm = {"acc_norm", "mean", true, CHOICE, by_characters};
const MetricRow metric_acc_bytes = {"acc_bytes", "mean", true, CHOICE, by_bytes};
const MetricRow metric_acc_mutual_info = {"acc_mutual_info", "mean", true, CHOICE, by_mutual_info};
const MetricRow metric_greedy_match = {"exact_match", "mean", true, CHOICE, greedy_match};
const MetricRow metric_likelihood = {"likelihood", "mean", true, CHOICE, likelihood};
const MetricRow metric_perplexity = {"perplexity", "perplexity", false, GIVEN, logprob};
const MetricRow metric_acc_greedy = {"acc", "mean", true, GIVEN, greedy};
