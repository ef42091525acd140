/* math_final.h - the final answer of a solution, as Minerva reads and writes it.
 *
 * Lewkowycz et al. 2022, appendix D: the solution ends in "Final Answer: The final answer is
 * ANSWER. I hope it is correct."; words, units and wrappers of LaTeX are taken off the answer. */
#ifndef TEXT_MATH_FINAL_H
#define TEXT_MATH_FINAL_H

#include "base/str.h"

/* What stands in that sentence, stripped; ptr NULL when there is none. */
Status math_final_stated(Arena *arena, Str solution, Str *out, Err *err) MUST_CHECK;

/* The answer in its normal form. E_LIMIT when an expression takes too much effort. */
Status math_final_normal(Arena *arena, Str s, Str *out, Err *err) MUST_CHECK;

#endif
