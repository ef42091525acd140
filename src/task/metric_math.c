/* metric_math.c - math_equal: mathematical answers compared by value. */
#include "task/parts.h"

#include "base/utf8.h"
#include "text/math.h"

static const KeyRow keys[] = {{"tolerance", T_NUMBER, NULL}};

static void check(Checker *c, const Json *entry)
{
    double tolerance = json_number(json_get(entry, "tolerance"), 0);
    if (!(tolerance >= 0 && tolerance <= 1))
        problem(c, json_get(entry, "tolerance"), "\"tolerance\" must be from 0 to 1");
}

/* What is boxed, or all of it. */
static Str final_answer(Str text)
{
    Str boxed = math_boxed(text);
    return boxed.ptr ? boxed : text;
}

static Status score(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    enum { QUOTE = 70 };
    StrVec right = {0};
    TRY(metric_references(in, &right));
    Str answer = final_answer(metric_prediction(in, out)), shown = {0};
    double tolerance = json_number(json_get(options->entry, "tolerance"), 0);
    out->extracted = answer;
    out->value = 0;
    for (size_t i = 0; i < right.len && out->value == 0; i++) {
        SCOPED_ARENA(scratch);
        shown = final_answer(right.items[i]);
        out->value = math_equal(answer, shown, tolerance, &scratch);
    }
    answer = utf8_cut(answer, QUOTE);
    shown = utf8_cut(shown, QUOTE);
    out->why = str_printf(in->arena, "extracted \"" STR_FMT "\", expected \"" STR_FMT "\"",
                          STR_ARG(answer), STR_ARG(shown));
    return OK;
}

const MetricRow metric_math_equal = {"math_equal", "mean", true, 1u << OUTPUT_GENERATE, score};
const MetricKeys metric_math_equal_keys = {&metric_math_equal, keys, COUNT(keys), check};
