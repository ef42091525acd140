/* math.h - whether two mathematical answers in plain text or LaTeX are the same.
 *
 * Rational numbers are compared exactly; with roots, pi, powers and functions to 1e-9 (relative,
 * and absolute below 1). Expressions with letters are compared at three fixed points, so two that
 * differ could in principle be taken for one. Any thread. */
#ifndef TEXT_MATH_H
#define TEXT_MATH_H

#include "base/str.h"

enum {
    MATH_LONGEST = 4000
}; /* bytes of an answer that is looked into; beyond it only equal texts are */

/* What the last \boxed{...} or \fbox{...} holds, or follows "\boxed " up to a dollar; ptr NULL:
 * there is none. */
Str math_boxed(Str text);

/* The text as Hendrycks et al. (2021, the MATH data set) compare it; false where their program
 * fails, and then compares the texts as they stand. */
bool math_strip(Arena *arena, Str s, Str *out);

/* Their comparison. */
bool math_same_text(Str a, Str b, Arena *scratch);

/* Whether `answer` is `gold`: as text above, or by value. Fractions, decimals, mixed numbers,
 * thousands, roots, powers, pi, e; tuples, intervals and unions, matrices; sets in any order when
 * `gold` has braces; "\pm". Units, degrees, currency and per cent signs are passed over.
 * `tolerance`: relative, for all numbers; 0 for the rules above. */
bool math_equal(Str answer, Str gold, double tolerance, Arena *scratch);

#endif
