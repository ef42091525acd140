/* test_metric_code.c - code that runs its tests in the sandbox. Skipped where none can be had. */
#include "task_fixture.h"

#include "base/sandbox.h"

#define HEAD "task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: '{{prompt}}'\n"
#define CODE "{metric: code_pass, prepend: '{{prompt}}', timeout: 2, memory: 512}"

/* As the documents of HumanEval: a beginning, tests, the function's name. */
static const char doc[] =
    "[{\"prompt\":\"def add(a, b):\\n    \\\"\\\"\\\"The sum of a and b.\\\"\\\"\\\"\\n\","
    "\"test\":\"def check(f):\\n    assert f(1, 2) == 3\\n    assert f(-1, 1) == 0, 'zero'\\n\","
    "\"entry_point\":\"add\"}]";

static const Task *code_task(Arena *a, const char *metrics)
{
    Err err = {0};
    if (sandbox_check(&err) != OK) {
        print_message("%s\n", err.msg);
        skip();
    }
    return task_of(a, str_printf(a,
                                 HEAD "doc_to_target: \"{{test}}\\ncheck({{entry_point}})\"\n"
                                      "metric_list: [%s]\n",
                                 metrics)
                          .ptr);
}

/* Wrong code that tries to pass all the same: by what it can read, and by what it can replace. */
TEST(code_that_looks_for_a_way_around_its_tests_does_not_pass)
{
#define HACK(code) "    return 0\nimport builtins, gc, inspect, os, re, sys\n" code
#define SEARCH(text)                                                                               \
    HACK("for n in re.findall(r'_exit\\((\\d+)|\\b(\\d{2,3})\\b', " text                           \
         "):\n    os._exit(int(n[0] or n[1]))\n")
    static const char *const answers[] = {
        SEARCH("open('/work/program.py').read()"),
        SEARCH("''.join(open(n).read() for n in os.listdir('.'))"),
        SEARCH("open('/proc/self/cmdline').read().split('builtins=')[0][:0] + ' '.join(sys.argv)"),
        SEARCH("inspect.getsource(sys.modules['__main__'])"),
        SEARCH("str(sys._getframe(1).f_locals['space'].keys()) + "
               "str([v for v in sys._getframe(1).f_locals.values() if type(v) is str])"),
        SEARCH("str([o for o in gc.get_objects() if type(o) in (list, tuple) and 'check' in o])"),
        HACK("if 'assert' in open('/work/program.py').read().split('import builtins')[-1][200:]:\n"
             "    add = lambda a, b: 3 if a == 1 else 0\n"),
        HACK("builtins.exec = lambda *a: None\n"),
        HACK("builtins.compile = lambda *a: (lambda: None).__code__\n"),
        HACK("old = builtins.compile\nbuiltins.compile = lambda *a, **k: old('', 'x', 'exec')\n"),
        HACK("os.read = lambda *a: b'7'\n"),
        HACK("leave = os._exit\nos._exit = lambda n: leave(n)\nraise SystemExit(0)\n"),
        HACK("def t(f, e, a):\n    def skip(f, e, a):\n        raise SystemExit(0)\n    return "
             "skip\n"
             "sys.settrace(t)\n"),
        HACK("sys.excepthook = lambda *a: os._exit(0)\n"),
        HACK("import atexit\natexit.register(os._exit, 0)\n"),
    };
    SCOPED_ARENA(a);
    const Task *t = code_task(&a, CODE);
    for (size_t i = 0; i < COUNT(answers); i++)
        CHECK_NEAR(score_text(&a, t, doc, answers[i]).value, 0, 0);
}

/* What tests may rely on: the code's own text, its name, a replaced builtin put back. */
TEST(tests_see_the_code_as_a_script)
{
    static const char *const answers[] = {
        "    return a + b\nimport inspect\nassert 'return a + b' in inspect.getsource(add)\n",
        "    return a + b\nassert __name__ == '__main__' and __file__ == '/work/program.py'\n",
        "    return a + b\nimport sys\nassert sys.modules['__main__'].add is add\n",
        "    return a + b\nimport builtins\nbuiltins.abs = None\n",
        "    return a + b\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n",
    };
    SCOPED_ARENA(a);
    const Task *t = code_task(&a, CODE);
    for (size_t i = 0; i < COUNT(answers); i++)
        CHECK_STR(score_text(&a, t, doc, answers[i]).why, "passes its tests");
}

TEST(code_may_start_processes_when_the_task_says_so)
{
    static const char answer[] = "    return a + b\nimport subprocess\n"
                                 "assert subprocess.run(['/bin/echo', 'x'], "
                                 "capture_output=True).stdout == b'x\\n'\n";
    SCOPED_ARENA(a);
    const Task *no = code_task(&a, CODE);
    const Task *yes = code_task(&a, "{metric: code_pass, prepend: '{{prompt}}', may_fork: true}");
    CHECK_NEAR(score_text(&a, no, doc, answer).value, 0, 0);
    CHECK_STR(score_text(&a, yes, doc, answer).why, "passes its tests");
}

