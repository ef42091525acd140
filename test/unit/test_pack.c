/* test_pack.c - compressed bytes, archives, XML, spreadsheets' dates, encodings. */
#include "test.h"

#include "base/limits.h"
#include "pack/encoding.h"
#include "pack/xlsx_private.h"
#include "pack/xlsx_write.h"
#include "pack/zip_write.h"

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

static FileRange file_of(Str bytes, int *fd)
{
    Err err = {0};
    CHECK_OK(temp_file(fd, &err), err);
    CHECK(write(*fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len);
    return (FileRange){*fd, 0, bytes.len};
}

static Status collect(void *user, Str piece, Err *err)
{
    StrBuf *out = user;
    strbuf_add(out, piece);
    return strbuf_check(out, "collected", err);
}

/* Expands bytes; `out` NULL: how it ends only. */
static Status expand(Arena *a, Packing packing, Str bytes, uint64_t limit, Str *out, Err *err)
{
    int fd;
    FileRange range = file_of(bytes, &fd);
    StrBuf text = strbuf_make(a, GIB);
    Status status = pack_expand(packing, range, limit, &(Sink){collect, &text}, err);
    close(fd);
    if (out)
        *out = strbuf_str(&text);
    return status;
}

static Str gzip_of(Arena *a, Str text)
{
    z_stream z = {0};
    CHECK(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    size_t room = text.len + 1000;
    char *out = arena_alloc(a, room);
    Str in = str_copy(a, text);
    z.next_in = (z_const Bytef *)(uintptr_t)in.ptr;
    z.avail_in = (uInt)in.len;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&z);
    return (Str){out, room - z.avail_out};
}

static Str zstd_of(Arena *a, Str text)
{
    size_t room = ZSTD_compressBound(text.len);
    char *out = arena_alloc(a, room);
    return (Str){out, ZSTD_compress(out, room, text.ptr, text.len, 3)};
}

static Str join(Arena *a, Str x, Str y)
{
    StrBuf b = strbuf_make(a, GIB);
    strbuf_add(&b, x);
    strbuf_add(&b, y);
    return strbuf_str(&b);
}

static Str repeated(Arena *a, const char *piece, size_t times)
{
    StrBuf b = strbuf_make(a, GIB);
    for (size_t i = 0; i < times; i++)
        strbuf_addf(&b, "%s %zu\n", piece, i);
    return strbuf_str(&b);
}

TEST(pack_gives_back_what_was_compressed)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str text = repeated(&a, "a line of text", 30000), out;
    const struct {
        Packing packing;
        Str packed;
    } cases[] = {
        {PACK_STORED, text},
        {PACK_GZIP, gzip_of(&a, text)},
        {PACK_ZSTD, zstd_of(&a, text)},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Str packed = cases[i].packed;
        CHECK(pack_sniff(packed) == cases[i].packing);
        CHECK_OK(expand(&a, cases[i].packing, packed, GIB, &out, &err), err);
        CHECK(str_eq(out, text));
        /* members and frames may follow one another */
        CHECK_OK(expand(&a, cases[i].packing, join(&a, packed, packed), GIB, &out, &err), err);
        CHECK(str_eq(out, join(&a, text, text)));
        CHECK(expand(&a, cases[i].packing, packed, text.len - 1, NULL, &err) == E_LIMIT);
        if (cases[i].packing == PACK_STORED)
            continue;
        CHECK(expand(&a, cases[i].packing, str_slice(packed, 0, packed.len - 9), GIB, NULL, &err) ==
              E_PARSE);
        CHECK(expand(&a, cases[i].packing, join(&a, packed, STR("rubbish")), GIB, NULL, &err) ==
              E_PARSE);
    }
    Str padded = join(&a, cases[1].packed, (Str){"\0\0\0\0", 4});
    CHECK_OK(expand(&a, PACK_GZIP, padded, GIB, &out, &err), err);
}

