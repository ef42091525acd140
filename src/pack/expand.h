/* expand.h - compressed bytes become plain ones, in pieces and within limits.
 *
 * A bomb ends in E_LIMIT: what comes out is bounded in size and, from LIMIT_EXPAND_FREE bytes
 * on, to LIMIT_EXPAND_RATIO times what went in. No state between calls; any thread. */
#ifndef PACK_EXPAND_H
#define PACK_EXPAND_H

#include "base/str.h"

/* Bytes `at` .. `end` of an open file. */
typedef struct FileRange {
    int fd;
    uint64_t at, end;
} FileRange;

/* Up to `room` bytes from the range's start, which moves; *len is 0 at the end. */
Status range_read(FileRange *range, char *into, size_t room, size_t *len, Err *err) MUST_CHECK;

/* Where plain bytes go, piece by piece. */
typedef struct Sink {
    Status (*put)(void *user, Str piece, Err *err);
    void *user;
} Sink;

typedef enum Packing { PACK_STORED, PACK_DEFLATE, PACK_GZIP, PACK_ZSTD } Packing;

/* What the first bytes of a file say it is; PACK_STORED when neither gzip nor zstd. */
Packing pack_sniff(Str head);

/* Expands all of `from`; members or frames may follow one another. E_PARSE when the data is
 * damaged or cut, E_LIMIT when more than `limit` bytes would come out. */
Status pack_expand(Packing packing, FileRange from, uint64_t limit, const Sink *to,
                   Err *err) MUST_CHECK;

/* An anonymous file that is gone when closed, in TMPDIR or /tmp; a Sink that appends to it. */
Status temp_file(int *fd, Err *err) MUST_CHECK;
Sink temp_sink(const int *fd);

#endif
