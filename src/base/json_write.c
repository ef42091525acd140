/* json_write.c - building and writing JSON. */
#include "base/json.h"

#include <math.h>

/* Twice sixteen bytes are looked at together. */
typedef unsigned char Bytes16 __attribute__((vector_size(16)));
typedef signed char Mask16 __attribute__((vector_size(16)));
enum { STEP = 32 };

static bool any_special(const char *p)
{
    Bytes16 x, y;
    memcpy(&x, p, sizeof x);
    memcpy(&y, p + sizeof x, sizeof y);
    Mask16 hit = (x == '"') | (x == '\\') | (x < 0x20) | (y == '"') | (y == '\\') | (y < 0x20);
    uint64_t halves[2];
    memcpy(halves, &hit, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

static bool is_special(unsigned char c)
{
    return c == '"' || c == '\\' || c < 0x20;
}

size_t json_plain_end(Str s, size_t at)
{
    while (s.len - at >= STEP && !any_special(s.ptr + at))
        at += STEP;
    while (at < s.len && !is_special((unsigned char)s.ptr[at]))
        at++;
    return at;
}

Json json_null(void)
{
    return (Json){.type = JSON_NULL};
}

Json json_str(Str text)
{
    return (Json){.type = JSON_STRING, .text = text};
}

Json json_truth(bool value)
{
    return (Json){.type = JSON_BOOL, .boolean = value};
}

void json_format_double(char buf[32], double value)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buf, 32, "%.*g", digits, value);
        if (strtod(buf, NULL) == value)
            return;
    }
}

Json json_num(Arena *arena, double value)
{
    char buf[32];
    if (!isfinite(value))
        return (Json){0};
    json_format_double(buf, value);
    return (Json){.type = JSON_NUMBER, .text = str_copy(arena, str_from(buf))};
}

Json json_integer(Arena *arena, int64_t value)
{
    return (Json){.type = JSON_NUMBER, .text = str_printf(arena, "%lld", (long long)value)};
}

/* Arrays and objects built by hand hold a power of two of elements, so that growth
 * needs no field of its own: when len is 0 or a power of two >= 4, they are full. */
static bool is_full(uint32_t len)
{
    return len == 0 || (len >= 4 && (len & (len - 1)) == 0);
}

static size_t grown(uint32_t len)
{
    return len ? (size_t)len * 2 : 4;
}

void json_append(Arena *arena, Json *array, Json value)
{
    array->type = JSON_ARRAY;
    if (!array->items || is_full(array->len)) {
        Json *items = arena_array(arena, grown(array->len), sizeof *items);
        if (array->items)
            memcpy(items, array->items, array->len * sizeof *items);
        array->items = items;
    }
    array->items[array->len++] = value;
}

void json_set(Arena *arena, Json *object, Str key, Json value)
{
    object->type = JSON_OBJECT;
    for (uint32_t i = 0; i < object->len; i++)
        if (str_eq(object->members[i].key, key)) {
            object->members[i].value = value;
            return;
        }
    if (!object->members || is_full(object->len)) {
        JsonMember *members = arena_array(arena, grown(object->len), sizeof *members);
        if (object->members)
            memcpy(members, object->members, object->len * sizeof *members);
        object->members = members;
    }
    object->members[object->len++] = (JsonMember){key, value};
}

Json json_open(Arena *arena, const Json *object)
{
    Json out = *object;
    size_t room = 4;
    while (room < object->len) /* as json_set takes for granted */
        room *= 2;
    out.members = arena_array(arena, room, sizeof *out.members);
    if (object->len)
        memcpy(out.members, object->members, object->len * sizeof *out.members);
    return out;
}

Json json_clone(Arena *arena, const Json *value)
{
    Json copy = *value;
    if (value->type == JSON_STRING || value->type == JSON_NUMBER) {
        copy.text = str_copy(arena, value->text);
    } else if (value->type == JSON_ARRAY) {
        copy.len = 0;
        copy.items = NULL;
        for (uint32_t i = 0; i < value->len; i++)
            json_append(arena, &copy, json_clone(arena, &value->items[i]));
    } else if (value->type == JSON_OBJECT) {
        copy.len = 0;
        copy.members = NULL;
        for (uint32_t i = 0; i < value->len; i++)
            json_set(arena, &copy, str_copy(arena, value->members[i].key),
                     json_clone(arena, &value->members[i].value));
    }
    return copy;
}

JsonWriter json_writer(StrBuf *out)
{
    return (JsonWriter){.out = out};
}

static void new_line(JsonWriter *w)
{
    if (!w->indent)
        return;
    strbuf_addc(w->out, '\n');
    for (int i = 0; i < w->depth * w->indent; i++)
        strbuf_addc(w->out, ' ');
}

/* Separates what comes next, a key or a value, from what stands before it. */
static void before_next(JsonWriter *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (w->comma)
        strbuf_addc(w->out, ',');
    if (w->depth)
        new_line(w);
}

