/* test_json.c - strict JSON, compared with jansson in test/fuzz/fuzz_json.c. */
#include "test.h"

static bool parses(const char *text)
{
    SCOPED_ARENA(a);
    Json value;
    return json_parse(&a, str_from(text), &value, NULL) == OK;
}

TEST(json_accepts_what_rfc_8259_allows)
{
    static const char *const good[] = {
        "null",
        " true ",
        "[]",
        "{}",
        "0",
        "-0",
        "1e5",
        "1.5E-3",
        "\"\\u00e9\\ud83d\\ude00\"",
        "[1,[2,{\"a\":[]}]]",
        "{\"\":0}",
        "\"\\u0000\"",
    };
    for (size_t i = 0; i < COUNT(good); i++)
        if (!parses(good[i]))
            test_fail(__FILE__, __LINE__, "refused %s", good[i]);
}

TEST(json_refuses_what_rfc_8259_does_not)
{
    static const char *const bad[] = {
        "",
        "01",
        "1.",
        ".5",
        "+1",
        "NaN",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\":1,\"a\":2}",
        "'a'",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\t\"",
        "[1 2]",
        "nul",
        "{} x",
        "\"\xff\"",
        "{a:1}",
        "\"abc",
        "1e",
        "-",
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        if (parses(bad[i]))
            test_fail(__FILE__, __LINE__, "accepted %s", bad[i]);
    SCOPED_ARENA(a);
    Json value;
    CHECK(json_parse(&a, STR("4\0"), &value, NULL) == E_PARSE); /* NUL ends nothing */
}

TEST(json_errors_name_line_and_column)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Json value = {.type = JSON_BOOL};
    CHECK(json_parse(&a, STR("{\n  \"a\": tru\n}"), &value, &err) == E_PARSE);
    CHECK(strstr(err.msg, "line 2 column 8"));
    CHECK(value.type == JSON_BOOL); /* untouched */
}

TEST(json_depth_is_limited)
{
    char deep[1000];
    memset(deep, '[', sizeof deep);
    deep[sizeof deep - 1] = 0;
    CHECK(!parses(deep));
}

TEST(json_numbers_keep_their_text)
{
    SCOPED_ARENA(a);
    Json v;
    Err err = {0};
    CHECK_OK(json_parse(&a, STR("[12345678901234567890.10, 1.0, 7]"), &v, &err), err);
    CHECK_STR(json_dump(&a, &v), "[12345678901234567890.10,1.0,7]");
    CHECK(!json_is_int(&v.items[1]) && json_is_int(&v.items[2]));
    CHECK_INT(json_int(&v.items[2], 0), 7);
    CHECK_NEAR(json_number(&v.items[1], 0), 1, 0);
}

TEST(json_writes_and_walks_paths)
{
    SCOPED_ARENA(a);
    StrBuf out = strbuf_make(&a, 1000);
    JsonWriter w = json_writer(&out);
    json_begin(&w, '{');
    json_key(&w, "a");
    json_begin(&w, '[');
    json_write_int(&w, 1);
    json_write_str(&w, STR("x\"\n\x01"));
    json_end(&w, ']');
    json_key(&w, "e");
    json_begin(&w, '{');
    json_end(&w, '}');
    json_key(&w, "d");
    json_write_double(&w, 0.1);
    json_end(&w, '}');
    CHECK_STR(strbuf_str(&out), "{\"a\":[1,\"x\\\"\\n\\u0001\"],\"e\":{},\"d\":0.1}");
    Json v;
    Err err = {0};
    CHECK_OK(json_parse(&a, strbuf_str(&out), &v, &err), err);
    CHECK_STR(json_text(json_path(&v, "a.1")), "x\"\n\x01");
    CHECK(json_path(&v, "a.2") == NULL && json_path(&v, "b.c") == NULL);
    CHECK_STR(
        json_dump_python(&a, &v, 2),
        "{\n  \"a\": [\n    1,\n    \"x\\\"\\n\\u0001\"\n  ],\n  \"e\": {},\n  \"d\": 0.1\n}");
    CHECK_STR(json_dump_python(&a, &v, -1),
              "{\"a\": [1, \"x\\\"\\n\\u0001\"], \"e\": {}, \"d\": 0.1}");
}

TEST(json_built_by_hand_grows)
{
    SCOPED_ARENA(a);
    Json list = {.type = JSON_ARRAY}, map = {.type = JSON_OBJECT};
    for (int i = 0; i < 40; i++) {
        json_append(&a, &list, json_integer(&a, i));
        json_set(&a, &map, str_printf(&a, "k%d", i), json_integer(&a, i));
    }
    json_set(&a, &map, STR("k3"), json_truth(true));
    CHECK_INT(list.len, 40);
    CHECK_INT(map.len, 40);
    CHECK_INT(json_int(&list.items[39], 0), 39);
    CHECK(json_bool(json_get(&map, "k3"), false));
    Json copy = json_clone(&a, &map);
    CHECK(json_equal(&copy, &map));
}

/* An object of exactly n members was added to in place, over what lay behind it. */
TEST(json_opened_has_room_for_more)
{
    for (uint32_t n = 0; n < 20; n++) {
        SCOPED_ARENA(a);
        Json exact = {.type = JSON_OBJECT, .len = n};
        exact.members = arena_array(&a, n, sizeof *exact.members);
        for (uint32_t i = 0; i < n; i++)
            exact.members[i] = (JsonMember){str_printf(&a, "k%u", i), json_truth(true)};
        Json open = json_open(&a, &exact);
        char *behind = arena_alloc(&a, 4096);
        for (int i = 0; i < 40; i++)
            json_set(&a, &open, str_printf(&a, "more%d", i), json_truth(true));
        json_set(&a, &open, STR("k0"), json_truth(false));
        for (size_t i = 0; i < 4096; i++)
            CHECK_INT(behind[i], 0);
        CHECK_INT(open.len, n + 40 + !n);
        CHECK_INT(exact.len, n);
        CHECK(!n || json_bool(&exact.members[0].value, false));
    }
}
