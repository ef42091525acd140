/* test_normalise.c - Python's str methods; expectations printed by CPython 3.11. */
#include "text/normalise.h"

#include "test.h"

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
