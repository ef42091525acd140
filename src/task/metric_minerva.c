/* metric_minerva.c - MATH as Minerva and the Open LLM Leaderboard judge it, for native
 * process_results.
 *
 * Their programs ask sympy, or the library math-verify, whether two answers are equal; here
 * text/math.h decides, so a verdict on an answer that those cannot read may differ. */
#include "task/metric_results.h"

#include "base/utf8.h"
#include "text/math.h"
#include "text/math_final.h"

static Str solution_of(const ScoreInput *in)
{
    return json_text(json_get(&in->item->doc, "solution"));
}

static bool same(Str answer, Str right)
{
    SCOPED_ARENA(scratch);
    return str_eq(utf8_strip(answer), utf8_strip(right)) || math_equal(answer, right, 0, &scratch);
}

/* The sentence of the final answer against the column `answer`, both in normal form. */
static Status stated(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Str answer, right = json_text(json_get(&in->item->doc, "answer"));
    Str got = results_answered(in);
    (void)options;
    TRY(math_final_stated(in->arena, got, &answer, in->err));
    results_note(in, answer.ptr ? answer : got, right, out);
    out->found = out->found && answer.ptr;
    if (!answer.ptr)
        return OK;
    TRY(math_final_normal(in->arena, answer, &answer, in->err));
    TRY(math_final_normal(in->arena, right, &right, in->err));
    out->value = same(answer, right);
    results_note(in, answer, right, out);
    return OK;
}

/* What an answer commits to: its box, the sentence, or the last that stands between dollars. */
static Status committed(const ScoreInput *in, Str text, Str *out)
{
    *out = math_boxed(text);
    if (out->ptr)
        return OK;
    TRY(math_final_stated(in->arena, text, out, in->err));
    ptrdiff_t last = str_rfind_char(text, '$');
    ptrdiff_t first = last > 0 ? str_rfind_char(str_slice(text, 0, (size_t)last), '$') : -1;
    if (!out->ptr)
        *out = first < 0 ? utf8_strip(text) : str_slice(text, (size_t)first + 1, (size_t)last);
    while (out->len > 1 && out->ptr[0] == '$' && out->ptr[out->len - 1] == '$')
        *out = str_slice(*out, 1, out->len - 1);
    return OK;
}

static Status verified(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Str answer, right;
    (void)options;
    TRY(committed(in, results_answered(in), &answer));
    TRY(committed(in, solution_of(in), &right));
    out->value = same(answer, right);
    results_note(in, answer, right, out);
    return OK;
}

#define TEXT (1u << OUTPUT_GENERATE)

const MetricRow results_minerva_exact = {"exact_match", "mean", true, TEXT, stated};
const MetricRow results_minerva_verify = {"math_verify", "mean", true, TEXT, verified};
const MetricRow results_leaderboard_exact = {"exact_match", "mean", true, TEXT, verified};
const MetricRow results_leaderboard_original = {"exact_match_original", "mean", true, TEXT, stated};
