/* metric_options.h - what an entry of metric_list says to a metric on texts, for the metric that
 * counts and for the aggregation that makes the counts one number. Values were checked when the
 * task was resolved; `entry` may be NULL (all defaults). */
#ifndef TASK_METRIC_OPTIONS_H
#define TASK_METRIC_OPTIONS_H

#include "base/json.h"
#include "text/bleu.h"
#include "text/chrf.h"
#include "text/ter.h"

/* What a metric is aggregated by, and whether more is better, when its entry does not say. Leaves
 * the outputs as they are for a name that is not known. */
void metric_defaults(Str name, Str *aggregation, bool *higher_is_better);

/* What entry `index` of a metric_list is called: its metric, and of a second entry of that metric
 * also what differs from the first: "bleu[tokenize=zh]". */
Str metric_entry_name(const Json *list, uint32_t index, Arena *arena);
/* ... without what differs. */
Str metric_base_name(Str name);

BleuOptions metric_bleu_options(const Json *entry);
ChrfOptions metric_chrf_options(const Json *entry);
TerOptions metric_ter_options(const Json *entry);

#endif
