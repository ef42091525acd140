/* test_overlap_metrics.c - ROUGE, stems, subsequences, edits and normalised answers. ROUGE and
 * stems were printed by rouge_score (Google's, with NLTK 3.8's stemmer); 1,500 random pairs and
 * 117,000 words were compared with them once. */
#include "test.h"
#include "text/likeness.h"
#include "text/overlap.h"
#include "text/porter.h"
#include "text/rouge.h"
#include "text/sequence.h"

/* Letters of a fixed generator, the same in the program that printed the values. */
static Str drawn(Arena *a, size_t n, uint32_t seed, const char *alphabet)
{
    char *text = arena_array(a, n + 1, 1);
    for (size_t i = 0; i < n; i++) {
        seed = (seed * 1103515245u + 12345u) & 0x7fffffffu;
        text[i] = alphabet[(seed >> 16) % strlen(alphabet)];
    }
    return (Str){text, n};
}

/* Printed by CPython 3.11's difflib.SequenceMatcher(None, a, b).ratio(). */
TEST(characters_are_matched_as_difflib_does)
{
    static const struct {
        size_t a, b;
        const char *alphabet;
        double want;
    } cases[] = {
        {50, 60, "abc", 0.34545454545454546},
        {300, 250, "abcdefgh", 0.0}, /* every letter is popular */
        {400, 400, "abcdefghijklmnopqrstuvwxyz ", 0.0025},
        {700, 900, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 0.02375},
        {5, 199, "ab", 0.049019607843137254},
        {5, 200, "ab", 0.00975609756097561},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Str x = drawn(&a, cases[i].a, 1, cases[i].alphabet);
        Str y = drawn(&a, cases[i].b, 2, cases[i].alphabet);
        CHECK_NEAR(likeness_ratio(x, y, &a), cases[i].want, 1e-15);
    }
    SCOPED_ARENA(a);
    CHECK_NEAR(likeness_ratio(STR(""), STR(""), &a), 1, 0);
    CHECK_NEAR(likeness_ratio(STR("x"), STR(""), &a), 0, 0);
}

/* Printed by the Python package rouge 1.0.1. A text beyond the limits ends in time. */
TEST(sets_of_words_are_compared_as_the_package_rouge_does)
{
    SCOPED_ARENA(a);
    CHECK_NEAR(likeness_rouge(STR("The mat was warm. The cat sat."),
                              STR("The cat sat on the mat. It was warm."), &a),
               0.7999999952000001, 1e-15);
    CHECK_NEAR(likeness_rouge(STR("b a b a. d c. "), STR("a b a b. c"), &a), 0.7499999953124999,
               1e-15);
    CHECK_NEAR(likeness_rouge(STR("..."), STR("a"), &a), 0, 0);
    CHECK_NEAR(likeness_rouge(STR(" . "), STR("  "), &a), 1, 1e-8); /* an empty word each */
    StrBuf b = strbuf_make(&a, 1 << 20);
    for (int i = 0; i < 50000; i++)
        strbuf_adds(&b, i % 3 ? "x " : "y ");
    CHECK(likeness_rouge(strbuf_str(&b), strbuf_str(&b), &a) > 0.99);
}

