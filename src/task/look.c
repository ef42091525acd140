/* look.c - the quick look at many files at once: cold disks answer faster when several ask. */
#include "task/parts.h"

#include <pthread.h>
#include <stdatomic.h>

enum { LOOKERS = 48, FEW = 64 }; /* a thread is worth its start for so many files */

typedef struct Looking {
    const char *const *paths;
    size_t n;
    atomic_size_t next;
    Look *looks;
} Looking;

typedef struct Looker {
    Looking *all;
    Arena arena; /* what its looks are made of */
    pthread_t thread;
    bool runs;
} Looker;

static Scan own_copy(Arena *arena, const Scan *s)
{
    Scan out = *s;
    out.task = str_copy(arena, s->task);
    out.group = str_copy(arena, s->group);
    out.tags = out.includes = (StrVec){0};
    for (size_t i = 0; i < s->tags.len; i++)
        vec_push(arena, &out.tags, str_copy(arena, s->tags.items[i]));
    for (size_t i = 0; i < s->includes.len; i++)
        vec_push(arena, &out.includes, str_copy(arena, s->includes.items[i]));
    return out;
}

bool look_at_file(Arena *arena, const char *path, Scan *out)
{
    SCOPED_ARENA(scratch);
    Str text;
    Scan scan = {0};
    if (source_read(&scratch, path, &text, NULL) != OK)
        return false;
    scan_names(&scratch, text, &scan);
    *out = own_copy(arena, &scan);
    return true;
}

static void *look_on(void *argument)
{
    Looker *l = argument;
    Looking *all = l->all;
    enum { CHUNK = 16 };
    for (size_t at; (at = atomic_fetch_add(&all->next, CHUNK)) < all->n;)
        for (size_t i = at; i < all->n && i < at + CHUNK; i++)
            all->looks[i].read = look_at_file(&l->arena, all->paths[i], &all->looks[i].scan);
    return NULL;
}

static void free_looker(void *looker)
{
    arena_free(&((Looker *)looker)->arena);
}

void look_at_all(TaskSet *set, const char *const *paths, size_t n)
{
    Looking all = {.paths = paths, .n = n};
    all.looks = arena_array(set->arena, n + 1, sizeof *all.looks);
    Looker *lookers = arena_array(set->arena, LOOKERS, sizeof *lookers);
    for (size_t i = 0; i < LOOKERS; i++) {
        lookers[i].all = &all;
        arena_defer(set->arena, free_looker, &lookers[i]);
        if (i && n / FEW >= i)
            lookers[i].runs = pthread_create(&lookers[i].thread, NULL, look_on, &lookers[i]) == 0;
    }
    look_on(&lookers[0]);
    for (size_t i = 1; i < LOOKERS; i++)
        if (lookers[i].runs)
            pthread_join(lookers[i].thread, NULL);
    for (size_t i = 0; i < n; i++)
        map_set(set->arena, &set->looks, str_copy(set->arena, str_from(paths[i])), &all.looks[i]);
}
