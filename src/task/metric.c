/* metric.c - the table of metrics, and the scores of one item. */
#include "task/metric_options.h"
#include "task/metric_results.h"
#include "task/metric_work.h"

#include "text/near.h"

static const MetricRow *const rows[] = {
    &metric_acc,
    &metric_acc_norm,
    &metric_acc_bytes,
    &metric_acc_mutual_info,
    &metric_acc_all,
    &metric_greedy_match,
    &metric_exact_match,
    &metric_perplexity,
    &metric_acc_greedy,
    &metric_likelihood,
    &metric_word_perplexity,
    &metric_byte_perplexity,
    &metric_bits_per_byte,
    &metric_bleu,
    &metric_chrf,
    &metric_ter,
    &metric_f1,
    &metric_f1_text,
    &metric_mcc,
    &metric_mcc_text,
    &metric_accuracy,
    &metric_accuracy_text,
    &metric_brier_score,
    &metric_confidence_brier,
    &metric_ece,
    &metric_selective_acc,
    &metric_selective_area,
    &metric_pass,
    &metric_pass_all,
    &metric_g_pass,
    &metric_mg_pass,
    &metric_majority,
    &metric_rouge1,
    &metric_rouge2,
    &metric_rouge_l,
    &metric_rouge_lsum,
    &metric_quasi_exact,
    &metric_token_f1,
    &metric_wer,
    &metric_cer,
    &metric_edit_distance,
    &metric_needle_recall,

    &metric_json_valid,
    &metric_json_schema,
    &metric_json_fields,
    &metric_code,
    &metric_command,
    &metric_math_equal,
    &metric_prompt_strict,
    &metric_each_strict,
    &metric_prompt_loose,
    &metric_each_loose,
};

static const MetricKeys *const own_keys[] = {
    &metric_bleu_keys,          &metric_chrf_keys,
    &metric_ter_keys,           &metric_f1_keys,
    &metric_f1_text_keys,       &metric_ece_keys,
    &metric_selective_acc_keys, &metric_g_pass_keys,
    &metric_rouge1_keys,        &metric_rouge2_keys,
    &metric_rouge_l_keys,       &metric_rouge_lsum_keys,
    &metric_quasi_exact_keys,   &metric_token_f1_keys,
    &metric_math_equal_keys,    &metric_json_valid_keys,
    &metric_json_schema_keys,   &metric_json_fields_keys,
    &metric_code_keys,          &metric_command_keys,
    &metric_code_k_keys,        &results_mlqa_exact_keys,
    &results_mlqa_f1_keys,      &results_language_exact_keys,
    &results_language_f1_keys,  &metric_pass_keys,
    &metric_pass_all_keys,      &metric_mg_pass_keys,
    &metric_majority_keys,

};

const char *const aggregations[] = {
    "mean",
    "median",
    "nanmean",
    "bypass",
    "perplexity",
    "weighted_mean",
    "weighted_perplexity",
    "bits_per_byte",
    "bleu",
    "chrf",
    "ter",
    "f1",
    "weighted_f1_score",
    "micro_f1_score",
    "macro_f1_score",
    "three_class_f1",
    "acc_all",
    "mcc",
    "matthews_corrcoef",
    "brier_score",
    "ece",
    "selective_acc",
    "selective_area",
    "error_rate",
    "span_f1",
    "ratio",
    "ratio_difference",
    NULL,
};

/* Known to lm-evaluation-harness but not computed here. */
static const char *const later[] = {"bypass"};

/* Rows ending in "@k" and "^k" stand for every k. */
static bool is_named(const MetricRow *row, Str name)
{
    Str own = str_from(row->name);
    bool family = str_ends(own, STR("@k")) || str_ends(own, STR("^k"));
    if (str_eq(own, name))
        return !family;
    return family && metric_k(name) && str_starts(name, str_slice(own, 0, own.len - 1));
}

const MetricRow *metric_find(Str name, OutputType output)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (is_named(rows[i], name) && (rows[i]->outputs & 1u << output))
            return rows[i];
    return NULL;
}

