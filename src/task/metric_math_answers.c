/* metric_math_answers.c - what AGIEval and AIME read out of a solution, for native process_results.
 *
 * Both compare as Hendrycks et al. (2021) do (text/math.h); AGIEval's copy keeps a slash between
 * what are no whole numbers, where theirs gives up. */
#include "task/metric_results.h"

#include "base/utf8.h"
#include "text/math.h"

#include <math.h>

/* ---- AGIEval ---- */

static const char SLASH = '\x01'; /* stands for "/" while the rest is stripped */

static Str swapped(Arena *arena, Str s, char from, char to)
{
    char *bytes = arena_copy(arena, s.ptr, s.len);
    for (size_t i = 0; i < s.len; i++)
        if (bytes[i] == from)
            bytes[i] = to;
    return (Str){bytes, s.len};
}

/* As str(int(s)) would write it. */
static bool is_plain_int(Str s)
{
    size_t from = s.len && s.ptr[0] == '-';
    bool zero = s.len == 1 && s.ptr[0] == '0';
    for (size_t i = from; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > from && (zero || s.ptr[from] != '0');
}

static bool strip(Arena *arena, Str s, Str *out)
{
    if (!math_strip(arena, swapped(arena, s, '/', SLASH), &s))
        return false;
    *out = s = swapped(arena, s, SLASH, '/');
    Str b = s, a = str_split(&b, '/');
    if (str_find_char(s, '/') >= 0 && str_find_char(b, '/') < 0 && is_plain_int(a) &&
        is_plain_int(b))
        *out = str_printf(arena, "\\frac{" STR_FMT "}{" STR_FMT "}", STR_ARG(a), STR_ARG(b));
    return true;
}

/* What follows the last "=", when there is one. */
static Str after_equals(Str s)
{
    ptrdiff_t at = str_rfind_char(s, '=');
    if (at < 0)
        return s;
    s = str_after(s, (size_t)at + 1);
    while (s.len && s.ptr[0] == ' ')
        s = str_after(s, 1);
    return s;
}

/* The last \boxed{...}; ptr NULL when what is boxed last is anything else. */
static Str strictly_boxed(Str s)
{
    ptrdiff_t at = str_rfind(s, STR("\\boxed"));
    Str rest = str_after(s, at < 0 ? s.len : (size_t)at);
    return str_starts(rest, STR("\\boxed{")) ? math_boxed(rest) : (Str){0};
}

/* The last line's text between its first and its last dollar. */
static Str between_dollars(Str s)
{
    Str found = {0};
    while (s.len) {
        Str line = str_split(&s, '\n');
        ptrdiff_t first = str_find_char(line, '$'), last = str_rfind_char(line, '$');
        if (first < last)
            found = str_slice(line, (size_t)first + 1, (size_t)last);
    }
    return found;
}

/* Without dollars: after the last "=", or the last number. */
static Status bare_answer(const ScoreInput *in, Str s, Str *out)
{
    *out = (Str){0};
    if (str_find_char(s, '=') >= 0) {
        s = after_equals(s);
        while (s.len && s.ptr[s.len - 1] == '.')
            s.len--;
        ptrdiff_t line = str_find(s, STR("\\n"));
        *out = line < 0 ? s : str_slice(s, 0, (size_t)line);
        if (!out->ptr)
            *out = STR("");
        return OK;
    }
    Regex *number;
    RegexMatches all = {0};
    TRY(regex_compile(STR("(?:\\$)?\\d+(?:\\.\\d+)?(?![\\w\\d])"), &number, in->err));
    Status status = regex_find_all(number, s, in->arena, &all, in->err);
    regex_free(number);
    if (status == OK && all.len)
        *out = all.items[all.len - 1].groups[0];
    return status;
}

/* ptr NULL: no answer was read. */
static Status read_answer(const ScoreInput *in, Str s, Str *out)
{
    if (str_find(s, STR("\\boxed")) >= 0) {
        *out = strictly_boxed(s);
        if (out->ptr)
            *out = after_equals(*out);
        return OK;
    }
    *out = after_equals(between_dollars(s));
    return out->len ? OK : bare_answer(in, s, out);
}

static Status cloze(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Str right = json_text(json_get(&in->item->doc, "answer")), a, b, x, y;
    Str answer = results_answered(in);
    (void)options;
    TRY(read_answer(in, answer, &a));
    TRY(read_answer(in, right, &b));
    results_note(in, a, b, out);
    if (!a.ptr || !b.ptr)
        out->value = !a.ptr && !b.ptr;
    else if (strip(in->arena, a, &x) && strip(in->arena, b, &y))
        out->value = str_eq(x, y);
    else
        out->value = str_eq(a, b);
    return OK;
}

/* HRM8K: a number is written as Python's int, or else float, writes it. */
static Str plain_number(Arena *arena, Str s)
{
    double value;
    s = utf8_strip(s);
    if (!str_to_double(s, &value))
        return s;
    if (value == floor(value))
        return str_printf(arena, "%.0f", value == 0 ? 0.0 : value);
    Json number = json_num(arena, value);
    return python_str(arena, &number);
}

static Status hrm8k(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    const Json *gold = json_get(&in->item->doc, "answer");
    Str a, b, x, y, answer = results_answered(in);
    (void)options;
    if (!gold)
        return err_set(in->err, E_PARSE, "item %zu has no answer", in->item->position);
    TRY(read_answer(in, answer, &a));
    TRY(read_answer(in, plain_number(in->arena, python_str(in->arena, gold)), &b));
    results_note(in, a, b, out);
    if (!a.ptr || !b.ptr)
        out->value = !a.ptr && !b.ptr;
    else if (strip(in->arena, a, &x) && strip(in->arena, b, &y))
        out->value = str_eq(plain_number(in->arena, x), y);
    else
        out->value = str_eq(a, b);
    return OK;
}

/* ---- AIME ---- */

/* The first column whose name is "answer" in any letters, as text. */
static Str answer_column(const ScoreInput *in)
{
    const Json *doc = &in->item->doc;
    for (uint32_t i = 0; i < doc->len; i++) {
        Str key = doc->members[i].key;
        if (key.len == 6 && !strncasecmp(key.ptr, "answer", 6))
            return python_str(in->arena, &doc->members[i].value);
    }
    return (Str){0};
}

static Status aime(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Str got = results_answered(in), right = answer_column(in), boxed = {0};
    ptrdiff_t first = str_find_char(got, '$'), last = str_rfind_char(got, '$');
    Str answer = first < last ? str_slice(got, (size_t)first + 1, (size_t)last) : got;
    (void)options;
    if (str_find(got, STR("\\boxed ")) >= 0)
        boxed = math_boxed(got);
    else
        boxed = strictly_boxed(got);
    answer = boxed.ptr ? boxed : answer;
    out->value = math_same_text(answer, right, in->arena);
    results_note(in, answer, right, out);
    return OK;
}

#define TEXT (1u << OUTPUT_GENERATE)

const MetricRow results_agieval_cloze = {"acc", "mean", true, TEXT, cloze};
const MetricRow results_hrm8k = {"exact_match", "mean", true, TEXT, hrm8k};
const MetricRow results_aime = {"exact_match", "mean", true, TEXT, aime};
