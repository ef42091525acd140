/* test_task_quick.c - tasks without a file, and changes from the command line. */
#include "task_fixture.h"

TEST(task_quick_makes_a_task_of_two_templates)
{
    SCOPED_ARENA(a);
    Err err = {0};
    const Task *t = NULL;
    TaskSet *set = tasks_in(&a, test_folder());
    QuickTask quick = {.name = STR("mine"),
                       .prompt = STR("Q: {{q}}"),
                       .target = STR("{{a}}"),
                       .metric = STR("exact_match"),
                       .extract = STR("-?[0-9]+")};
    CHECK_OK(task_quick(set, &quick, &t, &err), err);
    CHECK_STR(t->name, "mine");
    CHECK_STR(t->filters[0], "extract");
    TaskScore s = score_text(&a, t, "[{\"q\":\"?\",\"a\":\"42\"}]", "not 7 but 42.");
    CHECK_STR(s.extracted, "42");
    CHECK_NEAR(s.value, 1, 0);
    quick = (QuickTask){.prompt = STR("{{q}}"), .target = STR("n"), .choices = STR("c")};
    CHECK_OK(task_quick(set, &quick, &t, &err), err);
    CHECK(t->output_type == OUTPUT_MULTIPLE_CHOICE);
    CHECK_STR(t->metrics[0].name, "acc");
    CHECK_INT(item_at(&a, bind_plain(&a, t, "[{\"q\":\"?\",\"n\":0,\"c\":[\"x\",\"y\"]}]", NULL), 0)
                  .n_requests,
              2);
}

TEST(task_quick_refuses_what_a_file_would_be_refused_for)
{
    SCOPED_ARENA(a);
    Err err = {0};
    const Task *t = NULL;
    TaskSet *set = tasks_in(&a, test_folder());
    CHECK(task_quick(set, &(QuickTask){.prompt = STR("{{"), .target = STR("a")}, &t, &err) ==
          E_PARSE);
    CHECK(strstr(err.msg, "command line:1:1: doc_to_text"));
    CHECK(task_quick(set, &(QuickTask){.prompt = STR("q")}, &t, &err) == E_PARSE);
    CHECK(strstr(err.msg, "\"doc_to_target\" is missing"));
    CHECK(task_quick(set,
                     &(QuickTask){.prompt = STR("q"), .target = STR("a"), .metric = STR("beauty")},
                     &t, &err) == E_PARSE);
    CHECK(strstr(err.msg, "unknown metric \"beauty\""));
    CHECK(t == NULL);
}

#define GEN "task: t\ndataset_path: d\ntest_split: s\ndoc_to_text: q\ndoc_to_target: a\n"

static Json parse(Arena *a, const char *json)
{
    Err err = {0};
    Json out;
    CHECK_OK(json_parse(a, str_from(json), &out, &err), err);
    return out;
}

TEST(task_override_changes_examples_and_generation)
{
    SCOPED_ARENA(a);
    Err err = {0};
    TaskSet *set = tasks_in(&a, test_folder());
    const Task *t =
        task_of(&a, GEN "num_fewshot: 2\ngeneration_kwargs: {until: [x], top_p: 0.5}\n");
    const Task *changed = NULL;
    Json g = parse(&a, "{\"temperature\":0.7,\"max_gen_toks\":9,\"min_p\":0.1}");
    CHECK_OK(task_override(set, t, 5, &g, &changed, &err), err);
    CHECK_INT(changed->num_fewshot, 5);
    CHECK_INT(t->num_fewshot, 2);
    CHECK_INT(json_int(json_get(changed->config, "num_fewshot"), -1), 5);
    TaskBound *b = bind_plain(&a, changed, "[{\"q\":\"?\",\"a\":\"1\"}]",
                              "[{\"q\":\"1\",\"a\":\"1\"},{\"q\":\"2\",\"a\":\"1\"},{\"q\":\"3\","
                              "\"a\":\"1\"},{\"q\":\"4\",\"a\":\"1\"},{\"q\":\"5\",\"a\":\"1\"}]");
    TaskGeneration got = task_generation(b);
    CHECK_NEAR(got.temperature, 0.7, 0);
    CHECK_NEAR(got.top_p, 0.5, 0);
    CHECK_INT(got.max_tokens, 9);
    CHECK_STR(got.stop[0], "x");
    CHECK_STR(json_dump(&a, got.extra), "{\"min_p\":0.1}");
    CHECK_OK(task_override(set, changed, -1, NULL, &changed, &err), err);
    CHECK_INT(changed->num_fewshot, 5);
}

TEST(task_override_leaves_zero_examples_that_the_file_asks_for)
{
    SCOPED_ARENA(a);
    Err err = {0};
    TaskSet *set = tasks_in(&a, test_folder());
    const Task *changed = NULL;
    CHECK_OK(task_override(set, task_of(&a, GEN "num_fewshot: 0\n"), 3, NULL, &changed, &err), err);
    CHECK_INT(changed->num_fewshot, 0);
    CHECK_OK(task_override(set, task_of(&a, GEN), -1, NULL, &changed, &err), err);
    CHECK_OK(task_override(set, changed, 3, NULL, &changed, &err), err);
    CHECK_INT(changed->num_fewshot, 3);
}

