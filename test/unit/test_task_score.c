/* test_task_score.c - filters and metrics, one by one. */
#include "base/utf8.h"
#include "task_fixture.h"

#include "task/metric_options.h"

#define HEAD "task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: q\n"
#define ONE "[{\"q\":\"?\",\"a\":\"42\"}]"

static const Task *with_filter(Arena *a, const char *steps)
{
    return task_of(a, str_printf(a,
                                 HEAD "doc_to_target: a\nfilter_list:\n  - name: f\n"
                                      "    filter: [%s]\n",
                                 steps)
                          .ptr);
}

TEST(task_filters_extract_as_python_does)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *steps, *answer, *want;
        bool found;
    } cases[] = {
        {"{function: regex}, {function: take_first}", "so #### 1,200.5 .", "1,200.5", true},
        {"{function: regex}, {function: take_first}", "nothing", "[invalid]", false},
        {"{function: regex, regex_pattern: '\\d+', group_select: -1}, {function: take_first}",
         "1 22 333", "333", true},
        {"{function: regex, regex_pattern: '\\d+', group_select: 5}, {function: take_first}",
         "1 22 333", "[invalid]", false},
        {"{function: regex, regex_pattern: '(x)|(\\d+ )'}, {function: take_first}", "a 7 b", "7",
         true},
        {"{function: regex, regex_pattern: '(x?)b(y?)'}, {function: take_first}", "b", "[invalid]",
         false}, /* two groups, both empty */
        {"{function: regex, regex_pattern: 'b(y?)'}, {function: take_first}", "b", "", true},
        {"{function: regex, regex_pattern: q, fallback: none}, {function: take_first}", "b", "none",
         false},
        {"{function: remove_whitespace}, {function: take_first}", "\xe3\x80\x80 a b\t", "a b",
         true},
        {"{function: lowercase}, {function: take_first}", "\xc3\x84 B", "\xc3\xa4 b", true},
        {"{function: uppercase}, {function: take_first}",
         "stra\xc3\x9f"
         "e",
         "STRASSE", true},
        {"{function: map, mapping_dict: {y: '1'}, default_value: '0'}, {function: take_first}", "y",
         "1", true},
        {"{function: map, mapping_dict: {y: '1'}}, {function: take_first}", "z", "None", false},
        {"{function: take_first}, {function: take_first}", "\xc3\xa4 b", "\xc3\xa4", true},
        {"{function: take_first}, {function: take_first}", "", "", false},
        {"{function: majority_vote}, {function: take_first}", "x", "x", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TaskScore s = score_text(&a, with_filter(&a, cases[i].steps), ONE, cases[i].answer);
        if (!str_eqc(s.extracted, cases[i].want) || s.found != cases[i].found)
            test_fail(__FILE__, __LINE__, "case %zu, %s on \"%s\" gives \"%.*s\", found %d", i,
                      cases[i].steps, cases[i].answer, (int)s.extracted.len, s.extracted.ptr,
                      s.found);
    }
}

