/* remote.c - models behind HTTP: shards, each a thread with its own event loop. A unit belongs to
 * the shard that took it until its requests are delivered. */
#include "engine/private.h"

#include "base/clock.h"
#include "base/rng.h"
#include "core/store.h"

#include <unistd.h>

enum { SHARD_TRANSFERS = 32, BATCH = 64, UNREACHED_LIMIT = 3, RATE_LIMIT_ATTEMPTS = 40 };
static const double LONGEST_BACKOFF = 30;

/* A request that waits for its time, or is in flight. */
typedef struct Call {
    Unit *unit;
    uint32_t index, next_free;
    double due;
    bool waiting; /* for its time to retry */
    bool used;
} Call;

typedef struct Shard {
    Engine *engine;
    HttpClient *http;
    Db *reader;
    pthread_t thread;
    Call *calls;                                  /* slots, named by number in HttpRequest.id */
    size_t n_calls, n_used, n_waiting, transfers; /* transfers: most in flight */
    uint32_t free_call;
    Unit *current; /* unit whose requests are being sent */
    bool over;     /* no more units */
    Rng rng;
    int unreached; /* replies in a row that never reached the server */
    Err err;
} Shard;

enum { NO_CALL = UINT32_MAX };

/* There is a free one while n_used < n_calls. */
static Call *new_call(Shard *s, Unit *unit, size_t index)
{
    Call *call = &s->calls[s->free_call];
    s->free_call = call->next_free;
    *call = (Call){.unit = unit, .index = (uint32_t)index, .used = true};
    s->n_used++;
    return call;
}

static void end_call(Shard *s, Call *call)
{
    call->used = false;
    s->n_used--;
    call->next_free = s->free_call;
    s->free_call = (uint32_t)(call - s->calls);
}

static double estimated_tokens(const ModelRequest *r)
{
    return (double)(r->prompt.len + r->continuation.len) / 4 +
           (r->max_tokens > 0 ? (double)r->max_tokens / 4 : 64);
}

static void fail_call(Shard *s, Call *call, Str why)
{
    Unit *unit = call->unit;
    unit->replies[call->index] = (ModelReply){.state = REPLY_FAILED,
                                              .error = str_copy(&unit->arena, why),
                                              .prompt_tokens = -1,
                                              .completion_tokens = -1};
    engine_tell(s->engine, unit, call->index, NULL, engine_deliver);
    end_call(s, call);
}

static void start_call(Shard *s, Call *call, double now)
{
    Engine *e = s->engine;
    Unit *unit = call->unit;
    Exchange *x = &unit->exchanges[call->index];
    HttpRequest http = {.id = (uint64_t)(call - s->calls), .arena = &unit->arena};
    Err err = {0};
    const Model *model = e->options->model;
    Status status =
        model->provider->build(model, &unit->requests[call->index], &unit->arena, &http, &err);
    http.id = (uint64_t)(call - s->calls);
    http.arena = &unit->arena;
    if (status == OK)
        status = http_send(s->http, &http, &err);
    x->sent = now;
    x->attempts++;
    if (x->attempts > 1)
        atomic_fetch_add(&e->progress->retries, 1);
    if (status == E_MISSING) /* what every request needs, such as libcurl */
        engine_end(e, ENGINE_FATAL, "%s", err.msg);
    if (status != OK) {
        pace_leave(&e->pace, PACE_ERROR, now, -1, 0, now);
        fail_call(s, call, str_from(err.msg));
    }
}

/* ---- replies ---- */

static double backoff(Shard *s, const ModelReply *reply, int attempts)
{
    double wait = s->engine->options->retry_wait;
    for (int i = 1; i < attempts && wait < LONGEST_BACKOFF; i++)
        wait *= 2;
    if (wait > LONGEST_BACKOFF)
        wait = LONGEST_BACKOFF;
    wait *= 0.5 + 0.5 * rng_double(&s->rng);
    return reply->retry_after > wait ? reply->retry_after : wait;
}

/* A server that was never reached is not going to appear: say so instead of trying each
 * item in turn. */
static bool is_hopeless(Shard *s, const HttpReply *http, const ModelReply *reply)
{
    Engine *e = s->engine;
    if (reply->state == REPLY_FAILED && reply->fatal) {
        engine_end(e, ENGINE_FATAL, STR_FMT, STR_ARG(reply->error));
        return true;
    }
    s->unreached = http->fault == HTTP_UNREACHED ? s->unreached + 1 : 0;
    if (s->unreached >= UNREACHED_LIMIT && !atomic_load(&e->answered)) {
        engine_end(e, ENGINE_FATAL, STR_FMT, STR_ARG(reply->error));
        return true;
    }
    return false;
}

