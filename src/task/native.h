/* native.h - functions of task files that have a native version. Private to task/.
 *
 * A `!function` of a task file is never run. It is bound to a native version when the source it
 * names (python.h) has a known hash; the versions are described in share/functions/ *.yaml:
 *
 *   - function: process_docs        its name; one "*" stands for any part of it
 *     kind: process_docs            the key that it stands at
 *     sha256: [..., ...]            of the sources that do this
 *     steps: [...]                  process_docs: as metadata.assay.process_docs (docs.h)
 *     also: {file: F, name: N, sha256: [...]}
 *                                   another file it reads, from its own folder: the source of N
 *                                   there must be known too, and its texts are _more
 *     value: "{{ ... }}"            doc_to_text, doc_to_target, doc_to_choice, a filter, the
 *                                   filter_fn of the filter custom (both see the _answer), and
 *                                   samples (a list): a template
 *     use: NAME                     custom_dataset: the dataset_name that it loads; others: a
 * built-in aggregation, filter, metric (metric_native_find) or process_results with: {...} options
 * that the filter or metric is given metric: NAME                  an aggregation that computes
 * what the metric beside it only hands on: the metric (metric_native_find), `use` what aggregates
 * it
 *
 * Templates see the document's columns, the document as _doc, the texts in quotes of the source
 * as _text, the function's name as _name and that of its folder as _folder. */
#ifndef TASK_NATIVE_H
#define TASK_NATIVE_H

#include "task/parts.h"

typedef struct Native {
    Str kind, function;
    const Json *entry; /* of share/functions */
} Native;

/* Replaces each `!function` of the file by what identifies it on its own: the same object with
 * "sha256" and, where a native version reads them, "texts"; aggregations and filters that have a
 * native version become its name. */
void native_pin(TaskSet *set, RawConfig *raw);

/* The native version of a pinned function that stands at `kind`; without one a problem says
 * why, and the result is NULL. */
const Native *native_of(Checker *c, const Json *pinned, const char *kind);

/* What the templates of a native version see beside the columns: _text, _more, _name, _folder. */
typedef struct NativeWords {
    const Json *texts, *more; /* arrays, or NULL */
    const Json *answer;       /* a filter's: the text it is given; or NULL */
    Str name, folder;
} NativeWords;
NativeWords native_words(const Json *pinned);

/* The document with _doc, and the words when there are any. */
Json native_vars(Arena *arena, const Json *doc, const NativeWords *words);

/* Every version, for tests: NULL past the end. */
const Native *native_at(TaskSet *set, size_t index);

#endif
