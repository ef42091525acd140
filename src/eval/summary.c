/* summary.c - from judgements to numbers with intervals. */
#include "eval/summary.h"

#include "eval/aggregate.h"
#include "eval/precision.h"
#include "eval/private.h"
#include "task/metric_options.h"
#include "text/language.h"

#include <math.h>

/* ---- one metric ---- */

/* Clusters are renumbered so that those of the kept points count from 0. */
static size_t keep_points(const PointSet *set, bool only_scored, bool rises, size_t all_clusters,
                          AggregateItem *items, uint32_t *clusters)
{
    SCOPED_ARENA(scratch);
    uint32_t *number = arena_array(&scratch, all_clusters + 1, sizeof *number);
    size_t n = 0;
    uint32_t seen = 0;
    for (size_t i = 0; i < set->points.len; i++) {
        const Point *p = &set->points.items[i];
        if (only_scored && p->outcome != OUTCOME_SCORED)
            continue;
        if (all_clusters) {
            if (!number[p->cluster])
                number[p->cluster] = ++seen;
            clusters[n] = number[p->cluster] - 1;
        }
        bool missing = isnan(p->value) && !p->detail.len;
        items[n++] = (AggregateItem){missing && rises ? 0 : p->value, p->weight, p->detail};
    }
    return n;
}

/* A reading of a metric: what goes into its aggregation. */
static AggregateInput reading(const PointSet *set, const MetricSummary *m, const Json *entry,
                              bool only_scored, size_t all_clusters, Arena *scratch)
{
    AggregateItem *items = arena_array(scratch, set->points.len + 1, sizeof *items);
    uint32_t *clusters = arena_array(scratch, set->points.len + 1, sizeof *clusters);
    AggregateInput in = {.name = m->aggregation, .entry = entry, .items = items};
    in.n = keep_points(set, only_scored, m->higher_is_better, all_clusters, items, clusters);
    if (!all_clusters)
        return in;
    in.clusters = clusters;
    for (size_t i = 0; i < in.n; i++)
        in.n_clusters = clusters[i] >= in.n_clusters ? clusters[i] + 1u : in.n_clusters;
    return in;
}

/* Where a missing value cannot count as 0, because 0 is the best, the number is undefined. */
static MeanResult number_of(const AggregateInput *in, Arena *scratch)
{
    for (size_t i = 0; i < in->n; i++)
        if (isnan(in->items[i].value) && !in->items[i].detail.len) {
            MeanResult none = stats_mean(NULL, NULL, 0, 0, 0.95, scratch);
            none.n = in->n;
            return none;
        }
    return aggregate(in, scratch);
}

const Json *eval_metric_entry(const Json *config, Str metric)
{
    SCOPED_ARENA(scratch);
    const Json *list = json_get(config, "metric_list");
    for (uint32_t i = 0; list && list->type == JSON_ARRAY && i < list->len; i++)
        if (str_eq(metric_entry_name(list, i, &scratch), metric))
            return &list->items[i];
    return NULL;
}

bool eval_metric_rises(const Json *config, Str metric)
{
    Str aggregation = STR("mean");
    bool higher = true;
    metric_defaults(metric, &aggregation, &higher);
    return json_bool(json_get(eval_metric_entry(config, metric), "higher_is_better"), higher);
}

MetricSummary eval_summarise_points(const PointSet *set, const Json *config, size_t n_clusters,
                                    size_t draws, Arena *arena)
{
    SCOPED_ARENA(scratch);
    const Json *entry = eval_metric_entry(config, set->criterion);
    Str by_default = STR("mean");
    bool higher = true;
    metric_defaults(set->criterion, &by_default, &higher);
    MetricSummary m = {
        .filter = set->filter,
        .metric = set->criterion,
        .aggregation = json_text_or(json_get(entry, "aggregation"), by_default),
        .higher_is_better = json_bool(json_get(entry, "higher_is_better"), higher),
    };
    AggregateInput all = reading(set, &m, entry, false, n_clusters, &scratch);
    AggregateInput scored = reading(set, &m, entry, true, n_clusters, &scratch);
    all.draws = scored.draws = draws;
    m.headline = number_of(&all, &scratch);
    m.answered = scored.n == all.n ? m.headline : number_of(&scored, &scratch);
    m.signature = aggregate_signature(&all, arena);
    return m;
}

static void keep_texts(MetricSummary *m, Arena *arena)
{
    m->filter = str_copy(arena, m->filter);
    m->metric = str_copy(arena, m->metric);
    m->aggregation = str_copy(arena, m->aggregation);
}