void json_begin(JsonWriter *w, char bracket)
{
    before_next(w);
    strbuf_addc(w->out, bracket);
    w->depth++;
    w->comma = false;
}

void json_end(JsonWriter *w, char bracket)
{
    w->depth--;
    if (w->comma)
        new_line(w);
    strbuf_addc(w->out, bracket);
    w->comma = true;
}

static void put_escape(StrBuf *out, unsigned char c)
{
    static const char names[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *hit = c ? strchr(names, c) : NULL;
    if (!hit) {
        strbuf_addf(out, "\\u%04x", c);
        return;
    }
    char escape[2] = {'\\', letters[hit - names]};
    strbuf_add(out, (Str){escape, 2});
}

static void put_string(StrBuf *out, Str s)
{
    strbuf_addc(out, '"');
    for (size_t from = 0; from < s.len;) {
        size_t end = json_plain_end(s, from);
        strbuf_add(out, str_slice(s, from, end));
        if (end < s.len)
            put_escape(out, (unsigned char)s.ptr[end]);
        from = end + 1;
    }
    strbuf_addc(out, '"');
}

void json_key_str(JsonWriter *w, Str key)
{
    before_next(w);
    put_string(w->out, key);
    strbuf_adds(w->out, w->indent ? ": " : ":");
    w->after_key = true;
}

void json_key(JsonWriter *w, const char *key)
{
    json_key_str(w, str_from(key));
}

void json_write_raw(JsonWriter *w, Str json)
{
    before_next(w);
    strbuf_add(w->out, json);
    w->comma = true;
}

void json_write_str(JsonWriter *w, Str text)
{
    before_next(w);
    put_string(w->out, text);
    w->comma = true;
}

void json_write_int(JsonWriter *w, int64_t value)
{
    before_next(w);
    strbuf_addf(w->out, "%lld", (long long)value);
    w->comma = true;
}

void json_write_double(JsonWriter *w, double value)
{
    char buf[32];
    if (!isfinite(value)) {
        json_write_null(w);
        return;
    }
    json_format_double(buf, value);
    json_write_raw(w, str_from(buf));
}

void json_write_bool(JsonWriter *w, bool value)
{
    json_write_raw(w, value ? STR("true") : STR("false"));
}

void json_write_null(JsonWriter *w)
{
    json_write_raw(w, STR("null"));
}

void json_write(JsonWriter *w, const Json *value)
{
    switch (value->type) {
    case JSON_NULL:
        json_write_null(w);
        break;
    case JSON_BOOL:
        json_write_bool(w, value->boolean);
        break;
    case JSON_NUMBER:
        json_write_raw(w, value->text);
        break;
    case JSON_STRING:
        json_write_str(w, value->text);
        break;
    case JSON_ARRAY:
        json_begin(w, '[');
        for (uint32_t i = 0; i < value->len; i++)
            json_write(w, &value->items[i]);
        json_end(w, ']');
        break;
    case JSON_OBJECT:
        json_begin(w, '{');
        for (uint32_t i = 0; i < value->len; i++) {
            json_key_str(w, value->members[i].key);
            json_write(w, &value->members[i].value);
        }
        json_end(w, '}');
        break;
    }
}

enum { DUMP_LIMIT = 1 << 30 };

Str json_dump(Arena *arena, const Json *value)
{
    StrBuf out = strbuf_make(arena, DUMP_LIMIT);
    JsonWriter w = json_writer(&out);
    json_write(&w, value);
    return strbuf_str(&out);
}

static void python_break(StrBuf *out, int indent, int depth)
{
    if (indent < 0)
        return;
    strbuf_addc(out, '\n');
    for (int i = 0; i < indent * depth; i++)
        strbuf_addc(out, ' ');
}

static void dump_python(StrBuf *out, const Json *value, int indent, int depth)
{
    if (value->type != JSON_ARRAY && value->type != JSON_OBJECT) {
        JsonWriter w = json_writer(out);
        json_write(&w, value);
        return;
    }
    bool object = value->type == JSON_OBJECT;
    strbuf_addc(out, object ? '{' : '[');
    for (uint32_t i = 0; i < value->len; i++) {
        if (i)
            strbuf_adds(out, indent < 0 ? ", " : ",");
        python_break(out, indent, depth + 1);
        if (object) {
            put_string(out, value->members[i].key);
            strbuf_adds(out, ": ");
        }
        dump_python(out, object ? &value->members[i].value : &value->items[i], indent, depth + 1);
    }
    if (value->len)
        python_break(out, indent, depth);
    strbuf_addc(out, object ? '}' : ']');
}

Str json_dump_python(Arena *arena, const Json *value, int indent)
{
    StrBuf out = strbuf_make(arena, DUMP_LIMIT);
    dump_python(&out, value, indent, 0);
    return strbuf_str(&out);
}
