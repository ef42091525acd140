/* zip.c - zip archives (APPNOTE 6.3: end record, zip64, central directory, local headers). */
#include "pack/zip.h"

#include "base/limits.h"

#include <sys/stat.h>
#include <zlib.h>

enum {
    END_SIZE = 22,
    END64_SIZE = 56,
    LOCATOR_SIZE = 20,
    CENTRAL_SIZE = 46,
    LOCAL_SIZE = 30,
    MOST_COMMENT = 65535,
    ENCRYPTED = 1,
    METHOD_STORED = 0,
    METHOD_DEFLATE = 8,
    METHOD_ZSTD = 93,
};
#define MOST_DIRECTORY (256 * MIB)

static uint64_t number(const char *p, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = bytes; i-- > 0;)
        value = value << 8 | (unsigned char)p[i];
    return value;
}

/* All of bytes at .. at + len, which must be there. */
static Status read_at(const Zip *z, uint64_t at, char *into, size_t len, Err *err)
{
    if (at > z->size || len > z->size - at)
        return err_set(err, E_PARSE, "the archive points outside itself");
    FileRange range = {z->fd, at, at + len};
    while (range.at < range.end) {
        size_t n;
        TRY(range_read(&range, into, (size_t)(range.end - range.at), &n, err));
        into += n;
    }
    return OK;
}

/* Where the directory is: from the end record, or its zip64 form. */
typedef struct Directory {
    uint64_t at, size, n;
} Directory;

static Status read_end64(const Zip *z, uint64_t end_at, Directory *out, Err *err)
{
    char locator[LOCATOR_SIZE] = {0}, end[END64_SIZE] = {0};
    if (end_at < LOCATOR_SIZE)
        return err_set(err, E_PARSE, "the archive's directory is damaged");
    TRY(read_at(z, end_at - LOCATOR_SIZE, locator, sizeof locator, err));
    if (memcmp(locator, "PK\6\7", 4) != 0)
        return err_set(err, E_PARSE, "the archive's directory is damaged");
    TRY(read_at(z, number(locator + 8, 8), end, sizeof end, err));
    if (memcmp(end, "PK\6\6", 4) != 0)
        return err_set(err, E_PARSE, "the archive's directory is damaged");
    *out = (Directory){number(end + 48, 8), number(end + 40, 8), number(end + 32, 8)};
    return OK;
}

static Status find_directory(const Zip *z, Arena *scratch, Directory *out, Err *err)
{
    size_t len = z->size < END_SIZE + MOST_COMMENT ? (size_t)z->size : END_SIZE + MOST_COMMENT;
    char *tail = arena_alloc(scratch, len + 1);
    TRY(read_at(z, z->size - len, tail, len, err));
    for (size_t back = END_SIZE; back <= len; back++) {
        const char *end = tail + len - back;
        if (memcmp(end, "PK\5\6", 4) != 0 || number(end + 20, 2) != back - END_SIZE)
            continue;
        *out = (Directory){number(end + 16, 4), number(end + 12, 4), number(end + 10, 2)};
        if (out->at == UINT32_MAX || out->size == UINT32_MAX || out->n == UINT16_MAX)
            return read_end64(z, z->size - back, out, err);
        return OK;
    }
    return err_set(err, E_PARSE, "this is not a zip archive, or its end is missing");
}

/* The zip64 field of an entry holds, in order, those numbers that did not fit. */
static void read_extra(ZipEntry *e, const char *extra, size_t len)
{
    uint64_t *const wide[] = {&e->size, &e->packed, &e->at};
    while (len >= 4) {
        size_t id = (size_t)number(extra, 2), size = (size_t)number(extra + 2, 2);
        extra += 4;
        len -= 4;
        if (size > len)
            return;
        for (size_t i = 0, used = 0; id == 1 && i < COUNT(wide); i++)
            if (*wide[i] == UINT32_MAX && used + 8 <= size) {
                *wide[i] = number(extra + used, 8);
                used += 8;
            }
        extra += size;
        len -= size;
    }
}

static Status read_entries(Zip *z, Str directory, size_t n, Arena *arena, Err *err)
{
    z->entries = arena_array(arena, n + 1, sizeof *z->entries);
    for (const char *p = directory.ptr; z->n_entries < n; z->n_entries++) {
        size_t left = directory.len - (size_t)(p - directory.ptr);
        if (left < CENTRAL_SIZE || memcmp(p, "PK\1\2", 4) != 0)
            return err_set(err, E_PARSE, "the archive's directory is damaged");
        size_t name = (size_t)number(p + 28, 2), extra = (size_t)number(p + 30, 2),
               whole = CENTRAL_SIZE + name + extra + (size_t)number(p + 32, 2);
        if (whole > left)
            return err_set(err, E_PARSE, "the archive's directory is damaged");
        ZipEntry e = {.name = {p + CENTRAL_SIZE, name},
                      .at = number(p + 42, 4),
                      .packed = number(p + 20, 4),
                      .size = number(p + 24, 4),
                      .crc = (uint32_t)number(p + 16, 4),
                      .method = (uint16_t)number(p + 10, 2),
                      .flags = (uint16_t)number(p + 8, 2)};
        read_extra(&e, p + CENTRAL_SIZE + name, extra);
        z->entries[z->n_entries] = e;
        p += whole;
    }
    return OK;
}

