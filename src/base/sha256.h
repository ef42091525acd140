/* sha256.h - SHA-256, where the outside world asks for it (content security policies). */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include "base/str.h"

void sha256(Str text, unsigned char digest[32]);

/* 64 lower-case hex digits. */
Str sha256_hex(Arena *arena, Str text);

#endif
