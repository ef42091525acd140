/* filters.c - the tables of filters, tests and global functions. */
#include "base/limits.h"
#include "base/utf8.h"
#include "template/ast.h"
#include "template/builtin.h"
#include "text/normalise.h"
#include "text/regex.h"

#include <math.h>

Str builtin_text(Run *r, const Args *a, size_t i)
{
    return i < a->len ? value_to_text(r->arena, &a->items[i]) : (Str){0};
}

Status builtin_give(Value value, Value *out)
{
    *out = value;
    return OK;
}

static Status filter_string(Run *r, const Args *a, Value *out)
{
    return builtin_give(value_text(builtin_text(r, a, 0)), out);
}

static Status filter_length(Run *r, const Args *a, Value *out)
{
    const Value *v = &a->items[0];
    if (v->type == VALUE_STRING)
        return builtin_give(value_int((int64_t)utf8_count(v->text)), out);
    if (!value_is_list(v) && v->type != VALUE_DICT)
        return run_fail(r, a->node, E_PARSE, "a %s has no length", value_type_name(v));
    return builtin_give(value_int(v->len), out);
}

static Status filter_int(Run *r, const Args *a, Value *out)
{
    const Value *v = &a->items[0];
    int64_t i;
    double d;
    (void)r;
    *out = a->len > 1 ? a->items[1] : value_int(0);
    if (value_to_int(v, &i))
        *out = value_int(i);
    else if (v->type == VALUE_BIG)
        *out = *v;
    else if (v->type == VALUE_FLOAT && fabs(v->number) < 9e18)
        *out = value_int((int64_t)v->number);
    else if (v->type == VALUE_STRING) {
        Str s = utf8_strip(v->text);
        s = str_starts(s, STR("+")) ? str_after(s, 1) : s;
        if (str_to_int(s, &i))
            *out = value_int(i);
        else if (str_to_double(s, &d) && fabs(d) < 9e18)
            *out = value_int((int64_t)d);
    }
    return OK;
}

static Status filter_float(Run *r, const Args *a, Value *out)
{
    (void)r;
    const Value *v = &a->items[0];
    double d;
    *out = a->len > 1 ? a->items[1] : value_float(0);
    if (value_is_number(v))
        *out = value_float(value_number(v));
    else if (v->type == VALUE_STRING && str_to_double(utf8_strip(v->text), &d))
        *out = value_float(d);
    return OK;
}

/* Strips what Python's builtin_strip(chars) strips: any of the characters of `chars`. */
Str builtin_strip(Str s, const Value *chars, bool left, bool right)
{
    if (!chars || chars->type != VALUE_STRING)
        return left && right ? utf8_strip(s) : left ? utf8_lstrip(s) : utf8_rstrip(s);
    while (left && s.len) {
        size_t end = 0;
        utf8_next(s, &end);
        if (str_find(chars->text, str_slice(s, 0, end)) < 0)
            break;
        s = str_after(s, end);
    }
    while (right && s.len) {
        size_t start = s.len - 1;
        while (start && ((unsigned char)s.ptr[start] & 0xC0) == 0x80)
            start--;
        if (str_find(chars->text, str_after(s, start)) < 0)
            break;
        s.len = start;
    }
    return s;
}

static Status filter_trim(Run *r, const Args *a, Value *out)
{
    return builtin_give(value_text(builtin_strip(builtin_text(r, a, 0),
                                                 a->len > 1 ? &a->items[1] : NULL, true, true)),
                        out);
}

Status filter_lower(Run *r, const Args *a, Value *out)
{
    return builtin_give(value_text(text_lower(r->arena, builtin_text(r, a, 0))), out);
}

Status filter_upper(Run *r, const Args *a, Value *out)
{
    return builtin_give(value_text(text_upper(r->arena, builtin_text(r, a, 0))), out);
}

Status filter_capitalize(Run *r, const Args *a, Value *out)
{
    return builtin_give(value_text(text_capitalize(r->arena, builtin_text(r, a, 0))), out);
}

Status filter_replace(Run *r, const Args *a, Value *out)
{
    Str s = builtin_text(r, a, 0), old = builtin_text(r, a, 1), with = builtin_text(r, a, 2);
    int64_t most = -1;
    if (a->len > 3 && !value_to_int(&a->items[3], &most) && a->items[3].type != VALUE_NONE)
        return run_fail(r, a->node, E_PARSE, "the count of replacements must be an integer");
    StrBuf text = strbuf_make(r->arena, LIMIT_PROMPT);
    size_t at = 0;
    while (most-- != 0 && at <= s.len) {
        ptrdiff_t found = str_find_from(s, old, at);
        if (!old.len)
            found = (ptrdiff_t)at;
        if (found < 0)
            break;
        strbuf_add(&text, str_slice(s, at, (size_t)found));
        strbuf_add(&text, with);
        at = (size_t)found + old.len;
        if (old.len)
            continue;
        size_t next = at;
        if (at == s.len)
            break;
        utf8_next(s, &next);
        strbuf_add(&text, str_slice(s, at, next));
        at = next;
    }
    strbuf_add(&text, str_after(s, at));
    TRY(strbuf_check(&text, "replaced text", r->err));
    return builtin_give(value_text(strbuf_str(&text)), out);
}

