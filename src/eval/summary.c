/* summary.c - from judgements to numbers with intervals. */
#include "eval/summary.h"

#include <math.h>

static const double LEVEL = 0.95;
enum { BOOTSTRAP_DRAWS = 2000, BOOTSTRAP_SEED = 1234 };

/* ---- aggregations that are no plain mean ---- */

static double perplexity(const void *data, const uint32_t *index, size_t n)
{
    const double *x = data;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[index[i]];
    return exp(-sum / (double)n);
}

static const struct {
    const char *name;
    Statistic statistic;
} aggregations[] = {
    {"perplexity", perplexity},
};

static Statistic statistic_for(Str aggregation)
{
    for (size_t i = 0; i < COUNT(aggregations); i++)
        if (str_eqc(aggregation, aggregations[i].name))
            return aggregations[i].statistic;
    return NULL;
}

static MeanResult aggregate(Str aggregation, const double *values, const uint32_t *clusters,
                            size_t n, size_t n_clusters, Arena *scratch)
{
    Statistic statistic = statistic_for(aggregation);
    if (!statistic || !n)
        return stats_mean(values, clusters, n, n_clusters, LEVEL, scratch);
    BootstrapOptions options = {BOOTSTRAP_DRAWS, BOOTSTRAP_SEED, LEVEL};
    BootstrapResult b = bootstrap(statistic, values, n, clusters, n_clusters, &options, scratch);
    return (MeanResult){.n = n,
                        .clusters = clusters ? n_clusters : 0,
                        .mean = b.estimate,
                        .se = b.se,
                        .ci = b.percentile,
                        .method = "bootstrap",
                        .design_effect = NAN};
}

/* ---- one metric ---- */

/* Clusters are renumbered so that those of the kept points count from 0. */
static size_t keep_points(const PointSet *set, bool only_scored, bool rises, size_t all_clusters,
                          double *values, uint32_t *clusters, size_t *n_clusters, Arena *scratch)
{
    uint32_t *number = arena_array(scratch, all_clusters + 1, sizeof *number);
    size_t n = 0, seen = 0;
    for (size_t i = 0; i < set->points.len; i++) {
        const Point *p = &set->points.items[i];
        if (only_scored && p->outcome != OUTCOME_SCORED)
            continue;
        if (all_clusters) {
            if (!number[p->cluster])
                number[p->cluster] = (uint32_t)++seen;
            clusters[n] = number[p->cluster] - 1;
        }
        values[n++] = isnan(p->value) && rises ? 0 : p->value;
    }
    *n_clusters = seen;
    return n;
}

static bool any_missing(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i]))
            return true;
    return false;
}

/* Where a missing value cannot count as 0, because 0 is the best, the number is undefined. */
static MeanResult reading(const PointSet *set, const MetricSummary *m, bool only_scored,
                          size_t all_clusters)
{
    SCOPED_ARENA(scratch);
    double *values = arena_array(&scratch, set->points.len + 1, sizeof *values);
    uint32_t *clusters = arena_array(&scratch, set->points.len + 1, sizeof *clusters);
    size_t n_clusters;
    size_t n = keep_points(set, only_scored, m->higher_is_better, all_clusters, values, clusters,
                           &n_clusters, &scratch);
    if (any_missing(values, n)) {
        MeanResult none = stats_mean(NULL, NULL, 0, 0, LEVEL, &scratch);
        none.n = n;
        return none;
    }
    return aggregate(m->aggregation, values, all_clusters ? clusters : NULL, n, n_clusters,
                     &scratch);
}

const Json *eval_metric_entry(const Json *config, Str metric)
{
    const Json *list = json_get(config, "metric_list");
    for (uint32_t i = 0; list && list->type == JSON_ARRAY && i < list->len; i++)
        if (str_eq(json_text(json_get(&list->items[i], "metric")), metric))
            return &list->items[i];
    return NULL;
}

bool eval_metric_rises(const Json *config, Str metric)
{
    static const char *const lower[] = {"perplexity",    "word_perplexity", "byte_perplexity",
                                        "bits_per_byte", "brier_score",     "ter"};
    bool falls = false;
    for (size_t i = 0; i < COUNT(lower); i++)
        falls = falls || str_eqc(metric, lower[i]);
    return json_bool(json_get(eval_metric_entry(config, metric), "higher_is_better"), !falls);
}

static MetricSummary summarise_metric(const PointSet *set, const Json *config, size_t n_clusters)
{
    const Json *entry = eval_metric_entry(config, set->criterion);
    Str by_default = str_eqc(set->criterion, "perplexity") ? set->criterion : STR("mean");
    MetricSummary m = {
        .filter = set->filter,
        .metric = set->criterion,
        .aggregation = json_text_or(json_get(entry, "aggregation"), by_default),
        .higher_is_better = eval_metric_rises(config, set->criterion),
    };
    m.headline = reading(set, &m, false, n_clusters);
    m.answered = reading(set, &m, true, n_clusters);
    return m;
}

static void percentiles(const double *sorted, size_t n, double out[3])
{
    static const double at[] = {0.5, 0.9, 0.99};
    for (size_t i = 0; i < COUNT(at); i++)
        out[i] = stats_percentile(sorted, n, at[i]);
}

Status eval_summarise(Db *db, int64_t run_id, Arena *arena, RunSummary *out, Err *err)
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
            MetricSummary m = summarise_metric(&points.sets.items[i], &config, points.n_clusters);
            m.filter = str_copy(arena, m.filter);
            m.metric = str_copy(arena, m.metric);
            vec_push(arena, &s.metrics, m);
        }
    }
    memcpy(s.counts, s.usage.counts, sizeof s.counts);
    for (int i = 0; i < N_OUTCOMES; i++)
        s.n_samples += s.counts[i];
    s.incomplete = s.counts[OUTCOME_ERROR] > 0 || s.n_samples < s.run.n_items * s.run.n_repeats;
    *out = s;
    return OK;
}