TEST(code_passes_when_its_tests_do)
{
    static const struct {
        const char *answer;
        double value;
        const char *why;
    } cases[] = {
        {"    return a + b\n", 1, "passes its tests"},
        {"Here it is:\n```python\ndef add(a, b):\n    return a + b\n```\nDone.", 1,
         "passes its tests"},
        {"<think>```python\nwrong\n```</think>\n```bash\npip install add\n```\n"
         "```Python\ndef add(a, b):\n    return a + b\n```\n```\n3\n```",
         1, "passes its tests"},
        {"    return a - b\n", 0, "exit status 1: AssertionError"},
        {"    return a + b if a > 0 else 1\n", 0, "exit status 1: AssertionError: zero"},
        {"    return a +\n", 0, "exit status 1: SyntaxError: invalid syntax"},
        {"    while True: pass\n", 0, "stopped after 2 seconds"},
        {"    import sys; sys.exit(0)\n", 0, "left before its tests ended"},
        {"    import os; os._exit(0)\n", 0, "left before its tests ended"},
        {"    return a + b\nimport os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", 0,
         "ended by signal 11"},
        {"    return [0] * 10**10\n", 0, "exit status 1: MemoryError"},
        {"", 0, "exit status 1: AssertionError"},
    };
    SCOPED_ARENA(a);
    const Task *t = code_task(&a, CODE);
    for (size_t i = 0; i < COUNT(cases); i++) {
        TaskScore s = score_text(&a, t, doc, cases[i].answer);
        CHECK_NEAR(s.value, cases[i].value, 0);
        CHECK_STR(s.why, cases[i].why);
    }
}

/* Programs that read and print, as in contests: words are compared, numbers nearly. */
TEST(code_is_judged_by_what_it_prints)
{
    static const struct {
        const char *answer;
        double value;
        const char *why;
    } cases[] = {
        {"n = int(input())\nprint(n / 3)\nprint(input())", 1, "passes its tests"},
        {"import sys\nn = sys.stdin.buffer.readline()\nprint('0.3333333', '\u00e9', end='')", 1,
         "passes its tests"},
        {"print(0.34)\nprint('\u00e9')", 0, "prints something else"},
        {"print(1 / 3, '\u00e9', 'more')", 0, "prints something else"},
        {"print(1 / 3)", 0, "prints something else"},
        {"print(1 / 3, '\u00e9')\nraise SystemExit(3)", 0, "exit status 3"},
        {"input(); input(); input()", 0, "exit status 1: EOFError: EOF when reading a line"},
    };
    SCOPED_ARENA(a);
    const Task *t =
        code_task(&a, "{metric: code_pass, stdin: '{{given}}', stdout: '{{wanted}}', timeout: 5}");
    for (size_t i = 0; i < COUNT(cases); i++) {
        TaskScore s =
            score_text(&a, t,
                       "[{\"prompt\":\"\",\"test\":\"\",\"entry_point\":\"\","
                       "\"given\":\"1\\n\u00e9\\n\",\"wanted\":\"0.333333333\\n\u00e9\\n\"}]",
                       cases[i].answer);
        CHECK_NEAR(s.value, cases[i].value, 0);
        CHECK_STR(s.why, cases[i].why);
    }
}

/* What is right may be longer than what is kept of other programs' output; what was cut is not
 * right. */
TEST(code_may_print_as_much_as_is_wanted)
{
    SCOPED_ARENA(a);
    StrBuf item = strbuf_make(&a, 1 << 20);
    const Task *t = code_task(&a, "{metric: code_pass, stdout: '{{wanted}}', timeout: 5}");
    strbuf_adds(&item, "[{\"prompt\":\"\",\"test\":\"\",\"entry_point\":\"\",\"wanted\":\"");
    for (int i = 0; i < 20000; i++)
        strbuf_addf(&item, "%d ", i);
    strbuf_adds(&item, "\"}]");
    CHECK_NEAR(score_text(&a, t, item.ptr, "print(*range(20000), sep='\\n')").value, 1, 0);
    CHECK_NEAR(score_text(&a, t, item.ptr, "print(*range(19999), sep='\\n')").value, 0, 0);
    CHECK_NEAR(score_text(&a, t, item.ptr, "print(*range(20000), ' ' * 1000000, 'x')").value, 0, 0);
}

TEST(code_that_passes_now_and_then_is_flaky)
{
    SCOPED_ARENA(a);
    const Task *t = code_task(&a, "{metric: code_pass, prepend: '{{prompt}}', runs: 20}");
    TaskScore s =
        score_text(&a, t, doc, "    import os\n    return a + b + os.urandom(1)[0] % 2\n");
    CHECK_NEAR(s.value, 0, 0);
    CHECK(str_starts(s.why, STR("flaky: passes in ")) || str_starts(s.why, STR("exit status 1")));
    s = score_text(&a, t, doc, "    return a + b\n");
    CHECK_NEAR(s.value, 1, 0);
    CHECK_STR(s.why, "passes its tests");
}

