/* encoding.c - detection by counting, conversion by iconv. */
#include "pack/encoding.h"

#include "base/utf8.h"

#include <errno.h>
#include <iconv.h>

enum { PIECE = 1 << 17, LONGEST = 4 /* bytes of a character in any encoding detected here */ };

/* ---- a file in pieces that overlap by what one character may need ---- */

typedef struct Counts {
    uint64_t good, bad;           /* characters beyond ASCII as UTF-8; bytes that are not */
    uint64_t common, rare, wrong; /* the same as GB18030 */
} Counts;

/* Counts the characters that start in s[0 .. end). Returns where the next one starts. */
typedef size_t (*Counter)(Counts *counts, Str s, size_t end);

static Status count(FileRange file, Counter counter, Counts *out, Err *err)
{
    char room[PIECE];
    size_t held = 0;
    for (bool last = false; !last;) {
        size_t len;
        TRY(range_read(&file, room + held, sizeof room - held, &len, err));
        last = !len;
        held += len;
        size_t end = last || held < LONGEST ? held : held - LONGEST;
        if (!last && held < LONGEST)
            continue;
        size_t at = counter(out, (Str){room, held}, end);
        at = at < held ? at : held;
        memmove(room, room + at, held - at);
        held -= at;
    }
    return OK;
}

static size_t count_utf8(Counts *c, Str s, size_t end)
{
    size_t at = 0;
    while (at < end) {
        uint64_t eight;
        if (s.len - at >= 8 && (memcpy(&eight, s.ptr + at, 8), true) &&
            !(eight & 0x8080808080808080ULL)) {
            at += 8;
            continue;
        }
        int32_t code = utf8_next(s, &at);
        c->bad += code == UTF8_BAD;
        c->good += code >= 0x80;
    }
    return at;
}

static bool between(unsigned char c, int from, int to)
{
    return c >= from && c <= to;
}

/* GB18030: two bytes, 81-FE then 40-7E or 80-FE; or four, the second and last 30-39. Common
 * are punctuation and full-width forms (A1-A3) and the 3,755 most used characters (B0-D7). */
static size_t count_gb(Counts *c, Str s, size_t end)
{
    size_t at = 0;
    while (at < end) {
        const unsigned char *p = (const unsigned char *)s.ptr + at;
        size_t left = s.len - at;
        if (p[0] < 0x80) {
            at++;
        } else if (left > 1 && between(p[0], 0x81, 0xFE) && between(p[1], 0x40, 0xFE) &&
                   p[1] != 0x7F) {
            bool common = p[1] >= 0xA1 && (between(p[0], 0xA1, 0xA3) || between(p[0], 0xB0, 0xD7));
            c->common += common;
            c->rare += !common;
            at += 2;
        } else if (left > 3 && between(p[0], 0x81, 0xFE) && between(p[1], 0x30, 0x39) &&
                   between(p[2], 0x81, 0xFE) && between(p[3], 0x30, 0x39)) {
            c->rare++;
            at += 4;
        } else {
            c->wrong++;
            at++;
        }
    }
    return at;
}

/* ---- detection ---- */

static Status head_of(FileRange file, char head[3], size_t *len, Err *err)
{
    *len = 0;
    for (size_t n = 1; n && *len < 3; *len += n)
        TRY(range_read(&file, head + *len, 3 - *len, &n, err));
    return OK;
}

static const Encoding marks[] = {
    {"UTF-8", 3, true},
    {"UTF-16LE", 2, true},
    {"UTF-16BE", 2, true},
};

static const Encoding *mark_of(Str head)
{
    static const char *const bytes[] = {"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"};
    for (size_t i = 0; i < COUNT(bytes); i++)
        if (str_starts(head, str_from(bytes[i])))
            return &marks[i];
    return NULL;
}

