/* datafile_check.c - every record of a data file is read once before any is used. */
#include "base/limits.h"
#include "task/datafile.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { RUN = 1 << 18, PART = 512, MOST_THREADS = 4, ALONE = 1 << 20 };

/* Records of a part of the file. A bad one is dropped, or ends the check. */
typedef struct Part {
    DataFile *file;
    size_t at, end; /* the next record; past the last */
    bool is_bad;    /* the error is that of record `at`, not of the file */
    Err *err;
} Part;

/* Keeps record `i` as number docs.len. */
static void keep_record(DataFile *file, size_t i)
{
    size_t at = file->docs.len++;
    if (file->lengths)
        file->lengths[at] = (uint32_t)(file->offsets[i + 1] - file->offsets[i]);
    file->offsets[at] = file->offsets[i];
}

static Status bad_record(Part *p, Status status)
{
    if (p->file->options.skip_bad)
        return datafile_bad(p->file, p->file->offsets[p->at], p->err);
    p->is_bad = true;
    return status;
}

/* Checks records up to `end`, whose bytes are `text`. */
static Status check_run(Part *p, size_t end, Str text)
{
    SCOPED_ARENA(scratch);
    DataFile *file = p->file;
    uint64_t start = file->offsets[p->at];
    for (; p->at < end; p->at++) {
        Json record;
        Str one = str_slice(text, (size_t)(file->offsets[p->at] - start),
                            (size_t)(file->offsets[p->at + 1] - start));
        Status status = file->format->read(file, one, &scratch, &record, p->err);
        if (status != OK)
            TRY(bad_record(p, status));
        else if (file->options.skip_bad)
            keep_record(file, p->at);
        arena_reset(&scratch);
    }
    return OK;
}

/* Reads runs of neighbouring records together: one call to the system for hundreds. */
static Status check_part(Part *p)
{
    const DataFile *file = p->file;
    while (p->at < p->end) {
        uint64_t start = file->offsets[p->at];
        size_t end = p->at + 1;
        while (end < p->end && file->offsets[end + 1] - start <= RUN)
            end++;
        uint64_t len = file->offsets[end] - start;
        if (len > LIMIT_RECORD) {
            TRY(bad_record(
                p, err_set(p->err, E_LIMIT, "record is larger than %zu bytes", LIMIT_RECORD)));
            p->at++;
            continue;
        }
        SCOPED_ARENA(scratch);
        char *bytes = arena_array(&scratch, (size_t)len + 1, 1);
        TRY(datafile_read(file, start, bytes, (size_t)len, p->err));
        TRY(check_run(p, end, (Str){bytes, (size_t)len}));
    }
    return OK;
}

/* ---- several threads, when bad records are refused ---- */

typedef struct Check {
    DataFile *file;
    size_t n;
    atomic_size_t next;  /* record of the next part */
    atomic_size_t first; /* that failed, n: none; the lowest, whichever thread meets it */
    pthread_mutex_t lock;
    bool is_bad;
    Err err;
} Check;

static void note_failure(Check *c, const Part *p)
{
    pthread_mutex_lock(&c->lock);
    if (p->at < atomic_load(&c->first)) {
        atomic_store(&c->first, p->at);
        c->is_bad = p->is_bad;
        c->err = *p->err;
    }
    pthread_mutex_unlock(&c->lock);
}

static void *check_parts(void *argument)
{
    Check *c = argument;
    for (;;) {
        size_t at = atomic_fetch_add(&c->next, PART);
        Err err = {0};
        Part p = {c->file, at, c->n - at < PART ? c->n : at + PART, false, &err};
        if (at >= c->n || at >= atomic_load(&c->first))
            return NULL;
        if (check_part(&p) != OK)
            note_failure(c, &p);
    }
}

static size_t threads_for(const DataFile *file)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (cores < 2 || file->size <= ALONE)
        return 1;
    return cores < MOST_THREADS ? (size_t)cores : MOST_THREADS;
}

static Status check_together(DataFile *file, size_t n, Err *err)
{
    Check c = {.file = file, .n = n};
    pthread_t threads[MOST_THREADS];
    size_t wanted = threads_for(file) - 1, started = 0;
    atomic_store(&c.first, n);
    pthread_mutex_init(&c.lock, NULL);
    while (started < wanted && pthread_create(&threads[started], NULL, check_parts, &c) == 0)
        started++;
    check_parts(&c);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&c.lock);
    file->docs.len = n;
    if (c.err.code == OK)
        return OK;
    *err = c.err;
    return c.is_bad ? datafile_refuse(file, file->offsets[atomic_load(&c.first)], err) : c.err.code;
}

Status datafile_check(DataFile *file, size_t n, Err *err)
{
    Err unread = {0};
    err = err ? err : &unread;
    if (!file->options.skip_bad)
        return check_together(file, n, err);
    Part all = {file, 0, n, false, err};
    TRY(check_part(&all));
    file->offsets[file->docs.len] = file->offsets[n];
    return OK;
}
