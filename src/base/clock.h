/* clock.h - time, asked for at the edges and passed in below. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/str.h"

double clock_seconds(void);  /* monotonic, for durations */
int64_t clock_unix_ms(void); /* wall clock, milliseconds since 1970 */
/* "2026-11-23T19:00:24Z" */
Str clock_iso(Arena *arena, int64_t unix_ms);
/* Seconds since 1970 of an RFC 3339 or HTTP (RFC 7231) date; false when neither. */
bool clock_parse(Str text, int64_t *unix_seconds) MUST_CHECK;

#endif
