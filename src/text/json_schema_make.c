/* json_schema_make.c - whether a schema is one that can be used: its keywords and their values. */
#include "text/json_schema_private.h"

#include "base/utf8.h"

#include <math.h>

void schema_place(StrBuf *b, const Place *p)
{
    enum { KEY = 60, LONGEST = 2000 };
    if (!p || b->len > LONGEST)
        return;
    schema_place(b, p->outer);
    strbuf_addc(b, '/');
    if (p->key.ptr)
        strbuf_add(b, utf8_cut(p->key, KEY));
    else
        strbuf_addf(b, "%u", p->index);
}

const Json *schema_referred(const Json *root, Str ref)
{
    if (!str_starts(ref, STR("#")) || (ref.len > 1 && ref.ptr[1] != '/'))
        return NULL;
    const Json *at = root;
    Str rest = str_after(ref, ref.len > 1 ? 2 : 1);
    while (at && rest.len) {
        char buf[256];
        size_t n = 0;
        Str part = str_split(&rest, '/');
        for (size_t i = 0; i < part.len && n < sizeof buf; i++) {
            bool escape = part.ptr[i] == '~' && i + 1 < part.len;
            i += escape;
            char c = part.ptr[i];
            buf[n++] = (char)(!escape ? c : c == '1' ? '/' : '~');
        }
        int64_t index;
        Str key = {buf, n};
        if (json_is(at, JSON_ARRAY))
            at =
                str_to_int(key, &index) && index >= 0 && index < at->len ? &at->items[index] : NULL;
        else
            at = json_get_str(at, key);
    }
    return at;
}

/* ---- what the values of keywords must be ---- */

static bool is_anything(const Json *v)
{
    (void)v;
    return true;
}

static bool is_number(const Json *v)
{
    return v->type == JSON_NUMBER;
}

static bool is_positive(const Json *v)
{
    return json_number(v, 0) > 0;
}

static bool is_count(const Json *v)
{
    double n = json_number(v, -1);
    return n >= 0 && n == floor(n);
}

static bool is_text(const Json *v)
{
    return v->type == JSON_STRING;
}

static bool is_truth(const Json *v)
{
    return v->type == JSON_BOOL;
}

static bool is_list(const Json *v)
{
    return v->type == JSON_ARRAY;
}

static bool is_filled_list(const Json *v)
{
    return v->type == JSON_ARRAY && v->len;
}

static bool is_map(const Json *v)
{
    return v->type == JSON_OBJECT;
}

static bool is_texts(const Json *v)
{
    for (uint32_t i = 0; is_list(v) && i < v->len; i++)
        if (v->items[i].type != JSON_STRING)
            return false;
    return is_list(v);
}

