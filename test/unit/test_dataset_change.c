/* test_dataset_change.c - differences of versions and removal lists on both engines; splitting;
 * languages. */
#include "databases.h"

#include "base/limits.h"
#include "core/dataset_change.h"
#include "core/store.h"
#include "eval/split.h"
#include "text/language.h"

static Status get_record(void *user, size_t position, Arena *arena, Json *out, Err *err)
{
    const char *const *const *records = user;
    return json_parse(arena, str_from((*records)[position]), out, err);
}

static DatasetVersion import(Db *db, Arena *a, const char *hash, const char *const *records,
                             size_t n)
{
    Err err = {0};
    bool added;
    ItemSource source = {n, get_record, &records};
    DatasetVersion wanted = {.name = STR("d"),
                             .split = STR("test"),
                             .content_hash = str_from(hash),
                             .source = STR("d.jsonl")},
                   out = {0};
    CHECK_OK(dataset_import(db, &wanted, &source, a, &out, &added, &err), err);
    return out;
}

/* Rows go in together, and what is left over one by one. */
TEST(items_are_stored_in_their_order_with_their_keys)
{
    enum { N = 50 };
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Db *db;
        Err err = {0};
        const char *records[N];
        ItemRows items = {0};
        CHECK_OK(store_open(url, &db, &err), err);
        for (int i = 0; i < N; i++)
            records[i] = str_printf(&a, "{\"id\":\"k%d\",\"n\":%d}", i, i * i).ptr;
        DatasetVersion v = import(db, &a, "h", records, N);
        CHECK_OK(dataset_items(db, v.id, 0, 100, &a, &items, &err), err);
        CHECK_INT(items.len, N);
        for (int i = 0; i < N; i++) {
            CHECK_INT(items.items[i].position, i);
            CHECK_STR(items.items[i].key, str_printf(&a, "k%d", i).ptr);
            CHECK_STR(items.items[i].data, records[i]);
        }
        db_close(db);
    }
}

TEST(dataset_versions_differ_by_key_and_content)
{
    static const char *const one[] = {"{\"id\":1,\"q\":\"a\"}", "{\"id\":2,\"q\":\"b\"}",
                                      "{\"id\":3,\"q\":\"c\"}"};
    static const char *const two[] = {"{\"id\":3,\"q\":\"c\"}", "{\"id\":2,\"q\":\"B\"}",
                                      "{\"id\":4,\"q\":\"d\"}", "{\"id\":5,\"q\":\"e\"}"};
    FOR_EACH_DATABASE(url)
    {
        SCOPED_ARENA(a);
        Db *db;
        Err err = {0};
        bool found = true;
        DatasetVersion newest;
        DatasetDiff d;
        CHECK_OK(store_open(url, &db, &err), err);
        CHECK_OK(dataset_newest(db, STR("d"), STR("test"), &a, &newest, &found, &err), err);
        CHECK(!found);
        DatasetVersion v1 = import(db, &a, "h1", one, COUNT(one));
        DatasetVersion v2 = import(db, &a, "h2", two, COUNT(two));
        CHECK_OK(dataset_newest(db, STR("d"), STR("test"), &a, &newest, &found, &err), err);
        CHECK(found && newest.id == v2.id);
        CHECK_OK(dataset_diff(db, v1.id, v2.id, &d, &err), err);
        CHECK(d.added == 2 && d.removed == 1 && d.changed == 1);
        CHECK_OK(dataset_diff(db, v1.id, v1.id, &d, &err), err);
        CHECK(!d.added && !d.removed && !d.changed);
        DatasetVersion v3;
        ItemRows items = {0};
        CHECK_OK(dataset_restore(db, &v1, &a, &v3, &err), err);
        CHECK(v3.number == 3 && v3.id != v1.id && v3.n_items == 3);
        CHECK_STR(v3.source, "restore of d:test@1");
        CHECK_OK(dataset_items(db, v3.id, 0, 10, &a, &items, &err), err);
        CHECK_INT(items.len, 3);
        CHECK_STR(items.items[1].data, one[1]);
        CHECK_OK(dataset_diff(db, v1.id, v3.id, &d, &err), err);
        CHECK(!d.added && !d.removed && !d.changed);
        RemovalRow rows[] = {{2, STR("3"), STR("duplicate"), STR("item 0")},
                             {0, STR("1"), STR("empty"), {0}}};
        RemovalRows got = {0};
        CHECK_OK(dataset_add_removals(db, v2.id, v1.id, rows, 2, &err), err);
        CHECK_OK(dataset_add_removals(db, v2.id, v1.id, rows, 2, &err), err);
        CHECK_OK(dataset_removals(db, v2.id, &a, &got, &err), err);
        CHECK_INT(got.len, 2);
        CHECK_STR(got.items[0].reason, "empty");
        CHECK_STR(got.items[1].detail, "item 0");
        db_close(db);
    }
}

