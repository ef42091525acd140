/* hub_layout.h - which part and split of a data set a file of a repository is. */
#ifndef CLI_HUB_LAYOUT_H
#define CLI_HUB_LAYOUT_H

#include "cli/hub.h"

typedef struct HubPart {
    Str config, split, ext; /* "default", "test", "parquet" */
    VEC(HubFile) shards;    /* in the order of their names */
} HubPart;
typedef VEC(HubPart) HubParts;

/* Groups the data files among `files`; others (README.md, pictures) are left out. A file's folder
 * is the config ("" and "data": default), its name up to "-00000-of-" the split. Only parts of
 * `config` and `split`, when those are not empty. */
void hub_parts(const HubFiles *files, Str config, Str split, Arena *arena, HubParts *out);

#endif