Status encoding_detect(FileRange file, Encoding *out, Err *err)
{
    char head[3];
    size_t len;
    Counts c = {0};
    TRY(head_of(file, head, &len, err));
    const Encoding *mark = mark_of((Str){head, len});
    *out = (Encoding){"UTF-8", 0, true};
    if (mark && mark->bom == 2) {
        *out = *mark;
        return OK;
    }
    TRY(count(file, count_utf8, &c, err));
    out->bom = mark ? mark->bom : 0;
    if (mark || c.bad <= c.good) {
        out->sure = !c.bad;
        return OK;
    }
    TRY(count(file, count_gb, &c, err));
    uint64_t all = c.common + c.rare + c.wrong;
    out->sure = false;
    if (c.wrong * 100 <= all && c.common * 10 >= all * 6)
        *out = (Encoding){"GB18030", 0, true};
    return OK;
}

static bool is_known(const char *name)
{
    iconv_t test = iconv_open("UTF-8", name);
    if (test == (iconv_t)-1)
        return false;
    iconv_close(test);
    return true;
}

Status encoding_named(Arena *arena, Str name, FileRange file, Encoding *out, Err *err)
{
    char head[3];
    size_t len;
    if (str_eq_nocase(name, STR("utf-8")) || str_eq_nocase(name, STR("utf8")))
        name = STR("UTF-8");
    if (str_eq_nocase(name, STR("utf-16")) || str_eq_nocase(name, STR("utf16")))
        name = STR("UTF-16LE"); /* unless a mark says otherwise */
    const char *known = str_z(arena, name);
    if (!name.len || name.len > 40 || !is_known(known))
        return err_set(err, E_USAGE,
                       "there is no encoding \"" STR_FMT "\" here; \"iconv -l\" lists the names",
                       STR_ARG(name));
    TRY(head_of(file, head, &len, err));
    const Encoding *mark = mark_of((Str){head, len});
    *out = (Encoding){known, 0, true};
    if (mark && (str_eqc(name, mark->name) || (mark->bom == 2 && str_starts(name, STR("UTF-16")))))
        *out = *mark;
    return OK;
}

/* ---- conversion ---- */

typedef struct Conversion {
    iconv_t with;
    const Sink *to;
    char in[PIECE], out[2 * PIECE];
    size_t held; /* bytes in `in` */
    size_t unit; /* bytes to skip over a fault */
    Err *err;
} Conversion;

static Status flush(Conversion *c, size_t len)
{
    return len ? c->to->put(c->to->user, (Str){c->out, len}, c->err) : OK;
}

/* Converts what is held; `last`: a character that is cut short is a fault too. */
static Status convert_held(Conversion *c, bool last)
{
    char *from = c->in, *to = c->out;
    size_t left = c->held, room = sizeof c->out - 1;
    while (left) {
        size_t said = iconv(c->with, &from, &left, &to, &room);
        bool fault = said == (size_t)-1 && (errno == EILSEQ || (errno == EINVAL && last));
        if (fault) {
            size_t skip = left < c->unit ? left : c->unit;
            *to++ = (char)0xFF;
            from += skip;
            left -= skip;
            room -= room > 0;
        } else if (said == (size_t)-1 && errno != E2BIG) {
            break; /* the rest of the character comes with the next piece */
        }
        if (room < 64) {
            TRY(flush(c, (size_t)(to - c->out)));
            to = c->out;
            room = sizeof c->out - 1;
        }
    }
    memmove(c->in, from, left);
    c->held = left;
    return flush(c, (size_t)(to - c->out));
}

static Status convert_all(Conversion *c, FileRange from)
{
    for (;;) {
        size_t len;
        TRY(range_read(&from, c->in + c->held, sizeof c->in - c->held, &len, c->err));
        c->held += len;
        TRY(convert_held(c, !len));
        if (!len)
            return OK;
    }
}

Status encoding_convert(FileRange from, const Encoding *encoding, const Sink *to, Err *err)
{
    SCOPED_ARENA(arena);
    Conversion *c = ARENA_NEW(&arena, Conversion);
    c->with = iconv_open("UTF-8", encoding->name);
    if (c->with == (iconv_t)-1)
        return err_set(err, E_IO, "the system cannot convert from %s", encoding->name);
    c->to = to;
    c->unit = str_starts(str_from(encoding->name), STR("UTF-16")) ? 2 : 1;
    c->err = err;
    from.at += encoding->bom;
    Status status = convert_all(c, from);
    iconv_close(c->with);
    return status;
}
