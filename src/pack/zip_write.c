/* zip_write.c - local headers, deflated bytes, the directory. */
#include "pack/zip_write.h"

#include "base/vec.h"

#define ZLIB_CONST
#include <zlib.h>

enum {
    LOCAL_SIZES = 14, /* bytes from a local header to its CRC and sizes */
    VERSION = 20,
    UTF8_NAMES = 1 << 11,
    DEFLATED = 8,
    FIRST_DAY = 1 << 5 | 1, /* 1980-01-01: the same content gives the same archive */
    LEVEL = 6,
};

typedef struct Entry {
    Str name;
    uint64_t at, start; /* of its header, of its bytes */
    uint64_t size;
    uint32_t packed, crc;
} Entry;

struct ZipWriter {
    Arena *arena;
    StrBuf *out;
    z_stream stream;
    VEC(Entry) entries;
};

static void end_stream(void *stream)
{
    deflateEnd(stream);
}

ZipWriter *zip_writer(Arena *arena, StrBuf *out)
{
    ZipWriter *w = ARENA_NEW(arena, ZipWriter);
    w->arena = arena;
    w->out = out;
    if (deflateInit2(&w->stream, LEVEL, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort(); /* only for want of memory */
    arena_defer(arena, end_stream, &w->stream);
    return w;
}

static void put(StrBuf *out, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        strbuf_addc(out, (char)(value >> 8 * i));
}

/* From "version needed" to the length of the extra field: the same in both places. */
static void put_header(StrBuf *out, const Entry *e)
{
    put(out, VERSION, 2), put(out, UTF8_NAMES, 2), put(out, DEFLATED, 2);
    put(out, 0, 2), put(out, FIRST_DAY, 2);
    put(out, e->crc, 4), put(out, e->packed, 4), put(out, e->size, 4);
    put(out, e->name.len, 2), put(out, 0, 2);
}

static Status too_large(Err *err)
{
    return err_set(err, E_LIMIT, "a zip archive holds at most 4 GiB");
}

Status zip_write_begin(ZipWriter *writer, const char *name, Err *err)
{
    Entry e = {.name = str_copy(writer->arena, str_from(name)), .at = writer->out->len};
    strbuf_adds(writer->out, "PK\3\4");
    put_header(writer->out, &e);
    strbuf_add(writer->out, e.name);
    e.start = writer->out->len;
    vec_push(writer->arena, &writer->entries, e);
    deflateReset(&writer->stream);
    return writer->out->failed ? too_large(err) : OK;
}

static Status squeeze(ZipWriter *w, int flush, Err *err)
{
    Bytef room[1 << 14];
    do {
        w->stream.next_out = room;
        w->stream.avail_out = sizeof room;
        deflate(&w->stream, flush);
        strbuf_add(w->out, (Str){(const char *)room, sizeof room - w->stream.avail_out});
    } while (!w->stream.avail_out);
    return w->out->failed || w->out->len > UINT32_MAX ? too_large(err) : OK;
}

Status zip_write_put(ZipWriter *writer, Str piece, Err *err)
{
    Entry *e = &writer->entries.items[writer->entries.len - 1];
    e->size += piece.len;
    if (e->size > UINT32_MAX)
        return too_large(err);
    e->crc = (uint32_t)crc32_z(e->crc, (const Bytef *)piece.ptr, piece.len);
    writer->stream.next_in = (const Bytef *)piece.ptr;
    writer->stream.avail_in = (uInt)piece.len;
    return squeeze(writer, Z_NO_FLUSH, err);
}

Status zip_write_end(ZipWriter *writer, Err *err)
{
    Entry *e = &writer->entries.items[writer->entries.len - 1];
    TRY(squeeze(writer, Z_FINISH, err));
    e->packed = (uint32_t)(writer->out->len - e->start);
    const uint32_t known[] = {e->crc, e->packed, (uint32_t)e->size};
    for (size_t i = 0; i < sizeof known; i++)
        writer->out->ptr[e->at + LOCAL_SIZES + i] = (char)(known[i / 4] >> 8 * (i % 4));
    return OK;
}

Status zip_write_close(ZipWriter *writer, Err *err)
{
    StrBuf *out = writer->out;
    size_t at = out->len, n = writer->entries.len;
    for (size_t i = 0; i < n; i++) {
        const Entry *e = &writer->entries.items[i];
        strbuf_adds(out, "PK\1\2");
        put(out, VERSION, 2);
        put_header(out, e);
        put(out, 0, 2 + 2 + 2), put(out, 0, 4); /* comment, disk, attributes */
        put(out, e->at, 4);
        strbuf_add(out, e->name);
    }
    size_t size = out->len - at;
    strbuf_adds(out, "PK\5\6");
    put(out, 0, 4), put(out, n, 2), put(out, n, 2), put(out, size, 4), put(out, at, 4);
    put(out, 0, 2);
    return out->failed || out->len > UINT32_MAX ? too_large(err) : OK;
}