static PaceEvent pace_event(const ModelReply *reply)
{
    if (reply->state == REPLY_OK)
        return PACE_OK;
    return reply->rate_limited ? PACE_RATE_LIMITED : PACE_ERROR;
}

static void take_reply(Shard *s, const HttpReply *http, double now)
{
    Engine *e = s->engine;
    Call *call = &s->calls[http->id];
    Unit *unit = call->unit;
    Exchange *x = &unit->exchanges[call->index];
    ModelReply *reply = &unit->replies[call->index];
    const Model *model = e->options->model;
    x->attempts += http->sent_again;
    *reply = (ModelReply){.retry_after = -1, .first_token = -1};
    model->provider->parse(model, &unit->requests[call->index], http, &unit->arena, reply);
    double tokens = (double)reply->prompt_tokens + (double)reply->completion_tokens;
    double sent = x->sent, retry_after = reply->retry_after;
    PaceEvent event = pace_event(reply);
    bool hopeless = is_hopeless(s, http, reply);
    int most = reply->rate_limited ? RATE_LIMIT_ATTEMPTS : e->options->max_attempts;
    if (!hopeless && reply->state == REPLY_RETRY && x->attempts < most) {
        call->due = now + backoff(s, reply, x->attempts);
        call->waiting = true;
        s->n_waiting++;
    } else {
        if (reply->state == REPLY_RETRY)
            reply->state = REPLY_FAILED;
        engine_tell(e, unit, call->index, http, hopeless ? engine_abandon : engine_deliver);
        end_call(s, call);
    }
    /* Last: what it cost is counted before it is no longer in flight. */
    pace_leave(&e->pace, event, sent, retry_after, tokens > 0 ? tokens : 0, now);
}

/* ---- sending ---- */

/* Starts calls whose time has come; returns when the next one is due. */
static double retry_due(Shard *s, double now)
{
    double next = now + 3600;
    for (size_t i = 0; i < s->n_calls && s->n_waiting; i++) {
        Call *call = &s->calls[i];
        double wait;
        if (!call->used || !call->waiting)
            continue;
        if (call->due > now) {
            next = call->due < next ? call->due : next;
            continue;
        }
        wait = 3600;
        if (!engine_enter(s->engine, estimated_tokens(&call->unit->requests[call->index]), now,
                          &wait)) {
            next = now + wait < next ? now + wait : next;
            continue;
        }
        call->waiting = false;
        s->n_waiting--;
        start_call(s, call, now);
    }
    return next;
}

/* On to the next request that no other speaks for. */
static void step_on(Shard *s, Unit *unit)
{
    do
        unit->sent++;
    while (unit->sent < unit->n_requests && unit->exchanges[unit->sent].leader);
    if (unit->sent == unit->n_requests)
        s->current = NULL;
}

/* Sends the next request of the current unit; false when it cannot leave now. */
static bool send_one(Shard *s, double now, double *wait)
{
    Engine *e = s->engine;
    Unit *unit = s->current;
    size_t index = unit->sent;
    if (engine_from_cache(e, s->reader, unit, index)) {
        step_on(s, unit);
        engine_deliver(e, unit, index);
        return true;
    }
    if (!engine_enter(e, estimated_tokens(&unit->requests[index]), now, wait))
        return false;
    Call *call = new_call(s, unit, index);
    engine_share(e, s->reader, unit, index);
    step_on(s, unit);
    start_call(s, call, now);
    return true;
}

/* Sends what may leave now; returns how long to wait at most before trying again. */
static double fill(Shard *s, double now)
{
    double wait = 0.25;
    while (s->n_used < s->n_calls && s->n_used - s->n_waiting < s->transfers) {
        if (!s->current && !s->over)
            s->current = engine_next_unit(s->engine, false, &s->over);
        if (!s->current)
            return wait;
        if (!send_one(s, now, &wait))
            return wait;
    }
    return wait;
}

