/* reshape.h - documents changed before a task sees them: process_docs, declared.
 *
 * A list of steps, each a mapping with one key, or one mapping with several, in this order:
 *
 *   filter: {COLUMN: VALUE or [VALUES]}   keeps the documents whose column has that value
 *   where: "{{ EXPRESSION }}"             keeps those for which it is true
 *   rename: {OLD: NEW}
 *   set: {COLUMN: TEMPLATE}               {{ one expression }} keeps its type
 *   shuffle_list: {column: C, seed: N}    a column's list, by CPython's random.Random(N).shuffle;
 *                                         one generator for all documents, in their order
 *   pick: [COLUMNS]                       keeps these columns
 *   drop: [COLUMNS]
 *   shuffle: {seed: N}                    the documents, by random.Random(N).shuffle
 *   first: N                              the first N documents
 *
 * shuffle and first come last. Private to task/. */
#ifndef TASK_RESHAPE_H
#define TASK_RESHAPE_H

#include "task/native.h"

/* Reads the steps; problems go to `c`. `words`: of a native version, or NULL. */
const Reshape *reshape_prepare(Checker *c, const Json *steps, const NativeWords *words);

/* Whether documents may be left out or change places. */
bool reshape_reorders(const Reshape *how);

/* `in` as the steps leave it, made in `arena`; `in` must live as long. What it is made of is
 * found now, each document is made when it is asked for. */
typedef struct Reshaped {
    Docs docs; /* first: what the task sees */
    const Docs *in;
    const Reshape *how;
    uint32_t *order;     /* place in `in` of each document */
    uint32_t **shuffles; /* for each place in `in` that is kept: its lists' orders, or NULL */
} Reshaped;
Status reshape_docs(const Reshape *how, const Docs *in, Arena *arena, const Reshaped **out,
                    Err *err) MUST_CHECK;

#endif
