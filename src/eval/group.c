/* group.c - group lines as lm-evaluation-harness computes them: the mean of the tasks'
 * means, weighted by size or not; the standard error pooled with the real sizes:
 * sqrt( sum((n_i - 1) se_i^2 n_i) / (sum n_i - k) / sum n_i ). */
#include "eval/summary.h"

#include <math.h>

typedef struct Walk {
    const RunSummary *runs;
    size_t n_runs;
    Str model;
    Arena *arena;
    GroupSummaries *out;
} Walk;

typedef struct Sum {
    double weighted, weight, n, plain, within;
    size_t k;
} Sum;

static const RunSummary *run_of(const Walk *w, Str task)
{
    for (size_t i = 0; i < w->n_runs; i++)
        if (str_eq(w->runs[i].run.task, task) && str_eq(w->runs[i].run.model, w->model))
            return &w->runs[i];
    return NULL;
}

static void add_task(Sum *sum, const RunSummary *run, Str metric, Str filter)
{
    for (size_t i = 0; i < run->metrics.len; i++) {
        const MetricSummary *m = &run->metrics.items[i];
        if (!str_eq(m->metric, metric) || (filter.len && !str_eq(m->filter, filter)) ||
            !m->headline.n)
            continue;
        double n = (double)m->headline.n, se = isnan(m->headline.se) ? 0 : m->headline.se;
        sum->weighted += m->headline.mean * n;
        sum->plain += m->headline.mean;
        sum->n += n;
        sum->within += (n - 1) * se * se * n;
        sum->k++;
        return;
    }
}

static void add_leaves(const Walk *w, const Json *node, Str metric, Str filter, Sum *sum)
{
    const Json *children = json_get(node, "children");
    if (!children) {
        const RunSummary *run = run_of(w, json_text(json_get(node, "name")));
        if (run)
            add_task(sum, run, metric, filter);
        return;
    }
    for (uint32_t i = 0; i < children->len; i++)
        add_leaves(w, &children->items[i], metric, filter, sum);
}

static void add_line(const Walk *w, const Json *node, const Json *entry, Str filter, int depth)
{
    Sum sum = {0};
    Str metric = json_text(json_get(entry, "metric"));
    add_leaves(w, node, metric, filter, &sum);
    if (!sum.k)
        return;
    bool by_size = json_bool(json_get(entry, "weight_by_size"), true);
    GroupSummary g = {
        .name = json_text(json_get(node, "name")),
        .alias = json_text(json_get(node, "alias")),
        .model = w->model,
        .metric = metric,
        .filter = filter,
        .n_tasks = sum.k,
        .n = (size_t)sum.n,
        .mean = by_size ? sum.weighted / sum.n : sum.plain / (double)sum.k,
        .se = sum.n > (double)sum.k ? sqrt(sum.within / (sum.n - (double)sum.k) / sum.n) : NAN,
        .depth = depth,
    };
    double half = normal_quantile(0.975) * g.se;
    g.ci = (Interval){g.mean - half, g.mean + half};
    vec_push(w->arena, w->out, g);
}

static void add_entry(const Walk *w, const Json *node, const Json *entry, int depth)
{
    const Json *filters = json_get(entry, "filter_list");
    if (filters && filters->type == JSON_ARRAY) {
        for (uint32_t i = 0; i < filters->len; i++)
            add_line(w, node, entry, json_text(&filters->items[i]), depth);
        return;
    }
    add_line(w, node, entry, json_text_or(filters, STR("none")), depth);
}

static void walk(const Walk *w, const Json *node, int depth)
{
    const Json *children = json_get(node, "children"), *entries = json_get(node, "aggregates");
    if (!children)
        return;
    if (json_is(entries, JSON_OBJECT))
        add_entry(w, node, entries, depth);
    for (uint32_t i = 0; json_is(entries, JSON_ARRAY) && i < entries->len; i++)
        add_entry(w, node, &entries->items[i], depth);
    for (uint32_t i = 0; i < children->len; i++)
        walk(w, &children->items[i], depth + 1);
}

static bool seen_before(const RunSummary *runs, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (str_eq(runs[i].run.model, runs[index].run.model))
            return true;
    return false;
}

Status eval_groups(Str tree, const RunSummary *runs, size_t n_runs, Arena *arena,
                   GroupSummaries *out, Err *err)
{
    Json roots;
    TRY(json_parse(arena, tree, &roots, err));
    for (size_t m = 0; m < n_runs; m++) {
        if (seen_before(runs, m))
            continue;
        Walk w = {runs, n_runs, runs[m].run.model, arena, out};
        for (uint32_t i = 0; i < roots.len && roots.type == JSON_ARRAY; i++)
            walk(&w, &roots.items[i], 0);
    }
    return OK;
}
