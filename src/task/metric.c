/* metric.c - the table of metrics, and the scores of one item. */
#include "task/parts.h"

static const MetricRow *const rows[] = {
    &metric_acc,          &metric_acc_norm,    &metric_acc_bytes,  &metric_acc_mutual_info,
    &metric_greedy_match, &metric_exact_match, &metric_perplexity, &metric_acc_greedy,
};

const char *const aggregations[] = {"mean", "perplexity", NULL};

/* Known to lm-evaluation-harness but not computed here. */
static const char *const later[] = {
    "f1",     "mcc",     "brier_score",     "likelihood",      "bleu",          "chrf", "ter",
    "bypass", "acc_all", "word_perplexity", "byte_perplexity", "bits_per_byte",
};

const MetricRow *metric_find(Str name, OutputType output)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eqc(name, rows[i]->name) && (rows[i]->outputs & 1u << output))
            return rows[i];
    return NULL;
}

const char *metric_refusal(Str name)
{
    for (size_t i = 0; i < COUNT(later); i++)
        if (str_eqc(name, later[i]))
            return "is not supported yet";
    return NULL;
}

static const KeyRow keys[] = {
    {"metric", T_STRING, NULL},           {"aggregation", T_STRING, NULL},
    {"higher_is_better", T_BOOL, NULL},   {"ignore_case", T_BOOL, NULL},
    {"ignore_punctuation", T_BOOL, NULL}, {"ignore_numbers", T_BOOL, NULL},
    {"regexes_to_ignore", T_LIST, NULL},  {"weight_by_size", T_BOOL, NULL},
    {"hf_evaluate", T_BOOL, NULL}, /* exact_match is the same computation there */
};

void metric_prepare(Checker *c, const Json *entry, const MetricRow *row, MetricOptions *out)
{
    Str where = c->where;
    c->where = str_printf(c->arena, "metric \"%s\": ", row->name);
    check_keys(c, entry, keys, COUNT(keys));
    out->ignore = compile_regexes(c, json_get(entry, "regexes_to_ignore"), &out->n_ignore);
    out->ignore_case = json_bool(json_get(entry, "ignore_case"), false);
    out->ignore_punctuation = json_bool(json_get(entry, "ignore_punctuation"), false);
    out->ignore_numbers = json_bool(json_get(entry, "ignore_numbers"), false);
    c->where = where;
}

static FilterValues answers_as_values(Arena *arena, const TaskAnswer *answers, size_t n)
{
    FilterValues v = {.items = arena_array(arena, n, sizeof *v.items), .len = n};
    for (size_t i = 0; i < n; i++)
        v.items[i] = (FilterValue){json_str(answers[i].text), !answers[i].silent};
    return v;
}

static Status check_answers(const TaskBound *b, const TaskItem *item, size_t n, Err *err)
{
    bool text = b->task->output_type == OUTPUT_GENERATE;
    if (text ? n >= 1 : n == item->n_requests)
        return OK;
    return err_set(err, E_USAGE, "item %zu needs %zu answers to be scored, got %zu", item->position,
                   text ? 1 : item->n_requests, n);
}

Status task_found(const TaskBound *bound, const TaskItem *item, const TaskAnswer *answer,
                  Arena *arena, bool *found, Err *err)
{
    for (size_t f = 0; f < bound->task->n_filters; f++) {
        FilterValues v = answers_as_values(arena, answer, 1);
        TRY(filter_run_one(&bound->task->parts->pipelines[f], &item->doc, arena, &v, err));
        found[f] = true;
        for (size_t i = 0; i < v.len; i++)
            found[f] = found[f] && v.items[i].found;
    }
    return OK;
}

bool task_is_slow(const Task *task)
{
    for (size_t m = 0; m < task->n_metrics; m++)
        if (task->parts->rows[m]->outputs & METRIC_SLOW)
            return true;
    return false;
}

Status task_score(const TaskBound *bound, const TaskItem *item, const TaskAnswer *answers,
                  size_t n_answers, Arena *arena, TaskScore **out, size_t *n_out, Err *err)
{
    const Task *task = bound->task;
    TRY(check_answers(bound, item, n_answers, err));
    TaskScore *scores = arena_array(arena, task->n_filters * task->n_metrics, sizeof *scores);
    size_t n = 0;
    for (size_t f = 0; f < task->n_filters; f++) {
        FilterValues values = {0};
        if (task->output_type == OUTPUT_GENERATE) {
            values = answers_as_values(arena, answers, n_answers);
            TRY(filter_run(&task->parts->pipelines[f], &item->doc, arena, &values, err));
        }
        ScoreInput in = {bound, item, answers, n_answers, &values, arena, err};
        for (size_t m = 0; m < task->n_metrics; m++) {
            TaskScore *score = &scores[n++];
            score->filter = f;
            score->metric = m;
            score->found = true;
            TRY(task->parts->rows[m]->score(&in, &task->parts->options[m], score));
        }
    }
    *out = scores;
    *n_out = n;
    return OK;
}
