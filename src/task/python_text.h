/* python_text.h - texts in quotes of the Python language. Private to task/python.c. */
#ifndef TASK_PYTHON_TEXT_H
#define TASK_PYTHON_TEXT_H

#include "task/python.h"

#define NO_PREFIX ((size_t)-1)

/* Letters before the quote of a text that begins here (r, b, u, f and pairs of them: 0 to 2),
 * or NO_PREFIX when none begins here. */
size_t python_prefix(Str s);

typedef struct PythonLiteral {
    size_t len;        /* bytes of source, prefix and quotes included */
    Str value;         /* escapes undone, unless it is raw */
    PythonTexts names; /* words in the braces of an f-string */
} PythonLiteral;
/* The literal at the start of `s`; one that does not end goes to the end of its line, or of the
 * file when its quotes are three. */
PythonLiteral python_literal(Arena *arena, Str s, size_t prefix);

#endif
