/* yaml.c - libyaml events to a Json tree. */
#include "base/yaml.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"

#include <ctype.h>
#include <math.h>
#include <yaml.h>

typedef struct Anchor {
    Json value;
    bool complete; /* false while the node is still being read */
    size_t nodes;  /* nodes it holds, counted again at each use */
} Anchor;

typedef struct Loader {
    Arena *arena;
    yaml_parser_t parser;
    const char *file;
    Map anchors;
    size_t nodes;
    int aliases, depth;
    Err *err;
} Loader;

static Status fail(Loader *l, yaml_mark_t mark, const char *what)
{
    return err_set(l->err, E_PARSE, "%s:%zu:%zu: %s", l->file, mark.line + 1, mark.column + 1,
                   what);
}

static bool is_word(Str s, const char *const *words)
{
    for (; *words; words++)
        if (str_eqc(s, *words))
            return true;
    return false;
}

static bool all_in(Str s, const char *set)
{
    for (size_t i = 0; i < s.len; i++)
        if (!strchr(set, s.ptr[i]))
            return false;
    return s.len > 0;
}

static Str without_underscores(Arena *arena, Str s)
{
    StrBuf out = strbuf_make(arena, s.len);
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '_')
            strbuf_addc(&out, s.ptr[i]);
    return strbuf_str(&out);
}

/* YAML 1.1 integers: decimal, 0b, 0 octal, 0x; sexagesimal ones stay strings, since
 * no task file means them. */
static bool as_int(Arena *arena, Str s, Json *out)
{
    bool minus = s.len && s.ptr[0] == '-';
    Str body = s.len && strchr("+-", s.ptr[0]) ? str_after(s, 1) : s;
    if (!body.len || !isdigit((unsigned char)body.ptr[0]))
        return false;
    int base = 10;
    const char *set = "0123456789_";
    Str digits = body;
    if (str_starts(body, STR("0b"))) {
        base = 2, set = "01_", digits = str_after(body, 2);
    } else if (str_starts(body, STR("0x"))) {
        base = 16, set = "0123456789abcdefABCDEF_", digits = str_after(body, 2);
    } else if (body.ptr[0] == '0' && body.len > 1) {
        base = 8, set = "01234567_", digits = str_after(body, 1);
    }
    if (!all_in(digits, set))
        return false;
    Str plain = without_underscores(arena, digits);
    if (!plain.len)
        return false;
    if (base == 10) {
        *out = (Json){.type = JSON_NUMBER,
                      .text = str_printf(arena, "%s%s", minus ? "-" : "", plain.ptr)};
        return true;
    }
    char *end;
    unsigned long long value = strtoull(plain.ptr, &end, base);
    *out = (Json){.type = JSON_NUMBER,
                  .text = str_printf(arena, "%s%llu", minus && value ? "-" : "", value)};
    return *end == 0;
}

/* PyYAML's float: digits with a dot, an exponent only with a sign. */
static bool as_float(Arena *arena, Str s, Json *out)
{
    Str body = s.len && strchr("+-", s.ptr[0]) ? str_after(s, 1) : s;
    ptrdiff_t dot = str_find_char(body, '.');
    if (dot < 0 || !all_in(body, "0123456789_.eE+-"))
        return false;
    ptrdiff_t e = str_find_char(body, 'e');
    if (e < 0)
        e = str_find_char(body, 'E');
    Str mantissa = e < 0 ? body : str_slice(body, 0, (size_t)e);
    if (!all_in(mantissa, "0123456789_.") || mantissa.len < 2)
        return false;
    if (e >= 0) {
        Str exponent = str_after(body, (size_t)e + 1);
        if (exponent.len < 2 || !strchr("+-", exponent.ptr[0]) ||
            !all_in(str_after(exponent, 1), "0123456789"))
            return false;
    }
    double value;
    if (!str_to_double(without_underscores(arena, s), &value))
        return false;
    char buf[40];
    json_format_double(buf, value);
    if (!strpbrk(buf, ".e"))
        memcpy(buf + strlen(buf), ".0", 3);
    *out = (Json){.type = JSON_NUMBER, .text = str_copy(arena, str_from(buf))};
    return true;
}

static Json plain_scalar(Arena *arena, Str s)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const yes[] = {"yes",  "Yes", "YES", "true", "True",
                                      "TRUE", "on",  "On",  "ON",   NULL};
    static const char *const no[] = {"no",    "No",  "NO",  "false", "False",
                                     "FALSE", "off", "Off", "OFF",   NULL};
    Json out = {0};
    if (is_word(s, nulls))
        return out;
    if (is_word(s, yes) || is_word(s, no))
        return json_truth(is_word(s, yes));
    if (as_int(arena, s, &out) || as_float(arena, s, &out))
        return out;
    return json_str(s);
}

