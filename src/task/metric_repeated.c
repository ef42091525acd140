/* metric_repeated.c - several answers to one item: pass@k, pass^k, g-pass@k, mg-pass@k, maj@k.
 *
 * A name carries its k ("pass@8"). Every repeat counts, so a take_first at the end of the pipeline
 * is passed over. An answer is right as exact_match says, with its options; with `by: METRIC` when
 * that metric of the list gives it 1. The value of an item
 * is an expectation over draws of k of its n answers (stats/repeated.h); items are independent,
 * so intervals are those of a mean of items. */
#include "stats/repeated.h"
#include "task/metric_options.h"
#include "task/metric_work.h"

#include <math.h>

enum { MOST_K = 10000 };

int metric_k(Str name)
{
    name = metric_base_name(name);
    ptrdiff_t at = str_rfind_char(name, '@');
    at = at < 0 ? str_rfind_char(name, '^') : at;
    int64_t k;
    if (at < 0 || !str_to_int(str_after(name, (size_t)at + 1), &k) || k < 1 || k > MOST_K)
        return 0;
    return (int)k;
}

static const KeyRow by_keys[] = {{"by", T_STRING, NULL}};
static const KeyRow tau_keys[] = {{"tau", T_NUMBER, NULL}, {"by", T_STRING, NULL}};

static void check_tau(Checker *c, const Json *entry)
{
    double tau = json_number(json_get(entry, "tau"), 0.5);
    if (!(tau >= 0 && tau <= 1))
        problem(c, json_get(entry, "tau"), "\"tau\" must be from 0 to 1");
}

/* The answers of an item, sorted out. */
typedef struct Answers {
    size_t n, right, k;
    size_t *counts, n_counts; /* [0]: right; then one for each wrong answer */
} Answers;

static Status all_values(const ScoreInput *in, FilterValues *out)
{
    Pipeline p = in->bound->task->parts->pipelines[in->filter];
    while (p.len && p.steps[p.len - 1].row == &filter_take_first)
        p.len--;
    *out = metric_answers(in->arena, in->answers, in->n_answers);
    return filter_run(&p, &in->item->doc, in->arena, out, in->err);
}

/* Whether each answer is right: by comparing, or by another metric's verdict on it. */
static Status verdicts(const ScoreInput *in, const MetricOptions *o, const Str *got, size_t n,
                       bool *hits)
{
    StrVec right = {0};
    const Json *by = json_get(o->entry, "by");
    if (by) {
        const TaskScore *each;
        int metric = metric_index(in->bound->task, json_text(by));
        if (n != in->n_answers || metric < 0)
            return err_set(in->err, E_USAGE, "with \"by\" the filters must keep every answer");
        TRY(metric_each(in, (size_t)metric, &each));
        for (size_t i = 0; i < n; i++)
            hits[i] = each[i].value >= 1;
        return OK;
    }
    TRY(metric_right_answers(in, o, &right));
    for (size_t i = 0; i < n; i++)
        for (size_t r = 0; r < right.len; r++)
            hits[i] = hits[i] || str_eq(got[i], right.items[r]);
    return OK;
}

static Status count_answers(const ScoreInput *in, const MetricOptions *o, const FilterValues *v,
                            Answers *a, TaskScore *out)
{
    Map wrong = {0};
    Str *got = arena_array(in->arena, v->len, sizeof *got);
    bool *hits = arena_array(in->arena, v->len, sizeof *hits);
    a->counts = arena_array(in->arena, v->len + 1, sizeof *a->counts);
    a->n = v->len;
    out->found = false;
    for (size_t i = 0; i < v->len; i++)
        TRY(metric_prepare_text(in, o, python_str(in->arena, &v->items[i].json), &got[i]));
    TRY(verdicts(in, o, got, v->len, hits));
    for (size_t i = 0; i < v->len; i++) {
        out->found |= v->items[i].found;
        a->right += hits[i];
        if (hits[i])
            continue;
        size_t *count = map_get(&wrong, got[i]);
        if (!count) {
            count = &a->counts[wrong.len + 1];
            map_set(in->arena, &wrong, got[i], count);
        }
        ++*count;
    }
    a->counts[0] = a->right;
    a->n_counts = wrong.len + 1;
    return OK;
}

