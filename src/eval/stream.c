/* stream.c - blocks between a data file, those who ask, and the writer. */
#include "eval/stream.h"

#include <pthread.h>

enum { BLOCK = 256, FINISH_BLOCKS = 64 };

typedef struct Block {
    Arena arena; /* which it lives in */
    ItemRows rows;
    struct Block *next; /* in the list of those not committed */
    bool current;       /* those who ask read it */
    bool committed;
} Block;

struct ItemStream {
    DataFile *file;
    ItemReader reader;
    int64_t version_id, n_stored;
    Arena room; /* which it lives in */
    Str *keys;  /* of all items so far */
    Block *current;

    pthread_mutex_t lock; /* guards what follows, and committed and current of blocks */
    Block *first, **last; /* to be written, oldest first */
    Block *writing;       /* in the writer's open transaction */
};

static Status read_record(void *user, size_t position, Arena *arena, Json *out, Err *err)
{
    return datafile_scan_get(user, position, arena, out, err);
}

ItemStream *stream_open(DataFile *file, int64_t version_id, int64_t n_stored)
{
    Arena room = {0};
    ItemStream *s = ARENA_NEW(&room, ItemStream);
    s->room = room;
    size_t n = datafile_docs(file)->len;
    s->file = file;
    s->reader.source = (ItemSource){n, read_record, datafile_scan(&s->room, file)};
    s->version_id = version_id;
    s->n_stored = n_stored;
    s->keys = arena_array(&s->room, n + 1, sizeof *s->keys);
    s->last = &s->first;
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

static void block_free(Block *b)
{
    Arena own = b->arena;
    arena_free(&own);
}

static void free_list(Block *b)
{
    while (b) {
        Block *next = b->next;
        block_free(b);
        b = next;
    }
}

void stream_close(ItemStream *s)
{
    if (!s)
        return;
    if (s->current && s->current->committed) /* else it is in a list */
        block_free(s->current);
    free_list(s->first);
    free_list(s->writing);
    datafile_close(s->file);
    arena_free(&s->reader.keep);
    pthread_mutex_destroy(&s->lock);
    Arena own = s->room;
    arena_free(&own);
}

/* ---- the side that asks ---- */

static Status fill(ItemStream *s, Block *b, Err *err)
{
    for (int i = 0; i < BLOCK; i++) {
        ItemRow row;
        bool more;
        TRY(item_reader_next(&s->reader, &b->arena, &row, &more, err));
        if (!more)
            return OK;
        s->keys[row.position] = str_copy(&s->room, row.key);
        vec_push(&b->arena, &b->rows, row);
    }
    return OK;
}

static void leave(ItemStream *s, Block *b)
{
    if (!b)
        return;
    pthread_mutex_lock(&s->lock);
    b->current = false;
    bool over = b->committed;
    pthread_mutex_unlock(&s->lock);
    if (over)
        block_free(b);
}

static Status read_on(ItemStream *s, Err *err)
{
    Arena arena = {0};
    Block *b = ARENA_NEW(&arena, Block);
    b->arena = arena;
    Status status = fill(s, b, err);
    if (status != OK) {
        block_free(b);
        return status;
    }
    int64_t end = s->reader.next;
    b->current = true;
    b->committed = end <= s->n_stored; /* all of it is there */
    leave(s, s->current);
    s->current = b;
    if (b->committed)
        return OK;
    pthread_mutex_lock(&s->lock);
    *s->last = b;
    s->last = &b->next;
    pthread_mutex_unlock(&s->lock);
    return OK;
}

Status stream_block(ItemStream *s, int64_t index, const ItemRows **out, Err *err)
{
    *out = NULL;
    while (s->reader.next <= index)
        TRY(read_on(s, err));
    if (s->current->rows.items[0].position <= index)
        *out = &s->current->rows;
    return OK;
}

Str stream_key(const ItemStream *s, int64_t index)
{
    return s->keys[index];
}

Status stream_record(const ItemStream *s, int64_t index, Arena *arena, Json *out, Err *err)
{
    const Docs *docs = datafile_docs(s->file);
    return docs->get(docs, (size_t)index, arena, out, err);
}

/* ---- the writer's side ---- */

static Status write_blocks(void *user, Db *db, Err *err)
{
    ItemStream *s = user;
    pthread_mutex_lock(&s->lock);
    s->writing = s->first;
    s->first = NULL;
    s->last = &s->first;
    pthread_mutex_unlock(&s->lock);
    for (const Block *b = s->writing; b; b = b->next)
        TRY(dataset_add_items(db, s->version_id, b->rows.items, b->rows.len, err));
    return OK;
}

static void blocks_committed(void *user)
{
    ItemStream *s = user;
    while (s->writing) {
        Block *b = s->writing;
        s->writing = b->next;
        pthread_mutex_lock(&s->lock);
        b->committed = true;
        bool over = !b->current;
        pthread_mutex_unlock(&s->lock);
        if (over)
            block_free(b);
    }
}

void stream_attach(ItemStream *s, Writer *writer)
{
    const WriterLead lead = {s, write_blocks, blocks_committed};
    writer_lead(writer, &lead);
}

/* ---- the end ---- */

bool stream_is_new(const ItemStream *s)
{
    return !s->n_stored;
}

static Status write_nothing(void *user, Db *db, uint64_t id, bool *tell, Err *err)
{
    (void)user;
    (void)db;
    (void)id;
    (void)err;
    *tell = false;
    return OK;
}

static void ignore_wake(void *user)
{
    (void)user;
}

Status stream_finish(ItemStream *s, Writer *writer, const atomic_int *stop, Err *err)
{
    /* An id without a row of its own makes the writer open a transaction. */
    const WriterSource nothing = {.write = write_nothing, .wake = ignore_wake};
    int64_t n = (int64_t)s->reader.source.n_items;
    bool over = stop && atomic_load(stop) >= 2;
    while (!over) {
        for (int i = 0; i < FINISH_BLOCKS && s->reader.next < n; i++)
            TRY(read_on(s, err));
        writer_push(writer, &nothing, 0);
        writer_drain(writer);
        over = s->reader.next >= n || writer_failed(writer) || (stop && atomic_load(stop) >= 2);
    }
    return OK;
}
