/* hub.h - files of a data set on a Hugging Face compatible hub or mirror.
 *
 * Asks GET /api/datasets/ORG/NAME/revision/REV and .../tree/SHA, and fetches
 * /datasets/ORG/NAME/resolve/SHA/PATH in pieces of a few MiB (Range), so that a fetch that was cut
 * goes on where it stopped. Redirects are followed; the token goes to the hub's own host alone, and
 * nowhere else: not to a log, a file or the database. Everything the hub says is checked: paths
 * may not leave the folder, sizes and checksums must be right. */
#ifndef CLI_HUB_H
#define CLI_HUB_H

#include "base/str.h"
#include "base/vec.h"

#include <stdatomic.h>

typedef struct Hub Hub;

typedef struct HubFile {
    Str path;   /* within the repository */
    Str sha256; /* of its bytes, 64 hex digits, when the hub keeps it as a large file; else empty */
    Str blob;   /* git's SHA-1 of it, when it is a small file */
    int64_t size;
} HubFile;
typedef VEC(HubFile) HubFiles;

/* `endpoint`: "https://huggingface.co"; `token` may be empty. */
Status hub_open(Arena *arena, Str endpoint, Str token, const atomic_int *stop, Hub **out,
                Err *err) MUST_CHECK;
void hub_close(Hub *hub);

/* The commit that `revision` names, and its files. */
Status hub_list(Hub *hub, Str repository, Str revision, Str *commit, HubFiles *out,
                Err *err) MUST_CHECK;

/* Makes `path` the file's bytes, whole and checked; what an earlier call left beside it with
 * ".part" is gone on with. */
Status hub_fetch(Hub *hub, Str repository, Str commit, const HubFile *file, const char *path,
                 Err *err) MUST_CHECK;

#endif
