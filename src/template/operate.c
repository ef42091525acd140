/* operate.c - Python's operators: arithmetic, comparison, indexing, slicing, iteration. */
#include "base/limits.h"
#include "base/utf8.h"
#include "template/ast.h"

#include <math.h>

static Status no_operator(const Run *r, const Node *n, const Value *a, const Value *b)
{
    return run_fail(r, n, E_PARSE, "the operator does not work between %s and %s",
                    value_type_name(a), value_type_name(b));
}

static Status integers(const Run *r, const Node *n, Op op, int64_t a, int64_t b, Value *out)
{
    int64_t result = 0;
    bool overflow = false;
    if (op >= OP_DIV && op <= OP_MOD && b == 0)
        return run_fail(r, n, E_PARSE, "division by zero");
    if (op == OP_DIV) {
        *out = value_float((double)a / (double)b);
        return OK;
    }
    if (op == OP_ADD)
        overflow = __builtin_add_overflow(a, b, &result);
    else if (op == OP_SUB)
        overflow = __builtin_sub_overflow(a, b, &result);
    else if (op == OP_MUL)
        overflow = __builtin_mul_overflow(a, b, &result);
    else if (b == -1)
        overflow = op == OP_FLOORDIV && __builtin_sub_overflow((int64_t)0, a, &result);
    else if (op == OP_FLOORDIV)
        result = a / b - (a % b != 0 && (a < 0) != (b < 0));
    else
        result = a % b + (a % b != 0 && (a < 0) != (b < 0) ? b : 0);
    if (overflow)
        return run_fail(r, n, E_LIMIT, "integer out of 64 bits");
    *out = value_int(result);
    return OK;
}

static Status floats(const Run *r, const Node *n, Op op, double a, double b, Value *out)
{
    if (op >= OP_DIV && op <= OP_MOD && fpclassify(b) == FP_ZERO)
        return run_fail(r, n, E_PARSE, "division by zero");
    double rest = fmod(a, b);
    if (fpclassify(rest) != FP_ZERO && (rest < 0) != (b < 0))
        rest += b;
    const double results[] = {[OP_ADD] = a + b, [OP_SUB] = a - b, [OP_MUL] = a * b,
                              [OP_DIV] = a / b, [OP_FLOORDIV] = floor((a - rest) / b + 0.5),
                              [OP_MOD] = rest};
    *out = value_float(results[op]);
    return OK;
}

static Status join_texts(Run *r, const Node *n, Str a, Str b, Value *out)
{
    if (a.len + b.len > LIMIT_PROMPT)
        return run_fail(r, n, E_LIMIT, "the text is longer than %zu bytes", LIMIT_PROMPT);
    TRY(run_step(r, n, (a.len + b.len) / 256));
    char *both = arena_alloc(r->arena, a.len + b.len + 1);
    if (a.len)
        memcpy(both, a.ptr, a.len);
    if (b.len)
        memcpy(both + a.len, b.ptr, b.len);
    *out = value_text((Str){both, a.len + b.len});
    return OK;
}

static Status join_lists(Run *r, const Node *n, const Value *a, const Value *b, Value *out)
{
    TRY(run_step(r, n, (size_t)a->len + b->len));
    Value joined = {.type = a->type, .len = a->len + b->len};
    joined.items = arena_array(r->arena, (size_t)joined.len + 1, sizeof *joined.items);
    for (size_t i = 0; i < a->len; i++)
        joined.items[i] = value_item(a, i);
    for (size_t i = 0; i < b->len; i++)
        joined.items[a->len + i] = value_item(b, i);
    value_nest(&joined);
    *out = joined;
    return OK;
}

