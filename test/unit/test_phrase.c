/* test_phrase.c - English sentences shown in Chinese: every row is reached, every metric's
 * reason has one, the page knows the same ones. */
#include "task_fixture.h"

#include "base/asset.h"
#include "cli/phrase.h"
#include "text/extract.h"

static const App chinese = {.chinese = true};
static const App english;

/* The format with "w1", "w2" ... at its places. */
static Str filled(Arena *a, const char *format)
{
    StrBuf out = strbuf_make(a, 1 << 12);
    int n = 0;
    for (const char *p = format; *p; p++) {
        if (p[0] != '%') {
            strbuf_addc(&out, *p);
        } else if (p[1] == 's') {
            strbuf_addf(&out, "w%d", ++n);
            p++;
        } else {
            strbuf_addf(&out, "w%c", p[1]);
            p += 3;
        }
    }
    return strbuf_str(&out);
}

static void check_row(const Phrase *p, Str (*show)(const App *app, Arena *arena, Str text))
{
    SCOPED_ARENA(a);
    Str en = filled(&a, p->english);
    CHECK_STR(show(&chinese, &a, en), filled(&a, p->chinese).ptr);
    CHECK_STR(show(&english, &a, en), en.ptr);
}

/* A row that a more general one hides would not be reached. */
TEST(every_phrase_is_shown_in_chinese_with_its_words)
{
    for (size_t i = 0; phrase_why_at(i); i++)
        check_row(phrase_why_at(i), phrase_why);
    for (size_t i = 0; phrase_error_at(i); i++)
        check_row(phrase_error_at(i), phrase_error);
    for (size_t i = 0; phrase_problem_at(i); i++)
        check_row(phrase_problem_at(i), phrase_problem);
}

TEST(phrases_keep_words_as_they_are_and_follow_open_ends)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *english, *chinese;
    } cases[] = {
        {"could not open \"no.csv\": No such file or directory",
         "无法打开“no.csv”：没有该文件或目录"},
        {"could not open model \"openai:x\": no key: set the environment variable K",
         "无法打开模型“openai:x”：缺少密钥：请设置环境变量 K"},
        {"database \"x.db\": disk I/O error", "数据库“x.db”：disk I/O error"},
        {"there is no option --n%s; --help lists them", "没有选项 --n%s；--help 可列出全部"},
        {"something that has no row", "something that has no row"},
        {"a b.yaml:3:14: unknown key \"doc_to_txt\"; near it: \"doc_to_text\"",
         "a b.yaml:3:14: 没有“doc_to_txt”这个键；相近的有 \"doc_to_text\""},
        {"t.yaml:1:1: \"doc_to_target\" is missing: it makes the right answer (and 3 more "
         "problems; "
         "`assay task check` lists them)",
         "t.yaml:1:1: 缺少“doc_to_target”：它给出标准答案"
         "（另有 3 处问题；“assay task check” 可列出全部）"},
        {"t.yaml:9:15: \"n\" must be text or a number; put text in quotes",
         "t.yaml:9:15: “n”须是文字或数；文字请加引号"},
        {"could not reach the server: Failed to connect to h port 9 after 0 ms: Couldn't connect "
         "to server (http://h:9/v1)",
         "无法连接服务器：连接 h 端口 9 失败（0 毫秒）：连接失败（Couldn't connect to server）"
         "（http://h:9/v1）"},
        {"could not open \"", "could not open \""},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_STR(phrase_error(&chinese, &a, str_from(cases[i].english)), cases[i].chinese);
    /* Reasons are cut when they are long: what is there is kept. */
    CHECK_STR(phrase_why(&chinese, &a, STR("extracted \"4\", expected \"a long o")),
              "抽取到“4”，标准答案为“a long o”");
    CHECK_STR(phrase_why(&chinese, &a, STR("extracted \"[no answer]\", expected \"D\"")),
              "未抽取到答案，标准答案为“D”");
    CHECK_STR(phrase_why(&chinese, &a, STR("extracted \"a \"b\" (c)\", expected \"4\"")),
              "抽取到“a \"b\" (c)”，标准答案为“4”");
}

TEST(steps_of_an_extraction_are_named_in_chinese)
{
    SCOPED_ARENA(a);
    CHECK_STR(phrase_steps(&chinese, &a, STR("nfkc markdown")),
              "全角转半角等（NFKC）、去掉 Markdown 标记");
    CHECK_STR(phrase_steps(&english, &a, STR("nfkc markdown")), "nfkc markdown");
    CHECK_STR(phrase_steps(&chinese, &a, (Str){0}), "");
    /* Every step of the chain has a name. */
    for (unsigned bit = STEP_THINKING; bit <= STEP_LATEX; bit <<= 1) {
        Str name = extract_step_names(bit, &a);
        if (str_eq(phrase_steps(&chinese, &a, name), name))
            test_fail(__FILE__, __LINE__, "no Chinese for the step " STR_FMT, STR_ARG(name));
    }
}

