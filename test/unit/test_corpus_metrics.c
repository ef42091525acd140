/* test_corpus_metrics.c - BLEU, chrF and TER against sacrebleu 2.6.0 (commit f615c72), which
 * printed every number here. */
#include "test.h"
#include "text/bleu.h"
#include "text/chrf.h"
#include "text/ter.h"

static BleuOptions bleu_with(BleuTokens tokens, BleuSmoothing smoothing)
{
    BleuOptions o = bleu_defaults();
    o.tokens = tokens;
    o.smoothing = smoothing;
    return o;
}

static double bleu_of(Arena *a, Str hypothesis, const Str *references, size_t n, BleuOptions o)
{
    BleuCounts c;
    bleu_count(hypothesis, references, n, &o, &c, a);
    return bleu_score(&c, &o);
}

static double chrf_of(Arena *a, Str hypothesis, const Str *references, size_t n, ChrfOptions o)
{
    ChrfCounts c;
    chrf_count(hypothesis, references, n, &o, &c, a);
    return chrf_score(&c, &o);
}

static double ter_of(Arena *a, Str hypothesis, const Str *references, size_t n, TerOptions o)
{
    TerCounts c;
    ter_count(hypothesis, references, n, &o, &c, a);
    return ter_score(&c);
}

/* Scores in the order of score_all. */
enum { N_CONFIGURATIONS = 10 };
static const struct {
    const char *hypothesis, *references[2];
    double want[N_CONFIGURATIONS];
} cases[] = {
    /* clang-format off */
    {"The cat sat on the mat.", {"The cat is sitting on the mat."},
     {42.3836562828, 42.3836562828, 54.0625149512, 42.3836562828, 0, 49.6485170311, 54.2551855195, 66.0363176601, 28.5714285714, 28.5714285714}},
    {"It's 3.14, 1,000 and 10-20; a well-known \"U.S.\" idea (x/y)!", {"It's 3.14, 1,000 or 10 - 20: a known 'U.S.' idea (x / y)!"},
     {45.0777083605, 45.0777083605, 62.9424812792, 51.1914071116, 0, 59.7962863868, 52.1181615883, 50.3732863715, 64.2857142857, 23.5294117647}},
    {"&quot;Fish &amp; chips&quot; <skipped>are hyphen-\nated\nhere", {"\"Fish & chips\" are hyphenated here"},
     {100, 2.87249534809, 40.846037461, 5.0912128231, 0, 53.2877735845, 42.8371750359, 37.3478831573, 100, 83.3333333333}},
    {"今天GPT-4很好，3.5分。“好”……", {"今天GPT-4不错，3.5分。“好”…"},
     {0, 61.6260709973, 76.0235283836, 63.1555237179, 0, 70.4917560785, 60.4215052102, 59.3647610587, 100, 30}},
    {"Preis: 5€ ½ Liter – «gut»… ¿qué? x²+1", {"Preis: 6 € ½ Liter - «gut»... ¿que? x²+1"},
     {20.5259638306, 25.5043774832, 59.1362728386, 25.9706497075, 0, 46.6770947717, 45.0282633679, 56.1701659958, 55.5555555556, 45.4545454545}},
    {"b c a d e f", {"a b c d e f", "a b c d f e g"},
     {39.7635364384, 26.5914794847, 50.8132748155, 39.7635364384, 0, 30.8333333333, 43.125, 64.5578231293, 15.3846153846, 15.3846153846}},
    {"ΣΑΣ Straße İstanbul カタカナ ひらがな 한국어 🐱🐱", {"σας strasse istanbul カタカナ 한국어 🐱"},
     {7.8098498423, 3.92814650901, 61.5447785434, 12.2230755609, 0, 45.5778209759, 38.2156238289, 61.2042384375, 66.6666666667, 83.3333333333}},
    {"the the the the the the the", {"the cat is on the mat", "there is a cat on the mat"},
     {7.8098498423, 3.92814650901, 16.8472063627, 7.8098498423, 0, 14.2324268482, 14.715329002, 22.4833810082, 76.9230769231, 76.9230769231}},
    {"", {"not empty"},
     {0, 0, 0, 0, 0, 0, 0, 0, 100, 100}},
    {"it's㍿ a–b, 狗､猫・鸟（大）！", {"it's㍿ a-b 狗､ 猫・鸟 大"},
     {12.4402347481, 29.2561273073, 51.5843151236, 44.8150173604, 0, 48.0252091235, 38.739138036, 36.7410472961, 80, 37.5}},
    /* clang-format on */
};

