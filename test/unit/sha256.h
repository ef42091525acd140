/* sha256.h - the hash that golden files name texts by; for tests only. */
#ifndef TEST_SHA256_H
#define TEST_SHA256_H

#include "base/str.h"

/* 64 lower-case hex digits. */
Str sha256_hex(Arena *arena, Str text);

#endif
