/* hub_layout.h - which part and split of a data set a file of a repository is. */
#ifndef CLI_HUB_LAYOUT_H
#define CLI_HUB_LAYOUT_H

#include "cli/hub.h"

typedef struct HubPart {
    Str config, split, ext; /* "default", "test", "parquet" */
    VEC(HubFile) shards;    /* in the order of their names */
    bool is_default;        /* what is meant when no config is named */
} HubPart;
typedef VEC(HubPart) HubParts;

/* What may be read as data: its ending, with a packing's behind it; empty: no data file. */
Str hub_data_ext(Str name);

/* Groups the data files among `files`; others (README.md, pictures) are left out. A file's folder
 * is the config ("" and "data": default), its name up to "-00000-of-" the split. Only parts of
 * `config` and `split`, when those are not empty. */
void hub_parts(const HubFiles *files, Str config, Str split, Arena *arena, HubParts *out);

#endif
