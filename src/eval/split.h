/* split.h - dividing a data set's items into parts: seeded, stratified, by group. */
#ifndef EVAL_SPLIT_H
#define EVAL_SPLIT_H

#include "base/str.h"

typedef struct SplitInput {
    size_t n, n_parts;
    const double *shares; /* of each part; they add up to 1 */
    const Str *strata;    /* of each item, or NULL: parts have like shares of each */
    const Str *groups;    /* of each item, or NULL: items of a group stay together */
    uint64_t seed;
} SplitInput;

/* part[i]: the part of item i. Shares are met as nearly as whole groups allow. */
void split_assign(const SplitInput *in, uint32_t *part);

#endif
