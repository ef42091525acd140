/* test_task_native.c - process_docs as declared, and functions by their native versions. */
#include "task_fixture.h"

#include "task/reshape.h"

#define HEAD "task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: q\ndoc_to_target: a\n"

static const char docs[] = "[{\"q\":\"one\",\"a\":\"A\",\"s\":\"x\",\"l\":[1,2,3,4],\"n\":1},"
                           "{\"q\":\"two\",\"a\":\"B\",\"s\":\"y\",\"l\":[1,2,3,4],\"n\":2},"
                           "{\"q\":\"three\",\"a\":\"C\",\"s\":\"x\",\"l\":[1,2,3,4],\"n\":3},"
                           "{\"q\":\"four\",\"a\":\"D\",\"s\":\"z\",\"l\":[1,2,3,4],\"n\":4},"
                           "{\"q\":\"five\",\"a\":\"E\",\"s\":\"x\",\"l\":[1,2,3,4],\"n\":5}]";

/* The documents that a task with these steps sees, as JSON, one a line, and their sources. */
static Str seen(Arena *a, const char *steps)
{
    const Task *t =
        task_of(a, str_printf(a, HEAD "metadata: {assay: {process_docs: %s}}\n", steps).ptr);
    TaskBound *b = bind_plain(a, t, docs, NULL);
    StrBuf out = strbuf_make(a, 1 << 16);
    for (size_t i = 0; i < task_length(b); i++) {
        TaskItem item = item_at(a, b, i);
        strbuf_addf(&out, "%zu ", item.source);
        strbuf_add(&out, json_dump(a, &item.doc));
        strbuf_addc(&out, '\n');
    }
    return strbuf_str(&out);
}

#define KEEP "pick: [q, a]"

TEST(process_docs_filters_renames_sets_and_picks)
{
    SCOPED_ARENA(a);
    CHECK_STR(seen(&a, "{filter: {s: x, n: [1, 3]}, " KEEP "}"),
              "0 {\"q\":\"one\",\"a\":\"A\"}\n2 {\"q\":\"three\",\"a\":\"C\"}\n");
    CHECK_STR(seen(&a, "[where: '{{ n > 3 and s != \"x\" }}', " KEEP "]"),
              "3 {\"q\":\"four\",\"a\":\"D\"}\n");
    CHECK_STR(seen(&a, "[where: '{{ n == 5 }}', rename: {n: number}, "
                       "set: {m: '{{ number + 1 }}', w: 'is {{ s }}', k: 7}, drop: [l, s]]"),
              "4 {\"q\":\"five\",\"a\":\"E\",\"number\":5,\"m\":6,\"w\":\"is x\",\"k\":7}\n");
    /* New values see the document as it was; a later step sees the new ones. */
    CHECK_STR(seen(&a, "[first: 1]"),
              "0 {\"q\":\"one\",\"a\":\"A\",\"s\":\"x\",\"l\":[1,2,3,4],\"n\":1}\n");
    CHECK_STR(
        seen(&a, "[set: {q: '{{ a }}', a: '{{ q }}'}, set: {a: '{{ a }}!'}, " KEEP ", first: 1]"),
        "0 {\"q\":\"A\",\"a\":\"one!\"}\n");
    CHECK_STR(seen(&a, "[set: {k: '{{ _doc.keys()|join }}'}, pick: [q, a, k], first: 1]"),
              "0 {\"q\":\"one\",\"a\":\"A\",\"k\":\"qasln\"}\n");
    /* Many new columns at once wrote over the document itself. */
    CHECK_STR(seen(&a, "[set: {k1: '{{ q }}1', k2: '{{ q }}2', k3: '{{ q }}3', k4: '{{ q }}4', "
                       "k5: '{{ q }}5', k6: '{{ q }}6', k7: '{{ q }}7'}, drop: [l, s, n], first: "
                       "1]"),
              "0 {\"q\":\"one\",\"a\":\"A\",\"k1\":\"one1\",\"k2\":\"one2\",\"k3\":\"one3\","
              "\"k4\":\"one4\",\"k5\":\"one5\",\"k6\":\"one6\",\"k7\":\"one7\"}\n");
}

/* As CPython 3.11 prints for random.Random(0).shuffle([0,1,2,3,4]), and
 * r = random.Random(42); r.shuffle of two lists of four, one after the other. */
