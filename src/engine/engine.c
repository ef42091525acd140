/* engine.c - units: taking, delivering, writing, and how it all ends. */
#include "engine/private.h"

#include "base/clock.h"
#include "base/hash.h"
#include "core/store.h"

#include <math.h>

enum { SPARE_UNITS = 1024, INDEX_BITS = 24 };

static uint64_t id_of(const Engine *e, const Unit *unit, size_t index)
{
    return (uint64_t)(unit - e->units) << INDEX_BITS | index;
}

/* ---- ending ---- */

void engine_end(Engine *e, EngineEnd end, const char *fmt, ...)
{
    pthread_mutex_lock(&e->lock);
    if (!e->ended) {
        e->ended = true;
        e->end = end;
        va_list args;
        va_start(args, fmt);
        vsnprintf(e->reason.msg, sizeof e->reason.msg, fmt, args);
        va_end(args);
        e->reason.code = end == ENGINE_FATAL ? E_REMOTE : E_LIMIT;
    }
    pthread_cond_broadcast(&e->freed);
    pthread_mutex_unlock(&e->lock);
}

void engine_fail(Engine *e, const Err *err)
{
    pthread_mutex_lock(&e->lock);
    if (e->status == OK) {
        e->status = err->code;
        e->err = *err;
    }
    e->ended = true;
    pthread_cond_broadcast(&e->freed);
    pthread_mutex_unlock(&e->lock);
}

int engine_stopping(Engine *e)
{
    int flag = e->options->stop ? atomic_load(e->options->stop) : 0;
    if (flag)
        engine_end(e, ENGINE_INTERRUPTED, "interrupted");
    pthread_mutex_lock(&e->lock);
    bool failed = e->status != OK, ended = e->ended;
    bool fatal = ended && e->end == ENGINE_FATAL;
    pthread_mutex_unlock(&e->lock);
    if (flag >= 2 || failed || fatal || writer_failed(e->writer))
        return 2;
    return ended;
}

/* Whether the budget allows another request besides those in flight, each taken to cost as
 * much as the dearest so far. While they might use it up, nothing leaves. */
static bool affordable(Engine *e, bool paced)
{
    double budget = e->options->max_cost;
    double spent = engine_spent(e->progress);
    double each = (double)atomic_load(&e->dearest) / COST_UNITS;
    int in_flight;
    pace_limit(&e->pace, &in_flight);
    if (spent + each > budget || spent >= budget) {
        engine_end(e, ENGINE_BUDGET, "the budget of %g is reached (%.6g spent)", budget, spent);
        return false;
    }
    if (!paced) /* none waits for another's reply */
        return true;
    if (!atomic_load(&e->answered)) /* the first reply tells the price */
        return in_flight == 0;
    return spent + each * (in_flight + 1) <= budget;
}

static bool within_budget(Engine *e, bool paced)
{
    const EngineOptions *o = e->options;
    long long asked = atomic_load(&e->progress->requests);
    if (o->max_requests && asked >= o->max_requests) {
        engine_end(e, ENGINE_BUDGET, "the limit of %lld requests is reached",
                   (long long)o->max_requests);
        return false;
    }
    return o->max_cost <= 0 || affordable(e, paced);
}

bool engine_enter(Engine *e, double tokens, double now, double *wait)
{
    bool budget = e->options->max_requests || e->options->max_cost > 0;
    if (engine_stopping(e))
        return false;
    if (budget)
        pthread_mutex_lock(&e->budget);
    bool go = (!budget || within_budget(e, wait != NULL)) &&
              (!wait || pace_enter(&e->pace, tokens, now, wait));
    if (go)
        atomic_fetch_add(&e->progress->requests, 1);
    if (budget)
        pthread_mutex_unlock(&e->budget);
    return go;
}

/* ---- units ---- */

static Str fresh_key(Unit *unit, Str key)
{
    Str both = str_printf(&unit->arena, "%.*s/%.*s", (int)key.len, key.ptr, (int)unit->fresh.len,
                          unit->fresh.ptr);
    return hash_hex(&unit->arena, hash_bytes(both));
}

