/* test_regex.c - Python's re; expectations printed by CPython 3.11. */
#include "text/regex.h"

#include "base/limits.h"
#include "test.h"

/* "a|b" of groups (all but 0 when there are any), matches separated by ";" ("~": no part). */
static Str found(Arena *a, const char *pattern, const char *text)
{
    Err err = {0};
    Regex *r;
    RegexMatches all;
    StrBuf out = strbuf_make(a, 1 << 20);
    CHECK_OK(regex_compile(str_from(pattern), &r, &err), err);
    CHECK_OK(regex_find_all(r, str_from(text), a, &all, &err), err);
    for (size_t i = 0; i < all.len; i++) {
        size_t first = all.items[i].n_groups > 1;
        for (size_t g = first; g < all.items[i].n_groups; g++) {
            Str s = all.items[i].groups[g];
            strbuf_adds(&out, g > first ? "|" : "");
            strbuf_add(&out, s.ptr ? s : STR("~"));
        }
        strbuf_addc(&out, ';');
    }
    regex_free(r);
    return strbuf_str(&out);
}

TEST(regex_finds_what_python_finds)
{
    static const struct {
        const char *pattern, *text, *want;
    } cases[] = {
        {"#### (\\-?[0-9\\.\\,]+)", "x #### -1,234.5 y #### 7", "-1,234.5;7;"},
        {"a*", "baac", ";aa;;;"},
        {"a|", "ab", "a;;;"},
        {"\\b|\\w", "ab c", ";a;b;;;c;;"},
        {"(?<=the answer is )(.*)(?=.)", "the answer is 42.", "42;"},
        {"(-?[$0-9.,]{2,})|(-?[0-9]+)", "a $1.50 and 7", "$1.50|~;~|7;"},
        {"<.+?>", "<a><b>", "<a>;<b>;"},
        {"<.+>", "<a><b>", "<a><b>;"},
        {"c$", "abc\n", "c;"},
        {"c\\Z", "abc\n", ""},
        {"c\\Z", "abc", "c;"},
        {"\\d+", "\xd9\xa3\xd9\xa4 x5", "\xd9\xa3\xd9\xa4;5;"},
        {"\\w+", "\xc3\xa9t\xc3\xa9 \xe7\xad\x94\xe6\xa1\x88!",
         "\xc3\xa9t\xc3\xa9;\xe7\xad\x94\xe6\xa1\x88;"},
        {"(?i)\xc3\x89", "\xc3\xa9", "\xc3\xa9;"},
        {"a{,2}", "aaa", "aa;a;;"},
        {"(?P<q>['\"])x(?P=q)", "'x' \"x'", "';"},
        {"[[:x]+", "a[[:", "[[:;"},
        {"[]x]+", "a]x", "]x;"},
        {"\\v", "\n\v", "\v;"},
        {"\\u00e9", "\xc3\xa9", "\xc3\xa9;"},
        {".", "\r\n", "\r;"},
        {"\\s", "\x1c", "\x1c;"},
        {"\\boxed\\{", "oxed{ boxed{", "oxed{;"},
        {"", "\xc3\xa9", ";;"},
        {"\\(([A-Z])\\)", "(A) or (B)", "A;B;"},
    };
    SCOPED_ARENA(a);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Str got = found(&a, cases[i].pattern, cases[i].text);
        if (!str_eqc(got, cases[i].want))
            test_fail(__FILE__, __LINE__, "/%s/ finds \"%.*s\", want \"%s\"", cases[i].pattern,
                      (int)got.len, got.ptr, cases[i].want);
    }
}

TEST(regex_refuses_what_python_refuses)
{
    static const char *const bad[] = {"(",      "*a",      "[a",    "(*UTF)x",  "(?R)",
                                      "\\h",    "\\Qx",    "a\\",   "(?<=a+)b", "\\xg1",
                                      "(?C1)a", "(?<n>a)", "(?|a)", "\xff"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        Err err = {0};
        Regex *r = NULL;
        if (regex_compile(str_from(bad[i]), &r, &err) != E_PARSE)
            test_fail(__FILE__, __LINE__, "accepted %s", bad[i]);
        CHECK(strstr(err.msg, "regular expression"));
    }
}