static void score_all(Arena *a, Str h, const Str *r, size_t n, double out[N_CONFIGURATIONS])
{
    BleuOptions b[5] = {bleu_with(BLEU_13A, SMOOTH_EXP), bleu_with(BLEU_ZH, SMOOTH_FLOOR),
                        bleu_with(BLEU_CHAR, SMOOTH_ADD_K), bleu_with(BLEU_INTL, SMOOTH_EXP),
                        bleu_with(BLEU_NONE, SMOOTH_NONE)};
    ChrfOptions c[3] = {chrf_defaults(), chrf_defaults(), chrf_defaults()};
    TerOptions t[2] = {{0}, {true, true, true, true}};
    b[2].lowercase = true;
    c[1].word_order = 2;
    c[2] = (ChrfOptions){NGRAM_CHARACTERS, 1, 1, true, true, true};
    for (size_t i = 0; i < COUNT(b); i++) {
        b[i].effective_order = b[i].tokens != BLEU_NONE;
        out[i] = bleu_of(a, h, r, n, b[i]);
    }
    for (size_t i = 0; i < COUNT(c); i++)
        out[5 + i] = chrf_of(a, h, r, n, c[i]);
    for (size_t i = 0; i < COUNT(t); i++)
        out[8 + i] = ter_of(a, h, r, n, t[i]);
}

TEST(sentences_score_as_sacrebleu_scores_them)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        double got[N_CONFIGURATIONS];
        Str references[2] = {str_from(cases[i].references[0]), str_from(cases[i].references[1])};
        score_all(&a, str_from(cases[i].hypothesis), references, references[1].len ? 2 : 1, got);
        for (size_t k = 0; k < N_CONFIGURATIONS; k++)
            if (!(fabs(got[k] - cases[i].want[k]) < 1e-9))
                test_fail(__FILE__, __LINE__, "case %zu, configuration %zu: %.12g, want %.12g", i,
                          k, got[k], cases[i].want[k]);
    }
}

static void add(double *sum, const double *more, size_t bytes)
{
    for (size_t i = 0; i < bytes / sizeof *sum; i++)
        sum[i] += more[i];
}

TEST(a_corpus_scores_as_the_sum_of_its_segments)
{
    SCOPED_ARENA(a);
    BleuOptions b = bleu_defaults(), zh = bleu_with(BLEU_ZH, SMOOTH_FLOOR);
    ChrfOptions c = chrf_defaults();
    TerOptions t = {0};
    BleuCounts sums[2] = {0}, one;
    ChrfCounts chrf_sum = {0}, chrf_one;
    TerCounts ter_sum = {0}, ter_one;
    c.word_order = 2;
    zh.effective_order = true;
    for (size_t i = 0; i < COUNT(cases); i++) {
        Str h = str_from(cases[i].hypothesis);
        Str r[2] = {str_from(cases[i].references[0]), str_from(cases[i].references[1])};
        size_t n = r[1].len ? 2 : 1;
        bleu_count(h, r, n, &b, &one, &a);
        add((double *)&sums[0], (double *)&one, sizeof one);
        bleu_count(h, r, n, &zh, &one, &a);
        add((double *)&sums[1], (double *)&one, sizeof one);
        chrf_count(h, r, n, &c, &chrf_one, &a);
        add((double *)&chrf_sum, (double *)&chrf_one, sizeof chrf_one);
        ter_count(h, r, n, &t, &ter_one, &a);
        add((double *)&ter_sum, (double *)&ter_one, sizeof ter_one);
    }
    CHECK_NEAR(bleu_score(&sums[0], &b), 36.95037045562905, 1e-12);
    CHECK_NEAR(bleu_score(&sums[1], &zh), 32.07670106273848, 1e-12);
    CHECK_NEAR(chrf_score(&chrf_sum, &c), 45.08997163708401, 1e-12);
    CHECK_NEAR(ter_score(&ter_sum), 61.904761904761905, 1e-12);
}

TEST(signatures_read_as_sacrebleu_writes_them)
{
    SCOPED_ARENA(a);
    BleuOptions b = bleu_defaults();
    ChrfOptions c = chrf_defaults();
    TerOptions t = {0};
    CHECK_STR(bleu_signature(&a, &b, 1),
              "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0");
    b = (BleuOptions){BLEU_13A, SMOOTH_FLOOR, NAN, true, true, 4};
    CHECK_STR(bleu_signature(&a, &b, 2),
              "nrefs:2|case:lc|eff:yes|tok:13a|smooth:floor[0.10]|version:2.6.0");
    c.word_order = 2;
    CHECK_STR(chrf_signature(&a, &c, 0),
              "nrefs:var|case:mixed|eff:yes|nc:6|nw:2|space:no|version:2.6.0");
    CHECK_STR(ter_signature(&a, &t, 1),
              "nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:2.6.0");
}