TEST(task_choice_filter_looks_for_a_pattern_then_a_text_then_a_letter)
{
    SCOPED_ARENA(a);
    static const char *const two = "[{\"q\":\"?\",\"a\":\"x\",\"choices\":[\"The Cat\",\"a.b\"]}]";
    static const char *const three =
        "[{\"q\":\"?\",\"a\":\"x\",\"choices\":[\"The Cat\",\"a.b\",\"\"]}]";
    static const struct {
        const char *options, *docs, *answer, *want;
    } cases[] = {
        {", regex_pattern: '\\([A-Z]\\)'", two, "(C) or (A)", "(C)"},
        {", ignore_case: true, regexes_to_ignore: ['^the ']", two, "I saw a CAT.", "[invalid]"},
        {", ignore_case: true, regexes_to_ignore: ['^The ']", two, "I saw a CAT.", "(A)"},
        {", ignore_case: true", two, "I saw the CAT.", "(A)"},
        {"", two, "it is a.b!", "(B)"},
        {"", two, "it is axb!", "[invalid]"},
        {"", two, "answer: B", "(B)"},
        {"", two, "answer: C", "[invalid]"},
        /* An empty choice is found everywhere, and counts as nothing. */
        {"", three, "it is a.b!", "[invalid]"},
        {", group_select: 6", three, "it is a.b!", "(B)"},
        {", group_select: 7", three, "it is a.b!", "[invalid]"},
        {"", three, "answer: C", "(C)"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *steps =
            str_printf(&a, "{function: multi_choice_regex%s}, {function: take_first}",
                       cases[i].options)
                .ptr;
        TaskScore s = score_text(&a, with_filter(&a, steps), cases[i].docs, cases[i].answer);
        if (!str_eqc(s.extracted, cases[i].want) || s.found == str_eqc(s.extracted, "[invalid]"))
            test_fail(__FILE__, __LINE__, "case %zu gives \"%.*s\", found %d", i,
                      (int)s.extracted.len, s.extracted.ptr, s.found);
    }
}

TEST(task_votes_go_to_the_commonest_answer_then_to_the_first)
{
    SCOPED_ARENA(a);
    Err err = {0};
    const Task *t = task_of(&a, HEAD "doc_to_target: a\nrepeats: 4\nfilter_list:\n"
                                     "  - name: all\n    filter: [{function: majority_vote}, "
                                     "{function: take_first}]\n"
                                     "  - name: two\n    filter: [{function: take_first_k, k: 2}, "
                                     "{function: majority_vote}, {function: take_first}]\n"
                                     "  - name: share\n    filter: [{function: lowercase}]\n");
    TaskBound *b = bind_plain(&a, t, ONE, NULL);
    TaskItem item = item_at(&a, b, 0);
    TaskAnswer answers[] = {
        {.text = STR("7")}, {.text = STR("42")}, {.text = STR("42")}, {.text = STR("1")}};
    TaskScore *scores;
    size_t n;
    CHECK_OK(task_score(b, &item, answers, 4, &a, &scores, &n, &err), err);
    CHECK_INT(n, 3);
    CHECK_NEAR(scores[0].value, 1, 0);
    CHECK_STR(scores[1].extracted, "7"); /* one vote each: the first */
    CHECK_NEAR(scores[1].value, 0, 0);
    CHECK_NEAR(scores[2].value, 0.5, 0); /* no take_first: the mean over answers */
    CHECK_STR(scores[0].why, "extracted \"42\", expected \"42\"");
    CHECK(task_score(b, &item, answers, 1, &a, &scores, &n, &err) == E_USAGE);
    CHECK(task_score(b, &item, answers, 0, &a, &scores, &n, &err) == E_USAGE);
}

static double match(Arena *a, const char *keys, const char *right, const char *answer)
{
    const Task *t = task_of(a, str_printf(a, HEAD "%s", keys).ptr);
    return score_text(a, t, str_printf(a, "[{\"q\":\"?\",\"a\":%s}]", right).ptr, answer).value;
}

TEST(task_exact_match_has_every_option)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *option, *right, *answer;
        double want;
    } cases[] = {
        {"ignore_case: false", "\"Ab\"", "Ab", 1},
        {"ignore_case: false", "\"Ab\"", "ab", 0},
        {"ignore_case: true", "\"\xc3\x84\"", "\xc3\xa4", 1},
        {"ignore_punctuation: true", "\"a-b!\"", "ab", 1},
        {"ignore_punctuation: true", "\"a\xe3\x80\x82\"", "a", 0}, /* ASCII only */
        {"ignore_numbers: true", "\"a1\"", "22a", 1},
        {"regexes_to_ignore: [',', '(?s).*####']", "\"x ####1,000\"", "1000", 1},
        {"ignore_case: false", "12", "12", 1},
        {"ignore_case: false", "1.0", "1.0", 1},
        {"ignore_case: false", "true", "True", 1},
        {"ignore_case: false", "[\"a\",\"b\"]", "b", 1},
        {"ignore_case: false", "[\"a\",\"b\"]", "c", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *keys = str_printf(&a,
                                      "doc_to_target: a\nmetric_list: [{metric: exact_match, "
                                      "%s}]\n",
                                      cases[i].option)
                               .ptr;
        if (match(&a, keys, cases[i].right, cases[i].answer) != cases[i].want)
            test_fail(__FILE__, __LINE__, "case %zu: %s, %s, %s", i, cases[i].option,
                      cases[i].right, cases[i].answer);
    }
    CHECK_NEAR(match(&a,
                     "doc_to_target: a\ndoc_to_choice: ['no', 'yes']\n"
                     "metric_list: [{metric: exact_match}]\n",
                     "1", "yes"),
               1, 0);
}

