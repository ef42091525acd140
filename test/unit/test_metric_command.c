/* test_metric_command.c - a program that judges; and metrics on several threads at once. */
#include "task_fixture.h"

#include <math.h>
#include <pthread.h>
#include <unistd.h>

#define HEAD "task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: '{{q}}'\ndoc_to_target: a\n"

/* Judges by length, and says odd things when it is asked to. */
static const char judge[] =
    "import json, sys, time\n"
    "for line in sys.stdin:\n"
    "    d = json.loads(line)\n"
    "    out = d['output']\n"
    "    if out == 'die': sys.exit('no more')\n"
    "    if out == 'sleep': time.sleep(60)\n"
    "    if out == 'babble': print('hello', flush=True); continue\n"
    "    if out == 'big': print(json.dumps({'value': 2}), flush=True); continue\n"
    "    if out == 'none': print(json.dumps({'value': None, 'why': 'unreadable'}), flush=True); "
    "continue\n"
    "    same = len(out) == len(d['target'])\n"
    "    print(json.dumps({'value': 1 if same else 0.25, 'label': out[:2],\n"
    "                      'why': d['prompt'] + ' ' + d['item']['q'] + ' ' + str(d['repeat'])}), "
    "flush=True)\n";

#define DOCS "[{\"q\":\"hm?\",\"a\":\"four\"}]"

static const Task *command_task(Arena *a, const char *more)
{
    const char *path = put_file(a, test_folder(), "judge.py", judge);
    return task_of(a,
                   str_printf(a, HEAD "metric_list: [{metric: command, program: 'python3 %s'%s}]\n",
                              path, more)
                       .ptr);
}

static Status score_all(Arena *a, const Task *t, const char *const *texts, size_t n_texts,
                        TaskScore *out, Err *err)
{
    TaskScore *scores = NULL;
    size_t n;
    TaskAnswer *answers = arena_array(a, n_texts, sizeof *answers);
    TaskBound *b = bind_plain(a, t, DOCS, NULL);
    TaskItem item = item_at(a, b, 0);
    for (size_t i = 0; i < n_texts; i++)
        answers[i].text = str_from(texts[i]);
    Status status = task_score(b, &item, answers, n_texts, a, &scores, &n, err);
    if (status == OK)
        *out = scores[0];
    task_unbind(b);
    return status;
}

TEST(a_command_judges_what_it_is_asked)
{
    SCOPED_ARENA(a);
    Err err = {0};
    TaskScore s = {0};
    const Task *t = command_task(&a, "");
    CHECK(task_is_slow(t));
    CHECK_OK(score_all(&a, t, (const char *const[]){"4444"}, 1, &s, &err), err);
    CHECK_NEAR(s.value, 1, 0);
    CHECK_STR(s.why, "hm? hm? 0");
    CHECK_STR(s.extracted, "44");
    CHECK_OK(score_all(&a, t, (const char *const[]){"4444", "5", "x"}, 3, &s, &err), err);
    CHECK_NEAR(s.value, 0.5, 1e-12);
    CHECK_STR(s.why, "hm? hm? 1");
    CHECK_OK(score_all(&a, t, (const char *const[]){"none"}, 1, &s, &err), err);
    CHECK(isnan(s.value) && !s.found);
    CHECK_STR(s.why, "unreadable");
}

TEST(a_command_that_fails_says_how)
{
    static const struct {
        const char *answer, *why;
    } cases[] = {
        {"die", "no more"},
        {"babble", "must answer {\"value\": 0 to 1 or null}"},
        {"big", "a value that is none of these"},
        {"sleep", "item 0: "},
    };
    SCOPED_ARENA(a);
    const Task *patient = command_task(&a, ""), *hasty = command_task(&a, ", timeout: 0.5");
    for (size_t i = 0; i < COUNT(cases); i++) {
        Err err = {0};
        TaskScore s;
        const Task *t = strcmp(cases[i].answer, "sleep") == 0 ? hasty : patient;
        CHECK(score_all(&a, t, &cases[i].answer, 1, &s, &err) != OK);
        if (!strstr(err.msg, cases[i].why))
            test_fail(__FILE__, __LINE__, "%s gives: %s", cases[i].answer, err.msg);
    }
    Str wrong = problems_of(&a, HEAD "metric_list: [{metric: command}]\n");
    CHECK(strstr(wrong.ptr, "metric \"command\" needs a \"program\""));
}

/* The file that judges is part of the task: another content, another task. */
TEST(a_command_is_known_by_what_its_file_holds)
{
    SCOPED_ARENA(a);
    const Task *t = command_task(&a, "");
    Str hash = json_text(json_path(t->config, "metric_list.0.program_sha256"));
    CHECK_INT(hash.len, 64);
    const char *path = put_file(&a, test_folder(), "judge.py", "pass\n");
    const Task *other = task_of(
        &a,
        str_printf(&a, HEAD "metric_list: [{metric: command, program: 'python3 %s'}]\n", path).ptr);
    Str changed = json_text(json_path(other->config, "metric_list.0.program_sha256"));
    CHECK(changed.len == 64 && !str_eq(changed, hash));
}

/* ---- threads ---- */

typedef struct Judging {
    const TaskBound *bound;
    const TaskItem *item;
    size_t right;
} Judging;

enum { JUDGES = 4, ROUNDS = 40 };

static void *judge_many(void *argument)
{
    Judging *j = argument;
    for (size_t i = 0; i < ROUNDS; i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        TaskScore *scores;
        size_t n;
        const TaskAnswer answers[] = {{.text = STR("It is \\boxed{0.5}. A: 1/2")}};
        if (task_score(j->bound, j->item, answers, 1, &a, &scores, &n, &err) != OK)
            continue;
        bool right = true;
        for (size_t k = 0; k < n; k++)
            right = right && scores[k].value > 0;
        j->right += right;
    }
    return NULL;
}

TEST(several_threads_judge_one_task_thread)
{
    SCOPED_ARENA(a);
    const Task *t = task_of(
        &a,
        HEAD "filter_list:\n"
             "  - name: last\n"
             "    filter: [{function: regex, regex_pattern: '([0-9/.]+)', group_select: -1}, "
             "{function: take_first}]\n"
             "metric_list:\n"
             "  - {metric: exact_match, regexes_to_ignore: ['[ ,]'], ignore_case: true}\n"
             "  - {metric: math_equal}\n"
             "  - {metric: rougeL}\n"
             "  - {metric: bleu, aggregation: bleu}\n"
             "  - {metric: prompt_level_loose_acc}\n"
             "  - {metric: command, program: 'while read -r line; do echo \"{\\\"value\\\": 1}\"; "
             "done'}\n");
    TaskBound *b = bind_plain(&a, t,
                              "[{\"q\":\"?\",\"a\":\"1/2\",\"instruction_id_list\":"
                              "[\"punctuation:no_comma\",\"length_constraints:number_words\"],"
                              "\"kwargs\":[{},{\"num_words\":9,\"relation\":\"less than\"}]}]",
                              NULL);
    TaskItem item = item_at(&a, b, 0);
    pthread_t threads[JUDGES];
    Judging judging[JUDGES];
    for (size_t i = 0; i < JUDGES; i++) {
        judging[i] = (Judging){b, &item, 0};
        CHECK_INT(pthread_create(&threads[i], NULL, judge_many, &judging[i]), 0);
    }
    for (size_t i = 0; i < JUDGES; i++) {
        pthread_join(threads[i], NULL);
        CHECK_INT(judging[i].right, ROUNDS);
    }
    task_unbind(b);
}