TEST(pack_stops_a_bomb_by_its_ratio)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str zeros = {arena_alloc(&a, 80 * MIB), 80 * MIB};
    CHECK(expand(&a, PACK_GZIP, gzip_of(&a, zeros), 16 * GIB, NULL, &err) == E_LIMIT);
    CHECK(strstr(err.msg, "archive bomb"));
    CHECK(expand(&a, PACK_ZSTD, zstd_of(&a, zeros), 16 * GIB, NULL, &err) == E_LIMIT);
    zeros.len = 60 * MIB; /* what is small may be as repetitive as it likes */
    CHECK_OK(expand(&a, PACK_ZSTD, zstd_of(&a, zeros), 16 * GIB, NULL, &err), err);
}

/* ---- XML ---- */

/* Tokens as text: "<a>" "</a>" and texts, joined by "|". */
static Str tokens(Arena *a, const char *document, Err *err)
{
    StrBuf out = strbuf_make(a, MIB);
    XmlReader r = xml_reader(str_from(document));
    for (;;) {
        XmlKind kind;
        if (xml_next(&r, a, &kind, err) != OK)
            return str_from("error");
        if (kind == XML_END)
            return strbuf_str(&out);
        Str what = kind == XML_TEXT ? r.text : r.name;
        const char *open = kind == XML_OPEN ? "<" : kind == XML_CLOSE ? "</" : "";
        strbuf_addf(&out, "%s%.*s%s|", open, (int)what.len, what.ptr, kind == XML_TEXT ? "" : ">");
    }
}

