/* store.h - opening the database: migrations, and text packed for storage. */
#ifndef CORE_STORE_H
#define CORE_STORE_H

#include "db/db.h"

/* Opens `url` (file or postgres://), creates or migrates the tables. A database of a
 * newer program is E_CONFLICT. */
Status store_open(const char *url, Db **out, Err *err) MUST_CHECK;

/* Opens for reading; the database must exist and be of this program's version. */
Status store_open_read(const char *url, Db **out, Err *err) MUST_CHECK;

/* `url` as it may be shown: without the password of a postgres:// address. */
Str store_shown(Arena *arena, const char *url);

/* OK when there is a database at `url`, of whatever version. */
Status store_exists(const char *url, Err *err) MUST_CHECK;

/* Text as stored in a BLOB_COLUMN: compressed with zstd when long and when that helps.
 * The compressed form starts with zstd's magic number, which is not UTF-8. */
Str store_pack(Arena *arena, Str text);
Status store_unpack(Arena *arena, Str blob, Str *out, Err *err) MUST_CHECK;

#endif