static bool is_type_name(const Json *v)
{
    static const char *const names[] = {"null",  "boolean", "number", "string",
                                        "array", "object",  "integer"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (is_text(v) && str_eqc(v->text, names[i]))
            return true;
    return false;
}

static bool is_types(const Json *v)
{
    for (uint32_t i = 0; is_list(v) && i < v->len; i++)
        if (!is_type_name(&v->items[i]))
            return false;
    return is_filled_list(v) || is_type_name(v);
}

typedef enum Holds { NOTHING, SCHEMA, SCHEMAS, REFERENCE, PATTERN } Holds;

static const struct {
    const char *name;
    bool (*fits)(const Json *v);
    Holds holds;
} keywords[] = {
    {"type", is_types, NOTHING},
    {"enum", is_list, NOTHING},
    {"const", is_anything, NOTHING},
    {"required", is_texts, NOTHING},
    {"properties", is_map, SCHEMAS},
    {"additionalProperties", is_anything, SCHEMA},
    {"minProperties", is_count, NOTHING},
    {"maxProperties", is_count, NOTHING},
    {"items", is_anything, SCHEMA},
    {"minItems", is_count, NOTHING},
    {"maxItems", is_count, NOTHING},
    {"uniqueItems", is_truth, NOTHING},
    {"minimum", is_number, NOTHING},
    {"maximum", is_number, NOTHING},
    {"exclusiveMinimum", is_number, NOTHING},
    {"exclusiveMaximum", is_number, NOTHING},
    {"multipleOf", is_positive, NOTHING},
    {"minLength", is_count, NOTHING},
    {"maxLength", is_count, NOTHING},
    {"pattern", is_text, PATTERN},
    {"allOf", is_filled_list, SCHEMAS},
    {"anyOf", is_filled_list, SCHEMAS},
    {"oneOf", is_filled_list, SCHEMAS},
    {"not", is_anything, SCHEMA},
    {"$ref", is_text, REFERENCE},
    {"$defs", is_map, SCHEMAS},
    {"definitions", is_map, SCHEMAS},
    {"$schema", is_anything, NOTHING},
    {"$id", is_anything, NOTHING},
    {"$comment", is_anything, NOTHING},
    {"title", is_anything, NOTHING},
    {"description", is_anything, NOTHING},
    {"default", is_anything, NOTHING},
    {"examples", is_anything, NOTHING},
    {"format", is_anything, NOTHING},
    {"deprecated", is_anything, NOTHING},
    {"readOnly", is_anything, NOTHING},
    {"writeOnly", is_anything, NOTHING},
};

/* ---- walking ---- */

typedef struct Walk {
    JsonSchema *schema;
    Arena *arena;
    int depth;
    Err *err;
} Walk;

static Status bad(const Walk *w, const Place *place, const char *what, Str name)
{
    SCOPED_ARENA(scratch);
    StrBuf b = strbuf_make(&scratch, 4000);
    schema_place(&b, place);
    return err_set(w->err, E_PARSE, "schema" STR_FMT ": %s \"" STR_FMT "\"",
                   STR_ARG(strbuf_str(&b)), what, STR_ARG(name));
}

static Status walk(Walk *w, const Json *schema, const Place *place);

static Status walk_each(Walk *w, const Json *many, const Place *place)
{
    for (uint32_t i = 0; i < many->len; i++) {
        bool map = many->type == JSON_OBJECT;
        Str key = map ? many->members[i].key : (Str){0};
        Place inner = {place, map && !key.ptr ? STR("") : key, i};
        TRY(walk(w, map ? &many->members[i].value : &many->items[i], &inner));
    }
    return OK;
}

static void free_regex(void *regex)
{
    regex_free(regex);
}

static Status add_pattern(Walk *w, Str pattern, const Place *place)
{
    Regex *regex;
    if (map_get(&w->schema->patterns, pattern))
        return OK;
    if (regex_compile(pattern, &regex, w->err) != OK)
        return bad(w, place, "cannot use the pattern", pattern);
    arena_defer(w->arena, free_regex, regex);
    map_set(w->arena, &w->schema->patterns, pattern, regex);
    return OK;
}

static Status walk_keyword(Walk *w, const JsonMember *m, const Place *place)
{
    size_t i = 0;
    while (i < COUNT(keywords) && !str_eqc(m->key, keywords[i].name))
        i++;
    if (i == COUNT(keywords))
        return bad(w, place->outer, "unknown keyword", m->key);
    if (!keywords[i].fits(&m->value))
        return bad(w, place->outer, "wrong value for", m->key);
    if (keywords[i].holds == SCHEMA)
        return walk(w, &m->value, place);
    if (keywords[i].holds == SCHEMAS)
        return walk_each(w, &m->value, place);
    if (keywords[i].holds == PATTERN)
        return add_pattern(w, m->value.text, place);
    if (keywords[i].holds != REFERENCE)
        return OK;
    const Json *there = schema_referred(w->schema->root, m->value.text);
    if (!there)
        return bad(w, place, "finds nothing at", m->value.text);
    return walk(w, there, place);
}

static Status walk(Walk *w, const Json *schema, const Place *place)
{
    const void *address = schema;
    Str key = {(const char *)&address, sizeof address};
    if (schema->type == JSON_BOOL || map_get(&w->schema->seen, key))
        return OK;
    if (schema->type != JSON_OBJECT)
        return bad(w, place, "is no schema:", STR("a mapping or a boolean is one"));
    if (w->depth >= JSON_SCHEMA_DEPTH || w->schema->seen.len >= JSON_SCHEMA_NODES)
        return bad(w, place, "is too deep or too large for", STR("a schema"));
    map_set(w->arena, &w->schema->seen, str_copy(w->arena, key), w);
    w->depth++;
    for (uint32_t i = 0; i < schema->len; i++) {
        Place inner = {place, schema->members[i].key, 0};
        TRY(walk_keyword(w, &schema->members[i], &inner));
    }
    w->depth--;
    return OK;
}

Status json_schema_make(Arena *arena, const Json *schema, JsonSchema **out, Err *err)
{
    JsonSchema *s = ARENA_NEW(arena, JsonSchema);
    s->root = schema;
    Walk w = {s, arena, 0, err};
    TRY(walk(&w, schema, NULL));
    *out = s;
    return OK;
}
