/* view_text.c - summaries, comparisons and samples as tables for people. */
#include "base/clock.h"
#include "cli/phrase.h"
#include "cli/table.h"
#include "cli/view.h"

#include <math.h>

/* By its name: those that have a scale of their own. */
static bool named_share(Str metric)
{
    static const char *const other[] = {
        "perplexity", "word_perplexity", "byte_perplexity", "bits_per_byte", "bleu", "chrf", "ter"};
    for (size_t i = 0; i < COUNT(other); i++)
        if (str_eqc(metric, other[i]))
            return false;
    return true;
}

bool metric_is_share(const MetricSummary *m)
{
    const MeanResult *h = &m->headline;
    return named_share(m->metric) &&
           !(h->mean < 0 || h->mean > 1 || h->ci.low < 0 || h->ci.high > 1);
}

static bool comparison_of_shares(const Comparison *c)
{
    return named_share(c->metric) && !(c->mean_a < 0 || c->mean_a > 1) &&
           !(c->mean_b < 0 || c->mean_b > 1);
}

static void add_heads(Table *t, const App *app, const TextId *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        table_add(t, str_from(tr(app, ids[i])));
}

/* "exact_match", "exact_match (strict-match)" */
static Str metric_title(Arena *a, Str metric, Str filter)
{
    if (!filter.len || str_eqc(filter, "none"))
        return metric;
    return str_printf(a, "%.*s (%.*s)", (int)metric.len, metric.ptr, (int)filter.len, filter.ptr);
}

static void add_metric_row(Table *t, const RunSummary *s, const MetricSummary *m)
{
    Arena *a = t->arena;
    bool share = metric_is_share(m);
    const MeanResult *h = &m->headline;
    table_addf(t, "%lld", (long long)s->run.id);
    table_add(t, s->run.model);
    table_add(t, s->run.task);
    table_add(t, metric_title(a, m->metric, m->filter));
    table_addf(t, "%s%s", show_value(a, h->mean, share).ptr, s->incomplete ? "*" : "");
    table_add(t, show_interval(a, h->ci.low, h->ci.high, share));
    table_add(t, share ? show_bar(a, h->ci.low, h->mean, h->ci.high) : STR(""));
    table_addf(t, "%zu", h->n);
    if (m->answered.n == h->n)
        table_add(t, STR("="));
    else
        table_addf(t, "%s (%zu)", show_value(a, m->answered.mean, share).ptr, m->answered.n);
}

/* Says below a table which runs are incomplete, and by how much. */
static void print_incomplete(App *app, const RunSummary *runs, size_t n)
{
    SCOPED_ARENA(a);
    for (size_t i = 0; i < n; i++)
        if (runs[i].incomplete) {
            int64_t wanted = runs[i].run.n_items * runs[i].run.n_repeats;
            int64_t missing = wanted - runs[i].n_samples + runs[i].counts[OUTCOME_ERROR];
            fprintf(app->out, "* %s %lld: %s\n", tr(app, T_RUN), (long long)runs[i].run.id,
                    trf(app, &a, T_INCOMPLETE, (long long)missing, (long long)wanted).ptr);
            if (runs[i].counts[OUTCOME_ERROR])
                fprintf(app->out, "  %s\n",
                        trf(app, &a, T_WHY_ERRORS, (long long)runs[i].run.id).ptr);
        }
}

static bool signed_before(const RunSummary *s, size_t metric)
{
    for (size_t i = 0; i < metric; i++)
        if (str_eq(s->metrics.items[i].metric, s->metrics.items[metric].metric) &&
            str_eq(s->metrics.items[i].signature, s->metrics.items[metric].signature))
            return true;
    return false;
}

/* What makes corpus scores comparable, as sacrebleu writes it. */
static void print_signatures(App *app, const RunSummary *runs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t m = 0; m < runs[i].metrics.len; m++) {
            const MetricSummary *s = &runs[i].metrics.items[m];
            if (s->signature.len && !signed_before(&runs[i], m))
                fprintf(app->out, "%s %lld: " STR_FMT "  " STR_FMT "\n", tr(app, T_RUN),
                        (long long)runs[i].run.id, STR_ARG(s->metric), STR_ARG(s->signature));
        }
}

