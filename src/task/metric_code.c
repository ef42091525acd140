/* metric_code.c - code_pass: whether code passes its tests, in a sandbox.
 *
 * What is run: `prepend` and the code of the answer, then the tests, and at the very end an exit
 * with a random status: code that leaves before does not pass. With `stdout` it is what the program
 * prints that counts, word by word. Code that passes in some of its `runs` and not in others has
 * not passed, and the reason says so.
 *
 * The runner (below) hands the interpreter the answer first. Its own file then holds the answer
 * alone; tests and status wait unread behind an open file without a name, and what the runner
 * needs afterwards (exec, compile, os._exit ...) was bound before, so that replacing them changes
 * nothing; builtins are put back and trace functions taken out before the tests begin. All is one
 * process: code that knows this runner and reads its file descriptor still finds the status.
 *
 * metric_code_k is what code_eval makes of several answers, for native versions: pass@k of answers
 * that are whole programs, each executed with no name of its own (__name__ is "builtins"). */
#include "task/metric_work.h"

#include "base/limits.h"
#include "base/sandbox.h"
#include "base/utf8.h"
#include "stats/repeated.h"
#include "text/extract.h"

#include <math.h>
#include <sys/random.h>

enum { LEAST_STATUS = 32, STATUSES = 96, MOST_RUNS = 20 };

typedef struct Code {
    Field prepend, test, input, output;
    int runs;
    SandboxLimits limits;
    bool raw;   /* fences are part of the code */
    bool alone; /* the answer has its tests in it */
} Code;

static const KeyRow keys[] = {{"language", T_STRING, NULL}, {"timeout", T_NUMBER, NULL},
                              {"memory", T_NUMBER, NULL},   {"prepend", T_STRING, NULL},
                              {"test", T_STRING, NULL},     {"code", T_STRING, NULL},
                              {"stdin", T_STRING, NULL},    {"stdout", T_STRING, NULL},
                              {"runs", T_INT, NULL},        {"may_fork", T_BOOL, NULL}};

static Field field_of(Checker *c, const Json *entry, const char *key)
{
    Field f = {.raw = json_get(entry, key)};
    Err err = {0};
    Template *parsed;
    if (!f.raw || f.raw->type != JSON_STRING)
        return (Field){0};
    if (template_parse(c->arena, f.raw->text, key, &parsed, &err) == OK)
        f.template = parsed;
    else
        problem_why(c, (Reason){"template", str_from(key)}, f.raw, "%s", err.msg);
    return f;
}

static double number_key(Checker *c, const Json *entry, const char *key, double otherwise,
                         double least, double most)
{
    double number = json_number(json_get(entry, key), otherwise);
    if (number >= least && number <= most)
        return number;
    problem(c, json_get(entry, key), "\"%s\" must be from %g to %g", key, least, most);
    return otherwise;
}

static Code *read_entry(Checker *c, const Json *entry)
{
    Code *code = ARENA_NEW(c->arena, Code);
    Str language = json_text_or(json_get(entry, "language"), STR("python"));
    Str kind = json_text_or(json_get(entry, "code"), STR("auto"));
    if (!str_eqc(language, "python"))
        problem(c, json_get(entry, "language"),
                "\"language\" must be python, not \"" STR_FMT "\"; for others there is the metric "
                "\"command\"",
                STR_ARG(language));
    code->raw = str_eqc(kind, "raw");
    if (!code->raw && !str_eqc(kind, "auto"))
        problem(c, json_get(entry, "code"), "\"code\" must be auto or raw");
    code->limits = sandbox_limits();
    code->limits.seconds = number_key(c, entry, "timeout", code->limits.seconds, 0.1, 600);
    code->limits.memory = (size_t)number_key(c, entry, "memory", 1024, 64, 65536) * MIB;
    code->limits.own_file = true;
    code->limits.may_fork = json_bool(json_get(entry, "may_fork"), false);
    code->prepend = field_of(c, entry, "prepend");
    code->test = field_of(c, entry, "test");
    code->input = field_of(c, entry, "stdin");
    code->output = field_of(c, entry, "stdout");
    code->runs = (int)number_key(c, entry, "runs", 1, 1, MOST_RUNS);
    return code;
}

static const void *prepare(Checker *c, const Json *entry)
{
    return read_entry(c, entry);
}

