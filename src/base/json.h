/* json.h - JSON values: strict reading (RFC 8259) into an arena tree, and writing.
 *
 * The same tree also carries YAML documents (base/yaml.h) and data set records.
 * Numbers keep their text, so nothing is rounded until somebody asks for a double.
 * Strings without escapes point into the input, which must outlive the tree. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/str.h"

typedef enum JsonType {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
} JsonType;

typedef struct Json Json;
typedef struct JsonMember JsonMember;

struct Json {
    JsonType type;
    uint32_t line, column; /* where it stands (from 1) when read from YAML, else 0 */
    uint32_t len;          /* elements of an array, members of an object */
    union {
        bool boolean;
        Str text; /* JSON_STRING: the characters; JSON_NUMBER: as written */
        Json *items;
        JsonMember *members; /* in order of appearance; a repeated key is an error */
    };
};

struct JsonMember {
    Str key;
    Json value;
};

/* Reads one value that fills `text`. Errors name line:column. */
Status json_parse(Arena *arena, Str text, Json *out, Err *err) MUST_CHECK;

/* Access. A NULL or mistyped `value` is treated as absent. */
const Json *json_get(const Json *object, const char *key); /* NULL when absent */
const Json *json_get_str(const Json *object, Str key);
const Json *json_path(const Json *value,
                      const char *dotted); /* "error.message", "choices.0.text" */
Str json_text(const Json *value);          /* string's text; else empty */
Str json_text_or(const Json *value, Str otherwise);
double json_number(const Json *value, double otherwise);
int64_t json_int(const Json *value, int64_t otherwise); /* integral numbers only */
bool json_bool(const Json *value, bool otherwise);
bool json_is(const Json *value, JsonType type);
bool json_is_int(const Json *value);           /* number without '.', 'e' */
bool json_equal(const Json *a, const Json *b); /* deep; numbers by text */

/* Building values in an arena. */
Json json_null(void);
Json json_str(Str text);
Json json_num(Arena *arena, double value); /* shortest text that reads back equal */
Json json_integer(Arena *arena, int64_t value);
Json json_truth(bool value);
void json_set(Arena *arena, Json *object, Str key, Json value); /* replaces or appends */
void json_append(Arena *arena, Json *array, Json value);
Json json_clone(Arena *arena, const Json *value); /* deep copy, strings too */
/* The object with members of its own, which may be set and added to: an object whose members were
 * made as an array of just their number has no room for more. Their values are shared. */
Json json_open(Arena *arena, const Json *object);

/* Writing. The writer puts commas and escapes; nesting is the caller's.
 *     JsonWriter w = json_writer(&buf);
 *     json_begin(&w, '{'); json_key(&w, "n"); json_write_int(&w, 3); json_end(&w, '}'); */
typedef struct JsonWriter {
    StrBuf *out;
    bool comma;     /* a comma is due before the next value or key */
    bool after_key; /* the next value belongs to the key just written */
    int indent;     /* spaces a level; 0 = compact */
    int depth;
} JsonWriter;

JsonWriter json_writer(StrBuf *out);
void json_begin(JsonWriter *w, char bracket); /* '{' or '[' */
void json_end(JsonWriter *w, char bracket);   /* '}' or ']' */
void json_key(JsonWriter *w, const char *key);
void json_key_str(JsonWriter *w, Str key);
void json_write_str(JsonWriter *w, Str text);
void json_write_int(JsonWriter *w, int64_t value);
void json_write_double(JsonWriter *w, double value); /* NaN and infinities become null */
void json_write_bool(JsonWriter *w, bool value);
void json_write_null(JsonWriter *w);
void json_write(JsonWriter *w, const Json *value);
void json_write_raw(JsonWriter *w, Str json);   /* already valid JSON */
Str json_dump(Arena *arena, const Json *value); /* compact */
/* Python's json.dumps(value, indent=indent, ensure_ascii=False) with indent < 0
 * for none (then ", " and ": " separate). */
Str json_dump_python(Arena *arena, const Json *value, int indent);

/* Offset of the first byte from `at` on that a JSON string must escape (a quote, a backslash,
 * a control character), or s.len. */
size_t json_plain_end(Str s, size_t at);

/* The shortest decimal that strtod reads back as `value`, into buf[32]. */
void json_format_double(char buf[32], double value);

#endif