TEST(words_have_the_stems_of_the_reference)
{
    static const struct {
        const char *word, *stem;
    } cases[] = {{"caresses", "caress"},
                 {"ponies", "poni"},
                 {"ties", "tie"},
                 {"cats", "cat"},
                 {"feed", "feed"},
                 {"agreed", "agre"},
                 {"plastered", "plaster"},
                 {"bled", "bled"},
                 {"motoring", "motor"},
                 {"sing", "sing"},
                 {"conflated", "conflat"},
                 {"troubled", "troubl"},
                 {"sized", "size"},
                 {"hopping", "hop"},
                 {"tanned", "tan"},
                 {"falling", "fall"},
                 {"hissing", "hiss"},
                 {"fizzed", "fizz"},
                 {"failing", "fail"},
                 {"filing", "file"},
                 {"happy", "happi"},
                 {"sky", "sky"},
                 {"relational", "relat"},
                 {"conditional", "condit"},
                 {"rational", "ration"},
                 {"valenci", "valenc"},
                 {"hesitanci", "hesit"},
                 {"digitizer", "digit"},
                 {"conformabli", "conform"},
                 {"radicalli", "radic"},
                 {"differentli", "differ"},
                 {"vileli", "vile"},
                 {"analogousli", "analog"},
                 {"vietnamization", "vietnam"},
                 {"predication", "predic"},
                 {"operator", "oper"},
                 {"feudalism", "feudal"},
                 {"decisiveness", "decis"},
                 {"hopefulness", "hope"},
                 {"callousness", "callous"},
                 {"formaliti", "formal"},
                 {"sensitiviti", "sensit"},
                 {"sensibiliti", "sensibl"},
                 {"triplicate", "triplic"},
                 {"formative", "form"},
                 {"formalize", "formal"},
                 {"electriciti", "electr"},
                 {"electrical", "electr"},
                 {"hopeful", "hope"},
                 {"goodness", "good"},
                 {"revival", "reviv"},
                 {"allowance", "allow"},
                 {"inference", "infer"},
                 {"airliner", "airlin"},
                 {"gyroscopic", "gyroscop"},
                 {"adjustable", "adjust"},
                 {"defensible", "defens"},
                 {"irritant", "irrit"},
                 {"replacement", "replac"},
                 {"adjustment", "adjust"},
                 {"dependent", "depend"},
                 {"adoption", "adopt"},
                 {"homologou", "homolog"},
                 {"communism", "commun"},
                 {"activate", "activ"},
                 {"angulariti", "angular"},
                 {"homologous", "homolog"},
                 {"effective", "effect"},
                 {"bowdlerize", "bowdler"},
                 {"probate", "probat"},
                 {"rate", "rate"},
                 {"cease", "ceas"},
                 {"controll", "control"},
                 {"roll", "roll"},
                 {"skies", "sky"},
                 {"dying", "die"},
                 {"news", "news"},
                 {"died", "die"},
                 {"flies", "fli"},
                 {"fly", "fli"},
                 {"enjoy", "enjoy"},
                 {"yyy", "yyy"},
                 {"syzygy", "syzygi"},
                 {"biology", "biolog"},
                 {"geologi", "geolog"},
                 {"hopefully", "hope"},
                 {"generally", "gener"},
                 {"oxen", "oxen"},
                 {"ies", "i"},
                 {"ied", "i"},
                 {"xing", "xing"},
                 {"2000s", "2000"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        CHECK_STR(porter_stem(&a, str_from(cases[i].word)), cases[i].stem);
    }
}

TEST(rouge_gives_what_rouge_score_gives)
{
    static const struct {
        const char *target, *prediction;
        double plain[4], stemmed[4];
    } cases[] = {
        {"The quick brown fox jumps over the lazy dog.\nIt was not amused.\nThe end of the story",
         "The lazy dog was not amused.\nA fox jumped over it, quickly.\n\nThe end",
         {0.6875, 0.333333333333, 0.5, 0.6875},
         {0.75, 0.466666666667, 0.5, 0.75}},
        {"Organizations running relational databases (2024) don't organize",
         "An organization runs a relational database; it is organized.",
         {0.117647058824, 0, 0.117647058824, 0.117647058824},
         {0.588235294118, 0.266666666667, 0.588235294118, 0.588235294118}},
        {"a b c d e f g",
         "g f e d c b a",
         {1, 0, 0.142857142857, 0.142857142857},
         {1, 0, 0.142857142857, 0.142857142857}},
        {"one two three four five\nsix seven",
         "two four one five\nseven six two",
         {0.857142857143, 0, 0.571428571429, 0.571428571429},
         {0.857142857143, 0, 0.571428571429, 0.571428571429}},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int stem = 0; stem < 2; stem++) {
            SCOPED_ARENA(a);
            Str t = str_from(cases[i].target), p = str_from(cases[i].prediction);
            RougeOptions o = {ROUGE_ENGLISH, stem};
            const double *want = stem ? cases[i].stemmed : cases[i].plain;
            CHECK_NEAR(rouge_n(t, p, 1, &o, &a).f, want[0], 1e-11);
            CHECK_NEAR(rouge_n(t, p, 2, &o, &a).f, want[1], 1e-11);
            CHECK_NEAR(rouge_l(t, p, &o, &a).f, want[2], 1e-11);
            CHECK_NEAR(rouge_lsum(t, p, &o, &a).f, want[3], 1e-11);
        }
}

/* Which of several longest subsequences is marked decides here: the other way gives 0.375. */
TEST(rouge_goes_back_through_the_table_as_rouge_score_does)
{
    SCOPED_ARENA(a);
    RougeOptions o = {ROUGE_ENGLISH, false};
    Str target = STR("d c b d b\na b d"), prediction = STR("b b a a\nb b b b");
    CHECK_NEAR(rouge_lsum(target, prediction, &o, &a).f, 0.5, 1e-12);
}

static size_t count(const char *text, RougeTokens tokens)
{
    SCOPED_ARENA(a);
    Vocabulary v = {0};
    RougeOptions o = {tokens, false};
    return rouge_tokenise(&a, &v, str_from(text), &o).len;
}

TEST(rouge_tokens_are_what_their_names_say)
{
    CHECK_INT(count("Don't stop, café!", ROUGE_ENGLISH), 4);       /* don t stop caf */
    CHECK_INT(count("Don't stop, café!", ROUGE_MIXED), 4);         /* don t stop café */
    CHECK_INT(count("我用 GPT-４ 写，１２3字。", ROUGE_MIXED), 7); /* 我 用 gpt 4 写 123 字 */
    CHECK_INT(count("ひらがな한국어 ok", ROUGE_MIXED), 6);         /* four kana, a word, ok */
    CHECK_INT(count("好， ok。", ROUGE_CHARACTERS), 5);
    CHECK_INT(count("好，", ROUGE_ENGLISH), 0);
    CHECK_INT(count("\xff\xfe x \xe4", ROUGE_MIXED), 1);
    SCOPED_ARENA(a);
    RougeOptions mixed = {ROUGE_MIXED, false}, english = {ROUGE_ENGLISH, false};
    Str zh = STR("今天天气很好");
    CHECK(rouge_l(zh, zh, &mixed, &a).f == 1 && rouge_n(zh, zh, 2, &mixed, &a).f == 1);
    CHECK(rouge_l(zh, zh, &english, &a).f == 0);
}

/* ---- sequences, against tables filled cell by cell ---- */

enum { SIDE = 200 };

static size_t slow_table(Ids a, Ids b, bool edits)
{
    static size_t t[SIDE + 1][SIDE + 1];
    for (size_t i = 0; i <= a.len; i++)
        for (size_t j = 0; j <= b.len; j++) {
            if (!i || !j) {
                t[i][j] = edits ? i + j : 0;
                continue;
            }
            bool same = a.items[i - 1] == b.items[j - 1];
            size_t up = t[i - 1][j], left = t[i][j - 1], across = t[i - 1][j - 1];
            if (edits) {
                size_t least = up < left ? up : left;
                t[i][j] = across + !same < least + 1 ? across + !same : least + 1;
            } else {
                t[i][j] = same ? across + 1 : up > left ? up : left;
            }
        }
    return t[a.len][b.len];
}

static bool is_subsequence(const uint32_t *x, size_t n, Ids b)
{
    size_t at = 0;
    for (size_t j = 0; j < b.len && at < n; j++)
        at += x[at] == b.items[j];
    return at == n;
}

TEST(sequences_are_compared_as_cell_by_cell)
{
    uint64_t state = 11;
    for (size_t round = 0; round < 120; round++) {
        SCOPED_ARENA(a);
        Ids x = ids_make(&a, SIDE), y = ids_make(&a, SIDE);
        const uint32_t kinds[] = {1, 2, 5, 70, 400};
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        size_t n = state >> 40 & 127, m = 60 + (state >> 50) % 140;
        for (size_t i = 0; i < n + m; i++) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            Ids *to = i < n ? &x : &y;
            to->items[to->len++] = (uint32_t)(state >> 33) % kinds[round % COUNT(kinds)];
        }
        size_t lcs = slow_table(x, y, false), found = 0;
        CHECK_INT(sequence_lcs(x, y, &a), lcs);
        CHECK_INT(sequence_lcs(y, x, &a), lcs);
        CHECK_INT(sequence_distance(x, y, &a), slow_table(x, y, true));
        CHECK_INT(sequence_distance(y, x, &a), slow_table(x, y, true));
        bool *hits = arena_array(&a, SIDE, sizeof *hits);
        uint32_t common[SIDE];
        sequence_mark_lcs(x, y, hits, &a);
        for (size_t i = 0; i < x.len; i++)
            if (hits[i])
                common[found++] = x.items[i];
        CHECK_INT(found, lcs);
        CHECK(is_subsequence(common, found, y));
    }
}

