/* test_needle.c - texts with hidden facts: seeded, as long as asked, the needle at its depth. */
#include "task_fixture.h"

#include "base/map.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "task/needle.h"

static const NeedleLanguage *const languages[] = {&needle_en, &needle_zh};

static NeedleItem make(Arena *a, const NeedleSpec *spec)
{
    NeedleItem item = {0};
    Err err = {0};
    CHECK_OK(needle_make(spec, a, &item, &err), err);
    return item;
}

/* Code points of `text` before `what`, which stands in it once. */
static size_t place_of(Str text, Str what)
{
    ptrdiff_t at = str_find(text, what);
    CHECK(at >= 0);
    CHECK(str_find_from(text, what, (size_t)at + 1) < 0);
    return utf8_count(str_slice(text, 0, (size_t)at));
}

/* The end of the sentence at `from`, behind its full stop. */
static size_t sentence_end(Str text, size_t from)
{
    ptrdiff_t dot = str_find_from(text, STR("."), from),
              stop = str_find_from(text, STR("。"), from);
    if (stop >= 0 && (dot < 0 || stop < dot))
        return (size_t)stop + strlen("。");
    return dot < 0 ? text.len : (size_t)dot + 1;
}

static size_t longest_sentence(Str text)
{
    size_t longest = 0;
    for (size_t at = 0; at < text.len;) {
        size_t end = sentence_end(text, at), n = utf8_count(str_slice(text, at, end));
        longest = n > longest ? n : longest;
        at = end;
    }
    return longest;
}

TEST(needle_texts_are_as_long_as_asked_and_the_needle_is_at_its_depth)
{
    static const size_t lengths[] = {400, 1000, 5000, 20000};
    static const int depths[] = {0, 10, 25, 50, 90, 100};
    for (size_t i = 0; i < COUNT(languages) * COUNT(lengths) * COUNT(depths); i++) {
        SCOPED_ARENA(a);
        NeedleSpec spec = {.language = languages[i % 2],
                           .length = lengths[i / 2 % COUNT(lengths)],
                           .depth = depths[i / 2 / COUNT(lengths)],
                           .n_needles = 1,
                           .seed = i};
        NeedleItem item = make(&a, &spec);
        size_t n = utf8_count(item.text), longest = longest_sentence(item.text);
        CHECK(n <= spec.length);
        CHECK(n + longest + 2 > spec.length);
        size_t before = place_of(item.text, item.needles[0]);
        size_t hay = n - utf8_count(item.needles[0]);
        double want = spec.depth / 100.0 * (double)hay, off = fabs((double)before - want);
        CHECK(off <= (double)longest / 2 + 2); /* the nearest boundary */
        if (spec.depth == 0)
            CHECK_INT(before, 0);
        if (spec.depth == 100)
            CHECK(str_ends(item.text, item.needles[0]));
        CHECK(str_find(item.needles[0], item.codes[0]) >= 0);
        CHECK(str_find(item.question, item.codes[0]) < 0);
    }
}

TEST(needle_texts_repeat_no_sentence)
{
    for (size_t l = 0; l < COUNT(languages); l++) {
        SCOPED_ARENA(a);
        NeedleSpec spec = {
            .language = languages[l], .length = 200000, .depth = 40, .n_needles = 3, .seed = 9};
        NeedleItem item = make(&a, &spec);
        Map seen = {0};
        size_t n = 0;
        for (size_t at = 0; at < item.text.len; n++) {
            size_t end = sentence_end(item.text, at);
            CHECK(map_set(&a, &seen, str_trim(str_slice(item.text, at, end)), &seen));
            at = end;
        }
        CHECK(n > 2000);
    }
}