static Status filter_default(Run *r, const Args *a, Value *out)
{
    (void)r;
    bool falsy = a->len > 2 && value_truth(&a->items[2]) && !value_truth(&a->items[0]);
    Value otherwise = a->len > 1 ? a->items[1] : value_text((Str){0});
    return builtin_give(a->items[0].type == VALUE_UNDEFINED || falsy ? otherwise : a->items[0],
                        out);
}

static Status filter_tojson(Run *r, const Args *a, Value *out)
{
    int64_t indent = -1;
    Json json = value_to_json(r->arena, &a->items[0]);
    if (a->len > 1 && !value_to_int(&a->items[1], &indent))
        return run_fail(r, a->node, E_PARSE, "\"indent\" must be an integer");
    return builtin_give(
        value_text(json_dump_python(r->arena, &json, (int)(indent > 16 ? 16 : indent))), out);
}

static Status filter_regex_replace(Run *r, const Args *a, Value *out)
{
    Regex *regex;
    Str text;
    TRY(regex_compile(builtin_text(r, a, 1), &regex, r->err));
    Status status =
        regex_replace(regex, builtin_text(r, a, 0), builtin_text(r, a, 2), r->arena, &text, r->err);
    regex_free(regex);
    TRY(status);
    return builtin_give(value_text(text), out);
}

static const Builtin filters[] = {
    {"string", 0, 0, "", filter_string},
    {"length", 0, 0, "", filter_length},
    {"count", 0, 0, "", filter_length},
    {"join", 0, 2, "d attribute", filter_join},
    {"int", 0, 1, "default", filter_int},
    {"float", 0, 1, "default", filter_float},
    {"map", 1, 4, "attribute", builtin_map},
    {"list", 0, 0, "", builtin_list},
    {"trim", 0, 1, "chars", filter_trim},
    {"replace", 2, 3, "old new count", filter_replace},
    {"lower", 0, 0, "", filter_lower},
    {"upper", 0, 0, "", filter_upper},
    {"first", 0, 0, "", builtin_first},
    {"last", 0, 0, "", builtin_last},
    {"default", 0, 2, "default_value boolean", filter_default},
    {"d", 0, 2, "default_value boolean", filter_default},
    {"capitalize", 0, 0, "", filter_capitalize},
    {"tojson", 0, 1, "indent", filter_tojson},
    {"regex_replace", 2, 2, "pattern repl", filter_regex_replace},
    {"sort", 0, 1, "reverse", builtin_sort},
    {"unique", 0, 1, "case_sensitive", builtin_unique},
    {"reverse", 0, 0, "", builtin_reverse},
    {"_literal", 0, 0, "", builtin_literal},
    {"_findall", 1, 2, "", builtin_findall},
    {"_pick", 1, 1, "", builtin_pick},
    {"_sorted", 0, 0, "", builtin_sorted},
    {"_into", 2, 2, "", builtin_into},
    {"_final_answer", 0, 0, "", builtin_final_answer},
    {"_until_closed", 0, 0, "", builtin_until_closed},
    {"_fill", 1, 1, "", builtin_fill},
    {"_boxed", 0, 0, "", builtin_boxed},
    {"select", 0, 3, "", builtin_select},
    {"reject", 0, 3, "", builtin_select},
    {"selectattr", 1, 4, "", builtin_selectattr},
    {"rejectattr", 1, 4, "", builtin_selectattr},
    {"min", 0, 0, "", builtin_min},
    {"max", 0, 0, "", builtin_max},
    {"sum", 0, 0, "", builtin_sum},
};

const Builtin *builtin_find(const Builtin *table, size_t n, Str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eqc(name, table[i].name))
            return &table[i];
    return NULL;
}

const Builtin *builtin_filter(Str name)
{
    return builtin_find(filters, COUNT(filters), name);
}

