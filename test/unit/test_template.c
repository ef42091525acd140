/* test_template.c - places in messages, limits, names. Output: test_template_table.c. */
#include "template/template.h"

#include "test.h"

static Status render(const char *source, Err *err)
{
    SCOPED_ARENA(a);
    Json vars = {.type = JSON_OBJECT};
    Template *t;
    Str out;
    json_set(&a, &vars, STR("x"), json_integer(&a, 3));
    TRY(template_parse(&a, str_from(source), "f.yaml:4", &t, err));
    return template_render(t, &vars, &a, &out, err);
}

TEST(template_errors_name_place_and_cause)
{
    static const struct {
        const char *source, *want;
        Status status;
    } cases[] = {
        {"a\n {{ who.x }}", "f.yaml:4: line 2 column 5: \"who\" is undefined", E_MISSING},
        {"{{ x.who.y }}", "line 1 column 5: \"who\" is undefined", E_MISSING},
        {"{{ x | odd }}", "line 1 column 8: unknown filter \"odd\"", E_PARSE},
        {"{% if x %}", "lacks its end tag", E_PARSE},
        {"{{ raise_exception('no system role') }}", "no system role", E_PARSE},
        {"{{ range(100001) }}", "longer than 100000", E_LIMIT},
        {"{{ 9223372036854775807 + x }}", "64 bits", E_LIMIT},
        {"{{ 'a' * 99999999 }}", "bytes", E_LIMIT},
        {"{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "steps",
         E_LIMIT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Err err = {0};
        CHECK_INT(render(cases[i].source, &err), cases[i].status);
        if (!strstr(err.msg, cases[i].want))
            test_fail(__FILE__, __LINE__, "%s: %s", cases[i].source, err.msg);
    }
}

TEST(template_nesting_is_limited)
{
    static const char *const openings[] = {"(", "[", "-", "not ", "{1:", "x["};
    for (size_t i = 0; i < COUNT(openings); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        StrBuf text = strbuf_make(&a, 1 << 20);
        strbuf_adds(&text, "{{");
        for (int n = 0; n < 5000; n++)
            strbuf_adds(&text, openings[i]);
        CHECK(render(str_z(&a, strbuf_str(&text)), &err) == E_LIMIT);
    }
    SCOPED_ARENA(a);
    Err err = {0};
    StrBuf text = strbuf_make(&a, 1 << 20);
    for (int n = 0; n < 5000; n++)
        strbuf_adds(&text, "{% if x %}");
    CHECK(render(str_z(&a, strbuf_str(&text)), &err) == E_LIMIT);
    text = strbuf_make(&a, 1 << 22);
    strbuf_adds(&text, "{% if not x %}");
    for (int n = 0; n < 100000; n++)
        strbuf_adds(&text, "{% elif not x %}");
    strbuf_adds(&text, "{% endif %}");
    CHECK(render(str_z(&a, strbuf_str(&text)), &err) == E_LIMIT);
    CHECK(strstr(err.msg, "more than 2000 \"elif\""));
}

TEST(a_template_cannot_build_a_value_of_any_depth)
{
    static const char *const steps[] = {"[x]",   "(x,)",          "{1:x}",    "[1]+[x]",
                                        "[x]*2", "{1:x}.items()", "[x]|list", "[x]|first"};
    for (size_t i = 0; i < COUNT(steps); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        StrBuf text = strbuf_make(&a, 1 << 22);
        for (int n = 0; n < 30000; n++)
            strbuf_addf(&text, "{%% set x=%s %%}", steps[i]);
        strbuf_adds(&text, "{{ 1 if x == x else 2 }}");
        bool grows = i + 1 < COUNT(steps);
        CHECK_INT(render(str_z(&a, strbuf_str(&text)), &err), grows ? E_LIMIT : OK);
        CHECK(!grows || strstr(err.msg, "a value is nested more than 100 deep"));
    }
    Err err = {0};
    SCOPED_ARENA(a);
    StrBuf text = strbuf_make(&a, 1 << 20);
    for (int n = 0; n < 100; n++)
        strbuf_adds(&text, "{% set x=[x] %}");
    CHECK_OK(render(str_z(&a, strbuf_str(&text)), &err), err);
}

TEST(template_chains_are_limited)
{
    static const char *const links[] = {".b",          "[0]",    "|list", ".strip()",
                                        " is defined", " and b", " or b", " if b",
                                        " + b",        "(b)",    "[1:]"};
    for (size_t i = 0; i < COUNT(links); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        Template *t;
        StrVec names = {0};
        StrBuf text = strbuf_make(&a, 1 << 22);
        strbuf_adds(&text, "{{ a.b");
        for (int n = 0; n < 900; n++)
            strbuf_adds(&text, links[i]);
        if (strcmp(links[i], "(b)") != 0) { /* what a method gives is not called */
            CHECK_OK(template_parse(&a, str_printf(&a, "%s }}", text.ptr), "t", &t, &err), err);
            template_names(t, &a, &names);
            CHECK_STR(names.items[0], "a");
        }
        for (int n = 0; n < 200000; n++)
            strbuf_adds(&text, links[i]);
        strbuf_adds(&text, " }}");
        CHECK(template_parse(&a, strbuf_str(&text), "t", &t, &err) != OK);
    }
    /* Brackets and chains together: each brings its own height. */
    SCOPED_ARENA(a);
    Err err = {0};
    StrBuf text = strbuf_make(&a, 1 << 22);
    strbuf_adds(&text, "{{ ");
    for (int n = 0; n < 45; n++)
        strbuf_addc(&text, '(');
    strbuf_addc(&text, 'x');
    for (int n = 0; n < 45; n++) {
        for (int k = 0; k < 900; k++)
            strbuf_adds(&text, "+1");
        strbuf_addc(&text, ')');
    }
    strbuf_adds(&text, " }}");
    CHECK_INT(render(str_z(&a, strbuf_str(&text)), &err), E_LIMIT);
    CHECK(strstr(err.msg, "nested too deep"));
}

TEST(template_names_are_what_it_needs)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Template *t;
    StrVec names = {0};
    CHECK_OK(template_parse(&a,
                            STR("{{b}}{{a.x[c]}}{% set d = b %}{{d}}{% for e in f %}{{e}}"
                                "{{loop.index}}{% endfor %}{{ g if g is defined else h }}"),
                            "t", &t, &err),
             err);
    template_names(t, &a, &names);
    StrBuf text = strbuf_make(&a, 100);
    for (size_t i = 0; i < names.len; i++)
        strbuf_add(&text, names.items[i]);
    CHECK_STR(strbuf_str(&text), "bacfh");
    CHECK(!template_is_plain(t));
    CHECK_OK(template_parse(&a, STR("a { b }} %}"), "t", &t, &err), err);
    CHECK(template_is_plain(t));
}

