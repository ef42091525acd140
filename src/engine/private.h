/* private.h - the engine's shared state. Private to engine/. */
#ifndef ENGINE_PRIVATE_H
#define ENGINE_PRIVATE_H

#include "engine/cache.h"
#include "engine/engine.h"
#include "engine/pace.h"

typedef struct Judging Judging; /* judging.c */

typedef struct Engine {
    const EngineOptions *options;
    const EngineJob *job;
    Writer *writer;
    WriterSource source;
    EngineProgress *progress;
    Judging *judging; /* NULL when the job has no slow units */
    Pace pace;
    pthread_mutex_t budget; /* held from the question to the count, when there is a budget */

    pthread_mutex_t lock; /* guards what follows, to n_free */
    pthread_cond_t freed; /* a unit came back, or the end is near */
    bool exhausted;       /* the job has no more units */
    bool ended;           /* nothing new is started */
    EngineEnd end;
    Err reason;    /* why it ended early */
    Status status; /* failure of the job */
    Err err;
    uint32_t *free_units;
    size_t n_free;

    Unit *units;
    size_t n_units;
    Cache cache;
    bool use_cache;        /* some reply may be there */
    atomic_llong answered; /* requests that got an answer: tells a dead server from a flaky one */
    atomic_llong dearest;  /* highest cost of a request so far, in COST_UNITS */
    void (*wake_workers)(struct Engine *e);
    void *workers; /* private to remote.c */
    size_t n_workers;
} Engine;

/* Takes a free unit and lets the job fill it. NULL when there is none now; *over tells
 * that there will be none any more. `wait`: block until there is. */
Unit *engine_next_unit(Engine *e, bool wait, bool *over);

/* Fills the exchange from the cache; true when it was there. `reader` may be NULL. */
bool engine_from_cache(Engine *e, Db *reader, Unit *unit, size_t index);

/* The reply of request `index` is final: count it and give it to the writer. */
void engine_deliver(Engine *e, Unit *unit, size_t index);
/* Request `index` will not be answered: the unit comes back without samples. */
void engine_abandon(Engine *e, Unit *unit, size_t index);

/* The unit that an id of the writer's queue belongs to. */
Unit *engine_unit_of(Engine *e, uint64_t id);
/* After the last delivery: waits for verdicts and commits. */
void engine_settle(Engine *e);

/* ---- verdicts that take long (judging.c) ---- */
Judging *judging_new(Engine *e, Arena *arena);
/* `id`: of the last request of a unit that is to be judged. */
void judging_push(Judging *j, uint64_t id);
/* Waits until all are judged and handed to the writer; nothing may be pushed any more. */
void judging_finish(Judging *j);

/* ---- one reply for several requests (share.c) ---- */
/* Marks the requests that the reply to `leader` will answer too, but for those in the cache:
 * they are not to be sent. */
void engine_share(Engine *e, Db *reader, Unit *unit, size_t leader);
/* Tells the end of request `leader` and of those it answers. `http`: what replies[leader] was
 * read from, or NULL. */
typedef void (*EngineTell)(Engine *e, Unit *unit, size_t index);
void engine_tell(Engine *e, Unit *unit, size_t leader, const HttpReply *http, EngineTell tell);

/* No further units; the first caller's reason stays. */
void engine_end(Engine *e, EngineEnd end, const char *fmt, ...) PRINTF_LIKE(3, 4);
void engine_fail(Engine *e, const Err *err);

/* Whether another request of about `tokens` may leave now; it then counts as sent and as in
 * flight (pace_leave). False when a budget or the stop flag forbids it, which ends the engine,
 * and while the pace, or what the requests in flight may cost, forbids it: *wait says for how
 * long at most. Asking and counting are one step: no two threads take the last of a budget.
 * With `wait` NULL (inline models) only budgets and the stop flag count. */
bool engine_enter(Engine *e, double tokens, double now, double *wait);
/* 2 when everything must stop at once, 1 when only what is in flight goes on, 0 else. */
int engine_stopping(Engine *e);

Status engine_remote(Engine *e, Err *err) MUST_CHECK;
Status engine_inline(Engine *e, Err *err) MUST_CHECK;

#endif
