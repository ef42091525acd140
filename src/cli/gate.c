/* gate.c - reading and checking gates. */
#include "cli/gate.h"

#include <math.h>

typedef struct Gate {
    Str task, metric, filter;
    char bound; /* 'm' mean, 'l' low, 'h' high */
    char op[3];
    double limit;
} Gate;

static Status bad(Str condition, Err *err)
{
    return err_set(err, E_USAGE,
                   "cannot read gate \"" STR_FMT
                   "\"; write [TASK:]METRIC[@FILTER][.low|.high] OP NUMBER, such as acc>=0.8",
                   STR_ARG(condition));
}

static Status parse(Str condition, Gate *out, Err *err)
{
    static const char *const ops[] = {">=", "<=", ">", "<"};
    Gate g = {.bound = 'm'};
    ptrdiff_t at = -1;
    for (size_t i = 0; i < COUNT(ops) && at < 0; i++) {
        at = str_find(condition, str_from(ops[i]));
        if (at >= 0)
            memcpy(g.op, ops[i], strlen(ops[i]));
    }
    if (at <= 0)
        return bad(condition, err);
    Str left = str_trim(str_slice(condition, 0, (size_t)at));
    Str right = str_trim(str_after(condition, (size_t)at + strlen(g.op)));
    if (!str_to_double(right, &g.limit))
        return bad(condition, err);
    ptrdiff_t colon = str_find_char(left, ':');
    if (colon >= 0) {
        g.task = str_slice(left, 0, (size_t)colon);
        left = str_after(left, (size_t)colon + 1);
    }
    if (str_ends(left, STR(".low")) || str_ends(left, STR(".high"))) {
        ptrdiff_t dot = str_rfind_char(left, '.');
        g.bound = left.ptr[dot + 1];
        left = str_slice(left, 0, (size_t)dot);
    }
    ptrdiff_t mark = str_find_char(left, '@');
    g.metric = mark < 0 ? left : str_slice(left, 0, (size_t)mark);
    g.filter = mark < 0 ? str_from(NULL) : str_after(left, (size_t)mark + 1);
    if (!g.metric.len || str_find_char(g.metric, '=') >= 0)
        return bad(condition, err);
    *out = g;
    return OK;
}

static bool holds(const Gate *g, double value)
{
    if (isnan(value))
        return false;
    if (g->op[0] == '>')
        return g->op[1] ? value >= g->limit : value > g->limit;
    return g->op[1] ? value <= g->limit : value < g->limit;
}

static double bound_of(const Gate *g, const MeanResult *m)
{
    return g->bound == 'l' ? m->ci.low : g->bound == 'h' ? m->ci.high : m->mean;
}

Status gate_check(Str condition, const RunSummary *runs, size_t n_runs, GateResult *out, Err *err)
{
    Gate g = {0};
    bool any = false;
    TRY(parse(condition, &g, err));
    GateResult result = {.text = condition, .value = NAN, .passed = true};
    for (size_t r = 0; r < n_runs; r++) {
        if (g.task.len && !str_eq(g.task, runs[r].run.task))
            continue;
        if (!runs[r].metrics.len && runs[r].incomplete) { /* nothing was answered */
            result.passed = false;
            any = true;
        }
        for (size_t i = 0; i < runs[r].metrics.len; i++) {
            const MetricSummary *m = &runs[r].metrics.items[i];
            if (!str_eq(m->metric, g.metric) || (g.filter.len && !str_eq(m->filter, g.filter)))
                continue;
            double value = bound_of(&g, &m->headline);
            bool fine = holds(&g, value) && !runs[r].incomplete;
            if (!any || (result.passed && !fine))
                result.value = value;
            result.passed = result.passed && fine;
            any = true;
        }
    }
    if (!any)
        return err_set(err, E_USAGE, "gate \"" STR_FMT "\": no run has the metric \"" STR_FMT "\"",
                       STR_ARG(condition), STR_ARG(g.metric));
    *out = result;
    return OK;
}

static bool speaks_of(const Gate *g, const Task *task)
{
    bool filter = !g->filter.len;
    for (size_t i = 0; i < task->n_filters && !filter; i++)
        filter = str_eq(task->filters[i], g->filter);
    for (size_t i = 0; i < task->n_metrics; i++)
        if (str_eq(task->metrics[i].name, g->metric))
            return filter && (!g->task.len || str_eq(g->task, task->name));
    return false;
}

Status gate_parse(Str condition, const Task *const *tasks, size_t n_tasks, Err *err)
{
    Gate g;
    char known[300] = "";
    TRY(parse(condition, &g, err));
    for (size_t i = 0; i < n_tasks; i++) {
        if (speaks_of(&g, tasks[i]))
            return OK;
        for (size_t m = 0; m < tasks[i]->n_metrics; m++) {
            size_t used = strlen(known);
            snprintf(known + used, sizeof known - used, "%s" STR_FMT ":" STR_FMT, used ? ", " : "",
                     STR_ARG(tasks[i]->name), STR_ARG(tasks[i]->metrics[m].name));
        }
    }
    return err_set(err, E_USAGE, "gate \"" STR_FMT "\": no task has that metric; there are %s",
                   STR_ARG(condition), known);
}
