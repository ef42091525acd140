/* python.h - what a function of a Python file is made of, found without running it.
 *
 * Two functions are the same when their canonical source is: the function itself and every
 * statement of the file that it names, directly or through others, in the order of the file,
 * without comments, blank lines and blanks at the ends of lines (texts in quotes stay as they
 * are). A name that no statement of the file defines (a function made while the file is
 * loaded) stands for the whole file. Private to task/. */
#ifndef TASK_PYTHON_H
#define TASK_PYTHON_H

#include "base/str.h"
#include "base/vec.h"

typedef VEC(Str) PythonTexts;

typedef struct PythonFunction {
    Str canonical;     /* the source */
    Str hash;          /* SHA-256 of it, 64 hex digits */
    PythonTexts texts; /* its texts in quotes, in order, neighbours joined, escapes undone; what
                          stands in the braces of an f-string stays */
    bool made;         /* no statement defines the name: the whole file */
} PythonFunction;

/* `file` is the text of the file. E_LIMIT when it is larger than a task's code ever is. */
Status python_function(Arena *arena, Str file, Str name, PythonFunction *out, Err *err) MUST_CHECK;

#endif
