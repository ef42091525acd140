/* metric_work.h - metrics that need more than an answer. Private to task/.
 *
 * To add one: a MetricWork beside its MetricRow, and a row in metric_work.c. */
#ifndef TASK_METRIC_WORK_H
#define TASK_METRIC_WORK_H

#include "task/parts.h"

typedef struct MetricWork {
    const MetricRow *row;
    /* What it reads its entry into (MetricOptions.own), once; immutable afterwards. Or NULL. */
    const void *(*prepare)(Checker *c, const Json *entry);
    /* Whether it can judge here; asked before anything is sent to a model. Or NULL. */
    Status (*ready)(const MetricOptions *options, Err *err);
    /* State that the threads of a bound task share (TaskBound.states), and its end. Or NULL. */
    void *(*begin)(Arena *arena);
    void (*end)(void *state);
    /* One answer on its own, where the metric's value is of several. NULL: as it scores. */
    Status (*judge)(const ScoreInput *in, const MetricOptions *options, TaskScore *out);
} MetricWork;

extern const MetricWork metric_code_work, metric_code_k_work, metric_command_work,
    metric_span_f1_work, results_mlqa_exact_work, results_mlqa_f1_work, results_language_exact_work,
    results_language_f1_work, metric_json_valid_work, metric_json_schema_work,
    metric_json_fields_work;

void metric_work_prepare(Checker *c, const Json *entry, const MetricRow *row, MetricOptions *out);
void metric_work_begin(TaskBound *b, Arena *arena);

/* The scores of each answer on its own by metric number `metric`; kept, so that a program runs once
 * for each. in->n_answers of them. */
Status metric_each(const ScoreInput *in, size_t metric, const TaskScore **out) MUST_CHECK;
Status metric_mean_of_each(const ScoreInput *in, TaskScore *out) MUST_CHECK;
int metric_index(const Task *task, Str name); /* -1: none */
void metric_check_by(Checker *c, const Task *task);
/* Marks entries of metric_list that run a file with the hash of what it holds. */
void metric_pin_programs(Arena *arena, RawConfig *raw);

#endif
