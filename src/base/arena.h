/* arena.h - memory that belongs to a unit of work and is freed at once.
 *
 * One arena per command, request or sample. Memory is zeroed. Running out of
 * memory aborts: sizes from outside are refused earlier by limits.h, and the
 * database makes an abrupt exit safe. Not thread-safe: one arena, one thread. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"

typedef struct ArenaBlock ArenaBlock;
typedef struct ArenaDefer ArenaDefer;

/* A zeroed Arena is a valid, empty one. */
typedef struct Arena {
    ArenaBlock *head;   /* newest block, the one being filled */
    char *at, *end;     /* free part of head */
    ArenaDefer *defers; /* what to release with the memory, newest first */
} Arena;

/* `size` zeroed bytes aligned for any type; never NULL. */
void *arena_alloc(Arena *arena, size_t size) __attribute__((malloc, returns_nonnull));

/* Zeroed room for `count` elements of `size` bytes; aborts on overflow. */
void *arena_array(Arena *arena, size_t count, size_t size) __attribute__((malloc, returns_nonnull));

/* `old` (of old_size bytes) grown to new_size; in place when it was the last
 * allocation. The added bytes are zero. */
void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size)
    __attribute__((returns_nonnull));

/* The same, but the added bytes hold anything: for what is overwritten at once. */
void *arena_extend(Arena *arena, void *old, size_t old_size, size_t new_size)
    __attribute__((returns_nonnull));

/* A NUL-terminated copy of `len` bytes. */
char *arena_copy(Arena *arena, const void *bytes, size_t len) __attribute__((returns_nonnull));

/* Calls release(object) when the arena is reset or freed, newest first: for things of other
 * libraries that live as long as the arena's memory. */
void arena_defer(Arena *arena, void (*release)(void *object), void *object);

/* Forgets everything but keeps one block for the next unit of work. */
void arena_reset(Arena *arena);

void arena_free(Arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define SCOPED_ARENA(name) Arena name __attribute__((cleanup(arena_free))) = {0}

#endif