static const void *prepare_k(Checker *c, const Json *entry)
{
    Code *code = read_entry(c, entry);
    code->alone = json_bool(json_get(entry, "alone"), false);
    return code;
}

static Status ready(const MetricOptions *options, Err *err)
{
    (void)options;
    return sandbox_check(err);
}

/* The next fenced block of *rest, its first line in *language; false when there is none. */
static bool next_fence(Str *rest, Str *language, Str *block)
{
    ptrdiff_t open = str_find(*rest, STR("```"));
    if (open < 0)
        return false;
    Str inside = str_after(*rest, (size_t)open + 3);
    ptrdiff_t line = str_find_char(inside, '\n');
    if (line < 0)
        return false;
    *language = str_trim(str_slice(inside, 0, (size_t)line));
    inside = str_after(inside, (size_t)line + 1);
    ptrdiff_t close = str_find(inside, STR("```"));
    size_t end = close < 0 ? inside.len : (size_t)close;
    *block = str_slice(inside, 0, end);
    *rest = str_after(inside, end + 3);
    return true;
}

/* The first fenced block that says it is Python ("pip install" may stand in one before it), else
 * the first of all; the whole answer where there is none. What was thought before is no answer. */
static Str unfenced(Str answer, Arena *arena)
{
    Str rest = extract_after_thinking(answer, arena), language, block, first = rest;
    for (bool any = false; next_fence(&rest, &language, &block); any = true) {
        if (!any)
            first = block;
        if (str_eq_nocase(language, STR("python")) || str_eq_nocase(language, STR("py")) ||
            str_eq_nocase(language, STR("python3")))
            return block;
    }
    return first;
}

/* A status that the code cannot know. */
static int secret_status(void)
{
    uint32_t random = 0;
    while (getrandom(&random, sizeof random, 0) != sizeof random)
        ;
    return LEAST_STATUS + (int)(random % STATUSES);
}

/* See the top. The file is two lengths in 32 bytes, the answer, the tests, the status or 0. The
 * answer and what follows it stand in one line, so that no trace function sees one between. */
#define RUNNER                                                                                     \
    "import builtins, os, sys\n"                                                                   \
    "def _run(space, read=os.read, leave=os._exit, compile=compile, exec=exec, int=int,\n"         \
    "         trace=sys.settrace, profile=sys.setprofile, builtins=builtins):\n"                   \
    "    path = '/work/program.py'\n"                                                              \
    "    fd = os.open(path, os.O_RDONLY)\n"                                                        \
    "    os.unlink(path)\n"                                                                        \
    "    first, second = map(int, read(fd, 32).split())\n"                                         \
    "    text = read(fd, first)\n"                                                                 \
    "    with open(path, 'wb', opener=lambda name, flags: os.open(name, flags, 0o444)) as own:\n"  \
    "        own.write(text)\n"                                                                    \
    "    sys.argv[:] = [path]\n"                                                                   \
    "    if space is None:\n"                                                                      \
    "        space = globals()\n"                                                                  \
    "        space['__file__'] = path\n"                                                           \
    "        for name in ('_run', 'builtins', 'os', 'sys'):\n"                                     \
    "            del space[name]\n"                                                                \
    "    names = builtins.__dict__\n"                                                              \
    "    saved, restore = dict(names), names.update\n"                                             \
    "    exec(compile(text, path, 'exec', 0, True), space); trace(None); profile(None)\n"          \
    "    restore(saved); space['__builtins__'] = builtins\n"                                       \
    "    exec(compile(read(fd, second), path, 'exec', 0, True), space)\n"                          \
    "    status = int(read(fd, 8))\n"                                                              \
    "    if status:\n"                                                                             \
    "        leave(status)\n"

/* What is run, and the exit status of its end; 0 where its output decides. */
typedef struct Program {
    Str text; /* as the runner takes it */
    int status;
    const char *const *argv;
} Program;

/* input() and sys.stdin read `text`. */
static void put_input(StrBuf *b, Str text)
{
    strbuf_adds(b, "import io as _io, sys as _sys\n_sys.stdin = _io.TextIOWrapper(_io.BytesIO(b'");
    for (size_t i = 0; i < text.len; i++)
        strbuf_addf(b, "\\x%02x", (unsigned char)text.ptr[i]);
    strbuf_adds(b, "'), encoding='utf-8')\n");
}