static bool prepare_unit(Engine *e, Unit *unit)
{
    unit->replies = arena_array(&unit->arena, unit->n_requests, sizeof *unit->replies);
    unit->exchanges = arena_array(&unit->arena, unit->n_requests, sizeof *unit->exchanges);
    unit->sent = 0;
    unit->unwritten = unit->undelivered = unit->n_requests;
    unit->abandoned = false;
    for (size_t i = 0; i < unit->n_requests; i++) {
        Exchange *x = &unit->exchanges[i];
        x->cost = NAN;
        if (str_eqc(e->options->model->spec.provider, "recorded"))
            continue; /* a file of outputs needs no cache */
        x->key = model_request_key(e->options->model, &unit->requests[i], &unit->arena);
        if (unit->fresh.len)
            x->key = fresh_key(unit, x->key);
    }
    return unit->n_requests > 0;
}

Unit *engine_unit_of(Engine *e, uint64_t id)
{
    return &e->units[id >> INDEX_BITS];
}

static void free_unit(Engine *e, Unit *unit)
{
    arena_reset(&unit->arena);
    pthread_mutex_lock(&e->lock);
    e->free_units[e->n_free++] = (uint32_t)(unit - e->units);
    pthread_cond_signal(&e->freed);
    pthread_mutex_unlock(&e->lock);
}

/* With the lock held: waits for a sign, but not for ever. A writer that failed drops what it
 * has, and wakes only those whose ids were in the failed group. */
static void wait_freed(Engine *e)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 100000000; /* 0.1 s */
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&e->freed, &e->lock, &until);
    if (writer_failed(e->writer))
        e->ended = true;
}

/* With the lock held: a free unit index, or -1. */
static int64_t take_free(Engine *e, bool wait)
{
    while (!e->n_free && wait && !e->ended && !e->exhausted) {
        pthread_mutex_unlock(&e->lock);
        writer_flush(e->writer);
        pthread_mutex_lock(&e->lock);
        if (!e->n_free && !e->ended)
            wait_freed(e);
    }
    if (e->ended || e->exhausted || !e->n_free)
        return -1;
    return e->free_units[--e->n_free];
}

Unit *engine_next_unit(Engine *e, bool wait, bool *over)
{
    Err err = {0};
    bool more = false;
    Unit *unit = NULL;
    Status status = OK;
    pthread_mutex_lock(&e->lock);
    int64_t index = take_free(e, wait);
    if (index >= 0) { /* the lock also serialises the job's next() */
        unit = &e->units[index];
        unit->slow = false;
        status = e->job->next(e->job->user, unit, &more, &err);
        if (status != OK || !more)
            e->exhausted = true;
    }
    *over = e->exhausted || e->ended;
    pthread_mutex_unlock(&e->lock);
    if (!unit) {
        if (!*over)
            writer_flush(e->writer);
        return NULL;
    }
    if (status != OK)
        engine_fail(e, &err);
    if (status != OK || !more || !prepare_unit(e, unit)) {
        free_unit(e, unit);
        return NULL;
    }
    *over = false;
    return unit;
}

/* ---- the cache ---- */

static const char *const finish_names[] = {
    [FINISH_STOP] = "stop",         [FINISH_LENGTH] = "length", [FINISH_REFUSED] = "refused",
    [FINISH_FILTERED] = "filtered", [FINISH_OTHER] = "other",
};

static FinishReason finish_of(Str name)
{
    for (size_t i = 0; i < COUNT(finish_names); i++)
        if (str_eqc(name, finish_names[i]))
            return (FinishReason)i;
    return FINISH_OTHER;
}

ModelReply engine_reply_of(const ResponseRow *row)
{
    return (ModelReply){
        .state = REPLY_OK,
        .text = row->text,
        .reasoning = row->reasoning,
        .finish = finish_of(row->finish),
        .finish_raw = row->finish_raw,
        .logprob = row->logprob,
        .greedy = row->greedy > 0,
        .prompt_tokens = (int)row->prompt_tokens,
        .completion_tokens = (int)row->completion_tokens,
        .seconds = row->seconds,
        .first_token = isnan(row->first_token) ? -1 : row->first_token,
        .served_model = row->served_model,
    };
}

