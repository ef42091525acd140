/* summary.c - from judgements to numbers with intervals. */
#include "eval/summary.h"

#include <math.h>

static const double LEVEL = 0.95;
enum { BOOTSTRAP_DRAWS = 2000, BOOTSTRAP_SEED = 1234 };

/* ---- aggregations that are no plain mean ---- */

/* The points of one metric, side by side. */
typedef struct Column {
    double *values, *weights;
    uint32_t *clusters; /* NULL: none */
    size_t n, n_clusters;
} Column;

static double perplexity(const void *data, const uint32_t *index, size_t n)
{
    const Column *c = data;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += c->values[index[i]];
    return exp(-sum / (double)n);
}

static double per_weight(const Column *c, const uint32_t *index, size_t n)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < n; i++) {
        sum += c->values[index[i]];
        weight += c->weights[index[i]];
    }
    return sum / weight;
}

static double weighted_perplexity(const void *data, const uint32_t *index, size_t n)
{
    return exp(-per_weight(data, index, n));
}

static double bits_per_byte(const void *data, const uint32_t *index, size_t n)
{
    return -per_weight(data, index, n) / log(2);
}

/* What lm-evaluation-harness prints for a metric whose values it does not aggregate. */
static double bypass(const void *data, const uint32_t *index, size_t n)
{
    (void)data, (void)index, (void)n;
    return 999;
}

static const struct {
    const char *name;
    Statistic statistic;
} aggregations[] = {
    {"perplexity", perplexity},
    {"weighted_perplexity", weighted_perplexity},
    {"bits_per_byte", bits_per_byte},
    {"bypass", bypass},
};

static Statistic statistic_for(Str aggregation)
{
    for (size_t i = 0; i < COUNT(aggregations); i++)
        if (str_eqc(aggregation, aggregations[i].name))
            return aggregations[i].statistic;
    return NULL;
}

static MeanResult aggregate(Str aggregation, const Column *c, Arena *scratch)
{
    Statistic statistic = statistic_for(aggregation);
    if (!statistic || !c->n)
        return stats_mean(c->values, c->clusters, c->n, c->n_clusters, LEVEL, scratch);
    BootstrapOptions options = {BOOTSTRAP_DRAWS, BOOTSTRAP_SEED, LEVEL};
    BootstrapResult b =
        bootstrap(statistic, c, c->n, c->clusters, c->n_clusters, &options, scratch);
    return (MeanResult){.n = c->n,
                        .clusters = c->clusters ? c->n_clusters : 0,
                        .mean = b.estimate,
                        .se = b.se,
                        .ci = b.percentile,
                        .method = "bootstrap",
                        .design_effect = NAN};
}

/* ---- one metric ---- */

/* Clusters are renumbered so that those of the kept points count from 0. */
static Column keep_points(const PointSet *set, bool only_scored, size_t all_clusters,
                          Arena *scratch)
{
    size_t room = set->points.len + 1;
    Column c = {.values = arena_array(scratch, room, sizeof *c.values),
                .weights = arena_array(scratch, room, sizeof *c.weights),
                .clusters = all_clusters ? arena_array(scratch, room, sizeof *c.clusters) : NULL};
    uint32_t *number = arena_array(scratch, all_clusters + 1, sizeof *number);
    for (size_t i = 0; i < set->points.len; i++) {
        const Point *p = &set->points.items[i];
        if (only_scored && p->outcome != OUTCOME_SCORED)
            continue;
        if (all_clusters) {
            if (!number[p->cluster])
                number[p->cluster] = (uint32_t)++c.n_clusters;
            c.clusters[c.n] = number[p->cluster] - 1;
        }
        c.weights[c.n] = p->weight;
        c.values[c.n++] = isnan(p->value) ? 0 : p->value;
    }
    return c;
}

static MeanResult reading(const PointSet *set, Str aggregation, bool only_scored,
                          size_t all_clusters)
{
    SCOPED_ARENA(scratch);
    Column c = keep_points(set, only_scored, all_clusters, &scratch);
    return aggregate(aggregation, &c, &scratch);
}

const Json *eval_metric_entry(const Json *config, Str metric)
{
    const Json *list = json_get(config, "metric_list");
    for (uint32_t i = 0; list && list->type == JSON_ARRAY && i < list->len; i++)
        if (str_eq(json_text(json_get(&list->items[i], "metric")), metric))
            return &list->items[i];
    return NULL;
}

static MetricSummary summarise_metric(const PointSet *set, const Json *config, size_t n_clusters)
{
    static const char *const lower[] = {"perplexity",    "word_perplexity", "byte_perplexity",
                                        "bits_per_byte", "brier_score",     "ter"};
    static const struct {
        const char *metric, *aggregation;
    } defaults[] = {{"perplexity", "perplexity"},
                    {"word_perplexity", "weighted_perplexity"},
                    {"byte_perplexity", "weighted_perplexity"},
                    {"bits_per_byte", "bits_per_byte"}};
    const Json *entry = eval_metric_entry(config, set->criterion);
    bool falls = false;
    for (size_t i = 0; i < COUNT(lower); i++)
        falls = falls || str_eqc(set->criterion, lower[i]);
    Str by_default = STR("mean");
    for (size_t i = 0; i < COUNT(defaults); i++)
        if (str_eqc(set->criterion, defaults[i].metric))
            by_default = str_from(defaults[i].aggregation);
    MetricSummary m = {
        .filter = set->filter,
        .metric = set->criterion,
        .aggregation = json_text_or(json_get(entry, "aggregation"), by_default),
        .higher_is_better = json_bool(json_get(entry, "higher_is_better"), !falls),
    };
    m.headline = reading(set, m.aggregation, false, n_clusters);
    m.answered = reading(set, m.aggregation, true, n_clusters);
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
    TRY(sample_counts(db, run_id, s.counts, err));
    for (int i = 0; i < N_OUTCOMES; i++)
        s.n_samples += s.counts[i];
    s.incomplete = s.counts[OUTCOME_ERROR] > 0 || s.n_samples < s.run.n_items * s.run.n_repeats;
    {
        SCOPED_ARENA(scratch);
        TRY(run_points(db, run_id, &scratch, &points, err));
        for (size_t i = 0; i < points.sets.len; i++) {
            MetricSummary m = summarise_metric(&points.sets.items[i], &config, points.n_clusters);
            m.filter = str_copy(arena, m.filter);
            m.metric = str_copy(arena, m.metric);
            vec_push(arena, &s.metrics, m);
        }
    }
    TRY(run_usage(db, run_id, arena, &s.usage, err));
    percentiles(s.usage.seconds.items, s.usage.seconds.len, s.latency);
    percentiles(s.usage.first_tokens.items, s.usage.first_tokens.len, s.first_token);
    *out = s;
    return OK;
}
