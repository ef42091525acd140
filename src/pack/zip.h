/* zip.h - reading zip archives: the directory first, then single entries.
 *
 * Methods: stored, deflate, zstd. Encrypted archives are refused. All entries of one archive
 * together may not expand to more than its bomb limits (pack/expand.h) allow, so that entries
 * that share bytes gain nothing. One thread at a time. */
#ifndef PACK_ZIP_H
#define PACK_ZIP_H

#include "pack/expand.h"

typedef struct ZipEntry {
    Str name;
    uint64_t at;           /* of its local header */
    uint64_t packed, size; /* bytes as stored, and expanded */
    uint32_t crc;
    uint16_t method, flags;
} ZipEntry;

typedef struct Zip {
    int fd;
    uint64_t size, budget; /* of the file; bytes that may still be expanded */
    ZipEntry *entries;
    size_t n_entries;
} Zip;

/* Reads the directory into `arena`; `fd` stays the caller's. E_PARSE when it is no archive. */
Status zip_open(Arena *arena, int fd, Zip *out, Err *err) MUST_CHECK;

const ZipEntry *zip_find(const Zip *zip, Str name); /* NULL when there is none */

/* The entry's bytes, checked against its size and CRC; E_LIMIT when larger than `limit`. */
Status zip_read(Zip *zip, const ZipEntry *entry, size_t limit, Arena *arena, Str *out,
                Err *err) MUST_CHECK;

#endif
