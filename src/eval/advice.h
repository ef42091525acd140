/* advice.h - metrics that cut texts into words, on languages that put no spaces between them.
 *
 * BLEU with the tokeniser 13a takes a Chinese sentence for one word and comes to about 0 whatever
 * the model wrote. Such a number is computed as asked for, but never shown without this advice. */
#ifndef EVAL_ADVICE_H
#define EVAL_ADVICE_H

#include "base/json.h"

typedef struct MetricAdvice {
    const char *language; /* "zh", "ja", "ko", "th"; NULL: there is nothing to say */
    Str metric;           /* what to type behind --metric: "bleu,tokenize=zh" */
} MetricAdvice;

/* Whether `metric` can warrant advice at all; cheap, so that texts are read only where needed. */
bool advice_may_be_due(Str metric);
/* `entry`: the metric's of metric_list, or NULL; `language`: of the references (language_of). */
MetricAdvice advice_of(Str metric, const Json *entry, const char *language, Arena *arena);

#endif
