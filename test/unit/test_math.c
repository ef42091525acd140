/* test_math.c - mathematical answers that are the same, and that are not. */
#include "task_fixture.h"

#include "text/math.h"

/* {answer, right answer}: the same. */
static const char *const same[][2] = {
    /* numbers */
    {"42", "42"},
    {"+42", "42"},
    {"042", "42"},
    {"42.0", "42"},
    {"42.", "42"},
    {".5", "\\frac{1}{2}"},
    {"-.5", "-0.50"},
    {"1,234", "1234"},
    {"1,234,567.50", "1234567.5"},
    {"1{,}234", "1234"},
    {"1\\,234", "1234"},
    {"1\\!234", "1234"},
    {"$42$", "42"},
    {"\\$42", "42"},
    {"42\\%", "42"},
    {"42%", "42\\%"},
    {"42^\\circ", "42"},
    {"42^{\\circ}", "42"},
    {"42°", "42"},
    {"-0", "0"},
    {"12 apples", "12"},
    {"5 cm", "5"},
    {"5\\text{ cm}", "5"},
    {"5 \\text{cm}^2", "5"},
    {"5\\mathrm{cm}^{2}", "5"},
    {"x=5", "5"},
    {"x = 5", "5"},
    {"y=5", "x=5"},
    {"3e2", "300"},
    {"1.5e-3", "0.0015"},
    {"3\\times10^{2}", "300"},
    {"3 \\cdot 10^2", "300"},
    {"2^{10}", "1024"},
    {"2^10", "1024"},
    {"2**10", "1024"},
    {"(42)", "42"},
    {"{42}", "42"},
    {"\\boxed{42}", "42"},
    {"123456789012345678901234567890", "123456789012345678901234567890"},
    {"5!", "120"},
    {"−3", "-3"},
    {"\\text{42}", "42"},
    {"42\\text{ or }43", "42,43"},
    {"--5", "5"},
    /* fractions */
    {"1/2", "\\frac{1}{2}"},
    {"\\frac12", "\\frac{1}{2}"},
    {"\\dfrac{1}{2}", "\\tfrac12"},
    {"0.5", "\\frac{1}{2}"},
    {"2/4", "1/2"},
    {"-1/2", "\\frac{-1}{2}"},
    {"-\\frac{1}{2}", "\\frac{1}{-2}"},
    {"1\\frac{1}{2}", "3/2"},
    {"1 1/2", "1.5"},
    {"-1\\frac12", "-1.5"},
    {"0.125", "1/8"},
    {"\\frac{10}{4}", "2.5"},
    {"\\frac{\\frac12}{3}", "1/6"},
    {"3/2\\text{ miles}", "1.5"},
    {"\\frac{1}{2}+\\frac{1}{3}", "5/6"},
    {"7\\div2", "3.5"},
    {"\\frac 1 2", "1/2"},
    /* roots, powers, constants */
    {"\\sqrt3", "\\sqrt{3}"},
    {"\\sqrt{12}", "2\\sqrt{3}"},
    {"sqrt(12)", "2\\sqrt3"},
    {"\\sqrt{4}", "2"},
    {"\\frac{1}{\\sqrt{2}}", "\\frac{\\sqrt{2}}{2}"},
    {"\\sqrt[3]{8}", "2"},
    {"\\sqrt[3]{-8}", "-2"},
    {"2^{1/2}", "\\sqrt2"},
    {"\\sqrt{\\frac{1}{4}}", "0.5"},
    {"√2", "\\sqrt{2}"},
    {"2\\pi", "\\pi\\cdot2"},
    {"\\frac{\\pi}{2}", "0.5\\pi"},
    {"2π", "2\\pi"},
    {"e^2", "e\\cdot e"},
    {"\\ln(e)", "1"},
    {"\\ln e", "1"},
    {"\\sin(\\pi/6)", "1/2"},
    {"\\log 100", "2"},
    {"|-3|", "3"},
    {"\\left|-3\\right|", "3"},
    {"(1+\\sqrt5)/2", "\\frac{1+\\sqrt{5}}{2}"},
    {"4^{-1}", "1/4"},
    {"4^-1", "0.25"},
    {"3+2\\sqrt{2}", "(1+\\sqrt2)^2"},
    {"\\infty", "+\\infty"},
    /* expressions */
    {"2x+1", "1+2x"},
    {"(x+1)^2", "x^2+2x+1"},
    {"x(x-1)", "x^2-x"},
    {"f(x)=2x", "2x"},
    {"y = 2x+1", "2x+1"},
    {"\\frac{x}{2}", "0.5x"},
    {"ab+1", "1+ba"},
    {"3+2i", "2i+3"},
    {"x^{2}y", "yx^2"},
    {"2\\theta", "\\theta+\\theta"},
    {"\\frac{x^2-1}{x-1}", "x+1"},
    /* tuples, intervals, sets, lists */
    {"(1,2)", "(1, 2)"},
    {"\\left(\\frac12,3\\right)", "(0.5, 3)"},
    {"[2,5)", "[2, 5)"},
    {"x\\in[2,5)", "[2,5)"},
    {"(-\\infty,3]", "(-\\infty, 3.0]"},
    {"(-∞,3]", "(-\\infty,3]"},
    {"(3,5)\\cup(-1,2)", "(-1,2)\\cup(3,5)"},
    {"(-1,2) ∪ (3,5)", "(-1,2)\\cup(3,5)"},
    {"\\{1,2\\}", "\\{2,1\\}"},
    {"2, 1", "\\{1,2\\}"},
    {"\\left\\{\\frac12, 3\\right\\}", "\\{3, 0.5\\}"},
    {"\\lbrace1\\rbrace", "\\{1\\}"},
    {"1, 2", "1,2"},
    {"1,\\frac{4}{2}", "1, 2"},
    {"((1,2),3)", "((1,2),3)"},
    {"\\pm2", "\\pm 2"},
    {"2,-2", "\\pm2"},
    {"1\\pm\\sqrt2", "1+\\sqrt2, 1-\\sqrt2"},
    {"±2", "-2, 2"},
    {"\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
     "\\begin{pmatrix} 1 & 2 \\\\ 3 & 8/2 \\end{pmatrix}"},
    {"\\begin{bmatrix}1\\\\2\\\\\\end{bmatrix}", "\\begin{pmatrix}1\\\\2\\end{pmatrix}"},
    /* words */
    {"\\text{east}", "east"},
    {"East", "\\text{east}"},
    {"(B)", "B"},
    {"\\text{(B)}", "B"},
    {"52_{8}", "52_8"},
    {"\\text{Yes}", "yes"},
    {"A \\cup B", "A\\cup B"},
    /* full-width signs, Chinese units */
    {"６", "6"},
    {"（１，２）", "(1,2)"},
    {"7元", "7"},
    {"12.5 平方厘米", "12.5"},
    {"3千克", "3"},
    {"\\sqrt{x}", "x^{1/2}"},
    {"\\sqrt{x^2}", "|x|"},
};

