/* view.h - summaries and comparisons as JSON: what --json prints and reports are made of.
 *
 * A run: {run, model, task, dataset, split, version, state, stop_reason, created, finished,
 *   n_items, n_repeats, n_samples, incomplete, ended_early (of --until-ci),
 * protocol_hash, outcomes {scored, no_answer ...}, metrics [{filter, metric, aggregation,
 * higher_is_better, n, mean, se, low, high, method, clusters, answered {n, mean, se, low, high},
 * signature of a corpus score, advice {language, metric} where another metric or tokeniser fits the
 * texts}], tokens {prompt, completion}, attempts, cached, cost, latency {p50, p90, p99},
 * first_token {...}}. Unknown numbers are null. In show and export also breakdown: null, or
 * {metric, filter, higher_is_better, columns [one or two names], values [a list for each], cells
 * [{at [index of each value], n, mean, low, high}]}; cells without items are left out. */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include "cli/app.h"
#include "eval/breakdown.h"
#include "eval/compare.h"
#include "eval/summary.h"

Json view_run(const RunSummary *s, Arena *arena);
Json view_group(const GroupSummary *g, Arena *arena);
Json view_comparison(const Comparison *c, Arena *arena);
Json view_sample(const SampleView *v, Arena *arena);

/* Warns of numbers that say little because the metric found no words in the texts. */
void print_advice(App *app, const RunSummary *runs, size_t n);

/* Tables for people. Of several models on several tasks, print_results shows a line a task
 * and a column a model, with the first metric; else what print_summaries shows. */
void print_results(App *app, const RunSummary *runs, size_t n);
void print_summaries(App *app, const RunSummary *runs, size_t n);
void print_groups(App *app, const GroupSummaries *groups);
void print_run_details(App *app, const RunSummary *s);
/* With at most `most_flips` of the items that changed, for each comparison. */
void print_comparisons(App *app, const Comparisons *list, size_t most_flips);
void print_sample(App *app, const SampleView *v);

/* By the columns of `by` ("length,depth"), or those that the run's task names when it is empty;
 * out->n_columns is 0 when there is nothing to break down. */
Status breakdown_of(App *app, Db *db, const RunRow *run, Str by, Breakdown *out,
                    Err *err) MUST_CHECK;
Json view_breakdown(const Breakdown *b, Arena *arena); /* null without columns */
void print_breakdown(App *app, const Breakdown *b);

/* Whether a metric is a share, shown in percent: by its name and values; by its name alone, which
 * tells those with a scale of their own. */
bool metric_is_share(const MetricSummary *m);
bool metric_has_share_name(Str metric);
/* "exact_match", "exact_match (strict-match)" */
Str metric_title(Arena *arena, Str metric, Str filter);

#endif
