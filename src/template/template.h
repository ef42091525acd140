/* template.h - the Jinja2 subset of evaluation tasks: parse once, render many.
 *
 * Semantics are those of jinja2 3.1 with undefined=StrictUndefined,
 * keep_trailing_newline=True and Python values: ints, floats (printed as Python's
 * repr), True/False/None, str, list, dict. Constructs: {{ }}, {% if/elif/else %},
 * {% for %} with loop.index0/index/first/last/length, {% set %}, {# #}, white space
 * control with '-', literals (numbers, strings, lists, dicts, tuples), attribute, item and
 * slice access, method calls (strip, lstrip, rstrip, split, join, index, replace, lower,
 * upper, capitalize, title, startswith, endswith, items, keys, values, get, format-free), filters,
 * tests, `a if c else b`, and/or/not, comparisons, in / not in, + - * / // % ~ unary -.
 * Filters: string length join int float map(attribute=) list trim replace lower upper
 * first last default capitalize tojson regex_replace sort unique reverse min max sum select
 * reject selectattr rejectattr; map, select and reject take filter or test arguments.
 * Own filters, for declarations that only this program reads: _literal (a Python literal),
 * _findall (all matches of an expression, or one group of each), _pick (a list of places becomes
 * what stands there in another list), _sorted (texts as Python's sorted), _into
 * (a value in the place of a mark in a text), _until_closed (what comes before the ")" that closes
 * a bracket opened before the text; none when it stays open), _fill (values into the {} of a text),
 * _boxed (what the last \boxed{} of LaTeX holds), _final_answer (Minerva's normal form).
 * Globals: range.
 *
 * A Template is immutable once parsed and may be rendered by several threads. */
#ifndef TEMPLATE_TEMPLATE_H
#define TEMPLATE_TEMPLATE_H

#include "base/json.h"
#include "base/vec.h"

typedef struct Template Template;

/* Parses `source` into the arena. `name` says where the template stands, such as
 * "tasks/x.yaml:4:doc_to_text"; errors read "NAME: line L column C: what". Strings
 * of `source` must outlive the template. */
Status template_parse(Arena *arena, Str source, const char *name, Template **out,
                      Err *err) MUST_CHECK;

/* Renders with the members of the JSON object `vars` as variables. The text is
 * allocated in `arena`. A missing name is E_MISSING naming it; too many steps or too
 * large a text is E_LIMIT. */
Status template_render(const Template *t, const Json *vars, Arena *arena, Str *out,
                       Err *err) MUST_CHECK;

/* The value of a template that consists of one {{ expression }} (and `set` and white space
 * before it), with its type: a list, a number... Any other template gives its text. */
Status template_value(const Template *t, const Json *vars, Arena *arena, Json *out,
                      Err *err) MUST_CHECK;

/* True when the source has no {{, {% or {#: rendering gives it back unchanged. */
bool template_is_plain(const Template *t);

/* The top-level variable names that the template reads and does not set itself and
 * does not guard with `is defined`, each once, in order of first use. */
typedef VEC(Str) StrVec;
void template_names(const Template *t, Arena *arena, StrVec *out);

#endif
