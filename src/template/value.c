/* value.c - the values of a rendering: access, truth, equality, order. */
#include "template/value.h"

#include <math.h>

Value value_text(Str text)
{
    return (Value){.type = VALUE_STRING, .text = text};
}

Value value_int(int64_t integer)
{
    return (Value){.type = VALUE_INT, .integer = integer};
}

Value value_float(double number)
{
    return (Value){.type = VALUE_FLOAT, .number = number};
}

Value value_bool(bool boolean)
{
    return (Value){.type = VALUE_BOOL, .boolean = boolean};
}

Value value_list(const ValueVec *items)
{
    Value list = {.type = VALUE_LIST, .len = (uint32_t)items->len, .items = items->items};
    value_nest(&list);
    return list;
}

void value_nest(Value *container)
{
    uint16_t deepest = 0;
    size_t n = container->type == VALUE_DICT ? 2 * (size_t)container->len : container->len;
    for (size_t i = 0; i < n; i++)
        if (container->items[i].depth > deepest)
            deepest = container->items[i].depth;
    container->depth = deepest + 1;
}

static Value from_number(const Json *json)
{
    int64_t integer;
    if (!json_is_int(json)) {
        /* out of a double's range is infinity, as in Python */
        char buf[64];
        if (json->text.len < sizeof buf) {
            memcpy(buf, json->text.ptr, json->text.len);
            buf[json->text.len] = 0;
            return value_float(strtod(buf, NULL));
        }
        return value_float(json_number(json, HUGE_VAL));
    }
    if (str_to_int(json->text, &integer))
        return value_int(integer);
    return (Value){.type = VALUE_BIG, .text = json->text};
}

Value value_from_json(const Json *json)
{
    switch (json->type) {
    case JSON_NULL:
        return (Value){.type = VALUE_NONE};
    case JSON_BOOL:
        return value_bool(json->boolean);
    case JSON_NUMBER:
        return from_number(json);
    case JSON_STRING:
        return value_text(json->text);
    case JSON_ARRAY:
        return (Value){
            .type = VALUE_LIST, .is_json = true, .len = json->len, .json_items = json->items};
    case JSON_OBJECT:
        return (Value){
            .type = VALUE_DICT, .is_json = true, .len = json->len, .members = json->members};
    }
    abort();
}

bool value_is_list(const Value *v)
{
    return v->type == VALUE_LIST || v->type == VALUE_TUPLE;
}

bool value_is_number(const Value *v)
{
    return v->type == VALUE_BOOL || v->type == VALUE_INT || v->type == VALUE_BIG ||
           v->type == VALUE_FLOAT;
}

double value_number(const Value *v)
{
    if (v->type == VALUE_FLOAT)
        return v->number;
    if (v->type == VALUE_BIG) {
        Json number = {.type = JSON_NUMBER, .text = v->text};
        return json_number(&number, HUGE_VAL);
    }
    return v->type == VALUE_INT ? (double)v->integer : (double)v->boolean;
}

bool value_to_int(const Value *v, int64_t *out)
{
    if (v->type != VALUE_INT && v->type != VALUE_BOOL)
        return false;
    *out = v->type == VALUE_INT ? v->integer : v->boolean;
    return true;
}

const char *value_type_name(const Value *v)
{
    static const char *const names[] = {
        [VALUE_UNDEFINED] = "undefined",
        [VALUE_NONE] = "NoneType",
        [VALUE_BOOL] = "bool",
        [VALUE_INT] = "int",
        [VALUE_BIG] = "int",
        [VALUE_FLOAT] = "float",
        [VALUE_STRING] = "str",
        [VALUE_LIST] = "list",
        [VALUE_TUPLE] = "tuple",
        [VALUE_DICT] = "dict",
    };
    return names[v->type];
}

Value value_item(const Value *list, size_t index)
{
    return list->is_json ? value_from_json(&list->json_items[index]) : list->items[index];
}

Value value_key(const Value *dict, size_t index)
{
    return dict->is_json ? value_text(dict->members[index].key) : dict->items[2 * index];
}

Value value_at(const Value *dict, size_t index)
{
    return dict->is_json ? value_from_json(&dict->members[index].value)
                         : dict->items[2 * index + 1];
}

