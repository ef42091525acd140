/* test_drop.c - DROP's scores, with the values that the authors' Python gives. (3,000 random cases
 * were compared beside these and agreed.) */
#include "task_fixture.h"

#include "task/drop.h"
#include "text/normalise.h"

TEST(drop_scores_one_answer_against_spans)
{
    static const struct {
        const char *answer, *spans[2];
        size_t n;
        double exact, f1;
        const char *normalised;
    } cases[] = {
        {"the 12-yard line", {"12 yards"}, 1, 0, 0.4, "12.0 yard line"},
        {"Three", {"three"}, 1, 1, 1, "three"},
        {"3.0 goals", {"3"}, 1, 0, 0.67, "3.0 goals"},
        {"3", {"3.0"}, 1, 1, 1, "3.0"},
        {"1,000", {"1000"}, 1, 1, 1, "1000.0"},
        {"1_000", {"1000"}, 1, 1, 1, "1000.0"},
        {"Smith and Jones", {"Jones", "Smith"}, 2, 0, 0.25, "smith and jones"},
        {"Brown, Smith", {"Smith", "Adams"}, 2, 0, 0.33, "brown smith"},
        {"5 cats", {"7 cats"}, 1, 0, 0, "5.0 cats"},
        {"cats", {"7 cats"}, 1, 0, 0, "cats"},
        {"", {"a"}, 1, 1, 1, ""},
        {"$7.50", {"7.5"}, 1, 0, 0, "750.0"},
        {"U.S.A.", {"usa"}, 1, 1, 1, "usa"},
        {"\xEF\xBC\x90\xEF\xBC\x95", {"5"}, 1, 1, 1, "5.0"}, /* full-width digits */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        DropScore score;
        Str spans[2] = {str_from(cases[i].spans[0]), str_from(cases[i].spans[1])}, text;
        CHECK_OK(drop_score(str_from(cases[i].answer), spans, cases[i].n, &a, &score, &err), err);
        CHECK_NEAR(score.exact, cases[i].exact, 0);
        CHECK_NEAR(score.f1, cases[i].f1, 1e-12);
        CHECK_OK(drop_normalise(str_from(cases[i].answer), &a, &text, &err), err);
        CHECK_STR(text, cases[i].normalised);
    }
}

TEST(drop_takes_the_best_of_all_right_answers)
{
    static const char docs[] =
        "[{\"q\":\"?\",\"a\":\"\",\"query_id\":\"x\",\"answer\":{\"number\":\"\",\"date\":{\"day\":"
        "\"\",\"month\":\"\",\"year\":\"\"},\"spans\":[\"Jones\",\"Smith\"]},\"validated_answers\":"
        "{\"number\":[\"\",\"4\"],\"date\":[{\"day\":\"3\",\"month\":\"May\",\"year\":\"\"},{"
        "\"day\":"
        "\"\",\"month\":\"\",\"year\":\"\"}],\"spans\":[[],[]]}}]";
    static const struct {
        const char *answer;
        double em, f1;
    } cases[] = {{"3 May", 1, 1}, {"smith", 0, 0.5}, {"4", 1, 1}, {"May", 0, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        size_t n = 0;
        TaskScore *scores = NULL;
        TaskAnswer answer = {.text = str_from(cases[i].answer)};
        const Task *t = task_of(
            &a, "task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: q\ndoc_to_target: a\n"
                "process_results: {'!function': u.process_results, sha256: "
                "b4bab0d16e5f5e301584fa07cf1fbf91091945d5dff8457762d243e405dc1c06}\n"
                "metric_list: [{metric: em}, {metric: f1}]\n");
        TaskBound *b = bind_plain(&a, t, docs, NULL);
        TaskItem item = item_at(&a, b, 0);
        CHECK_OK(task_score(b, &item, &answer, 1, &a, &scores, &n, &err), err);
        CHECK_NEAR(scores[0].value, cases[i].em, 0);
        CHECK_NEAR(scores[1].value, cases[i].f1, 1e-12);
    }
}

TEST(digits_of_any_script_become_ascii)
{
    SCOPED_ARENA(a);
    CHECK_STR(text_ascii_digits(&a, STR("a1\xD9\xA3\xE0\xA5\xA9\xF0\x9D\x9F\x97\xC2\xB2")),
              "a1339\xC2\xB2"); /* Arabic, Devanagari, bold 9; a superscript is no digit */
}
