/* dataset_view.h - what the dataset commands share: versions as JSON and in words, names. */
#ifndef CLI_DATASET_VIEW_H
#define CLI_DATASET_VIEW_H

#include "cli/app.h"
#include "core/dataset_change.h"

Json dataset_version_json(const DatasetVersion *v, Arena *a);

/* Finds what a person named; E_MISSING suggests near names. */
Status dataset_named(Db *db, Str spec, Arena *a, DatasetVersion *out, Err *err) MUST_CHECK;

/* E_USAGE when `name` holds what comes before a split or a version. */
Status dataset_check_name(Str name, Err *err) MUST_CHECK;

/* "stored NAME:SPLIT as version N, M items", or that it was known. */
void dataset_print_stored(App *app, const DatasetVersion *v, bool added);

/* How a version differs from the one that was the newest before. */
typedef struct DatasetChange {
    DatasetVersion before;
    DatasetDiff diff;
} DatasetChange;
void dataset_print_change(App *app, const DatasetChange *change);
Json dataset_change_json(const DatasetChange *change, Arena *a);

#endif
