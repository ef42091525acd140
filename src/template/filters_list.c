/* filters_list.c - filters on sequences. */
#include "base/limits.h"
#include "template/builtin.h"
#include "text/normalise.h"

Status filter_join(Run *r, const Args *a, Value *out)
{
    ValueVec items = {0};
    Value key;
    TRY(run_elements(r, a->node, &a->items[0], &items));
    StrBuf text = strbuf_make(r->arena, LIMIT_PROMPT);
    for (size_t i = 0; i < items.len; i++) {
        Value v = items.items[i];
        if (a->len > 2) {
            key = a->items[2];
            TRY(run_item(r, a->node, &items.items[i], &key, &v));
        }
        if (i)
            strbuf_add(&text, builtin_text(r, a, 1));
        value_str(&text, &v);
    }
    TRY(strbuf_check(&text, "joined text", r->err));
    return builtin_give(value_text(strbuf_str(&text)), out);
}

/* `attribute` may be dotted: "a.b". */
static Status dig(Run *r, const Node *n, Value from, Str path, Value *out)
{
    while (path.len) {
        Str part = str_split(&path, '.');
        int64_t index;
        Value key = str_to_int(part, &index) ? value_int(index) : value_text(part), of = from;
        TRY(run_item(r, n, &of, &key, &from));
    }
    return builtin_give(from, out);
}

/* A filter or test named by a value, called with the arguments that follow the name. */
typedef struct Named {
    const Builtin *builtin;
    Node node; /* tests read their own name from it */
    Args rest;
} Named;

static Status find_named(Run *r, const Args *a, size_t at, const Builtin *(*find)(Str name),
                         Named *out)
{
    Str name = builtin_text(r, a, at);
    *out = (Named){.builtin = find(name), .node = *a->node};
    out->node.name = name;
    out->node.kid_names = NULL;
    out->rest = (Args){.items = a->items + at + 1, .len = a->len - at - 1, .node = &out->node};
    if (!out->builtin)
        return run_fail(r, a->node, E_PARSE, "there is no filter or test \"" STR_FMT "\"",
                        STR_ARG(name));
    if (out->rest.len < (size_t)out->builtin->least || out->rest.len > (size_t)out->builtin->most)
        return run_fail(r, a->node, E_PARSE, "\"%s\" takes %d to %d arguments", out->builtin->name,
                        out->builtin->least, out->builtin->most);
    return OK;
}

static Status call_named(Run *r, const Named *named, const Value *subject, Value *out)
{
    Value items[8] = {*subject};
    size_t n = named->rest.len < COUNT(items) - 1 ? named->rest.len : COUNT(items) - 1;
    for (size_t i = 0; i < n; i++)
        items[i + 1] = named->rest.items[i];
    Args args = {.items = items, .len = n + 1, .node = &named->node};
    return named->builtin->call(r, &args, out);
}

Status builtin_map(Run *r, const Args *a, Value *out)
{
    ValueVec items = {0};
    Named named = {0};
    TRY(run_elements(r, a->node, &a->items[0], &items));
    bool attribute = a->node->kid_names && str_eqc(a->node->kid_names[1], "attribute");
    if (!attribute)
        TRY(find_named(r, a, 1, builtin_filter, &named));
    for (size_t i = 0; i < items.len; i++) {
        Value result;
        TRY(attribute ? dig(r, a->node, items.items[i], builtin_text(r, a, 1), &result)
                      : call_named(r, &named, &items.items[i], &result));
        if (result.type == VALUE_UNDEFINED)
            return run_fail(r, a->node, E_MISSING, "\"" STR_FMT "\" is undefined",
                            STR_ARG(result.text));
        items.items[i] = result;
    }
    *out = value_list(&items);
    out->lazy = true;
    return OK;
}

/* Keeps the elements for which a test holds, or which are true when there is none. `attr`: the
 * first argument names the member that is tested. */
static Status keep(Run *r, const Args *a, bool wanted, bool attr, Value *out)
{
    ValueVec items = {0};
    Named named = {0};
    size_t kept = 0, at = attr ? 2 : 1;
    TRY(run_elements(r, a->node, &a->items[0], &items));
    if (a->len > at)
        TRY(find_named(r, a, at, builtin_test, &named));
    for (size_t i = 0; i < items.len; i++) {
        Value subject = items.items[i], holds;
        if (attr)
            TRY(dig(r, a->node, items.items[i], builtin_text(r, a, 1), &subject));
        holds = subject;
        if (named.builtin)
            TRY(call_named(r, &named, &subject, &holds));
        else if (subject.type == VALUE_UNDEFINED)
            return run_fail(r, a->node, E_MISSING, "\"" STR_FMT "\" is undefined",
                            STR_ARG(subject.text));
        if (value_truth(&holds) == wanted)
            items.items[kept++] = items.items[i];
    }
    items.len = kept;
    *out = value_list(&items);
    out->lazy = true;
    return OK;
}

Status builtin_select(Run *r, const Args *a, Value *out)
{
    return keep(r, a, a->node->name.ptr[0] == 's', false, out);
}

Status builtin_selectattr(Run *r, const Args *a, Value *out)
{
    return keep(r, a, a->node->name.ptr[0] == 's', true, out);
}