/* {answer, right answer}: different. */
static const char *const different[][2] = {
    {"42", "43"},
    {"42", "-42"},
    {"4.2", "42"},
    {"0.333", "1/3"},
    {"0.3333333333", "1/3"},
    {"3.14", "\\pi"},
    {"3.14159265", "\\pi"},
    {"22/7", "\\pi"},
    {"1.414", "\\sqrt2"},
    {"11/2", "1 1/2"},
    {"1\\frac12", "\\frac{11}{2}"},
    {"123456789012345678901234567890", "123456789012345678901234567891"},
    {"1,23", "123"},
    {"1,2345", "12345"},
    {"", "0"},
    {"0", ""},
    {"x", "y"},
    {"2x", "x^2"},
    {"2x+1", "2x-1"},
    {"(x+1)^2", "x^2+1"},
    {"no", "on"},
    {"seat", "east"},
    {"tea", "eat"},
    {"(1,2)", "(2,1)"},
    {"(1,2]", "(1,2)"},
    {"[1,2]", "(1,2)"},
    {"(1,2,3)", "(1,2)"},
    {"1,2", "2,1"},
    {"1,2", "\\{1,2,3\\}"},
    {"\\{1,1\\}", "\\{1,2\\}"},
    {"\\{1,2\\}", "(1,2)"},
    {"(1,2)\\cup(3,4)", "(1,2)\\cup(3,5)"},
    {"(1,2)", "(1,2)\\cup(3,5)"},
    {"\\pm2", "2"},
    {"2", "\\pm2"},
    {"\\begin{pmatrix}1&2\\end{pmatrix}", "\\begin{pmatrix}2&1\\end{pmatrix}"},
    {"\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{pmatrix}1&2\\end{pmatrix}"},
    {"(1,2)", "\\begin{pmatrix}1\\\\2\\end{pmatrix}"},
    {"\\frac{1}{0}", "1"},
    {"1/0", "2/0"},
    {"\\sqrt{-1}", "1"},
    {"2\\sqrt3", "3\\sqrt2"},
    {"\\frac{1}{23}", "\\frac{12}{3}"},
    {"A", "B"},
    {"b", "B"},
    {"(A)", "B"},
    {"\\text{east}", "west"},
    {"52_8", "52"},
    {"52_8", "52_7"},
    {"(", ")"},
    {"\\frac{1}{2", "\\frac{2}{4"},
    {"1e3", "e^3"},
    {"2\\pi", "\\pi^2"},
    {"|x|", "x-1"},
    {"|x|", "x"},
    {"\\sqrt{x^2}", "x"},
    {"3万", "3"},
    {"3千", "3"},
    {"7元", "8"},
    {"-2^2", "4"},
    {"1/2x", "1/(2x)"},
    {"\\infty", "-\\infty"},
    {"1e400", "\\infty"},
};

