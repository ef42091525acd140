/* regex_pattern.h - Python's spelling of regular expressions rewritten in PCRE2's. */
#ifndef TEXT_REGEX_PATTERN_H
#define TEXT_REGEX_PATTERN_H

#include "base/str.h"

/* Refuses what Python's `re` does not have: PCRE2's verbs, recursion, callouts and
 * escapes. What is left is either the same in both or rewritten. */
Status regex_translate(Arena *arena, Str pattern, Str *out, Err *err) MUST_CHECK;

#endif