static Status tagged_scalar(Loader *l, const yaml_event_t *e, Str tag, Str text, Json *out)
{
    if (str_eqc(tag, "!function")) {
        *out = (Json){0};
        json_set(l->arena, out, STR("!function"), json_str(text));
        return OK;
    }
    if (str_eqc(tag, YAML_STR_TAG) || str_eqc(tag, "!")) {
        *out = json_str(text);
        return OK;
    }
    Json value = plain_scalar(l->arena, text);
    bool fits = (str_eqc(tag, YAML_NULL_TAG) && value.type == JSON_NULL) ||
                (str_eqc(tag, YAML_BOOL_TAG) && value.type == JSON_BOOL) ||
                (str_eqc(tag, YAML_INT_TAG) && json_is_int(&value)) ||
                (str_eqc(tag, YAML_FLOAT_TAG) && value.type == JSON_NUMBER);
    if (!fits) {
        SCOPED_ARENA(scratch);
        Str what = str_printf(&scratch, "tag \"" STR_FMT "\" is not supported here", STR_ARG(tag));
        return fail(l, e->start_mark, what.ptr);
    }
    *out = value;
    return OK;
}

static Status read_scalar(Loader *l, const yaml_event_t *e, Json *out)
{
    Str text = str_copy(l->arena, (Str){(const char *)e->data.scalar.value, e->data.scalar.length});
    Str tag = str_copy(l->arena, str_from((const char *)e->data.scalar.tag));
    if (tag.len) {
        TRY(tagged_scalar(l, e, tag, text, out));
    } else if (e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
        *out = plain_scalar(l->arena, text);
    } else {
        *out = json_str(text);
    }
    return OK;
}

static Status next_event(Loader *l, yaml_event_t *e)
{
    if (yaml_parser_parse(&l->parser, e))
        return OK;
    yaml_mark_t mark = l->parser.problem_mark;
    return fail(l, mark, l->parser.problem ? l->parser.problem : "malformed YAML");
}

static Status read_node(Loader *l, yaml_event_t *e, Json *out);

/* Reads the event that starts a node and the node; false in *more at `end`. */
static Status read_child(Loader *l, yaml_event_type_t end, Json *out, bool *more)
{
    yaml_event_t e;
    TRY(next_event(l, &e));
    *more = e.type != end;
    Status status = *more ? read_node(l, &e, out) : OK;
    yaml_event_delete(&e);
    return status;
}

static Status read_sequence(Loader *l, Json *out)
{
    VEC(Json) items = {0};
    for (;;) {
        Json item = {0};
        bool more;
        TRY(read_child(l, YAML_SEQUENCE_END_EVENT, &item, &more));
        if (!more)
            break;
        vec_push(l->arena, &items, item);
    }
    *out = (Json){.type = JSON_ARRAY, .len = (uint32_t)items.len, .items = items.items};
    return OK;
}

/* A key as text: numbers and words as written in canonical form. */
static Status key_text(Loader *l, const Json *key, Str *out)
{
    if (key->type == JSON_STRING || key->type == JSON_NUMBER)
        *out = key->text;
    else if (key->type == JSON_BOOL)
        *out = key->boolean ? STR("true") : STR("false");
    else if (key->type == JSON_NULL)
        *out = STR("null");
    else
        return err_set(l->err, E_PARSE, "%s:%u:%u: a mapping key must be a scalar", l->file,
                       key->line, key->column);
    return OK;
}

/* "<<: *base": keys of base that the mapping does not set itself. */
static Status merge_into(Loader *l, Json *out, const Json *from)
{
    if (from->type == JSON_ARRAY) {
        for (uint32_t i = 0; i < from->len; i++)
            TRY(merge_into(l, out, &from->items[i]));
        return OK;
    }
    if (from->type != JSON_OBJECT)
        return err_set(l->err, E_PARSE, "%s:%u:%u: \"<<\" needs a mapping", l->file, from->line,
                       from->column);
    for (uint32_t i = 0; i < from->len; i++)
        if (!json_get_str(out, from->members[i].key))
            json_set(l->arena, out, from->members[i].key, from->members[i].value);
    return OK;
}

static Status read_mapping(Loader *l, Json *out)
{
    Json merged = {0}, map = {.type = JSON_OBJECT};
    bool merge = false;
    for (;;) {
        Json key = {0}, value = {0};
        bool more;
        TRY(read_child(l, YAML_MAPPING_END_EVENT, &key, &more));
        if (!more)
            break;
        TRY(read_child(l, YAML_NO_EVENT, &value, &more));
        Str name;
        TRY(key_text(l, &key, &name));
        if (str_eqc(name, "<<")) {
            merge = true;
            merged = value;
            continue;
        }
        json_set(l->arena, &map, name, value);
    }
    if (merge)
        TRY(merge_into(l, &map, &merged));
    *out = map;
    return OK;
}