void metric_defaults(Str name, Str *aggregation, bool *higher_is_better)
{
    name = metric_base_name(name);
    for (size_t i = 0; i < COUNT(rows); i++)
        if (is_named(rows[i], name)) {
            *aggregation = str_from(rows[i]->aggregation);
            *higher_is_better = rows[i]->higher_is_better;
            return;
        }
}

int task_least_repeats(const Task *task)
{
    int least = 1;
    for (size_t i = 0; i < task->n_metrics; i++) {
        int k = metric_k(task->metrics[i].name);
        least = k > least ? k : least;
    }
    return least;
}

Str metric_near(Arena *arena, Str name, OutputType output)
{
    Names names = {0};
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i]->outputs & 1u << output)
            vec_push(arena, &names, str_from(rows[i]->name));
    return near_names(arena, name, &names);
}

const char *metric_refusal(Str name)
{
    for (size_t i = 0; i < COUNT(later); i++)
        if (str_eqc(name, later[i]))
            return "is not supported yet";
    return NULL;
}

static const KeyRow keys[] = {
    {"metric", T_STRING, NULL},
    {"aggregation", T_STRING | T_FUNCTION, NULL},
    {"higher_is_better", T_BOOL, NULL},
    {"ignore_case", T_BOOL, NULL},
    {"ignore_punctuation", T_BOOL | T_STRING, NULL},
    {"ignore_numbers", T_BOOL, NULL},
    {"regexes_to_ignore", T_LIST, NULL},
    {"weight_by_size", T_BOOL, NULL},
    {"hf_evaluate", T_BOOL, NULL}, /* exact_match is the same computation there */
};

/* The common keys and the metric's own. */
static void check_entry(Checker *c, const Json *entry, const MetricRow *row)
{
    const MetricKeys *own = NULL;
    for (size_t i = 0; i < COUNT(own_keys); i++)
        if (own_keys[i]->row == row)
            own = own_keys[i];
    size_t more = own ? own->n_keys : 0;
    KeyRow *all = arena_array(c->arena, COUNT(keys) + more, sizeof *all);
    memcpy(all, keys, sizeof keys);
    if (more)
        memcpy(all + COUNT(keys), own->keys, more * sizeof *all);
    check_keys(c, entry, all, COUNT(keys) + more);
    if (own && own->check)
        own->check(c, entry);
}

/* A list below "ignore_punctuation: true" becomes part of its value in YAML: text, which Python
 * takes for true. */
static bool punctuation_key(Checker *c, const Json *value)
{
    bool slipped = json_is(value, JSON_STRING) && str_starts(value->text, STR("true - "));
    if (json_is(value, JSON_STRING) && !slipped)
        problem(c, value, "\"ignore_punctuation\" must be true or false");
    return slipped || json_bool(value, false);
}

void metric_prepare(Checker *c, const Json *entry, const MetricRow *row, MetricOptions *out)
{
    Str where = c->where;
    c->where = str_printf(c->arena, "metric \"%s\": ", row->name);
    check_entry(c, entry, row);
    out->entry = entry;
    metric_work_prepare(c, entry, row, out);
    out->ignore = compile_regexes(c, json_get(entry, "regexes_to_ignore"), &out->n_ignore);
    out->ignore_case = json_bool(json_get(entry, "ignore_case"), false);
    out->ignore_punctuation = punctuation_key(c, json_get(entry, "ignore_punctuation"));
    out->ignore_numbers = json_bool(json_get(entry, "ignore_numbers"), false);
    c->where = where;
}

