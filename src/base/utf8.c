/* utf8.c - strict UTF-8. */
#include "base/utf8.h"

int32_t utf8_next(Str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.ptr + *at;
    size_t left = s.len - *at;
    unsigned char c = p[0];
    *at += 1;
    if (c < 0x80)
        return c;
    size_t more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
    if (c < 0xC2 || c > 0xF4 || left <= more)
        return UTF8_BAD;
    int32_t code = c & (0x3F >> more);
    for (size_t i = 1; i <= more; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return UTF8_BAD;
        code = code << 6 | (p[i] & 0x3F);
    }
    static const int32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    if (code < smallest[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return UTF8_BAD;
    *at += more;
    return code;
}

size_t utf8_check(Str s)
{
    size_t at = 0;
    while (at < s.len) {
        uint64_t eight;
        if (s.len - at >= 8) {
            memcpy(&eight, s.ptr + at, 8);
            if (!(eight & 0x8080808080808080ULL)) {
                at += 8;
                continue;
            }
        }
        size_t start = at;
        if (utf8_next(s, &at) == UTF8_BAD)
            return start;
    }
    return s.len;
}

size_t utf8_count(Str s)
{
    size_t at = 0, count = 0;
    for (; at < s.len; count++)
        utf8_next(s, &at);
    return count;
}

size_t utf8_offset(Str s, size_t index)
{
    size_t at = 0;
    while (index-- && at < s.len)
        utf8_next(s, &at);
    return at;
}

Str utf8_cut(Str s, size_t limit)
{
    if (s.len <= limit)
        return s;
    while (limit > 0 && ((unsigned char)s.ptr[limit] & 0xC0) == 0x80)
        limit--;
    return str_slice(s, 0, limit);
}

void utf8_put(StrBuf *out, int32_t code)
{
    char b[4];
    size_t n;
    if (code < 0x80) {
        b[0] = (char)code;
        n = 1;
    } else if (code < 0x800) {
        b[0] = (char)(0xC0 | code >> 6);
        b[1] = (char)(0x80 | (code & 0x3F));
        n = 2;
    } else if (code < 0x10000) {
        b[0] = (char)(0xE0 | code >> 12);
        b[1] = (char)(0x80 | (code >> 6 & 0x3F));
        b[2] = (char)(0x80 | (code & 0x3F));
        n = 3;
    } else {
        b[0] = (char)(0xF0 | code >> 18);
        b[1] = (char)(0x80 | (code >> 12 & 0x3F));
        b[2] = (char)(0x80 | (code >> 6 & 0x3F));
        b[3] = (char)(0x80 | (code & 0x3F));
        n = 4;
    }
    strbuf_add(out, (Str){b, n});
}

Str utf8_clean(Arena *arena, Str s)
{
    if (utf8_check(s) == s.len)
        return s;
    StrBuf out = strbuf_make(arena, s.len * 3);
    for (size_t at = 0; at < s.len;) {
        int32_t code = utf8_next(s, &at);
        utf8_put(&out, code == UTF8_BAD ? 0xFFFD : code);
    }
    return strbuf_str(&out);
}

bool utf8_is_space(int32_t code)
{
    if (code <= 0x20)
        return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20);
    return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
           code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

Str utf8_lstrip(Str s)
{
    size_t at = 0;
    while (at < s.len) {
        size_t start = at;
        if (!utf8_is_space(utf8_next(s, &at)))
            return str_after(s, start);
    }
    return str_after(s, s.len);
}

Str utf8_rstrip(Str s)
{
    while (s.len) {
        size_t start = s.len - 1;
        while (start > 0 && s.len - start < 4 && ((unsigned char)s.ptr[start] & 0xC0) == 0x80)
            start--;
        size_t at = start;
        if (!utf8_is_space(utf8_next(s, &at)) || at != s.len)
            break;
        s.len = start;
    }
    return s;
}

Str utf8_strip(Str s)
{
    return utf8_lstrip(utf8_rstrip(s));
}
