/* test_str.c - views, bounded buffers, maps, UTF-8, dates. */
#include "test.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/utf8.h"

TEST(str_finds_splits_and_trims)
{
    Str rest = STR("a,b,,c");
    CHECK_STR(str_split(&rest, ','), "a");
    CHECK_STR(str_split(&rest, ','), "b");
    CHECK_STR(str_split(&rest, ','), "");
    CHECK_STR(str_split(&rest, ','), "c");
    CHECK(rest.ptr == NULL);
    CHECK_STR(str_trim(STR(" \t x y\n")), "x y");
    CHECK_INT(str_rfind(STR("abcabc"), STR("bc")), 4);
    CHECK_INT(str_find(STR("abc"), STR("abcd")), -1);
    CHECK_STR(str_slice(STR("abc"), 2, 99), "c");
    CHECK_STR(str_slice(STR("abc"), 9, 1), "");
    int64_t n;
    double d;
    CHECK(str_to_int(STR("-12"), &n) && n == -12);
    CHECK(!str_to_int(STR("12x"), &n) && !str_to_int(STR(""), &n));
    CHECK(!str_to_int(STR("99999999999999999999"), &n));
    CHECK(str_to_double(STR("1e-3"), &d) && d == 1e-3);
    CHECK(!str_to_double(STR("nan"), &d) && !str_to_double(STR("0x1p3"), &d));
}

TEST(a_buffer_past_its_limit_fails_once_and_stays_whole)
{
    SCOPED_ARENA(a);
    StrBuf b = strbuf_make(&a, 5);
    strbuf_adds(&b, "abc");
    strbuf_adds(&b, "def");
    strbuf_adds(&b, "g");
    CHECK_STR(strbuf_str(&b), "abc");
    Err err = {0};
    CHECK(strbuf_check(&b, "text", &err) == E_LIMIT);
    strbuf_clear(&b);
    strbuf_addf(&b, "%d", 12345);
    CHECK_STR(strbuf_str(&b), "12345");
    CHECK(!b.failed);
}

TEST(map_keeps_insertion_order_and_replaces)
{
    SCOPED_ARENA(a);
    Map map = {0};
    static int values[500];
    for (int i = 0; i < 500; i++)
        CHECK(map_set(&a, &map, str_printf(&a, "key%d", i), &values[i]));
    CHECK(!map_set(&a, &map, STR("key7"), &values[8]));
    CHECK(map_get(&map, STR("key7")) == &values[8]);
    CHECK(map_get(&map, STR("key499")) == &values[499]);
    CHECK(!map_get(&map, STR("nokey")));
    CHECK_STR(map.entries[499].key, "key499");
}

TEST(a_map_with_room_made_before_keeps_what_it_has)
{
    SCOPED_ARENA(a);
    Map map = {0};
    static int values[3];
    CHECK(map_set(&a, &map, STR("early"), &values[0]));
    map_reserve(&a, &map, 1000);
    const MapEntry *entries = map.entries;
    for (int i = 0; i < 999; i++) {
        MapEntry *entry = map_put(&a, &map, str_printf(&a, "%d", i));
        CHECK(!entry->value);
        entry->value = &values[1];
    }
    CHECK(map.entries == entries && map.len == 1000);
    CHECK(map_get(&map, STR("early")) == &values[0]);
    CHECK(map_put(&a, &map, STR("77"))->value == &values[1] && map.len == 1000);
    CHECK(map_has(&map, STR("998")) && !map_has(&map, STR("999")));
}

TEST(utf8_is_checked_strictly)
{
    CHECK_INT(utf8_check(STR("a\xe4\xb8\xad\xf0\x9f\x98\x80")), 8);
    CHECK_INT(utf8_check(STR("ab\xc0\x80")), 2);
    CHECK_INT(utf8_check(STR("\xed\xa0\x80")), 0); /* a surrogate */
    CHECK_INT(utf8_check(STR("\xf4\x90\x80\x80")), 0);
    CHECK_INT(utf8_check(STR("abcdefgh\xe4\xb8")), 8);
    CHECK_INT(utf8_count(STR("中a文")), 3);
    SCOPED_ARENA(a);
    CHECK_STR(utf8_clean(&a, STR("a\xff"
                                 "b")),
              "a\xef\xbf\xbd"
              "b");
    CHECK_STR(utf8_strip(STR("\xe3\x80\x80\xc2\xa0Seven \xe2\x80\x83")), "Seven");
}

TEST(dates_of_both_kinds_are_read)
{
    int64_t t;
    CHECK(clock_parse(STR("Sun, 06 Nov 1994 08:49:37 GMT"), &t) && t == 784111777);
    CHECK(clock_parse(STR("1994-11-06T08:49:37Z"), &t) && t == 784111777);
    CHECK(clock_parse(STR("1994-11-06T09:49:37.25+01:00"), &t) && t == 784111777);
    CHECK(!clock_parse(STR("soon"), &t));
    SCOPED_ARENA(a);
    CHECK_STR(clock_iso(&a, 784111777000), "1994-11-06T08:49:37Z");
}

TEST(every_occurrence_is_replaced)
{
    SCOPED_ARENA(a);
    CHECK_STR(str_replace(&a, STR("a-b--c-"), STR("-"), STR("+++")), "a+++b++++++c+++");
    CHECK_STR(str_replace(&a, STR("aaa"), STR("aa"), STR("b")), "ba");
    CHECK_STR(str_replace(&a, STR("abc"), STR("b"), (Str){0}), "ac");
    Str same = STR("abc");
    CHECK(str_replace(&a, same, STR("x"), STR("y")).ptr == same.ptr);
    CHECK_STR(str_replace(&a, STR(""), STR("x"), STR("y")), "");
}
