/* math_number.h - private to the comparison of answers: arithmetic on values.
 *
 * Exact as long as numerator and denominator fit 64 bits, else approximate. What has no value (a
 * division by zero, the root of a negative number) is approximately NaN. */
#ifndef TEXT_MATH_NUMBER_H
#define TEXT_MATH_NUMBER_H

#include "text/math_value.h"

MathValue number_approximate(double x, bool letters);
MathValue number_fraction(int64_t num, int64_t den);
MathValue number_add(MathValue a, MathValue b);
MathValue number_multiply(MathValue a, MathValue b);
MathValue number_negative(MathValue a);
MathValue number_divide(MathValue a, MathValue b);
MathValue number_power(MathValue a, MathValue b);
MathValue number_root(MathValue a, MathValue degree);
MathValue number_factorial(MathValue v); /* of whole numbers up to 20 */

#endif