TEST(process_docs_shuffles_as_python_does)
{
    SCOPED_ARENA(a);
    CHECK_STR(seen(&a, "{" KEEP ", shuffle: {seed: 0}, first: 3}"),
              "2 {\"q\":\"three\",\"a\":\"C\"}\n1 {\"q\":\"two\",\"a\":\"B\"}\n"
              "0 {\"q\":\"one\",\"a\":\"A\"}\n");
    CHECK_STR(seen(&a, "[shuffle_list: {column: l, seed: 42}, where: '{{ n < 3 }}', "
                       "drop: [q, s, n], set: {q: x}]"),
              "0 {\"a\":\"A\",\"l\":[3,2,4,1],\"q\":\"x\"}\n"
              "1 {\"a\":\"B\",\"l\":[4,3,1,2],\"q\":\"x\"}\n");
}

TEST(process_docs_problems_name_their_place)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *steps, *problem;
    } cases[] = {
        {"[7]", "t.yaml:6:35: process_docs: a step must be a mapping with one key"},
        {"7", "t.yaml:6:34: process_docs: \"process_docs\" must be a list of steps"},
        {"[grow: 2]", "process_docs: unknown key \"grow\""},
        {"[where: 7]", "process_docs: \"where\" must be text"},
        {"[where: '{{ n > }}']", "process_docs: where: line 1 column"},
        {"[shuffle: {seed: -1}]", "process_docs: \"shuffle\" needs a \"seed\" of 0 or more"},
        {"[shuffle_list: {seed: 1}]", "\"shuffle_list\" needs a \"column\" and a \"seed\""},
        {"[first: 0]", "process_docs: \"first\" must be 1 or more"},
        {"[{first: 1, pick: [q]}]", "process_docs: a step must be"},
        {"[{first: 1}, {pick: [q]}]", "\"pick\" must stand before \"shuffle\" and \"first\""},
        {"[rename: {q: 7}]", "process_docs: \"rename\" takes names of columns"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Str got = problems_of(
            &a, str_printf(&a, HEAD "metadata: {assay: {process_docs: %s}}\n", cases[i].steps).ptr);
        if (!strstr(got.ptr, cases[i].problem))
            test_fail(__FILE__, __LINE__, "%s gives: %s", cases[i].steps, got.ptr);
    }
}

static void check_bind_fails(const char *steps, const char *why)
{
    SCOPED_ARENA(a);
    Err err = {0};
    TaskBound *b;
    const Task *t =
        task_of(&a, str_printf(&a, HEAD "metadata: {assay: {process_docs: %s}}\n", steps).ptr);
    CHECK(task_bind(&a, t, docs_of(&a, docs), NULL, &(BindOptions){.fewshot_seed = 1}, &b, &err) !=
          OK);
    if (!strstr(err.msg, why))
        test_fail(__FILE__, __LINE__, "%s gives: %s", steps, err.msg);
}

TEST(process_docs_that_does_not_fit_the_data_says_why)
{
    check_bind_fails("[filter: {colour: red}]", "document 0: process_docs: the document has no "
                                                "column \"colour\"");
    check_bind_fails("[filter: {s: w}]", "no documents to run on: process_docs keeps none");
    check_bind_fails("[shuffle_list: {column: q, seed: 1}]", "column \"q\" holds no list");
    check_bind_fails("[where: '{{ colour }}']", "\"colour\" is undefined");
}

/* ---- functions ---- */

/* Each kind says what it must: steps, a template, or the name of something that is there. */
static void check_use(const Native *v, const Json *steps, const Json *value)
{
    static const char *const templates[] = {"doc_to_text", "doc_to_target", "doc_to_choice",
                                            "filter",      "filter_fn",     "samples"};
    const Json *use = json_get(v->entry, "use"), *metric = json_get(v->entry, "metric");
    bool templated = false, aggregated = false;
    for (size_t i = 0; i < COUNT(templates); i++)
        templated |= str_eqc(v->kind, templates[i]);
    for (size_t i = 0; use && aggregations[i]; i++)
        aggregated |= str_eqc(use->text, aggregations[i]);
    if (steps)
        CHECK_STR(v->kind, "process_docs");
    else if (value)
        CHECK(templated);
    else if (str_eqc(v->kind, "metric"))
        CHECK(metric_native_find(use->text));
    else if (str_eqc(v->kind, "process_results"))
        CHECK(results_known(use->text));
    else if (str_eqc(v->kind, "custom_dataset"))
        CHECK(use->text.len);
    else if (str_eqc(v->kind, "filter"))
        CHECK(filter_known(use->text));
    else
        CHECK(str_eqc(v->kind, "aggregation") && aggregated);
    CHECK(!metric || metric_native_find(metric->text));
}

