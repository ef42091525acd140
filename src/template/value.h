/* value.h - the values of a rendering: Python's, over records that stay Json. */
#ifndef TEMPLATE_VALUE_H
#define TEMPLATE_VALUE_H

#include "base/json.h"
#include "base/vec.h"

typedef enum ValueType {
    VALUE_UNDEFINED, /* a missing name or member; `text` is what was missing */
    VALUE_NONE,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_BIG, /* an integer beyond 64 bits: `text` as written; prints, does not calculate */
    VALUE_FLOAT,
    VALUE_STRING,
    VALUE_LIST,
    VALUE_TUPLE,
    VALUE_DICT,
} ValueType;

typedef struct Value Value;

struct Value {
    ValueType type;
    bool is_json;   /* LIST and DICT: elements stand in `json_items` / `members` */
    bool lazy;      /* LIST that Python has as an iterator: `map`, range, dict views */
    uint16_t depth; /* containers in one another, itself included; 0: a record's, or none */
    uint32_t len;   /* elements of a list, pairs of a dict */
    union {
        bool boolean;
        int64_t integer;
        double number;
        Str text;
        Value *items; /* LIST, TUPLE: elements; DICT: key, value, key, value... */
        const Json *json_items;
        const JsonMember *members;
    };
};

typedef VEC(Value) ValueVec;

Value value_from_json(const Json *json);
Value value_text(Str text);
Value value_int(int64_t integer);
Value value_float(double number);
Value value_bool(bool boolean);
Value value_list(const ValueVec *items);
void value_nest(Value *container); /* sets `depth`, when its elements are in place */

bool value_is_list(const Value *v);   /* list or tuple */
bool value_is_number(const Value *v); /* bool, int or float, as Python has it */
double value_number(const Value *v);  /* of a number */
/* The integer of a bool or int; false for anything else. */
bool value_to_int(const Value *v, int64_t *out) MUST_CHECK;
const char *value_type_name(const Value *v); /* "int", "str"... as Python calls it */

Value value_item(const Value *list, size_t index); /* index < len */
Value value_key(const Value *dict, size_t index);
Value value_at(const Value *dict, size_t index);
bool value_get(const Value *dict, const Value *key, Value *out); /* false when absent */
bool value_truth(const Value *v);
bool value_equal(const Value *a, const Value *b);
/* -1, 0, 1 as Python orders; false when it does not order such types. */
bool value_compare(const Value *a, const Value *b, int *out) MUST_CHECK;

void value_repr(StrBuf *out, const Value *v);
void value_str(StrBuf *out, const Value *v);
Json value_to_json(Arena *arena, const Value *v); /* keys become text, undefined null */
Str value_to_text(Arena *arena, const Value *v);  /* str(v); a string's own bytes */

#endif
