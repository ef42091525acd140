/* test_ifeval.c - the 25 checkers of IFEval: answers that follow and that do not. */
#include "task_fixture.h"

#include "base/file.h"
#include "base/limits.h"
#include "text/ifeval.h"
#include "text/ifeval_language.h"
#include "text/sentence.h"

#include <time.h>

typedef enum Want { NO, LOOSE, STRICT } Want;

/* Verdicts as lm-evaluation-harness's ifeval (version 4) gives them with NLTK 3.8 and langdetect
 * 1.0.9; but for the letter "!", where it takes a random one. */
static const struct {
    const char *id, *kwargs, *answer;
    Want want;
} cases[] = {
    {"keywords:existence", "{\"keywords\":[\"sea\",\"ship\"]}", "A SHIP on the sea.", STRICT},
    {"keywords:existence", "{\"keywords\":[\"sea\",\"ship\"]}", "A boat on the sea.", NO},
    {"keywords:existence", "{\"keywords\":[\"s.a\"]}", "A sea.", STRICT}, /* an expression */
    {"keywords:frequency", "{\"keyword\":\" hi \",\"frequency\":3,\"relation\":\"less than\"}",
     "hi, this", STRICT},
    {"keywords:frequency", "{\"keyword\":\"hi\",\"frequency\":2,\"relation\":\"less than\"}",
     "hi, this", NO},
    {"keywords:frequency", "{\"keyword\":\"hi\",\"frequency\":2,\"relation\":\"at least\"}",
     "Hi hi", STRICT},
    {"keywords:forbidden_words", "{\"forbidden_words\":[\"cat\"]}", "concatenate", STRICT},
    {"keywords:forbidden_words", "{\"forbidden_words\":[\"cat\"]}", "a Cat.", NO},
    {"keywords:forbidden_words", "{\"forbidden_words\":[\"cat\"]}", "cat\nrest", LOOSE},
    {"keywords:letter_frequency",
     "{\"letter\":\"Q\",\"let_frequency\":2,\"let_relation\":\"at least\"}", "Queue q", STRICT},
    {"keywords:letter_frequency",
     "{\"letter\":\"q\",\"let_frequency\":2,\"let_relation\":\"less than\"}", "Queue q", NO},
    {"keywords:letter_frequency",
     "{\"letter\":\"!\",\"let_frequency\":2,\"let_relation\":\"at least\"}", "a! b!", STRICT},
    {"language:response_language", "{\"language\":\"de\"}", "Das ist nicht der Hund.", STRICT},
    {"language:response_language", "{\"language\":\"de\"}", "This is not the dog.", NO},
    {"language:response_language", "{\"language\":\"hi\"}", "यह एक वाक्य है और यह हिन्दी में है", STRICT},
    {"language:response_language", "{\"language\":\"hi\"}", "12 + 34", STRICT}, /* no letters */
    {"length_constraints:number_sentences", "{\"num_sentences\":3,\"relation\":\"at least\"}",
     "One. Two! Three?", STRICT},
    {"length_constraints:number_sentences", "{\"num_sentences\":3,\"relation\":\"at least\"}",
     "Dr. Smith came. He left.", NO},
    {"length_constraints:number_sentences", "{\"num_sentences\":3,\"relation\":\"less than\"}",
     "Dr. Smith came. He left.", STRICT},
    {"length_constraints:number_paragraphs", "{\"num_paragraphs\":2}", "a\n***\nb", STRICT},
    {"length_constraints:number_paragraphs", "{\"num_paragraphs\":2}", "***\na\n***\nb\n***",
     STRICT},
    {"length_constraints:number_paragraphs", "{\"num_paragraphs\":2}", "a\n***\n\n***\nb", NO},
    {"length_constraints:number_paragraphs", "{\"num_paragraphs\":2}", "a\n\nb", NO},
    {"length_constraints:number_words", "{\"num_words\":4,\"relation\":\"at least\"}",
     "It's two-fold", STRICT},
    {"length_constraints:number_words", "{\"num_words\":4,\"relation\":\"less than\"}",
     "It's two-fold", NO},
    {"length_constraints:nth_paragraph_first_word",
     "{\"num_paragraphs\":2,\"nth_paragraph\":2,\"first_word\":\"Elm\"}", "one\n\n\"elm's tree",
     STRICT},
    {"length_constraints:nth_paragraph_first_word",
     "{\"num_paragraphs\":2,\"nth_paragraph\":2,\"first_word\":\"elm\"}", "one\n\nelms", NO},
    {"length_constraints:nth_paragraph_first_word",
     "{\"num_paragraphs\":2,\"nth_paragraph\":2,\"first_word\":\"elm\"}", "one\n\nelm\n\nx", LOOSE},
    {"detectable_content:number_placeholders", "{\"num_placeholders\":2}", "[a] and [b c]", STRICT},
    {"detectable_content:number_placeholders", "{\"num_placeholders\":2}", "[a\n] and [b]", NO},
    {"detectable_content:postscript", "{\"postscript_marker\":\"P.S.\"}", "x p. s. y", STRICT},
    {"detectable_content:postscript", "{\"postscript_marker\":\"P.S.\"}", "x ps y", NO},
    {"detectable_content:postscript", "{\"postscript_marker\":\"P.P.S\"}", "P. P. S y", STRICT},
    {"detectable_content:postscript", "{\"postscript_marker\":\"P.P.S\"}", "P.S. y", NO},
    {"detectable_content:postscript", "{\"postscript_marker\":\"PS:\"}", "ps: y", STRICT},
    {"detectable_format:number_bullet_lists", "{\"num_bullets\":2}", "* a\n - b\n** c", STRICT},
    {"detectable_format:number_bullet_lists", "{\"num_bullets\":2}", "* a\n- b\n* c", LOOSE},
    {"detectable_format:number_bullet_lists", "{\"num_bullets\":1}", "a * b", NO},
    {"detectable_format:constrained_response", "{}", "Hm. My answer is maybe.", STRICT},
    {"detectable_format:constrained_response", "{}", "My answer is yes!", NO},
    {"detectable_format:number_highlighted_sections", "{\"num_highlights\":2}", "*a* and *b*",
     STRICT},
    {"detectable_format:number_highlighted_sections", "{\"num_highlights\":2}", "**a** x", NO},
    {"detectable_format:number_highlighted_sections", "{\"num_highlights\":3}", "**a** *b* *c*",
     STRICT}, /* both asterisks of a pair count as an empty *...* but not as a highlight */
    {"detectable_format:multiple_sections", "{\"section_spliter\":\"SECTION\",\"num_sections\":2}",
     "SECTION 1 a\nSECTION2 b", STRICT},
    {"detectable_format:multiple_sections", "{\"section_spliter\":\"SECTION\",\"num_sections\":2}",
     "Section 1 a\nSection 2 b", NO},
    {"detectable_format:json_format", "{}", "```json\n{\"a\": [1]}\n```", STRICT},
    {"detectable_format:json_format", "{}", "Here:\n{\"a\": 1}", LOOSE},
    {"detectable_format:json_format", "{}", "{\"a\": 1,}", NO},
    {"detectable_format:title", "{}", "<<Ode>>\nx", STRICT},
    {"detectable_format:title", "{}", "<< >> x", NO},
    {"combination:two_responses", "{}", "a\n******\nb", STRICT},
    {"combination:two_responses", "{}", "a\n******\na", NO},
    {"combination:two_responses", "{}", "a******b******c", NO},
    {"combination:repeat_prompt", "{\"prompt_to_repeat\":\"Say it.\"}", " say it. It.", STRICT},
    {"combination:repeat_prompt", "{\"prompt_to_repeat\":\"Say it.\"}", "Sure:\nSay it. It", LOOSE},
    {"combination:repeat_prompt", "{\"prompt_to_repeat\":\"Say it.\"}", "Say that.", NO},
    {"startend:end_checker", "{\"end_phrase\":\"The end.\"}", "x \"the END.\"\n", STRICT},
    {"startend:end_checker", "{\"end_phrase\":\"The end.\"}", "The end. No.", NO},
    {"startend:quotation", "{}", " \"x\" ", STRICT},
    {"startend:quotation", "{}", "\"", NO},
    {"startend:quotation", "{}", "So:\n\"x\"", LOOSE},
    {"change_case:capital_word_frequency",
     "{\"capital_frequency\":3,\"capital_relation\":\"at least\"}", "I CAN'T go", STRICT},
    {"change_case:capital_word_frequency",
     "{\"capital_frequency\":3,\"capital_relation\":\"less than\"}", "I CAN'T go", NO},
    {"change_case:english_capital", "{}", "THIS IS THE ANSWER TO ALL OF IT, 42", STRICT},
    {"change_case:english_capital", "{}", "THIS IS THE ANSWER TO aLL OF IT", NO},
    {"change_case:english_capital", "{}", "DAS IST NICHT DER HUND, DEN ICH KENNE", NO},
    {"change_case:english_lowercase", "{}", "this is the answer to all of it, 42", STRICT},
    {"change_case:english_lowercase", "{}", "This is the answer to all of it", NO},
    {"punctuation:no_comma", "{}", "a; b", STRICT},
    {"punctuation:no_comma", "{}", "a, b", NO},
    {"punctuation:no_comma", "{}", "Well, so:\na b", LOOSE},
    {"punctuation:no_comma", "{}", " \n", NO}, /* nothing follows nothing */
};