static Status test_type(Run *r, const Args *a, Value *out)
{
    static const struct {
        const char *name;
        unsigned types;
    } tests[] = {
        {"undefined", 1u << VALUE_UNDEFINED},
        {"none", 1u << VALUE_NONE},
        {"boolean", 1u << VALUE_BOOL},
        {"integer", 1u << VALUE_INT | 1u << VALUE_BIG},
        {"float", 1u << VALUE_FLOAT},
        {"number", 1u << VALUE_BOOL | 1u << VALUE_INT | 1u << VALUE_BIG | 1u << VALUE_FLOAT},
        {"string", 1u << VALUE_STRING},
        {"mapping", 1u << VALUE_DICT},
        {"sequence", 1u << VALUE_STRING | 1u << VALUE_LIST | 1u << VALUE_TUPLE | 1u << VALUE_DICT},
        {"iterable", 1u << VALUE_STRING | 1u << VALUE_LIST | 1u << VALUE_TUPLE | 1u << VALUE_DICT},
    };
    unsigned bit = 1u << a->items[0].type;
    bool yes = bit != 1u << VALUE_UNDEFINED; /* "defined" */
    bool about_undefined = str_eqc(a->node->name, "defined") || str_eqc(a->node->name, "undefined");
    if (!yes && !about_undefined)
        return run_fail(r, a->node, E_MISSING, "\"" STR_FMT "\" is undefined",
                        STR_ARG(a->items[0].text));
    for (size_t i = 0; i < COUNT(tests); i++)
        if (str_eqc(a->node->name, tests[i].name))
            yes = tests[i].types & bit;
    if (a->items[0].lazy && str_eqc(a->node->name, "sequence"))
        yes = false;
    return builtin_give(value_bool(yes), out);
}

static Status test_truth(Run *r, const Args *a, Value *out)
{
    (void)r;
    const Value *v = &a->items[0];
    return builtin_give(
        value_bool(v->type == VALUE_BOOL && v->boolean == str_eqc(a->node->name, "true")), out);
}

static Status test_number(Run *r, const Args *a, Value *out)
{
    int64_t i, by = 2;
    if (!value_to_int(&a->items[0], &i) || (a->len > 1 && !value_to_int(&a->items[1], &by)) || !by)
        return run_fail(r, a->node, E_PARSE, "the test needs integers");
    int64_t rest = by == -1 ? 0 : i % by;
    return builtin_give(value_bool((rest != 0) == str_eqc(a->node->name, "odd")), out);
}

static Status test_compare(Run *r, const Args *a, Value *out)
{
    bool in;
    Op op = str_eqc(a->node->name, "in") ? OP_IN : str_eqc(a->node->name, "ne") ? OP_NE : OP_EQ;
    TRY(run_compare(r, a->node, op, &a->items[0], &a->items[1], &in));
    return builtin_give(value_bool(in), out);
}

static const Builtin tests[] = {
    {"defined", 0, 0, "", test_type},  {"undefined", 0, 0, "", test_type},
    {"none", 0, 0, "", test_type},     {"boolean", 0, 0, "", test_type},
    {"integer", 0, 0, "", test_type},  {"float", 0, 0, "", test_type},
    {"number", 0, 0, "", test_type},   {"string", 0, 0, "", test_type},
    {"mapping", 0, 0, "", test_type},  {"sequence", 0, 0, "", test_type},
    {"iterable", 0, 0, "", test_type}, {"true", 0, 0, "", test_truth},
    {"false", 0, 0, "", test_truth},   {"odd", 0, 0, "", test_number},
    {"even", 0, 0, "", test_number},   {"divisibleby", 1, 1, "num", test_number},
    {"eq", 1, 1, "", test_compare},    {"equalto", 1, 1, "", test_compare},
    {"ne", 1, 1, "", test_compare},    {"in", 1, 1, "", test_compare},
};

const Builtin *builtin_test(Str name)
{
    return builtin_find(tests, COUNT(tests), name);
}

static Status global_range(Run *r, const Args *a, Value *out)
{
    int64_t at[3] = {0, 0, 1};
    for (size_t i = 0; i < a->len; i++)
        if (!value_to_int(&a->items[i], &at[i]))
            return run_fail(r, a->node, E_PARSE, "range() needs integers");
    if (a->len == 1) {
        at[1] = at[0];
        at[0] = 0;
    }
    if (!at[2])
        return run_fail(r, a->node, E_PARSE, "the step of range() must not be 0");
    double count = ceil(((double)at[1] - (double)at[0]) / (double)at[2]);
    if (count > 100000)
        return run_fail(r, a->node, E_LIMIT, "range() is longer than 100000");
    ValueVec items = {0};
    TRY(run_step(r, a->node, count > 0 ? (size_t)count : 0));
    for (int64_t i = 0; i < (int64_t)count; i++)
        vec_push(r->arena, &items, value_int(at[0] + i * at[2]));
    return builtin_give(value_list(&items), out);
}

static Status global_raise(Run *r, const Args *a, Value *out)
{
    (void)out;
    return run_fail(r, a->node, E_PARSE, STR_FMT, STR_ARG(builtin_text(r, a, 0)));
}

static const Builtin globals[] = {
    {"range", 1, 3, "", global_range},
    {"raise_exception", 1, 1, "", global_raise},
};

const Builtin *builtin_global(Str name)
{
    return builtin_find(globals, COUNT(globals), name);
}