TEST(known_distances)
{
    SCOPED_ARENA(a);
    CHECK_INT(sequence_distance(text_codes(&a, STR("kitten")), text_codes(&a, STR("sitting")), &a),
              3);
    CHECK_INT(sequence_distance(text_codes(&a, STR("今天天气很好，我们去公园。")),
                                text_codes(&a, STR("今天天气不错，我们去公园玩。")), &a),
              3);
    CHECK_INT(sequence_distance(text_codes(&a, STR("")), text_codes(&a, STR("ab")), &a), 2);
    CHECK_INT(sequence_distance(text_codes(&a, STR("ab")), text_codes(&a, STR("ab")), &a), 0);
}

/* Whatever the symbols: all alike, all different, few. The time is that of n * m / 64 steps. */
TEST(long_sequences_take_little_time)
{
    for (uint32_t kinds = 1; kinds <= 100000; kinds = kinds < 3 ? 3 : kinds * 40) {
        SCOPED_ARENA(a);
        Ids x = ids_make(&a, 50000), y = ids_make(&a, 50000);
        for (uint32_t i = 0; i < 50000; i++) {
            x.items[x.len++] = i * 7919u % kinds;
            y.items[y.len++] = (i * 7919u + (i > 25000)) % kinds;
        }
        CHECK(sequence_lcs(x, y, &a) >= 25000);
        CHECK(sequence_distance(x, y, &a) <= 25000);
    }
}

