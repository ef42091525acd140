/* map.c - hash index over an array of entries; removal is not offered. */
#include "base/map.h"

#include "base/hash.h"

static MapSlot *probe(const Map *map, Str key, uint64_t hash)
{
    size_t mask = map->n_slots - 1;
    uint32_t tag = (uint32_t)(hash >> 32);
    size_t at = (size_t)hash & mask;
    while (map->slots[at].index &&
           (map->slots[at].tag != tag || !str_eq(map->entries[map->slots[at].index - 1].key, key)))
        at = (at + 1) & mask;
    return &map->slots[at];
}

/* Room for `len` entries in at most three quarters of the slots. */
static void resize(Arena *arena, Map *map, size_t len)
{
    while (len * 4 > map->n_slots * 3)
        map->n_slots = map->n_slots ? map->n_slots * 2 : 16;
    map->slots = arena_array(arena, map->n_slots, sizeof *map->slots);
    for (size_t i = 0; i < map->len; i++) {
        uint64_t hash = hash_bytes(map->entries[i].key).low;
        *probe(map, map->entries[i].key, hash) =
            (MapSlot){(uint32_t)(i + 1), (uint32_t)(hash >> 32)};
    }
}

void map_reserve(Arena *arena, Map *map, size_t len)
{
    if (len * 4 > map->n_slots * 3)
        resize(arena, map, len);
    if (len <= map->cap)
        return;
    map->entries = arena_grow(arena, map->entries, map->cap * sizeof *map->entries,
                              len * sizeof *map->entries);
    map->cap = len;
}

MapEntry *map_put(Arena *arena, Map *map, Str key)
{
    if ((map->len + 1) * 4 > map->n_slots * 3)
        resize(arena, map, map->len + 1);
    uint64_t hash = hash_bytes(key).low;
    MapSlot *slot = probe(map, key, hash);
    if (slot->index)
        return &map->entries[slot->index - 1];
    if (map->len == map->cap) {
        size_t cap = map->cap ? map->cap * 2 : 8;
        map->entries = arena_grow(arena, map->entries, map->cap * sizeof *map->entries,
                                  cap * sizeof *map->entries);
        map->cap = cap;
    }
    map->entries[map->len++] = (MapEntry){key, NULL};
    *slot = (MapSlot){(uint32_t)map->len, (uint32_t)(hash >> 32)};
    return &map->entries[map->len - 1];
}

bool map_set(Arena *arena, Map *map, Str key, void *value)
{
    size_t len = map->len;
    map_put(arena, map, key)->value = value;
    return map->len > len;
}

static const MapEntry *find(const Map *map, Str key)
{
    if (!map->n_slots)
        return NULL;
    const MapSlot *slot = probe(map, key, hash_bytes(key).low);
    return slot->index ? &map->entries[slot->index - 1] : NULL;
}

void *map_get(const Map *map, Str key)
{
    const MapEntry *entry = find(map, key);
    return entry ? entry->value : NULL;
}

bool map_has(const Map *map, Str key)
{
    return find(map, key) != NULL;
}
