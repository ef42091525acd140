/* near.h - names near a misspelt one, for messages. */
#ifndef TEXT_NEAR_H
#define TEXT_NEAR_H

#include "base/str.h"
#include "base/vec.h"

typedef VEC(Str) Names;

/* Up to three of `known` near `name`: "; near it: \"a\", \"b\"", or "" when none is. */
Str near_names(Arena *arena, Str name, const Names *known);

#endif