static void check_reason(Arena *a, const char *yaml, const char *docs, TaskAnswer *answers,
                         size_t n)
{
    Err err = {0};
    TaskScore *scores;
    size_t n_scores;
    TaskBound *b = bind_plain(a, task_of(a, yaml), docs, NULL);
    TaskItem item = item_at(a, b, 0);
    CHECK_OK(task_score(b, &item, answers, n, a, &scores, &n_scores, &err), err);
    CHECK(n_scores > 0);
    for (size_t i = 0; i < n_scores; i++)
        if (!scores[i].why.len || str_eq(phrase_why(&chinese, a, scores[i].why), scores[i].why))
            test_fail(__FILE__, __LINE__, "no Chinese for: " STR_FMT, STR_ARG(scores[i].why));
}

TEST(the_reason_of_every_metric_has_a_phrase)
{
    SCOPED_ARENA(a);
    TaskAnswer answers[] = {{.text = STR("4"), .logprob = -1, .greedy = true},
                            {.text = STR("4"), .logprob = -2},
                            {.logprob = -3},
                            {.logprob = -3}};
    check_reason(&a,
                 "task: t\ndataset_path: d\noutput_type: generate_until\ntest_split: test\n"
                 "doc_to_text: q\ndoc_to_target: a\nmetric_list: [{metric: exact_match}]\n",
                 "[{\"q\":\"?\",\"a\":\"5\"}]", answers, 1);
    check_reason(&a,
                 "task: t\ndataset_path: d\noutput_type: multiple_choice\ntest_split: test\n"
                 "doc_to_text: q\ndoc_to_choice: ['3', '4']\ndoc_to_target: 1\nmetric_list: "
                 "[{metric: acc}, {metric: acc_norm}, {metric: acc_bytes}, {metric: "
                 "acc_mutual_info}, {metric: exact_match}]\n",
                 "[{\"q\":\"?\"}]", answers, 4);
    check_reason(&a,
                 "task: t\ndataset_path: d\noutput_type: loglikelihood\ntest_split: test\n"
                 "doc_to_text: q\ndoc_to_target: a\nmetric_list: [{metric: acc}, {metric: "
                 "perplexity}]\n",
                 "[{\"q\":\"?\",\"a\":\"5\"}]", answers, 1);
}

TEST(the_page_knows_the_same_reasons)
{
    Str name, content, page = {0};
    for (size_t i = 0; asset_at(i, &name, &content); i++)
        if (str_ends(name, STR("report/text.js")))
            page = content;
    CHECK(page.len);
    for (size_t i = 0; phrase_why_at(i); i++) {
        const char *both[] = {phrase_why_at(i)->english, phrase_why_at(i)->chinese};
        SCOPED_ARENA(a);
        for (size_t k = 0; k < COUNT(both); k++) {
            StrBuf want = strbuf_make(&a, 1 << 12);
            int place = 0;
            for (const char *p = both[k]; *p; p++)
                if (p[0] == '%' && p[1] == 's')
                    strbuf_addf(&want, "{%d}", place++), p++;
                else
                    strbuf_addc(&want, *p);
            if (str_find(page, strbuf_str(&want)) < 0)
                test_fail(__FILE__, __LINE__, "the page lacks: %s", want.ptr);
        }
    }
}

static void check_page_has(Arena *a, Str page, const Phrase *p, const char *kind)
{
    StrBuf want = strbuf_make(a, 1 << 12);
    strbuf_addf(&want, "%s_%s: ['%s', '", kind, p->english, p->english);
    for (const char *c = p->chinese; *c; c++)
        strbuf_addf(&want, *c == '\\' ? "\\\\" : "%c", *c);
    if (str_find(page, strbuf_str(&want)) < 0)
        test_fail(__FILE__, __LINE__, "the page lacks: %s", want.ptr);
}

TEST(the_page_names_every_extraction_rule_as_the_command_line_does)
{
    SCOPED_ARENA(a);
    Str name, content, page = {0};
    for (size_t i = 0; asset_at(i, &name, &content); i++)
        if (str_ends(name, STR("report/text.js")))
            page = content;
    for (size_t i = 0; phrase_rule_at(i) || phrase_step_at(i); i++) {
        static const Phrase *(*const tables[])(size_t) = {phrase_rule_at, phrase_step_at};
        for (size_t k = 0; k < COUNT(tables); k++)
            if (tables[k](i))
                check_page_has(&a, page, tables[k](i), k ? "step" : "rule");
    }
}
