/* utf8.h - decoding, checking and counting UTF-8. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

enum { UTF8_BAD = -1 };

/* The code point at s[*at], moving *at past it; UTF8_BAD (moving one byte) when
 * the bytes are not UTF-8 (overlong forms and surrogates are not). */
int32_t utf8_next(Str s, size_t *at);

/* Offset of the first byte that is not UTF-8, or s.len when all are. */
size_t utf8_check(Str s);

/* Code points in s; a bad byte counts as one. */
size_t utf8_count(Str s);

/* Byte offset of code point number `index`; s.len when there are fewer. */
size_t utf8_offset(Str s, size_t index);

/* At most `limit` bytes of s, never half a character. */
Str utf8_cut(Str s, size_t limit);

void utf8_put(StrBuf *out, int32_t code);

/* s itself when it is UTF-8, else a copy with U+FFFD for each bad byte. */
Str utf8_clean(Arena *arena, Str s);

/* Python's str.isspace for one code point. */
bool utf8_is_space(int32_t code);

/* Python's str.strip(), lstrip(), rstrip() without argument. */
Str utf8_strip(Str s);
Str utf8_lstrip(Str s);
Str utf8_rstrip(Str s);

#endif