TEST(math_equal_takes_what_is_the_same_for_the_same)
{
    for (size_t i = 0; i < COUNT(same); i++) {
        SCOPED_ARENA(a);
        if (!math_equal(str_from(same[i][0]), str_from(same[i][1]), 0, &a))
            test_fail(__FILE__, __LINE__, "\"%s\" is not \"%s\"", same[i][0], same[i][1]);
    }
}

TEST(math_equal_keeps_apart_what_differs)
{
    for (size_t i = 0; i < COUNT(different); i++) {
        SCOPED_ARENA(a);
        if (math_equal(str_from(different[i][0]), str_from(different[i][1]), 0, &a))
            test_fail(__FILE__, __LINE__, "\"%s\" is \"%s\"", different[i][0], different[i][1]);
    }
    CHECK(COUNT(same) + COUNT(different) >= 150);
}

TEST(math_equal_takes_a_tolerance)
{
    SCOPED_ARENA(a);
    CHECK(math_equal(STR("3.14"), STR("\\pi"), 1e-3, &a));
    CHECK(!math_equal(STR("3.13"), STR("\\pi"), 1e-3, &a));
    CHECK(math_equal(STR("0.3333333"), STR("1/3"), 1e-6, &a));
    CHECK(math_equal(STR("(1.0001, 2)"), STR("(1, 2)"), 1e-3, &a));
}