/* ---- splitting ---- */

TEST(split_meets_shares_in_every_stratum)
{
    enum { N = 300 };
    SCOPED_ARENA(a);
    static const double shares[] = {0.7, 0.2, 0.1};
    Str strata[N];
    uint32_t part[N], again[N], other[N];
    for (size_t i = 0; i < N; i++)
        strata[i] = i % 3 ? STR("x") : STR("y"); /* 200 and 100 */
    SplitInput in = {N, 3, shares, strata, NULL, 7};
    split_assign(&in, part);
    split_assign(&in, again);
    in.seed = 8;
    split_assign(&in, other);
    int counts[2][3] = {{0}};
    for (size_t i = 0; i < N; i++)
        counts[i % 3 == 0][part[i]]++;
    CHECK(counts[0][0] == 140 && counts[0][1] == 40 && counts[0][2] == 20);
    CHECK(counts[1][0] == 70 && counts[1][1] == 20 && counts[1][2] == 10);
    CHECK(memcmp(part, again, sizeof part) == 0);
    CHECK(memcmp(part, other, sizeof part) != 0);
}

TEST(split_keeps_groups_together_and_many_small_strata_in_balance)
{
    enum { N = 400 };
    SCOPED_ARENA(a);
    static const double shares[] = {0.75, 0.25};
    Str groups[N], strata[N];
    uint32_t part[N];
    size_t counts[2] = {0};
    for (size_t i = 0; i < N; i++) {
        groups[i] = str_printf(&a, "g%zu", i / 4);
        strata[i] = str_printf(&a, "s%zu", i);
    }
    SplitInput in = {N, 2, shares, NULL, groups, 1};
    split_assign(&in, part);
    for (size_t i = 0; i < N; i++) {
        CHECK(part[i] == part[i / 4 * 4]);
        counts[part[i]]++;
    }
    CHECK(counts[0] == 300 && counts[1] == 100);
    in = (SplitInput){N, 2, shares, strata, NULL, 1}; /* each item a stratum of its own */
    split_assign(&in, part);
    counts[0] = counts[1] = 0;
    for (size_t i = 0; i < N; i++)
        counts[part[i]]++;
    CHECK(counts[0] >= 290 && counts[0] <= 310);
}

/* ---- languages ---- */

TEST(language_is_told_by_script_and_common_words)
{
    static const struct {
        const char *text, *language;
    } cases[] = {
        {"北京是哪个国家的首都？", "zh"},
        {"以下 Python 代码的输出是什么 print", "zh"},
        {"これは何ですか", "ja"},
        {"이것은 무엇입니까", "ko"},
        {"Что это такое?", "ru"},
        {"What is the capital of France?", "en"},
        {"Welche Stadt ist die Hauptstadt von Frankreich und wie heißt der Fluss?", "de"},
        {"Quelle est la capitale de la France et dans quel pays est-elle ?", "fr"},
        {"¿Cuál es la capital de España y los ríos del país?", "es"},
        {"Lorem ipsum dolor", "latin"},
        {"42", ""},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_STR(str_from(language_of(str_from(cases[i].text))), cases[i].language);
    CHECK(language_fits(STR("Lorem ipsum dolor"), STR("en")));
    CHECK(!language_fits(STR("Lorem ipsum dolor"), STR("zh")));
    CHECK(!language_fits(STR("北京是首都"), STR("en")));
    CHECK(language_fits(STR("42"), STR("zh")));
}

TEST(language_broken_texts_show_traces)
{
    static const struct {
        const char *text;
        bool broken;
    } cases[] = {
        {"plain text\twith\nlines", false},
        {"模型评测", false},
        {"naïve café", false},
        {"caf\xef\xbf\xbd", true},
        {"锟斤拷", true},
        {"cafÃ©", true},
        {"bell\x07", true},
        {"\xee\x80\x80", true},
        {"don’t", false},
        {"itâ€™s", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *what = NULL;
        bool broken = text_is_broken(str_from(cases[i].text), &what);
        if (broken != cases[i].broken || broken != (what != NULL))
            test_fail(__FILE__, __LINE__, "case %zu: %s", i, what ? what : "whole");
    }
}
