/* dataset.h - data sets and their frozen versions. */
#ifndef CORE_DATASET_H
#define CORE_DATASET_H

#include "base/json.h"
#include "base/vec.h"
#include "db/db.h"

typedef struct DatasetVersion {
    int64_t id, dataset_id, number, n_items, created;
    Str name, split, content_hash, source;
    Str columns; /* JSON array */
} DatasetVersion;

/* What an import reads from: record `position` as JSON text and as a tree. */
typedef struct ItemSource {
    size_t n_items;
    Status (*get)(void *user, size_t position, Arena *arena, Json *out, Err *err);
    void *user;
} ItemSource;

/* Finds the version of (name, split) with this content, or adds the next one with its
 * items, in one transaction: all or nothing. *added tells which. */
Status dataset_import(Db *db, const DatasetVersion *wanted, const ItemSource *source, Arena *arena,
                      DatasetVersion *out, bool *added, Err *err) MUST_CHECK;

typedef VEC(DatasetVersion) DatasetVersions;
Status dataset_list(Db *db, Arena *arena, DatasetVersions *out, Err *err) MUST_CHECK;
/* "name", "name:split", "name:split@3"; the newest version when none is named. */
Status dataset_find(Db *db, Str spec, Arena *arena, DatasetVersion *out, Err *err) MUST_CHECK;
Status dataset_get(Db *db, int64_t version_id, Arena *arena, DatasetVersion *out,
                   Err *err) MUST_CHECK;

typedef struct ItemRow {
    int64_t position;
    Str key;
    Str data; /* JSON text */
} ItemRow;
typedef VEC(ItemRow) ItemRows;
/* Items from `first` on, at most `limit`. */
Status dataset_items(Db *db, int64_t version_id, int64_t first, int64_t limit, Arena *arena,
                     ItemRows *out, Err *err) MUST_CHECK;

#endif
