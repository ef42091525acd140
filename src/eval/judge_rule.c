/* judge_rule.c - rules judge the replies to one item: scores and outcomes. */
#include "base/utf8.h"
#include "eval/private.h"

#include <math.h>

/* A judgement quotes what it judged, it does not store it again. */
enum { LABEL_BYTES = 160, WHY_BYTES = 160 };

/* What one reply is called when a pipeline found an answer in it, or did not. A reply that was
 * cut before an answer is not a wrong answer, and neither is one the model or a filter refused
 * to give. */
static Outcome outcome_of(bool found, const ModelReply *reply)
{
    if (reply->finish == FINISH_REFUSED)
        return OUTCOME_REFUSED;
    if (reply->finish == FINISH_FILTERED)
        return OUTCOME_FILTERED;
    if (found)
        return OUTCOME_SCORED;
    return reply->finish == FINISH_LENGTH ? OUTCOME_TRUNCATED : OUTCOME_NO_ANSWER;
}

static bool is_silent(const ModelReply *reply)
{
    return reply->finish == FINISH_REFUSED || reply->finish == FINISH_FILTERED;
}

/* One sample with all likelihoods: without one of them none of its numbers can be had. */
static void judge_likelihoods(const ModelReply *replies, size_t n, Judgement *j)
{
    const ModelReply *worst = &replies[0];
    for (size_t i = 0; i < n && !is_silent(worst); i++)
        worst = &replies[i];
    if (!is_silent(worst))
        worst = &replies[0];
    j->n_repeats = 1;
    j->repeats[0] = outcome_of(true, worst);
    for (size_t i = 0; i < j->n_scores; i++) {
        j->outcomes[i] = j->repeats[0];
        if (!is_silent(worst))
            continue;
        j->scores[i].value = NAN;
        j->scores[i].extracted = j->scores[i].why = (Str){0};
    }
}

/* `found`: a row of n_filters for each reply. A sample is scored when any pipeline could read
 * an answer, else it is what the first pipeline makes of it. A score that found nothing owes
 * that to the first reply without an answer. */
static void judge_texts(const ModelReply *replies, size_t n, const bool *found, size_t n_filters,
                        Judgement *j)
{
    j->n_repeats = n;
    for (size_t i = 0; i < n; i++) {
        bool any = false;
        for (size_t f = 0; f < n_filters; f++)
            any = any || found[i * n_filters + f];
        j->repeats[i] = outcome_of(any, &replies[i]);
    }
    for (size_t k = 0; k < j->n_scores; k++) {
        const TaskScore *s = &j->scores[k];
        size_t i = 0;
        while (i < n && found[i * n_filters + s->filter])
            i++;
        j->outcomes[k] = s->found ? OUTCOME_SCORED : outcome_of(false, &replies[i < n ? i : 0]);
    }
}

Status eval_judge(const TaskBound *bound, const TaskItem *item, const ModelReply *replies,
                  size_t n_replies, Arena *arena, Judgement *out, Err *err)
{
    const Task *task = task_bound_task(bound);
    Judgement j = {.repeats = arena_array(arena, n_replies + 1, sizeof *j.repeats)};
    size_t n_filters = task->n_filters;
    TaskAnswer *answers = arena_array(arena, n_replies, sizeof *answers);
    for (size_t i = 0; i < n_replies; i++)
        answers[i] = (TaskAnswer){replies[i].text, replies[i].logprob, replies[i].greedy,
                                  is_silent(&replies[i])};
    TRY(task_score(bound, item, answers, n_replies, arena, &j.scores, &j.n_scores, err));
    j.outcomes = arena_array(arena, j.n_scores + 1, sizeof *j.outcomes);
    if (task->output_type == OUTPUT_GENERATE) {
        bool *found = arena_array(arena, n_replies * n_filters + 1, sizeof *found);
        for (size_t i = 0; i < n_replies && n_replies > 1; i++)
            TRY(task_found(bound, task_variant(item, i), &answers[i], arena, &found[i * n_filters],
                           err));
        for (size_t k = 0; k < j.n_scores && n_replies == 1; k++)
            found[j.scores[k].filter] = j.scores[k].found;
        judge_texts(replies, n_replies, found, n_filters, &j);
    } else {
        judge_likelihoods(replies, n_replies, &j);
    }
    j.outcome = j.repeats[0];
    *out = j;
    return OK;
}

bool eval_spares_others(Status status, bool slow, int judged, int failed, Err *err)
{
    if (status == E_MISSING || status == E_USAGE || (!slow && status != E_LIMIT))
        return false;
    if (failed < EVAL_HOPELESS || judged)
        return true;
    (void)err_wrap(err, "none of %d replies could be judged", failed);
    return false;
}

/* Without "item 3: " before it: the sample says which it is. */
Str eval_unjudged(const Err *err, size_t position, Arena *arena)
{
    Str why = str_from(err->msg), prefix = str_printf(arena, "item %zu: ", position);
    why = str_starts(why, prefix) ? str_after(why, prefix.len) : why;
    return str_printf(arena, "could not judge the reply: " STR_FMT, STR_ARG(why));
}

Outcome eval_repeat_outcome(const Judgement *j, size_t repeat)
{
    return j->repeats[repeat < j->n_repeats ? repeat : 0];
}

Str eval_label(const TaskScore *score)
{
    return utf8_cut(score->extracted, LABEL_BYTES);
}

Status eval_add_judgements(Db *db, const Task *task, int64_t sample_id, const Judgement *j,
                           Err *err)
{
    SCOPED_ARENA(scratch);
    for (size_t i = 0; i < j->n_scores; i++) {
        const TaskScore *s = &j->scores[i];
        JudgementRow row = {
            .sample_id = sample_id,
            .criterion = task->metrics[s->metric].name,
            .filter = task->filters[s->filter],
            .judge = STR(SCORER_VERSION),
            .value = s->value,
            .weight = s->weight,
            .label = eval_label(s),
            .why = utf8_clean(&scratch, utf8_cut(s->why, WHY_BYTES)),
            .detail = s->detail,
            .outcome = j->outcomes[i],
            .rule = s->rule,
            .steps = s->steps,
        };
        TRY(judgement_add(db, &row, err));
    }
    return OK;
}
