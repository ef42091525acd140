/* regex.h - regular expressions with the meaning of Python's `re` on str, on PCRE2 with JIT.
 *
 * Unicode aware (\d \w \s \b, code points, not bytes). Patterns come from task files and
 * may be hostile: matching stops at a fixed effort and reports E_LIMIT. Compiled
 * expressions are immutable and may be used by several threads. Subjects must be UTF-8. */
#ifndef TEXT_REGEX_H
#define TEXT_REGEX_H

#include "base/str.h"
#include "base/vec.h"

typedef struct Regex Regex;

/* E_PARSE names the pattern and the offset. Python spellings that PCRE2 lacks are
 * translated (\Z, (?P=n), {,n}). Release with regex_free. */
Status regex_compile(Str pattern, Regex **out, Err *err) MUST_CHECK;
void regex_free(Regex *r);
size_t regex_groups(const Regex *r); /* capture groups, without group 0 */

typedef struct RegexMatch {
    Str *groups; /* [0] is the whole match; ptr NULL for a group that took no part */
    size_t n_groups;
} RegexMatch;
typedef VEC(RegexMatch) RegexMatches;

/* re.search: *found tells. Views into `subject`; arrays in `arena`. */
Status regex_search(const Regex *r, Str subject, Arena *arena, RegexMatch *out, bool *found,
                    Err *err) MUST_CHECK;

/* re.finditer: all non-overlapping matches, empty ones as Python 3.7+ finds them. */
Status regex_find_all(const Regex *r, Str subject, Arena *arena, RegexMatches *out,
                      Err *err) MUST_CHECK;

/* re.sub(pattern, replacement, subject); \1 and \g<1> in `replacement` name groups. */
Status regex_replace(const Regex *r, Str subject, Str replacement, Arena *arena, Str *out,
                     Err *err) MUST_CHECK;

#endif