TEST(ifeval_checkers_judge_as_the_reference_does)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        Json kwargs;
        IfevalVerdict v = {0};
        CHECK_OK(json_parse(&a, str_from(cases[i].kwargs), &kwargs, &err), err);
        CHECK_OK(ifeval_check(str_from(cases[i].id), &kwargs, str_from(cases[i].answer), &v, &err),
                 err);
        Want got = v.strict ? STRICT : v.loose ? LOOSE : NO;
        if (got != cases[i].want || (v.strict && !v.loose))
            test_fail(__FILE__, __LINE__, "%s on \"%s\": %d, want %d", cases[i].id, cases[i].answer,
                      (int)got, (int)cases[i].want);
    }
}

TEST(ifeval_has_25_checkers_each_with_both_verdicts)
{
    size_t n = 0;
    for (; ifeval_name(n); n++) {
        bool yes = false, no = false;
        for (size_t i = 0; i < COUNT(cases); i++)
            if (!strcmp(cases[i].id, ifeval_name(n))) {
                yes |= cases[i].want == STRICT;
                no |= cases[i].want == NO;
            }
        if (!yes || !no)
            test_fail(__FILE__, __LINE__, "%s lacks an answer", ifeval_name(n));
    }
    CHECK_INT(n, 25);
}

TEST(ifeval_refuses_what_the_reference_would_make_up)
{
    static const struct {
        const char *id, *kwargs, *why;
    } wrong[] = {
        {"keywords:none", "{}", "unknown instruction \"keywords:none\""},
        {"keywords:existence", "{}", "needs \"keywords\" to be a list of texts"},
        {"keywords:existence", "{\"keywords\":[1]}", "needs \"keywords\" to be a list of texts"},
        {"keywords:existence", "{\"keywords\":[\"(\"]}",
         "keywords:existence\": regular expression"},
        {"length_constraints:number_words", "{\"relation\":\"at least\"}", "a whole number"},
        {"length_constraints:number_words", "{\"num_words\":2.5}", "a whole number"},
        {"length_constraints:number_words", "{\"num_words\":2,\"relation\":\"about\"}",
         "\"less than\" or \"at least\""},
        {"startend:end_checker", "{\"end_phrase\":null}", "needs \"end_phrase\" to be a text"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        Json kwargs;
        IfevalVerdict v;
        CHECK_OK(json_parse(&a, str_from(wrong[i].kwargs), &kwargs, &err), err);
        CHECK(ifeval_check(str_from(wrong[i].id), &kwargs, STR("x"), &v, &err) == E_PARSE);
        if (!strstr(err.msg, wrong[i].why))
            test_fail(__FILE__, __LINE__, "%s: %s", wrong[i].id, err.msg);
    }
}

/* As NLTK 3.8's Punkt with its English model counts. */
TEST(sentences_are_counted_as_punkt_does)
{
    static const struct {
        const char *text;
        size_t n;
    } texts[] = {
        {"", 0},
        {"Hello", 1},
        {"xx,x. xx,x! xx/x. x{x}x?", 4},
        {"He said \"Stop.\" Then he left.", 2},
        {"It was 5.5 in Jan. last year.", 1},
        {"J. K. Rowling wrote it! yes?", 2},
        {"The end... And so on... again", 2},
        {"See p. 5. The rest follows.", 2},
        {"At 5 p.m. The train left.", 2},
        {"At 5 p.m. Bob left.", 1},
        {"Fruit, e.g. apples", 2},
        {"1. One\n2. Two", 3},
        {"(Yes.) No.", 2},
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        if (sentence_count(str_from(texts[i].text)) != texts[i].n)
            test_fail(__FILE__, __LINE__, "\"%s\" has %zu", texts[i].text,
                      sentence_count(str_from(texts[i].text)));
    CHECK_INT(sentence_capital_words(STR("I CANNOT AND/OR U.S.A. JOHN'S (ABC) A-B a1 B2 C")), 11);
}

/* A run of points or dashes was counted again from each of its places. */
TEST(sentences_of_marks_take_no_time_in_their_square)
{
    static const char *const parts[] = {"-", ".", ". ", ".\n", "- "};
    for (size_t i = 0; i < COUNT(parts); i++) {
        SCOPED_ARENA(a);
        StrBuf text = strbuf_make(&a, MIB);
        while (text.len < MIB / 2)
            strbuf_adds(&text, parts[i]);
        strbuf_adds(&text, "X");
        clock_t start = clock();
        CHECK_INT(sentence_capital_words(strbuf_str(&text)), 1);
        CHECK(sentence_count(strbuf_str(&text)) > 0);
        CHECK(clock() - start < 20 * CLOCKS_PER_SEC);
    }
}

TEST(languages_are_told_by_script_and_words)
{
    static const struct {
        const char *text, *language;
    } texts[] = {
        {"The cat is on the mat", "en"},
        {"Desayunamos en McDonald's hoy", "es"},
        {"我们今天去卢浮宫。", "zh"},
        {"今日はルーブルに行きます", "ja"},
        {"오늘 우리는 간다", "ko"},
        {"Сегодня мы идём в музей, и это хорошо", "ru"},
        {"Днес ще отидем в музея със семейството", "bg"},
        {"آج ہم میوزیم جا رہے ہیں", "ur"},
        {"امروز به موزه می‌رویم و این خوب است", "fa"},
        {"اليوم نذهب إلى المتحف", "ar"},
        {"आज हामी संग्रहालय जाँदै छौं र यो राम्रो छ", "ne"},
        {"आज आपण संग्रहालयात जात आहोत आणि हे छान आहे", "mr"},
        {"ఈ రోజు మనం వెళ్తున్నాము", "te"},
        {"Leo tunakwenda kwenye jumba la makumbusho na watoto", "sw"},
        {"Tänään menemme museoon ja se on hyvä", "fi"},
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *got = ifeval_language_of(str_from(texts[i].text));
        if (!got || strcmp(got, texts[i].language))
            test_fail(__FILE__, __LINE__, "\"%s\" is %s", texts[i].text, got ? got : "unknown");
    }
    CHECK(ifeval_language_of(STR("12 + 34")) == NULL);
    CHECK(!ifeval_has_letters(STR("12 + 34")));
}

/* ---- the data set ---- */

#define TASK                                                                                       \
    "task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: prompt\ndoc_to_target: 0\n"          \
    "metric_list:\n  - {metric: prompt_level_strict_acc}\n  - {metric: inst_level_strict_acc}\n"   \
    "  - {metric: prompt_level_loose_acc}\n  - {metric: inst_level_loose_acc}\n"

TEST(ifeval_metrics_take_the_columns_of_a_document)
{
    SCOPED_ARENA(a);
    Err err = {0};
    TaskScore *scores;
    size_t n;
    TaskBound *b =
        bind_plain(&a, task_of(&a, TASK),
                   "[{\"prompt\":\"p\",\"instruction_id_list\":[\"punctuation:no_comma\","
                   "\"startend:quotation\",\"detectable_format:title\"],"
                   "\"kwargs\":[{},{\"x\":null},{}]}]",
                   NULL);
    TaskItem item = item_at(&a, b, 0);
    TaskAnswer answer = {.text = STR("Well, here:\n\"x\"")};
    CHECK_OK(task_score(b, &item, &answer, 1, &a, &scores, &n, &err), err);
    CHECK_INT(n, 4);
    static const double values[] = {0, 0, 0, 2.0 / 3}, weights[] = {0, 3, 0, 3};
    for (size_t i = 0; i < 4; i++) {
        CHECK_NEAR(scores[i].value, values[i], 1e-12);
        CHECK_NEAR(scores[i].weight, weights[i], 0);
    }
    CHECK_STR(scores[3].why, "follows 2 of 3 instructions; not detectable_format:title");
}

/* Every figure of the data set that concerns it, and every instruction can be asked for. */
TEST(ifeval_data_set_is_read_whole)
{
    const char *path = test_shared("data/ifeval/prompts.jsonl");
    if (!path)
        return;
    SCOPED_ARENA(a);
    Err err = {0};
    Str text, figures_text;
    Json figures;
    size_t prompts = 0, instructions = 0, with[4] = {0}, counts[25] = {0};
    CHECK_OK(file_read(&a, path, LIMIT_RECORD, &text, &err), err);
    path = test_shared("data/ifeval/expected.json");
    CHECK_OK(file_read(&a, path, LIMIT_RECORD, &figures_text, &err), err);
    CHECK_OK(json_parse(&a, figures_text, &figures, &err), err);
    while (text.len) {
        Json doc;
        IfevalVerdict v;
        CHECK_OK(json_parse(&a, str_split(&text, '\n'), &doc, &err), err);
        const Json *ids = json_get(&doc, "instruction_id_list"), *kwargs = json_get(&doc, "kwargs");
        prompts++;
        instructions += ids->len;
        with[ids->len]++;
        for (uint32_t i = 0; i < ids->len; i++) {
            CHECK_OK(ifeval_check(ids->items[i].text, &kwargs->items[i], STR("x"), &v, &err), err);
            for (size_t k = 0; k < COUNT(counts); k++)
                counts[k] += str_eqc(ids->items[i].text, ifeval_name(k));
        }
    }
#define FIGURE(name) json_int(json_get(json_get_str(&figures, name), "value"), -1)
    CHECK_INT(prompts, FIGURE(STR("prompts")));
    CHECK_INT(instructions, FIGURE(STR("instructions")));
    for (size_t i = 1; i < COUNT(with); i++)
        CHECK_INT(with[i], FIGURE(str_printf(&a, "prompts_with_%zu", i)));
    CHECK_INT(COUNT(counts), FIGURE(STR("distinct_instructions")));
    size_t groups = 0;
    for (size_t k = 0; k < COUNT(counts); k++) { /* the names are sorted by group */
        Str name = str_from(ifeval_name(k)), before = str_from(k ? ifeval_name(k - 1) : ":");
        groups += !str_eq(str_split(&name, ':'), str_split(&before, ':'));
    }
    CHECK_INT(groups, FIGURE(STR("instruction_groups")));
    for (size_t k = 0; k < COUNT(counts); k++)
        CHECK_INT(counts[k], FIGURE(str_printf(&a, "count %s", ifeval_name(k))));
#undef FIGURE
}
