/* literal.c - Python literals as text: repr() and str(). */
#include "template/literal.h"

#include "base/utf8.h"
#include "template/value.h"

#include <math.h>
#include <utf8proc.h>

/* Python's str.isprintable: not a control, format, surrogate, private or unassigned
 * character, nor a separator other than the space. */
static bool is_printable(int32_t code)
{
    if (code < 0x7f)
        return code >= 0x20;
    utf8proc_category_t c = utf8proc_category(code);
    return c != UTF8PROC_CATEGORY_CC && c != UTF8PROC_CATEGORY_CF && c != UTF8PROC_CATEGORY_CS &&
           c != UTF8PROC_CATEGORY_CO && c != UTF8PROC_CATEGORY_CN && c != UTF8PROC_CATEGORY_ZL &&
           c != UTF8PROC_CATEGORY_ZP && c != UTF8PROC_CATEGORY_ZS;
}

static void put_escape(StrBuf *out, int32_t code)
{
    if (code == '\n' || code == '\r' || code == '\t')
        strbuf_adds(out, code == '\n' ? "\\n" : code == '\r' ? "\\r" : "\\t");
    else if (code <= 0xff)
        strbuf_addf(out, "\\x%02x", (unsigned)code);
    else
        strbuf_addf(out, code > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)code);
}

static void repr_text(StrBuf *out, Str s)
{
    char quote = str_find_char(s, '\'') >= 0 && str_find_char(s, '"') < 0 ? '"' : '\'';
    strbuf_addc(out, quote);
    for (size_t at = 0; at < s.len;) {
        size_t start = at;
        int32_t code = utf8_next(s, &at);
        if (code == UTF8_BAD)
            code = 0xFFFD;
        if (code == quote || code == '\\')
            strbuf_addc(out, '\\');
        if (is_printable(code))
            strbuf_add(out, str_slice(s, start, at));
        else
            put_escape(out, code);
    }
    strbuf_addc(out, quote);
}

/* Python writes an exponent when the decimal point lies left of 0.0001 or right of 16
 * digits; the shortest digits that read back decide nothing else. */
void literal_float(char buf[40], double value)
{
    if (isnan(value) || isinf(value)) {
        snprintf(buf, 40, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return;
    }
    char text[40];
    int digits = 1;
    /* most data need few digits, the rest need 15 or more */
    for (; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value)
            break;
    }
    int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (exponent >= -4 && exponent < 16) {
        int decimals = digits - 1 - exponent;
        snprintf(buf, 40, "%.*f", decimals < 1 ? 1 : decimals, value);
        return;
    }
    snprintf(buf, 40, "%s", text);
}

static void repr_sequence(StrBuf *out, const Value *v)
{
    bool tuple = v->type == VALUE_TUPLE;
    strbuf_addc(out, tuple ? '(' : '[');
    for (size_t i = 0; i < v->len && !out->failed; i++) {
        Value item = value_item(v, i);
        if (i)
            strbuf_adds(out, ", ");
        value_repr(out, &item);
    }
    strbuf_adds(out, !tuple ? "]" : v->len == 1 ? ",)" : ")");
}

static void repr_dict(StrBuf *out, const Value *v)
{
    strbuf_addc(out, '{');
    for (size_t i = 0; i < v->len && !out->failed; i++) {
        Value key = value_key(v, i), value = value_at(v, i);
        if (i)
            strbuf_adds(out, ", ");
        value_repr(out, &key);
        strbuf_adds(out, ": ");
        value_repr(out, &value);
    }
    strbuf_addc(out, '}');
}

static void put_int(StrBuf *out, int64_t value)
{
    char buf[24], *at = buf + sizeof buf;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        *--at = '-';
    strbuf_add(out, (Str){at, (size_t)(buf + sizeof buf - at)});
}

void value_repr(StrBuf *out, const Value *v)
{
    char number[40];
    switch (v->type) {
    case VALUE_UNDEFINED:
        strbuf_adds(out, "Undefined");
        return;
    case VALUE_NONE:
        strbuf_adds(out, "None");
        return;
    case VALUE_BOOL:
        strbuf_adds(out, v->boolean ? "True" : "False");
        return;
    case VALUE_INT:
        put_int(out, v->integer);
        return;
    case VALUE_BIG:
        strbuf_add(out, v->text);
        return;
    case VALUE_FLOAT:
        literal_float(number, v->number);
        strbuf_adds(out, number);
        return;
    case VALUE_STRING:
        repr_text(out, v->text);
        return;
    case VALUE_LIST:
    case VALUE_TUPLE:
        repr_sequence(out, v);
        return;
    case VALUE_DICT:
        repr_dict(out, v);
        return;
    }
}

void value_str(StrBuf *out, const Value *v)
{
    if (v->type == VALUE_STRING)
        strbuf_add(out, v->text);
    else
        value_repr(out, v);
}

Str value_to_text(Arena *arena, const Value *v)
{
    if (v->type == VALUE_STRING)
        return v->text;
    StrBuf out = strbuf_make(arena, SIZE_MAX / 4);
    value_repr(&out, v);
    return strbuf_str(&out);
}

void literal_repr(StrBuf *out, const Json *value)
{
    Value v = value_from_json(value);
    value_repr(out, &v);
}

void literal_str(StrBuf *out, const Json *value)
{
    Value v = value_from_json(value);
    value_str(out, &v);
}
