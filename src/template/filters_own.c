/* filters_own.c - filters that jinja2 has not: for declared process_docs and native versions of
 * functions. Their names begin with "_", so that no template of others means them. */
#include "base/limits.h"
#include "template/builtin.h"
#include "template/literal.h"
#include "text/math.h"
#include "text/math_final.h"
#include "text/regex.h"

/* ast.literal_eval of a text. */
Status builtin_literal(Run *r, const Args *a, Value *out)
{
    Json *json = ARENA_NEW(r->arena, Json);
    Err err = {0};
    if (literal_eval(r->arena, builtin_text(r, a, 0), json, &err) != OK)
        return run_fail(r, a->node, E_PARSE, "_literal: %s", err.msg);
    return builtin_give(value_from_json(json), out);
}

/* What the last \boxed{} or \fbox{} holds. */
Status builtin_boxed(Run *r, const Args *a, Value *out)
{
    Str boxed = math_boxed(builtin_text(r, a, 0));
    if (!boxed.ptr)
        return run_fail(r, a->node, E_MISSING, "_boxed: there is no \\boxed{...} in the text");
    return builtin_give(value_text(boxed), out);
}

/* The normal form that Minerva gives to a final answer. */
Status builtin_final_answer(Run *r, const Args *a, Value *out)
{
    Str answer;
    TRY(math_final_normal(r->arena, builtin_text(r, a, 0), &answer, r->err));
    return builtin_give(value_text(answer), out);
}

/* re.findall: of each match the whole, or the group whose number is given. */
Status builtin_findall(Run *r, const Args *a, Value *out)
{
    Regex *regex;
    RegexMatches matches = {0};
    ValueVec items = {0};
    TRY(regex_compile(builtin_text(r, a, 1), &regex, r->err));
    size_t group = a->len > 2 && a->items[2].type == VALUE_INT ? (size_t)a->items[2].integer : 0;
    group = group <= regex_groups(regex) ? group : 0;
    Status status = regex_find_all(regex, builtin_text(r, a, 0), r->arena, &matches, r->err);
    regex_free(regex);
    TRY(status);
    TRY(run_step(r, a->node, matches.len));
    for (size_t i = 0; i < matches.len; i++)
        vec_push(r->arena, &items, value_text(matches.items[i].groups[group]));
    return builtin_give(value_list(&items), out);
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(((const Value *)a)->text, ((const Value *)b)->text);
}

/* Python's sorted() of texts: by code points, which UTF-8 keeps. */
Status builtin_sorted(Run *r, const Args *a, Value *out)
{
    ValueVec items = {0};
    TRY(run_elements(r, a->node, &a->items[0], &items));
    TRY(run_step(r, a->node, items.len));
    for (size_t i = 0; i < items.len; i++)
        if (items.items[i].type != VALUE_STRING)
            return run_fail(r, a->node, E_PARSE, "_sorted takes a list of texts");
    if (items.len)
        qsort(items.items, items.len, sizeof *items.items, by_text);
    return builtin_give(value_list(&items), out);
}

/* [table[i] for i in list], for places from 0. */
Status builtin_pick(Run *r, const Args *a, Value *out)
{
    const Value *places = &a->items[0], *table = &a->items[1];
    ValueVec items = {0};
    if (!value_is_list(places) || !value_is_list(table))
        return run_fail(r, a->node, E_PARSE, "_pick takes a list of places, and a list");
    TRY(run_step(r, a->node, places->len));
    for (uint32_t i = 0; i < places->len; i++) {
        Value place = value_item(places, i);
        if (place.type != VALUE_INT || place.integer < 0 || place.integer >= table->len)
            return run_fail(r, a->node, E_MISSING, "_pick: place %u of the list is not there", i);
        vec_push(r->arena, &items, value_item(table, (uint32_t)place.integer));
    }
    return builtin_give(value_list(&items), out);
}

/* text.replace(mark, value). */
Status builtin_into(Run *r, const Args *a, Value *out)
{
    Str value = builtin_text(r, a, 0), text = builtin_text(r, a, 1), mark = builtin_text(r, a, 2);
    StrBuf b = strbuf_make(r->arena, LIMIT_PROMPT);
    if (!mark.len)
        return run_fail(r, a->node, E_PARSE, "_into needs a mark to look for");
    for (ptrdiff_t at; (at = str_find(text, mark)) >= 0;) {
        strbuf_add(&b, str_slice(text, 0, (size_t)at));
        strbuf_add(&b, value);
        text = str_after(text, (size_t)at + mark.len);
    }
    strbuf_add(&b, text);
    TRY(strbuf_check(&b, "the text", r->err));
    return builtin_give(value_text(strbuf_str(&b)), out);
}

/* What stands before the ")" that no "(" of the text has opened; none without one. */
Status builtin_until_closed(Run *r, const Args *a, Value *out)
{
    Str s = builtin_text(r, a, 0);
    int depth = 1;
    for (size_t i = 0; i < s.len; i++) {
        depth += (s.ptr[i] == '(') - (s.ptr[i] == ')');
        if (!depth)
            return builtin_give(value_text(str_slice(s, 0, i)), out);
    }
    return builtin_give((Value){.type = VALUE_NONE}, out);
}

/* Where a field begins at `at`: its end behind the "}", which closes it at the same depth. */
static size_t field_end(Str s, size_t at)
{
    int depth = 0;
    for (; at < s.len; at++) {
        depth += (s.ptr[at] == '{') - (s.ptr[at] == '}');
        if (!depth)
            return at + 1;
    }
    return s.len;
}

static Status field_value(Run *r, const Args *a, Str name, size_t number, Value *out)
{
    const Value *from = &a->items[1];
    if (from->type == VALUE_DICT) {
        Value key = value_text(name);
        if (!value_get(from, &key, out))
            return run_fail(r, a->node, E_MISSING, "_fill: no value for {" STR_FMT "}",
                            STR_ARG(name));
        return OK;
    }
    if (!value_is_list(from) || number >= from->len)
        return run_fail(r, a->node, E_MISSING, "_fill: no value for field %zu", number + 1);
    *out = value_item(from, (uint32_t)number);
    return OK;
}

/* What str.format and f-strings do with plain fields: {...} becomes a value, {{ a brace. Values
 * are a list, taken in the order of the fields, or a dict, by what stands in the braces. */
Status builtin_fill(Run *r, const Args *a, Value *out)
{
    Str s = builtin_text(r, a, 0);
    StrBuf text = strbuf_make(r->arena, LIMIT_PROMPT);
    size_t number = 0;
    for (size_t at = 0; at < s.len;) {
        char c = s.ptr[at];
        bool twice = at + 1 < s.len && s.ptr[at + 1] == c;
        if ((c == '{' || c == '}') && twice) {
            strbuf_addc(&text, c);
            at += 2;
        } else if (c == '{') {
            size_t end = field_end(s, at);
            Value v;
            TRY(field_value(r, a, str_slice(s, at + 1, end - 1), number++, &v));
            value_str(&text, &v);
            at = end;
        } else {
            strbuf_addc(&text, c);
            at++;
        }
    }
    TRY(strbuf_check(&text, "filled text", r->err));
    return builtin_give(value_text(strbuf_str(&text)), out);
}
