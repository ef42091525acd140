/* view_text.c - summaries, comparisons and samples as tables for people. */
#include "base/clock.h"
#include "base/utf8.h"
#include "cli/phrase.h"
#include "cli/table.h"
#include "cli/view.h"

#include <math.h>

bool metric_has_share_name(Str metric)
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
    return metric_has_share_name(m->metric) &&
           !(h->mean < 0 || h->mean > 1 || h->ci.low < 0 || h->ci.high > 1);
}

Str metric_title(Arena *a, Str metric, Str filter)
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

/* A run of which nothing was judged. */
static void add_empty_row(Table *t, const RunSummary *s)
{
    table_addf(t, "%lld", (long long)s->run.id);
    table_add(t, s->run.model);
    table_add(t, s->run.task);
    table_add(t, STR("-"));
    table_add(t, s->incomplete ? STR("-*") : STR("-"));
    table_add(t, STR("-"));
    table_add(t, STR(""));
    table_addf(t, "0");
    table_add(t, STR("-"));
}

/* The commonest reasons, in the words of the server or program. */
static void print_errors(App *app, const RunSummary *s)
{
    SCOPED_ARENA(a);
    int64_t others = s->counts[OUTCOME_ERROR];
    for (size_t i = 0; i < s->errors.len; i++) {
        const ErrorCount *e = &s->errors.items[i];
        Str shown = utf8_cut(phrase_error(app, &a, e->error), 300);
        if (e->n_texts > 1)
            shown = trf(app, &a, T_ALIKE, str_z(&a, shown));
        others -= e->n;
        fprintf(app->out, "    %lld × " STR_FMT "\n", (long long)e->n, STR_ARG(shown));
    }
    if (others > 0)
        fprintf(app->out, "    %s\n", trf(app, &a, T_OTHER_ERRORS, (long long)others).ptr);
    fprintf(app->out, "  %s\n", trf(app, &a, T_WHY_ERRORS, (long long)s->run.id).ptr);
}

/* Says below a table which runs are incomplete, and by how much. */
static void print_incomplete(App *app, const RunSummary *runs, size_t n)
{
    SCOPED_ARENA(a);
    for (size_t i = 0; i < n; i++)
        if (runs[i].incomplete) {
            int64_t wanted = runs[i].run.n_items * runs[i].run.n_repeats;
            int64_t unasked = runs[i].ended_early ? 0 : wanted - runs[i].n_samples;
            int64_t missing = unasked + runs[i].counts[OUTCOME_ERROR];
            fprintf(app->out, "* %s %lld%s%s\n", tr(app, T_RUN), (long long)runs[i].run.id,
                    tr(app, T_COLON),
                    trf(app, &a, T_INCOMPLETE, (long long)missing, (long long)wanted).ptr);
            if (runs[i].counts[OUTCOME_ERROR])
                print_errors(app, &runs[i]);
        }
}

/* Where asking ended once the number was known well enough, or was to. */
static void print_ends(App *app, const RunSummary *runs, size_t n)
{
    SCOPED_ARENA(a);
    for (size_t i = 0; i < n; i++) {
        const RunSummary *s = &runs[i];
        if (!s->until_ci || s->incomplete)
            continue;
        Str text = s->ended_early
                       ? trf(app, &a, T_ENDED_EARLY, (long long)(s->n_samples / s->run.n_repeats),
                             (long long)s->run.n_items)
                       : trf(app, &a, T_ASKED_ALL, (long long)s->run.n_items);
        fprintf(app->out, "%s %lld%s%s\n", tr(app, T_RUN), (long long)s->run.id, tr(app, T_COLON),
                text.ptr);
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
                fprintf(app->out, "%s %lld%s" STR_FMT "  " STR_FMT "\n", tr(app, T_RUN),
                        (long long)runs[i].run.id, tr(app, T_COLON), STR_ARG(s->metric),
                        STR_ARG(s->signature));
        }
}

