/* metric_dialogue.c - CoQA's answers, ReCoRD's entities and EQ-Bench's ratings, for native
 * process_results. */
#include "task/metric_results.h"

#include "base/map.h"
#include "base/utf8.h"
#include "template/literal.h"
#include "text/overlap.h"

#include <math.h>

/* ---- CoQA (Reddy et al. 2019) ---- */

static double one_against(const ScoreInput *in, bool exact, Str answer, Str right)
{
    return exact ? quasi_exact_match(answer, right, OVERLAP_ENGLISH, in->arena)
                 : token_f1(answer, right, OVERLAP_ENGLISH, in->arena);
}

/* With several right answers, the mean over leaving each of them out of the best of the others. */
static Status coqa(const ScoreInput *in, bool exact, TaskScore *out)
{
    const Json *right = &in->item->target;
    Str answer = utf8_strip(results_answered(in));
    answer = str_split(&answer, '\n');
    if (right->type != JSON_ARRAY || !right->len)
        return err_set(in->err, E_PARSE, "item %zu: doc_to_target gives no list of answers",
                       in->item->position);
    double sum = 0;
    for (uint32_t left_out = 0; left_out < right->len; left_out++) {
        double best = 0;
        for (uint32_t i = 0; i < right->len; i++)
            if (i != left_out || right->len == 1)
                best = fmax(best, one_against(in, exact, answer, json_text(&right->items[i])));
        sum += best;
    }
    out->value = sum / (double)right->len;
    results_note(in, answer, json_text(&right->items[0]), out);
    return OK;
}

static Status coqa_exact(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return coqa(in, true, out);
}

static Status coqa_f1(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return coqa(in, false, out);
}

/* ---- ReCoRD (Zhang et al. 2018) ---- */

/* The likeliest entity against each right one. */
static Status record(const ScoreInput *in, bool exact, TaskScore *out)
{
    const Json *entities = json_get(&in->item->doc, "entities");
    const Json *right = json_get(&in->item->doc, "answers");
    size_t best = 0;
    for (size_t i = 1; i < in->n_answers; i++)
        best = in->answers[i].logprob > in->answers[best].logprob ? i : best;
    if (!json_is(entities, JSON_ARRAY) || best >= entities->len || !json_is(right, JSON_ARRAY))
        return err_set(in->err, E_PARSE, "item %zu: entities and answers must be lists of texts",
                       in->item->position);
    Str answer = json_text(&entities->items[best]);
    for (uint32_t i = 0; i < right->len; i++)
        out->value = fmax(out->value, one_against(in, exact, answer, json_text(&right->items[i])));
    out->extracted = answer;
    out->why = str_printf(in->arena, "entity %zu is the likeliest", best + 1);
    return OK;
}

static Status record_exact(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return record(in, true, out);
}

static Status record_f1(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return record(in, false, out);
}

/* ---- EQ-Bench (Paech 2023), full scale ---- */

enum { EMOTIONS = 4 };

/* How far one rating is off: an S up to 5, then the difference itself. */
static double scaled(double difference)
{
    if (difference == 0)
        return 0;
    return difference <= 5 ? 6.5 * (1 / (1 + pow(M_E, -1.2 * (difference - 4)))) : difference;
}

static bool number_of(const Json *value, double *out)
{
    *out = json_number(value, 0);
    return json_is(value, JSON_NUMBER) ||
           (json_is(value, JSON_STRING) && str_to_double(value->text, out));
}

/* "word: number" of the answer; of a word said twice the last counts. */
static Status ratings(const ScoreInput *in, Map *out)
{
    Regex *pair;
    RegexMatches all = {0};
    TRY(regex_compile(STR("(\\w+):\\s+(\\d+)"), &pair, in->err));
    Status status = regex_find_all(pair, results_answered(in), in->arena, &all, in->err);
    regex_free(pair);
    for (size_t i = 0; status == OK && i < all.len; i++) {
        double *rating = ARENA_NEW(in->arena, double);
        if (str_to_double(all.items[i].groups[2], rating))
            map_set(in->arena, out, all.items[i].groups[1], rating);
    }
    return status;
}

/* *parsed: the answer rates the four emotions that were asked for. */
static Status rate(const ScoreInput *in, double *score, bool *parsed)
{
    Json reference;
    Map got = {0};
    size_t matched = 0;
    double tally = 0;
    Str text = json_text(json_get(&in->item->doc, "reference_answer_fullscale"));
    TRY(literal_eval(in->arena, text, &reference, in->err));
    TRY(ratings(in, &got));
    for (int i = 1; i <= EMOTIONS; i++) {
        Str name = json_text(json_get(&reference, str_printf(in->arena, "emotion%d", i).ptr));
        double right;
        const double *rating = map_get(&got, name);
        const Json *value = json_get(&reference, str_printf(in->arena, "emotion%d_score", i).ptr);
        if (!rating || !number_of(value, &right))
            continue;
        matched++;
        tally += scaled(fabs(*rating - right));
    }
    *parsed = got.len == EMOTIONS && matched == EMOTIONS;
    *score = *parsed ? 10 * (10 - tally * 0.7477) : 0;
    return OK;
}

static Status eqbench(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    bool parsed;
    (void)options;
    TRY(rate(in, &out->value, &parsed));
    out->found = parsed;
    out->extracted = results_answered(in);
    out->why = parsed ? STR("four ratings read") : STR("not the four ratings that were asked for");
    return OK;
}

static Status parseable(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    bool parsed;
    double score;
    (void)options;
    TRY(rate(in, &score, &parsed));
    out->value = parsed ? 100 : 0;
    out->extracted = results_answered(in);
    return OK;
}

#define TEXT (1u << OUTPUT_GENERATE)
#define CHOICE (1u << OUTPUT_MULTIPLE_CHOICE)

const MetricRow results_coqa_exact = {"em", "mean", true, TEXT, coqa_exact};
const MetricRow results_coqa_f1 = {"f1", "mean", true, TEXT, coqa_f1};
const MetricRow results_eqbench = {"eqbench", "mean", true, TEXT, eqbench};
const MetricRow results_eqbench_parseable = {"percent_parseable", "mean", true, TEXT, parseable};
const MetricRow results_record_exact = {"em", "mean", true, CHOICE, record_exact};
const MetricRow results_record_f1 = {"f1", "mean", true, CHOICE, record_f1};