/* What gets away with it would print or pass. */
TEST(hostile_code_is_kept_in)
{
    static const char *const attempts[] = {
        "    return a + b\nimport os\nwhile True: os.fork()\n",
        "    return a + b\nopen('/etc/passwd').read()\n",
        "    return a + b\nimport socket\nsocket.create_connection(('127.0.0.1', 80))\n",
        "    return a + b\nopen('/usr/lib/x', 'w')\n",
        "    return a + b\nopen('/work/program.py', 'w').write('')\n",
        "    return a + b\nx = []\nwhile True: x.append(bytearray(1 << 20))\n",
        "    return a + b\nf = open('/tmp/big', 'w')\nwhile True: f.write('x' * (1 << 20))\n",
        "    return a + b\nimport subprocess\nsubprocess.run(['/bin/sh', '-c', 'kill -9 -1'])\n",
    };
    SCOPED_ARENA(a);
    const Task *t = code_task(&a, CODE);
    for (size_t i = 0; i < COUNT(attempts); i++) {
        TaskScore s = score_text(&a, t, doc, attempts[i]);
        if (s.value != 0 || !s.why.len)
            test_fail(__FILE__, __LINE__, "attempt %zu: %s", i, s.why.ptr);
    }
    /* neither harms: it kills nothing outside, and what it prints beyond the limit is dropped */
    TaskScore s = score_text(&a, t, doc,
                             "    return a + b\nimport os\nfor p in (os.getppid(), 1):\n"
                             "    try: os.kill(p, 9)\n    except OSError: pass\n"
                             "for i in range(300): print('x' * 10000)\n");
    CHECK(s.value == 1 || s.value == 0); /* it lives to judge */
    CHECK_STR(score_text(&a, t, doc, "    return a + b\n").why, "passes its tests");
}

TEST(pass_at_k_takes_the_verdicts_of_code)
{
    SCOPED_ARENA(a);
    Err err = {0};
    const Task *t = code_task(&a, CODE ", {metric: pass@2, by: code_pass}, "
                                       "{metric: pass^2, by: code_pass}");
    TaskBound *b = bind_plain(&a, t, doc, NULL);
    TaskItem item = item_at(&a, b, 0);
    const TaskAnswer answers[] = {{.text = STR("    return a + b")},
                                  {.text = STR("    return a")},
                                  {.text = STR("    return b + a")},
                                  {.text = STR("    return b")}};
    TaskScore *scores;
    size_t n;
    CHECK(task_is_slow(t));
    CHECK_OK(task_ready(t, &err), err);
    CHECK_OK(task_score(b, &item, answers, COUNT(answers), &a, &scores, &n, &err), err);
    CHECK_INT(n, 3);
    CHECK_NEAR(scores[0].value, 0.5, 1e-12);
    CHECK_STR(scores[0].why, "exit status 1: AssertionError"); /* of the first that fails */
    CHECK_NEAR(scores[1].value, 1 - 1.0 / 6, 1e-12);
    CHECK_NEAR(scores[2].value, 1.0 / 6, 1e-12);
    CHECK_STR(scores[1].why, "2 of 4 answers are right");
    task_unbind(b);
}

TEST(keys_of_code_and_by_are_checked)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *metrics, *why;
    } wrong[] = {
        {"{metric: code_pass, language: cobol}", "\"language\" must be python, not \"cobol\""},
        {"{metric: code_pass, timeout: 0}", "\"timeout\" must be from 0.1 to 600"},
        {"{metric: code_pass, memory: 1}", "\"memory\" must be from 64 to 65536"},
        {"{metric: code_pass, test: '{{ x'}", "test: line 1"},
        {"{metric: code_pass, code: some}", "\"code\" must be auto or raw"},
        {"{metric: pass@2, by: code_pass}", "\"by\" must name another metric of the list"},
        {"{metric: pass@2, by: pass@2}", "\"by\" must name another metric of the list"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        Str got = problems_of(
            &a, str_printf(&a, HEAD "doc_to_target: test\nrepeats: 2\nmetric_list: [%s]\n",
                           wrong[i].metrics)
                    .ptr);
        if (!strstr(got.ptr, wrong[i].why))
            test_fail(__FILE__, __LINE__, "%s gives: %s", wrong[i].metrics, got.ptr);
    }
}

/* CRUXEval: the answer holds its own test, and the target is not run. */
TEST(code_that_holds_its_test_is_run_alone)
{
    SCOPED_ARENA(a);
    const Task *t =
        code_task(&a, "{metric: {'!function': utils.pass_at_k, sha256: "
                      "85bc18f17048827de237dc0fb06ad9ebd31439a6148334ce7c8c43eea3c56344}, k: [1]}");
    CHECK_NEAR(score_text(&a, t, doc, "def f(x): return x\nassert f(2)==2").value, 1, 0);
    CHECK_NEAR(score_text(&a, t, doc, "def f(x): return x\nassert f(2)==3").value, 0, 0);
    CHECK_NEAR(score_text(&a, t, doc, "```\nassert True\n```").value, 0, 0); /* as it stands */
}
