/* str.c - string views and bounded buffers. */
#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>

Str str_from(const char *text)
{
    return (Str){text, text ? strlen(text) : 0};
}

Str str_slice(Str s, size_t from, size_t to)
{
    if (to > s.len)
        to = s.len;
    if (from > to)
        from = to;
    return (Str){s.ptr ? s.ptr + from : NULL, to - from};
}

Str str_after(Str s, size_t from)
{
    return str_slice(s, from, s.len);
}

bool str_eq(Str a, Str b)
{
    return a.len == b.len && (!a.len || (a.ptr && b.ptr && memcmp(a.ptr, b.ptr, a.len) == 0));
}

bool str_eqc(Str a, const char *b)
{
    return str_eq(a, str_from(b));
}

bool str_eq_nocase(Str a, Str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (tolower((unsigned char)a.ptr[i]) != tolower((unsigned char)b.ptr[i]))
            return false;
    return true;
}

int str_cmp(Str a, Str b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
    if (order)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool str_starts(Str s, Str prefix)
{
    return s.len >= prefix.len && str_eq(str_slice(s, 0, prefix.len), prefix);
}

bool str_ends(Str s, Str suffix)
{
    return s.len >= suffix.len && str_eq(str_after(s, s.len - suffix.len), suffix);
}

ptrdiff_t str_find_from(Str s, Str what, size_t from)
{
    if (from > s.len || what.len > s.len - from)
        return -1;
    if (!what.len)
        return (ptrdiff_t)from;
    const char *hit = memmem(s.ptr + from, s.len - from, what.ptr, what.len);
    return hit ? hit - s.ptr : -1;
}

ptrdiff_t str_find(Str s, Str what)
{
    return str_find_from(s, what, 0);
}

ptrdiff_t str_rfind(Str s, Str what)
{
    if (what.len > s.len)
        return -1;
    for (size_t at = s.len - what.len + 1; at-- > 0;)
        if (!what.len || memcmp(s.ptr + at, what.ptr, what.len) == 0)
            return (ptrdiff_t)at;
    return -1;
}

ptrdiff_t str_find_char(Str s, char c)
{
    const char *hit = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return hit ? hit - s.ptr : -1;
}

ptrdiff_t str_rfind_char(Str s, char c)
{
    const char *hit = s.len ? memrchr(s.ptr, c, s.len) : NULL;
    return hit ? hit - s.ptr : -1;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Str str_trim(Str s)
{
    while (s.len && is_space(s.ptr[0]))
        s = str_after(s, 1);
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

Str str_split(Str *rest, char sep)
{
    ptrdiff_t at = str_find_char(*rest, sep);
    Str part = *rest;
    if (at < 0) {
        *rest = (Str){0};
        return part;
    }
    part.len = (size_t)at;
    *rest = str_after(*rest, (size_t)at + 1);
    return part;
}

Str str_copy(Arena *arena, Str s)
{
    return (Str){arena_copy(arena, s.ptr, s.len), s.len};
}

const char *str_z(Arena *arena, Str s)
{
    return arena_copy(arena, s.ptr, s.len);
}

Str str_printf(Arena *arena, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    size_t len = need < 0 ? 0 : (size_t)need;
    char *text = arena_alloc(arena, len + 1);
    vsnprintf(text, len + 1, fmt, again);
    va_end(again);
    return (Str){text, len};
}

Str str_lower_ascii(Arena *arena, Str s)
{
    char *copy = arena_copy(arena, s.ptr, s.len);
    for (size_t i = 0; i < s.len; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] + 32);
    return (Str){copy, s.len};
}

bool str_to_int(Str s, int64_t *out)
{
    char text[24];
    if (!s.len || s.len >= sizeof text || is_space(s.ptr[0]))
        return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = 0;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end != text + s.len)
        return false;
    *out = value;
    return true;
}

bool str_to_double(Str s, double *out)
{
    char text[512];
    if (!s.len || s.len >= sizeof text)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!isdigit((unsigned char)s.ptr[i]) && !strchr("+-.eE", s.ptr[i]))
            return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = 0;
    char *end;
    double value = strtod(text, &end);
    if (end != text + s.len || !isfinite(value))
        return false;
    *out = value;
    return true;
}

StrBuf strbuf_make(Arena *arena, size_t limit)
{
    return (StrBuf){.arena = arena, .limit = limit};
}

enum { FIRST_ROOM = 128 };

char *strbuf_reserve(StrBuf *b, size_t more)
{
    if (b->failed || more > b->limit || b->len > b->limit - more) {
        b->failed = true;
        return NULL;
    }
    size_t need = b->len + more + 1;
    if (need > b->cap) {
        size_t cap = b->cap ? b->cap * 2 : FIRST_ROOM;
        if (cap < need)
            cap = need;
        if (b->arena) {
            b->ptr = arena_extend(b->arena, b->ptr, b->cap, cap);
        } else {
            char *grown = realloc(b->ptr, cap);
            if (!grown)
                abort();
            b->ptr = grown;
        }
        b->cap = cap;
        b->ptr[b->len] = 0; /* also when nothing is added */
    }
    return b->ptr + b->len;
}

void strbuf_add(StrBuf *b, Str s)
{
    char *room = strbuf_reserve(b, s.len);
    if (!room)
        return;
    if (s.ptr && s.len)
        memcpy(room, s.ptr, s.len);
    b->len += s.len;
    b->ptr[b->len] = 0;
}

void strbuf_addc(StrBuf *b, char c)
{
    char *room = strbuf_reserve(b, 1);
    if (!room)
        return;
    room[0] = c;
    room[1] = 0;
    b->len++;
}

void strbuf_adds(StrBuf *b, const char *text)
{
    strbuf_add(b, str_from(text));
}

void strbuf_addv(StrBuf *b, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (need < 0)
        return;
    char *room = strbuf_reserve(b, (size_t)need);
    if (!room)
        return;
    vsnprintf(room, (size_t)need + 1, fmt, args);
    b->len += (size_t)need;
}

void strbuf_addf(StrBuf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    strbuf_addv(b, fmt, args);
    va_end(args);
}

void strbuf_clear(StrBuf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->ptr)
        b->ptr[0] = 0;
}

Str strbuf_str(const StrBuf *b)
{
    return (Str){b->ptr ? b->ptr : "", b->len};
}

Status strbuf_check(const StrBuf *b, const char *what, Err *err)
{
    if (!b->failed)
        return OK;
    return err_set(err, E_LIMIT, "%s is larger than the limit of %zu bytes", what, b->limit);
}

void strbuf_free(StrBuf *b)
{
    if (!b->arena)
        free(b->ptr);
    *b = (StrBuf){.limit = b->limit};
}

/* ---- both together ---- */

Str str_replace(Arena *arena, Str s, Str what, Str by)
{
    if (str_find(s, what) < 0)
        return s;
    StrBuf out = strbuf_make(arena, SIZE_MAX / 4);
    size_t at = 0;
    for (ptrdiff_t hit; (hit = str_find_from(s, what, at)) >= 0; at = (size_t)hit + what.len) {
        strbuf_add(&out, str_slice(s, at, (size_t)hit));
        strbuf_add(&out, by);
    }
    strbuf_add(&out, str_after(s, at));
    return strbuf_str(&out);
}
