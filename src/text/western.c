/* western.c - the tokeniser of mteval-v13a and Tercom: where spaces go in western text.
 *
 * The rules are passes over the text, each a regular expression in the originals; here a pass is
 * a loop that finds the same places. They look at ASCII alone, so they go byte by byte. */
#include "text/western.h"

/* Text being written: a pass makes at most three characters of one. */
typedef struct Out {
    char *start, *at;
} Out;

static Out out_make(Arena *arena, size_t length)
{
    char *start = arena_alloc(arena, 3 * length + 3);
    return (Out){start, start};
}

static Str out_str(const Out *out)
{
    return (Str){out->start, (size_t)(out->at - out->start)};
}

static void put_apart(Out *out, char c)
{
    *out->at++ = ' ';
    *out->at++ = c;
    *out->at++ = ' ';
}

/* ASCII punctuation but ' , - . */
static bool stands_apart(unsigned char c)
{
    static const uint64_t marks[] = {
        0xfc008f7e00000000ULL, 0x78000001f8000001ULL}; /* !"#$%&()*+/:;<=>? and @[\\]^_`{|}~ */
    return c < 0x80 && marks[c >> 6] >> (c & 63) & 1;
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
    Out out = out_make(arena, s.len);
    for (size_t i = 0; i < s.len; i++) {
        if (stands_apart((unsigned char)s.ptr[i]))
            put_apart(&out, s.ptr[i]);
        else
            *out.at++ = s.ptr[i];
    }
    return out_str(&out);
}

/* ([^0-9])([.,]) -> \1 \2 */
static Str points_after_others(Arena *arena, Str s)
{
    Out out = out_make(arena, s.len);
    for (size_t i = 0; i < s.len; i++) {
        *out.at++ = s.ptr[i];
        if (i + 1 < s.len && is_point((unsigned char)s.ptr[i + 1]) &&
            !is_digit((unsigned char)s.ptr[i]))
            put_apart(&out, s.ptr[++i]);
    }
    return out_str(&out);
}

/* ([.,])([^0-9]) -> \1 \2 */
static Str points_before_others(Arena *arena, Str s)
{
    Out out = out_make(arena, s.len);
    for (size_t i = 0; i < s.len; i++) {
        if (is_point((unsigned char)s.ptr[i]) && i + 1 < s.len &&
            !is_digit((unsigned char)s.ptr[i + 1]))
            put_apart(&out, s.ptr[i++]);
        *out.at++ = s.ptr[i];
    }
    return out_str(&out);
}

/* ([0-9])(-) -> \1 \2 */
static Str dashes_after_digits(Arena *arena, Str s)
{
    Out out = out_make(arena, s.len);
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '-' && i && is_digit((unsigned char)s.ptr[i - 1]))
            put_apart(&out, '-');
        else
            *out.at++ = s.ptr[i];
    }
    return out_str(&out);
}

static bool has_any(Str s, const char *marks)
{
    for (; *marks; marks++)
        if (str_find_char(s, *marks) >= 0)
            return true;
    return false;
}

Str western_unescape(Arena *arena, Str s)
{
    if (str_find_char(s, '&') < 0)
        return s;
    s = str_replace(arena, s, STR("&quot;"), STR("\""));
    s = str_replace(arena, s, STR("&amp;"), STR("&"));
    s = str_replace(arena, s, STR("&lt;"), STR("<"));
    return str_replace(arena, s, STR("&gt;"), STR(">"));
}

Str western_join(Arena *arena, Str s, Str hyphenation)
{
    if (str_find_char(s, '\n') < 0)
        return s;
    return str_replace(arena, str_replace(arena, s, hyphenation, (Str){0}), STR("\n"), STR(" "));
}

Str western_apart(Arena *arena, Str s, bool possessives)
{
    s = symbols_apart(arena, s);
    if (possessives)
        s = str_replace(arena, s, STR("'s "), STR(" 's "));
    if (has_any(s, ".,")) {
        s = points_after_others(arena, s);
        s = points_before_others(arena, s);
    }
    return has_any(s, "-") ? dashes_after_digits(arena, s) : s;
}

Str western_skip(Arena *arena, Str s)
{
    if (str_find_char(s, '<') < 0)
        return s;
    return str_replace(arena, s, STR("<skipped>"), (Str){0});
}

Str western_padded(Arena *arena, Str s)
{
    Out out = out_make(arena, s.len);
    *out.at++ = ' ';
    if (s.len)
        memcpy(out.at, s.ptr, s.len);
    out.at += s.len;
    *out.at++ = ' ';
    return out_str(&out);
}
