/* clean.h - what is dirty in a data set: each item is kept, or has one reason why not. */
#ifndef EVAL_CLEAN_H
#define EVAL_CLEAN_H

#include "base/opt.h"
#include "core/dataset_change.h"

typedef enum CleanReason {
    CLEAN_KEPT,
    CLEAN_EMPTY,     /* no letter or digit in its text */
    CLEAN_ENCODING,  /* traces of a wrong decoding */
    CLEAN_LANGUAGE,  /* of another language than asked for */
    CLEAN_CONFLICT,  /* the same text with different labels: all of them */
    CLEAN_DUPLICATE, /* the same text (and label) as an earlier item */
    CLEAN_NEAR,      /* nearly the same text, and the same label, as an earlier item */
    CLEAN_LENGTH,    /* far shorter or longer than the rest */
    N_CLEAN_REASONS,
} CleanReason;

/* "empty", "near_duplicate" ...; as stored with removals. */
const char *clean_reason_name(CleanReason reason);

typedef struct CleanOptions {
    StrList text;    /* columns whose text counts; empty: found by their names */
    Str label;       /* column of the answer; empty: found by its name */
    Str language;    /* "zh", "en" ..., or empty: any */
    double near;     /* least similarity of near duplicates; 0: do not look for them */
    double outliers; /* robust standard deviations of the log length; 0: do not look */
    int threads;
} CleanOptions;

typedef struct CleanItem {
    Str key, data; /* as stored */
    CleanReason reason;
    Str detail;
} CleanItem;

typedef struct CleanResult {
    CleanItem *items; /* all of the version, by position */
    size_t n, counts[N_CLEAN_REASONS];
    Str columns, label; /* what was taken for text and label */
} CleanResult;

/* Looks at every item; changes nothing. Memory: the items' text twice, in `arena`. */
Status eval_clean(Db *db, const DatasetVersion *version, const CleanOptions *options, Arena *arena,
                  CleanResult *out, Err *err) MUST_CHECK;

/* Stores what was kept as the next version, with the list of what was not. */
Status eval_clean_store(Db *db, const DatasetVersion *version, const CleanResult *result,
                        Arena *arena, DatasetVersion *out, Err *err) MUST_CHECK;

#endif
