/* western.c - the tokeniser of mteval-v13a and Tercom: where spaces go in western text.
 *
 * The rules are passes over the text, each a regular expression in the originals; here a pass is
 * a loop that finds the same places. They look at ASCII alone, so they go byte by byte. */
#include "text/western.h"

static StrBuf make(Arena *arena)
{
    return strbuf_make(arena, SIZE_MAX / 4);
}

static void put_apart(StrBuf *out, Str s)
{
    strbuf_addc(out, ' ');
    strbuf_add(out, s);
    strbuf_addc(out, ' ');
}

/* ASCII punctuation but ' , - . */
static bool stands_apart(unsigned char c)
{
    return (c >= ' ' && c <= '&') || (c >= '(' && c <= '+') || c == '/' || (c >= ':' && c <= '@') ||
           (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool is_point(unsigned char c)
{
    return c == '.' || c == ',';
}

static Str symbols_apart(Arena *arena, Str s)
{
    StrBuf out = make(arena);
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == ' ')
            strbuf_addc(&out, ' ');
        else if (stands_apart((unsigned char)s.ptr[i]))
            put_apart(&out, str_slice(s, i, i + 1));
        else
            strbuf_addc(&out, s.ptr[i]);
    }
    return strbuf_str(&out);
}

/* ([^0-9])([.,]) -> \1 \2 */
static Str points_after_others(Arena *arena, Str s)
{
    StrBuf out = make(arena);
    for (size_t i = 0; i < s.len; i++) {
        strbuf_addc(&out, s.ptr[i]);
        if (!is_digit((unsigned char)s.ptr[i]) && i + 1 < s.len &&
            is_point((unsigned char)s.ptr[i + 1]))
            put_apart(&out, str_slice(s, i + 1, i + 2)), i++;
    }
    return strbuf_str(&out);
}

/* ([.,])([^0-9]) -> \1 \2 */
static Str points_before_others(Arena *arena, Str s)
{
    StrBuf out = make(arena);
    for (size_t i = 0; i < s.len; i++) {
        if (is_point((unsigned char)s.ptr[i]) && i + 1 < s.len &&
            !is_digit((unsigned char)s.ptr[i + 1])) {
            put_apart(&out, str_slice(s, i, i + 1));
            i++;
        }
        strbuf_addc(&out, s.ptr[i]);
    }
    return strbuf_str(&out);
}

/* ([0-9])(-) -> \1 \2 */
static Str dashes_after_digits(Arena *arena, Str s)
{
    StrBuf out = make(arena);
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '-' && i && is_digit((unsigned char)s.ptr[i - 1]))
            put_apart(&out, STR("-"));
        else
            strbuf_addc(&out, s.ptr[i]);
    }
    return strbuf_str(&out);
}

static Str replace_all(Arena *arena, Str s, Str what, Str by)
{
    if (str_find(s, what) < 0)
        return s;
    StrBuf out = make(arena);
    size_t at = 0;
    for (ptrdiff_t hit; (hit = str_find_from(s, what, at)) >= 0; at = (size_t)hit + what.len) {
        strbuf_add(&out, str_slice(s, at, (size_t)hit));
        strbuf_add(&out, by);
    }
    strbuf_add(&out, str_after(s, at));
    return strbuf_str(&out);
}

Str western_unescape(Arena *arena, Str s)
{
    if (str_find_char(s, '&') < 0)
        return s;
    s = replace_all(arena, s, STR("&quot;"), STR("\""));
    s = replace_all(arena, s, STR("&amp;"), STR("&"));
    s = replace_all(arena, s, STR("&lt;"), STR("<"));
    return replace_all(arena, s, STR("&gt;"), STR(">"));
}

Str western_join(Arena *arena, Str s, Str hyphenation)
{
    if (str_find_char(s, '\n') < 0)
        return s;
    return replace_all(arena, replace_all(arena, s, hyphenation, (Str){0}), STR("\n"), STR(" "));
}

Str western_apart(Arena *arena, Str s, bool possessives)
{
    s = symbols_apart(arena, s);
    if (possessives)
        s = replace_all(arena, s, STR("'s "), STR(" 's "));
    s = points_after_others(arena, s);
    s = points_before_others(arena, s);
    return dashes_after_digits(arena, s);
}

Str western_skip(Arena *arena, Str s)
{
    return replace_all(arena, s, STR("<skipped>"), (Str){0});
}

Str western_padded(Arena *arena, Str s)
{
    StrBuf out = make(arena);
    put_apart(&out, s);
    return strbuf_str(&out);
}
