/* checkpoint.c - the thread that copies the log back. */
#include "engine/checkpoint.h"

#include <pthread.h>

/* Every 16 MB are copied: each copy is synced, for which the writer's own syncs have to wait.
 * After 32 MB the log begins anew, for which the writer has to copy the rest itself. */
enum { COPY_PAGES = 2048, LOG_PAGES = 4096 };

struct Checkpointer {
    Db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t asked;
    bool wanted, done, stopping, broken;
    size_t seen; /* pages in the log when it was last asked; the writer's */
};

static void *copy_main(void *argument)
{
    Checkpointer *c = argument;
    pthread_setname_np(pthread_self(), "assay-log");
    pthread_mutex_lock(&c->lock);
    for (;;) {
        while (!c->wanted && !c->stopping)
            pthread_cond_wait(&c->asked, &c->lock);
        if (c->stopping)
            break;
        pthread_mutex_unlock(&c->lock);
        bool copied = db_checkpoint(c->db, NULL) == OK;
        pthread_mutex_lock(&c->lock);
        c->wanted = false;
        c->done = true;
        c->broken = !copied; /* a full disk: the log keeps everything, so only stop trying */
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

Status checkpointer_start(const char *db_url, Db *writing, Checkpointer **out, Err *err)
{
    Db *db;
    *out = NULL;
    if (db_kind(writing) != DB_SQLITE)
        return OK;
    TRY(db_open(db_url, &db, err));
    Checkpointer *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->db = db;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->asked, NULL);
    if (pthread_create(&c->thread, NULL, copy_main, c) != 0) {
        db_close(db);
        free(c);
        return err_set(err, E_LIMIT, "could not start the thread that tends the database's log");
    }
    db_own_log(writing);
    *out = c;
    return OK;
}

void checkpointer_after_commit(Checkpointer *c, Db *writing)
{
    size_t pages = c ? db_log_pages(writing) : 0;
    if (!c)
        return;
    if (pages < c->seen)
        c->seen = 0; /* the log began anew */
    pthread_mutex_lock(&c->lock);
    bool rest = c->done && !c->broken;
    bool ask = !c->wanted && !c->done && !c->broken && pages >= c->seen + COPY_PAGES;
    c->done = false;
    c->wanted = c->wanted || ask;
    if (ask)
        pthread_cond_signal(&c->asked);
    pthread_mutex_unlock(&c->lock);
    if (ask)
        c->seen = pages; /* a reader may keep the log from beginning anew: not at every commit */
    if (rest && pages >= LOG_PAGES && db_checkpoint(writing, NULL) != OK)
        c->seen = pages; /* as above: nothing is lost */
}

void checkpointer_stop(Checkpointer *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    pthread_cond_signal(&c->asked);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
    db_close(c->db);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->asked);
    free(c);
}