static Status repeat(Run *r, const Node *n, const Value *of, int64_t times, Value *out)
{
    size_t len = of->type == VALUE_STRING ? of->text.len : of->len;
    size_t count = times < 0 || !len ? 0 : (size_t)times, total = 0;
    if (__builtin_mul_overflow(len, count, &total) || total > LIMIT_PROMPT)
        return run_fail(r, n, E_LIMIT, "repeating makes more than %zu bytes", LIMIT_PROMPT);
    if (of->type == VALUE_STRING) {
        TRY(run_step(r, n, total / 64));
        StrBuf text = strbuf_make(r->arena, LIMIT_PROMPT);
        for (size_t i = 0; i < count; i++)
            strbuf_add(&text, of->text);
        *out = value_text(strbuf_str(&text));
        return OK;
    }
    TRY(run_step(r, n, total));
    Value list = {.type = of->type, .len = (uint32_t)total};
    list.items = arena_array(r->arena, total + 1, sizeof *list.items);
    for (size_t i = 0; len && i < total; i++)
        list.items[i] = value_item(of, i % len);
    value_nest(&list);
    *out = list;
    return OK;
}

Status run_binary(Run *r, const Node *n, Op op, const Value *a, const Value *b, Value *out)
{
    int64_t i, j;
    if (op == OP_CONCAT)
        return join_texts(r, n, value_to_text(r->arena, a), value_to_text(r->arena, b), out);
    if (value_to_int(a, &i) && value_to_int(b, &j))
        return integers(r, n, op, i, j, out);
    if (value_is_number(a) && value_is_number(b)) {
        if (a->type == VALUE_BIG || b->type == VALUE_BIG)
            return run_fail(r, n, E_LIMIT, "integer out of 64 bits");
        return floats(r, n, op, value_number(a), value_number(b), out);
    }
    if (op == OP_ADD && a->type == VALUE_STRING && b->type == VALUE_STRING)
        return join_texts(r, n, a->text, b->text, out);
    if (op == OP_ADD && value_is_list(a) && a->type == b->type && !a->lazy && !b->lazy)
        return join_lists(r, n, a, b, out);
    bool a_repeats = a->type == VALUE_STRING || (value_is_list(a) && !a->lazy);
    bool b_repeats = b->type == VALUE_STRING || (value_is_list(b) && !b->lazy);
    if (op == OP_MUL && a_repeats && value_to_int(b, &j))
        return repeat(r, n, a, j, out);
    if (op == OP_MUL && b_repeats && value_to_int(a, &i))
        return repeat(r, n, b, i, out);
    return no_operator(r, n, a, b);
}

static Status contains(Run *r, const Node *n, const Value *item, const Value *of, bool *out)
{
    Value ignored;
    if (of->type == VALUE_STRING && item->type == VALUE_STRING) {
        *out = !item->text.len || str_find(of->text, item->text) >= 0;
        return OK;
    }
    if (of->type == VALUE_DICT) {
        *out = value_get(of, item, &ignored);
        return OK;
    }
    if (!value_is_list(of))
        return no_operator(r, n, item, of);
    *out = false;
    TRY(run_step(r, n, of->len));
    for (size_t i = 0; i < of->len && !*out; i++) {
        Value own = value_item(of, i);
        *out = value_equal(&own, item);
    }
    return OK;
}

Status run_compare(Run *r, const Node *n, Op op, const Value *a, const Value *b, bool *out)
{
    if (op == OP_EQ || op == OP_NE) {
        *out = value_equal(a, b) == (op == OP_EQ);
        return OK;
    }
    if (op == OP_IN || op == OP_NOT_IN) {
        bool in = false;
        TRY(contains(r, n, a, b, &in));
        *out = in == (op == OP_IN);
        return OK;
    }
    int order;
    if (!value_compare(a, b, &order))
        return no_operator(r, n, a, b);
    *out = (op == OP_LT && order == -1) || (op == OP_GT && order == 1) ||
           (op == OP_LE && order <= 0) || (op == OP_GE && (order == 0 || order == 1));
    return OK;
}

static size_t length(const Value *v)
{
    return v->type == VALUE_STRING ? utf8_count(v->text) : v->len;
}

