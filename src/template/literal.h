/* literal.h - Python literals as text: repr() and ast.literal_eval. */
#ifndef TEMPLATE_LITERAL_H
#define TEMPLATE_LITERAL_H

#include "base/json.h"

/* repr(value): 'single' quotes unless the text has ' and no ", escapes as CPython,
 * True/False/None, floats by repr, lists and dicts recursively. */
void literal_repr(StrBuf *out, const Json *value);

/* str(value): as repr except that a string stands for itself. */
void literal_str(StrBuf *out, const Json *value);

/* ast.literal_eval: strings (adjacent ones join), numbers (+/-), True/False/None, lists,
 * tuples (as arrays), dicts with scalar keys. E_PARSE when `text` is anything else. */
Status literal_eval(Arena *arena, Str text, Json *out, Err *err) MUST_CHECK;

/* repr(float), into buf[40]. */
void literal_float(char buf[40], double value);

#endif
