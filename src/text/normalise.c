/* normalise.c - case, compatibility forms and punctuation, as Python's str methods do it. */
#include "text/normalise.h"

#include "base/utf8.h"

#include <utf8proc.h>

static bool is_ascii(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80)
            return false;
    return true;
}

/* Full upper-case forms of more than one character (Unicode SpecialCasing, unconditional);
 * the title form differs where given. */
static const struct {
    int32_t code;
    const char *upper, *title;
} special[] = {
    {0xDF, "SS", "Ss"},
    {0x149, "\xca\xbcN", "\xca\xbcN"},
    {0x1F0, "J\xcc\x8c", "J\xcc\x8c"},
    {0x390, "\xce\x99\xcc\x88\xcc\x81", "\xce\x99\xcc\x88\xcc\x81"},
    {0x3B0, "\xce\xa5\xcc\x88\xcc\x81", "\xce\xa5\xcc\x88\xcc\x81"},
    {0x587, "\xd4\xb5\xd5\x92", "\xd4\xb5\xd6\x82"},
    {0x1E96, "H\xcc\xb1", "H\xcc\xb1"},
    {0x1E97, "T\xcc\x88", "T\xcc\x88"},
    {0x1E98, "W\xcc\x8a", "W\xcc\x8a"},
    {0x1E99, "Y\xcc\x8a", "Y\xcc\x8a"},
    {0x1E9A, "A\xca\xbe", "A\xca\xbe"},
    {0xFB00, "FF", "Ff"},
    {0xFB01, "FI", "Fi"},
    {0xFB02, "FL", "Fl"},
    {0xFB03, "FFI", "Ffi"},
    {0xFB04, "FFL", "Ffl"},
    {0xFB05, "ST", "St"},
    {0xFB06, "ST", "St"},
};

static void put_upper(StrBuf *out, int32_t code, bool title)
{
    for (size_t i = 0; i < COUNT(special); i++)
        if (special[i].code == code) {
            strbuf_adds(out, title ? special[i].title : special[i].upper);
            return;
        }
    utf8_put(out, title ? utf8proc_totitle(code) : utf8proc_toupper(code));
}

static bool is_cased(int32_t code)
{
    utf8proc_category_t c = utf8proc_category(code);
    return c == UTF8PROC_CATEGORY_LU || c == UTF8PROC_CATEGORY_LL || c == UTF8PROC_CATEGORY_LT;
}

/* Marks, apostrophes and modifiers, which a final sigma looks past. */
static bool is_case_ignorable(int32_t code)
{
    utf8proc_category_t c = utf8proc_category(code);
    return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_ME || c == UTF8PROC_CATEGORY_CF ||
           c == UTF8PROC_CATEGORY_LM || c == UTF8PROC_CATEGORY_SK || code == '\'' || code == '.' ||
           code == ':' || code == 0xB7 || code == 0x2019;
}

/* A sigma is final when a cased letter stands before it and none after. */
static bool sigma_is_final(Str s, size_t after, bool cased_before)
{
    while (cased_before && after < s.len) {
        int32_t code = utf8_next(s, &after);
        if (!is_case_ignorable(code))
            return !is_cased(code);
    }
    return cased_before;
}

static void put_lower(StrBuf *out, Str s, size_t from)
{
    bool cased = false;
    for (size_t at = 0; at < s.len;) {
        int32_t code = utf8_next(s, &at);
        if (at > from) {
            if (code == 0x3A3)
                utf8_put(out, sigma_is_final(s, at, cased) ? 0x3C2 : 0x3C3);
            else if (code == 0x130)
                strbuf_adds(out, "i\xcc\x87");
            else
                utf8_put(out, code < 0 ? 0xFFFD : utf8proc_tolower(code));
        }
        if (code < 0 || !is_case_ignorable(code))
            cased = code >= 0 && is_cased(code);
    }
}

static StrBuf make(Arena *arena)
{
    return strbuf_make(arena, SIZE_MAX / 4);
}

Str text_lower(Arena *arena, Str s)
{
    if (is_ascii(s))
        return str_lower_ascii(arena, s);
    StrBuf out = make(arena);
    put_lower(&out, s, 0);
    return strbuf_str(&out);
}

Str text_upper(Arena *arena, Str s)
{
    StrBuf out = make(arena);
    for (size_t at = 0; at < s.len;) {
        unsigned char c = (unsigned char)s.ptr[at];
        if (c < 0x80) {
            strbuf_addc(&out, (char)(c >= 'a' && c <= 'z' ? c - 32 : c));
            at++;
            continue;
        }
        int32_t code = utf8_next(s, &at);
        put_upper(&out, code < 0 ? 0xFFFD : code, false);
    }
    return strbuf_str(&out);
}

