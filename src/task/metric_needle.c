/* metric_needle.c - how many of the hidden facts an answer names.
 *
 * A target that is a list names several facts: the value is the share of them that stand in the
 * answer, letter by letter. A fact of digits must not be part of a longer number. */
#include "task/parts.h"

static bool is_digit(Str s, size_t at)
{
    return at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9';
}

static bool stands_in(Str text, Str fact)
{
    if (!fact.len)
        return false;
    for (ptrdiff_t at = str_find(text, fact); at >= 0;
         at = str_find_from(text, fact, (size_t)at + 1)) {
        size_t from = (size_t)at, end = from + fact.len;
        bool before = from && is_digit(text, from - 1) && is_digit(fact, 0);
        bool after = is_digit(text, end) && is_digit(fact, fact.len - 1);
        if (!before && !after)
            return true;
    }
    return false;
}

static Status score(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    StrVec facts = {0};
    size_t found = 0;
    (void)options;
    TRY(metric_references(in, &facts));
    Str text = metric_prediction(in, out);
    for (size_t i = 0; i < facts.len; i++)
        found += stands_in(text, facts.items[i]);
    out->value = facts.len ? (double)found / (double)facts.len : 0;
    out->why = str_printf(in->arena, "found %zu of %zu needles", found, facts.len);
    return OK;
}

const MetricRow metric_needle_recall = {"needle_recall", "mean", true, 1u << OUTPUT_GENERATE,
                                        score};
