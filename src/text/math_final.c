/* math_final.c - Minerva's normal form of final answers. The lists are the paper's protocol. */
#include "text/math_final.h"

#include "base/utf8.h"
#include "text/regex.h"

static const struct {
    const char *from, *to;
} substitutions[] = {
    {"an ", ""},          {"a ", ""},
    {".$", "$"},          {"\\$", ""},
    {"\\ ", ""},          {" ", ""},
    {"mbox", "text"},     {",\\text{and}", ","},
    {"\\text{and}", ","}, {"\\text{m}", "\\text{}"},
};

static const char *const removed[] = {
    "square",       "ways",
    "integers",     "dollars",
    "mph",          "inches",
    "ft",           "hours",
    "km",           "units",
    "\\ldots",      "sue",
    "points",       "feet",
    "minutes",      "digits",
    "cents",        "degrees",
    "cm",           "gm",
    "pounds",       "meters",
    "meals",        "edges",
    "students",     "childrentickets",
    "multiples",    "\\text{s}",
    "\\text{.}",    "\\text{\ns}",
    "\\text{}^2",   "\\text{}^3",
    "\\text{\n}",   "\\text{}",
    "\\mathrm{th}", "^\\circ",
    "^{\\circ}",    "\\;",
    ",\\!",         "{,}",
    "\"",           "\\dots",
};

static const struct {
    const char *pattern, *to;
} rewritten[] = {
    {"(.*?)(\\$)(.*?)(\\$)(.*)", "$\\3$"}, {"(\\\\text\\{)(.*?)(\\})", "\\2"},
    {"(\\\\textbf\\{)(.*?)(\\})", "\\2"},  {"(\\\\overline\\{)(.*?)(\\})", "\\2"},
    {"(\\\\boxed\\{)(.*)(\\})", "\\2"},    {"(frac)([^{])(.)", "frac{\\2}{\\3}"},
    {"(sqrt)([^{])", "sqrt{\\2}"},
};

static bool is_whole_number(Str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != ',' && (s.ptr[i] < '0' || s.ptr[i] > '9'))
            return false;
        digits += s.ptr[i] != ',';
    }
    return digits > 0;
}

Status math_final_normal(Arena *arena, Str s, Str *out, Err *err)
{
    ptrdiff_t equals = str_rfind_char(s, '=');
    s = str_after(s, (size_t)(equals + 1));
    for (size_t i = 0; i < COUNT(substitutions); i++)
        s = str_replace(arena, s, str_from(substitutions[i].from), str_from(substitutions[i].to));
    for (size_t i = 0; i < COUNT(removed); i++)
        s = str_replace(arena, s, str_from(removed[i]), STR(""));
    for (size_t i = 0; i < COUNT(rewritten); i++) {
        Regex *regex;
        TRY(regex_compile(str_from(rewritten[i].pattern), &regex, err));
        Status status = regex_replace(regex, s, str_from(rewritten[i].to), arena, &s, err);
        regex_free(regex);
        TRY(status);
    }
    s = str_replace(arena, s, STR("$"), STR(""));
    *out = is_whole_number(s) ? str_replace(arena, s, STR(","), STR("")) : s;
    return OK;
}

Status math_final_stated(Arena *arena, Str solution, Str *out, Err *err)
{
    Str end = STR("I hope it is correct.");
    StrBuf text = strbuf_make(arena, solution.len + end.len + 1);
    Regex *regex;
    RegexMatch match;
    bool found = false;
    strbuf_add(&text, solution);
    strbuf_add(&text, end);
    TRY(regex_compile(STR("Final Answer: The final answer is(.*?). I hope it is correct."), &regex,
                      err));
    Status status = regex_search(regex, strbuf_str(&text), arena, &match, &found, err);
    regex_free(regex);
    *out = status == OK && found ? utf8_strip(match.groups[1]) : (Str){0};
    return status;
}
