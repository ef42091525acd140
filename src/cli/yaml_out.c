/* yaml_out.c - values as YAML that people read and the program reads back. */
#include "cli/yaml_out.h"

#include "base/yaml.h"

#include <ctype.h>

/* Plain text is what starts with a letter, holds nothing that YAML gives a meaning, and
 * reads back as itself ("yes", "null" do not). */
static bool is_plain(Str s)
{
    SCOPED_ARENA(a);
    Json back;
    if (!s.len || s.len > 200 || !isalpha((unsigned char)s.ptr[0]))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!isalnum((unsigned char)s.ptr[i]) && !strchr("_-./ ", s.ptr[i]))
            return false;
    return s.ptr[s.len - 1] != ' ' && yaml_parse(&a, s, "", &back, NULL) == OK &&
           json_is(&back, JSON_STRING) && str_eq(back.text, s);
}

static void put_text(StrBuf *out, Str s)
{
    if (is_plain(s)) {
        strbuf_add(out, s);
        return;
    }
    JsonWriter w = json_writer(out);
    json_write_str(&w, s);
}

static void put(StrBuf *out, const Json *v, int depth);

static bool is_block(const Json *v)
{
    return (v->type == JSON_OBJECT || v->type == JSON_ARRAY) && v->len;
}

static void put_indent(StrBuf *out, int depth)
{
    for (int i = 0; i < depth; i++)
        strbuf_adds(out, "  ");
}

static void put_object(StrBuf *out, const Json *v, int depth, bool first_in_place)
{
    for (uint32_t i = 0; i < v->len; i++) {
        if (i || !first_in_place)
            put_indent(out, depth);
        put_text(out, v->members[i].key);
        strbuf_adds(out, is_block(&v->members[i].value) ? ":\n" : ": ");
        put(out, &v->members[i].value, depth + 1);
    }
}

static void put(StrBuf *out, const Json *v, int depth)
{
    if (v->type == JSON_OBJECT && v->len) {
        put_object(out, v, depth, false);
        return;
    }
    for (uint32_t i = 0; v->type == JSON_ARRAY && i < v->len; i++) {
        const Json *one = &v->items[i];
        put_indent(out, depth);
        strbuf_adds(out, "- ");
        if (one->type == JSON_OBJECT && one->len) {
            put_object(out, one, depth + 1, true);
        } else {
            if (is_block(one))
                strbuf_addc(out, '\n');
            put(out, one, depth + 1);
        }
    }
    if (is_block(v))
        return;
    if (v->type == JSON_STRING) {
        put_text(out, v->text);
    } else {
        JsonWriter w = json_writer(out);
        json_write(&w, v);
    }
    strbuf_addc(out, '\n');
}

void yaml_put(StrBuf *out, const Json *value)
{
    put(out, value, 0);
}