bool value_get(const Value *dict, const Value *key, Value *out)
{
    if (dict->is_json && key->type != VALUE_STRING)
        return false;
    for (size_t i = 0; i < dict->len; i++) {
        Value own = value_key(dict, i);
        if (value_equal(&own, key)) {
            *out = value_at(dict, i);
            return true;
        }
    }
    return false;
}

bool value_truth(const Value *v)
{
    switch (v->type) {
    case VALUE_UNDEFINED:
    case VALUE_NONE:
        return false;
    case VALUE_BOOL:
        return v->boolean;
    case VALUE_INT:
        return v->integer != 0;
    case VALUE_BIG:
        return true;
    case VALUE_FLOAT:
        return v->number < 0 || v->number > 0 || v->number != v->number;
    case VALUE_STRING:
        return v->text.len > 0;
    case VALUE_LIST:
    case VALUE_TUPLE:
    case VALUE_DICT:
        return v->len > 0;
    }
    abort();
}

static bool equal_elements(const Value *a, const Value *b)
{
    if (a->type != b->type || a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++) {
        Value x = value_item(a, i), y = value_item(b, i);
        if (!value_equal(&x, &y))
            return false;
    }
    return true;
}

static bool equal_dicts(const Value *a, const Value *b)
{
    if (a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++) {
        Value key = value_key(a, i), x = value_at(a, i), y;
        if (!value_get(b, &key, &y) || !value_equal(&x, &y))
            return false;
    }
    return true;
}

bool value_equal(const Value *a, const Value *b)
{
    int order;
    if (value_is_number(a) && value_is_number(b))
        return value_compare(a, b, &order) && order == 0;
    if (value_is_list(a))
        return equal_elements(a, b);
    if (a->type != b->type)
        return false;
    if (a->type == VALUE_STRING)
        return str_eq(a->text, b->text);
    return a->type == VALUE_DICT ? equal_dicts(a, b) : true;
}

static bool compare_lists(const Value *a, const Value *b, int *out)
{
    for (size_t i = 0; i < a->len && i < b->len; i++) {
        Value x = value_item(a, i), y = value_item(b, i);
        if (!value_equal(&x, &y))
            return value_compare(&x, &y, out);
    }
    *out = (a->len > b->len) - (a->len < b->len);
    return true;
}

bool value_compare(const Value *a, const Value *b, int *out)
{
    int64_t i, j;
    if (value_to_int(a, &i) && value_to_int(b, &j)) {
        *out = (i > j) - (i < j);
        return true;
    }
    if (a->type == VALUE_BIG && b->type == VALUE_BIG && str_eq(a->text, b->text)) {
        *out = 0;
        return true;
    }
    if (value_is_number(a) && value_is_number(b)) {
        double x = value_number(a), y = value_number(b);
        *out = x != x || y != y ? 2 : (x > y) - (x < y); /* 2: not a number, nothing holds */
        return true;
    }
    if (a->type == VALUE_STRING && b->type == VALUE_STRING) {
        int order = str_cmp(a->text, b->text); /* UTF-8 orders as code points do */
        *out = (order > 0) - (order < 0);
        return true;
    }
    return value_is_list(a) && a->type == b->type && compare_lists(a, b, out);
}

Json value_to_json(Arena *arena, const Value *v)
{
    Json json = {0};
    if (v->type == VALUE_BOOL)
        return json_truth(v->boolean);
    if (value_is_number(v))
        return (Json){.type = JSON_NUMBER, .text = value_to_text(arena, v)};
    if (v->type == VALUE_STRING)
        return json_str(v->text);
    if (value_is_list(v))
        json.type = JSON_ARRAY;
    if (v->type == VALUE_DICT)
        json.type = JSON_OBJECT;
    for (uint32_t i = 0; value_is_list(v) && i < v->len; i++) {
        Value item = value_item(v, i);
        json_append(arena, &json, value_to_json(arena, &item));
    }
    for (uint32_t i = 0; v->type == VALUE_DICT && i < v->len; i++) {
        Value key = value_key(v, i), item = value_at(v, i);
        json_set(arena, &json, value_to_text(arena, &key), value_to_json(arena, &item));
    }
    return json;
}
