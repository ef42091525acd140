/* judge_rule.c - rules judge the replies to one item: scores and outcomes. */
#include "base/utf8.h"
#include "eval/private.h"

/* A judgement quotes what it judged, it does not store it again. */
enum { LABEL_BYTES = 300, WHY_BYTES = 160 };

/* What one pipeline's verdict is called. A reply that was cut before an answer is not a
 * wrong answer, and neither is one the model or a filter refused to give. */
static Outcome outcome_of(const TaskScore *score, const ModelReply *reply)
{
    if (reply->finish == FINISH_REFUSED)
        return OUTCOME_REFUSED;
    if (reply->finish == FINISH_FILTERED)
        return OUTCOME_FILTERED;
    if (score->found)
        return OUTCOME_SCORED;
    return reply->finish == FINISH_LENGTH ? OUTCOME_TRUNCATED : OUTCOME_NO_ANSWER;
}

Status eval_judge(const TaskBound *bound, const TaskItem *item, const ModelReply *replies,
                  size_t n_replies, Arena *arena, Judgement *out, Err *err)
{
    Judgement j = {.outcome = OUTCOME_SCORED};
    TaskAnswer *answers = arena_array(arena, n_replies, sizeof *answers);
    for (size_t i = 0; i < n_replies; i++)
        answers[i] = (TaskAnswer){replies[i].text, replies[i].logprob, replies[i].greedy};
    TRY(task_score(bound, item, answers, n_replies, arena, &j.scores, &j.n_scores, err));
    /* The sample is scored when any pipeline could read an answer. */
    for (size_t i = 0; i < j.n_scores && (!i || j.outcome != OUTCOME_SCORED); i++)
        j.outcome = outcome_of(&j.scores[i], &replies[0]);
    *out = j;
    return OK;
}

Str eval_label(const TaskScore *score)
{
    return utf8_cut(score->extracted, LABEL_BYTES);
}

Status eval_add_judgements(Db *db, const Task *task, int64_t sample_id, const TaskScore *scores,
                           size_t n_scores, const ModelReply *reply, Err *err)
{
    SCOPED_ARENA(scratch);
    for (size_t i = 0; i < n_scores; i++) {
        const TaskScore *s = &scores[i];
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
            .outcome = outcome_of(s, reply),
        };
        TRY(judgement_add(db, &row, err));
    }
    return OK;
}