Status zip_open(Arena *arena, int fd, Zip *out, Err *err)
{
    struct stat st;
    Directory d = {0};
    if (fstat(fd, &st) != 0)
        return err_set(err, E_IO, "could not read the archive's size");
    Zip z = {.fd = fd, .size = (uint64_t)st.st_size};
    z.budget = z.size * LIMIT_EXPAND_RATIO + LIMIT_EXPAND_FREE;
    SCOPED_ARENA(scratch);
    TRY(find_directory(&z, &scratch, &d, err));
    if (d.n > LIMIT_ZIP_ENTRIES)
        return err_set(err, E_LIMIT, "the archive holds more than %d files", LIMIT_ZIP_ENTRIES);
    if (d.size > MOST_DIRECTORY || d.size > z.size || d.n * CENTRAL_SIZE > d.size)
        return err_set(err, E_PARSE, "the archive's directory is damaged");
    char *bytes = arena_alloc(arena, (size_t)d.size + 1);
    TRY(read_at(&z, d.at, bytes, (size_t)d.size, err));
    TRY(read_entries(&z, (Str){bytes, (size_t)d.size}, (size_t)d.n, arena, err));
    *out = z;
    return OK;
}

const ZipEntry *zip_find(const Zip *zip, Str name)
{
    for (size_t i = 0; i < zip->n_entries; i++)
        if (str_eq(zip->entries[i].name, name))
            return &zip->entries[i];
    return NULL;
}

/* Collects an entry in room of exactly its size. */
typedef struct Collect {
    char *at;
    size_t left;
    uLong crc;
} Collect;

static Status collect(void *user, Str piece, Err *err)
{
    Collect *c = user;
    if (piece.len > c->left)
        return err_set(err, E_PARSE, "it is larger than the archive says");
    memcpy(c->at, piece.ptr, piece.len);
    c->crc = crc32_z(c->crc, (const Bytef *)piece.ptr, piece.len);
    c->at += piece.len;
    c->left -= piece.len;
    return OK;
}

static Status packing_of(const ZipEntry *e, Packing *out, Err *err)
{
    if (e->flags & ENCRYPTED)
        return err_set(err, E_DENIED, "it is encrypted; save it without a password");
    if (e->method != METHOD_STORED && e->method != METHOD_DEFLATE && e->method != METHOD_ZSTD)
        return err_set(err, E_PARSE, "it is compressed by a method (%d) that is not known",
                       e->method);
    *out = e->method == METHOD_DEFLATE ? PACK_DEFLATE
           : e->method == METHOD_ZSTD  ? PACK_ZSTD
                                       : PACK_STORED;
    return OK;
}

static Status read_entry(Zip *z, const ZipEntry *e, size_t limit, Arena *arena, Str *out, Err *err)
{
    char local[LOCAL_SIZE] = {0};
    Packing packing = PACK_STORED;
    TRY(packing_of(e, &packing, err));
    if (e->size > limit || e->size > z->budget ||
        (e->size > LIMIT_EXPAND_FREE && e->size / LIMIT_EXPAND_RATIO > e->packed))
        return err_set(err, E_LIMIT, "it would expand to %llu bytes, more than is allowed",
                       (unsigned long long)e->size);
    TRY(read_at(z, e->at, local, sizeof local, err));
    if (memcmp(local, "PK\3\4", 4) != 0)
        return err_set(err, E_PARSE, "the archive's directory points to no file");
    uint64_t at = e->at + LOCAL_SIZE + number(local + 26, 2) + number(local + 28, 2);
    if (at > z->size || e->packed > z->size - at)
        return err_set(err, E_PARSE, "the archive is cut short");
    z->budget -= e->size;
    char *room = arena_alloc(arena, (size_t)e->size + 1);
    Collect c = {room, (size_t)e->size, crc32_z(0, NULL, 0)};
    Sink sink = {collect, &c};
    TRY(pack_expand(packing, (FileRange){z->fd, at, at + e->packed}, e->size, &sink, err));
    if (c.left || c.crc != e->crc)
        return err_set(err, E_PARSE, "it is damaged: size or checksum differ");
    *out = (Str){room, (size_t)e->size};
    return OK;
}

Status zip_read(Zip *zip, const ZipEntry *entry, size_t limit, Arena *arena, Str *out, Err *err)
{
    if (read_entry(zip, entry, limit, arena, out, err) != OK)
        return err_wrap(err, "\"" STR_FMT "\" in the archive", STR_ARG(entry->name));
    return OK;
}