bool engine_from_cache(Engine *e, Db *reader, Unit *unit, size_t index)
{
    Exchange *x = &unit->exchanges[index];
    ResponseRow row;
    bool found;
    Err err = {0};
    if (!reader || !x->key.len)
        return false;
    if (cache_find(&e->cache, reader, x->key, &unit->arena, &row, &found, &err) != OK) {
        engine_fail(e, &err);
        return false;
    }
    if (!found)
        return false;
    unit->replies[index] = engine_reply_of(&row);
    x->response_id = row.id;
    x->cached = true;
    x->cost = row.cost;
    return true;
}

/* ---- delivering and writing ---- */

static void count_cost(Engine *e, long long cost)
{
    long long dearest = atomic_load(&e->dearest);
    while (cost > dearest && !atomic_compare_exchange_weak(&e->dearest, &dearest, cost))
        ;
    atomic_fetch_add(&e->progress->cost, cost);
}

double engine_spent(EngineProgress *progress)
{
    return (double)atomic_load(&progress->cost) / COST_UNITS;
}

static bool all_answered(const Unit *unit)
{
    for (size_t i = 0; i < unit->n_requests; i++)
        if (unit->replies[i].state != REPLY_OK)
            return false;
    return !unit->abandoned;
}

/* To the writer; the last request of a slow unit by way of those who judge. */
static void hand_on(Engine *e, Unit *unit, size_t index)
{
    bool last = --unit->undelivered == 0;
    if (last && unit->slow && e->judging && all_answered(unit))
        judging_push(e->judging, id_of(e, unit, index));
    else
        writer_push(e->writer, &e->source, id_of(e, unit, index));
}

void engine_settle(Engine *e)
{
    if (e->judging)
        judging_finish(e->judging);
    e->judging = NULL;
    writer_drain(e->writer);
}

void engine_deliver(Engine *e, Unit *unit, size_t index)
{
    const ModelReply *reply = &unit->replies[index];
    Exchange *x = &unit->exchanges[index];
    EngineProgress *p = e->progress;
    if (x->cached) {
        atomic_fetch_add(&p->cached, 1);
    } else if (reply->state == REPLY_OK) {
        double cost = model_cost(e->options->model, reply);
        x->cost = cost < 0 ? NAN : cost;
        if (cost > 0)
            count_cost(e, (long long)(cost * COST_UNITS + 0.5));
        atomic_fetch_add(&e->answered, 1);
        if (reply->prompt_tokens > 0)
            atomic_fetch_add(&p->prompt_tokens, reply->prompt_tokens);
        if (reply->completion_tokens > 0)
            atomic_fetch_add(&p->completion_tokens, reply->completion_tokens);
    }
    hand_on(e, unit, index);
}

static bool same_prompt(const ModelRequest *a, const ModelRequest *b)
{
    if (a->messages && b->messages)
        return json_equal(a->messages, b->messages);
    return !a->messages && !b->messages && str_eq(a->prompt, b->prompt);
}

/* The prompt is kept once for requests in turn that share it, as the choices of an item do. */
static Str stored_prompt(const ModelRequest *r, size_t index, Arena *arena)
{
    if (r->kind == REQUEST_SCORE && index > 0 && same_prompt(r, r - 1))
        return (Str){0};
    return r->messages ? json_dump(arena, r->messages) : r->prompt.ptr ? r->prompt : STR("");
}

static Status write_response(Engine *e, Db *db, const Unit *unit, size_t index, Err *err)
{
    SCOPED_ARENA(scratch);
    const ModelReply *reply = &unit->replies[index];
    Exchange *x = &unit->exchanges[index];
    bool score = unit->requests[index].kind == REQUEST_SCORE;
    if (x->cached || reply->state != REPLY_OK)
        return OK;
    ResponseRow row = {
        .model_id = e->options->model_id,
        .key = x->key,
        .prompt = stored_prompt(&unit->requests[index], index, &scratch),
        .text = score             ? str_from(NULL)
                : reply->text.ptr ? reply->text
                                  : STR(""),
        .reasoning = reply->reasoning,
        .finish = str_from(finish_names[reply->finish]),
        .finish_raw = reply->finish_raw,
        .served_model = reply->served_model,
        .logprob = score ? reply->logprob : NAN,
        .greedy = score ? reply->greedy : -1,
        .prompt_tokens = reply->prompt_tokens,
        .completion_tokens = reply->completion_tokens,
        .seconds = reply->seconds,
        .first_token = reply->first_token < 0 ? NAN : reply->first_token,
        .cost = x->cost,
        .attempts = x->attempts,
    };
    return response_add(db, &row, &x->response_id, err);
}

