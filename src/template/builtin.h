/* builtin.h - what filters and methods share. */
#ifndef TEMPLATE_BUILTIN_H
#define TEMPLATE_BUILTIN_H

#include "template/ast.h"

/* str() of argument `i`; empty when it is absent. */
Str builtin_text(Run *r, const Args *a, size_t i);
/* Strips any of the characters of `chars`, or white space when it is no string. */
Str builtin_strip(Str s, const Value *chars, bool left, bool right);
const Builtin *builtin_find(const Builtin *table, size_t n, Str name);
/* Sets *out and returns OK. */
Status builtin_give(Value value, Value *out);

Status filter_join(Run *r, const Args *a, Value *out);
Status builtin_literal(Run *r, const Args *a, Value *out);
Status builtin_findall(Run *r, const Args *a, Value *out);
Status builtin_pick(Run *r, const Args *a, Value *out);
Status builtin_sorted(Run *r, const Args *a, Value *out);
Status builtin_into(Run *r, const Args *a, Value *out);
Status builtin_final_answer(Run *r, const Args *a, Value *out);
Status builtin_until_closed(Run *r, const Args *a, Value *out);
Status builtin_fill(Run *r, const Args *a, Value *out);
Status builtin_boxed(Run *r, const Args *a, Value *out);
Status builtin_map(Run *r, const Args *a, Value *out);
Status builtin_list(Run *r, const Args *a, Value *out);
Status builtin_first(Run *r, const Args *a, Value *out);
Status builtin_last(Run *r, const Args *a, Value *out);
Status builtin_sort(Run *r, const Args *a, Value *out);
Status builtin_unique(Run *r, const Args *a, Value *out);
Status builtin_reverse(Run *r, const Args *a, Value *out);
Status builtin_select(Run *r, const Args *a, Value *out);     /* and reject */
Status builtin_selectattr(Run *r, const Args *a, Value *out); /* and rejectattr */
Status builtin_min(Run *r, const Args *a, Value *out);
Status builtin_max(Run *r, const Args *a, Value *out);
Status builtin_sum(Run *r, const Args *a, Value *out);
Status filter_replace(Run *r, const Args *a, Value *out);
Status filter_lower(Run *r, const Args *a, Value *out);
Status filter_upper(Run *r, const Args *a, Value *out);
Status filter_capitalize(Run *r, const Args *a, Value *out);

#endif
