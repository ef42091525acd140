/* checkpoint.h - copies SQLite's log back into the file beside the writer, not in its way.
 *
 * The commit that meets SQLite's own limit waits while up to 64 MB are copied and synced:
 * tenths of a second in which no reply becomes durable and, soon, none is asked for. Here a
 * thread with a connection of its own copies while the writer goes on; what came meanwhile is
 * little, the writer copies it between two groups, and the log begins anew. Nothing here can
 * lose anything: the log holds all until it is copied. */
#ifndef ENGINE_CHECKPOINT_H
#define ENGINE_CHECKPOINT_H

#include "db/db.h"

typedef struct Checkpointer Checkpointer;

/* *out is NULL where the database needs none. */
Status checkpointer_start(const char *db_url, Db *writing, Checkpointer **out, Err *err) MUST_CHECK;

/* After each commit of `writing`, by its thread. */
void checkpointer_after_commit(Checkpointer *c, Db *writing);

void checkpointer_stop(Checkpointer *c); /* ends the thread; accepts NULL */

#endif