FilterValues metric_answers(Arena *arena, const TaskAnswer *answers, size_t n)
{
    FilterValues v = {.items = arena_array(arena, n, sizeof *v.items), .len = n};
    for (size_t i = 0; i < n; i++)
        v.items[i] = (FilterValue){.json = json_str(answers[i].text), .found = !answers[i].silent};
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
        FilterValues v = metric_answers(arena, answer, 1);
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

/* The base metric of every rotation, each with its own answer or likelihoods. */
static Status score_rotations(const ScoreInput *all, size_t filter, double *values,
                              TaskScore *first)
{
    const TaskParts *parts = all->bound->task->parts;
    bool text = all->bound->task->output_type == OUTPUT_GENERATE, any = false;
    size_t at = 0, right = 0, n = all->item->n_variants;
    for (size_t v = 0; v < n; v++) {
        const TaskItem *item = &all->item->variants[v];
        size_t n_answers = text ? 1 : item->n_requests;
        if (at + n_answers > all->n_answers)
            return err_set(all->err, E_USAGE, "item %zu lacks answers for some orders",
                           item->position);
        FilterValues one = {0};
        TaskScore score = {.filter = filter, .found = true};
        if (text) {
            one = metric_answers(all->arena, &all->answers[at], 1);
            TRY(filter_run_one(&parts->pipelines[filter], &item->doc, all->arena, &one, all->err));
        }
        ScoreInput in = *all;
        in.item = item;
        in.answers = &all->answers[at];
        in.n_answers = n_answers;
        in.values = &one;
        in.filter = filter;
        TRY(parts->rows[0]->score(&in, &parts->options[0], &score));
        if (one.len) {
            score.rule = one.items[0].rule;
            score.steps = one.items[0].steps;
        }
        if (v == 0)
            *first = score;
        values[v] = score.value;
        right += score.value >= 1;
        any = any || score.found;
        at += n_answers;
    }
    first->found = any;
    first->detail = (Str){0};
    first->why = str_printf(all->arena, "right in %zu of %zu orders of the options", right, n);
    return OK;
}

/* What each metric asks of the rotations. */
static Status score_in_all_orders(const ScoreInput *in, TaskScore *scores)
{
    const Task *task = in->bound->task;
    const TaskItem *item = in->item;
    double *values = arena_array(in->arena, item->n_variants, sizeof *values);
    size_t gold;
    TRY(order_gold(&task->parts->order, &item->variants[0].doc, in->arena, &gold, in->err));
    for (size_t f = 0; f < task->n_filters; f++) {
        TaskScore first;
        TRY(score_rotations(in, f, values, &first));
        for (size_t m = 0; m < task->n_metrics; m++) {
            TaskScore *s = &scores[f * task->n_metrics + m];
            *s = first;
            s->filter = f;
            s->metric = m;
            s->value = order_value(task->parts->order.least[m], values, item->n_variants, gold);
        }
    }
    return OK;
}

Status task_score(const TaskBound *bound, const TaskItem *item, const TaskAnswer *answers,
                  size_t n_answers, Arena *arena, TaskScore **out, size_t *n_out, Err *err)
{
    const Task *task = bound->task;
    TRY(check_answers(bound, item, n_answers, err));
    TaskScore *scores = arena_array(arena, task->n_filters * task->n_metrics, sizeof *scores);
    size_t n = 0;
    if (item->n_variants) {
        ScoreInput in = {.bound = bound,
                         .item = item,
                         .answers = answers,
                         .n_answers = n_answers,
                         .arena = arena,
                         .err = err};
        TRY(score_in_all_orders(&in, scores));
        *out = scores;
        *n_out = task->n_filters * task->n_metrics;
        return OK;
    }
    for (size_t f = 0; f < task->n_filters; f++) {
        FilterValues values = {0};
        if (task->output_type == OUTPUT_GENERATE) {
            values = metric_answers(arena, answers, n_answers);
            TRY(filter_run(&task->parts->pipelines[f], &item->doc, arena, &values, err));
        }
        ScoreInput in = {.bound = bound,
                         .item = item,
                         .answers = answers,
                         .n_answers = n_answers,
                         .values = &values,
                         .arena = arena,
                         .err = err,
                         .filter = f,
                         .each = arena_array(arena, task->n_metrics, sizeof *in.each)};
        for (size_t m = 0; m < task->n_metrics; m++) {
            in.metric = m;
            TaskScore *score = &scores[n++];
            score->filter = f;
            score->metric = m;
            score->found = true;
            if (values.len) {
                score->rule = values.items[0].rule;
                score->steps = values.items[0].steps;
            }
            TRY(task->parts->rows[m]->score(&in, &task->parts->options[m], score));
        }
    }
    *out = scores;
    *n_out = n;
    return OK;
}
