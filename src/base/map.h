/* map.h - Str -> void*, open addressing, iterated in insertion order.
 *
 * Keys are not copied: they must live as long as the map. A zeroed Map is empty. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/str.h"

typedef struct MapEntry {
    Str key;
    void *value;
} MapEntry;

typedef struct Map {
    MapEntry *entries; /* in insertion order; entries[0..len-1] */
    size_t len, cap;
    uint32_t *slots; /* index + 1 into entries, 0 = free; n_slots is a power of two */
    size_t n_slots;
} Map;

/* Sets `key` to `value`; returns true when the key was new. */
bool map_set(Arena *arena, Map *map, Str key, void *value);
void *map_get(const Map *map, Str key); /* NULL when absent */
bool map_has(const Map *map, Str key);

#endif
