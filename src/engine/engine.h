/* engine.h - requests in, durable replies out.
 *
 * The engine takes units (one item with its requests) from a job, asks the model with
 * many requests at once, retries, paces, reuses replies from the cache, and hands each reply to
 * the writer. When the last reply of a unit is written, the job adds its samples in the same
 * transaction. A unit counts as done after its commit. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "core/sample.h"
#include "engine/writer.h"
#include "model/model.h"

#include <stdatomic.h>

/* What happened to one request of a unit. */
typedef struct Exchange {
    int64_t response_id; /* row of the reply; 0 when it failed */
    bool cached;
    int attempts; /* requests sent */
    double cost;  /* NAN unknown */
    Str key;
    double sent;     /* time of the last attempt; private */
    uint32_t leader; /* 1 + the request whose reply answers this one too, 0 none; private */
} Exchange;

typedef struct Unit {
    Arena arena;            /* the unit's; reset when it is done */
    void *item;             /* the job's, in the arena */
    ModelRequest *requests; /* n_requests of each of these three */
    ModelReply *replies;
    Exchange *exchanges;
    size_t n_requests;
    Str fresh;              /* not empty: only replies asked under this word are reused */
    bool slow;              /* the job judges it by itself, before it is finished */
    size_t sent, unwritten; /* private to the engine, as are the next */
    size_t undelivered;
    bool abandoned; /* some request will not be answered: the unit is not finished */
} Unit;

typedef struct EngineJob {
    void *user;
    /* Fills item, requests, n_requests, fresh, slow in the unit's arena; *more is false at the end.
     * Called by one thread at a time. */
    Status (*next)(void *user, Unit *unit, bool *more, Err *err);
    /* All replies are there: adds samples and judgements. Writer thread, open transaction.
     * A reply with state REPLY_FAILED makes an error sample. */
    Status (*finish)(void *user, Db *db, Unit *unit, Err *err);
    /* All replies to a slow unit are there and none failed: what takes long, such as running
     * code. Several threads at once, each another unit. NULL when no unit is slow. */
    Status (*judge)(void *user, Unit *unit, Err *err);
} EngineJob;

typedef struct EngineOptions {
    const Model *model;
    int64_t model_id;
    const char *db_url;     /* for cache look-ups */
    int concurrency;        /* ceiling of requests in flight; inline models: threads */
    int max_attempts;       /* of one request */
    double retry_wait;      /* seconds before the first retry; doubles */
    double max_cost;        /* 0: none */
    int64_t max_requests;   /* 0: none */
    const atomic_int *stop; /* 0 go on, 1 drain, 2 stop at once */
} EngineOptions;

/* Counters, readable at any time. */
typedef struct EngineProgress {
    atomic_llong done, errors, cached, requests, retries, prompt_tokens, completion_tokens;
    atomic_llong in_flight, limit;
    atomic_llong cost; /* in parts of the price's currency: one request may cost a millionth */
} EngineProgress;

#define COST_UNITS 1e12
double engine_spent(EngineProgress *progress);

typedef enum EngineEnd {
    ENGINE_DONE,        /* every unit was asked and written */
    ENGINE_INTERRUPTED, /* by the stop flag */
    ENGINE_BUDGET,      /* max_cost or max_requests reached */
    ENGINE_FATAL,       /* the model refuses or is out of reach; nothing more would work */
} EngineEnd;

/* Runs the job to its end. OK with *end and, unless DONE, the reason in `reason`;
 * another status when the job or the database failed. */
Status engine_run(const EngineOptions *options, const EngineJob *job, Writer *writer,
                  EngineProgress *progress, EngineEnd *end, Err *reason, Err *err) MUST_CHECK;

/* A stored reply as the model gave it. */
ModelReply engine_reply_of(const ResponseRow *row);

#endif