TEST(regex_stops_at_a_fixed_effort)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Regex *r;
    RegexMatch m;
    bool any;
    CHECK_OK(regex_compile(STR("(a+)+[bc]"), &r, &err), err);
    Str text = {memset(arena_alloc(&a, 5000), 'a', 5000), 5000};
    CHECK(regex_search(r, text, &a, &m, &any, &err) == E_LIMIT);
    regex_free(r);
    /* a long text is no trouble for a harmless expression */
    size_t n = 4 << 20;
    char *big = arena_alloc(&a, n);
    memset(big, 'x', n);
    big[n - 1] = '7';
    CHECK_OK(regex_compile(STR("x?(\\d)"), &r, &err), err);
    CHECK_OK(regex_search(r, (Str){big, n}, &a, &m, &any, &err), err);
    CHECK(any);
    CHECK_STR(m.groups[1], "7");
    regex_free(r);
    /* one long line that needs linear backtracking */
    CHECK_OK(regex_compile(STR("x(.*)y"), &r, &err), err);
    CHECK_OK(regex_search(r, (Str){big, 3000}, &a, &m, &any, &err), err);
    CHECK(!any);
    regex_free(r);
}

/* A match was charged for all the starts of its window: 4,400 words used up the effort. */
TEST(regex_finds_every_word_of_a_long_text)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Regex *r;
    RegexMatches all;
    StrBuf text = strbuf_make(&a, MIB);
    for (int i = 0; i < 100000; i++)
        strbuf_adds(&text, "word ");
    CHECK_OK(regex_compile(STR("\\w+"), &r, &err), err);
    CHECK_OK(regex_find_all(r, strbuf_str(&text), &a, &all, &err), err);
    CHECK_INT(all.len, 100000);
    regex_free(r);
}

TEST(regex_refuses_text_that_is_not_utf8)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Regex *r;
    RegexMatch m;
    bool any;
    CHECK_OK(regex_compile(STR("a"), &r, &err), err);
    CHECK_INT(regex_groups(r), 0);
    CHECK(regex_search(r, STR("b\xff"), &a, &m, &any, &err) == E_PARSE);
    regex_free(r);
}

TEST(regex_replaces_as_python_does)
{
    static const struct {
        const char *pattern, *with, *text, *want;
    } cases[] = {
        {"a*", "-", "baac", "-b--c-"},
        {"(\\w)(\\w)", "\\2\\1", "abcd", "badc"},
        {"(?P<x>b)|c", "[\\g<x>]", "abc", "a[b][]"},
        {"b", "\\g<0>\\g<0>\\n\\\\", "abc", "abb\n\\c"},
        {"^the ", "", "the the", "the"},
        {"x*", "-", "\xc3\xa9", "-\xc3\xa9-"},
    };
    SCOPED_ARENA(a);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Err err = {0};
        Regex *r;
        Str got;
        CHECK_OK(regex_compile(str_from(cases[i].pattern), &r, &err), err);
        CHECK_OK(regex_replace(r, str_from(cases[i].text), str_from(cases[i].with), &a, &got, &err),
                 err);
        regex_free(r);
        CHECK_STR(got, cases[i].want);
    }
}

TEST(regex_replacement_with_a_wrong_group_is_an_error)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Regex *r;
    Str got = STR("untouched");
    CHECK_OK(regex_compile(STR("a(b)"), &r, &err), err);
    CHECK(regex_replace(r, STR("ab"), STR("\\2"), &a, &got, &err) == E_PARSE);
    CHECK(regex_replace(r, STR("ab"), STR("\\q"), &a, &got, &err) == E_PARSE);
    CHECK(regex_replace(r, STR("ab"), STR("\\"), &a, &got, &err) == E_PARSE);
    CHECK_STR(got, "untouched");
    regex_free(r);
}
