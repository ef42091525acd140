/* vec.c - doubling for VEC. */
#include "base/vec.h"

void *vec_grow_(Arena *arena, void *items, size_t len, size_t *cap, size_t size)
{
    size_t grown = *cap ? *cap * 2 : 8;
    if (grown > SIZE_MAX / 2 / size)
        abort();
    items = arena_grow(arena, items, len * size, grown * size);
    *cap = grown;
    return items;
}
