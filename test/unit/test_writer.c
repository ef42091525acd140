/* test_writer.c - group commit: order, failures, draining. On both databases. */
#include "databases.h"

#include "core/store.h"
#include "engine/writer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

enum { MOST = 20000 };

/* Writes each id as a row of batch, remembers what it was told. */
typedef struct Sink {
    pthread_mutex_t lock;
    uint64_t fail_at; /* 0: never */
    size_t n_told, n_wakes, n_written;
    uint64_t told[MOST];
} Sink;

static Status write_row(void *user, Db *db, uint64_t id, bool *tell, Err *err)
{
    Sink *s = user;
    if (s->fail_at && id == s->fail_at)
        return err_set(err, E_LIMIT, "id %llu does not fit", (unsigned long long)id);
    SCOPED_ARENA(a);
    TRY(db_script(db,
                  str_printf(&a,
                             "INSERT INTO batch (workspace_id, command, tree, created) "
                             "VALUES (1, 'w%llu', '', 0)",
                             (unsigned long long)id),
                  err));
    s->n_written++;
    *tell = id % 2 == 0;
    return OK;
}

static void on_committed(void *user, uint64_t id)
{
    Sink *s = user;
    pthread_mutex_lock(&s->lock);
    s->told[s->n_told++] = id;
    pthread_mutex_unlock(&s->lock);
}

static void on_wake(void *user)
{
    Sink *s = user;
    pthread_mutex_lock(&s->lock);
    s->n_wakes++;
    pthread_mutex_unlock(&s->lock);
}

static WriterSource source_of(Sink *s)
{
    pthread_mutex_init(&s->lock, NULL);
    return (WriterSource){s, write_row, on_committed, on_wake};
}

static int64_t count_rows(const char *url)
{
    Db *db;
    DbStmt *s;
    Err err = {0};
    bool row;
    CHECK_OK(store_open(url, &db, &err), err);
    CHECK_OK(db_query(db, "SELECT count(DISTINCT command) FROM batch", &s, &err), err);
    CHECK_OK(db_next(s, &row, &err), err);
    int64_t n = db_int(s, 0);
    db_done(s);
    db_close(db);
    return n;
}

TEST(the_writer_thread_tells_only_after_the_commit_and_in_order)
{
    FOR_EACH_DATABASE(url)
    {
        static Sink sink;
        Writer *w;
        Err err = {0};
        sink = (Sink){.fail_at = 0};
        WriterSource source = source_of(&sink);
        CHECK_OK(writer_start(url, &w, &err), err);
        for (uint64_t id = 1; id <= 1000; id++)
            writer_push(w, &source, id);
        writer_drain(w);
        CHECK_INT(count_rows(url), 1000); /* seen by another connection */
        CHECK_INT(sink.n_told, 500);
        for (size_t i = 0; i < sink.n_told; i++)
            CHECK_INT(sink.told[i], 2 * (i + 1));
        CHECK(sink.n_wakes >= 1000 / 256 && sink.n_wakes < 1000); /* groups, not rows */
        writer_drain(w);                                          /* nothing to wait for */
        CHECK_OK(writer_stop(w, &err), err);
    }
}

TEST(the_writer_thread_keeps_nothing_of_a_failed_group)
{
    FOR_EACH_DATABASE(url)
    {
        static Sink sink;
        Writer *w;
        Err err = {0};
        sink = (Sink){.fail_at = 0};
        WriterSource source = source_of(&sink);
        CHECK_OK(writer_start(url, &w, &err), err);
        for (uint64_t id = 1; id <= 10; id++)
            writer_push(w, &source, id);
        writer_drain(w);
        sink.fail_at = 15;
        for (uint64_t id = 11; id <= 200; id++)
            writer_push(w, &source, id);
        writer_drain(w);
        CHECK(writer_failed(w));
        size_t wakes = sink.n_wakes;
        CHECK(wakes >= 1); /* those who wait hear of the failure */
        for (uint64_t id = 201; id <= 20000; id++)
            writer_push(w, &source, id); /* more than the queue holds: dropped, no waiting */
        writer_drain(w);
        CHECK(writer_stop(w, &err) == E_LIMIT);
        CHECK(strstr(err.msg, "id 15 does not fit"));
        CHECK_INT(sink.told[sink.n_told - 1] <= 14, 1);
        CHECK_INT(count_rows(url), sink.n_told * 2); /* whole groups before the failed one */
        CHECK(sink.n_told == 5 || sink.n_told == 6 || sink.n_told == 7);
    }
}

