/* dataset.h - data sets and their frozen versions. */
#ifndef CORE_DATASET_H
#define CORE_DATASET_H

#include "base/json.h"
#include "base/map.h"
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

typedef struct ItemRow {
    int64_t position;
    Str key;
    Str data; /* JSON text */
} ItemRow;
typedef VEC(ItemRow) ItemRows;

/* Reads a source from its first record to its last as rows, each with a key of its own. */
typedef struct ItemReader {
    ItemSource source;
    int64_t next;     /* position of the row to come */
    size_t usual_len; /* of the last row's data */
    Map seen;         /* keys so far */
    uint32_t *uses;   /* how often each of them was wanted, in the order of `seen` */
    Arena keep;       /* of the two; arena_free it in the end */
} ItemReader;
/* The next row, in `arena`; *more is false at the end. */
Status item_reader_next(ItemReader *reader, Arena *arena, ItemRow *out, bool *more,
                        Err *err) MUST_CHECK;

/* Finds the version of (name, split) with this content, or adds the next one with its
 * items, in one transaction: all or nothing. Items that an interrupted import left out are
 * added. *added tells whether the version is new. */
Status dataset_import(Db *db, const DatasetVersion *wanted, const ItemSource *source, Arena *arena,
                      DatasetVersion *out, bool *added, Err *err) MUST_CHECK;

/* For items that are added while they are in use already: finds or adds the version alone;
 * *n_stored items, from the first on, are there. */
Status dataset_begin(Db *db, const DatasetVersion *wanted, const ItemSource *source, Arena *arena,
                     DatasetVersion *out, int64_t *n_stored, Err *err) MUST_CHECK;
/* Takes back a version without items, and the data set when it has no other. */
Status dataset_forget(Db *db, const DatasetVersion *v, Err *err) MUST_CHECK;
/* Adds rows that are not there yet, in the caller's transaction. In the order of positions, so
 * that what is stored is always a beginning. */
Status dataset_add_items(Db *db, int64_t version_id, const ItemRow *rows, size_t n,
                         Err *err) MUST_CHECK;

typedef VEC(DatasetVersion) DatasetVersions;
Status dataset_list(Db *db, Arena *arena, DatasetVersions *out, Err *err) MUST_CHECK;
/* "name", "name:split", "name:split@3"; the newest version when none is named. E_CONFLICT when
 * not all of its items are stored. */
Status dataset_find(Db *db, Str spec, Arena *arena, DatasetVersion *out, Err *err) MUST_CHECK;
Status dataset_get(Db *db, int64_t version_id, Arena *arena, DatasetVersion *out,
                   Err *err) MUST_CHECK;

/* Items from `first` on, at most `limit`. */
Status dataset_items(Db *db, int64_t version_id, int64_t first, int64_t limit, Arena *arena,
                     ItemRows *out, Err *err) MUST_CHECK;

#endif
