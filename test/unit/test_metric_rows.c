/* test_metric_rows.c - metrics of a task file on single items: what they take, what they give. */
#include "task_fixture.h"

#define HEAD "task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: q\ndoc_to_target: a\n"

static const Task *with_metric(Arena *a, const char *entry)
{
    return task_of(a, str_printf(a, HEAD "repeats: 8\nmetric_list:\n  - {%s}\n", entry).ptr);
}

static TaskScore score_answers(Arena *a, const Task *t, const char *docs, const char *const *texts,
                               size_t n)
{
    Err err = {0};
    TaskScore *scores = NULL;
    size_t n_scores = 0;
    TaskAnswer *answers = arena_array(a, n, sizeof *answers);
    TaskBound *bound = bind_plain(a, t, docs, NULL);
    TaskItem item = item_at(a, bound, 0);
    for (size_t i = 0; i < n; i++)
        answers[i].text = str_from(texts[i]);
    CHECK_OK(task_score(bound, &item, answers, n, a, &scores, &n_scores, &err), err);
    CHECK_INT(n_scores, 1);
    return scores[0];
}

#define ONE "[{\"q\":\"?\",\"a\":\"42\"}]"

/* 5 of 8 right: 1 - C(3,2)/C(8,2) and so on, by hand. */
TEST(repeats_are_counted_past_take_first)
{
    static const char *const texts[] = {"42", "41", "42", "42", "7", "42", "41", "42"};
    static const struct {
        const char *entry;
        double want;
    } cases[] = {
        {"metric: pass@1", 5.0 / 8},
        {"metric: pass@2", 1 - 3.0 / 28},
        {"metric: pass@8", 1},
        {"metric: pass^2", 10.0 / 28},
        {"metric: g-pass@2, tau: 1.0", 10.0 / 28},
        {"metric: g-pass@2", 1 - 3.0 / 28},
        {"metric: maj@8", 1},
        {"metric: maj@1", 5.0 / 8},
        {"metric: maj@2", (10 + 15 / 2.0) / 28}, /* both right, or one: a tie */
        {"metric: mg-pass@2", 10.0 / 28},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        TaskScore s = score_answers(&a, with_metric(&a, cases[i].entry), ONE, texts, 8);
        if (!(fabs(s.value - cases[i].want) < 1e-12) || !s.found)
            test_fail(__FILE__, __LINE__, "%s is %.12g, want %.12g", cases[i].entry, s.value,
                      cases[i].want);
        CHECK_STR(s.why, "5 of 8 answers are right");
    }
}

TEST(too_few_repeats_say_what_to_do)
{
    SCOPED_ARENA(a);
    Err err = {0};
    const Task *t = with_metric(&a, "metric: pass@8");
    TaskBound *bound = bind_plain(&a, t, ONE, NULL);
    TaskItem item = item_at(&a, bound, 0);
    TaskAnswer answers[2] = {0};
    TaskScore *scores;
    size_t n;
    CHECK_INT(task_score(bound, &item, answers, 2, &a, &scores, &n, &err), E_USAGE);
    CHECK(strstr(err.msg, "needs 8 answers of each item, and item 0 has 2"));
    CHECK_INT(task_least_repeats(t), 8);
    CHECK_INT(task_least_repeats(with_metric(&a, "metric: exact_match")), 1);
}

TEST(names_of_repeated_metrics_carry_their_number)
{
    static const char *const wrong[] = {"pass@0", "pass@",      "pass@k",  "pass^k", "pass@x",
                                        "acc@2",  "pass@20000", "pass@1x", "maj^2"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        SCOPED_ARENA(a);
        Str yaml = str_printf(&a, HEAD "metric_list:\n  - metric: %s\n", wrong[i]);
        if (str_find(problems_of(&a, yaml.ptr), STR("unknown metric")) < 0)
            test_fail(__FILE__, __LINE__, "\"%s\" is taken for a metric", wrong[i]);
    }
}

