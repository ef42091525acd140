/* literal_eval.c - ast.literal_eval: Python literals as Json values. */
#include "template/literal.h"

#include "base/limits.h"
#include "base/utf8.h"

#include <math.h>

typedef struct Reader {
    Arena *arena;
    Str text;
    size_t at;
    int depth;
    Err *err;
} Reader;

static Status value(Reader *r, Json *out);

static Status bad(const Reader *r, const char *why)
{
    return err_set(r->err, E_PARSE, "not a Python literal: %s at character %zu", why,
                   utf8_count(str_slice(r->text, 0, r->at)) + 1);
}

static char peek(const Reader *r)
{
    return (char)(r->at < r->text.len ? r->text.ptr[r->at] : '\0');
}

/* Inside brackets line breaks are white space too; outside, literal_eval strips
 * leading blanks and the end of the text needs no care. */
static void skip_space(Reader *r)
{
    while (r->at < r->text.len && strchr(" \t\f\r\n", r->text.ptr[r->at]) && peek(r))
        r->at++;
}

static bool accept(Reader *r, char c)
{
    skip_space(r);
    if (peek(r) != c || r->at >= r->text.len)
        return false;
    r->at++;
    return true;
}

static bool accept_word(Reader *r, Str word)
{
    Str rest = str_after(r->text, r->at);
    if (!str_starts(rest, word))
        return false;
    unsigned char next = rest.len > word.len ? (unsigned char)rest.ptr[word.len] : ' ';
    if (next >= 0x80 || next == '_' || (next >= '0' && next <= '9') ||
        ((next | 32) >= 'a' && (next | 32) <= 'z'))
        return false;
    r->at += word.len;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static Status hex_escape(Reader *r, size_t digits, StrBuf *out)
{
    int64_t code = 0;
    for (size_t i = 0; i < digits; i++, r->at++) {
        int digit = r->at < r->text.len ? hex_digit(r->text.ptr[r->at]) : -1;
        if (digit < 0)
            return bad(r, "incomplete escape");
        code = code << 4 | digit;
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return bad(r, "escape outside Unicode");
    utf8_put(out, (int32_t)code);
    return OK;
}

/* After a backslash. Unknown escapes stand for themselves, as in Python. */
static Status escape(Reader *r, StrBuf *out)
{
    static const char letters[] = "\\'\"abfnrtv", meaning[] = "\\'\"\a\b\f\n\r\t\v";
    char c = peek(r);
    r->at++;
    const char *known = c ? strchr(letters, c) : NULL;
    if (known) {
        strbuf_addc(out, meaning[known - letters]);
        return OK;
    }
    if (c == '\n')
        return OK;
    if (c == 'x' || c == 'u' || c == 'U')
        return hex_escape(r, c == 'x' ? 2 : c == 'u' ? 4 : 8, out);
    if (c == 'N')
        return bad(r, "named characters are not supported");
    if (c < '0' || c > '7') {
        strbuf_addc(out, '\\');
        r->at--;
        return OK;
    }
    int32_t code = c - '0';
    for (int i = 0; i < 2 && peek(r) >= '0' && peek(r) <= '7'; i++)
        code = code * 8 + (r->text.ptr[r->at++] - '0');
    utf8_put(out, code);
    return OK;
}

/* One quoted string, with its prefix r or u already read. */
static Status quoted(Reader *r, bool raw, StrBuf *out)
{
    char quote = peek(r), triple[] = {quote, quote, quote};
    Str end = {triple, 1};
    if (str_starts(str_after(r->text, r->at), (Str){triple, 3}))
        end.len = 3;
    r->at += end.len;
    while (!str_starts(str_after(r->text, r->at), end)) {
        if (r->at >= r->text.len)
            return bad(r, "unclosed string");
        char c = r->text.ptr[r->at];
        if (c == '\0')
            return bad(r, "NUL byte");
        if (c == '\n' && end.len == 1)
            return bad(r, "line break in a string");
        r->at++;
        if (c == '\\' && r->at >= r->text.len)
            return bad(r, "unclosed string");
        if (c == '\\' && !raw) {
            TRY(escape(r, out));
            continue;
        }
        strbuf_addc(out, c);
        if (c == '\\')
            strbuf_addc(out, r->text.ptr[r->at++]);
    }
    r->at += end.len;
    return OK;
}

static bool at_string(const Reader *r, size_t *prefix, bool *raw)
{
    size_t i = r->at;
    char c = (char)(peek(r) | 32);
    *raw = c == 'r';
    if (c == 'r' || c == 'u')
        i++;
    *prefix = i - r->at;
    return i < r->text.len && (r->text.ptr[i] == '\'' || r->text.ptr[i] == '"');
}

static Status strings(Reader *r, Json *out)
{
    StrBuf text = strbuf_make(r->arena, LIMIT_RECORD);
    size_t prefix;
    bool raw;
    while (at_string(r, &prefix, &raw)) {
        r->at += prefix;
        TRY(quoted(r, raw, &text));
        skip_space(r);
    }
    TRY(strbuf_check(&text, "literal string", r->err));
    *out = json_str(strbuf_str(&text));
    return OK;
}

/* Digits with single underscores between them, copied into `out`. */
static Status digits(Reader *r, StrBuf *out)
{
    size_t start = r->at;
    for (;; r->at++) {
        char c = peek(r);
        bool digit = c >= '0' && c <= '9';
        bool joint = c == '_' && r->at > start && r->text.ptr[r->at - 1] != '_';
        if (digit)
            strbuf_addc(out, c);
        else if (!joint)
            break;
    }
    if (r->at > start && r->text.ptr[r->at - 1] == '_')
        return bad(r, "misplaced underscore");
    return OK;
}

/* The text so far as a Json number: no leading zeros, floats as Python's repr. */
static Status finish_number(Reader *r, Str text, bool is_float, Json *out)
{
    size_t sign = text.len && text.ptr[0] == '-', zeros = sign;
    while (zeros < text.len && text.ptr[zeros] == '0')
        zeros++;
    if (is_float) {
        char buf[40];
        literal_float(buf, strtod(str_z(r->arena, text), NULL));
        if (!strpbrk(buf, "0123456789"))
            return bad(r, "number too large");
        *out = (Json){.type = JSON_NUMBER, .text = str_copy(r->arena, str_from(buf))};
        return OK;
    }
    if (zeros > sign && zeros < text.len)
        return bad(r, "leading zeros");
    if (text.len > 4300)
        return bad(r, "number too long");
    *out = (Json){.type = JSON_NUMBER, .text = zeros == text.len ? STR("0") : text};
    return OK;
}

static Status number(Reader *r, Json *out)
{
    StrBuf text = strbuf_make(r->arena, LIMIT_RECORD);
    bool is_float = false, negative = false;
    for (; peek(r) == '-' || peek(r) == '+'; skip_space(r))
        negative ^= r->text.ptr[r->at++] == '-';
    strbuf_adds(&text, negative ? "-" : "");
    size_t start = r->at;
    TRY(digits(r, &text));
    bool any = r->at > start;
    if (peek(r) == '.') {
        is_float = true;
        strbuf_addc(&text, r->text.ptr[r->at++]);
        start = r->at;
        TRY(digits(r, &text));
        any = any || r->at > start;
    }
    if (!any)
        return bad(r, "unexpected character");
    if ((peek(r) | 32) == 'e') {
        is_float = true;
        strbuf_addc(&text, r->text.ptr[r->at++]);
        if (peek(r) == '-' || peek(r) == '+')
            strbuf_addc(&text, r->text.ptr[r->at++]);
        start = r->at;
        TRY(digits(r, &text));
        if (r->at == start)
            return bad(r, "exponent without digits");
    }
    unsigned char next = (unsigned char)peek(r);
    if ((next | 32) >= 'a' && (next | 32) <= 'z')
        return bad(r, "unexpected letter after a number");
    TRY(strbuf_check(&text, "literal number", r->err));
    return finish_number(r, strbuf_str(&text), is_float, out);
}

/* After "[" or "(". "(x)" is x itself, "(x,)" and "()" are tuples. */
static Status sequence(Reader *r, char close, Json *out)
{
    Json list = {.type = JSON_ARRAY};
    bool comma = false;
    while (!accept(r, close)) {
        if (list.len && !comma)
            return bad(r, "expected a comma");
        Json item = {0};
        TRY(value(r, &item));
        json_append(r->arena, &list, item);
        comma = accept(r, ',');
    }
    *out = close == ')' && list.len == 1 && !comma ? list.items[0] : list;
    return OK;
}

static Status dict(Reader *r, Json *out)
{
    Json object = {.type = JSON_OBJECT};
    bool comma = true;
    while (!accept(r, '}')) {
        if (!comma)
            return bad(r, "expected a comma");
        Json key = {0}, item = {0};
        TRY(value(r, &key));
        if (key.type == JSON_ARRAY || key.type == JSON_OBJECT)
            return bad(r, "a key must be a scalar");
        if (!accept(r, ':'))
            return bad(r, "expected a colon");
        TRY(value(r, &item));
        StrBuf name = strbuf_make(r->arena, LIMIT_RECORD);
        literal_str(&name, &key);
        json_set(r->arena, &object, strbuf_str(&name), item);
        comma = accept(r, ',');
    }
    *out = object;
    return OK;
}

static Status scalar(Reader *r, Json *out)
{
    static const struct {
        Str word;
        Json value;
    } words[] = {
        {{"None", 4}, {.type = JSON_NULL}},
        {{"True", 4}, {.type = JSON_BOOL, .boolean = true}},
        {{"False", 5}, {.type = JSON_BOOL}},
    };
    size_t prefix;
    bool raw;
    if (at_string(r, &prefix, &raw))
        return strings(r, out);
    for (size_t i = 0; i < COUNT(words); i++)
        if (accept_word(r, words[i].word)) {
            *out = words[i].value;
            return OK;
        }
    return number(r, out);
}

static Status value(Reader *r, Json *out)
{
    if (r->depth >= LIMIT_TEMPLATE_DEPTH)
        return err_set(r->err, E_LIMIT, "literal is nested more than %d deep",
                       LIMIT_TEMPLATE_DEPTH);
    skip_space(r);
    r->depth++;
    Status status;
    if (accept(r, '['))
        status = sequence(r, ']', out);
    else if (accept(r, '('))
        status = sequence(r, ')', out);
    else if (accept(r, '{'))
        status = dict(r, out);
    else
        status = scalar(r, out);
    r->depth--;
    return status;
}

Status literal_eval(Arena *arena, Str text, Json *out, Err *err)
{
    Reader r = {.arena = arena, .text = text, .err = err};
    if (utf8_check(text) < text.len)
        return bad(&r, "bytes that are not UTF-8");
    Json result = {0};
    TRY(value(&r, &result));
    if (accept(&r, ',')) { /* a tuple without brackets */
        Json list = {.type = JSON_ARRAY};
        json_append(arena, &list, result);
        while (skip_space(&r), r.at < text.len) {
            Json item = {0};
            TRY(value(&r, &item));
            json_append(arena, &list, item);
            if (!accept(&r, ','))
                break;
        }
        result = list;
    }
    skip_space(&r);
    if (r.at < text.len)
        return bad(&r, "unexpected text after the value");
    *out = result;
    return OK;
}