static Status read_answers(const ScoreInput *in, const MetricOptions *o, Answers *a, TaskScore *out)
{
    FilterValues v;
    Str name = json_text(json_get(o->entry, "metric"));
    TRY(all_values(in, &v));
    TRY(count_answers(in, o, &v, a, out));
    a->k = (size_t)metric_k(name);
    if (a->k > a->n)
        return err_set(in->err, E_USAGE,
                       "metric \"" STR_FMT "\" needs %zu answers of each item, and item %zu has "
                       "%zu; set repeats: %zu in the task, or --repeats %zu",
                       STR_ARG(name), a->k, in->item->position, a->n, a->k, a->k);
    if (v.len)
        out->extracted = python_str(in->arena, &v.items[0].json);
    out->why = str_printf(in->arena, "%zu of %zu answers are right", a->right, a->n);
    return OK;
}

static Status pass(const ScoreInput *in, const MetricOptions *o, TaskScore *out)
{
    Answers a = {0};
    TRY(read_answers(in, o, &a, out));
    out->value = pass_at_k(a.n, a.right, a.k);
    return OK;
}

static Status pass_all(const ScoreInput *in, const MetricOptions *o, TaskScore *out)
{
    Answers a = {0};
    TRY(read_answers(in, o, &a, out));
    out->value = pass_power_k(a.n, a.right, a.k);
    return OK;
}

static Status g_pass(const ScoreInput *in, const MetricOptions *o, TaskScore *out)
{
    Answers a = {0};
    TRY(read_answers(in, o, &a, out));
    out->value = g_pass_at_k(a.n, a.right, a.k, json_number(json_get(o->entry, "tau"), 0.5));
    return OK;
}

static Status mg_pass(const ScoreInput *in, const MetricOptions *o, TaskScore *out)
{
    Answers a = {0};
    TRY(read_answers(in, o, &a, out));
    out->value = mg_pass_at_k(a.n, a.right, a.k);
    return OK;
}

static Status majority(const ScoreInput *in, const MetricOptions *o, TaskScore *out)
{
    Answers a = {0};
    TRY(read_answers(in, o, &a, out));
    SCOPED_ARENA(scratch);
    out->value = majority_at_k(a.counts, a.n_counts, a.k, &scratch);
    if (isnan(out->value))
        return err_set(in->err, E_LIMIT,
                       "maj@%zu of %zu answers, %zu of them different, cannot be computed; ask for "
                       "fewer answers, or take maj@%zu",
                       a.k, a.n, a.n_counts, a.n);
    return OK;
}

#define TEXT (1u << OUTPUT_GENERATE)

const MetricRow metric_pass = {"pass@k", "mean", true, TEXT, pass};
const MetricRow metric_pass_all = {"pass^k", "mean", true, TEXT, pass_all};
const MetricRow metric_g_pass = {"g-pass@k", "mean", true, TEXT, g_pass};
const MetricRow metric_mg_pass = {"mg-pass@k", "mean", true, TEXT, mg_pass};
const MetricRow metric_majority = {"maj@k", "mean", true, TEXT, majority};

const MetricKeys metric_pass_keys = {&metric_pass, by_keys, COUNT(by_keys), NULL};
const MetricKeys metric_pass_all_keys = {&metric_pass_all, by_keys, COUNT(by_keys), NULL};
const MetricKeys metric_mg_pass_keys = {&metric_mg_pass, by_keys, COUNT(by_keys), NULL};
const MetricKeys metric_majority_keys = {&metric_majority, by_keys, COUNT(by_keys), NULL};
const MetricKeys metric_g_pass_keys = {&metric_g_pass, tau_keys, COUNT(tau_keys), check_tau};