static double value_of(const char *entry, const char *docs, const char *answer)
{
    SCOPED_ARENA(a);
    return score_text(&a, with_metric(&a, entry), docs, answer).value;
}

#define FOX "[{\"q\":\"?\",\"a\":\"The quick brown fox jumps over the lazy dog.\"}]"
#define ZH "[{\"q\":\"?\",\"a\":\"今天天气不错，我们去公园玩。\"}]"
#define TWO "[{\"q\":\"?\",\"a\":[\"x y\",\"The Beatles\"]}]"

/* METHODS F1, F5, F6. */
TEST(overlap_metrics_have_the_values_of_the_handbook)
{
    const char *dog = "The quick brown dog jumps on the log.", *zh = "今天天气很好，我们去公园。";
    CHECK_NEAR(value_of("metric: rouge1", FOX, dog), 0.7058824, 1e-7);
    CHECK_NEAR(value_of("metric: rouge2", FOX, dog), 0.2666667, 1e-7);
    CHECK_NEAR(value_of("metric: rougeL", FOX, dog), 0.5882353, 1e-7);
    CHECK_NEAR(value_of("metric: rougeL, tokenizer: characters", ZH, zh), 22.0 / 27, 1e-12);
    CHECK_NEAR(value_of("metric: rougeL, tokenizer: english", ZH, zh), 0, 0);
    CHECK_NEAR(value_of("metric: rougeL, tokenizer: mixed", ZH, zh), 18.0 / 23, 1e-12);
    CHECK_NEAR(value_of("metric: edit_distance", ZH, zh), 3, 0);
    CHECK_NEAR(value_of("metric: cer", ZH, zh), 3.0 / 14, 1e-12);
    CHECK_NEAR(value_of("metric: token_f1", "[{\"q\":\"?\",\"a\":\"a cat on the mat\"}]",
                        "the cat sat on the mat"),
               0.8571429, 1e-7);
}

TEST(short_answers_are_compared_after_normalisation)
{
    CHECK_NEAR(value_of("metric: quasi_exact_match", TWO, "beatles!"), 1, 0);
    CHECK_NEAR(value_of("metric: quasi_exact_match", TWO, "beatle"), 0, 0);
    CHECK_NEAR(value_of("metric: token_f1", TWO, "y z"), 0.5, 1e-12); /* the better of two */
    CHECK_NEAR(value_of("metric: quasi_exact_match", "[{\"q\":\"?\",\"a\":\"北京\"}]", " 北 京。"),
               1, 0);
    CHECK_NEAR(value_of("metric: quasi_exact_match, language: en", "[{\"q\":\"?\",\"a\":\"北京\"}]",
                        "北京。"),
               0, 0); /* SQuAD knows ASCII punctuation alone */
    CHECK_NEAR(
        value_of("metric: wer", "[{\"q\":\"?\",\"a\":\"one two three four\"}]", "one too three"),
        0.5, 1e-12);
    CHECK_NEAR(value_of("metric: wer, ignore_case: true, ignore_punctuation: true",
                        "[{\"q\":\"?\",\"a\":\"one two.\"}]", "One, TWO"),
               0, 0);
}

