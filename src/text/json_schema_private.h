/* json_schema_private.h - what a usable schema is made of, for the two files of JSON Schema. */
#ifndef TEXT_JSON_SCHEMA_PRIVATE_H
#define TEXT_JSON_SCHEMA_PRIVATE_H

#include "base/map.h"
#include "text/json_schema.h"
#include "text/regex.h"

struct JsonSchema {
    const Json *root;
    Map patterns; /* text -> Regex * */
    Map seen;     /* address -> itself: schemas that are in order */
};

/* Where in a value or schema we are: a list from the innermost out. */
typedef struct Place {
    const struct Place *outer;
    Str key; /* ptr NULL: an element of an array */
    uint32_t index;
} Place;

void schema_place(StrBuf *b, const Place *p); /* "/a/0" */

/* What "#/a/b" names in the schema; NULL when there is no such place. */
const Json *schema_referred(const Json *root, Str ref);

#endif
