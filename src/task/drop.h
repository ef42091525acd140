/* drop.h - DROP's exact match and F1 (Dua et al. 2019), as lm-evaluation-harness computes them for
 * one answer. Private to task/.
 *
 * Words are cut at blanks and hyphens; each is lower-cased, loses ASCII punctuation unless it is
 * a number, becomes Python's str(float) when it is one, and loses the articles. A right answer
 * is a list of spans; a span with numbers has nothing in common with an answer that has none of
 * them. F1 is over sets of words, the mean over max(spans, 1), rounded to two places. */
#ifndef TASK_DROP_H
#define TASK_DROP_H

#include "base/str.h"
#include "base/vec.h"

typedef VEC(Str) DropSpans;

typedef struct DropScore {
    double exact, f1;
} DropScore;
Status drop_score(Str answer, const Str *spans, size_t n, Arena *arena, DropScore *out,
                  Err *err) MUST_CHECK;

/* The text as it is compared. */
Status drop_normalise(Str text, Arena *arena, Str *out, Err *err) MUST_CHECK;

#endif
