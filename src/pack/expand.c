/* expand.c - gzip, deflate (zlib) and zstd, streamed. */
#include "pack/expand.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { PIECE = 1 << 17 };

Status range_read(FileRange *range, char *into, size_t room, size_t *len, Err *err)
{
    uint64_t left = range->end - range->at;
    room = left < room ? (size_t)left : room;
    *len = 0;
    while (room) {
        ssize_t n = pread(range->fd, into, room, (off_t)range->at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, E_IO, "could not read: %s", strerror(errno));
        if (n == 0)
            return err_set(err, E_IO, "the file became shorter while it was in use");
        range->at += (uint64_t)n;
        *len = (size_t)n;
        return OK;
    }
    return OK;
}

Packing pack_sniff(Str head)
{
    if (str_starts(head, STR("\x1f\x8b")))
        return PACK_GZIP;
    return str_starts(head, STR("\x28\xb5\x2f\xfd")) ? PACK_ZSTD : PACK_STORED;
}

/* One expansion at work: what went in and came out so far. */
typedef struct Job {
    FileRange from;
    uint64_t start, limit, out;
    const Sink *to;
    char in_room[PIECE], out_room[PIECE];
    size_t in_len;
    Err *err;
} Job;

static Status refill(Job *j)
{
    return range_read(&j->from, j->in_room, sizeof j->in_room, &j->in_len, j->err);
}

static Status deliver(Job *j, size_t len)
{
    uint64_t in = j->from.at - j->start;
    j->out += len;
    if (j->out > j->limit)
        return err_set(j->err, E_LIMIT, "expands to more than the limit of %llu bytes",
                       (unsigned long long)j->limit);
    if (j->out > LIMIT_EXPAND_FREE && j->out / LIMIT_EXPAND_RATIO > in)
        return err_set(j->err, E_LIMIT,
                       "expands to more than %d times its size, as an archive bomb does; expand it "
                       "yourself if you trust it",
                       LIMIT_EXPAND_RATIO);
    return len ? j->to->put(j->to->user, (Str){j->out_room, len}, j->err) : OK;
}

static Status damaged(Job *j, const char *what)
{
    return err_set(j->err, E_PARSE, "%s", what);
}

/* ---- stored ---- */

static Status copy(Job *j)
{
    for (;;) {
        TRY(range_read(&j->from, j->out_room, sizeof j->out_room, &j->in_len, j->err));
        if (!j->in_len)
            return OK;
        TRY(deliver(j, j->in_len));
    }
}

/* ---- gzip and deflate ---- */

/* Only zeros may follow the last member, as tape blocks leave them. */
static bool only_zeros(const z_stream *z)
{
    for (uInt i = 0; i < z->avail_in; i++)
        if (z->next_in[i])
            return false;
    return true;
}

static Status inflate_loop(Job *j, z_stream *z, bool members)
{
    int said = Z_OK;
    for (;;) {
        if (!z->avail_in) {
            TRY(refill(j));
            z->next_in = (Bytef *)j->in_room;
            z->avail_in = (uInt)j->in_len;
        }
        if (!z->avail_in)
            return said == Z_STREAM_END ? OK : damaged(j, "the compressed data is cut short");
        if (said == Z_STREAM_END && only_zeros(z)) {
            z->avail_in = 0;
            continue;
        }
        if (said == Z_STREAM_END && (!members || inflateReset(z) != Z_OK))
            return damaged(j, "there are bytes after the compressed data");
        do {
            z->next_out = (Bytef *)j->out_room;
            z->avail_out = sizeof j->out_room;
            said = inflate(z, Z_NO_FLUSH);
            if (said != Z_OK && said != Z_STREAM_END && said != Z_BUF_ERROR)
                return damaged(j, "the compressed data is damaged");
            TRY(deliver(j, sizeof j->out_room - z->avail_out));
        } while (said == Z_OK && !z->avail_out);
    }
}

static Status expand_zlib(Job *j, bool gzip)
{
    z_stream z = {0};
    if (inflateInit2(&z, gzip ? 16 + MAX_WBITS : -MAX_WBITS) != Z_OK)
        return err_set(j->err, E_IO, "could not start zlib");
    Status status = inflate_loop(j, &z, gzip);
    inflateEnd(&z);
    return status;
}

/* ---- zstd ---- */

static Status zstd_loop(Job *j, ZSTD_DCtx *context)
{
    size_t left = 0; /* 0: at the end of a frame */
    for (bool any = false;; any = true) {
        TRY(refill(j));
        if (!j->in_len)
            return any && !left ? OK : damaged(j, "the compressed data is cut short");
        ZSTD_inBuffer in = {j->in_room, j->in_len, 0};
        bool full = false;
        while (in.pos < in.size || full) {
            ZSTD_outBuffer out = {j->out_room, sizeof j->out_room, 0};
            left = ZSTD_decompressStream(context, &out, &in);
            if (ZSTD_isError(left))
                return damaged(j, "the compressed data is damaged");
            TRY(deliver(j, out.pos));
            full = out.pos == out.size && left;
        }
    }
}

static Status expand_zstd(Job *j)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (!context)
        return err_set(j->err, E_IO, "could not start zstd");
    Status status = zstd_loop(j, context);
    ZSTD_freeDCtx(context);
    return status;
}

Status pack_expand(Packing packing, FileRange from, uint64_t limit, const Sink *to, Err *err)
{
    SCOPED_ARENA(arena);
    Job *j = ARENA_NEW(&arena, Job);
    j->from = from;
    j->start = from.at;
    j->limit = limit;
    j->to = to;
    j->err = err;
    if (packing == PACK_ZSTD)
        return expand_zstd(j);
    return packing == PACK_STORED ? copy(j) : expand_zlib(j, packing == PACK_GZIP);
}

/* ---- anonymous files ---- */

Status temp_file(int *fd, Err *err)
{
    const char *dir = getenv("TMPDIR");
    dir = dir && dir[0] ? dir : "/tmp";
    *fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd < 0)
        *fd = memfd_create("assay-expanded", MFD_CLOEXEC);
    if (*fd < 0)
        return err_set(err, E_IO, "could not make a temporary file in \"%s\": %s", dir,
                       strerror(errno));
    return OK;
}

static Status append(void *user, Str piece, Err *err)
{
    int fd = *(const int *)user;
    while (piece.len) {
        ssize_t n = write(fd, piece.ptr, piece.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_set(err, E_IO,
                           "could not write to a temporary file (TMPDIR names its folder): %s",
                           strerror(errno));
        piece = str_after(piece, (size_t)n);
    }
    return OK;
}

Sink temp_sink(const int *fd)
{
    union {
        const int *constant;
        void *user;
    } of = {.constant = fd};
    return (Sink){append, of.user};
}