TEST(stopping_the_writer_thread_writes_what_is_queued)
{
    const char *url = test_database(0);
    static Sink sink;
    Writer *w;
    Err err = {0};
    sink = (Sink){.fail_at = 0};
    WriterSource source = source_of(&sink);
    CHECK_OK(writer_start(url, &w, &err), err);
    for (uint64_t id = 1; id <= 3000; id++)
        writer_push(w, &source, id);
    CHECK_OK(writer_stop(w, &err), err);
    CHECK_INT(count_rows(url), 3000);
    CHECK_INT(sink.n_told, 1500);
}

typedef struct Lead {
    size_t before, after, rows_at_first;
} Lead;

/* A row that is there before any row of an id. */
static Status lead_before(void *user, Db *db, Err *err)
{
    Lead *l = user;
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db, "SELECT count(*) FROM batch WHERE command LIKE 'w%'", &s, err));
    TRY(db_next(s, &row, err));
    if (!l->before++)
        l->rows_at_first = (size_t)db_int(s, 0);
    return OK;
}

static void lead_after(void *user)
{
    Lead *l = user;
    l->after++;
}

TEST(the_writer_thread_lets_its_lead_write_first)
{
    FOR_EACH_DATABASE(url)
    {
        static Sink sink;
        Writer *w;
        Err err = {0};
        Lead lead = {0};
        const WriterLead hook = {&lead, lead_before, lead_after};
        sink = (Sink){.fail_at = 0};
        WriterSource source = source_of(&sink);
        CHECK_OK(writer_start(url, &w, &err), err);
        writer_lead(w, &hook);
        for (uint64_t id = 1; id <= 600; id++)
            writer_push(w, &source, id);
        writer_drain(w);
        sink.fail_at = 601;
        writer_push(w, &source, 601);
        writer_drain(w);
        CHECK(writer_stop(w, &err) == E_LIMIT);
        CHECK_INT(lead.rows_at_first, 0);
        CHECK(lead.after >= 3 && lead.before == lead.after + 1); /* not after the failed group */
    }
}

/* A log of more than 16 MB is copied back while the writer goes on, and begins anew. */
TEST(the_writer_thread_has_its_log_copied_back)
{
    const char *url = test_database(0);
    SCOPED_ARENA(a);
    static Sink sink;
    Writer *w;
    Err err = {0};
    sink = (Sink){.fail_at = 0};
    WriterSource source = source_of(&sink);
    CHECK_OK(writer_start(url, &w, &err), err);
    for (uint64_t id = 1; id <= 12000; id++) {
        writer_push(w, &source, id);
        if (id % 2 == 0)
            writer_drain(w); /* 6,000 groups of some pages: 100 MB of log if nobody copied */
    }
    struct stat log;
    CHECK(stat(str_printf(&a, "%s-wal", url).ptr, &log) == 0);
    CHECK(log.st_size > 0 && log.st_size < (40 << 20)); /* SQLite itself lets it grow to 64 MB */
    CHECK_OK(writer_stop(w, &err), err);
    CHECK_INT(count_rows(url), 12000);
}

typedef struct Producer {
    Writer *writer;
    const WriterSource *source;
    uint64_t first;
    pthread_t thread;
} Producer;

static void *produce(void *argument)
{
    Producer *p = argument;
    for (uint64_t i = 0; i < 3000; i++) {
        writer_push(p->writer, p->source, p->first + i * 4);
        if (i % 500 == 0)
            writer_flush(p->writer);
    }
    return NULL;
}

TEST(many_threads_push_and_nothing_is_lost)
{
    const char *url = test_database(0);
    static Sink sink;
    Writer *w;
    Err err = {0};
    Producer producers[4];
    sink = (Sink){.fail_at = 0};
    WriterSource source = source_of(&sink);
    CHECK_OK(writer_start(url, &w, &err), err);
    for (uint64_t i = 0; i < 4; i++) {
        producers[i] = (Producer){.writer = w, .source = &source, .first = i + 1};
        CHECK(pthread_create(&producers[i].thread, NULL, produce, &producers[i]) == 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(producers[i].thread, NULL);
    writer_drain(w);
    CHECK_INT(sink.n_told, 6000);
    CHECK_OK(writer_stop(w, &err), err);
    CHECK_INT(count_rows(url), 12000);
}

TEST(a_writer_thread_without_a_database_says_so)
{
    Writer *w;
    Err err = {0};
    CHECK(writer_start("/nonexistent/folder/x.db", &w, &err) != OK);
    CHECK(strstr(err.msg, "/nonexistent/folder/x.db"));
}
