/* cache.h - which requests were answered before: request key -> response, in memory.
 *
 * Read once when an engine starts (16 bytes an entry at half load); the reply itself is
 * fetched by id, and its full key compared. Immutable once read, shared by threads. */
#ifndef ENGINE_CACHE_H
#define ENGINE_CACHE_H

#include "core/sample.h"

typedef struct Cache {
    Arena arena;
    struct CacheSlot {
        uint64_t key; /* first half of the request key; 0 = free */
        int64_t id;
    } * slots;
    size_t n_slots, len; /* n_slots is a power of two */
} Cache;

Status cache_read(Db *db, int64_t model_id, Cache *out, Err *err) MUST_CHECK;
void cache_free(Cache *cache);

/* The newest stored reply to this request. */
Status cache_find(const Cache *cache, Db *reader, Str key, Arena *arena, ResponseRow *out,
                  bool *found, Err *err) MUST_CHECK;

#endif
