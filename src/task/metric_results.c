/* metric_results.c - what native versions of process_results give: one row a metric. */
#include "task/metric_results.h"

#include "base/utf8.h"
#include "text/math.h"
#include "task/drop.h"
#include "text/overlap.h"

#include <math.h>

/* ---- likelihoods ---- */

/* The share of probability on the right choices: labels are 1 where a choice is right; in some
 * files all from the first that is not on count as wrong. */
static Status share(const ScoreInput *in, bool to_first_wrong, TaskScore *out)
{
    bool right_so_far = true;
    const Json *labels = json_path(&in->item->doc, "mc2_targets.labels");
    if (!json_is(labels, JSON_ARRAY) || labels->len != in->n_answers)
        return err_set(in->err, E_PARSE,
                       "mc2_targets.labels must be a list with one label for each choice");
    double right = 0, all = 0;
    for (size_t i = 0; i < in->n_answers; i++) {
        double p = exp(in->answers[i].logprob);
        all += p;
        bool is_right = json_number(&labels->items[i], 0) == 1;
        right_so_far = right_so_far && (is_right || !to_first_wrong);
        right += is_right && right_so_far ? p : 0;
    }
    out->value = all > 0 ? right / all : 0;
    out->found = all > 0;
    out->why = str_printf(in->arena, "%.6g of the probability is on the right choices", out->value);
    return OK;
}

static Status share_of_right(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return share(in, false, out);
}

static Status share_before_wrong(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return share(in, true, out);
}

/* Two sentences: how far their log-likelihoods are apart, and whether the first is likelier. */
static Status two_logprobs(const ScoreInput *in, double out[2])
{
    if (in->n_answers < 2)
        return err_set(in->err, E_PARSE, "the task compares two choices, but has %zu",
                       in->n_answers);
    out[0] = in->answers[0].logprob;
    out[1] = in->answers[1].logprob;
    return OK;
}

static Status apart(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    double p[2] = {0, 0};
    (void)options;
    TRY(two_logprobs(in, p));
    out->value = fabs(p[0] - p[1]);
    out->why = str_printf(in->arena, "log-likelihoods %.6g and %.6g", p[0], p[1]);
    return OK;
}

static Status first_likelier(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    double p[2] = {0, 0};
    (void)options;
    TRY(two_logprobs(in, p));
    out->value = p[0] > p[1] ? 1 : 0;
    out->why = str_printf(in->arena, "log-likelihoods %.6g and %.6g", p[0], p[1]);
    return OK;
}

/* ---- answers in text ---- */

Str results_answered(const ScoreInput *in)
{
    return in->values->len ? python_str(in->arena, &in->values->items[0].json) : (Str){0};
}

void results_note(const ScoreInput *in, Str answer, Str right, TaskScore *out)
{
    enum { QUOTE = 70 };
    out->extracted = answer;
    out->found = !in->values->len || in->values->items[0].found;
    Str got = utf8_cut(answer, QUOTE), want = utf8_cut(right, QUOTE);
    out->why = str_printf(in->arena, "answered \"" STR_FMT "\", expected \"" STR_FMT "\"",
                          STR_ARG(got), STR_ARG(want));
}

/* SQuAD: the first of the document's answers, which stand as {text: [...]} or [{text: ...}]. */
static Status first_answer(const ScoreInput *in, Str *out)
{
    const Json *right = json_path(&in->item->doc, "answers.text.0");
    if (!json_is(right, JSON_STRING))
        right = json_path(&in->item->doc, "answers.0.text");
    if (!json_is(right, JSON_STRING))
        return err_set(in->err, E_PARSE, "answers.text must be a list of texts");
    *out = right->text;
    return OK;
}

static Status squad_f1(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Str right, answer = results_answered(in);
    (void)options;
    TRY(first_answer(in, &right));
    out->value = token_f1(answer, right, OVERLAP_ENGLISH, in->arena);
    results_note(in, answer, right, out);
    return OK;
}

static Status squad_exact(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Str right, answer = results_answered(in);
    (void)options;
    TRY(first_answer(in, &right));
    out->value = quasi_exact_match(answer, right, OVERLAP_ENGLISH, in->arena);
    results_note(in, answer, right, out);
    return OK;
}

/* LongBench: the best over the document's answers; an answer of no words has nothing in common
 * with any. */
