/* test_minhash.c - shingles, signatures and groups of near duplicates.
 *
 * Values: docs/METHODS.md (computed with an independent program, Python). */
#include "test.h"

#include "base/rng.h"
#include "text/duplicates.h"
#include "text/minhash.h"

static const char zh_a[] =
    "下列关于光合作用的说法，正确的是（ ）A．光反应不需要酶 B．暗反应在叶绿体基质中进行";
static const char zh_b[] =
    "关于光合作用的下列说法正确的是: 光反应不需要酶；暗反应在叶绿体基质中进行。";

static Shingles set_of(Arena *a, const char *text)
{
    Shingles out;
    shingles_of(str_from(text), a, &out);
    return out;
}

TEST(minhash_hashes_are_the_published_ones)
{
    uint64_t state = 0;
    CHECK(fnv1a64(STR("abc")) == 0xe71fa2190541574bULL);
    CHECK(splitmix64(&state) == 0xe220a8397b1dcdafULL);
}

TEST(minhash_signature_estimates_jaccard)
{
    SCOPED_ARENA(a);
    Shingles x = set_of(&a, zh_a), y = set_of(&a, zh_b);
    uint64_t p[128], q[128];
    int same = 0;
    minhash_signature(&x, 128, p);
    minhash_signature(&y, 128, q);
    CHECK(p[0] == 0x087ed616f985a9e5ULL && p[1] == 0x03823a1d3729d501ULL);
    for (int i = 0; i < 128; i++)
        same += p[i] == q[i];
    CHECK_NEAR(same / 128.0, 0.375, 1e-12);
    CHECK_NEAR(shingles_jaccard(&x, &y), 0.347826086956, 1e-9);
    CHECK_NEAR(shingles_jaccard(&x, &x), 1, 0);
}

TEST(minhash_texts_are_compared_without_case_width_and_punctuation)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"  Hello,  World! ", "hello world"},
        {"ＡＢＣ１２３，（Ｂ）", "abc123 b"},
        {"", ""},
        {"...", ""},
        {"Grüße\n\tan", "grüße an"},
        {"模型,评测", "模型 评测"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_STR(shingle_text(str_from(cases[i].text), &a), cases[i].want);
    CHECK_INT(set_of(&a, "one two three").n, 1); /* shorter than a shingle: itself */
    CHECK_INT(set_of(&a, "one two three four five six").n, 2);
    CHECK_INT(set_of(&a, "一二三四五六七").n, 3);
    CHECK_INT(set_of(&a, "?!").n, 0);
    Shingles x = set_of(&a, "One two, three"), y = set_of(&a, "one two three!");
    CHECK_NEAR(shingles_jaccard(&x, &y), 1, 0);
}

TEST(duplicates_are_grouped_by_the_first_of_them)
{
    static const char *const lines[] = {
        "the quick brown fox jumps over the lazy dog and runs far away into the wood",
        "something else entirely, with words of its own and nothing in common with others",
        "The quick brown fox jumps over the lazy dog, and runs far away into the WOOD!",
        "the quick brown fox jumps over the lazy dog and runs far away into the woods",
        "",
        "   ",
        "the slow brown fox walks under the busy dog and stays here beside the house now",
    };
    static const uint32_t want[] = {0, 1, 0, 0, 4, 5, 6};
    Str texts[COUNT(lines)];
    uint32_t group[COUNT(lines)];
    for (size_t i = 0; i < COUNT(lines); i++)
        texts[i] = str_from(lines[i]);
    for (int threads = 1; threads <= 3; threads++) {
        near_duplicates(texts, COUNT(lines), 0.7, threads, group);
        for (size_t i = 0; i < COUNT(lines); i++)
            CHECK_INT(group[i], want[i]);
    }
    near_duplicates(texts, COUNT(lines), 0.99, 1, group);
    CHECK_INT(group[2], 0); /* only punctuation and case differ */
    CHECK_INT(group[3], 3);
    near_duplicates(texts, 0, 0.7, 2, group);
}

/* Pairs whose similarity is known are found as often as the curve of the bands says. */
TEST(duplicates_thread_recall_follows_the_curve)
{
    enum { PAIRS = 400, WORDS = 60 };
    SCOPED_ARENA(a);
    Rng r = rng_make(7);
    Str *texts = arena_array(&a, (size_t)PAIRS * 2, sizeof *texts);
    uint32_t *group = arena_array(&a, (size_t)PAIRS * 2, sizeof *group);
    for (size_t i = 0; i < PAIRS; i++) {
        StrBuf x = strbuf_make(&a, 1 << 16), y = strbuf_make(&a, 1 << 16);
        for (size_t w = 0; w < WORDS; w++) {
            unsigned word = (unsigned)rng_below(&r, 1000000);
            strbuf_addf(&x, "w%u ", word);
            strbuf_addf(&y, "w%u ", w >= WORDS - 12 ? word + 1000000 : word);
        }
        texts[2 * i] = strbuf_str(&x);
        texts[2 * i + 1] = strbuf_str(&y);
    }
    /* 56 shingles each, 44 shared: 44 / 68 = 0.647; found with 1 - (1 - 0.647^5)^20 = 0.910 */
    size_t found = 0;
    near_duplicates(texts, (size_t)PAIRS * 2, 0.6, 2, group);
    for (size_t i = 0; i < PAIRS; i++)
        found += group[2 * i + 1] == 2 * i;
    CHECK_NEAR((double)found / PAIRS, 0.910, 0.043); /* three standard errors */
}