static bool advised_before(const RunSummary *s, size_t metric)
{
    for (size_t i = 0; i < metric; i++)
        if (str_eq(s->metrics.items[i].metric, s->metrics.items[metric].metric))
            return s->metrics.items[i].advice.language;
    return false;
}

static const char *language_text(const App *app, const char *language)
{
    static const struct {
        const char *code;
        TextId text;
    } rows[] = {
        {"zh", T_LANGUAGE_ZH}, {"ja", T_LANGUAGE_JA}, {"ko", T_LANGUAGE_KO}, {"th", T_LANGUAGE_TH}};
    for (size_t i = 0; i < COUNT(rows); i++)
        if (!strcmp(language, rows[i].code))
            return tr(app, rows[i].text);
    return language;
}

void print_advice(App *app, const RunSummary *runs, size_t n)
{
    SCOPED_ARENA(a);
    for (size_t i = 0; i < n; i++)
        for (size_t m = 0; m < runs[i].metrics.len; m++) {
            const MetricSummary *s = &runs[i].metrics.items[m];
            if (!s->advice.language || advised_before(&runs[i], m))
                continue;
            const char *metric = str_z(&a, s->metric), *instead = str_z(&a, s->advice.metric),
                       *yellow = app->color ? "\x1b[33m" : "", *plain = app->color ? "\x1b[0m" : "";
            fprintf(app->out, "%s%s%s\n", yellow,
                    trf(app, &a, T_ADVICE, (long long)runs[i].run.id,
                        language_text(app, s->advice.language), metric)
                        .ptr,
                    plain);
            fprintf(app->out, "  %s\n",
                    trf(app, &a, T_ADVICE_DO, instead, (long long)runs[i].run.id, instead).ptr);
        }
}

