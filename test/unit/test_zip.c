/* test_zip.c - archives: each method, damage, encryption, bombs; and archives of our own. */
#include "test.h"

#include "base/limits.h"
#include "pack/zip.h"
#include "pack/zip_write.h"

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { STORED = 0, DEFLATE = 8, BZIP2 = 12, ZSTD = 93, ENCRYPTED = 1 };

typedef struct Made {
    const char *name;
    Str packed, plain;
    int method, flags;
} Made;

static void put(StrBuf *b, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        strbuf_addc(b, (char)(value >> 8 * i));
}

static void put_header(StrBuf *b, const Made *m)
{
    put(b, 20, 2), put(b, (uint64_t)m->flags, 2), put(b, (uint64_t)m->method, 2), put(b, 0, 4);
    put(b, crc32_z(0, (const Bytef *)m->plain.ptr, m->plain.len), 4);
    put(b, m->packed.len, 4), put(b, m->plain.len, 4), put(b, strlen(m->name), 2);
}

/* An open archive of one entry. */
static int archive_of(Arena *a, const Made *m)
{
    int fd;
    Err err = {0};
    StrBuf b = strbuf_make(a, 64 * MIB);
    strbuf_adds(&b, "PK\3\4");
    put_header(&b, m);
    put(&b, 0, 2);
    strbuf_adds(&b, m->name);
    strbuf_add(&b, m->packed);
    size_t at = b.len;
    strbuf_adds(&b, "PK\1\2");
    put(&b, 20, 2);
    put_header(&b, m);
    put(&b, 0, 8), put(&b, 0, 4), put(&b, 0, 4);
    strbuf_adds(&b, m->name);
    size_t size = b.len - at;
    strbuf_adds(&b, "PK\5\6");
    put(&b, 0, 4), put(&b, 1, 2), put(&b, 1, 2), put(&b, size, 4), put(&b, at, 4), put(&b, 0, 2);
    CHECK_OK(temp_file(&fd, &err), err);
    CHECK(write(fd, b.ptr, b.len) == (ssize_t)b.len);
    return fd;
}

static Status read_made(Arena *a, const Made *m, Str *out, Err *err)
{
    Zip zip;
    int fd = archive_of(a, m);
    CHECK_OK(zip_open(a, fd, &zip, err), *err);
    const ZipEntry *entry = zip_find(&zip, str_from(m->name));
    CHECK(entry && zip.n_entries == 1);
    Status status = zip_read(&zip, entry, 32 * MIB, a, out, err);
    close(fd);
    return status;
}

static Str zstd_of(Arena *a, Str text)
{
    size_t room = ZSTD_compressBound(text.len);
    char *out = arena_alloc(a, room);
    return (Str){out, ZSTD_compress(out, room, text.ptr, text.len, 3)};
}

TEST(zip_entries_packed_by_zstd_are_read)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str out;
    StrBuf text = strbuf_make(&a, MIB);
    for (int i = 0; i < 20000; i++)
        strbuf_addf(&text, "%d,", i);
    Made m = {"samples/1.json", zstd_of(&a, strbuf_str(&text)), strbuf_str(&text), ZSTD, 0};
    CHECK_OK(read_made(&a, &m, &out, &err), err);
    CHECK(str_eq(out, strbuf_str(&text)));
    m.packed.len -= 5; /* cut */
    CHECK(read_made(&a, &m, &out, &err) == E_PARSE);
    CHECK(strstr(err.msg, "\"samples/1.json\" in the archive"));
    m.packed = zstd_of(&a, STR("another text"));
    CHECK(read_made(&a, &m, &out, &err) == E_PARSE);
    m = (Made){"two", {0}, STR("onetwo"), ZSTD, 0}; /* two frames are one entry */
    Str one = zstd_of(&a, STR("one")), two = zstd_of(&a, STR("two"));
    StrBuf both = strbuf_make(&a, MIB);
    strbuf_add(&both, one);
    strbuf_add(&both, two);
    m.packed = strbuf_str(&both);
    CHECK_OK(read_made(&a, &m, &out, &err), err);
    CHECK_STR(out, "onetwo");
}

TEST(zip_refuses_what_it_cannot_or_must_not_read)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str out, text = STR("plain");
    CHECK_OK(read_made(&a, &(Made){"a", text, text, STORED, 0}, &out, &err), err);
    CHECK_STR(out, "plain");
    CHECK(read_made(&a, &(Made){"a", text, text, BZIP2, 0}, &out, &err) == E_PARSE);
    CHECK(strstr(err.msg, "a method (12) that is not known"));
    CHECK(read_made(&a, &(Made){"a", text, text, STORED, ENCRYPTED}, &out, &err) == E_DENIED);
    CHECK(read_made(&a, &(Made){"a", text, STR("other"), STORED, 0}, &out, &err) == E_PARSE);
    Str zeros = {arena_alloc(&a, 200 * MIB), 200 * MIB};
    Made bomb = {"a", zstd_of(&a, zeros), zeros, ZSTD, 0};
    CHECK(read_made(&a, &bomb, &out, &err) == E_LIMIT);
    bomb.plain.len = 1000; /* it says that it is small */
    CHECK(read_made(&a, &bomb, &out, &err) != OK);
}

TEST(zip_archives_that_were_written_are_read)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Zip zip;
    Str out;
    int fd;
    StrBuf bytes = strbuf_make(&a, 64 * MIB);
    ZipWriter *w = zip_writer(&a, &bytes);
    Str large = {arena_alloc(&a, 3 * MIB), 3 * MIB};
    CHECK_OK(zip_write_begin(w, "一", &err), err);
    CHECK_OK(zip_write_put(w, STR("one "), &err), err);
    CHECK_OK(zip_write_put(w, STR("two"), &err), err);
    CHECK_OK(zip_write_end(w, &err), err);
    CHECK_OK(zip_write_begin(w, "large", &err), err);
    CHECK_OK(zip_write_put(w, large, &err), err);
    CHECK_OK(zip_write_end(w, &err), err);
    CHECK_OK(zip_write_begin(w, "empty", &err), err);
    CHECK_OK(zip_write_end(w, &err), err);
    CHECK_OK(zip_write_close(w, &err), err);
    CHECK_OK(temp_file(&fd, &err), err);
    CHECK(write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len);
    CHECK_OK(zip_open(&a, fd, &zip, &err), err);
    CHECK_INT(zip.n_entries, 3);
    CHECK_OK(zip_read(&zip, zip_find(&zip, STR("一")), MIB, &a, &out, &err), err);
    CHECK_STR(out, "one two");
    CHECK_OK(zip_read(&zip, zip_find(&zip, STR("large")), 4 * MIB, &a, &out, &err), err);
    CHECK(str_eq(out, large));
    CHECK_OK(zip_read(&zip, zip_find(&zip, STR("empty")), MIB, &a, &out, &err), err);
    CHECK_INT(out.len, 0);
    close(fd);
}
