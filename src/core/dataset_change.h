/* dataset_change.h - how versions of a data set differ, and what cleaning took out of one. */
#ifndef CORE_DATASET_CHANGE_H
#define CORE_DATASET_CHANGE_H

#include "core/dataset.h"

/* The newest version of (name, split). */
Status dataset_newest(Db *db, Str name, Str split, Arena *arena, DatasetVersion *out, bool *found,
                      Err *err) MUST_CHECK;

/* Items by key: only in the new version, only in the old one, in both with another content. */
typedef struct DatasetDiff {
    int64_t added, removed, changed;
} DatasetDiff;
Status dataset_diff(Db *db, int64_t old_id, int64_t new_id, DatasetDiff *out, Err *err) MUST_CHECK;

/* Adds the next version with the items of `old`, whatever versions there are with the same
 * content, in one transaction. `old` and the versions between stay as they are. */
Status dataset_restore(Db *db, const DatasetVersion *old, Arena *arena, DatasetVersion *out,
                       Err *err) MUST_CHECK;

typedef struct RemovalRow {
    int64_t position; /* in the parent version */
    Str key, reason, detail;
} RemovalRow;
typedef VEC(RemovalRow) RemovalRows;
/* In one transaction. */
Status dataset_add_removals(Db *db, int64_t version_id, int64_t parent_id, const RemovalRow *rows,
                            size_t n, Err *err) MUST_CHECK;
/* Those of a version, by position; none when it was not made by cleaning. */
Status dataset_removals(Db *db, int64_t version_id, Arena *arena, RemovalRows *out,
                        Err *err) MUST_CHECK;

#endif