static Status best_f1(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    const Json *answers = json_get(&in->item->doc, "answers");
    Str answer = utf8_strip(results_answered(in)), right = {0};
    (void)options;
    if (!json_is(answers, JSON_ARRAY))
        return err_set(in->err, E_PARSE, "answers must be a list of texts");
    bool words = overlap_normalise(in->arena, answer, OVERLAP_ENGLISH).len > 0;
    out->value = 0;
    for (uint32_t i = 0; i < answers->len; i++) {
        Str one = python_str(in->arena, &answers->items[i]);
        double f = words ? token_f1(answer, one, OVERLAP_ENGLISH, in->arena) : 0;
        if (!i || f > out->value)
            right = one;
        out->value = f > out->value ? f : out->value;
    }
    results_note(in, answer, right, out);
    return OK;
}

/* ---- DROP ---- */

static Str text_at(const Json *object, const char *path)
{
    const Json *value = json_path(object, path);
    return json_is(value, JSON_STRING) ? value->text : STR("");
}

/* A right answer is a number, else spans, else a date. */
static void drop_spans(const Json *answer, Arena *arena, DropSpans *out)
{
    const Json *spans = json_get(answer, "spans"), *number = json_get(answer, "number");
    Str shown = number ? python_str(arena, number) : (Str){0};
    if (shown.len) {
        vec_push(arena, out, shown);
        return;
    }
    for (uint32_t i = 0; json_is(spans, JSON_ARRAY) && i < spans->len; i++)
        vec_push(arena, out, python_str(arena, &spans->items[i]));
    if (out->len)
        return;
    Str date = str_printf(arena, "%s %s %s", str_z(arena, text_at(answer, "date.day")),
                          str_z(arena, text_at(answer, "date.month")),
                          str_z(arena, text_at(answer, "date.year")));
    vec_push(arena, out, utf8_strip(date));
}

/* Answer i of the lists of validated answers. */
static Json validated(const Json *lists, uint32_t i, Arena *arena)
{
    static const char *const parts[] = {"number", "date", "spans"};
    Json one = {.type = JSON_OBJECT};
    for (size_t k = 0; k < COUNT(parts); k++) {
        const Json *list = json_get(lists, parts[k]);
        if (json_is(list, JSON_ARRAY) && i < list->len)
            json_set(arena, &one, str_from(parts[k]), list->items[i]);
    }
    return one;
}

static Status try_right_answer(const ScoreInput *in, const Json *answer, DropScore *best,
                               Str *right)
{
    DropSpans spans = {0};
    DropScore score;
    drop_spans(answer, in->arena, &spans);
    if (!utf8_strip(spans.items[0]).len)
        return OK;
    TRY(drop_score(results_answered(in), spans.items, spans.len, in->arena, &score, in->err));
    if (!right->len || score.f1 > best->f1)
        *right = spans.items[0];
    best->f1 = fmax(best->f1, score.f1);
    best->exact = fmax(best->exact, score.exact);
    return OK;
}

static Status drop_best(const ScoreInput *in, DropScore *out, TaskScore *score)
{
    const Json *answer = json_get(&in->item->doc, "answer");
    const Json *more = json_get(&in->item->doc, "validated_answers");
    const Json *numbers = json_get(more, "number");
    Str right = {0};
    *out = (DropScore){0};
    if (!json_is(answer, JSON_OBJECT))
        return err_set(in->err, E_PARSE, "answer must be an object with number, date and spans");
    TRY(try_right_answer(in, answer, out, &right));
    for (uint32_t i = 0; json_is(numbers, JSON_ARRAY) && i < numbers->len; i++) {
        Json one = validated(more, i, in->arena);
        TRY(try_right_answer(in, &one, out, &right));
    }
    results_note(in, results_answered(in), right, score);
    return OK;
}

static Status drop_exact(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    DropScore best;
    (void)options;
    TRY(drop_best(in, &best, out));
    out->value = best.exact;
    return OK;
}

static Status drop_f1(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    DropScore best;
    (void)options;
    TRY(drop_best(in, &best, out));
    out->value = best.f1;
    return OK;
}

/* MATH: what stands between the first and the last dollar, against the box of the solution. */
static Status boxed_answer(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Str answer = results_answered(in),
        right = math_boxed(json_text(json_get(&in->item->doc, "solution")));
    ptrdiff_t first = str_find_char(answer, '$'), last = str_rfind_char(answer, '$');
    (void)options;
    if (!right.ptr)
        return err_set(in->err, E_PARSE, "solution must be a text with a \\boxed{...}");
    if (first < last)
        answer = str_slice(answer, (size_t)first + 1, (size_t)last);
    out->value = math_same_text(answer, right, in->arena);
    results_note(in, answer, right, out);
    return OK;
}

#define TEXT (1u << OUTPUT_GENERATE)
#define CHOICE (1u << OUTPUT_MULTIPLE_CHOICE)