void print_summaries(App *app, const RunSummary *runs, size_t n)
{
    static const TextId heads[] = {T_RUN, T_MODEL, T_TASK, T_METRIC, T_SCORE, T_INTERVAL};
    SCOPED_ARENA(a);
    Table t = table_make(&a, 9, 1u << 0 | 1u << 4 | 1u << 7 | 1u << 8);
    add_heads(&t, app, heads, COUNT(heads));
    table_add(&t, STR("0        50      100"));
    table_add(&t, str_from(tr(app, T_ITEMS)));
    table_add(&t, str_from(tr(app, T_ANSWERED)));
    for (size_t i = 0; i < n; i++)
        for (size_t m = 0; m < runs[i].metrics.len; m++)
            add_metric_row(&t, &runs[i], &runs[i].metrics.items[m]);
    table_print(&t, app);
    print_incomplete(app, runs, n);
    print_signatures(app, runs, n);
}

/* ---- many models, many tasks ---- */

typedef struct Axis {
    VEC(Str) names;
} Axis;

static void add_name(Arena *a, Axis *axis, Str name)
{
    for (size_t i = 0; i < axis->names.len; i++)
        if (str_eq(axis->names.items[i], name))
            return;
    vec_push(a, &axis->names, name);
}

static const RunSummary *cell_of(const RunSummary *runs, size_t n, Str task, Str model)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(runs[i].run.task, task) && str_eq(runs[i].run.model, model))
            return &runs[i];
    return NULL;
}

static void add_cell(Table *t, const RunSummary *s)
{
    if (!s || !s->metrics.len) {
        table_add(t, STR("-"));
        return;
    }
    const MetricSummary *m = &s->metrics.items[0];
    bool share = metric_is_share(m);
    table_addf(t, "%s%s %s", show_value(t->arena, m->headline.mean, share).ptr,
               s->incomplete ? "*" : "",
               show_interval(t->arena, m->headline.ci.low, m->headline.ci.high, share).ptr);
}

static void add_matrix_row(Table *t, const RunSummary *runs, size_t n, Str task, const Axis *models)
{
    const RunSummary *first = NULL;
    for (size_t m = 0; m < models->names.len && !first; m++)
        first = cell_of(runs, n, task, models->names.items[m]);
    table_add(t, task);
    if (first && first->metrics.len) {
        const MetricSummary *m = &first->metrics.items[0];
        table_add(t, metric_title(t->arena, m->metric, m->filter));
        table_addf(t, "%zu", m->headline.n);
    } else {
        table_add(t, STR("-"));
        table_add(t, STR("-"));
    }
    for (size_t m = 0; m < models->names.len; m++)
        add_cell(t, cell_of(runs, n, task, models->names.items[m]));
}

void print_results(App *app, const RunSummary *runs, size_t n)
{
    enum { MOST_MODELS = 8 };
    SCOPED_ARENA(a);
    Axis models = {0}, tasks = {0};
    for (size_t i = 0; i < n; i++) {
        add_name(&a, &models, runs[i].run.model);
        add_name(&a, &tasks, runs[i].run.task);
    }
    if (models.names.len < 2 || models.names.len > MOST_MODELS || tasks.names.len < 2) {
        print_summaries(app, runs, n);
        return;
    }
    Table t = table_make(&a, 3 + models.names.len, UINT64_MAX << 2);
    table_add(&t, str_from(tr(app, T_TASK)));
    table_add(&t, str_from(tr(app, T_METRIC)));
    table_add(&t, str_from(tr(app, T_ITEMS)));
    for (size_t m = 0; m < models.names.len; m++)
        table_add(&t, models.names.items[m]);
    for (size_t i = 0; i < tasks.names.len; i++)
        add_matrix_row(&t, runs, n, tasks.names.items[i], &models);
    table_print(&t, app);
    print_incomplete(app, runs, n);
}

