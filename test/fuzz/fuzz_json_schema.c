/* fuzz_json_schema.c - a schema, a line break, a value. */
#include "text/json_schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A value is as its own const says, and not as the schema's opposite says when it is as the schema
 * says. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(arena);
    Str text = {(const char *)data, size}, first = str_split(&text, '\n');
    Json schema, value, own = {.type = JSON_OBJECT}, opposite = {.type = JSON_OBJECT};
    JsonSchema *made;
    if (json_parse(&arena, first, &schema, NULL) != OK ||
        json_parse(&arena, text, &value, NULL) != OK)
        return 0;
    json_set(&arena, &own, STR("const"), value);
    if (json_schema_make(&arena, &own, &made, NULL) != OK ||
        json_schema_complaint(made, &value, &arena).len)
        abort();
    if (json_schema_make(&arena, &schema, &made, NULL) != OK)
        return 0;
    bool good = !json_schema_complaint(made, &value, &arena).len;
    json_set(&arena, &opposite, STR("not"), schema);
    if (json_schema_make(&arena, &opposite, &made, NULL) == OK && good &&
        !json_schema_complaint(made, &value, &arena).len)
        abort();
    return 0;
}
