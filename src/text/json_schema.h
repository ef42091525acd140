/* json_schema.h - whether a JSON value is as a schema says (JSON Schema, draft 2020-12, a part of
 * it).
 *
 * Known: boolean schemas; type, enum, const; properties, required, additionalProperties,
 * minProperties, maxProperties; items, minItems, maxItems, uniqueItems; minimum, maximum,
 * exclusiveMinimum, exclusiveMaximum, multipleOf; minLength, maxLength (characters), pattern
 * (Python's spelling, anywhere in the text); anyOf, oneOf, allOf, not; $ref to a place in the
 * schema itself. Annotations are passed over, `format` among them. Any thread. */
#ifndef TEXT_JSON_SCHEMA_H
#define TEXT_JSON_SCHEMA_H

#include "base/json.h"

typedef struct JsonSchema JsonSchema;

enum {
    JSON_SCHEMA_DEPTH = 200, /* schemas within schemas while a value is checked, references too */
    JSON_SCHEMA_STEPS = 100000, /* schemas applied to values, for one value */
    JSON_SCHEMA_NODES = 100000, /* schemas in a schema */
};

/* Checks that `schema` is one that can be used; it must outlive the result, which lives in `arena`.
 * E_PARSE names the place: schema/properties/a: unknown keyword "if". */
Status json_schema_make(Arena *arena, const Json *schema, JsonSchema **out, Err *err) MUST_CHECK;

/* Empty when `value` is as the schema says, else where it is not and why, in `arena`
 * ("/a/0: is \"x\", not a number"). Beyond the limits it is not. */
Str json_schema_complaint(const JsonSchema *s, const Json *value, Arena *arena);

/* Deep equality with numbers by value and members in any order. */
bool json_same(const Json *a, const Json *b);

#endif
