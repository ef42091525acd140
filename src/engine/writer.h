/* writer.h - the one thread that writes: group commit.
 *
 * Producers push ids; the writer asks their source to write each id inside an open
 * transaction and commits after 256 ids, 20 ms, or a flush. Only after the commit does the
 * source hear `committed`. The first failure is kept: later pushes are dropped, nothing of
 * the failed group remains. */
#ifndef ENGINE_WRITER_H
#define ENGINE_WRITER_H

#include "db/db.h"

typedef struct Writer Writer;

typedef struct WriterSource {
    void *user;
    /* *tell: call `committed` for this id */
    Status (*write)(void *user, Db *db, uint64_t id, bool *tell, Err *err);
    void (*committed)(void *user, uint64_t id);
    void (*wake)(void *user); /* after a group was committed or the writer failed */
} WriterSource;

Status writer_start(const char *db_url, Writer **out, Err *err) MUST_CHECK;

/* From any thread; waits while the queue is full. `source` must outlive the writer's use. */
void writer_push(Writer *w, const WriterSource *source, uint64_t id);

/* What goes into the database ahead of the ids: `before` is called first in each group's
 * transaction, `after` once it is committed. One, set before the first push. */
typedef struct WriterLead {
    void *user;
    Status (*before)(void *user, Db *db, Err *err);
    void (*after)(void *user);
} WriterLead;
void writer_lead(Writer *w, const WriterLead *lead);

/* Commits what is queued without waiting for more. */
void writer_flush(Writer *w);

/* Waits until everything pushed so far is committed, told and woken, or dropped. */
void writer_drain(Writer *w);

bool writer_failed(Writer *w);

/* Writes what is queued, ends the thread, frees; gives the first failure. */
Status writer_stop(Writer *w, Err *err) MUST_CHECK;

#endif