/* METHODS F2-F4, of two segments each. */
TEST(corpus_metrics_have_the_values_of_the_handbook)
{
    SCOPED_ARENA(a);
    const Str h[] = {STR("The cat sat on the mat."), STR("There is a dog.")},
              r[] = {STR("The cat is sitting on the mat."), STR("There is a dog in the garden.")},
              zh_h = STR("今天天气很好，我们去公园。"), zh_r = STR("今天天气不错，我们去公园玩。");
    const BleuTokens tokens[] = {BLEU_13A, BLEU_CHAR, BLEU_NONE};
    const double want[] = {40.9755441715, 46.0187706172, 25.4666545893};
    for (size_t i = 0; i < COUNT(tokens); i++) {
        BleuOptions o = bleu_with(tokens[i], SMOOTH_EXP);
        BleuCounts x, y;
        bleu_count(h[0], &r[0], 1, &o, &x, &a);
        bleu_count(h[1], &r[1], 1, &o, &y, &a);
        add((double *)&x, (double *)&y, sizeof x);
        CHECK_NEAR(bleu_score(&x, &o), want[i], 1e-10);
    }
    CHECK_NEAR(bleu_of(&a, zh_h, &zh_r, 1, bleu_with(BLEU_ZH, SMOOTH_EXP)), 54.8449809220, 1e-10);
    CHECK_NEAR(bleu_of(&a, zh_h, &zh_r, 1, bleu_with(BLEU_CHAR, SMOOTH_EXP)), 54.844980922, 1e-10);
    CHECK(bleu_of(&a, zh_h, &zh_r, 1, bleu_with(BLEU_13A, SMOOTH_EXP)) == 0);
    CHECK_NEAR(chrf_of(&a, zh_h, &zh_r, 1, chrf_defaults()), 43.6453118773, 1e-10);
    Str shifted = STR("a b c d");
    CHECK_NEAR(ter_of(&a, STR("b c a d"), &shifted, 1, (TerOptions){0}), 25, 1e-12);
    BleuOptions zh = bleu_with(BLEU_ZH, SMOOTH_EXP);
    Vocabulary v = {0};
    Ids ids = text_words(&a, &v, bleu_tokenise(&a, STR("今天GPT-4很好，3.5分。"), &zh));
    CHECK_INT(ids.len, 9); /* 今 天 GPT-4 很 好 ， 3.5 分 。 */
    CHECK_STR(v.words[2], "GPT-4");
}

static const char long_hypothesis[] = "c b d a a e a c e a e b a a d d a b a e d a e a b e a e e d "
                                      "a b a e b c d b e a e c e b a e e b c a e a e a e b d e d c";
static const char long_reference[] = "d e d c c b b b a e c e d c d c e a a e d b c b d d a a e e "
                                     "c c c e d e d a a c d a a c e d c d c a d c b e a";

TEST(many_shifts_are_searched_as_tercom_does)
{
    SCOPED_ARENA(a);
    Str reference = str_from(long_reference);
    CHECK_NEAR(ter_of(&a, str_from(long_hypothesis), &reference, 1, (TerOptions){0}),
               65.45454545454545, 1e-12);
}

/* `n` words that stand behind `distance` others, moved to the front. */
static size_t edits_of_move(size_t n, size_t distance)
{
    SCOPED_ARENA(a);
    Ids x = ids_make(&a, 200), y = ids_make(&a, 200);
    for (size_t i = 0; i < distance + n; i++)
        x.items[x.len++] = (uint32_t)i + 1;
    for (size_t i = 0; i < n; i++)
        y.items[y.len++] = (uint32_t)(distance + i) + 1;
    for (size_t i = 0; i < distance; i++)
        y.items[y.len++] = (uint32_t)i + 1;
    for (uint32_t i = 0; i < 40; i++) /* what follows is the same */
        x.items[x.len++] = y.items[y.len++] = 1000 + i;
    return ter_edits(x, y, &a);
}

/* As sacrebleu counts them too. */
TEST(blocks_move_by_fifty_words_and_no_further)
{
    CHECK_INT(edits_of_move(1, 50), 1);
    CHECK_INT(edits_of_move(1, 51), 2);
    CHECK_INT(edits_of_move(10, 40), 1);
    CHECK_INT(edits_of_move(11, 40), 2);
}