TEST(a_template_of_one_expression_has_a_value_with_its_type)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *source, *want;
    } cases[] = {
        {"{{ n }}", "7"},
        {"{{ n }} ", "\"7 \""},
        {" {{ n }}", "7"}, /* white space before it does not count */
        {"{{ [n, s, none, 1.5, true] }}", "[7,\"x\",null,1.5,true]"},
        {"{% set m = n + 1 %}\n{{ {'a': m} }}", "{\"a\":8}"},
        {"{% if n %}{{ n }}{% endif %}", "\"7\""},
        {"plain", "\"plain\""},
        {"{{ l|select|list }}", "[1]"},
        {"{{ n }}{{ n }}", "\"77\""},
    };
    Err err = {0};
    Json vars;
    CHECK_OK(json_parse(&a, STR("{\"n\":7,\"s\":\"x\",\"l\":[0,1]}"), &vars, &err), err);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Template *t;
        Json out;
        CHECK_OK(template_parse(&a, str_from(cases[i].source), "t", &t, &err), err);
        CHECK_OK(template_value(t, &vars, &a, &out, &err), err);
        CHECK_STR(json_dump(&a, &out), cases[i].want);
    }
}

TEST(own_filters_read_literals_find_and_fill)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *source, *want; /* want NULL: an error that holds the text in `error` */
        const char *error;
    } cases[] = {
        {"{{ \"['a', 1, {'k': None}]\"|_literal }}", "[\"a\",1,{\"k\":null}]", NULL},
        {"{{ 'a ) 3 , b ) 45 '|_findall('[0-9]+') }}", "[\"3\",\"45\"]", NULL},
        {"{{ ''|_findall('x') }}", "[]", NULL},
        {"{{ '{} {{x}} {q}'|_fill([n, s]) }}", "\"7 {x} x\"", NULL},
        {"{{ '{b}{a}{b}'|_fill({'a': 1, 'b': none}) }}", "\"None1None\"", NULL},
        {"{{ '{f({1: 2})}!'|_fill(['z']) }}", "\"z!\"", NULL},
        {"{{ '{} {}'|_fill([1]) }}", NULL, "no value for field 2"},
        {"{{ '{c}'|_fill({'a': 1}) }}", NULL, "no value for {c}"},
        {"{{ 'x ='|_literal }}", NULL, "_literal"},
        {"{{ 'x'|_findall('(') }}", NULL, "parenthesis"},
        {"{{ '{'|_fill(['q']) }}", "\"q\"", NULL},
    };
    Json vars;
    Err err = {0};
    CHECK_OK(json_parse(&a, STR("{\"n\":7,\"s\":\"x\"}"), &vars, &err), err);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Template *t;
        Json out;
        err = (Err){0};
        CHECK_OK(template_parse(&a, str_from(cases[i].source), "t", &t, &err), err);
        Status status = template_value(t, &vars, &a, &out, &err);
        if (cases[i].want) {
            CHECK_OK(status, err);
            CHECK_STR(json_dump(&a, &out), cases[i].want);
        } else {
            CHECK(status != OK && strstr(err.msg, cases[i].error));
        }
    }
}