Status run_item(Run *r, const Node *n, const Value *of, const Value *key, Value *out)
{
    int64_t index;
    *out = (Value){.type = VALUE_UNDEFINED, .text = value_to_text(r->arena, key)};
    if (of->type == VALUE_DICT) {
        (void)value_get(of, key, out);
        return OK;
    }
    if (!value_to_int(key, &index) || (of->type != VALUE_STRING && !value_is_list(of)))
        return OK;
    int64_t len = (int64_t)length(of);
    index += index < 0 ? len : 0;
    if (index < 0 || index >= len)
        return OK;
    if (of->type != VALUE_STRING) {
        *out = value_item(of, (size_t)index);
        return OK;
    }
    TRY(run_step(r, n, of->text.len / 1024));
    size_t at = utf8_offset(of->text, (size_t)index), end = at;
    utf8_next(of->text, &end);
    *out = value_text(str_slice(of->text, at, end));
    return OK;
}

/* One bound of a slice as Python's slice.indices() has it. */
static Status bound(Run *r, const Node *n, const Value *v, int64_t limits[3], int64_t *out)
{
    int64_t len = limits[0], low = limits[1], high = limits[2], i;
    if (v->type == VALUE_NONE)
        return OK;
    if (!value_to_int(v, &i))
        return run_fail(r, n, E_PARSE, "a slice bound must be an integer, not %s",
                        value_type_name(v));
    i += i < 0 ? len : 0;
    *out = i < low ? low : i > high ? high : i;
    return OK;
}

Status run_slice(Run *r, const Node *n, const Value *of, const Value at[3], Value *out)
{
    int64_t len = (int64_t)length(of), step = 1;
    if (of->type != VALUE_STRING && !value_is_list(of))
        return run_fail(r, n, E_PARSE, "a %s cannot be sliced", value_type_name(of));
    if (at[2].type != VALUE_NONE && (!value_to_int(&at[2], &step) || step == 0))
        return run_fail(r, n, E_PARSE, "a slice step must be an integer other than 0");
    if (step < -len - 1 || step > len + 1)
        step = step < 0 ? -len - 1 : len + 1;
    int64_t limits[3] = {len, step < 0 ? -1 : 0, step < 0 ? len - 1 : len};
    int64_t from = step < 0 ? limits[2] : limits[1], to = step < 0 ? limits[1] : limits[2];
    TRY(bound(r, n, &at[0], limits, &from));
    TRY(bound(r, n, &at[1], limits, &to));
    if (of->type == VALUE_STRING && step == 1) {
        size_t start = utf8_offset(of->text, (size_t)from);
        Str rest = str_after(of->text, start);
        size_t count = to > from ? (size_t)(to - from) : 0;
        *out = value_text(str_slice(rest, 0, utf8_offset(rest, count)));
        return OK;
    }
    ValueVec all = {0}, some = {0};
    TRY(run_elements(r, n, of, &all));
    for (int64_t i = from; all.len && (step > 0 ? i < to : i > to); i += step)
        vec_push(r->arena, &some, all.items[i]);
    if (of->type != VALUE_STRING) {
        *out = value_list(&some);
        out->type = of->type;
        return OK;
    }
    StrBuf text = strbuf_make(r->arena, LIMIT_PROMPT);
    for (size_t i = 0; i < some.len; i++)
        strbuf_add(&text, some.items[i].text);
    *out = value_text(strbuf_str(&text));
    return OK;
}

Status run_elements(Run *r, const Node *n, const Value *of, ValueVec *out)
{
    if (of->type == VALUE_STRING) {
        TRY(run_step(r, n, of->text.len));
        for (size_t at = 0; at < of->text.len;) {
            size_t start = at;
            utf8_next(of->text, &at);
            vec_push(r->arena, out, value_text(str_slice(of->text, start, at)));
        }
        return OK;
    }
    if (!value_is_list(of) && of->type != VALUE_DICT)
        return run_fail(r, n, E_PARSE, "a %s cannot be iterated over", value_type_name(of));
    TRY(run_step(r, n, of->len));
    for (size_t i = 0; i < of->len; i++)
        vec_push(r->arena, out, of->type == VALUE_DICT ? value_key(of, i) : value_item(of, i));
    return OK;
}