TEST(task_override_refuses_nonsense)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *options, *error;
    } cases[] = {
        {"{\"temperature\":-1}", "\"temperature\" must be a number from 0"},
        {"{\"temperature\":true}", "\"temperature\" must be text or a number"},
        {"{\"max_gen_toks\":0}", "\"max_gen_toks\" must be a whole number from 1"},
        {"{\"max_gen_toks\":1.5}", "must be a whole number"},
        {"{\"top_p\":2}", "\"top_p\" must be a number from 0 to 1"},
        {"{\"until\":7}", "\"until\" must be text or a list"},
        {"[1]", "key=value"},
    };
    TaskSet *set = tasks_in(&a, test_folder());
    const Task *t = task_of(&a, GEN), *changed = NULL;
    for (size_t i = 0; i < COUNT(cases); i++) {
        Err err = {0};
        Json g = parse(&a, cases[i].options);
        if (task_override(set, t, -1, &g, &changed, &err) == OK || !strstr(err.msg, cases[i].error))
            test_fail(__FILE__, __LINE__, "%s: %s", cases[i].options, err.msg);
    }
    Err err = {0};
    CHECK(task_override(set, t, 100000, NULL, &changed, &err) == E_USAGE);
    const Task *choice = task_of(&a, GEN "output_type: multiple_choice\ndoc_to_choice: [x, z]\n");
    Json g = parse(&a, "{\"temperature\":1}");
    CHECK(task_override(set, choice, -1, &g, &changed, &err) == E_USAGE);
    CHECK(strstr(err.msg, "\"temperature\" do not apply"));
    CHECK(changed == NULL);
}

/* "options answer repeats metrics" of a task after --option-order; the message when refused. */
static Str reordered(Arena *a, const char *yaml, const char *order)
{
    Err err = {0};
    TaskSet *set = tasks_in(a, test_folder());
    const Task *t = task_of(a, yaml), *out;
    if (task_reorder(set, t, str_from(order), &out, &err) != OK)
        return str_copy(a, str_from(err.msg));
    const Json *o = json_get(out->config, "option_order");
    Str options = json_dump(a, json_get(o, "options"));
    return str_printf(a, "%s %s %s %d %s", json_text(json_get(o, "order")).ptr, options.ptr,
                      str_z(a, json_text(json_get(o, "answer"))), out->repeats,
                      out->metrics[0].name.ptr);
}

TEST(task_reorder_finds_the_columns_of_the_options)
{
    SCOPED_ARENA(a);
#define HEAD "task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: q\n"
#define LIKELY HEAD "output_type: multiple_choice\n"
    static const char column[] = LIKELY "doc_to_choice: choices\ndoc_to_target: gold\n";
    static const char letters[] =
        HEAD "doc_to_target: answer\nmetadata: {assay: {option_order: {order: circular, seed: 3, "
             "options: [A, B, C], answer: answer}}}\n";
    CHECK_STR(reordered(&a, column, "circular"), "circular \"choices\" gold 1 acc_origin");
    CHECK_STR(reordered(&a, column, "shuffle"), "shuffle \"choices\" gold 1 acc");
    CHECK_STR(reordered(&a, LIKELY "doc_to_choice: ['{{a}}', '{{ b }}']\ndoc_to_target: gold\n",
                        "circular"),
              "circular [\"a\",\"b\"] gold 1 acc_origin");
    /* What the file says of its columns stays; rotations of written answers are repeats. */
    CHECK_STR(reordered(&a, letters, "circular"),
              "circular [\"A\",\"B\",\"C\"] answer 3 acc_origin");
    CHECK_STR(reordered(&a, letters, "shuffle"),
              "shuffle [\"A\",\"B\",\"C\"] answer 1 exact_match");
    CHECK_STR(reordered(&a, letters, "circular:A,B:right"),
              "circular [\"A\",\"B\"] right 2 acc_origin");
    CHECK_STR(reordered(&a, HEAD "doc_to_target: x\n", "shuffle:opts:x"),
              "shuffle \"opts\" x 1 exact_match");
    CHECK(
        strstr(reordered(&a, LIKELY "doc_to_choice: [A, B]\ndoc_to_target: gold\n", "circular").ptr,
               "task \"t\" does not say which columns its options are"));
    CHECK(strstr(reordered(&a, HEAD "doc_to_target: x\n", "circular:opts:x").ptr,
                 "needs \"options\" as a list of columns"));
    CHECK(strstr(reordered(&a, column, "circular:a,b").ptr, "\"answer\" (a column)"));
    CHECK(strstr(reordered(&a, column, "round").ptr, "circular or shuffle"));
}
