/* item_feed.c - a ring of batches between the thread that reads and the one that stores. */
#include "core/item_feed.h"

#include <pthread.h>

enum { RING = 4, BATCH_ROWS = 512, BATCH_BYTES = 1 << 20, FEW = 2000 };

typedef struct Batch {
    Arena arena;
    ItemRow rows[BATCH_ROWS];
    size_t n;
} Batch;

struct ItemFeed {
    ItemReader reader;
    Batch ring[RING];
    size_t filled, taken; /* batches so far; ring[i % RING] */
    bool ended, stopping, threaded;
    Err err; /* code OK: no failure */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

/* *more is false when the source has ended. */
static Status fill(ItemFeed *f, Batch *b, bool *more, Err *err)
{
    size_t bytes = 0;
    arena_reset(&b->arena);
    for (b->n = 0; b->n < BATCH_ROWS && bytes < BATCH_BYTES; b->n++) {
        TRY(item_reader_next(&f->reader, &b->arena, &b->rows[b->n], more, err));
        if (!*more)
            return OK;
        bytes += b->rows[b->n].data.len;
    }
    return OK;
}

/* Waits until batch number `filled` may be written; false when nobody wants more. */
static bool wait_for_room(ItemFeed *f)
{
    pthread_mutex_lock(&f->lock);
    /* the batch that was taken last is still in use */
    while (!f->stopping && f->filled >= f->taken + RING - 1)
        pthread_cond_wait(&f->changed, &f->lock);
    bool go_on = !f->stopping;
    pthread_mutex_unlock(&f->lock);
    return go_on;
}

static void *work(void *user)
{
    ItemFeed *f = user;
    bool more = true;
    Err err = {0};
    while (more && wait_for_room(f)) {
        Status status = fill(f, &f->ring[f->filled % RING], &more, &err);
        pthread_mutex_lock(&f->lock);
        f->filled += status == OK;
        f->ended = !more || status != OK;
        f->err = err;
        pthread_cond_signal(&f->changed);
        pthread_mutex_unlock(&f->lock);
        if (status != OK)
            break;
    }
    return NULL;
}

ItemFeed *item_feed_start(Arena *arena, const ItemSource *source)
{
    ItemFeed *f = ARENA_NEW(arena, ItemFeed);
    f->reader.source = *source;
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->changed, NULL);
    f->threaded = source->n_items > FEW && pthread_create(&f->thread, NULL, work, f) == 0;
    return f;
}

static Status next_here(ItemFeed *f, Err *err)
{
    bool more = true;
    TRY(fill(f, &f->ring[0], &more, err));
    f->ended = !more;
    return OK;
}

Status item_feed_next(ItemFeed *feed, const ItemRow **rows, size_t *n, Err *err)
{
    ItemFeed *f = feed;
    *n = 0;
    if (!f->threaded) {
        if (f->ended)
            return OK;
        TRY(next_here(f, err));
        *rows = f->ring[0].rows;
        *n = f->ring[0].n;
        return OK;
    }
    pthread_mutex_lock(&f->lock);
    while (f->taken == f->filled && !f->ended)
        pthread_cond_wait(&f->changed, &f->lock);
    bool any = f->taken < f->filled;
    Err failed = f->err;
    const Batch *b = &f->ring[f->taken % RING];
    f->taken += any;
    pthread_cond_signal(&f->changed);
    pthread_mutex_unlock(&f->lock);
    if (!any && failed.code != OK)
        return err_set(err, failed.code, "%s", failed.msg);
    *rows = b->rows;
    *n = any ? b->n : 0;
    return OK;
}

void item_feed_stop(ItemFeed *feed)
{
    if (feed->threaded) {
        pthread_mutex_lock(&feed->lock);
        feed->stopping = true;
        pthread_cond_signal(&feed->changed);
        pthread_mutex_unlock(&feed->lock);
        pthread_join(feed->thread, NULL);
    }
    pthread_cond_destroy(&feed->changed);
    pthread_mutex_destroy(&feed->lock);
    for (size_t i = 0; i < RING; i++)
        arena_free(&feed->ring[i].arena);
    arena_free(&feed->reader.keep);
}