void engine_abandon(Engine *e, Unit *unit, size_t index)
{
    unit->abandoned = true;
    unit->replies[index] = (ModelReply){.state = REPLY_FAILED};
    hand_on(e, unit, index);
}

static Status on_write(void *user, Db *db, uint64_t id, bool *tell, Err *err)
{
    Engine *e = user;
    Unit *unit = engine_unit_of(e, id);
    TRY(write_response(e, db, unit, id & ((1u << INDEX_BITS) - 1), err));
    *tell = --unit->unwritten == 0;
    return *tell && !unit->abandoned ? e->job->finish(e->job->user, db, unit, err) : OK;
}

static void on_committed(void *user, uint64_t id)
{
    Engine *e = user;
    Unit *unit = engine_unit_of(e, id);
    bool failed = false;
    for (size_t i = 0; i < unit->n_requests; i++)
        failed = failed || unit->replies[i].state != REPLY_OK;
    if (!unit->abandoned) {
        atomic_fetch_add(&e->progress->done, 1);
        if (failed)
            atomic_fetch_add(&e->progress->errors, 1);
    }
    free_unit(e, unit);
}

static void on_wake(void *user)
{
    Engine *e = user;
    bool failed = writer_failed(e->writer);
    pthread_mutex_lock(&e->lock);
    e->ended = e->ended || failed; /* units that a failed writer dropped never come back */
    pthread_cond_broadcast(&e->freed);
    pthread_mutex_unlock(&e->lock);
    if (e->wake_workers)
        e->wake_workers(e);
}

/* ---- running ---- */

static Status read_cache(Engine *e, Err *err)
{
    Db *db;
    TRY(store_open_read(e->options->db_url, &db, err));
    Status status = cache_read(db, e->options->model_id, &e->cache, err);
    e->use_cache = e->cache.len > 0;
    db_close(db);
    return status;
}

static void make_units(Engine *e, Arena *arena)
{
    e->n_units = (size_t)e->options->concurrency + SPARE_UNITS;
    e->units = arena_array(arena, e->n_units, sizeof *e->units);
    e->free_units = arena_array(arena, e->n_units, sizeof *e->free_units);
    for (size_t i = 0; i < e->n_units; i++)
        e->free_units[e->n_free++] = (uint32_t)(e->n_units - 1 - i);
}

Status engine_run(const EngineOptions *options, const EngineJob *job, Writer *writer,
                  EngineProgress *progress, EngineEnd *end, Err *reason, Err *err)
{
    SCOPED_ARENA(arena);
    Engine *e = ARENA_NEW(&arena, Engine);
    e->options = options;
    e->job = job;
    e->writer = writer;
    e->progress = progress;
    e->source = (WriterSource){e, on_write, on_committed, on_wake};
    TRY(read_cache(e, err));
    pthread_mutex_init(&e->lock, NULL);
    pthread_mutex_init(&e->budget, NULL);
    pthread_cond_init(&e->freed, NULL);
    pace_init(&e->pace, options->concurrency, options->model->rpm, options->model->tpm,
              clock_seconds());
    make_units(e, &arena);
    e->judging = job->judge ? judging_new(e, &arena) : NULL;
    Status status =
        options->model->provider->answer ? engine_inline(e, err) : engine_remote(e, err);
    engine_settle(e); /* from here on the writer does not know this engine */
    if (status == OK && e->status == OK && !writer_failed(writer) && e->n_free != e->n_units)
        status = err_set(err, E_IO, "%zu items were lost on the way; this is a fault of assay",
                         e->n_units - e->n_free);
    if (status == OK && e->status != OK) {
        status = e->status;
        *err = e->err;
    }
    *end = e->end;
    *reason = e->reason;
    for (size_t i = 0; i < e->n_units; i++)
        arena_free(&e->units[i].arena);
    cache_free(&e->cache);
    pace_destroy(&e->pace);
    pthread_cond_destroy(&e->freed);
    pthread_mutex_destroy(&e->budget);
    pthread_mutex_destroy(&e->lock);
    return status;
}
