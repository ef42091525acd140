/* xml.c - a small strict reader of XML. */
#include "pack/xml.h"

#include "base/limits.h"
#include "base/utf8.h"

XmlReader xml_reader(Str document)
{
    return (XmlReader){.in = document, .at = str_starts(document, STR("\xef\xbb\xbf")) ? 3 : 0};
}

static Status fail(const XmlReader *r, const char *what, Err *err)
{
    return err_set(err, E_PARSE, "XML, byte %zu: %s", r->at, what);
}

static Str local_name(Str name)
{
    ptrdiff_t colon = str_find_char(name, ':');
    return colon < 0 ? name : str_after(name, (size_t)colon + 1);
}

/* What "&...;" stands for, or UTF8_BAD. `name` is what is between. */
static int32_t entity(Str name)
{
    static const struct {
        const char *name;
        int32_t code;
    } named[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    for (size_t i = 0; i < COUNT(named); i++)
        if (str_eqc(name, named[i].name))
            return named[i].code;
    if (name.len < 2 || name.len > 9 || name.ptr[0] != '#')
        return UTF8_BAD;
    bool hex = name.ptr[1] == 'x';
    int32_t code = 0;
    for (size_t i = hex ? 2 : 1; i < name.len; i++) {
        char c = name.ptr[i];
        int32_t digit = c >= '0' && c <= '9'          ? c - '0'
                        : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : hex && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                      : -1;
        if (digit < 0 || code > 0x10FFFF)
            return UTF8_BAD;
        code = code * (hex ? 16 : 10) + digit;
    }
    bool allowed = code > 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    return allowed ? code : UTF8_BAD;
}

/* Character references replaced; false when one is unknown. */
static bool decode(Str raw, Arena *arena, Str *out)
{
    *out = raw;
    if (str_find_char(raw, '&') < 0)
        return true;
    StrBuf b = strbuf_make(arena, raw.len + 1);
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] != '&') {
            strbuf_addc(&b, raw.ptr[i]);
            continue;
        }
        ptrdiff_t end = str_find_char(str_slice(raw, i, i + 12), ';');
        int32_t code = end < 0 ? UTF8_BAD : entity(str_slice(raw, i + 1, i + (size_t)end));
        if (code == UTF8_BAD)
            return false;
        utf8_put(&b, code);
        i += (size_t)end;
    }
    *out = strbuf_str(&b);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Moves behind `end`, which must come; `*inside` is what was before it. */
static Status skip_to(XmlReader *r, size_t from, Str end, Str *inside, Err *err)
{
    ptrdiff_t at = str_find_from(r->in, end, from);
    if (at < 0)
        return fail(r, "something is not closed", err);
    *inside = str_slice(r->in, from, (size_t)at);
    r->at = (size_t)at + end.len;
    return OK;
}

/* The '>' that ends the tag at r->at: not one inside quotes. */
static Status tag_end(const XmlReader *r, size_t *out, Err *err)
{
    char quote = 0;
    for (size_t i = r->at; i < r->in.len; i++) {
        char c = r->in.ptr[i];
        if (quote && c == quote)
            quote = 0;
        else if (quote)
            continue;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '>') {
            *out = i;
            return OK;
        }
    }
    return fail(r, "a tag is not closed", err);
}

static Status read_tag(XmlReader *r, XmlKind *out, Err *err)
{
    size_t end = 0;
    TRY(tag_end(r, &end, err));
    Str inside = str_slice(r->in, r->at + 1, end);
    bool closing = inside.len && inside.ptr[0] == '/';
    inside = str_after(inside, closing);
    r->empty = !closing && inside.len && inside.ptr[inside.len - 1] == '/';
    inside.len -= r->empty;
    size_t n = 0;
    while (n < inside.len && !is_blank(inside.ptr[n]))
        n++;
    if (!n)
        return fail(r, "a tag without a name", err);
    r->name = local_name(str_slice(inside, 0, n));
    r->attributes = str_after(inside, n);
    if (!closing && ++r->depth > LIMIT_XML_DEPTH)
        return fail(r, "elements are nested too deeply", err);
    if (closing && --r->depth < 0)
        return fail(r, "an element is closed that was not opened", err);
    r->at = end + 1;
    *out = closing ? XML_CLOSE : XML_OPEN;
    return OK;
}

static Status read_text(XmlReader *r, Arena *arena, Err *err)
{
    const char *start = r->in.ptr + r->at;
    const char *end = memchr(start, '<', r->in.len - r->at);
    Str raw = str_slice(r->in, r->at, end ? (size_t)(end - r->in.ptr) : r->in.len);
    if (!decode(raw, arena, &r->text))
        return fail(r, "an unknown character reference", err);
    r->at += raw.len;
    return OK;
}

Status xml_next(XmlReader *reader, Arena *arena, XmlKind *out, Err *err)
{
    XmlReader *r = reader;
    if (r->empty) {
        r->empty = false;
        r->depth--;
        *out = XML_CLOSE;
        return OK;
    }
    while (r->at < r->in.len) {
        Str rest = str_after(r->in, r->at), skipped;
        if (rest.ptr[0] != '<') {
            *out = XML_TEXT;
            return read_text(r, arena, err);
        }
        if (str_starts(rest, STR("<!--"))) {
            TRY(skip_to(r, r->at + 4, STR("-->"), &skipped, err));
        } else if (str_starts(rest, STR("<?"))) {
            TRY(skip_to(r, r->at + 2, STR("?>"), &skipped, err));
        } else if (str_starts(rest, STR("<![CDATA["))) {
            *out = XML_TEXT;
            return skip_to(r, r->at + 9, STR("]]>"), &r->text, err);
        } else if (str_starts(rest, STR("<!"))) {
            return fail(r, "document types are not allowed", err);
        } else {
            return read_tag(r, out, err);
        }
    }
    if (r->depth)
        return fail(r, "the document is cut short", err);
    *out = XML_END;
    return OK;
}

Str xml_attribute(const XmlReader *reader, Arena *arena, const char *name)
{
    Str s = reader->attributes;
    for (size_t i = 0; i < s.len;) {
        while (i < s.len && is_blank(s.ptr[i]))
            i++;
        size_t start = i;
        while (i < s.len && s.ptr[i] != '=' && !is_blank(s.ptr[i]))
            i++;
        Str key = local_name(str_slice(s, start, i));
        while (i < s.len && (s.ptr[i] == '=' || is_blank(s.ptr[i])))
            i++;
        if (i >= s.len || (s.ptr[i] != '"' && s.ptr[i] != '\''))
            break;
        ptrdiff_t end = str_find_char(str_after(s, i + 1), s.ptr[i]);
        if (end < 0)
            break;
        Str value;
        if (str_eqc(key, name) && decode(str_slice(s, i + 1, i + 1 + (size_t)end), arena, &value))
            return value.ptr ? value : STR("");
        i += (size_t)end + 2;
    }
    return (Str){0};
}
