/* file.h - reading whole files and writing them so that nobody sees a half. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/str.h"

/* The whole file; E_LIMIT when larger than `limit`. Errors name the path. */
Status file_read(Arena *arena, const char *path, size_t limit, Str *out, Err *err) MUST_CHECK;

/* Writes beside the target, syncs, renames: the old file stays until all is well. */
Status file_write(const char *path, Str content, Err *err) MUST_CHECK;

bool file_exists(const char *path);
bool file_is_dir(const char *path);

/* "dir/name" with one slash between. */
const char *path_join(Arena *arena, Str dir, Str name);
Str path_dir(Str path);  /* "a/b.c" -> "a", "b.c" -> "." */
Str path_base(Str path); /* "a/b.c" -> "b.c" */
Str path_stem(Str path); /* "a/b.c" -> "b" */
Str path_ext(Str path);  /* "a/b.jsonl" -> "jsonl"; "" when none */

#endif
