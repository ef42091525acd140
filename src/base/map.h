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

typedef struct MapSlot {
    uint32_t index; /* into entries, + 1; 0 = free */
    uint32_t tag;   /* of the key's hash, so that other keys are told apart without reading them */
} MapSlot;

typedef struct Map {
    MapEntry *entries; /* in insertion order; entries[0..len-1] */
    size_t len, cap;
    MapSlot *slots;
    size_t n_slots; /* a power of two */
} Map;

/* Makes room for `len` entries in all, so that growing leaves nothing behind in the arena. */
void map_reserve(Arena *arena, Map *map, size_t len);
/* The entry of `key`, added with value NULL when it is new; its key may then be replaced by a
 * copy. Valid until the next addition. */
MapEntry *map_put(Arena *arena, Map *map, Str key);
/* Sets `key` to `value`; returns true when the key was new. */
bool map_set(Arena *arena, Map *map, Str key, void *value);
void *map_get(const Map *map, Str key); /* NULL when absent */
bool map_has(const Map *map, Str key);

#endif