/* The value of each metric when the log-probabilities are `p`. */
static void check_choice(const char *gold, const TaskAnswer *p, size_t n, const double *want)
{
    SCOPED_ARENA(a);
    Err err = {0};
    const Task *t = task_of(&a, HEAD "output_type: multiple_choice\ndoc_to_target: a\n"
                                     "doc_to_choice: c\nmetric_list: [{metric: acc}, {metric: "
                                     "acc_norm}, {metric: acc_bytes}, {metric: exact_match}]\n");
    TaskBound *b = bind_plain(&a, t,
                              str_printf(&a,
                                         "[{\"q\":\"?\",\"a\":%s,\"c\":[\"ab\","
                                         "\"\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97\","
                                         "\"\"]}]",
                                         gold)
                                  .ptr,
                              NULL);
    TaskItem item = item_at(&a, b, 0);
    TaskScore *scores;
    size_t n_scores;
    CHECK_OK(task_score(b, &item, p, n, &a, &scores, &n_scores, &err), err);
    for (size_t i = 0; i < n_scores; i++)
        if (scores[i].value != want[i])
            test_fail(__FILE__, __LINE__, "gold %s: metric %zu is %g (%s)", gold, i,
                      scores[i].value, scores[i].why.ptr);
}

TEST(task_choice_metrics_weigh_by_nothing_characters_and_bytes)
{
    /* A length of zero divides a negative number: minus infinity, as in numpy. */
    TaskAnswer p[] = {{.logprob = -2, .greedy = true}, {.logprob = -2.5}, {.logprob = -3}};
    check_choice("0", p, 3, (double[]){1, 0, 0, 1}); /* -1, -0.83, -inf; -1, -0.28 */
    check_choice("1", p, 3, (double[]){0, 1, 1, 0});
    check_choice("[0,2]", p, 3, (double[]){1, 0, 0, 1});
    check_choice("\"ab\"", p, 3, (double[]){1, 0, 0, 1});
    check_choice("\"other\"", p, 3, (double[]){0, 0, 0, 0});
    check_choice("9", p, 3, (double[]){0, 0, 0, 0});
    check_choice("-3", p, 3, (double[]){0, 0, 0, 1}); /* counts from the end for is_greedy only */
    TaskAnswer tied[] = {{.logprob = -2}, {.logprob = -2}, {.logprob = 0}};
    check_choice("2", tied, 3, (double[]){1, 1, 1, 0}); /* 0 / 0 is not a number, and wins */
    check_choice("0", (TaskAnswer[]){{.logprob = -2}, {.logprob = -2}, {.logprob = -4}}, 3,
                 (double[]){1, 0, 0, 0}); /* equal: the first */
}

TEST(task_mutual_information_asks_for_each_choice_alone)
{
    SCOPED_ARENA(a);
    Err err = {0};
    const Task *t = task_of(&a, HEAD "output_type: multiple_choice\ndoc_to_target: 1\n"
                                     "doc_to_choice: [x, z]\n"
                                     "metric_list: [{metric: acc_mutual_info}, {metric: acc}]\n");
    TaskBound *b = bind_plain(&a, t, ONE, NULL);
    TaskItem item = item_at(&a, b, 0);
    CHECK_INT(item.n_requests, 4);
    CHECK_STR(item.requests[3].context, "");
    CHECK_STR(item.requests[3].continuation, " z");
    TaskAnswer p[] = {{.logprob = -1}, {.logprob = -2}, {.logprob = -1}, {.logprob = -4}};
    TaskScore *scores;
    size_t n;
    CHECK_OK(task_score(b, &item, p, 4, &a, &scores, &n, &err), err);
    CHECK_NEAR(scores[0].value, 1, 0);
    CHECK_NEAR(scores[1].value, 0, 0);
    CHECK(task_score(b, &item, p, 2, &a, &scores, &n, &err) == E_USAGE);
}