static const MetricRow truthfulqa_mc2 = {"acc", "mean", true, CHOICE, share_of_right};

static const MetricRow truthfulqa_mc2_split = {"acc", "mean", true, CHOICE, share_before_wrong};
static const MetricRow likelihood_diff = {"likelihood_diff", "mean", false, CHOICE, apart};
static const MetricRow pct_stereotype = {"pct_stereotype", "mean", false, CHOICE, first_likelier};

static const MetricRow qa_f1 = {"f1", "mean", true, TEXT, squad_f1};
static const MetricRow qa_exact = {"exact_match", "mean", true, TEXT, squad_exact};
static const MetricRow math_exact = {"exact_match", "mean", true, TEXT, boxed_answer};
static const MetricRow longbench_score = {"score", "mean", true, TEXT, best_f1};
static const MetricRow longbench_f1 = {"qa_f1_score", "mean", true, TEXT, best_f1};

static const MetricRow drop_em = {"em", "mean", true, TEXT, drop_exact};
static const MetricRow drop_qa_f1 = {"f1", "mean", true, TEXT, drop_f1};

/* ---- the table ---- */

#define TRUTH "truthfulqa_gen" /* its rows are a table of their own */

static const struct {
    const char *results;
    const MetricRow *row;
} rows[] = {
    {"truthfulqa_mc2", &truthfulqa_mc2},
    {"truthfulqa_mc2_split", &truthfulqa_mc2_split},
    {"agieval_mcqa", &metric_acc},
    {"agieval_mcqa", &metric_acc_norm},
    {"crows_pairs", &likelihood_diff},
    {"crows_pairs", &pct_stereotype},
    {"squad_qa", &qa_f1},
    {"squad_qa", &qa_exact},
    {"drop", &drop_em},
    {"drop", &drop_qa_f1},
    {"longbench_qa_f1", &longbench_score},
    {"longbench_qa_f1", &longbench_f1},
    {"hendrycks_math", &math_exact},
    {"agieval_cloze", &results_agieval_cloze},
    {"aime", &results_aime},
    {"minerva", &results_minerva_exact},
    {"minerva", &results_minerva_verify},
    {"leaderboard_math", &results_leaderboard_exact},
    {"leaderboard_math", &results_leaderboard_original},
    {"hrm8k", &results_hrm8k},
    {"record", &results_record_exact},
    {"record", &results_record_f1},
    {"noridiom", &results_idiom_exact},
    {"noridiom", &results_idiom_f1},
    {"coqa", &results_coqa_exact},
    {"coqa", &results_coqa_f1},
    {"eqbench", &results_eqbench},
    {"eqbench", &results_eqbench_parseable},
    {"mlqa", &results_mlqa_exact},
    {"mlqa", &results_mlqa_f1},
    {"babilong", &results_contains},
    {"longbench_count", &results_count_score},
    {"longbench_count", &results_count_named},
    {"longbench_retrieval", &results_retrieval_score},
    {"longbench_retrieval", &results_retrieval_named},
    {"longbench_retrieval_zh", &results_retrieval_zh_score},
    {"longbench_retrieval_zh", &results_retrieval_zh_named},
    {"longbench_rouge", &results_rouge_score},
    {"longbench_rouge", &results_rouge_named},
    {"longbench_code", &results_code_score},
    {"longbench_code", &results_code_named},
    {"mutual", &results_recall_1},
    {"mutual", &results_recall_2},
    {"mutual", &results_mrr},
    {"longbench_class", &results_class_score},
    {"longbench_class", &results_class_named},
    {"bbq", &results_acc_ambig},
    {"bbq", &results_acc_disambig},
    {"bbq", &results_bias_ambig},
    {"bbq", &results_bias_disambig},
    {"wikitext", &results_page_words},
    {"wikitext", &results_page_bytes},
    {"wikitext", &results_page_bits},
    {"ifeval", &metric_prompt_strict},
    {"ifeval", &metric_each_strict},
    {"ifeval", &metric_prompt_loose},
    {"ifeval", &metric_each_loose},
};

const MetricRow *results_find(Str results, Str metric)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eqc(results, rows[i].results) && str_eqc(metric, rows[i].row->name))
            return rows[i].row;
    for (size_t i = 0; str_eqc(results, TRUTH) && i < TRUTH_METRICS; i++)
        if (str_eqc(metric, results_truth[i].name))
            return &results_truth[i];
    return NULL;
}

bool results_known(Str results)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eqc(results, rows[i].results))
            return true;
    return str_eqc(results, TRUTH);
}
