/* methods.c - the tables of methods of strings, lists and dicts. */
#include "base/limits.h"
#include "base/utf8.h"
#include "template/builtin.h"
#include "text/normalise.h"

static Status method_strip(Run *r, const Args *a, Value *out)
{
    (void)r;
    char c = a->node->name.ptr[0];
    Str s = builtin_strip(a->items[0].text, a->len > 1 ? &a->items[1] : NULL, c != 'r', c != 'l');
    return builtin_give(value_text(s), out);
}

static Status method_split(Run *r, const Args *a, Value *out)
{
    Str rest = a->items[0].text, sep = builtin_text(r, a, 1);
    bool blank = a->len < 2 || a->items[1].type == VALUE_NONE;
    int64_t most = -1;
    ValueVec parts = {0};
    if ((a->len > 2 && !value_to_int(&a->items[2], &most)) || (!blank && !sep.len))
        return run_fail(r, a->node, E_PARSE, "split() needs a separator that is not empty");
    rest = blank ? utf8_lstrip(rest) : rest;
    while (most-- != 0) {
        size_t end = 0, next = 0;
        ptrdiff_t found = blank ? -1 : str_find(rest, sep);
        while (blank && next < rest.len && !utf8_is_space(utf8_next(rest, &next)))
            end = next;
        if (blank ? end == rest.len : found < 0)
            break;
        end = blank ? end : (size_t)found;
        vec_push(r->arena, &parts, value_text(str_slice(rest, 0, end)));
        rest = str_after(rest, end + (blank ? 0 : sep.len));
        rest = blank ? utf8_lstrip(rest) : rest;
    }
    if (!blank || rest.len)
        vec_push(r->arena, &parts, value_text(rest));
    return builtin_give(value_list(&parts), out);
}

static Status method_join(Run *r, const Args *a, Value *out)
{
    Value swapped[2] = {a->items[1], a->items[0]};
    Args args = {.items = swapped, .len = 2, .node = a->node};
    return filter_join(r, &args, out);
}

static Status method_index(Run *r, const Args *a, Value *out)
{
    const Value *of = &a->items[0];
    if (of->type == VALUE_STRING) {
        ptrdiff_t at = str_find(of->text, builtin_text(r, a, 1));
        if (at >= 0)
            return builtin_give(value_int((int64_t)utf8_count(str_slice(of->text, 0, (size_t)at))), out);
    }
    for (uint32_t i = 0; of->type != VALUE_STRING && i < of->len; i++) {
        Value item = value_item(of, i);
        if (value_equal(&item, &a->items[1]))
            return builtin_give(value_int(i), out);
    }
    return run_fail(r, a->node, E_PARSE, "index(): the value is not in the %s", value_type_name(of));
}

static Status method_ends(Run *r, const Args *a, Value *out)
{
    Str part = builtin_text(r, a, 1);
    bool starts = a->node->name.ptr[0] == 's';
    return builtin_give(value_bool(starts ? str_starts(a->items[0].text, part) : str_ends(a->items[0].text, part)), out);
}

static Status method_title(Run *r, const Args *a, Value *out)
{
    StrBuf text = strbuf_make(r->arena, LIMIT_PROMPT);
    Str s = a->items[0].text;
    for (size_t at = 0; at < s.len;) {
        size_t start = at, end;
        for (end = at; at < s.len; end = at) {
            int32_t code = utf8_next(s, &at);
            bool letter = code >= 0x80 || ((code | 32) >= 'a' && (code | 32) <= 'z');
            if (!letter)
                break;
        }
        strbuf_add(&text, text_capitalize(r->arena, str_slice(s, start, end)));
        strbuf_add(&text, str_slice(s, end, at));
    }
    return builtin_give(value_text(strbuf_str(&text)), out);
}

static Status method_view(Run *r, const Args *a, Value *out)
{
    ValueVec parts = {0};
    const Value *of = &a->items[0];
    char c = a->node->name.ptr[0];
    for (uint32_t i = 0; i < of->len; i++) {
        Value *pair = arena_array(r->arena, 2, sizeof *pair);
        pair[0] = value_key(of, i);
        pair[1] = value_at(of, i);
        Value tuple = {.type = VALUE_TUPLE, .len = 2, .items = pair};
        value_nest(&tuple);
        vec_push(r->arena, &parts, c == 'k' ? pair[0] : c == 'v' ? pair[1] : tuple);
    }
    return builtin_give(value_list(&parts), out);
}

static Status method_get(Run *r, const Args *a, Value *out)
{
    (void)r;
    *out = a->len > 2 ? a->items[2] : (Value){.type = VALUE_NONE};
    (void)value_get(&a->items[0], &a->items[1], out);
    return OK;
}

static const Builtin text_methods[] = {
    {"strip", 0, 1, "", method_strip},       {"lstrip", 0, 1, "", method_strip},
    {"rstrip", 0, 1, "", method_strip},      {"split", 0, 2, "sep maxsplit", method_split},
    {"join", 1, 1, "", method_join},         {"index", 1, 1, "", method_index},
    {"replace", 2, 3, "", filter_replace},   {"lower", 0, 0, "", filter_lower},
    {"upper", 0, 0, "", filter_upper},       {"capitalize", 0, 0, "", filter_capitalize},
    {"title", 0, 0, "", method_title},       {"startswith", 1, 1, "", method_ends},
    {"endswith", 1, 1, "", method_ends},
};
static const Builtin list_methods[] = {{"index", 1, 1, "", method_index}};
static const Builtin dict_methods[] = {
    {"items", 0, 0, "", method_view},
    {"keys", 0, 0, "", method_view},
    {"values", 0, 0, "", method_view},
    {"get", 1, 2, "", method_get},
};

const Builtin *builtin_method(const Value *subject, Str name)
{
    if (subject->type == VALUE_STRING)
        return builtin_find(text_methods, COUNT(text_methods), name);
    if (subject->type == VALUE_DICT)
        return builtin_find(dict_methods, COUNT(dict_methods), name);
    return value_is_list(subject) ? builtin_find(list_methods, COUNT(list_methods), name) : NULL;
}