void print_groups(App *app, const GroupSummaries *groups)
{
    static const TextId heads[] = {T_GROUP, T_MODEL, T_METRIC, T_SCORE, T_INTERVAL, T_ITEMS};
    if (!groups->len)
        return;
    SCOPED_ARENA(a);
    Table t = table_make(&a, COUNT(heads), 1u << 3 | 1u << 5);
    fputc('\n', app->out);
    add_heads(&t, app, heads, COUNT(heads));
    for (size_t i = 0; i < groups->len; i++) {
        const GroupSummary *g = &groups->items[i];
        Str title = g->alias.len ? g->alias : g->name;
        table_addf(&t, "%*s%.*s", g->depth * 2, "", (int)title.len, title.ptr);
        table_add(&t, g->model);
        table_add(&t, metric_title(&a, g->metric, g->filter));
        table_add(&t, show_percent(&a, g->mean));
        table_add(&t, show_interval(&a, g->ci.low, g->ci.high, true));
        table_addf(&t, "%zu", g->n);
    }
    table_print(&t, app);
}

static const TextId outcome_texts[N_OUTCOMES] = {
    [OUTCOME_SCORED] = T_SCORED,       [OUTCOME_NO_ANSWER] = T_NO_ANSWER,
    [OUTCOME_TRUNCATED] = T_TRUNCATED, [OUTCOME_REFUSED] = T_REFUSED,
    [OUTCOME_FILTERED] = T_FILTERED,   [OUTCOME_ERROR] = T_ERROR,
};

static void print_outcomes(App *app, const RunSummary *s)
{
    fprintf(app->out, "%s: ", tr(app, T_OUTCOMES));
    const char *comma = "";
    for (int i = 0; i < N_OUTCOMES; i++) {
        if (!s->counts[i] && i != OUTCOME_SCORED)
            continue;
        fprintf(app->out, "%s%s %lld (%.1f %%)", comma, tr(app, outcome_texts[i]),
                (long long)s->counts[i],
                s->n_samples ? 100.0 * (double)s->counts[i] / (double)s->n_samples : 0);
        comma = ", ";
    }
    fputc('\n', app->out);
}

static void print_percentiles(App *app, TextId title, const double p[3])
{
    SCOPED_ARENA(a);
    if (!isnan(p[0]))
        fprintf(app->out, "%s: %s\n", tr(app, title),
                trf(app, &a, T_PERCENTILES, p[0], p[1], p[2]).ptr);
}

/* How answers were read: which rule, how often, and how often that was right. */
static void print_rules(App *app, const RunSummary *s)
{
    static const TextId heads[] = {T_PIPELINE, T_RULE, T_ITEMS, T_SHARE, T_SCORE};
    SCOPED_ARENA(a);
    int64_t total = 0;
    if (!s->rules.len)
        return;
    bool share = s->metrics.len && metric_is_share(&s->metrics.items[0]);
    Table t = table_make(&a, COUNT(heads), 1u << 2 | 1u << 3 | 1u << 4);
    fputc('\n', app->out);
    for (size_t i = 0; i < COUNT(heads); i++)
        table_add(&t, str_from(tr(app, heads[i])));
    for (size_t i = 0; i < s->rules.len; i++)
        if (str_eq(s->rules.items[i].filter, s->rules.items[0].filter))
            total += s->rules.items[i].n;
    for (size_t i = 0; i < s->rules.len; i++) {
        const RuleCount *r = &s->rules.items[i];
        table_add(&t, r->filter);
        table_add(&t, phrase_rule(app, r->rule));
        table_addf(&t, "%lld", (long long)r->n);
        table_addf(&t, "%.1f %%", 100.0 * (double)r->n / (double)total);
        if (r->found)
            table_add(&t, show_value(&a, r->mean, share));
        else
            table_add(&t, str_from(tr(app, T_NOT_FOUND)));
    }
    table_print(&t, app);
}

