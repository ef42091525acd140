/* test_task_check.c - what cannot run is refused with its place, and all of it at once. */
#include "task_fixture.h"

#define DATA "dataset_path: d\ntest_split: test\n"
#define FIELDS "doc_to_text: q\ndoc_to_target: a\n"

TEST(task_check_reports_every_problem_of_a_file)
{
    SCOPED_ARENA(a);
    CHECK_STR(problems_of(&a, "task: t\n" DATA "doc_to_text: '{{ q'\n"
                              "doc_to_target: !function utils.target\n"
                              "process_docs: !function utils.docs\n"
                              "colour: red\n"
                              "num_fewshot: many\n"
                              "dataset_name: no\n"
                              "filter_list:\n"
                              "  - name: f\n"
                              "    filter:\n"
                              "      - function: regexp\n"
                              "      - function: regex\n"
                              "        regex_pattern: '('\n"
                              "        group: 1\n"
                              "metric_list:\n"
                              "  - metric: exact_match\n"
                              "    aggregation: middle\n"
                              "  - metric: bypass\n"
                              "  - metric: fame\n"),
              "t.yaml:7:9: unknown key \"colour\"\n"
              "t.yaml:8:14: \"num_fewshot\" must be a whole number\n"
              "t.yaml:9:15: \"dataset_name\" must be text or a number; put text in quotes\n"
              "t.yaml:6:15: needs the Python function \"utils.docs\", which is not run here; its "
              "file is not there to be compared with native versions\n"
              "t.yaml:4:14: doc_to_text: line 1 column 5: unclosed tag\n"
              "t.yaml:5:16: needs the Python function \"utils.target\", which is not run here; its "
              "file is not there to be compared with native versions\n"
              "t.yaml:13:19: unknown filter \"regexp\"; near it: \"regex\", \"regex_pos\"\n"
              "t.yaml:16:16: filter \"regex\": unknown key \"group\"; near it: \"group_select\"\n"
              "t.yaml:15:24: filter \"regex\": regular expression \"(\": missing "
              "closing parenthesis near offset 1\n"
              "t.yaml:19:18: aggregation \"middle\" is not supported yet\n"
              "t.yaml:20:13: metric \"bypass\" is not supported yet\n"
              "t.yaml:21:13: unknown metric \"fame\" for this output_type\n");
}

TEST(task_check_finds_nothing_wrong_with_a_right_file)
{
    SCOPED_ARENA(a);
    CHECK_STR(problems_of(&a, "task: t\n" DATA FIELDS
                              "dataset_kwargs: {x: 1}\nmetadata: [1]\nshould_decontaminate: true\n"
                              "doc_to_decontamination_query: q\nunsafe_code: false\ntag: a\n"
                              "task_alias: b\nprocess_docs: null\n"),
              "");
}

TEST(task_check_names_what_is_missing)
{
    SCOPED_ARENA(a);
    CHECK_STR(problems_of(&a, "task: t\noutput_type: multiple_choice\n"),
              "t.yaml:1:1: \"doc_to_text\" is missing: it makes the prompt\n"
              "t.yaml:1:1: \"doc_to_target\" is missing: it makes the right answer\n"
              "t.yaml:1:1: \"doc_to_choice\" is missing: multiple_choice needs the choices\n"
              "t.yaml:1:1: \"dataset_path\" is missing: it names the data set\n"
              "t.yaml:1:1: \"validation_split\" is missing: there is no test_split either to "
              "evaluate on\n");
    CHECK_STR(problems_of(&a, "include: null\n"),
              "t.yaml:1:1: the file has neither a \"task\" nor a \"group\" name\n");
    CHECK_STR(problems_of(&a, "- task\n"),
              "t.yaml:1:1: a task file must be a mapping of keys to values\n");
    CHECK_STR(problems_of(&a, "class: !function t.T\ntask: t\n" DATA FIELDS),
              "t.yaml:1:8: needs the Python function \"t.T\", which is not run here\n");
}

TEST(task_check_knows_what_is_not_supported)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"output_type: essay\n", "unknown output_type \"essay\"; known: "},
        {"repeats: 0\n", "t.yaml:6:10: \"repeats\" must be between 1 and 10000"},
        {"num_fewshot: -1\n", "\"num_fewshot\" must be between 0 and 1000"},
        {"doc_to_choice: [a, yes]\n", "t.yaml:6:20: choice 2 must be text; put it in quotes"},
        {"fewshot_config: {sampler: best}\n", "unknown sampler \"best\"; known: default, first_n"},
        {"doc_to_decontamination_quer: q\n", "unknown key \"doc_to_decontamination_quer\""},
        {"doc_to_choise: [a]\n", "unknown key \"doc_to_choise\"; near it: \"doc_to_choice\""},
        {"fewshot_config: {sampel: x}\n", "unknown key \"sampel\"; near it: \"sample"},
        {"fewshot_config: {colour: red}\n", "fewshot_config: unknown key \"colour\""},
        {"fewshot_config: {samples: [1]}\n", "a few-shot sample must be a mapping"},
        {"fewshot_config: {samples: !function u.list}\n", "needs the Python function \"u.list\""},
        {"generation_kwargs: {temperature: hot}\n", "\"temperature\" must be a number from 0 to"},
        {"generation_kwargs: {until: [1]}\n", "a stop text in \"until\" must be text"},
        {"generation_kwargs: {max_gen_toks: 0}\n",
         "\"max_gen_toks\" must be a whole number from 1"},
        {"filter_list: [{filter: []}]\n", "needs a \"name\" and a list \"filter\""},
        {"filter_list: [{name: a, filter: [{function: custom}]}]\n", "needs a \"filter_fn\""},
        {"filter_list: [{name: a, filter: [{function: custom, filter_fn: !function u.f}]}]\n",
         "needs the Python function \"u.f\", which is not run here"},
        {"filter_list: [{name: a, filter: [{function: map_regex}]}]\n",
         "map_regex needs \"regex_pattern_to_value\""},
        {"metric_list: [{metric: exact_match, ignore_punctuation: yes please}]\n",
         "\"ignore_punctuation\" must be true or false"},
        {"filter_list: [{name: a, filter: [{function: take_first_k, k: 3}]}]\n",
         "take_first_k wants 3 answers, but \"repeats\" is 1"},
        {"metric_list: []\n", "\"metric_list\" is empty"},
        {"metric_list: [{name: acc}]\n", "needs a \"metric\""},
        {"metric_list: [{metric: acc}]\n", "unknown metric \"acc\" for this output_type"},
        {"metric_list: [{metric: exact_match, regexes_to_ignore: ['(']}]\n", "parenthesis"},
        {"metric_list: [{metric: !function u.f, aggregation: mean}]\n", "\"u.f\""},
        {"doc_to_image: picture\n", "needs images"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(work);
        Str found =
            problems_of(&work, str_printf(&work, "task: t\n" DATA FIELDS "%s", cases[i].text).ptr);
        size_t lines = 0;
        for (size_t c = 0; c < found.len; c++)
            lines += found.ptr[c] == '\n';
        if (!found.len || !strstr(found.ptr, cases[i].problem) || lines != 1)
            test_fail(__FILE__, __LINE__, "%s gives: %s", cases[i].text, found.ptr);
    }
}