Status builtin_reverse(Run *r, const Args *a, Value *out)
{
    if (a->items[0].type == VALUE_STRING) {
        Value none = {.type = VALUE_NONE};
        Value at[3] = {none, none, value_int(-1)};
        return run_slice(r, a->node, &a->items[0], at, out);
    }
    ValueVec items = {0};
    TRY(run_elements(r, a->node, &a->items[0], &items));
    for (size_t i = 0; i < items.len / 2; i++) {
        Value swap = items.items[i];
        items.items[i] = items.items[items.len - 1 - i];
        items.items[items.len - 1 - i] = swap;
    }
    *out = value_list(&items);
    out->lazy = true;
    return OK;
}

/* Strings compare without case, as jinja2 does unless told otherwise. */
static Value sort_key(Run *r, const Value *v)
{
    return v->type == VALUE_STRING ? value_text(text_lower(r->arena, v->text)) : *v;
}

static Status extreme(Run *r, const Args *a, int wanted, Value *out)
{
    ValueVec items = {0};
    TRY(run_elements(r, a->node, &a->items[0], &items));
    *out = (Value){.type = VALUE_UNDEFINED, .text = STR("an element of an empty sequence")};
    for (size_t i = 0; i < items.len; i++) {
        int order = wanted;
        Value x = sort_key(r, &items.items[i]), y = sort_key(r, out);
        if (i && !value_compare(&x, &y, &order))
            return run_fail(r, a->node, E_PARSE, "%s and %s have no order",
                            value_type_name(&items.items[i]), value_type_name(out));
        if (order == wanted)
            *out = items.items[i];
    }
    return OK;
}

Status builtin_min(Run *r, const Args *a, Value *out)
{
    return extreme(r, a, -1, out);
}

Status builtin_max(Run *r, const Args *a, Value *out)
{
    return extreme(r, a, 1, out);
}

Status builtin_sum(Run *r, const Args *a, Value *out)
{
    ValueVec items = {0};
    TRY(run_elements(r, a->node, &a->items[0], &items));
    *out = value_int(0);
    for (size_t i = 0; i < items.len; i++) {
        Value sum = *out;
        TRY(run_binary(r, a->node, OP_ADD, &sum, &items.items[i], out));
    }
    return OK;
}

Status builtin_list(Run *r, const Args *a, Value *out)
{
    ValueVec items = {0};
    TRY(run_elements(r, a->node, &a->items[0], &items));
    return builtin_give(value_list(&items), out);
}

static Status end_of(Run *r, const Args *a, bool last, Value *out)
{
    ValueVec items = {0};
    TRY(run_elements(r, a->node, &a->items[0], &items));
    *out = items.len
               ? items.items[last ? items.len - 1 : 0]
               : (Value){.type = VALUE_UNDEFINED, .text = STR("an element of an empty sequence")};
    return OK;
}

Status builtin_first(Run *r, const Args *a, Value *out)
{
    return end_of(r, a, false, out);
}

Status builtin_last(Run *r, const Args *a, Value *out)
{
    return end_of(r, a, true, out);
}

static Status merge(Run *r, const Node *n, Value *v, Value *room, size_t len)
{
    if (len < 2)
        return OK;
    size_t half = len / 2, i = 0, j = half, k = 0;
    TRY(merge(r, n, v, room, half));
    TRY(merge(r, n, v + half, room, len - half));
    TRY(run_step(r, n, len));
    while (i < half && j < len) {
        Value x = sort_key(r, &v[i]), y = sort_key(r, &v[j]);
        int order;
        if (!value_compare(&x, &y, &order))
            return run_fail(r, n, E_PARSE, "%s and %s have no order", value_type_name(&x),
                            value_type_name(&y));
        room[k++] = order == 1 ? v[j++] : v[i++];
    }
    while (i < half)
        room[k++] = v[i++];
    memcpy(v, room, k * sizeof *v);
    return OK;
}

Status builtin_sort(Run *r, const Args *a, Value *out)
{
    ValueVec items = {0};
    TRY(run_elements(r, a->node, &a->items[0], &items));
    Value *room = arena_array(r->arena, items.len + 1, sizeof *room);
    TRY(merge(r, a->node, items.items, room, items.len));
    if (a->len > 1 && value_truth(&a->items[1]))
        for (size_t i = 0; i < items.len / 2; i++) {
            Value swap = items.items[i];
            items.items[i] = items.items[items.len - 1 - i];
            items.items[items.len - 1 - i] = swap;
        }
    return builtin_give(value_list(&items), out);
}

Status builtin_unique(Run *r, const Args *a, Value *out)
{
    ValueVec items = {0};
    TRY(run_elements(r, a->node, &a->items[0], &items));
    bool exact = a->len > 1 && value_truth(&a->items[1]);
    size_t kept = 0;
    for (size_t i = 0; i < items.len; i++) {
        Value key = exact ? items.items[i] : sort_key(r, &items.items[i]);
        bool seen = false;
        TRY(run_step(r, a->node, kept));
        for (size_t j = 0; j < kept && !seen; j++) {
            Value other = exact ? items.items[j] : sort_key(r, &items.items[j]);
            seen = value_equal(&key, &other);
        }
        if (!seen)
            items.items[kept++] = items.items[i];
    }
    items.len = kept;
    *out = value_list(&items);
    out->lazy = true;
    return OK;
}
