/* arena.c - a chain of growing blocks, filled from front to back. */
#include "base/arena.h"

enum { FIRST_BLOCK = 4 << 10, LARGEST_STEP = 1 << 20, ALIGN = 16 };

struct ArenaBlock {
    ArenaBlock *older;
    size_t size; /* usable bytes after the header */
};

struct ArenaDefer {
    ArenaDefer *older;
    void (*release)(void *object);
    void *object;
};

static _Noreturn void out_of_memory(void)
{
    fputs("assay: out of memory\n", stderr);
    abort();
}

static char *block_start(ArenaBlock *block)
{
    return (char *)block + ALIGN;
}

static void add_block(Arena *arena, size_t at_least)
{
    size_t size = arena->head ? arena->head->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_STEP)
        size = LARGEST_STEP;
    if (size < at_least)
        size = at_least;
    ArenaBlock *block = malloc(size + ALIGN);
    if (!block)
        out_of_memory();
    block->older = arena->head;
    block->size = size;
    arena->head = block;
    arena->at = block_start(block);
    arena->end = arena->at + size;
}

static size_t rounded(size_t size)
{
    return (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/* Room that is not zeroed, for what is overwritten at once. */
static void *take(Arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory();
    size = rounded(size);
    if (!arena->head || (size_t)(arena->end - arena->at) < size)
        add_block(arena, size);
    void *result = arena->at;
    arena->at += size;
    return result;
}

void *arena_alloc(Arena *arena, size_t size)
{
    return memset(take(arena, size), 0, size);
}

void *arena_array(Arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory();
    return arena_alloc(arena, bytes);
}

void *arena_extend(Arena *arena, void *old, size_t old_size, size_t new_size)
{
    if (old && (char *)old + rounded(old_size) == arena->at && new_size <= SIZE_MAX / 2 &&
        (size_t)(arena->end - (char *)old) >= rounded(new_size)) {
        arena->at = (char *)old + rounded(new_size);
        return old;
    }
    char *grown = take(arena, new_size);
    if (old && old_size)
        memcpy(grown, old, old_size);
    return grown;
}

void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size)
{
    char *grown = arena_extend(arena, old, old_size, new_size);
    memset(grown + old_size, 0, new_size - old_size);
    return grown;
}

char *arena_copy(Arena *arena, const void *bytes, size_t len)
{
    char *copy = take(arena, len + 1);
    if (len)
        memcpy(copy, bytes, len);
    copy[len] = 0;
    return copy;
}

void arena_defer(Arena *arena, void (*release)(void *object), void *object)
{
    ArenaDefer *defer = ARENA_NEW(arena, ArenaDefer);
    *defer = (ArenaDefer){arena->defers, release, object};
    arena->defers = defer;
}

static void release_deferred(Arena *arena)
{
    for (; arena->defers; arena->defers = arena->defers->older)
        arena->defers->release(arena->defers->object);
}

void arena_reset(Arena *arena)
{
    release_deferred(arena);
    ArenaBlock *keep = arena->head;
    if (!keep)
        return;
    for (ArenaBlock *b = keep->older; b;) {
        ArenaBlock *older = b->older;
        free(b);
        b = older;
    }
    if (keep->size > LARGEST_STEP) {
        free(keep);
        *arena = (Arena){0};
        return;
    }
    keep->older = NULL;
    arena->at = block_start(keep);
    arena->end = arena->at + keep->size;
}

void arena_free(Arena *arena)
{
    release_deferred(arena);
    for (ArenaBlock *b = arena->head; b;) {
        ArenaBlock *older = b->older;
        free(b);
        b = older;
    }
    *arena = (Arena){0};
}