TEST(options_of_metrics_are_checked)
{
    static const struct {
        const char *entry, *problem;
    } cases[] = {
        {"metric: bleu, tokenize: ja", "tokeniser \"ja\" is not known"},
        {"metric: bleu, smooth_method: chen", "smoothing \"chen\" is not known"},
        {"metric: bleu, smooth_value: -1", "must not be negative"},
        {"metric: bleu, max_ngram_order: 5", "whole number from 1 to 4"},
        {"metric: bleu, beta: 2", "unknown key \"beta\""},
        {"metric: chrf, char_order: 7", "whole number from 1 to 6"},
        {"metric: chrf, beta: 0", "must be above 0"},
        {"metric: f1, average: samples", "\"average\" cannot be \"samples\""},
        {"metric: g-pass@4, tau: 2", "\"tau\" must be from 0 to 1"},
        {"metric: rouge1, tokenizer: x", "tokenizer \"x\" is not known"},
        {"metric: token_f1, language: fr", "language \"fr\" is not known"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Str yaml = str_printf(&a, HEAD "metric_list:\n  - {%s}\n", cases[i].entry);
        Str said = problems_of(&a, yaml.ptr);
        if (str_find(said, str_from(cases[i].problem)) < 0)
            test_fail(__FILE__, __LINE__, "%s says \"%.*s\"", cases[i].entry, (int)said.len,
                      said.ptr ? said.ptr : "");
    }
}

static TaskScore choose(Arena *a, const char *metric, const double *logprobs, size_t n)
{
    Err err = {0};
    TaskScore *scores = NULL;
    size_t n_scores = 0;
    const Task *t = task_of(
        a, str_printf(a,
                      HEAD "output_type: multiple_choice\n"
                           "doc_to_choice: [one, two, three]\nmetric_list:\n  - metric: %s\n",
                      metric)
               .ptr);
    TaskBound *bound = bind_plain(a, t, "[{\"q\":\"?\",\"a\":1}]", NULL);
    TaskItem item = item_at(a, bound, 0);
    TaskAnswer answers[3] = {0};
    for (size_t i = 0; i < n; i++)
        answers[i].logprob = logprobs[i];
    CHECK_OK(task_score(bound, &item, answers, n, a, &scores, &n_scores, &err), err);
    return scores[0];
}

TEST(acc_all_says_which_question_an_answer_belongs_to)
{
    SCOPED_ARENA(a);
    Err err = {0};
    TaskScore *scores;
    size_t n;
    const Task *t = task_of(&a, "task: t\noutput_type: multiple_choice\ndataset_path: d\n"
                                "test_split: test\ndoc_to_text: q\ndoc_to_target: a\n"
                                "doc_to_choice: [x, y]\nmetric_list:\n  - metric: acc_all\n");
    TaskBound *bound = bind_plain(&a, t,
                                  "[{\"q\":\"?\",\"a\":1,\"idx\":{\"paragraph\":3,\"question\":"
                                  "7}},{\"q\":\"?\",\"a\":1,\"idx\":{}}]",
                                  NULL);
    const TaskAnswer answers[2] = {{.logprob = -2}, {.logprob = -1}};
    TaskItem item = item_at(&a, bound, 0);
    CHECK_OK(task_score(bound, &item, answers, 2, &a, &scores, &n, &err), err);
    CHECK_STR(scores[0].detail, "[[3,7],1]");
    CHECK(scores[0].value == 1);
    item = item_at(&a, bound, 1);
    CHECK_INT(task_score(bound, &item, answers, 2, &a, &scores, &n, &err), E_PARSE);
    CHECK(strstr(err.msg, "needs idx.paragraph and idx.question"));
}

TEST(choices_have_probabilities)
{
    SCOPED_ARENA(a);
    const double sure[] = {log(0.2), log(0.7), log(0.1)}, tie[] = {-1, -1, -5},
                 none[] = {-INFINITY, -INFINITY, -INFINITY};
    CHECK_NEAR(choose(&a, "brier_score", sure, 3).value, .04 + .09 + .01, 1e-12);
    CHECK_NEAR(choose(&a, "confidence_brier", sure, 3).value, 0.09, 1e-12);
    CHECK_STR(choose(&a, "f1", sure, 3).detail, "[1,1]");
    TaskScore s = choose(&a, "ece", sure, 3);
    CHECK(str_starts(s.detail, STR("[0.69999")) || str_starts(s.detail, STR("[0.7")));
    CHECK(str_ends(s.detail, STR(",1]")));
    CHECK(choose(&a, "ece", tie, 3).value == 0); /* a tie is not an answer */
    s = choose(&a, "ece", none, 3);
    CHECK(isnan(s.value) && !s.found && !s.detail.len);
    CHECK(isnan(choose(&a, "brier_score", none, 3).value));
}