TEST(every_native_version_is_well_formed)
{
    SCOPED_ARENA(a);
    TaskSet set = {.arena = &a};
    Map seen_hashes = {0};
    size_t n = 0;
    for (const Native *v; (v = native_at(&set, n)); n++) {
        const Json *hashes = json_get(v->entry, "sha256"), *use = json_get(v->entry, "use");
        const Json *steps = json_get(v->entry, "steps"), *value = json_get(v->entry, "value");
        CHECK(v->function.len && json_is(hashes, JSON_ARRAY) && hashes->len);
        CHECK(!use + !steps + !value == 2);
        for (uint32_t i = 0; i < hashes->len; i++) {
            CHECK_INT(hashes->items[i].text.len, 64);
            Str key = str_printf(&a, "%.*s:%.*s", (int)v->kind.len, v->kind.ptr, 64,
                                 hashes->items[i].text.ptr);
            CHECK(map_set(&a, &seen_hashes, key, &set));
        }
        Problems problems = {0};
        Checker c = {.arena = &a, .set = &set, .problems = &problems, .file = "share/functions"};
        if (steps)
            reshape_prepare(&c, steps, NULL);
        if (problems.len)
            test_fail(__FILE__, __LINE__, "%s", problems.items[0].text.ptr);
        check_use(v, steps, value);
        Template *t;
        Err err = {0};
        if (value)
            CHECK_OK(template_parse(&a, value->text, "value", &t, &err), err);
    }
    CHECK(n > 40);
}

#define CHOICES                                                                                    \
    "output_type: multiple_choice\ndoc_to_text: '{{query}}'\ndoc_to_target: '{{gold}}'\n"          \
    "doc_to_choice: choices\nprocess_docs: {'!function': utils.process_docs, sha256: %s}\n"

/* Written with the function already known by its hash, as a stored run has it. */
static const Task *pinned_task(Arena *a, const char *rest)
{
    return task_of(a, str_printf(a, "task: t\ndataset_path: d\ntest_split: test\n%s", rest).ptr);
}

static Str hash_of(Arena *a, const char *kind, const char *value_part)
{
    TaskSet set = {.arena = a};
    const Native *v;
    for (size_t i = 0; (v = native_at(&set, i)); i++)
        if (str_eqc(v->kind, kind) && strstr(json_dump(a, v->entry).ptr, value_part))
            return str_copy(a, json_get(v->entry, "sha256")->items[0].text);
    test_fail(__FILE__, __LINE__, "no native %s with %s", kind, value_part);
    return (Str){0};
}

TEST(a_native_process_docs_gives_what_the_function_gives)
{
    SCOPED_ARENA(a);
    /* hellaswag's function printed these for these documents. */
    Str hash = hash_of(&a, "process_docs", "activity_label");
    TaskItem item = item_at(
        &a,
        bind_plain(&a, pinned_task(&a, str_printf(&a, CHOICES, hash.ptr).ptr),
                   "[{\"activity_label\":\"Act [x] \",\"ctx_a\":\"A man  sits. [title] now\","
                   "\"ctx_b\":\"he goes [step] UP\",\"endings\":[\"e [substeps] one\","
                   "\"  two [title] b  \",\"x\",\"y\"],\"label\":\"3\"}]",
                   NULL),
        0);
    CHECK_STR(item.requests[0].context, "Act : A man sits.. now He goes up");
    CHECK_STR(item.choices[0], "e one");
    CHECK_STR(item.choices[1], "two. b");
    CHECK_INT(item.gold[0], 3);
}

/* As fewshot_to_text of mmlu_pro's llama variant printed it. */
TEST(a_native_version_puts_groups_into_a_replacement)
{
    SCOPED_ARENA(a);
    Str hash = hash_of(&a, "doc_to_target", "The best answer is");
    const Task *t = pinned_task(&a, str_printf(&a,
                                               "doc_to_text: q\ndoc_to_target: {'!function': "
                                               "utils.fewshot_to_text, sha256: %s}\n",
                                               hash.ptr)
                                        .ptr);
    TaskItem item = item_at(&a,
                            bind_plain(&a, t,
                                       "[{\"q\":\"x\",\"cot_content\":\"A: Let's think step by "
                                       "step. So. The answer is (C).\"}]",
                                       NULL),
                            0);
    CHECK_STR(item.target_text, "So. The best answer is C.");
}

