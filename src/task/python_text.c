/* python_text.c - texts in quotes of the Python language: where they end, what they say. */
#include "task/python_text.h"

#include "base/utf8.h"

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

size_t python_prefix(Str s)
{
    for (size_t i = 0; i < 3 && i < s.len; i++) {
        if (s.ptr[i] == '"' || s.ptr[i] == '\'')
            return i;
        if (!s.ptr[i] || !strchr("rRbBuUfF", s.ptr[i]))
            break;
    }
    return NO_PREFIX;
}

static bool has_letter(Str prefix, char lower)
{
    for (size_t i = 0; i < prefix.len; i++)
        if ((prefix.ptr[i] | 32) == lower)
            return true;
    return false;
}

/* A character by its number in `digits` digits of base 16; false when they are none. */
static bool add_numbered(StrBuf *out, Str digits, size_t n)
{
    uint32_t code = 0;
    if (digits.len < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        const char *hex = "0123456789abcdef";
        char c = digits.ptr[i];
        const char *at = c ? strchr(hex, c >= 'A' && c <= 'F' ? c | 32 : c) : NULL;
        if (!at)
            return false;
        code = code * 16 + (uint32_t)(at - hex);
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return false;
    utf8_put(out, (int32_t)code);
    return true;
}

/* What a backslash means; returns the bytes it takes, the backslash included. */
static size_t add_escape(StrBuf *out, Str s)
{
    static const char plain[] = "n\nt\tr\ra\ab\bf\fv\v\\\\'\'\"\"";
    char c = (char)(s.len > 1 ? s.ptr[1] : 0);
    size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (c == '\n')
        return 2; /* the line goes on */
    if (digits && add_numbered(out, str_after(s, 2), digits))
        return 2 + digits;
    for (size_t i = 0; c && i + 1 < sizeof plain; i += 2)
        if (plain[i] == c) {
            strbuf_addc(out, plain[i + 1]);
            return 2;
        }
    strbuf_addc(out, '\\');
    return 1;
}

static Str undo_escapes(Arena *arena, Str s)
{
    StrBuf out = strbuf_make(arena, s.len + 16);
    for (size_t at = 0; at < s.len;) {
        if (s.ptr[at] == '\\') {
            at += add_escape(&out, str_after(s, at));
        } else {
            strbuf_addc(&out, s.ptr[at]);
            at++;
        }
    }
    return strbuf_str(&out);
}

/* Words between braces: an f-string names them. */
static void find_words(Arena *arena, Str s, PythonTexts *out)
{
    int depth = 0;
    for (size_t at = 0; at < s.len;) {
        depth += (s.ptr[at] == '{') - (s.ptr[at] == '}' && depth > 0);
        size_t end = at;
        while (end < s.len && is_word(s.ptr[end]))
            end++;
        if (end > at && depth && !(s.ptr[at] >= '0' && s.ptr[at] <= '9'))
            vec_push(arena, out, str_slice(s, at, end));
        at = end > at ? end : at + 1;
    }
}

PythonLiteral python_literal(Arena *arena, Str s, size_t prefix)
{
    char quote = s.ptr[prefix];
    bool three = s.len >= prefix + 3 && s.ptr[prefix + 1] == quote && s.ptr[prefix + 2] == quote;
    size_t width = three ? 3 : 1, start = prefix + width, at = start;
    Str end = str_slice(s, prefix, prefix + width);
    while (at < s.len && !str_starts(str_after(s, at), end) && (three || s.ptr[at] != '\n'))
        at += s.ptr[at] == '\\' && at + 1 < s.len ? 2 : 1;
    Str body = str_slice(s, start, at), letters = str_slice(s, 0, prefix);
    PythonLiteral literal = {.len = at};
    if (str_starts(str_after(s, at), end))
        literal.len += width;
    literal.value = has_letter(letters, 'r') ? body : undo_escapes(arena, body);
    if (has_letter(letters, 'f'))
        find_words(arena, body, &literal.names);
    return literal;
}
