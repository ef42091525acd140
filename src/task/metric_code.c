/* metric_code.c - code_pass: whether code passes its tests, in a sandbox.
 *
 * The program is `prepend`, the code of the answer, the tests, and at the very end an exit with a
 * status that only this item has: code that leaves before the tests does not pass.
 *
 * metric_code_k is what code_eval makes of several answers, for native versions: pass@k of answers
 * that are whole programs, each executed with no name of its own (__name__ is "builtins"). */
#include "task/metric_work.h"

#include "base/hash.h"
#include "base/limits.h"
#include "base/sandbox.h"
#include "base/utf8.h"
#include "stats/repeated.h"

enum { LEAST_STATUS = 32, STATUSES = 80 };

typedef struct Code {
    Field prepend, test;
    SandboxLimits limits;
    bool raw;   /* fences are part of the code */
    bool alone; /* the answer has its tests in it */
} Code;

static const KeyRow keys[] = {{"language", T_STRING, NULL}, {"timeout", T_NUMBER, NULL},
                              {"memory", T_NUMBER, NULL},   {"prepend", T_STRING, NULL},
                              {"test", T_STRING, NULL},     {"code", T_STRING, NULL}};

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
    code->prepend = field_of(c, entry, "prepend");
    code->test = field_of(c, entry, "test");
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

/* The first fenced block, without its first line (the language); all of it where there is none. */
static Str unfenced(Str answer)
{
    ptrdiff_t open = str_find(answer, STR("```"));
    if (open < 0)
        return answer;
    Str rest = str_after(answer, (size_t)open + 3);
    ptrdiff_t line = str_find_char(rest, '\n');
    if (line < 0)
        return answer;
    rest = str_after(rest, (size_t)line + 1);
    ptrdiff_t close = str_find(rest, STR("```"));
    return close < 0 ? rest : str_slice(rest, 0, (size_t)close);
}

/* A status that another item does not have, as a rule. */
static int own_status(Str program)
{
    return LEAST_STATUS + (int)(hash_bytes(program).low % STATUSES);
}

static Status write_program(const ScoreInput *in, const Code *code, Str answer, Str *out,
                            int *status)
{
    FieldContext c = {in->bound->task, &in->bound->features, in->arena, in->err};
    Str before, test = in->item->target_text;
    TRY(field_plain(&c, &code->prepend, &in->item->doc, &before));
    if (code->alone)
        test = (Str){0};
    if (code->test.raw)
        TRY(field_plain(&c, &code->test, &in->item->doc, &test));
    if (!code->alone && !utf8_strip(test).len)
        return err_set(in->err, E_PARSE,
                       "item %zu has no tests; say where they are: metric_list: - {metric: "
                       "code_pass, test: \"{{test}}\"}",
                       in->item->position);
    StrBuf b = strbuf_make(in->arena, LIMIT_PROMPT);
    strbuf_add(&b, before);
    strbuf_add(&b, answer);
    strbuf_addc(&b, '\n');
    strbuf_add(&b, test);
    *status = own_status(strbuf_str(&b));
    strbuf_addf(&b, "\n__import__('os')._exit(%d)\n", *status);
    *out = strbuf_str(&b);
    return strbuf_check(&b, "the program", in->err);
}

static Str last_line(Str text)
{
    text = str_trim(text);
    ptrdiff_t at = str_rfind_char(text, '\n');
    return at < 0 ? text : str_after(text, (size_t)at + 1);
}

static Str reason(const ScoreInput *in, const SandboxResult *r, const Code *code, int status)
{
    enum { QUOTE = 120 };
    Str said = utf8_clean(in->arena, utf8_cut(last_line(r->err), QUOTE));
    if (r->timed_out)
        return str_printf(in->arena, "stopped after %g seconds", code->limits.seconds);
    if (r->signal)
        return str_printf(in->arena, "ended by signal %d%s" STR_FMT, r->signal,
                          said.len ? ": " : "", STR_ARG(said));
    if (r->exit_status == status)
        return STR("passes its tests");
    if (!r->exit_status)
        return STR("left before its tests ended");
    return str_printf(in->arena, "exit status %d%s" STR_FMT, r->exit_status, said.len ? ": " : "",
                      STR_ARG(said));
}

static Status run_answer(const ScoreInput *in, const MetricOptions *options,
                         const char *const *argv, TaskScore *out)
{
    const Code *code = options->own;
    Str answer = metric_prediction(in, out), program;
    int status = 0;
    SandboxResult r = {0};
    SandboxLimits limits = code->limits;
    limits.halt = in->bound->halt;
    answer = code->raw ? answer : unfenced(answer);
    TRY(write_program(in, code, answer, &program, &status));
    if (sandbox_run(argv, "program.py", program, &limits, in->arena, &r, in->err) != OK)
        return err_wrap(in->err, "item %zu", in->item->position);
    out->extracted = answer;
    out->value = r.exit_status == status;
    out->why = reason(in, &r, code, status);
    return OK;
}

static Status score(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    static const char *const argv[] = {"/usr/bin/python3", "-I", "/work/program.py", NULL};
    if (in->n_answers > 1)
        return metric_mean_of_each(in, out);
    return run_answer(in, options, argv, out);
}

/* ---- pass@k ---- */

static Status judge_one(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    static const char *const argv[] = {"/usr/bin/python3", "-I", "-c",
                                       "exec(open('/work/program.py', 'rb').read(), {})", NULL};
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