static Status read_alias(Loader *l, const yaml_event_t *e, Json *out)
{
    const Anchor *anchor = map_get(&l->anchors, str_from((const char *)e->data.alias.anchor));
    if (!anchor)
        return fail(l, e->start_mark, "alias of an unknown anchor");
    if (!anchor->complete)
        return fail(l, e->start_mark, "alias of a node inside itself");
    if (++l->aliases > LIMIT_YAML_ALIASES)
        return fail(l, e->start_mark, "too many aliases");
    l->nodes += anchor->nodes;
    if (l->nodes > LIMIT_YAML_NODES)
        return fail(l, e->start_mark, "document is too large once its aliases are expanded");
    *out = anchor->value;
    return OK;
}

static Anchor *declare_anchor(Loader *l, const yaml_char_t *name)
{
    if (!name)
        return NULL;
    Anchor *anchor = ARENA_NEW(l->arena, Anchor);
    map_set(l->arena, &l->anchors, str_copy(l->arena, str_from((const char *)name)), anchor);
    return anchor;
}

static Status read_collection(Loader *l, const yaml_event_t *e, Json *out)
{
    bool map = e->type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *tag = map ? e->data.mapping_start.tag : e->data.sequence_start.tag;
    if (tag && !str_eqc(str_from((const char *)tag), map ? YAML_MAP_TAG : YAML_SEQ_TAG))
        return fail(l, e->start_mark, "tags on collections are not supported");
    if (++l->depth > LIMIT_YAML_DEPTH)
        return fail(l, e->start_mark, "nested too deeply");
    TRY(map ? read_mapping(l, out) : read_sequence(l, out));
    l->depth--;
    return OK;
}

static Status read_node(Loader *l, yaml_event_t *e, Json *out)
{
    size_t before = l->nodes;
    if (++l->nodes > LIMIT_YAML_NODES)
        return fail(l, e->start_mark, "document is too large");
    Anchor *anchor = NULL;
    switch ((int)e->type) {
    case YAML_SCALAR_EVENT:
        anchor = declare_anchor(l, e->data.scalar.anchor);
        TRY(read_scalar(l, e, out));
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = declare_anchor(l, e->data.sequence_start.anchor);
        TRY(read_collection(l, e, out));
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = declare_anchor(l, e->data.mapping_start.anchor);
        TRY(read_collection(l, e, out));
        break;
    case YAML_ALIAS_EVENT:
        return read_alias(l, e, out);
    default:
        return fail(l, e->start_mark, "unexpected end of a collection");
    }
    out->line = (uint32_t)e->start_mark.line + 1;
    out->column = (uint32_t)e->start_mark.column + 1;
    if (anchor)
        *anchor = (Anchor){*out, true, l->nodes - before};
    return OK;
}

static Status read_document(Loader *l, Json *out)
{
    yaml_event_t e;
    bool seen = false;
    for (;;) {
        TRY(next_event(l, &e));
        yaml_event_type_t type = e.type;
        yaml_mark_t mark = e.start_mark;
        Status status = OK;
        if (type == YAML_DOCUMENT_START_EVENT && seen)
            status = fail(l, mark, "only one document a file is read");
        else if (type == YAML_DOCUMENT_START_EVENT)
            seen = true;
        else if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_END_EVENT &&
                 type != YAML_STREAM_END_EVENT)
            status = read_node(l, &e, out);
        yaml_event_delete(&e);
        if (status != OK || type == YAML_STREAM_END_EVENT)
            return status;
    }
}

Status yaml_parse(Arena *arena, Str text, const char *file, Json *out, Err *err)
{
    if (text.len > LIMIT_YAML_FILE)
        return err_set(err, E_LIMIT, "%s: larger than the limit of %zu bytes", file,
                       LIMIT_YAML_FILE);
    Loader l = {.arena = arena, .file = file, .err = err};
    if (!yaml_parser_initialize(&l.parser))
        return err_set(err, E_IO, "could not start the YAML parser");
    yaml_parser_set_input_string(&l.parser, (const unsigned char *)text.ptr, text.len);
    yaml_parser_set_encoding(&l.parser, YAML_UTF8_ENCODING);
    Json value = {0};
    Status status = read_document(&l, &value);
    yaml_parser_delete(&l.parser);
    if (status == OK)
        *out = value;
    return status;
}
