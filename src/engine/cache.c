/* cache.c - an open-addressing table from request keys to responses. */
#include "engine/cache.h"

enum { FIRST_SLOTS = 1024 };

/* Sixteen hex digits; never 0, which marks a free slot. */
static uint64_t short_key(Str key)
{
    char text[17] = {0};
    memcpy(text, key.ptr, key.len < 16 ? key.len : 16);
    uint64_t value = strtoull(text, NULL, 16);
    return value ? value : 1;
}

static struct CacheSlot *slot_of(const Cache *c, uint64_t key)
{
    size_t mask = c->n_slots - 1, at = (size_t)key & mask;
    while (c->slots[at].key && c->slots[at].key != key)
        at = (at + 1) & mask;
    return &c->slots[at];
}

static void grow(Cache *c)
{
    Cache old = *c;
    c->arena = (Arena){0};
    c->n_slots = old.n_slots ? old.n_slots * 2 : FIRST_SLOTS;
    c->slots = arena_array(&c->arena, c->n_slots, sizeof *c->slots);
    for (size_t i = 0; i < old.n_slots; i++)
        if (old.slots[i].key)
            *slot_of(c, old.slots[i].key) = old.slots[i];
    arena_free(&old.arena);
}

static void add(void *user, Str key, int64_t id)
{
    Cache *c = user;
    if ((c->len + 1) * 2 > c->n_slots)
        grow(c);
    struct CacheSlot *slot = slot_of(c, short_key(key));
    c->len += slot->key == 0;
    *slot = (struct CacheSlot){short_key(key), id}; /* the newest wins */
}

Status cache_read(Db *db, int64_t model_id, Cache *out, Err *err)
{
    return response_keys(db, model_id, add, out, err);
}

void cache_free(Cache *cache)
{
    arena_free(&cache->arena);
}

Status cache_find(const Cache *cache, Db *reader, Str key, Arena *arena, ResponseRow *out,
                  bool *found, Err *err)
{
    *found = false;
    const struct CacheSlot *slot = cache->len ? slot_of(cache, short_key(key)) : NULL;
    if (!slot || !slot->key)
        return OK;
    ResponseRow row;
    TRY(response_get(reader, slot->id, arena, &row, found, err));
    *found = *found && str_eq(row.key, key);
    if (*found)
        *out = row;
    return OK;
}