static Status tests_of(const ScoreInput *in, const Code *code, const FieldContext *c, Str *out)
{
    bool none = code->output.raw || code->alone; /* needed */
    *out = in->item->target_text;
    if (none)
        *out = (Str){0};
    if (code->test.raw)
        TRY(field_plain(c, &code->test, &in->item->doc, out));
    if (!none && !utf8_strip(*out).len)
        return err_set(in->err, E_PARSE,
                       "item %zu has no tests; say where they are: metric_list: - {metric: "
                       "code_pass, test: \"{{test}}\"}",
                       in->item->position);
    return OK;
}

static Status write_program(const ScoreInput *in, const Code *code, Str answer, Program *out)
{
    FieldContext c = {in->bound->task, &in->bound->features, in->arena, in->err};
    Str before, test, input;
    TRY(field_plain(&c, &code->prepend, &in->item->doc, &before));
    TRY(field_plain(&c, &code->input, &in->item->doc, &input));
    TRY(tests_of(in, code, &c, &test));
    StrBuf first = strbuf_make(in->arena, LIMIT_PROMPT);
    if (code->input.raw)
        put_input(&first, input);
    strbuf_add(&first, before);
    strbuf_add(&first, answer);
    strbuf_addc(&first, '\n');
    TRY(strbuf_check(&first, "the program", in->err));
    bool tested = !code->output.raw || code->test.raw;
    out->status = tested ? secret_status() : 0;
    if (tested && code->output.raw)
        test = str_printf(in->arena, STR_FMT "\n__import__('sys').stdout.flush()", STR_ARG(test));
    StrBuf all = strbuf_make(in->arena, 2 * LIMIT_PROMPT);
    strbuf_addf(&all, "%15zu %15zu\n", first.len, test.len);
    strbuf_add(&all, strbuf_str(&first));
    strbuf_add(&all, test);
    strbuf_addf(&all, "%d", out->status);
    out->text = strbuf_str(&all);
    return strbuf_check(&all, "the program", in->err);
}

/* The next word of *rest; empty at the end. */
static Str next_word(Str *rest)
{
    size_t at = 0, end;
    while (at < rest->len && strchr(" \t\r\n\v\f", rest->ptr[at]) && rest->ptr[at])
        at++;
    for (end = at; end < rest->len && !(strchr(" \t\r\n\v\f", rest->ptr[end]) && rest->ptr[end]);)
        end++;
    Str word = str_slice(*rest, at, end);
    *rest = str_after(*rest, end);
    return word;
}

/* The same words; numbers may differ by 1e-6 of their size. */
static bool same_words(Str got, Str want)
{
    static const double near = 1e-6;
    for (;;) {
        double x, y;
        Str a = next_word(&got), b = next_word(&want);
        if (!a.len && !b.len)
            return true;
        if (!str_eq(a, b) && !(str_to_double(a, &x) && str_to_double(b, &y) &&
                               fabs(x - y) <= near * fmax(1, fabs(y))))
            return false;
    }
}

static Str last_line(Str text)
{
    text = str_trim(text);
    ptrdiff_t at = str_rfind_char(text, '\n');
    return at < 0 ? text : str_after(text, (size_t)at + 1);
}

static Str reason(const ScoreInput *in, const SandboxResult *r, const Code *code, int status,
                  bool passed)
{
    enum { QUOTE = 120 };
    Str said = utf8_clean(in->arena, utf8_cut(last_line(r->err), QUOTE));
    if (r->timed_out)
        return str_printf(in->arena, "stopped after %g seconds", code->limits.seconds);
    if (r->signal)
        return str_printf(in->arena, "ended by signal %d%s" STR_FMT, r->signal,
                          said.len ? ": " : "", STR_ARG(said));
    if (passed)
        return STR("passes its tests");
    if (r->exit_status == status)
        return STR("prints something else");
    if (!r->exit_status)
        return STR("left before its tests ended");
    return str_printf(in->arena, "exit status %d%s" STR_FMT, r->exit_status, said.len ? ": " : "",
                      STR_ARG(said));
}