void print_summaries(App *app, const RunSummary *runs, size_t n)
{
    static const TextId heads[] = {T_RUN, T_MODEL, T_TASK, T_METRIC, T_SCORE, T_INTERVAL};
    SCOPED_ARENA(a);
    Table t = table_make(&a, 9, 1u << 0 | 1u << 4 | 1u << 7 | 1u << 8);
    table_heads(&t, app, heads, COUNT(heads));
    table_add(&t, STR("0        50      100"));
    table_add(&t, str_from(tr(app, T_ITEMS)));
    table_add(&t, str_from(tr(app, T_ANSWERED)));
    memcpy(t.optional, "\x07\x09\x08", 3); /* the bar, among answered, n */
    t.records = true;
    for (size_t i = 0; i < n; i++) {
        for (size_t m = 0; m < runs[i].metrics.len; m++)
            add_metric_row(&t, &runs[i], &runs[i].metrics.items[m]);
        if (!runs[i].metrics.len)
            add_empty_row(&t, &runs[i]);
    }
    table_print(&t, app);
    print_incomplete(app, runs, n);
    print_ends(app, runs, n);
    print_signatures(app, runs, n);
    print_advice(app, runs, n);
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

/* How much of a number a cell of the matrix has room for. */
typedef enum CellForm { CELL_INTERVAL, CELL_HALF, CELL_MEAN, N_CELL_FORMS } CellForm;

static void add_cell(Table *t, const RunSummary *s, CellForm form)
{
    if (!s || !s->metrics.len) {
        table_add(t, s && s->incomplete ? STR("-*") : STR("-"));
        return;
    }
    const MetricSummary *m = &s->metrics.items[0];
    const Interval *ci = &m->headline.ci;
    bool share = metric_is_share(m);
    const char *mean = show_value(t->arena, m->headline.mean, share).ptr,
               *star = s->incomplete ? "*" : "";
    if (form == CELL_INTERVAL)
        table_addf(t, "%s%s %s", mean, star, show_interval(t->arena, ci->low, ci->high, share).ptr);
    else if (form == CELL_HALF && !isnan(ci->low))
        table_addf(t, "%s%s ±%s", mean, star,
                   show_value(t->arena, (ci->high - ci->low) / 2, share).ptr);
    else
        table_addf(t, "%s%s", mean, star);
}

typedef struct Matrix {
    const RunSummary *runs;
    size_t n;
    Axis models, tasks;
} Matrix;

/* How much all names begin with alike, up to a colon: "local:". */
static size_t common_provider(const Axis *models)
{
    Str first = models->names.items[0];
    ptrdiff_t colon = str_find_char(first, ':');
    size_t len = colon < 0 ? 0 : (size_t)colon + 1;
    for (size_t m = 1; m < models->names.len; m++)
        if (!str_starts(models->names.items[m], str_slice(first, 0, len)))
            return 0;
    return len;
}

static void add_matrix_row(Table *t, const Matrix *x, Str task, CellForm form)
{
    const RunSummary *first = NULL;
    for (size_t m = 0; m < x->models.names.len && !(first && first->metrics.len); m++)
        first = cell_of(x->runs, x->n, task, x->models.names.items[m]);
    table_add(t, task);
    if (first && first->metrics.len) {
        const MetricSummary *m = &first->metrics.items[0];
        table_add(t, metric_title(t->arena, m->metric, m->filter));
        table_addf(t, "%zu", m->headline.n);
    } else {
        table_add(t, STR("-"));
        table_add(t, STR("-"));
    }
    for (size_t m = 0; m < x->models.names.len; m++)
        add_cell(t, cell_of(x->runs, x->n, task, x->models.names.items[m]), form);
}

static Table matrix_of(const Matrix *x, const App *app, CellForm form, Arena *a)
{
    Table t = table_make(a, 3 + x->models.names.len, UINT64_MAX << 2);
    memcpy(t.optional, "\x02\x03", 2); /* metric, n */
    table_add(&t, str_from(tr(app, T_TASK)));
    table_add(&t, str_from(tr(app, T_METRIC)));
    table_add(&t, str_from(tr(app, T_ITEMS)));
    size_t skip = form == CELL_INTERVAL ? 0 : common_provider(&x->models);
    for (size_t m = 0; m < x->models.names.len; m++)
        table_add(&t, str_after(x->models.names.items[m], skip));
    for (size_t i = 0; i < x->tasks.names.len; i++)
        add_matrix_row(&t, x, x->tasks.names.items[i], form);
    return t;
}

void print_results(App *app, const RunSummary *runs, size_t n)
{
    enum { MOST_MODELS = 8 };
    SCOPED_ARENA(a);
    Matrix x = {.runs = runs, .n = n};
    for (size_t i = 0; i < n; i++) {
        add_name(&a, &x.models, runs[i].run.model);
        add_name(&a, &x.tasks, runs[i].run.task);
    }
    bool matrix =
        x.models.names.len >= 2 && x.models.names.len <= MOST_MODELS && x.tasks.names.len >= 2;
    for (int form = 0; matrix && form < N_CELL_FORMS; form++) {
        Table t = matrix_of(&x, app, (CellForm)form, &a);
        if (!table_fits(&t, app))
            continue;
        table_print(&t, app);
        print_incomplete(app, runs, n);
        print_ends(app, runs, n);
        print_advice(app, runs, n);
        return;
    }
    print_summaries(app, runs, n);
}

void print_groups(App *app, const GroupSummaries *groups)
{
    static const TextId heads[] = {T_GROUP, T_MODEL, T_METRIC, T_SCORE, T_INTERVAL, T_ITEMS};
    if (!groups->len)
        return;
    SCOPED_ARENA(a);
    Table t = table_make(&a, COUNT(heads), 1u << 3 | 1u << 5);
    fputc('\n', app->out);
    table_heads(&t, app, heads, COUNT(heads));
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
    fprintf(app->out, "%s%s", tr(app, T_OUTCOMES), tr(app, T_COLON));
    const char *comma = "";
    for (int i = 0; i < N_OUTCOMES; i++) {
        if (!s->counts[i] && i != OUTCOME_SCORED)
            continue;
        fprintf(app->out, "%s%s %lld (%.1f %%)", comma, tr(app, outcome_texts[i]),
                (long long)s->counts[i],
                s->n_samples ? 100.0 * (double)s->counts[i] / (double)s->n_samples : 0);
        comma = tr(app, T_COMMA);
    }
    fputc('\n', app->out);
}

/* "0.37 ms", "12.3 s" */
static const char *show_seconds(const App *app, Arena *a, double x)
{
    bool small = x < 0.0995;
    return str_printf(a, "%.3g %s", small ? x * 1000 : x,
                      tr(app, small ? T_MILLISECONDS : T_SECONDS))
        .ptr;
}

static void print_percentiles(App *app, TextId title, const double p[3])
{
    SCOPED_ARENA(a);
    if (!isnan(p[0]))
        fprintf(app->out, "%s%s%s\n", tr(app, title), tr(app, T_COLON),
                trf(app, &a, T_PERCENTILES, show_seconds(app, &a, p[0]),
                    show_seconds(app, &a, p[1]), show_seconds(app, &a, p[2]))
                    .ptr);
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
    fprintf(app->out, "\n%s%s" STR_FMT ":" STR_FMT "%s%s %lld\n", tr(app, T_DATASET),
            tr(app, T_COLON), STR_ARG(s->run.dataset), STR_ARG(s->run.split), tr(app, T_COMMA),
            tr(app, T_VERSION), (long long)s->run.version_number);
    fprintf(app->out, "%s%s%s\n", tr(app, T_PROTOCOL), tr(app, T_COLON), s->run.protocol_hash.ptr);
    print_outcomes(app, s);
    print_rules(app, s);
    if (s->usage.prompt_tokens || s->usage.completion_tokens)
        fprintf(app->out, "%s%s%s\n", tr(app, T_TOKENS), tr(app, T_COLON),
                trf(app, &a, T_TOKENS_IN_OUT, (long long)s->usage.prompt_tokens,
                    (long long)s->usage.completion_tokens)
                    .ptr);
    print_percentiles(app, T_LATENCY, s->latency);
    print_percentiles(app, T_FIRST_TOKEN, s->first_token);
    if (s->usage.n_priced)
        fprintf(app->out, "%s%s%.6g\n", tr(app, T_COST), tr(app, T_COLON), s->usage.cost);
    if (s->usage.cached)
        fprintf(
            app->out, "%s\n",
            trf(app, &a, T_CACHED, (long long)s->usage.cached, (long long)s->usage.n_samples).ptr);
    if (s->run.stop_reason.len)
        fprintf(app->out, "%s\n",
                trf(app, &a, T_STOPPED, phrase_error(app, &a, s->run.stop_reason).ptr).ptr);
}

/* ---- samples ---- */

static void print_block(App *app, TextId title, Str text)
{
    if (!text.len)
        return;
    fprintf(app->out, "%s%s%s%s", app->color ? "\x1b[2m" : "", tr(app, title), tr(app, T_COLON),
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
    fprintf(app->out, "%s── %s %lld (%.*s)%s  %s%s%s\n", app->color ? "\x1b[1m" : "",
            tr(app, T_ITEM), (long long)s->position, (int)s->item_key.len, s->item_key.ptr,
            app->color ? "\x1b[0m" : "", tr(app, T_OUTCOME), tr(app, T_COLON),
            tr(app, outcome_texts[s->outcome]));
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
            fprintf(app->out, "    %s%s%s%s%s\n", tr(app, T_RULE), tr(app, T_COLON),
                    str_z(&a, phrase_rule(app, j->rule)), j->steps.len ? " ← " : "",
                    str_z(&a, phrase_steps(app, &a, j->steps)));
    }
    fputc('\n', app->out);
}
