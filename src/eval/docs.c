/* docs.c - the items of a version as documents of a task. Stored ones: one connection behind
 * a lock; reading in order fetches blocks, jumping about fetches single items. Or those of a
 * data file that is being imported (stream.h). */
#include "core/store.h"
#include "eval/private.h"
#include "eval/stream.h"

#include <pthread.h>

enum { BLOCK = 256 };

typedef struct StoredDocs {
    Docs docs;          /* first: what task/ sees */
    Db *db;             /* NULL with a stream */
    ItemStream *stream; /* NULL when all items are stored */
    int64_t version_id;
    pthread_mutex_t lock;
    Arena arena;      /* of the block */
    ItemRows rows;    /* the block */
    int64_t expected; /* position that would continue the reading in order */
} StoredDocs;

/* With the lock held: makes the block hold `index`. */
static Status load(StoredDocs *d, int64_t index, Err *err)
{
    int64_t count = index == d->expected ? BLOCK : 1;
    arena_reset(&d->arena);
    d->rows.len = d->rows.cap = 0;
    d->rows.items = NULL;
    TRY(dataset_items(d->db, d->version_id, index, count, &d->arena, &d->rows, err));
    if (!d->rows.len || d->rows.items[0].position != index)
        return err_set(err, E_MISSING, "item %lld is missing in the database", (long long)index);
    return OK;
}

/* With the lock held: the row of item `index`, valid until the next call. */
static Status row_at(StoredDocs *d, int64_t index, const ItemRow **out, Err *err)
{
    int64_t first = d->rows.len ? d->rows.items[0].position : -1;
    if (first < 0 || index < first || index >= first + (int64_t)d->rows.len)
        TRY(load(d, index, err));
    d->expected = index + 1;
    *out = &d->rows.items[index - d->rows.items[0].position];
    return OK;
}

static Status streamed_row(StoredDocs *d, int64_t index, const ItemRow **out, Err *err)
{
    const ItemRows *block;
    *out = NULL;
    TRY(stream_block(d->stream, index, &block, err));
    if (block)
        *out = &block->items[index - block->items[0].position];
    return OK;
}

static Status locked_get(StoredDocs *d, int64_t index, Arena *arena, Json *out, Err *err)
{
    const ItemRow *row;
    TRY(d->stream ? streamed_row(d, index, &row, err) : row_at(d, index, &row, err));
    if (!row)
        return stream_record(d->stream, index, arena, out, err);
    return json_parse(arena, str_copy(arena, row->data), out, err);
}

/* The store behind what task/ sees; its lock guards what changes. */
static StoredDocs *stored_of(const Docs *docs)
{
    union {
        const Docs *constant;
        StoredDocs *stored;
    } u = {.constant = docs};
    return u.stored;
}

static Status get(const Docs *docs, size_t index, Arena *arena, Json *out, Err *err)
{
    StoredDocs *d = stored_of(docs);
    pthread_mutex_lock(&d->lock);
    Status status = locked_get(d, (int64_t)index, arena, out, err);
    pthread_mutex_unlock(&d->lock);
    return status;
}

static Status locked_key(StoredDocs *d, int64_t index, Arena *arena, Str *out, Err *err)
{
    const ItemRow *row;
    TRY(d->stream ? streamed_row(d, index, &row, err) : row_at(d, index, &row, err));
    *out = str_copy(arena, row ? row->key : stream_key(d->stream, index));
    return OK;
}

Status eval_docs_key(const Docs *docs, size_t position, Arena *arena, Str *out, Err *err)
{
    StoredDocs *d = stored_of(docs);
    pthread_mutex_lock(&d->lock);
    Status status = locked_key(d, (int64_t)position, arena, out, err);
    pthread_mutex_unlock(&d->lock);
    return status;
}

Status eval_docs_open(Arena *arena, const char *db_url, int64_t version_id, int64_t n_items,
                      const Docs **out, Err *err)
{
    StoredDocs *d = ARENA_NEW(arena, StoredDocs);
    TRY(store_open_read(db_url, &d->db, err));
    d->docs = (Docs){(size_t)n_items, get};
    d->version_id = version_id;
    pthread_mutex_init(&d->lock, NULL);
    *out = &d->docs;
    return OK;
}

const Docs *eval_docs_stream(Arena *arena, ItemStream *stream, int64_t n_items)
{
    StoredDocs *d = ARENA_NEW(arena, StoredDocs);
    d->docs = (Docs){(size_t)n_items, get};
    d->stream = stream;
    pthread_mutex_init(&d->lock, NULL);
    return &d->docs;
}

void eval_docs_close(const Docs *docs)
{
    if (!docs)
        return;
    StoredDocs *d = stored_of(docs);
    db_close(d->db);
    stream_close(d->stream);
    arena_free(&d->arena);
    pthread_mutex_destroy(&d->lock);
}
