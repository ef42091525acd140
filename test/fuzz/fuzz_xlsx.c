/* fuzz_xlsx.c - any bytes as an archive, and any XML as the parts of a workbook: refused, or cells
 * in order whose values are JSON; any text as a cell comes back as it was. */
#include "base/json.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "pack/xlsx_write.h"

#include <unistd.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file_with(Str bytes)
{
    int fd;
    if (temp_file(&fd, NULL) != OK || write(fd, bytes.ptr, bytes.len) != (ssize_t)bytes.len)
        abort();
    return fd;
}

static Status check_row(void *user, size_t number, const Cell *cells, size_t n, Err *err)
{
    size_t *last = user;
    SCOPED_ARENA(a);
    (void)err;
    if (number <= *last || !n)
        abort();
    *last = number;
    for (size_t i = 0; i < n; i++) {
        Json value;
        if (i && cells[i].column <= cells[i - 1].column)
            abort();
        if ((cells[i].kind == CELL_NUMBER || cells[i].kind == CELL_BOOL) &&
            json_parse(&a, cells[i].text, &value, NULL) != OK)
            abort();
    }
    return OK;
}

static void check_workbook(Str bytes)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Workbook *book;
    size_t last = 0;
    int fd = file_with(bytes);
    if (xlsx_open(&a, fd, &book, &err) == OK)
        (void)!xlsx_rows(book, (Str){0}, check_row, &last, &err);
    close(fd);
}

static void check_archive(Str bytes)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Zip zip;
    int fd = file_with(bytes);
    if (zip_open(&a, fd, &zip, &err) == OK)
        for (size_t i = 0; i < zip.n_entries && i < 50; i++) {
            Str content;
            if (zip_read(&zip, &zip.entries[i], MIB, &a, &content, &err) == OK &&
                content.len != zip.entries[i].size)
                abort();
        }
    close(fd);
}

static void put(StrBuf *b, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        strbuf_addc(b, (char)(value >> 8 * i));
}

/* What local and central header share: version .. name length. */
static void put_header(StrBuf *b, Str name, Str content)
{
    put(b, 20, 2), put(b, 0, 2), put(b, 0, 2), put(b, 0, 4);
    put(b, crc32_z(0, (const Bytef *)content.ptr, content.len), 4);
    put(b, content.len, 4), put(b, content.len, 4), put(b, name.len, 2);
}

/* The parts of a workbook are the pieces of `text` between zero bytes. */
static Str workbook_of(Arena *a, Str text)
{
    static const char *const names[] = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels",
                                        "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml",
                                        "xl/styles.xml"};
    StrBuf b = strbuf_make(a, 64 * MIB), central = strbuf_make(a, MIB);
    for (size_t i = 0; i < COUNT(names); i++) {
        Str content = str_split(&text, '\0'), name = str_from(names[i]);
        strbuf_adds(&central, "PK\1\2");
        put(&central, 20, 2);
        put_header(&central, name, content);
        put(&central, 0, 8), put(&central, 0, 4), put(&central, b.len, 4);
        strbuf_add(&central, name);
        strbuf_adds(&b, "PK\3\4");
        put_header(&b, name, content);
        put(&b, 0, 2);
        strbuf_add(&b, name);
        strbuf_add(&b, content);
    }
    size_t at = b.len;
    strbuf_add(&b, strbuf_str(&central));
    strbuf_adds(&b, "PK\5\6");
    put(&b, 0, 4), put(&b, COUNT(names), 2), put(&b, COUNT(names), 2);
    put(&b, central.len, 4), put(&b, at, 4), put(&b, 0, 2);
    return strbuf_str(&b);
}

static Status check_same(void *user, size_t number, const Cell *cells, size_t n, Err *err)
{
    const Str *text = user;
    (void)err;
    if (number != 1 || n != 1 || cells[0].kind != CELL_TEXT || !str_eq(cells[0].text, *text))
        abort();
    return OK;
}

/* Any text as a cell: written and read, it is the same. */
static void check_written(Str text)
{
    SCOPED_ARENA(a);
    StrBuf out = strbuf_make(&a, 64 * MIB);
    XlsxWriter *w;
    Workbook *book;
    Cell cell = {3, CELL_TEXT, text};
    if (xlsx_write_begin(&a, &out, "s", &w, NULL) != OK)
        abort();
    if (xlsx_write_row(w, &cell, 1, NULL) != OK)
        return; /* too long for a cell */
    if (xlsx_write_end(w, NULL) != OK)
        abort();
    int fd = file_with(strbuf_str(&out));
    if (xlsx_open(&a, fd, &book, NULL) != OK ||
        xlsx_rows(book, (Str){0}, check_same, &text, NULL) != OK)
        abort();
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(a);
    Str bytes = {(const char *)data, size};
    if (str_starts(bytes, STR("PK"))) {
        check_archive(bytes);
        check_workbook(bytes);
    } else {
        check_workbook(workbook_of(&a, bytes));
        if (size && utf8_check(bytes) == size)
            check_written(bytes);
    }
    return 0;
}
