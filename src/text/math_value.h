/* math_value.h - private to the comparison of answers: expressions and their values. */
#ifndef TEXT_MATH_VALUE_H
#define TEXT_MATH_VALUE_H

#include "base/str.h"

typedef struct MathValue {
    bool exact; /* num / den, den > 0, in lowest terms */
    int64_t num, den;
    double approx;
    bool letters; /* it depends on variables */
} MathValue;

/* At the last point letters are negative: |x| is not x. */
enum { MATH_POINTS = 4, MATH_NEGATIVE = MATH_POINTS - 1 };

/* The value of a cleaned expression with its letters set to the values of point number `point`;
 * false when it is none. */
bool math_value(Str expression, size_t point, MathValue *out);

/* What math_clean makes of the end of a matrix's row. */
#define MATH_NEW_ROW "\x01"

/* LaTeX spacing, sizes, units, currency and wrappers taken away; one spelling for each command. */
Str math_clean(Arena *arena, Str s);

#endif
