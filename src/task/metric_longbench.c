/* metric_longbench.c - LongBench's summaries, code and Chinese passages, and Mutual's ranks: native
 * process_results.
 *
 * Its Chinese summaries and questions are cut into words by jieba and its dictionary, which are
 * not here. */
#include "task/metric_results.h"

#include "base/utf8.h"
#include "text/likeness.h"

#include <math.h>

typedef double (*Likeness)(Str answer, Str right, Arena *arena);

static Status best_of(const ScoreInput *in, Str answer, Likeness likeness, TaskScore *out)
{
    const Json *answers = json_get(&in->item->doc, "answers");
    Str right = {0};
    if (!json_is(answers, JSON_ARRAY))
        return err_set(in->err, E_PARSE, "item %zu: answers must be a list of texts",
                       in->item->position);
    out->value = 0;
    for (uint32_t i = 0; i < answers->len; i++) {
        SCOPED_ARENA(scratch);
        Str one = json_text(&answers->items[i]);
        double value = likeness(answer, one, &scratch);
        if (!i || value > out->value)
            right = one;
        out->value = value > out->value ? value : out->value;
    }
    results_note(in, answer, right, out);
    return OK;
}

static Status summary(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return best_of(in, utf8_strip(results_answered(in)), likeness_rouge, out);
}

/* The first line that is code: no fence, no comment, not blank. */
static Str first_code_line(Str text)
{
    while (text.len) {
        ptrdiff_t end = str_find_char(text, '\n');
        Str line = end < 0 ? text : str_slice(text, 0, (size_t)end);
        bool code = utf8_strip(line).len && str_find_char(line, '`') < 0 &&
                    str_find_char(line, '#') < 0 && str_find(line, STR("//")) < 0;
        if (code)
            return line;
        text = str_after(text, end < 0 ? text.len : (size_t)end + 1);
    }
    return (Str){0};
}

/* fuzzywuzzy's ratio, in whole percent; Python rounds halves to even. */
static double whole_percent(Str answer, Str right, Arena *arena)
{
    if (str_eq(answer, right))
        return 1;
    return answer.len && right.len ? rint(100 * likeness_ratio(answer, right, arena)) / 100 : 0;
}

static Status code(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return best_of(in, first_code_line(results_answered(in)), whole_percent, out);
}

/* Mutual: what its function makes of pairs of a log-likelihood and whether the choice is what the
 * model would write. They are ranked as pairs; and numpy.argmax, which looks for the likeliest,
 * sees one row of numbers, each pair two of them, in which 0 for "not" is more than any
 * log-likelihood. */
static Status rank(const ScoreInput *in, TaskScore *out, size_t *rank, bool *likeliest)
{
    const TaskItem *item = in->item;
    size_t gold = item->n_gold ? (size_t)item->gold[0] : SIZE_MAX, flat = 0;
    double most = -INFINITY;
    if (gold >= in->n_answers)
        return err_set(in->err, E_PARSE, "item %zu: the right answer is none of the choices",
                       item->position);
    const TaskAnswer *right = &in->answers[gold];
    *rank = 0;
    for (size_t i = 0; i < in->n_answers; i++) {
        const TaskAnswer *one = &in->answers[i];
        *rank += one->logprob > right->logprob ||
                 (one->logprob == right->logprob && one->greedy > right->greedy);
        flat = one->logprob > most ? 2 * i : flat;
        most = fmax(most, one->logprob);
        flat = one->greedy > most ? 2 * i + 1 : flat;
        most = fmax(most, one->greedy);
    }
    *likeliest = flat == gold;
    out->extracted = item->choices[gold];
    out->why = str_printf(in->arena, "the right choice is number %zu by likelihood", *rank + 1);
    return OK;
}

static Status recall_1(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    size_t r = 0;
    bool likeliest = false;
    (void)options;
    TRY(rank(in, out, &r, &likeliest));
    out->value = likeliest;
    return OK;
}

static Status recall_2(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    size_t r = 0;
    bool likeliest = false;
    (void)options;
    TRY(rank(in, out, &r, &likeliest));
    out->value = r == 1 || likeliest; /* the sum of two truth values of numpy is one */
    return OK;
}

static Status reciprocal_rank(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    size_t r = 0;
    bool likeliest = false;
    (void)options;
    TRY(rank(in, out, &r, &likeliest));
    out->value = 1.0 / (double)(r + 1);
    return OK;
}

#define TEXT (1u << OUTPUT_GENERATE)
#define CHOICE (1u << OUTPUT_MULTIPLE_CHOICE)

const MetricRow results_rouge_score = {"score", "mean", true, TEXT, summary};
const MetricRow results_rouge_named = {"rouge_score", "mean", true, TEXT, summary};
const MetricRow results_code_score = {"score", "mean", true, TEXT, code};
const MetricRow results_code_named = {"code_sim_score", "mean", true, TEXT, code};
const MetricRow results_recall_1 = {"r@1", "mean", true, CHOICE, recall_1};
const MetricRow results_recall_2 = {"r@2", "mean", true, CHOICE, recall_2};
const MetricRow results_mrr = {"mrr", "mean", true, CHOICE, reciprocal_rank};
