/* map.c - hash index over an array of entries; removal is not offered. */
#include "base/map.h"

#include "base/hash.h"

static size_t probe(const Map *map, Str key)
{
    size_t mask = map->n_slots - 1;
    size_t at = (size_t)hash_bytes(key).low & mask;
    while (map->slots[at] && !str_eq(map->entries[map->slots[at] - 1].key, key))
        at = (at + 1) & mask;
    return at;
}

static void rehash(Arena *arena, Map *map)
{
    map->n_slots = map->n_slots ? map->n_slots * 2 : 16;
    map->slots = arena_array(arena, map->n_slots, sizeof *map->slots);
    for (size_t i = 0; i < map->len; i++)
        map->slots[probe(map, map->entries[i].key)] = (uint32_t)(i + 1);
}

bool map_set(Arena *arena, Map *map, Str key, void *value)
{
    if ((map->len + 1) * 4 > map->n_slots * 3)
        rehash(arena, map);
    size_t at = probe(map, key);
    if (map->slots[at]) {
        map->entries[map->slots[at] - 1].value = value;
        return false;
    }
    if (map->len == map->cap) {
        size_t cap = map->cap ? map->cap * 2 : 8;
        map->entries = arena_grow(arena, map->entries, map->cap * sizeof *map->entries,
                                  cap * sizeof *map->entries);
        map->cap = cap;
    }
    map->entries[map->len++] = (MapEntry){key, value};
    map->slots[at] = (uint32_t)map->len;
    return true;
}

void *map_get(const Map *map, Str key)
{
    if (!map->n_slots)
        return NULL;
    uint32_t slot = map->slots[probe(map, key)];
    return slot ? map->entries[slot - 1].value : NULL;
}

bool map_has(const Map *map, Str key)
{
    return map->n_slots && map->slots[probe(map, key)] != 0;
}