TEST(a_function_is_bound_by_its_source_and_not_by_its_name)
{
    SCOPED_ARENA(a);
    Err err = {0};
    TaskNode node;
    const char *folder = test_folder();
    static const char task[] = "task: t\ndataset_path: d\ntest_split: test\n"
                               "doc_to_text: q\ndoc_to_target: !function sub.code.doc_to_target\n";
    const char *path = put_file(&a, folder, "t.yaml", task);
    /* No file: refused with the name and what is missing. */
    CHECK(taskset_find(tasks_in(&a, folder), str_from(path), &node, &err) == E_PARSE);
    CHECK(strstr(err.msg, "t.yaml:5:16: needs the Python function \"sub.code.doc_to_target\", "
                          "which is not run here; its file is not there"));
    /* A source that is known. */
    put_file(&a, folder, "sub/code.py",
             "def doc_to_target(doc) -> int:\n    return doc['label']\n");
    CHECK(taskset_find(tasks_in(&a, folder), str_from(path), &node, &err) == E_PARSE);
    put_file(&a, folder, "sub/code.py",
             "def doc_to_target(doc) -> int:\n    return doc[\"label\"]\n");
    CHECK_OK(taskset_find(tasks_in(&a, folder), str_from(path), &node, &err), err);
    TaskItem item = item_at(&a, bind_plain(&a, node.task, "[{\"q\":\"x\",\"label\":2}]", NULL), 0);
    CHECK_STR(json_dump(&a, &item.target), "2");
    /* The stored configuration is enough, without the file. */
    put_file(&a, folder, "sub/code.py", "def doc_to_target(doc) -> int:\n    return 7\n");
    const Task *again = NULL;
    CHECK_OK(task_from_config(tasks_in(&a, folder), node.task->config, &again, &err), err);
    CHECK(again->parts->item.target.native);
    /* The name alone is not. */
    CHECK(taskset_find(tasks_in(&a, folder), str_from(path), &node, &err) == E_PARSE);
    CHECK(strstr(err.msg, "has no native version"));
    CHECK(strstr(err.msg, "(SHA-256 "));
}

TEST(what_a_task_needs_is_counted_by_kind)
{
    SCOPED_ARENA(a);
    Err err = {0};
    TaskReport report = {0};
    const char *folder = test_folder();
    const char *path = put_file(&a, folder, "t.yaml",
                                HEAD "process_docs: !function u.f\nfilter_list: [{name: a, filter: "
                                     "[{function: nose}]}]\nmetric_list: [{metric: taste}]\n"
                                     "process_results: 7\n");
    CHECK_OK(task_check(tasks_in(&a, folder), path, &a, &report, &err), err);
    static const char *const want[][2] = {{"key", "process_results"},
                                          {"function", "process_docs: u.f"},
                                          {"filter", "nose"},
                                          {"metric", "taste"}};
    CHECK_STR(report.name, "t");
    CHECK_INT(report.problems.len, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        CHECK_STR(report.problems.items[i].kind, want[i][0]);
        CHECK_STR(report.problems.items[i].about, want[i][1]);
    }
}

/* Values as the functions print them: SQuAD's compute_f1 and compute_exact, LongBench's
 * qa_f1_score, the share of probability as truthfulqa's. */