/* Gives back everything that will not be asked any more. */
static void abandon_rest(Shard *s, bool in_flight_too)
{
    for (size_t i = 0; i < s->n_calls; i++) {
        Call *call = &s->calls[i];
        if (!call->used || (!call->waiting && !in_flight_too))
            continue;
        if (call->waiting)
            s->n_waiting--;
        engine_tell(s->engine, call->unit, call->index, NULL, engine_abandon);
        end_call(s, call);
    }
    Unit *unit = s->current;
    s->current = NULL;
    size_t end = unit ? unit->n_requests : 0;
    while (unit && end > unit->sent && unit->exchanges[end - 1].leader)
        end--; /* after the last that is ours to give back, the unit may not be ours */
    for (size_t i = unit ? unit->sent : 0; i < end; i++)
        if (!unit->exchanges[i].leader)
            engine_abandon(s->engine, unit, i);
}

static void poll_replies(Shard *s, double timeout)
{
    HttpReply replies[BATCH];
    size_t n = http_poll(s->http, timeout, replies, BATCH);
    double now = clock_seconds();
    for (size_t i = 0; i < n; i++)
        take_reply(s, &replies[i], now);
}

static void *shard_main(void *argument)
{
    Shard *s = argument;
    Engine *e = s->engine;
    pthread_setname_np(pthread_self(), "assay-shard");
    for (;;) {
        double now = clock_seconds(), wait = 0.25;
        int stopping = engine_stopping(e);
        if (stopping) {
            abandon_rest(s, stopping == 2);
            s->over = true;
            if (stopping == 2)
                break;
        } else {
            double due = retry_due(s, now);
            wait = fill(s, now);
            if (due - now < wait)
                wait = due - now;
        }
        if (s->over && !s->current && !s->n_used)
            break;
        poll_replies(s, wait > 0 ? wait : 0);
        int in_flight;
        atomic_store(&e->progress->limit, pace_limit(&e->pace, &in_flight));
        atomic_store(&e->progress->in_flight, in_flight);
    }
    return NULL;
}

/* ---- set-up ---- */

static void wake_shards(Engine *e)
{
    Shard *shards = e->workers;
    for (size_t i = 0; i < e->n_workers; i++)
        http_wake(shards[i].http);
}

static Status open_shard(Engine *e, Shard *s, size_t transfers, uint64_t seed, Arena *arena,
                         Err *err)
{
    s->engine = e;
    s->rng = rng_make(seed);
    s->transfers = transfers;
    s->n_calls = transfers * 4; /* in flight, and waiting for a retry */
    s->calls = arena_array(arena, s->n_calls, sizeof *s->calls);
    for (size_t i = 0; i < s->n_calls; i++)
        s->calls[i].next_free = i + 1 < s->n_calls ? (uint32_t)i + 1 : NO_CALL;
    TRY(http_client_new(transfers, &s->http, err));
    return e->use_cache ? store_open_read(e->options->db_url, &s->reader, err) : OK;
}

/* Enough for the client, and for every core to have work. */
static size_t shards_for(const Model *model, size_t transfers)
{
    size_t most = http_transfers_a_client(model->url);
    size_t cores = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    size_t useful = (transfers + SHARD_TRANSFERS - 1) / SHARD_TRANSFERS;
    size_t needed = (transfers + most - 1) / most;
    size_t busy = useful < cores ? useful : cores;
    return needed > busy ? needed : busy;
}

Status engine_remote(Engine *e, Err *err)
{
    SCOPED_ARENA(arena);
    size_t ceiling = (size_t)e->options->concurrency;
    size_t n = shards_for(e->options->model, ceiling);
    Shard *shards = arena_array(&arena, n, sizeof *shards);
    Status status = OK;
    size_t opened = 0, started = 0;
    for (; opened < n && status == OK; opened++)
        status = open_shard(e, &shards[opened], (ceiling + n - 1) / n, opened + 1, &arena, err);
    e->workers = shards;
    e->n_workers = opened;
    e->wake_workers = status == OK ? wake_shards : NULL;
    for (; started < n && status == OK; started++)
        if (pthread_create(&shards[started].thread, NULL, shard_main, &shards[started]) != 0) {
            status = err_set(err, E_LIMIT, "could not start thread %zu of %zu", started + 1, n);
            break;
        }
    if (status != OK)
        engine_end(e, ENGINE_FATAL, "%s", err->msg);
    for (size_t i = 0; i < started; i++)
        pthread_join(shards[i].thread, NULL);
    engine_settle(e);
    e->wake_workers = NULL;
    for (size_t i = 0; i < opened; i++) {
        http_client_free(shards[i].http);
        db_close(shards[i].reader);
    }
    return status;
}
