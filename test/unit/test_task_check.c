/* test_task_check.c - what cannot run is refused with its place, and all of it at once. */
#include "task_fixture.h"

#define DATA "dataset_path: d\ntest_split: test\n"
#define FIELDS "doc_to_text: q\ndoc_to_target: a\n"

TEST(task_check_reports_every_problem_of_a_file)
{
    SCOPED_ARENA(a);
    CHECK_STR(problems_of(&a, "task: t\n" DATA
                              "doc_to_text: '{{ q'\n"
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
                              "  - metric: bleu\n"
                              "  - metric: fame\n"),
              "t.yaml:9:14: \"dataset_name\" must be text or a number; put text in quotes\n"
              "");
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
