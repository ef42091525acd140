/* writer.c - the queue and the thread behind group commit. */
#include "engine/writer.h"

#include "base/clock.h"
#include "core/store.h"
#include "engine/checkpoint.h"

#include <pthread.h>

enum { QUEUE = 8192, GROUP = 256 };
static const double GROUP_SECONDS = 0.020;

typedef struct Entry {
    const WriterSource *source;
    uint64_t id;
    bool tell;
} Entry;

struct Writer {
    Db *db;
    Checkpointer *log;
    WriterLead lead; /* no functions: none */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t filled, drained;
    Entry queue[QUEUE]; /* ring */
    size_t first, count;
    bool stopping, flush, busy, failed;
    Err err;
};

static void wait_until(Writer *w, double deadline)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    double left = deadline - clock_seconds();
    if (left <= 0)
        return;
    t.tv_nsec += (long)(left * 1e9);
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&w->filled, &w->lock, &t);
}

/* Takes a group off the queue: waits for the first id, then up to 20 ms for more. */
static size_t take_group(Writer *w, Entry *group)
{
    pthread_mutex_lock(&w->lock);
    while (!w->count && !w->stopping) {
        w->flush = false;
        pthread_cond_wait(&w->filled, &w->lock);
    }
    double deadline = clock_seconds() + GROUP_SECONDS;
    while (w->count < GROUP && !w->stopping && !w->flush && clock_seconds() < deadline)
        wait_until(w, deadline);
    size_t n = w->count < GROUP ? w->count : GROUP;
    for (size_t i = 0; i < n; i++)
        group[i] = w->queue[(w->first + i) % QUEUE];
    w->first = (w->first + n) % QUEUE;
    w->count -= n;
    w->busy = n > 0;
    pthread_cond_broadcast(&w->drained);
    pthread_mutex_unlock(&w->lock);
    return n;
}

static Status write_group(Writer *w, Entry *group, size_t n, Err *err)
{
    TRY(db_begin(w->db, err));
    if (w->lead.before)
        TRY(w->lead.before(w->lead.user, w->db, err));
    for (size_t i = 0; i < n; i++)
        TRY(group[i].source->write(group[i].source->user, w->db, group[i].id, &group[i].tell, err));
    TRY(db_commit(w->db, err));
    if (w->lead.after)
        w->lead.after(w->lead.user);
    return OK;
}

static void note_failure(Writer *w, const Err *err)
{
    pthread_mutex_lock(&w->lock);
    w->failed = true;
    w->err = *err;
    w->count = 0;
    pthread_cond_broadcast(&w->drained);
    pthread_mutex_unlock(&w->lock);
}

static void tell(const Entry *group, size_t n, bool fine)
{
    for (size_t i = 0; i < n && fine; i++)
        if (group[i].tell)
            group[i].source->committed(group[i].source->user, group[i].id);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || group[i].source != group[i - 1].source)
            group[i].source->wake(group[i].source->user);
}

static void *writer_main(void *argument)
{
    Writer *w = argument;
    pthread_setname_np(pthread_self(), "assay-writer");
    Entry group[GROUP];
    size_t n;
    while ((n = take_group(w, group)) > 0) {
        Err err = {0};
        Status status = w->failed ? w->err.code : write_group(w, group, n, &err);
        if (status != OK && !w->failed) {
            db_rollback(w->db);
            note_failure(w, &err);
        }
        tell(group, n, status == OK);
        if (status == OK)
            checkpointer_after_commit(w->log, w->db);
        pthread_mutex_lock(&w->lock);
        w->busy = false;
        pthread_cond_broadcast(&w->drained);
        pthread_mutex_unlock(&w->lock);
    }
    return NULL;
}

Status writer_start(const char *db_url, Writer **out, Err *err)
{
    Db *db;
    TRY(store_open(db_url, &db, err));
    Checkpointer *log = NULL;
    Status status = db_skip_reference_checks(db, err);
    if (status == OK)
        status = checkpointer_start(db_url, db, &log, err);
    if (status != OK) {
        db_close(db);
        return status;
    }
    Writer *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    w->db = db;
    w->log = log;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->filled, &monotonic);
    pthread_cond_init(&w->drained, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&w->thread, NULL, writer_main, w) != 0) {
        checkpointer_stop(log);
        db_close(db);
        free(w);
        return err_set(err, E_LIMIT, "could not start the writer thread");
    }
    *out = w;
    return OK;
}

void writer_lead(Writer *w, const WriterLead *lead)
{
    w->lead = *lead;
}

void writer_push(Writer *w, const WriterSource *source, uint64_t id)
{
    pthread_mutex_lock(&w->lock);
    while (w->count == QUEUE && !w->failed)
        pthread_cond_wait(&w->drained, &w->lock);
    if (!w->failed) {
        w->queue[(w->first + w->count) % QUEUE] = (Entry){source, id, false};
        w->count++;
        if (w->count == 1 || w->count == GROUP)
            pthread_cond_signal(&w->filled);
    }
    pthread_mutex_unlock(&w->lock);
}

void writer_flush(Writer *w)
{
    pthread_mutex_lock(&w->lock);
    if (w->count) {
        w->flush = true;
        pthread_cond_signal(&w->filled);
    }
    pthread_mutex_unlock(&w->lock);
}

void writer_drain(Writer *w)
{
    pthread_mutex_lock(&w->lock);
    w->flush = w->count > 0;
    pthread_cond_signal(&w->filled);
    while (w->count || w->busy)
        pthread_cond_wait(&w->drained, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

bool writer_failed(Writer *w)
{
    pthread_mutex_lock(&w->lock);
    bool failed = w->failed;
    pthread_mutex_unlock(&w->lock);
    return failed;
}

Status writer_stop(Writer *w, Err *err)
{
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->filled);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    Status status = OK;
    if (w->failed) {
        status = w->err.code;
        if (err)
            *err = w->err;
    }
    checkpointer_stop(w->log);
    db_close(w->db);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->filled);
    pthread_cond_destroy(&w->drained);
    free(w);
    return status;
}