static Status run_once(const ScoreInput *in, const Code *code, const Program *p, bool *passed,
                       Str *why)
{
    FieldContext c = {in->bound->task, &in->bound->features, in->arena, in->err};
    SandboxResult r = {0};
    SandboxLimits limits = code->limits;
    Str want;
    limits.halt = in->bound->halt;
    TRY(field_plain(&c, &code->output, &in->item->doc, &want));
    limits.output += 2 * want.len; /* what is right may be long, and spaced otherwise */
    if (sandbox_run(p->argv, "program.py", p->text, &limits, in->arena, &r, in->err) != OK)
        return err_wrap(in->err, "item %zu", in->item->position);
    bool cut = r.out.len >= limits.output;
    *passed =
        r.exit_status == p->status && (!code->output.raw || (!cut && same_words(r.out, want)));
    *why = reason(in, &r, code, p->status, *passed);
    return OK;
}

static Status run_answer(const ScoreInput *in, const MetricOptions *options,
                         const char *const *argv, TaskScore *out)
{
    const Code *code = options->own;
    Str answer = metric_prediction(in, out);
    Program program = {.argv = argv};
    int passes = 0, runs = 0;
    answer = code->raw ? answer : unfenced(answer, in->arena);
    for (; runs < code->runs; runs++) {
        bool passed = false;
        Str why;
        TRY(write_program(in, code, answer, &program));
        TRY(run_once(in, code, &program, &passed, &why));
        if (!runs || !passed)
            out->why = why;
        passes += passed;
    }
    if (passes && passes < runs)
        out->why = str_printf(in->arena, "flaky: passes in %d of %d runs; else " STR_FMT, passes,
                              runs, STR_ARG(out->why));
    out->extracted = answer;
    out->value = passes == runs;
    return OK;
}

static Status score(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    static const char *const argv[] = {"/usr/bin/python3", "-I", "-c", RUNNER "_run(None)", NULL};
    if (in->n_answers > 1)
        return metric_mean_of_each(in, out);
    return run_answer(in, options, argv, out);
}

/* ---- pass@k ---- */

static Status judge_one(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    static const char *const argv[] = {"/usr/bin/python3", "-I", "-c", RUNNER "_run({})", NULL};
    return run_answer(in, options, argv, out);
}

/* The verdicts are those of the task's first pass@k, so that every k shares them. */
static size_t first_of_all(const Task *task)
{
    size_t m = 0;
    while (task->parts->rows[m] != &metric_code_k)
        m++;
    return m;
}

static Status score_k(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    const Task *task = in->bound->task;
    Str name = task->metrics[in->metric].name;
    int asked = metric_k(name);
    size_t k = asked ? (size_t)asked : 1, right = 0, shown = 0, n = in->n_answers;
    const TaskScore *each;
    (void)options;
    if (k > n)
        return err_set(in->err, E_USAGE,
                       "metric \"" STR_FMT "\" needs %zu answers of each item, and item %zu has "
                       "%zu; set repeats: %zu in the task, or --repeats %zu",
                       STR_ARG(name), k, in->item->position, n, k, k);
    TRY(metric_each(in, first_of_all(task), &each));
    out->found = false;
    for (size_t i = 0; i < n; i++) {
        right += each[i].value >= 1;
        out->found |= each[i].found;
        if (each[shown].value >= 1 && !(each[i].value >= 1))
            shown = i;
    }
    out->value = pass_at_k(n, right, k);
    out->extracted = each[shown].extracted;
    out->why = each[shown].why;
    if (n > 1)
        out->why = str_printf(in->arena, "%zu of %zu answers pass; " STR_FMT, right, n,
                              STR_ARG(each[shown].why));
    return OK;
}

const MetricRow metric_code = {"code_pass", "mean", true, 1u << OUTPUT_GENERATE | METRIC_SLOW,
                               score};
const MetricKeys metric_code_keys = {&metric_code, keys, COUNT(keys), NULL};
const MetricWork metric_code_work = {&metric_code, prepare, ready, NULL, NULL, NULL};

static const KeyRow k_keys[] = {{"timeout", T_NUMBER, NULL},
                                {"memory", T_NUMBER, NULL},
                                {"code", T_STRING, NULL},
                                {"alone", T_BOOL, NULL}};
const MetricRow metric_code_k = {"pass@k", "mean", true, 1u << OUTPUT_GENERATE | METRIC_SLOW,
                                 score_k};
const MetricKeys metric_code_k_keys = {&metric_code_k, k_keys, COUNT(k_keys), NULL};
const MetricWork metric_code_k_work = {&metric_code_k, prepare_k, ready, NULL, NULL, judge_one};
