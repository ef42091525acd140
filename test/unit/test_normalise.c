/* test_normalise.c - Python's str methods; expectations printed by CPython 3.11. */
#include "text/normalise.h"

#include "base/limits.h"
#include "test.h"

#include <time.h>

TEST(normalise_maps_case_as_python_does)
{
    SCOPED_ARENA(a);
    CHECK_STR(text_lower(&a, STR("ABC \xc3\x80 \xce\x91\xce\xa3 \xce\xa3")),
              "abc \xc3\xa0 \xce\xb1\xcf\x82 \xcf\x83");
    CHECK_STR(text_upper(&a, STR("stra\xc3\x9f"
                                 "e \xc3\xa9")),
              "STRASSE \xc3\x89");
    CHECK_STR(text_capitalize(&a, STR("hELLO \xc3\x89")), "Hello \xc3\xa9");
    CHECK_STR(text_capitalize(&a, STR("\xef\xac\x81x")), "Fix");
    CHECK_STR(text_capitalize(&a, STR("")), "");
}

TEST(normalise_drops_and_folds)
{
    SCOPED_ARENA(a);
    CHECK_STR(text_nfkc(&a, STR("\xef\xbc\xa1\xef\xac\x81 e\xcc\x81")), "Afi \xc3\xa9");
    CHECK_STR(text_drop_ascii_punctuation(&a, STR("a,b$c\xe3\x80\x82")), "abc\xe3\x80\x82");
    CHECK_STR(text_drop_punctuation(&a, STR("a,b$c\xe3\x80\x82")), "ab$c");
    CHECK_STR(text_drop_digits(&a, STR("a1\xd9\xa3")), "a\xd9\xa3");
}

/* Marks in the order of their classes, those of one class as they stood: printed by CPython's
 * unicodedata.normalize. */
TEST(normalise_orders_marks_as_unicode_does)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"\x61\xe3\x82\x99\xcd\x85\xd6\xb0\xcc\x8a\xd9\x91\xcc\x80",
         "\xc3\xa5\xe3\x82\x99\xd6\xb0\xd9\x91\xcc\x80\xcd\x85"},
        {"\x61\xd9\x8b\xcc\x9b\xcc\x8a\xcc\x80\xcc\xa7\xcc\x95\xd6\xb0\xd9\x8b\xcc\x9b",
         "\xc3\xa5\xd6\xb0\xd9\x8b\xd9\x8b\xcc\xa7\xcc\x9b\xcc\x9b\xcc\x80\xcc\x95"},
        {"\x65\xd6\xb1\xd9\x91\xcc\x95\xe3\x82\x99\xcc\x9b\xcc\x80",
         "\xc3\xa8\xe3\x82\x99\xd6\xb1\xd9\x91\xcc\x9b\xcc\x95"},
        {"\x65\xcc\x9b\xd6\xb1\xcd\x85\xcc\xa7\xd6\xb1\xcc\xa7\xcc\x95\xcc\xa7\xe3\x82\x99",
         "\xc8\xa9\xe3\x82\x99\xd6\xb1\xd6\xb1\xcc\xa7\xcc\xa7\xcc\x9b\xcc\x95\xcd\x85"},
        {"\xe3\x82\xab\xe3\x82\x99\xd9\x8b\xcc\xa7\xcc\xa7\xcc\x80\xcc\x80",
         "\xe3\x82\xac\xd9\x8b\xcc\xa7\xcc\xa7\xcc\x80\xcc\x80"},
        {"\xe3\x82\xab\xcc\x9b\xcc\x9b\xcc\xa7\xcc\xa7\xcd\x85\xd6\xb0\xcc\x9b\xd9\x91\xcc\x8a",
         "\xe3\x82\xab\xd6\xb0\xd9\x91\xcc\xa7\xcc\xa7\xcc\x9b\xcc\x9b\xcc\x9b\xcc\x8a\xcd\x85"},
        {"\xef\xac\x81\xcc\x8a\xcc\x9b\xcc\xa7\xcc\x9b\xd6\xb1\xcd\x85",
         "\x66\x69\xd6\xb1\xcc\xa7\xcc\x9b\xcc\x9b\xcc\x8a\xcd\x85"},
        {"\xef\xac\x81\xcc\x80\xd6\xb0\xd6\xb1\xcc\xa7\xcc\xa7\xcd\x85\xcc\x95\xd6\xb0\xcd\x85",
         "\x66\xc3\xac\xd6\xb0\xd6\xb0\xd6\xb1\xcc\xa7\xcc\xa7\xcc\x95\xcd\x85\xcd\x85"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        SCOPED_ARENA(a);
        CHECK_STR(text_nfkc(&a, str_from(rows[i].text)), rows[i].want);
    }
}

/* Exchanging neighbours would take hours. */
TEST(normalise_orders_a_megabyte_of_marks_at_once)
{
    SCOPED_ARENA(a);
    StrBuf text = strbuf_make(&a, MIB + 8);
    strbuf_addc(&text, 'x');
    while (text.len < MIB)
        strbuf_adds(&text, "\xcc\x95\xcc\x80");
    clock_t start = clock();
    Str out = text_nfkc(&a, strbuf_str(&text));
    CHECK_INT(out.len, text.len);
    CHECK_STR(str_slice(out, 0, 5), "x\xcc\x80\xcc\x80");
    CHECK_STR(str_after(out, out.len - 4), "\xcc\x95\xcc\x95");
    CHECK(clock() - start < 20 * CLOCKS_PER_SEC);
}