void print_run_details(App *app, const RunSummary *s)
{
    SCOPED_ARENA(a);
    fprintf(app->out, "\n%s: %.*s:%.*s, %s %lld\n", tr(app, T_DATASET), (int)s->run.dataset.len,
            s->run.dataset.ptr, (int)s->run.split.len, s->run.split.ptr, tr(app, T_VERSION),
            (long long)s->run.version_number);
    fprintf(app->out, "%s: %s\n", tr(app, T_PROTOCOL), s->run.protocol_hash.ptr);
    print_outcomes(app, s);
    print_rules(app, s);
    if (s->usage.prompt_tokens || s->usage.completion_tokens)
        fprintf(app->out, "%s: %s\n", tr(app, T_TOKENS),
                trf(app, &a, T_TOKENS_IN_OUT, (long long)s->usage.prompt_tokens,
                    (long long)s->usage.completion_tokens)
                    .ptr);
    print_percentiles(app, T_LATENCY, s->latency);
    print_percentiles(app, T_FIRST_TOKEN, s->first_token);
    if (s->usage.n_priced)
        fprintf(app->out, "%s: %.6g\n", tr(app, T_COST), s->usage.cost);
    if (s->usage.cached)
        fprintf(
            app->out, "%s\n",
            trf(app, &a, T_CACHED, (long long)s->usage.cached, (long long)s->usage.n_samples).ptr);
    if (s->run.stop_reason.len)
        fprintf(app->out, "%s\n",
                trf(app, &a, T_STOPPED, phrase_error(app, &a, s->run.stop_reason).ptr).ptr);
}

/* ---- comparisons ---- */

static void print_verdict(App *app, const Comparison *c)
{
    SCOPED_ARENA(a);
    Str p = show_p(&a, c->p_holm, c->log10_p);
    if (c->p_holm < 0.05) {
        bool b_better = (c->difference.mean > 0) == c->higher_is_better;
        const RunRow *better = b_better ? &c->b : &c->a, *worse = b_better ? &c->a : &c->b;
        fprintf(
            app->out, "%s\n",
            trf(app, &a, T_VERDICT_BETTER, better->model.ptr, worse->model.ptr, c->task.ptr, p.ptr)
                .ptr);
        return;
    }
    Str size =
        isnan(c->detectable) ? STR("?") : show_value(&a, c->detectable, comparison_of_shares(c));
    fprintf(app->out, "%s\n", trf(app, &a, T_VERDICT_NONE, c->task.ptr, p.ptr, size.ptr).ptr);
}

static void print_flips(App *app, const Comparison *c, bool all)
{
    enum { SHOWN = 10 };
    SCOPED_ARENA(a);
    if (!c->flips.len)
        return;
    fprintf(app->out, "%s (%zu):\n", tr(app, T_FLIPS), c->flips.len);
    size_t n = all || c->flips.len < SHOWN ? c->flips.len : SHOWN;
    for (size_t i = 0; i < n; i++) {
        const Flip *f = &c->flips.items[i];
        fprintf(app->out, "  %.*s  %g -> %g\n", (int)f->key.len, f->key.ptr, f->a, f->b);
    }
    if (n < c->flips.len)
        fprintf(app->out, "  %s\n", trf(app, &a, T_MORE, c->flips.len - n).ptr);
}

static const char *test_text(const App *app, const char *test)
{
    static const TextId texts[] = {T_TEST_MCNEMAR, T_TEST_SIGN_FLIP, T_TEST_RANDOMISATION};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (!strcmp(test, text_of(texts[i], false)))
            return tr(app, texts[i]);
    return test;
}

static void add_comparison_row(Table *t, const App *app, const Comparison *c)
{
    Arena *a = t->arena;
    bool share = comparison_of_shares(c);
    table_add(t, c->task);
    table_add(t, metric_title(a, c->metric, c->filter));
    table_addf(t, "%.*s %s", (int)c->a.model.len, c->a.model.ptr,
               show_value(a, c->mean_a, share).ptr);
    table_addf(t, "%.*s %s", (int)c->b.model.len, c->b.model.ptr,
               show_value(a, c->mean_b, share).ptr);
    table_addf(t, share ? "%+.1f" : "%+.4g", c->difference.mean * (share ? 100 : 1));
    table_add(t, show_interval(a, c->difference.ci.low, c->difference.ci.high, share));
    table_addf(t, "%zu", c->n);
    if (c->binary)
        table_addf(t, "%llu / %llu", (unsigned long long)c->a_only_right,
                   (unsigned long long)c->b_only_right);
    else
        table_add(t, STR("-"));
    table_addf(t, "%s %s", test_text(app, c->test), show_p(a, c->p, c->log10_p).ptr);
    table_add(t, show_p(a, c->p_holm, c->log10_p));
    table_addf(t, "±%s", isnan(c->detectable) ? "-" : show_value(a, c->detectable, share).ptr);
}

