/* sha1.h - SHA-1, only because git names its blobs by it; not for security. */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include "base/str.h"

/* 40 lower-case hex digits of `a` followed by `b`. */
Str sha1_hex(Arena *arena, Str a, Str b);

#endif
