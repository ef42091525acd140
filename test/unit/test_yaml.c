/* test_yaml.c - typing as PyYAML's safe loader, positions, limits. */
#include "test.h"

#include "base/yaml.h"

static Str as_json(Arena *a, const char *text)
{
    Json v;
    Err err = {0};
    if (yaml_parse(a, str_from(text), "t.yaml", &v, &err) != OK)
        return str_printf(a, "error %s", err.msg);
    return json_dump(a, &v);
}

TEST(yaml_types_plain_scalars_as_pyyaml)
{
    SCOPED_ARENA(a);
    CHECK_STR(as_json(&a, "[yes, No, on, null, ~, 1, -2, 1_000, 0x1f, 010, 1.5, 1e5, 1.e+5, .5]"),
              "[true,false,true,null,null,1,-2,1000,31,8,1.5,\"1e5\",100000.0,0.5]");
    CHECK_STR(as_json(&a, "['yes', \"1\", y, 1.0, 08, 1:30, !!null x]"),
              "error t.yaml:1:32: tag \"tag:yaml.org,2002:null\" is not supported here");
    CHECK_STR(as_json(&a, "['yes', \"1\", y, 1.0, 08, 1:30, !!null null]"),
              "[\"yes\",\"1\",\"y\",1.0,\"08\",\"1:30\",null]");
    CHECK_STR(as_json(&a, "a: !function utils.f\nb: |\n  x\n  y\n"),
              "{\"a\":{\"!function\":\"utils.f\"},\"b\":\"x\\ny\\n\"}");
}

TEST(yaml_aliases_merge_and_are_limited)
{
    SCOPED_ARENA(a);
    CHECK_STR(as_json(&a, "x: &x {p: 1, q: 2}\ny: {<<: *x, q: 3}\n"),
              "{\"x\":{\"p\":1,\"q\":2},\"y\":{\"q\":3,\"p\":1}}");
    CHECK(strstr(as_json(&a, "a: &a [*a]").ptr, "inside itself"));
    CHECK(strstr(as_json(&a, "a: *b").ptr, "unknown anchor"));
    StrBuf bomb = strbuf_make(&a, 1 << 20);
    strbuf_adds(&bomb, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 12; i++) {
        strbuf_addf(&bomb, "a%d: &a%d [", i, i);
        for (int j = 0; j < 10; j++)
            strbuf_addf(&bomb, "*a%d,", i - 1);
        strbuf_adds(&bomb, "]\n");
    }
    CHECK(strstr(as_json(&a, strbuf_str(&bomb).ptr).ptr, "too large"));
}

TEST(yaml_errors_name_the_place)
{
    SCOPED_ARENA(a);
    CHECK(strstr(as_json(&a, "a: 1\nb: [1,\n").ptr, "t.yaml:3:1"));
    CHECK_STR(as_json(&a, "a: 1\nb: 3\na: 2\n"), "{\"a\":2,\"b\":3}"); /* the last counts */
    CHECK(strstr(as_json(&a, "a: 1\n---\nb: 2\n").ptr, "one document"));
    Json v;
    Err err = {0};
    CHECK_OK(yaml_parse(&a, STR("a:\n  - b: x\n"), "t", &v, &err), err);
    const Json *b = json_path(&v, "a.0.b");
    CHECK(b && b->line == 2 && b->column == 8);
}