void print_comparisons(App *app, const Comparisons *list, bool all_flips)
{
    static const TextId heads[] = {T_TASK,       T_METRIC,   T_MODEL, T_MODEL,
                                   T_DIFFERENCE, T_INTERVAL, T_ITEMS};
    SCOPED_ARENA(a);
    Table t = table_make(&a, 11, 1u << 4 | 1u << 6 | 1u << 9 | 1u << 10);
    add_heads(&t, app, heads, COUNT(heads));
    table_addf(&t, "%s / %s", tr(app, T_ONLY_FIRST_RIGHT), tr(app, T_ONLY_SECOND_RIGHT));
    table_addf(&t, "%s, p", tr(app, T_TEST));
    table_add(&t, str_from(tr(app, T_HOLM)));
    table_add(&t, str_from(tr(app, T_DETECTABLE)));
    for (size_t i = 0; i < list->len; i++)
        add_comparison_row(&t, app, &list->items[i]);
    table_print(&t, app);
    fputc('\n', app->out);
    for (size_t i = 0; i < list->len; i++) {
        const Comparison *c = &list->items[i];
        print_verdict(app, c);
        if (c->differs.len)
            fprintf(app->out, "%s\n", tr(app, T_FORCED));
        for (size_t d = 0; d < c->differs.len; d++)
            fprintf(app->out, "  %.*s\n", (int)c->differs.items[d].len, c->differs.items[d].ptr);
        if (c->only_a || c->only_b)
            fprintf(app->out, "%s\n", trf(app, &a, T_UNPAIRED, c->only_a, c->only_b).ptr);
        print_flips(app, c, all_flips);
    }
}

/* ---- samples ---- */

static void print_block(App *app, TextId title, Str text)
{
    if (!text.len)
        return;
    fprintf(app->out, "%s%s:%s ", app->color ? "\x1b[2m" : "", tr(app, title),
            app->color ? "\x1b[0m" : "");
    if (memchr(text.ptr, '\n', text.len))
        fputs("\n  ", app->out);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n')
            fputs("\n  ", app->out);
        else if ((unsigned char)c >= 0x20 || c == '\t') /* no control codes to the terminal */
            fputc(c, app->out);
    }
    fputc('\n', app->out);
}

void print_sample(App *app, const SampleView *v)
{
    SCOPED_ARENA(a);
    const SampleRow *s = &v->sample;
    fprintf(app->out, "%s── %s %lld (%.*s)%s  %s: %s\n", app->color ? "\x1b[1m" : "",
            tr(app, T_ITEM), (long long)s->position, (int)s->item_key.len, s->item_key.ptr,
            app->color ? "\x1b[0m" : "", tr(app, T_OUTCOME), tr(app, outcome_texts[s->outcome]));
    print_block(app, T_PROMPT, s->prompt);
    print_block(app, T_REASONING, v->response.reasoning);
    print_block(app, T_OUTPUT, v->response.text);
    print_block(app, T_TARGET, s->target);
    print_block(app, T_ERROR, phrase_error(app, &a, s->error));
    for (size_t i = 0; i < v->judgements.len; i++) {
        const JudgementRow *j = &v->judgements.items[i];
        Str why = phrase_why(app, &a, j->why);
        Str title = metric_title(&a, j->criterion, j->filter);
        fprintf(app->out, "  " STR_FMT ": %g  " STR_FMT "\n", STR_ARG(title), j->value,
                STR_ARG(why));
        if (j->rule.len)
            fprintf(app->out, "    %s: %s%s%s\n", tr(app, T_RULE),
                    str_z(&a, phrase_rule(app, j->rule)), j->steps.len ? " ← " : "",
                    str_z(&a, j->steps));
    }
    fputc('\n', app->out);
}
