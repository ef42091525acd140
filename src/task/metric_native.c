/* metric_native.c - the metrics that native versions of functions name.
 *
 * A name here is private to share/functions: a task file reaches its metric through a function
 * only. Any metric of the table in metric.c may be named too. */
#include "task/metric_results.h"

static const struct {
    const char *name;
    const MetricRow *row;
} rows[] = {
    {"code_pass@k", &metric_code_k},
    {"tag_accuracy", &metric_tag_accuracy},
    {"span_f1", &metric_span_f1},
    {"gold_f1", &results_gold_f1},
    {"language_exact", &results_language_exact},
    {"language_f1", &results_language_f1},
};

const MetricRow *metric_native_find(Str name)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eqc(name, rows[i].name))
            return rows[i].row;
    return metric_find(name, OUTPUT_GENERATE);
}
