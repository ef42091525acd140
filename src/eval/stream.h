/* stream.h - a data file that is asked from and imported at the same time. Private to eval/.
 *
 *     data file -> block of rows -> read by the threads that ask
 *                                -> the writer's next transaction, ahead of the samples
 *
 * Importing 100,000 items first would take a fifth of the time of a fast run. The version's row
 * is there from the start; its items follow block by block, and the rest when the run ends. An
 * import that was interrupted is finished by the next command that uses the file. */
#ifndef EVAL_STREAM_H
#define EVAL_STREAM_H

#include "core/dataset.h"
#include "engine/writer.h"
#include "task/task.h"

#include <stdatomic.h>

typedef struct ItemStream ItemStream;

/* Takes the open `file`. `n_stored` items are in the database already. */
ItemStream *stream_open(DataFile *file, int64_t version_id, int64_t n_stored);
/* After the last use; accepts NULL. */
void stream_close(ItemStream *s);

/* Whether no item was stored when it was opened. */
bool stream_is_new(const ItemStream *s);

/* Its blocks go through this writer, which must end before the stream is closed. */
void stream_attach(ItemStream *s, Writer *writer);

/* The block that holds item `index`, reading on as far as needed; valid until the next call.
 * *out is NULL for an item before the current block. One thread at a time. */
Status stream_block(ItemStream *s, int64_t index, const ItemRows **out, Err *err) MUST_CHECK;
/* The key of an item that stream_block has passed. */
Str stream_key(const ItemStream *s, int64_t index);
/* Record `index` from the file; from any thread. */
Status stream_record(const ItemStream *s, int64_t index, Arena *arena, Json *out,
                     Err *err) MUST_CHECK;

/* Sends what nobody asked for to the writer, and waits until all is committed or the writer
 * has failed. Once `stop` is 2 the rest is left to the next command that uses the file. */
Status stream_finish(ItemStream *s, Writer *writer, const atomic_int *stop, Err *err) MUST_CHECK;

#endif
