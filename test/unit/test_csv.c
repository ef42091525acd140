/* test_csv.c - RFC 4180 and what Excel writes. */
#include "text/csv.h"

#include "test.h"

/* Fields in [], records ended by ";". */
static Str read_all(Arena *a, Str text, Err *err)
{
    CsvReader r = csv_reader(text, ',');
    StrBuf out = strbuf_make(a, 1 << 20);
    for (;;) {
        CsvRecord rec;
        bool more;
        if (csv_next(&r, a, &rec, &more, err) != OK)
            return STR("error");
        if (!more)
            return strbuf_str(&out);
        for (size_t i = 0; i < rec.n_fields; i++)
            strbuf_addf(&out, "[" STR_FMT "]", STR_ARG(rec.fields[i]));
        strbuf_addf(&out, "@%zu;", rec.line);
    }
}

TEST(csv_reads_quotes_line_ends_and_blank_lines)
{
    SCOPED_ARENA(a);
    Err err = {0};
    CHECK_STR(read_all(&a,
                       STR("\xef\xbb\xbf"
                           "a,b\r\n\r\n\"x,\"\"y\",\"1\n2\"\nc,\n"),
                       &err),
              "[a][b]@1;[x,\"y][1\n2]@3;[c][]@5;");
    CHECK_STR(read_all(&a, STR("a"), &err), "[a]@1;");
    CHECK_STR(read_all(&a, STR(","), &err), "[][]@1;");
    CHECK_STR(read_all(&a, STR("\"\"\r\n"), &err), "[]@1;");
    CHECK_STR(read_all(&a, STR(""), &err), "");
}

TEST(csv_errors_name_the_line)
{
    static const char *const bad[] = {"a\n\"b", "a\n\"b\"c", "a\n\xff", "a\n\"b\"\rc"};
    SCOPED_ARENA(a);
    for (size_t i = 0; i < COUNT(bad); i++) {
        Err err = {0};
        CHECK_STR(read_all(&a, str_from(bad[i]), &err), "error");
        CHECK(strstr(err.msg, "line 2"));
    }
}

TEST(csv_put_quotes_what_must_be)
{
    SCOPED_ARENA(a);
    StrBuf out = strbuf_make(&a, 100);
    csv_put(&out, STR("a b"), ',');
    csv_put(&out, STR("a,\"\n"), ',');
    CHECK_STR(strbuf_str(&out), "a b\"a,\"\"\n\"");
}