TEST(xml_is_read_token_by_token)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *document, *want;
    } cases[] = {
        {"<?xml version='1.0'?><a><b/>x<!-- < --></a>", "<a>|<b>|</b>|x|</a>|"},
        {"<x:a q='>'>1 &lt; 2 &amp;&#65;&#x4e2d;</x:a>", "<a>|1 < 2 &A中|</a>|"},
        {"<a><![CDATA[<b>&amp;]]></a>", "<a>|<b>&amp;|</a>|"},
        {"", ""},
        {"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "error"},
        {"<a>&x;</a>", "error"},
        {"<a>&#0;</a>", "error"},
        {"<a>&#xD800;</a>", "error"},
        {"<a>", "error"},
        {"</a>", "error"},
        {"<a", "error"},
        {"<>", "error"},
        {"<a><!-- ", "error"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Err err = {0};
        CHECK_STR(tokens(&a, cases[i].document, &err), cases[i].want);
    }
    StrBuf deep = strbuf_make(&a, MIB);
    for (int i = 0; i <= LIMIT_XML_DEPTH; i++)
        strbuf_adds(&deep, "<a>");
    Err err = {0};
    CHECK_STR(tokens(&a, strbuf_str(&deep).ptr, &err), "error");
    CHECK(strstr(err.msg, "too deeply"));
}

TEST(xml_attributes_are_found_and_decoded)
{
    SCOPED_ARENA(a);
    Err err = {0};
    XmlKind kind;
    XmlReader r = xml_reader(STR("<a r:id = \"7\" name='a &amp; \"b\"' e=''/>"));
    CHECK_OK(xml_next(&r, &a, &kind, &err), err);
    CHECK_STR(xml_attribute(&r, &a, "id"), "7");
    CHECK_STR(xml_attribute(&r, &a, "name"), "a & \"b\"");
    CHECK(xml_attribute(&r, &a, "e").ptr && !xml_attribute(&r, &a, "e").len);
    CHECK(!xml_attribute(&r, &a, "none").ptr);
}

/* ---- dates: serial numbers and their dates as spreadsheet programs show them ---- */

TEST(xlsx_serial_days_become_iso_text)
{
    SCOPED_ARENA(a);
    static const DateFormat day = {true, false}, clock = {false, true}, both = {true, true};
    const struct {
        double serial;
        DateFormat format;
        bool from_1904;
        const char *want;
    } cases[] = {
        {1, day, false, "1900-01-01"},
        {59, day, false, "1900-02-28"},
        {61, day, false, "1900-03-01"},
        {25569, day, false, "1970-01-01"},
        {46082, day, false, "2026-03-01"},
        {46082.354166666664, both, false, "2026-03-01T08:30:00"},
        {46082.354166666664, day, false, "2026-03-01T08:30:00"},
        {36585, day, false, "2000-02-29"},
        {2958465, day, false, "9999-12-31"},
        {0.5, clock, false, "12:00:00"},
        {0, day, true, "1904-01-01"},
        {44620, day, true, "2026-03-01"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Str got = {0};
        CHECK(xlsx_date(&a, cases[i].serial, cases[i].format, cases[i].from_1904, &got));
        CHECK_STR(got, cases[i].want);
    }
    Str none;
    CHECK(!xlsx_date(&a, -1, day, false, &none) && !xlsx_date(&a, 1e12, day, false, &none));
    CHECK(!xlsx_date(&a, (double)NAN, day, false, &none));
}

TEST(xlsx_number_formats_that_show_dates_are_known)
{
    static const struct {
        const char *code;
        bool day, clock;
    } cases[] = {
        {"General", false, false},
        {"0.00", false, false},
        {"yyyy-mm-dd", true, false},
        {"yyyy\"年\"m\"月\"d\"日\"", true, false},
        {"h:mm:ss", false, true},
        {"[h]:mm", false, true},
        {"m/d/yy h:mm", true, true},
        {"0.0\" days\"", false, false},
        {"[Red]0;[Blue]-0", false, false},
        {"[$-804]yyyy/m/d", true, false},
        {"\\d0", false, false},
        {"mmm", true, false},
        {"mm:ss", false, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        DateFormat f = xlsx_format_of_code(str_from(cases[i].code));
        if (f.day != cases[i].day || f.clock != cases[i].clock)
            test_fail(__FILE__, __LINE__, "%s: %d %d", cases[i].code, f.day, f.clock);
    }
    CHECK(xlsx_format_of_id(14).day && xlsx_format_of_id(22).clock && !xlsx_format_of_id(1).day);
}

TEST(xlsx_columns_are_named_by_letters)
{
    SCOPED_ARENA(a);
    CHECK_STR(xlsx_column_name(&a, 0), "A");
    CHECK_STR(xlsx_column_name(&a, 25), "Z");
    CHECK_STR(xlsx_column_name(&a, 26), "AA");
    CHECK_STR(xlsx_column_name(&a, 701), "ZZ");
    CHECK_STR(xlsx_column_name(&a, 702), "AAA");
}

/* ---- writing workbooks ---- */

static const Cell written[] = {
    {0, CELL_TEXT, {"=1+1", 4}},
    {1, CELL_TEXT, {"<b>&\"'\r\n\t\1 _x000D_ _x0D_", 25}},
    {2, CELL_NUMBER, {"-12.5", 5}},
    {3, CELL_BOOL, {"false", 5}},
    {4, CELL_NUMBER, {"1234567890123456789", 19}}, /* more digits than a spreadsheet keeps */
    {5, CELL_TEXT, {"", 0}},
    {6, CELL_TEXT, {"  \xf0\x9f\x98\x80 \xe8\xaf\x95\xe9\x87\x91  ", 15}},
    {701, CELL_TEXT, {"end", 3}},
};

static Status check_written(void *user, size_t number, const Cell *cells, size_t n, Err *err)
{
    size_t *rows = user, at = 0;
    (void)err;
    CHECK_INT(number, ++*rows);
    for (size_t i = 0; i < COUNT(written); i++) {
        if (!written[i].text.len) /* an empty cell is not there */
            continue;
        CHECK(at < n && cells[at].column == written[i].column);
        CHECK(str_eq(cells[at].text, written[i].text));
        CHECK(cells[at].kind == (i == 4 ? CELL_TEXT : written[i].kind));
        at++;
    }
    CHECK_INT(at, n);
    return OK;
}

TEST(xlsx_gives_back_what_was_written)
{
    enum { ROWS = 3000 }; /* more than one piece */
    SCOPED_ARENA(a);
    Err err = {0};
    StrBuf out = strbuf_make(&a, 64 * MIB);
    XlsxWriter *w = NULL;
    Workbook *book;
    int fd;
    size_t rows = 0;
    CHECK_OK(xlsx_write_begin(&a, &out, "<items>", &w, &err), err);
    for (int i = 0; i < ROWS; i++)
        CHECK_OK(xlsx_write_row(w, written, COUNT(written), &err), err);
    CHECK_OK(xlsx_write_end(w, &err), err);
    file_of(strbuf_str(&out), &fd);
    CHECK_OK(xlsx_open(&a, fd, &book, &err), err);
    CHECK_OK(xlsx_rows(book, STR("<items>"), check_written, &rows, &err), err);
    CHECK_INT(rows, ROWS);
    close(fd);
}

TEST(xlsx_refuses_what_a_sheet_cannot_hold)
{
    SCOPED_ARENA(a);
    Err err = {0};
    StrBuf out = strbuf_make(&a, 64 * MIB);
    XlsxWriter *w = NULL;
    StrBuf text = strbuf_make(&a, MIB);
    for (int i = 0; i < XLSX_CELL_CHARACTERS / 2; i++)
        strbuf_adds(&text, "\xf0\x9f\x98\x80"); /* two units of UTF-16 each */
    Cell cell = {1, CELL_TEXT, strbuf_str(&text)};
    CHECK_OK(xlsx_write_begin(&a, &out, "s", &w, &err), err);
    CHECK_INT(xlsx_characters(cell.text), XLSX_CELL_CHARACTERS - 1);
    CHECK_OK(xlsx_write_row(w, &cell, 1, &err), err);
    strbuf_adds(&text, "ab");
    cell.text = strbuf_str(&text);
    CHECK(xlsx_write_row(w, &cell, 1, &err) == E_LIMIT);
    CHECK(strstr(err.msg, "cell B2 has 32768 characters"));
    cell = (Cell){XLSX_COLUMNS, CELL_TEXT, STR("x")};
    CHECK(xlsx_write_row(w, &cell, 1, &err) == E_LIMIT);
}

TEST(xlsx_escapes_of_characters_are_decoded)
{
    SCOPED_ARENA(a);
    CHECK_STR(xlsx_decode(&a, STR("a_x000D_b")), "a\rb");
    CHECK_STR(xlsx_decode(&a, STR("_x005F_x0041_")), "_x0041_");
    CHECK_STR(xlsx_decode(&a, STR("_xD83D__xDE00_")), "\xf0\x9f\x98\x80");
    CHECK_STR(xlsx_decode(&a, STR("_x\x10\x10\x14\x11_")), "_x\x10\x10\x14\x11_");
    CHECK_STR(xlsx_decode(&a, STR("_xD83D_ _x00 _x00G1_ _x000a")), "_xD83D_ _x00 _x00G1_ _x000a");
}

/* ---- encodings ---- */

#define GB_TEXT "\xc4\xa3\xd0\xcd\xc6\xc0\xb2\xe2" /* 模型评测 */

static Encoding detect(Str bytes)
{
    int fd;
    Err err = {0};
    Encoding out;
    FileRange range = file_of(bytes, &fd);
    CHECK_OK(encoding_detect(range, &out, &err), err);
    close(fd);
    return out;
}

TEST(encoding_is_found_by_looking)
{
    SCOPED_ARENA(a);
    static const struct {
        Str bytes;
        const char *name;
        size_t bom;
        bool sure;
    } cases[] = {
        {{"plain", 5}, "UTF-8", 0, true},
        {{"", 0}, "UTF-8", 0, true},
        {{"模型", 6}, "UTF-8", 0, true},
        {{"\xef\xbb\xbf模型", 9}, "UTF-8", 3, true},
        {{"\xff\xfe"
          "a\0",
          4},
         "UTF-16LE",
         2,
         true},
        {{"\xfe\xff"
          "\0a",
          4},
         "UTF-16BE",
         2,
         true},
        {{GB_TEXT, 8}, "GB18030", 0, true},
        {{"caf\xe9, na\xefve", 11}, "UTF-8", 0, false}, /* Latin-1: not guessed */
        {{"模型\xff", 7}, "UTF-8", 0, false},           /* UTF-8 with a fault */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Encoding e = detect(cases[i].bytes);
        if (!str_eqc(str_from(e.name), cases[i].name) || e.bom != cases[i].bom ||
            e.sure != cases[i].sure)
            test_fail(__FILE__, __LINE__, "case %zu: %s %zu %d", i, e.name, e.bom, e.sure);
    }
    /* characters lie across the pieces in which a file is read */
    StrBuf far = strbuf_make(&a, MIB);
    for (int i = 0; i < 100000; i++)
        strbuf_adds(&far, i % 5 ? "\xe6\xa8\xa1" : "x");
    CHECK(detect(strbuf_str(&far)).sure);
}

static Str converted(Arena *a, Str bytes, const char *name)
{
    int fd;
    Err err = {0};
    Encoding encoding;
    FileRange range = file_of(bytes, &fd);
    StrBuf out = strbuf_make(a, GIB);
    CHECK_OK(encoding_named(a, str_from(name), range, &encoding, &err), err);
    CHECK_OK(encoding_convert(range, &encoding, &(Sink){collect, &out}, &err), err);
    close(fd);
    return strbuf_str(&out);
}

TEST(encoding_converts_and_marks_what_is_no_character)
{
    SCOPED_ARENA(a);
    CHECK_STR(converted(&a, STR(GB_TEXT "\n"), "gb18030"), "模型评测\n");
    CHECK_STR(converted(&a,
                        (Str){"\xff\xfe"
                              "a\0\x21\x6a",
                              6},
                        "UTF-16LE"),
              "a模");
    CHECK_STR(converted(&a,
                        (Str){"\xfe\xff"
                              "\0a\x6a\x21",
                              6},
                        "utf-16"),
              "a模");
    CHECK_STR(converted(&a, STR("caf\xe9"), "latin1"), "café");
    CHECK_STR(converted(&a,
                        STR("a\xff"
                            "b\n" GB_TEXT),
                        "gb18030"),
              "a\xff"
              "b\n模型评测");
    CHECK_STR(converted(&a, STR("a\xc4"), "gb18030"), "a\xff"); /* cut inside a character */
    StrBuf far = strbuf_make(&a, GIB), want = strbuf_make(&a, GIB);
    for (int i = 0; i < 100001; i++) {
        strbuf_adds(&far, i % 7 ? GB_TEXT : "x");
        strbuf_adds(&want, i % 7 ? "模型评测" : "x");
    }
    CHECK(str_eq(converted(&a, strbuf_str(&far), "gb18030"), strbuf_str(&want)));
    Err err = {0};
    Encoding encoding;
    CHECK(encoding_named(&a, STR("klingon"), (FileRange){0}, &encoding, &err) == E_USAGE);
}

/* One cell a thousand million rows down made as many empty lines. */
TEST(xlsx_rows_end_where_a_sheet_does)
{
    static const struct {
        const char *row;
        Status status;
    } cases[] = {{"1048576", OK}, {"1048577", E_LIMIT}, {"1000000000", E_LIMIT}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        StrBuf out = strbuf_make(&a, MIB);
        ZipWriter *w = zip_writer(&a, &out);
        const char *parts[][2] = {
            {"xl/workbook.xml",
             "<workbook><sheets><sheet name=\"s\" id=\"r\"/></sheets></workbook>"},
            {"xl/_rels/workbook.xml.rels",
             "<R><Relationship Id=\"r\" Type=\"x\" Target=\"s.xml\"/></R>"},
            {"xl/s.xml", str_printf(&a, "<w><row r=\"%s\"/></w>", cases[i].row).ptr}};
        for (size_t k = 0; k < COUNT(parts); k++) {
            CHECK_OK(zip_write_begin(w, parts[k][0], &err), err);
            CHECK_OK(zip_write_put(w, str_from(parts[k][1]), &err), err);
            CHECK_OK(zip_write_end(w, &err), err);
        }
        CHECK_OK(zip_write_close(w, &err), err);
        Workbook *book;
        int fd;
        file_of(strbuf_str(&out), &fd);
        CHECK_OK(xlsx_open(&a, fd, &book, &err), err);
        CHECK_INT(xlsx_rows(book, (Str){0}, NULL, NULL, &err), cases[i].status);
        close(fd);
    }
}