TEST(needle_texts_are_the_same_for_the_same_seed_everywhere)
{
    static const char *const hashes[] = {
        "196850c834500c85ab29d44f6e7217a4b1c18f90dd06ae752a13213bf7404e8f",
        "39a8e1cf5414f7888608a090128e288b29f7a51da27090e6e0086471f229c0dd",
    };
    for (size_t l = 0; l < COUNT(languages); l++) {
        SCOPED_ARENA(a);
        NeedleSpec spec = {.language = languages[l],
                           .length = 3000,
                           .depth = 30,
                           .n_needles = 2,
                           .n_distractors = 2,
                           .seed = 7};
        NeedleItem item = make(&a, &spec), again = make(&a, &spec);
        CHECK(str_eq(item.text, again.text));
        CHECK_STR(sha256_hex(&a, item.text),
                  hashes[l]); /* a changed word table is another data set */
        spec.seed = 8;
        CHECK(!str_eq(item.text, make(&a, &spec).text));
    }
}

TEST(needles_of_one_text_are_spread_and_in_the_order_of_the_question)
{
    for (size_t l = 0; l < COUNT(languages); l++) {
        SCOPED_ARENA(a);
        NeedleSpec spec = {.language = languages[l],
                           .length = 9000,
                           .depth = 40,
                           .n_needles = 3,
                           .n_distractors = 4,
                           .seed = 3};
        NeedleItem item = make(&a, &spec);
        CHECK_INT(item.n_needles, 3);
        size_t facts = 0;
        Str word = l == 0 ? STR("access code of") : STR("门禁码是");
        for (ptrdiff_t at = 0; (at = str_find_from(item.text, word, (size_t)at)) >= 0; at++)
            facts++;
        CHECK_INT(facts, 7);
        for (size_t i = 0; i < 3; i++) {
            double share = (double)place_of(item.text, item.needles[i]) / 9000;
            CHECK_NEAR(share, 0.4 + 0.2 * (double)i, 0.05);
        }
    }
}

TEST(needle_texts_that_cannot_be_are_refused)
{
    static const NeedleSpec bad[] = {
        {&needle_en, 199, 0, 1, 0, 1},    {&needle_en, 5000000, 0, 1, 0, 1},
        {&needle_en, 1000, 101, 1, 0, 1}, {&needle_en, 1000, -1, 1, 0, 1},
        {&needle_en, 1000, 0, 0, 0, 1},   {&needle_en, 1000, 0, 17, 0, 1},
        {&needle_en, 1000, 0, 1, 17, 1},  {&needle_en, 600, 0, 16, 0, 1},
        {&needle_zh, 300, 50, 16, 16, 1},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        NeedleItem item;
        CHECK(needle_make(&bad[i], &a, &item, &err) == E_USAGE);
        CHECK(err.msg[0]);
    }
    CHECK(needle_language(STR("zh")) == &needle_zh);
    CHECK(!needle_language(STR("fr")));
}

TEST(needle_recall_is_the_share_of_the_facts_that_the_answer_names)
{
    SCOPED_ARENA(a);
    static const char yaml[] = "task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: q\n"
                               "doc_to_target: answer\nmetric_list: [{metric: needle_recall}]\n";
    static const struct {
        const char *docs, *answer;
        double want;
    } cases[] = {
        {"[{\"q\":\"?\",\"answer\":\"4820137\"}]", "It is **4820137**.", 1},
        {"[{\"q\":\"?\",\"answer\":\"4820137\"}]", "门禁码是4820137。", 1},
        {"[{\"q\":\"?\",\"answer\":\"4820137\"}]", "14820137 or 48201370", 0},
        {"[{\"q\":\"?\",\"answer\":\"4820137\"}]", "48201370, no: 4820137", 1},
        {"[{\"q\":\"?\",\"answer\":\"4820137\"}]", "", 0},
        {"[{\"q\":\"?\",\"answer\":[\"1111111\",\"2222222\",\"3333333\",\"4444444\"]}]",
         "2222222 and 4444444 and 5555555", 0.5},
        {"[{\"q\":\"?\",\"answer\":[\"1111111\",\"2222222\"]}]", "2222222, 1111111", 1},
    };
    const Task *t = task_of(&a, yaml);
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_NEAR(score_text(&a, t, cases[i].docs, cases[i].answer).value, cases[i].want, 0);
    CHECK_STR(score_text(&a, t, cases[5].docs, cases[5].answer).why, "found 2 of 4 needles");
}