/* Counts as Python gives them: len(re.split(r"\\s+", text)), len(text.encode()). */
TEST(task_rolling_metrics_spread_a_text_over_its_words_and_bytes)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *text;
        double words, bytes;
    } cases[] = {
        {"one", 1, 3},          {"", 1, 0},
        {" a b ", 4, 5},        {"a \t\n b", 2, 6},
        {"\xe4\xb8\xad", 1, 3}, {"a\xe3\x80\x80z\x1c.", 3, 7},
    };
    const Task *t = task_of(&a, "task: t\ndataset_path: d\ntest_split: test\n"
                                "output_type: loglikelihood_rolling\ndoc_to_target: '{{a}}'\n");
    CHECK_INT(t->n_metrics, 3);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Json text = json_str(str_from(cases[i].text));
        Str docs = str_printf(&a, "[{\"a\":" STR_FMT "}]", STR_ARG(json_dump(&a, &text)));
        TaskScore *scores = NULL;
        TaskAnswer answer = {.logprob = -2.5};
        size_t n = 0;
        Err err = {0};
        TaskBound *bound = bind_plain(&a, t, docs.ptr, NULL);
        TaskItem item = item_at(&a, bound, 0);
        CHECK_INT(item.n_requests, 1);
        CHECK(!item.requests[0].context.len);
        CHECK_STR(item.requests[0].continuation, cases[i].text);
        CHECK_OK(task_score(bound, &item, &answer, 1, &a, &scores, &n, &err), err);
        CHECK_NEAR(scores[0].value, -2.5, 0);
        CHECK_NEAR(scores[0].weight, cases[i].words, 0);
        CHECK_NEAR(scores[1].weight, cases[i].bytes, 0);
        CHECK_NEAR(scores[2].weight, cases[i].bytes, 0);
    }
}

/* Two entries of one metric were stored under one name, and their values made one mean. */
TEST(task_tells_two_entries_of_one_metric_apart)
{
    SCOPED_ARENA(a);
    const Task *t =
        task_of(&a, HEAD "output_type: generate_until\ndoc_to_target: a\nmetric_list:\n"
                         "  - {metric: bleu}\n  - {metric: bleu, tokenize: zh, lowercase: true}\n"
                         "  - {metric: exact_match, ignore_case: true}\n  - {metric: exact_match}\n"
                         "  - {metric: bleu}\n  - {metric: 'pass@2'}\n"
                         "  - {metric: 'pass@2', by: exact_match}\n");
    static const char *const names[] = {"bleu",        "bleu[tokenize=zh,lowercase=true]",
                                        "exact_match", "exact_match[ignore_case=default]",
                                        "pass@2",      "pass@2[by=exact_match]"};
    CHECK_INT(t->n_metrics, COUNT(names));
    for (size_t i = 0; i < COUNT(names) && i < t->n_metrics; i++)
        CHECK_STR(t->metrics[i].name, names[i]);
    CHECK_INT(task_least_repeats(t), 2);
    /* What is cut in the name still tells them apart: the second was left out in silence. */
    t = task_of(&a, HEAD "output_type: generate_until\ndoc_to_target: a\nmetric_list:\n"
                         "  - {metric: exact_match, regexes_to_ignore: ['x']}\n"
                         "  - {metric: exact_match, regexes_to_ignore: "
                         "['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1']}\n"
                         "  - {metric: exact_match, regexes_to_ignore: "
                         "['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2']}\n");
    CHECK_INT(t->n_metrics, 3);
    CHECK(str_starts(t->metrics[2].name, STR("exact_match[regexes_to_ignore=[\"aaa")));
    CHECK(!str_eq(t->metrics[1].name, t->metrics[2].name));
    bool higher = true;
    Str aggregation = STR("mean");
    metric_defaults(STR("ter[normalized=true]"), &aggregation, &higher);
    CHECK(!higher);
    CHECK_STR(aggregation, "ter");
}

/* After take_first the values are the characters of the answer: each was compared with all. */
TEST(a_vote_over_a_long_text_takes_no_time)
{
    SCOPED_ARENA(a);
    const Task *t = task_of(
        &a,
        HEAD "output_type: generate_until\ndoc_to_target: a\nmetric_list: [{metric: exact_match}]\n"
             "filter_list: [{name: v, filter: [{function: take_first}, {function: "
             "majority_vote}, {function: take_first}]}]\n");
    StrBuf text = strbuf_make(&a, 1 << 24);
    for (int32_t i = 0; i < 400000; i++)
        utf8_put(&text, 0x20000 + i % 40000);
    utf8_put(&text, 0x20007);
    Str long_text = strbuf_str(&text);
    CHECK_STR(score_text(&a, t, "[{\"q\":\"\",\"a\":\"b\"}]", "abcb").extracted, "b");
    CHECK_STR(score_text(&a, t, "[{\"q\":\"\",\"a\":\"b\"}]", "abab").extracted, "a");
    CHECK_STR(score_text(&a, t, "[{\"q\":\"\",\"a\":\"b\"}]", long_text.ptr).extracted,
              "\xf0\xa0\x80\x87");
}
