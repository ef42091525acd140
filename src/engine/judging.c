/* judging.c - threads for verdicts that take long, so that neither replies nor the writer wait.
 *
 * A unit whose last reply is there goes through this queue on its way to the writer. The threads
 * start with the first such unit. */
#include "engine/private.h"

#include <unistd.h>

enum { MOST_JUDGES = 64 };

struct Judging {
    Engine *engine;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    uint64_t *queue; /* ring of ids of last requests; as many as there are units */
    size_t first, count, size;
    pthread_t threads[MOST_JUDGES];
    size_t n_threads;
    bool stopping;
};

static void judge_one(Engine *e, uint64_t id)
{
    Unit *unit = engine_unit_of(e, id);
    Err err = {0};
    if (engine_stopping(e) == 2) {
        unit->abandoned = true;
    } else if (e->job->judge(e->job->user, unit, &err) != OK) {
        if (engine_stopping(e) != 2) /* else it was told to stop */
            engine_fail(e, &err);
        unit->abandoned = true;
    }
    writer_push(e->writer, &e->source, id);
}

static void *judge_main(void *argument)
{
    Judging *j = argument;
    pthread_setname_np(pthread_self(), "assay-judge");
    for (;;) {
        pthread_mutex_lock(&j->lock);
        while (!j->count && !j->stopping)
            pthread_cond_wait(&j->filled, &j->lock);
        if (!j->count) {
            pthread_mutex_unlock(&j->lock);
            return NULL;
        }
        uint64_t id = j->queue[j->first];
        j->first = (j->first + 1) % j->size;
        j->count--;
        pthread_mutex_unlock(&j->lock);
        judge_one(j->engine, id);
    }
}

Judging *judging_new(Engine *e, Arena *arena)
{
    Judging *j = ARENA_NEW(arena, Judging);
    j->engine = e;
    j->size = e->n_units;
    j->queue = arena_array(arena, j->size, sizeof *j->queue);
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->filled, NULL);
    return j;
}

/* With the lock held. */
static void start_threads(Judging *j)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = cores < 1 ? 1 : cores > MOST_JUDGES ? MOST_JUDGES : (size_t)cores;
    while (j->n_threads < wanted &&
           pthread_create(&j->threads[j->n_threads], NULL, judge_main, j) == 0)
        j->n_threads++;
}

void judging_push(Judging *j, uint64_t id)
{
    pthread_mutex_lock(&j->lock);
    if (!j->n_threads)
        start_threads(j);
    bool taken = j->n_threads > 0;
    if (taken) {
        j->queue[(j->first + j->count) % j->size] = id;
        j->count++;
        pthread_cond_signal(&j->filled);
    }
    pthread_mutex_unlock(&j->lock);
    if (!taken) /* no thread to be had: it takes the time of this one */
        judge_one(j->engine, id);
}

void judging_finish(Judging *j)
{
    pthread_mutex_lock(&j->lock);
    j->stopping = true;
    pthread_cond_broadcast(&j->filled);
    pthread_mutex_unlock(&j->lock);
    for (size_t i = 0; i < j->n_threads; i++)
        pthread_join(j->threads[i], NULL);
    j->n_threads = 0;
    pthread_mutex_destroy(&j->lock);
    pthread_cond_destroy(&j->filled);
}