Str text_capitalize(Arena *arena, Str s)
{
    StrBuf out = make(arena);
    size_t at = 0;
    if (s.len) {
        int32_t code = utf8_next(s, &at);
        put_upper(&out, code < 0 ? 0xFFFD : code, true);
    }
    put_lower(&out, s, at);
    return strbuf_str(&out);
}

static int combining_class(int32_t code)
{
    return (int)utf8proc_get_property(code)->combining_class;
}

/* Puts a run of marks in order of their classes, those of one class as they stood. By counting:
 * a run may be as long as the text, and exchanging neighbours would take the square of it. */
static void order_marks(Arena *arena, int32_t *codes, size_t n)
{
    enum { CLASSES = 256 };
    size_t starts[CLASSES + 1] = {0};
    bool sorted = true;
    for (size_t i = 1; i < n && sorted; i++)
        sorted = combining_class(codes[i - 1]) <= combining_class(codes[i]);
    if (sorted)
        return;
    int32_t *held = arena_array(arena, n, sizeof *held);
    memcpy(held, codes, n * sizeof *held);
    for (size_t i = 0; i < n; i++)
        starts[combining_class(held[i]) + 1]++;
    for (size_t c = 0; c < CLASSES; c++)
        starts[c + 1] += starts[c];
    for (size_t i = 0; i < n; i++)
        codes[starts[combining_class(held[i])]++] = held[i];
}

/* utf8proc_decompose orders marks by exchanging neighbours, so it only says how many there are. */
static size_t decompose(Arena *arena, Str s, utf8proc_option_t options, int32_t *codes, size_t room)
{
    size_t n = 0;
    for (size_t at = 0; at < s.len && n < room;) {
        utf8proc_ssize_t more = utf8proc_decompose_char(
            utf8_next(s, &at), codes + n, (utf8proc_ssize_t)(room - n), options, NULL);
        n += more > 0 ? (size_t)more : 0;
    }
    for (size_t from = 0, to; from < n; from = to + (to == from)) {
        for (to = from; to < n && combining_class(codes[to]); to++) {
        }
        if (to > from + 1)
            order_marks(arena, codes + from, to - from);
    }
    return n;
}

Str text_nfkc(Arena *arena, Str s)
{
    if (is_ascii(s))
        return s;
    StrBuf out = make(arena);
    utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
    utf8proc_ssize_t room = utf8proc_decompose((const utf8proc_uint8_t *)s.ptr,
                                               (utf8proc_ssize_t)s.len, NULL, 0, options);
    if (room < 0 || utf8_check(s) < s.len)
        return s; /* not UTF-8: left alone */
    SCOPED_ARENA(scratch);
    int32_t *codes = arena_array(&scratch, (size_t)room + 1, sizeof *codes);
    size_t n = decompose(&scratch, s, options, codes, (size_t)room);
    room = utf8proc_normalize_utf32(codes, (utf8proc_ssize_t)n, options);
    for (utf8proc_ssize_t i = 0; i < room; i++)
        utf8_put(&out, codes[i]);
    return strbuf_str(&out);
}

static bool is_ascii_punctuation(int32_t code)
{
    return code > ' ' && code < 0x7f && strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", (int)code);
}

static bool is_punctuation(int32_t code)
{
    utf8proc_category_t c = utf8proc_category(code);
    return c >= UTF8PROC_CATEGORY_PC && c <= UTF8PROC_CATEGORY_PO;
}

static bool is_digit(int32_t code)
{
    return code >= '0' && code <= '9';
}

static Str drop(Arena *arena, Str s, bool (*unwanted)(int32_t code))
{
    StrBuf out = make(arena);
    for (size_t at = 0; at < s.len;) {
        size_t start = at;
        if (!unwanted(utf8_next(s, &at)))
            strbuf_add(&out, str_slice(s, start, at));
    }
    return strbuf_str(&out);
}

Str text_drop_ascii_punctuation(Arena *arena, Str s)
{
    return drop(arena, s, is_ascii_punctuation);
}

Str text_drop_punctuation(Arena *arena, Str s)
{
    return drop(arena, s, is_punctuation);
}

Str text_drop_digits(Arena *arena, Str s)
{
    return drop(arena, s, is_digit);
}

/* Blocks of decimal digits come in runs of ten, in order. */
static int32_t digit_value(int32_t code)
{
    int32_t start = code;
    while (utf8proc_category(start - 1) == UTF8PROC_CATEGORY_ND)
        start--;
    return (code - start) % 10;
}

Str text_ascii_digits(Arena *arena, Str s)
{
    StrBuf out = strbuf_make(arena, s.len + 1);
    for (size_t at = 0; at < s.len;) {
        size_t begin = at;
        int32_t code = utf8_next(s, &at);
        if (code > 0x7f && utf8proc_category(code) == UTF8PROC_CATEGORY_ND)
            strbuf_addc(&out, (char)('0' + digit_value(code)));
        else
            strbuf_add(&out, str_slice(s, begin, at));
    }
    return strbuf_str(&out);
}
