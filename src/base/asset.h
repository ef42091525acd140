/* asset.h - files built into the program: models, tasks, pages, migrations.
 *
 * Names are the paths in the repository, such as "share/tasks/sums.yaml". */
#ifndef BASE_ASSET_H
#define BASE_ASSET_H

#include "base/str.h"

/* False when there is no such file. The bytes live as long as the program. */
bool asset_find(Str name, Str *out);

/* Asset number `index` in name order; false past the last. */
bool asset_at(size_t index, Str *name, Str *content);

#endif
