/* metric_work.c - metrics that need more than an answer: prepared parts, programs, other metrics.
 */
#include "task/metric_work.h"

static const MetricWork *const works[] = {&metric_code_work,
                                          &metric_code_k_work,
                                          &metric_command_work,
                                          &metric_span_f1_work,
                                          &results_mlqa_exact_work,
                                          &results_mlqa_f1_work,
                                          &results_language_exact_work,
                                          &results_language_f1_work,
                                          &metric_json_valid_work,
                                          &metric_json_schema_work,
                                          &metric_json_fields_work};

static const MetricWork *work_of(const MetricRow *row)
{
    for (size_t i = 0; i < COUNT(works); i++)
        if (works[i]->row == row)
            return works[i];
    return NULL;
}

void metric_work_prepare(Checker *c, const Json *entry, const MetricRow *row, MetricOptions *out)
{
    const MetricWork *work = work_of(row);
    if (work && work->prepare)
        out->own = work->prepare(c, entry);
}

Status task_ready(const Task *task, Err *err)
{
    for (size_t m = 0; m < task->n_metrics; m++) {
        const MetricWork *work = work_of(task->parts->rows[m]);
        if (work && work->ready && work->ready(&task->parts->options[m], err) != OK)
            return err_wrap(err, "metric \"" STR_FMT "\" of task \"" STR_FMT "\"",
                            STR_ARG(task->metrics[m].name), STR_ARG(task->name));
    }
    return OK;
}

void metric_work_begin(TaskBound *b, Arena *arena)
{
    const Task *task = b->task;
    b->states = arena_array(arena, task->n_metrics, sizeof *b->states);
    for (size_t m = 0; m < task->n_metrics; m++) {
        const MetricWork *work = work_of(task->parts->rows[m]);
        if (work && work->begin)
            b->states[m] = work->begin(arena);
    }
}

void task_bound_halt(TaskBound *b, const atomic_int *halt)
{
    b->halt = halt;
}

void task_unbind(TaskBound *b)
{
    for (size_t m = 0; b && b->states && m < b->task->n_metrics; m++) {
        const MetricWork *work = work_of(b->task->parts->rows[m]);
        if (b->states[m] && work && work->end)
            work->end(b->states[m]);
        b->states[m] = NULL;
    }
}

/* ---- several answers ---- */

static Status score_one(const ScoreInput *in, size_t metric, size_t answer, TaskScore *out)
{
    const TaskParts *parts = in->bound->task->parts;
    FilterValues values = metric_answers(in->arena, &in->answers[answer], 1);
    TRY(filter_run_one(&parts->pipelines[in->filter], &in->item->doc, in->arena, &values, in->err));
    ScoreInput one = *in;
    one.answers = &in->answers[answer];
    one.n_answers = 1;
    one.values = &values;
    one.metric = metric;
    one.first = in->first + answer;
    *out = (TaskScore){.filter = in->filter, .metric = metric, .found = true};
    const MetricWork *work = work_of(parts->rows[metric]);
    if (work && work->judge)
        return work->judge(&one, &parts->options[metric], out);
    return parts->rows[metric]->score(&one, &parts->options[metric], out);
}

Status metric_each(const ScoreInput *in, size_t metric, const TaskScore **out)
{
    if (in->each && in->each[metric]) {
        *out = in->each[metric];
        return OK;
    }
    TaskScore *scores = arena_array(in->arena, in->n_answers, sizeof *scores);
    for (size_t i = 0; i < in->n_answers; i++)
        TRY(score_one(in, metric, i, &scores[i]));
    if (in->each)
        in->each[metric] = scores;
    *out = scores;
    return OK;
}

/* The mean of the answers' values; what has none counts 0. The first that is not right says why. */
Status metric_mean_of_each(const ScoreInput *in, TaskScore *out)
{
    const TaskScore *each;
    size_t shown = 0;
    TRY(metric_each(in, in->metric, &each));
    out->value = 0;
    out->found = false;
    for (size_t i = 0; i < in->n_answers; i++) {
        out->value += each[i].value > 0 ? each[i].value / (double)in->n_answers : 0;
        out->found |= each[i].found;
        if (each[shown].value >= 1 && !(each[i].value >= 1))
            shown = i;
    }
    out->extracted = each[shown].extracted;
    out->why = each[shown].why;
    return OK;
}

int metric_index(const Task *task, Str name)
{
    for (size_t m = 0; m < task->n_metrics; m++)
        if (str_eq(task->metrics[m].name, name))
            return (int)m;
    return -1;
}

/* "by" names another metric of the list, which judges single answers. */
void metric_check_by(Checker *c, const Task *task)
{
    for (size_t m = 0; m < task->n_metrics; m++) {
        const Json *by = json_get(task->metrics[m].options, "by");
        if (!by)
            continue;
        int other = metric_index(task, json_text(by));
        if (other < 0 || metric_k(task->metrics[other].name))
            problem(c, by,
                    "\"by\" must name another metric of the list that judges single answers, not "
                    "\"" STR_FMT "\"",
                    STR_ARG(json_text(by)));
    }
}