TEST(native_process_results_score_as_the_functions_do)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *use, *metrics, *docs, *answer;
        double want[2];
    } cases[] = {
        {"squad_qa",
         "[{metric: f1}, {metric: exact_match}]",
         "[{\"q\":\"?\",\"a\":\"\",\"answers\":{\"text\":[\"The Eiffel Tower\",\"x\"]}}]",
         "eiffel tower, in Paris",
         {2.0 * 2 / (2 + 4), 0}},
        {"squad_qa",
         "[{metric: f1}, {metric: exact_match}]",
         "[{\"q\":\"?\",\"a\":\"\",\"answers\":{\"text\":[\"The Eiffel Tower\"]}}]",
         "an Eiffel tower!",
         {1, 1}},
        {"longbench_qa_f1",
         "[{metric: score}, {metric: qa_f1_score}]",
         "[{\"q\":\"?\",\"a\":\"\",\"answers\":[\"red\",\"dark blue\"]}]",
         " blue sky\n",
         {0.5, 0.5}},
        {"longbench_qa_f1",
         "[{metric: score}, {metric: qa_f1_score}]",
         "[{\"q\":\"?\",\"a\":\"\",\"answers\":[\"the\"]}]",
         "the",
         {0, 0}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Err err = {0};
        size_t n = 0;
        TaskScore *scores = NULL;
        TaskAnswer answer = {.text = str_from(cases[i].answer)};
        const char *yaml =
            str_printf(&a, HEAD "process_results: {'!function': %s, sha256: %s}\nmetric_list: %s\n",
                       i < 2 ? "u.process_results_qa" : "u.get_qa_f1_with_score",
                       hash_of(&a, "process_results", cases[i].use).ptr, cases[i].metrics)
                .ptr;
        const Task *t = task_of(&a, yaml);
        TaskBound *b = bind_plain(&a, t, cases[i].docs, NULL);
        TaskItem item = item_at(&a, b, 0);
        CHECK_OK(task_score(b, &item, &answer, 1, &a, &scores, &n, &err), err);
        CHECK_INT(n, 2);
        CHECK_NEAR(scores[0].value, cases[i].want[0], 1e-15);
        CHECK_NEAR(scores[1].value, cases[i].want[1], 1e-15);
    }
}

/* ROUGE by hand: of 6 words given and 3 of the false answer 2 are shared, F1 = 4/9; no pair. Equal
 * texts have 100 each. */
TEST(generated_answers_are_nearer_to_true_ones_or_to_false_ones)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *metric;
        double want;
    } cases[] = {
        {"bleu_max", 100},
        {"bleu_acc", 1},
        {"rouge1_max", 100},
        {"rouge1_diff", 100 - 400.0 / 9},
        {"rouge1_acc", 1},
        {"rouge2_max", 100},
        {"rouge2_diff", 100},
        {"rougeL_acc", 1},
        {"rougeL_diff", 100 - 400.0 / 9},
    };
    Str hash = hash_of(&a, "process_results", "truthfulqa_gen");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const Task *t =
            task_of(&a, str_printf(&a,
                                   HEAD "process_results: {'!function': u.process_results_gen, "
                                        "sha256: %s}\nmetric_list: [{metric: %s}]\n",
                                   hash.ptr, cases[i].metric)
                            .ptr);
        TaskScore s =
            score_text(&a, t,
                       "[{\"q\":\"?\",\"a\":\" \",\"correct_answers\":[\"x y z.\",\"The cat sat "
                       "on the mat.\"],\"incorrect_answers\":[\"The dog sat.\"]}]",
                       "The cat sat on the mat.");
        CHECK_NEAR(s.value, cases[i].want, 1e-9);
    }
}

/* The program's status is the verdict; a k beyond the answers is said before it. */
TEST(native_metrics_say_what_they_need)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str hash = hash_of(&a, "metric", "timeout");
    const Task *t = task_of(
        &a, str_printf(&a,
                       HEAD "repeats: 2\nmetric_list: [{metric: {'!function': u.pass_at_k, sha256: "
                            "%s}, k: [1, 3]}]\n",
                       hash.ptr)
                .ptr);
    CHECK_INT(t->n_metrics, 2);
    CHECK_STR(t->metrics[0].name, "pass@1");
    CHECK_STR(t->metrics[1].name, "pass@3");
    CHECK_INT(task_least_repeats(t), 3);
    TaskBound *b = bind_plain(&a, t, "[{\"q\":\"?\",\"a\":\"assert True\"}]", NULL);
    TaskItem item = item_at(&a, b, 0);
    TaskScore *scores;
    size_t n;
    TaskAnswer answers[2] = {{.text = STR("x = 1")}, {.text = STR("y = 1")}};
    if (task_ready(t, &err) == OK) {
        CHECK(task_score(b, &item, answers, 2, &a, &scores, &n, &err) == E_USAGE);
        CHECK(strstr(err.msg, "metric \"pass@3\" needs 3 answers of each item, and item 0 has 2"));
    }
    Str found = problems_of(
        &a,
        str_printf(&a,
                   HEAD "metric_list: [{metric: {'!function': u.pass_at_k, sha256: %s}, k: [0]}]\n",
                   hash.ptr)
            .ptr);
    CHECK(strstr(found.ptr, "\"k\" must be whole numbers from 1"));
}
