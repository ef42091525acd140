/* inline.c - models that answer in the calling thread: a small pool of workers. */
#include "engine/private.h"

#include "core/store.h"

typedef struct Worker {
    Engine *engine;
    void *session;
    Db *reader;
    pthread_t thread;
} Worker;

static void answer_one(Worker *w, Unit *unit, size_t index)
{
    Engine *e = w->engine;
    const Model *model = e->options->model;
    if (engine_from_cache(e, w->reader, unit, index)) {
        engine_deliver(e, unit, index);
        return;
    }
    if (!engine_enter(e, 0, 0, NULL)) {
        engine_abandon(e, unit, index);
        return;
    }
    ModelReply *reply = &unit->replies[index];
    *reply = (ModelReply){.retry_after = -1, .first_token = -1};
    unit->exchanges[index].attempts = 1;
    unit->requests[index].halt = e->options->stop;
    model->provider->answer(model, w->session, &unit->requests[index], &unit->arena, reply);
    if (reply->state == REPLY_RETRY)
        reply->state = REPLY_FAILED;
    if (reply->state == REPLY_FAILED && engine_stopping(e) == 2) { /* halted, not answered */
        engine_abandon(e, unit, index);
        return;
    }
    bool fatal = reply->state == REPLY_FAILED && reply->fatal;
    if (fatal)
        engine_end(e, ENGINE_FATAL, STR_FMT, STR_ARG(reply->error));
    (fatal ? engine_abandon : engine_deliver)(e, unit, index);
}

static void *worker_main(void *argument)
{
    Worker *w = argument;
    bool over = false;
    while (!over && !engine_stopping(w->engine)) {
        Unit *unit = engine_next_unit(w->engine, true, &over);
        size_t n = unit ? unit->n_requests : 0; /* the unit is not ours after its last reply */
        for (size_t i = 0; i < n; i++)
            answer_one(w, unit, i);
    }
    return NULL;
}

static Status open_worker(Engine *e, Worker *w, Err *err)
{
    const Model *model = e->options->model;
    w->engine = e;
    if (e->use_cache)
        TRY(store_open_read(e->options->db_url, &w->reader, err));
    return model->provider->session_new ? model->provider->session_new(model, &w->session, err)
                                        : OK;
}

Status engine_inline(Engine *e, Err *err)
{
    SCOPED_ARENA(arena);
    size_t n = (size_t)e->options->concurrency, opened = 0, started = 0;
    Worker *workers = arena_array(&arena, n, sizeof *workers);
    Status status = OK;
    for (; opened < n && status == OK; opened++)
        status = open_worker(e, &workers[opened], err);
    for (; started < n && status == OK; started++)
        if (pthread_create(&workers[started].thread, NULL, worker_main, &workers[started]) != 0) {
            status = err_set(err, E_LIMIT, "could not start thread %zu of %zu", started + 1, n);
            engine_end(e, ENGINE_FATAL, "%s", err->msg);
        }
    for (size_t i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    for (size_t i = 0; i < opened; i++) {
        if (workers[i].session && e->options->model->provider->session_free)
            e->options->model->provider->session_free(workers[i].session);
        db_close(workers[i].reader);
    }
    return status;
}
