/* fuzz_expand.c - any bytes as gzip or zstd: refused, or never more than the limit comes out, and
 * the same in whatever way it is read; and any bytes as text of an encoding. */
#include "base/limits.h"
#include "base/utf8.h"
#include "pack/encoding.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Status collect(void *user, Str piece, Err *err)
{
    StrBuf *out = user;
    if (!piece.len)
        abort();
    strbuf_add(out, piece);
    return strbuf_check(out, "collected", err);
}

/* Text that is surely UTF-8 is UTF-8; what is converted is, but for the byte that marks faults. */
static void check_text(Arena *a, FileRange range, Str bytes)
{
    static const char *const names[] = {"GB18030", "UTF-16LE", "BIG5"};
    Err err = {0};
    Encoding e;
    if (encoding_detect(range, &e, &err) != OK)
        abort();
    if (e.sure && str_eqc(STR("UTF-8"), e.name) && utf8_check(bytes) != bytes.len)
        abort();
    for (size_t n = 0; n < COUNT(names); n++) {
        StrBuf out = strbuf_make(a, 64 * MIB);
        Encoding forced = {names[n], 0, true};
        if (encoding_convert(range, &forced, &(Sink){collect, &out}, &err) != OK)
            abort();
        for (size_t i = 0; i < out.len; i++)
            if ((unsigned char)out.ptr[i] == 0xFF)
                out.ptr[i] = '?';
        if (utf8_check(strbuf_str(&out)) != out.len)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(a);
    int fd;
    Err err = {0};
    if (temp_file(&fd, NULL) != OK || write(fd, data, size) != (ssize_t)size)
        abort();
    FileRange range = {fd, 0, size};
    Packing packing = pack_sniff((Str){(const char *)data, size});
    StrBuf out = strbuf_make(&a, 64 * MIB), less = strbuf_make(&a, 64 * MIB);
    Status status = pack_expand(packing, range, MIB, &(Sink){collect, &out}, &err);
    if (out.len > MIB || (status == OK && packing == PACK_STORED && out.len != size))
        abort();
    if (status == OK && out.len > 1 &&
        pack_expand(packing, range, out.len - 1, &(Sink){collect, &less}, &err) != E_LIMIT)
        abort();
    check_text(&a, range, (Str){(const char *)data, size});
    close(fd);
    return 0;
}