TEST(long_texts_are_scored_without_shifts_in_little_time)
{
    SCOPED_ARENA(a);
    Ids x = ids_make(&a, 100000), y = ids_make(&a, 100000);
    for (uint32_t i = 0; i < 100000; i++) {
        x.items[x.len++] = i % 977;
        y.items[y.len++] = (i + (i > 50000)) % 977; /* one word is left out */
    }
    CHECK_INT(ter_edits(x, y, &a), 2);
    y.len = x.len = TER_SHIFT_WORDS;
    y.items[0] = 1;
    y.items[1] = 0; /* two words change places: one shift */
    CHECK_INT(ter_edits(x, y, &a), 1);
}

TEST(identical_texts_are_perfect_and_empty_ones_are_not)
{
    SCOPED_ARENA(a);
    const Str same[] = {STR("a b c d e f"), STR("今天天气很好，我们去公园。"),
                        STR("\xff\xfe bad bytes are characters too \xc3")};
    for (size_t i = 0; i < COUNT(same); i++) {
        BleuOptions o = bleu_with(BLEU_ZH, SMOOTH_EXP);
        CHECK_NEAR(bleu_of(&a, same[i], &same[i], 1, o), 100, 1e-9);
        CHECK_NEAR(chrf_of(&a, same[i], &same[i], 1, chrf_defaults()), 100, 1e-9);
        CHECK(ter_of(&a, same[i], &same[i], 1, (TerOptions){0}) == 0);
        CHECK(bleu_of(&a, (Str){0}, &same[i], 1, o) == 0);
        CHECK(ter_of(&a, (Str){0}, &same[i], 1, (TerOptions){0}) == 100);
    }
}

/* n-grams counted the slow way. */
static uint64_t count_slowly(Ids x, Ids y, size_t n)
{
    uint64_t matches = 0;
    for (size_t i = 0; i + n <= x.len; i++) {
        size_t of_x = 0, of_y = 0, before = 0;
        for (size_t j = 0; j + n <= x.len; j++) {
            bool same = !memcmp(x.items + i, x.items + j, n * sizeof *x.items);
            of_x += same;
            before += same && j < i;
        }
        for (size_t j = 0; j + n <= y.len; j++)
            of_y += !memcmp(x.items + i, y.items + j, n * sizeof *x.items);
        if (!before)
            matches += of_x < of_y ? of_x : of_y;
    }
    return matches;
}

TEST(ngrams_are_counted_alike_in_narrow_and_wide_windows)
{
    static const uint32_t spread[] = {1, 3000, 40000, 0x10FFFF / 7};
    uint64_t state = 5;
    for (size_t round = 0; round < 40; round++) {
        SCOPED_ARENA(a);
        Ids x = ids_make(&a, 200), y = ids_make(&a, 200);
        uint64_t matches[NGRAM_CHARACTERS];
        uint32_t kinds = round % 4 == 3 ? 150 : 3;
        for (size_t i = 0; i < 120; i++) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            x.items[x.len++] = (uint32_t)(state >> 33) % kinds * spread[round % 4];
            y.items[y.len++] = (uint32_t)(state >> 45) % kinds * spread[round % 4];
        }
        ngram_matches(x, &y, 1, NGRAM_CHARACTERS, matches, &a);
        for (size_t n = 1; n <= NGRAM_CHARACTERS; n++)
            CHECK_INT(matches[n - 1], count_slowly(x, y, n));
    }
}

/* Every text of up to five of these signs: the one pass finds what the regular expressions do, one
 * after the other. */
TEST(bleu_words_are_those_of_the_passes)
{
    static const char *const signs[] = {"a", "1", ".", ",", "-", "!", " ", "好", "\xc2\xa0"};
    static const BleuTokens kinds[] = {BLEU_13A, BLEU_ZH};
    size_t texts = 1;
    for (int i = 0; i < 5; i++)
        texts *= COUNT(signs) + 1;
    for (size_t t = 0; t < texts; t++) {
        SCOPED_ARENA(a);
        StrBuf b = strbuf_make(&a, 64);
        for (size_t rest = t; rest; rest /= COUNT(signs) + 1)
            if (rest % (COUNT(signs) + 1))
                strbuf_adds(&b, signs[rest % (COUNT(signs) + 1) - 1]);
        for (size_t k = 0; k < COUNT(kinds); k++) {
            BleuOptions o = bleu_defaults();
            o.tokens = kinds[k];
            Vocabulary v = {0};
            Ids one = bleu_words(&a, &v, strbuf_str(&b), &o);
            Ids many = text_words(&a, &v, bleu_tokenise(&a, strbuf_str(&b), &o));
            if (one.len != many.len || memcmp(one.items, many.items, one.len * sizeof *one.items))
                test_fail(__FILE__, __LINE__, "\"" STR_FMT "\", %zu", STR_ARG(strbuf_str(&b)), k);
        }
    }
}
