/* str.h - Str, a view of bytes by value, and StrBuf, bounded text under construction.
 *
 * A Str never owns its bytes and need not end in NUL; its text is UTF-8 unless a
 * function says otherwise. {NULL, 0} is the empty string. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/arena.h"

#include <stdarg.h>

typedef struct Str {
    const char *ptr;
    size_t len;
} Str;

#define STR(literal) ((Str){(literal), sizeof(literal) - 1})
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)((s).len > 400 ? 400 : (s).len), ((s).ptr ? (s).ptr : "")

Str str_from(const char *text);               /* NULL gives the empty string */
Str str_slice(Str s, size_t from, size_t to); /* bounds are clamped */
Str str_after(Str s, size_t from);            /* s[from..] */
bool str_eq(Str a, Str b);
bool str_eqc(Str a, const char *b);
bool str_eq_nocase(Str a, Str b); /* ASCII case only */
int str_cmp(Str a, Str b);        /* by bytes, as strcmp */
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
ptrdiff_t str_find(Str s, Str what); /* byte offset, or -1 */
ptrdiff_t str_find_from(Str s, Str what, size_t from);
/* `s` with each `what` (not empty) replaced; `s` itself where there is none. */
Str str_replace(Arena *arena, Str s, Str what, Str by);
ptrdiff_t str_rfind(Str s, Str what);
ptrdiff_t str_find_char(Str s, char c);
ptrdiff_t str_rfind_char(Str s, char c);
Str str_trim(Str s); /* ASCII white space at both ends */
/* Cuts `rest` at the first `sep`: returns what was before it and leaves what is
 * after; when there is none, returns all and leaves the empty string with ptr NULL. */
Str str_split(Str *rest, char sep);
Str str_copy(Arena *arena, Str s);      /* NUL-terminated copy */
const char *str_z(Arena *arena, Str s); /* NUL-terminated bytes of s */
Str str_printf(Arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
Str str_lower_ascii(Arena *arena, Str s);

/* Whole-string numbers in decimal; false when `s` is anything else or out of range. */
bool str_to_int(Str s, int64_t *out) MUST_CHECK;
bool str_to_double(Str s, double *out) MUST_CHECK; /* finite only */

/* Growable text with a limit given at birth. Always NUL-terminated. Growing past
 * the limit sets `failed` and drops the addition; check once at the end.
 * Memory comes from `arena`, or from malloc when arena is NULL (then call
 * strbuf_free). */
typedef struct StrBuf {
    Arena *arena;
    char *ptr;
    size_t len, cap, limit;
    bool failed;
} StrBuf;

StrBuf strbuf_make(Arena *arena, size_t limit);
void strbuf_add(StrBuf *b, Str s);
void strbuf_addc(StrBuf *b, char c);
void strbuf_adds(StrBuf *b, const char *text);
void strbuf_addf(StrBuf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void strbuf_addv(StrBuf *b, const char *fmt, va_list args);
/* Room for `more` bytes at ptr + len, to be claimed by adding to len; NULL past the limit. */
char *strbuf_reserve(StrBuf *b, size_t more);
void strbuf_clear(StrBuf *b); /* empties it, keeps the memory and forgets a failure */
Str strbuf_str(const StrBuf *b);
/* E_LIMIT naming `what` when an addition was dropped. */
Status strbuf_check(const StrBuf *b, const char *what, Err *err) MUST_CHECK;
void strbuf_free(StrBuf *b); /* only for arena == NULL */

#endif
