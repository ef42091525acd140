/* test_literal.c - repr() and ast.literal_eval; expectations printed by CPython 3.11. */
#include "template/literal.h"

#include "test.h"

static Str repr_of_json(Arena *a, const char *json)
{
    Err err = {0};
    Json v;
    StrBuf out = strbuf_make(a, 1 << 20);
    CHECK_OK(json_parse(a, str_from(json), &v, &err), err);
    literal_repr(&out, &v);
    return strbuf_str(&out);
}

TEST(literal_repr_prints_what_python_prints)
{
    static const struct {
        const char *json, *want;
    } cases[] = {
        {"[null,true,false]", "[None, True, False]"},
        {"\"it's\"", "\"it's\""},
        {"\"a'b\\\"c\"", "'a\\'b\"c'"},
        {"\"\\\"\"", "'\"'"},
        {"\"\\n\\r\\t\\\\\\u0000\\u007f\"", "'\\n\\r\\t\\\\\\x00\\x7f'"},
        {"\"\\u00e9\\u00a0\\u00ad\\u200b\\u3000\\ue000\"",
         "'\xc3\xa9\\xa0\\xad\\u200b\\u3000\\ue000'"},
        {"\"\\ud83d\\ude00\\udb40\\udc01\"", "'\xf0\x9f\x98\x80\\U000e0001'"},
        {"{\"a\":[1,2.0],\"b\":{}}", "{'a': [1, 2.0], 'b': {}}"},
        {"12345678901234567890", "12345678901234567890"},
        {"[1e16,1e15,1e-4,1e-5,0.1,1.5e300,-0.0,123456789.125]",
         "[1e+16, 1000000000000000.0, 0.0001, 1e-05, 0.1, 1.5e+300, -0.0, 123456789.125]"},
        {"[5e-324,1.7976931348623157e308,0.30000000000000004,2e0,9007199254740993.0]",
         "[5e-324, 1.7976931348623157e+308, 0.30000000000000004, 2.0, 9007199254740992.0]"},
    };
    SCOPED_ARENA(a);
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_STR(repr_of_json(&a, cases[i].json), cases[i].want);
}

TEST(literal_eval_reads_python_values)
{
    static const struct {
        const char *text, *json;
    } cases[] = {
        {"['a', \"b\"]", "[\"a\",\"b\"]"},
        {"('a' 'b', )", "[\"ab\"]"},
        {"(1)", "1"},
        {"()", "[]"},
        {"1, 2", "[1,2]"},
        {" -3", "-3"},
        {"[+1, --1, 1_000]", "[1,1,1000]"},
        {"[1., .5, 1e3, 0.10]", "[1.0,0.5,1000.0,0.1]"},
        {"{'a': None, 2: True, }", "{\"a\":null,\"2\":true}"},
        {"'\\x41\\u00e9\\101\\q\\\n'", "\"A\xc3\xa9"
                                       "A\\\\q\""},
        {"r'\\n' u'x'", "\"\\\\nx\""},
        {"'''a\n'b'''", "\"a\\n'b\""},
        {"[\n1,\n2]", "[1,2]"},
        {"[[], {}]", "[[],{}]"},
        {"00", "0"},
    };
    SCOPED_ARENA(a);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Err err = {0};
        Json v;
        CHECK_OK(literal_eval(&a, str_from(cases[i].text), &v, &err), err);
        CHECK_STR(json_dump(&a, &v), cases[i].json);
    }
}

TEST(literal_eval_refuses_everything_else)
{
    static const char *const bad[] = {
        "",      "abc",   "[1 2]", "[1",     "'a",   "1 2",       "f()",       "1+1",
        "True1", "01",    "1_",    "'\\x4'", "{1}",  "{[]: 1}",   "[,]",       "1e",
        "0x",    "'a\n'", "(,)",   "--",     "\xff", "None or 1", "'\\ud800'",
    };
    SCOPED_ARENA(a);
    for (size_t i = 0; i < COUNT(bad); i++) {
        Err err = {0};
        Json v = {.type = JSON_BOOL};
        if (literal_eval(&a, str_from(bad[i]), &v, &err) != E_PARSE)
            test_fail(__FILE__, __LINE__, "accepted %s", bad[i]);
        CHECK(v.type == JSON_BOOL && err.msg[0]);
    }
    char deep[1000];
    memset(deep, '[', sizeof deep);
    deep[sizeof deep - 1] = 0;
    Json v;
    CHECK(literal_eval(&a, str_from(deep), &v, NULL) == E_LIMIT);
}