TEST(texts_beyond_the_limits_are_compared_as_far_as_they_go)
{
    SCOPED_ARENA(a);
    StrBuf b = strbuf_make(&a, (size_t)1 << 26);
    for (int i = 0; i < ROUGE_LCS_TOKENS + 5000; i++)
        strbuf_addf(&b, i < ROUGE_LCS_TOKENS ? "w%d\n" : "x%d\n", i % 1000);
    RougeOptions o = {ROUGE_ENGLISH, false};
    Str same = strbuf_str(&b), other = str_slice(same, 0, same.len - 20000);
    CHECK(rouge_l(same, other, &o, &a).f == 1); /* they differ behind the limit alone */
    other = str_slice(same, 0, (size_t)str_find(same, STR("w600\n")));
    CHECK(rouge_lsum(same, other, &o, &a).f == 1); /* and behind 500 sentences */
}

TEST(answers_are_normalised_as_squad_and_cmrc_do)
{
    static const struct {
        const char *text, *en, *zh;
    } cases[] = {
        {"The U.S.A.'s  a cat", "usas cat", "theusasacat"},
        {"An apple, the THE theatre a-b", "apple theatre ab", "anapplethethetheatreab"},
        {"  《红楼梦》 １２ 回！ ", "《红楼梦》 １２ 回！", "红楼梦12回"},
        {"the", "", "the"},
        {"", "", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        CHECK_STR(overlap_normalise(&a, str_from(cases[i].text), OVERLAP_ENGLISH), cases[i].en);
        CHECK_STR(overlap_normalise(&a, str_from(cases[i].text), OVERLAP_CHINESE), cases[i].zh);
    }
    SCOPED_ARENA(a);
    CHECK(token_f1(STR(""), STR("the"), OVERLAP_ENGLISH, &a) == 1);
    CHECK(token_f1(STR(""), STR("x"), OVERLAP_ENGLISH, &a) == 0);
    /* 北 京 大 学 against 北 京 的 大 学: 4 shared of 4 and 5 */
    CHECK_NEAR(token_f1(STR("北京大学。"), STR("北京的大学"), OVERLAP_CHINESE, &a), 8.0 / 9, 1e-12);
}
