/* zip_write.h - making a zip archive in memory, entry by entry (deflate).
 *
 * An entry is below 4 GiB, the archive too (E_LIMIT); names are UTF-8. The archive is whole after
 * zip_write_close. One thread at a time; on an error the buffer holds no archive. */
#ifndef PACK_ZIP_WRITE_H
#define PACK_ZIP_WRITE_H

#include "base/str.h"

typedef struct ZipWriter ZipWriter;

/* Appends to `out`, which starts empty and outlives the writer. */
ZipWriter *zip_writer(Arena *arena, StrBuf *out);
Status zip_write_begin(ZipWriter *writer, const char *name, Err *err) MUST_CHECK;
Status zip_write_put(ZipWriter *writer, Str piece, Err *err) MUST_CHECK;
Status zip_write_end(ZipWriter *writer, Err *err) MUST_CHECK; /* of the entry */
Status zip_write_close(ZipWriter *writer, Err *err) MUST_CHECK;

#endif