/* As strip_string of the MATH data set's authors gives them; "-": it fails. */
TEST(math_strip_is_that_of_the_data_set)
{
    static const char *const cases[][2] = {
        {"0.5", "\\frac{1}{2}"},
        {"1/2", "\\frac{1}{2}"},
        {"x=5", "5"},
        {"abc=5", "abc=5"},
        {"\\frac12", "\\frac{1}{2}"},
        {"\\frac1{72}", "\\frac{1}{72}"},
        {"\\frac{1}2", "\\frac{1}2"},
        {"\\sqrt2", "\\sqrt{2}"},
        {"10\\text{ cm}", "10"},
        {"50\\%", "50"},
        {"\\tfrac{1}{2}", "\\frac{1}{2}"},
        {"\\left(1, 2\\right)", "(1,2)"},
        {"90^\\circ", "90"},
        {"\\$5", "5"},
        {".5", "\\frac{1}{2}"},
        {"{.5}", "{0.5}"},
        {"a/b", "-"},
        {"1/2/3", "1/2/3"},
        {"\\frac1", "\\frac1"},
        {"\\frac", "-"},
        {"\\sqrt", "-"},
        {"+1/2", "+1/2"},
        {"01/2", "01/2"},
        {"1\\text{ a}\\text{ b}", "-"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Str out = STR("-");
        (void)!math_strip(&a, str_from(cases[i][0]), &out);
        CHECK_STR(out, cases[i][1]);
    }
}

TEST(math_boxed_finds_the_last_box)
{
    CHECK_STR(math_boxed(STR("so \\boxed{1} and \\boxed{\\frac{1}{2}}.")), "\\frac{1}{2}");
    CHECK_STR(math_boxed(STR("\\fbox{3}")), "3");
    CHECK_STR(math_boxed(STR("$\\boxed 7$ cm")), "7");
    CHECK(math_boxed(STR("\\boxed{1")).ptr == NULL);
    CHECK(math_boxed(STR("42")).ptr == NULL);
}

#define TASK                                                                                       \
    "task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: q\ndoc_to_target: a\n"               \
    "metric_list:\n  - {metric: math_equal%s}\n"

TEST(math_equal_metric_reads_boxes)
{
    SCOPED_ARENA(a);
    const char *docs = "[{\"q\":\"?\",\"a\":\"Thus \\\\boxed{\\\\frac{1}{2}}.\"}]";
    const Task *t = task_of(&a, str_printf(&a, TASK, "").ptr);
    TaskScore s = score_text(&a, t, docs, "First \\boxed{3}, then \\boxed{0.5}");
    CHECK_NEAR(s.value, 1, 0);
    CHECK_STR(s.extracted, "0.5");
    s = score_text(&a, t, docs, "1/3");
    CHECK_NEAR(s.value, 0, 0);
    CHECK_STR(s.why, "extracted \"1/3\", expected \"\\frac{1}{2}\"");
    t = task_of(&a, str_printf(&a, TASK, ", tolerance: 0.01").ptr);
    CHECK_NEAR(score_text(&a, t, docs, "0.501").value, 1, 0);
    Str wrong = problems_of(&a, str_printf(&a, TASK, ", tolerance: 2").ptr);
    CHECK(strstr(wrong.ptr, "\"tolerance\" must be from 0 to 1"));
}

/* The task of lm-evaluation-harness, with its functions as their sources' hashes. */
TEST(hendrycks_math_runs_with_native_functions)
{
    SCOPED_ARENA(a);
    const char *docs = "[{\"problem\":\"?\",\"level\":1,"
                       "\"solution\":\"So $x=\\\\boxed{\\\\frac{1}{2}}$.\"}]";
    const Task *t = task_of(
        &a, "task: t\ndataset_path: d\ntest_split: test\noutput_type: generate_until\n"
            "process_docs: {'!function': utils.process_docs, sha256: "
            "5e5fe99e2952e039e7d58a16d3b7f8b462c31fcdc17a524334d62803bb8ffaeb}\n"
            "process_results: {'!function': utils.process_results, sha256: "
            "214d4d1d7595d83d7d83d0d8249eb8aeb0642b6a6f39f3dea463f6d14fb2fe37}\n"
            "doc_to_text: \"Problem: {{problem}}\\nAnswer:\"\ndoc_to_target: \"{{answer}}\"\n"
            "metric_list: [{metric: exact_match}]\n");
    TaskItem item = item_at(&a, bind_plain(&a, t, docs, NULL), 0);
    CHECK_STR(item.target_text, "\\frac{1}{2}");
    CHECK_NEAR(score_text(&a, t, docs, "It is $0.5$, or so").value, 1, 0);
    CHECK_NEAR(score_text(&a, t, docs, "1/2").value, 1, 0);
    CHECK_NEAR(score_text(&a, t, docs, "$1$ and $1/2$").value, 0, 0); /* all in between */
    CHECK_NEAR(score_text(&a, t, docs, "\\frac{2}{4}").value, 0, 0);
}