static void percentiles(const double *sorted, size_t n, double out[3])
{
    static const double at[] = {0.5, 0.9, 0.99};
    for (size_t i = 0; i < COUNT(at); i++)
        out[i] = stats_percentile(sorted, n, at[i]);
}

/* Metrics that depend on where words end, on references of a language that has no spaces. */
static Status advise(Db *db, const Json *config, Arena *arena, RunSummary *s, Err *err)
{
    enum { TEXTS = 200, TEXTS_BYTES = 256 << 10 };
    SCOPED_ARENA(scratch);
    StrBuf texts = strbuf_make(&scratch, TEXTS_BYTES);
    bool due = false;
    for (size_t i = 0; i < s->metrics.len; i++)
        due = due || advice_may_be_due(s->metrics.items[i].metric);
    if (!due)
        return OK;
    TRY(sample_targets(db, s->run.id, TEXTS, &texts, err));
    const char *language = language_of(strbuf_str(&texts));
    for (size_t i = 0; i < s->metrics.len; i++) {
        MetricSummary *m = &s->metrics.items[i];
        m->advice = advice_of(m->metric, eval_metric_entry(config, m->metric), language, arena);
    }
    return OK;
}

/* A run that ended because its number was known well enough lacks nothing. */
static bool is_short(const RunRow *run, int64_t n_samples)
{
    if (n_samples >= run->n_items * run->n_repeats)
        return false;
    return !str_eqc(run->state, "finished") || !precision_of(run);
}

Status eval_summarise(Db *db, int64_t run_id, size_t draws, Arena *arena, RunSummary *out, Err *err)
{
    RunSummary s = {0};
    RunPoints points = {0};
    Json config;
    TRY(run_get(db, run_id, arena, &s.run, err));
    TRY(json_parse(arena, s.run.config, &config, err));
    {
        SCOPED_ARENA(scratch);
        RunUsage usage = {0};
        TRY(run_numbers(db, run_id, &scratch, &points, &usage, err));
        percentiles(usage.seconds.items, usage.seconds.len, s.latency);
        percentiles(usage.first_tokens.items, usage.first_tokens.len, s.first_token);
        s.usage = usage;
        s.usage.seconds.len = s.usage.first_tokens.len = 0; /* theirs is the scratch memory */
        s.usage.seconds.items = s.usage.first_tokens.items = NULL;
        for (size_t i = 0; i < points.sets.len; i++) {
            MetricSummary m = eval_summarise_points(&points.sets.items[i], &config,
                                                    points.n_clusters, draws, arena);
            precision_adjust(&s.run, &points.sets.items[i], &m);
            keep_texts(&m, arena);
            vec_push(arena, &s.metrics, m);
        }
    }
    TRY(advise(db, &config, arena, &s, err));
    memcpy(s.counts, s.usage.counts, sizeof s.counts);
    for (int i = 0; i < N_OUTCOMES; i++)
        s.n_samples += s.counts[i];
    s.incomplete = s.counts[OUTCOME_ERROR] > 0 || is_short(&s.run, s.n_samples);
    s.until_ci = precision_of(&s.run);
    s.ended_early = !is_short(&s.run, s.n_samples) && s.n_samples < s.run.n_items * s.run.n_repeats;
    if (s.counts[OUTCOME_ERROR])
        TRY(sample_errors(db, run_id, EVAL_ERRORS, arena, &s.errors, err));
    if (str_find(s.run.config, STR("\"extract\"")) >= 0) /* no rules without the filter */
        TRY(run_rules(db, run_id, arena, &s.rules, err));
    *out = s;
    return OK;
}

Status eval_headline(Db *db, const RunRow *run, Arena *arena, RunHeadline *out, Err *err)
{
    SCOPED_ARENA(scratch);
    RunPoints points = {0};
    RunUsage usage = {0};
    RunHeadline h = {0};
    Json config;
    int64_t n = 0;
    TRY(json_parse(&scratch, run->config, &config, err));
    TRY(run_numbers(db, run->id, &scratch, &points, &usage, err));
    h.n_metrics = points.sets.len;
    if (points.sets.len) {
        h.metric =
            eval_summarise_points(&points.sets.items[0], &config, points.n_clusters, 0, arena);
        precision_adjust(run, &points.sets.items[0], &h.metric);
        keep_texts(&h.metric, arena);
    }
    for (int i = 0; i < N_OUTCOMES; i++)
        n += usage.counts[i];
    h.incomplete = usage.counts[OUTCOME_ERROR] > 0 || is_short(run, n);
    *out = h;
    return OK;
}
