/* test_store.c - opening databases: made once, by many at once, refused, named. */
#include "databases.h"

#include "core/store.h"

#include <pthread.h>
#include <sys/stat.h>

TEST(a_database_is_created_once_and_refused_when_newer)
{
    FOR_EACH_DATABASE(url)
    {
        Db *db;
        Err err = {0};
        CHECK_OK(store_open(url, &db, &err), err);
        db_close(db);
        CHECK_OK(store_open(url, &db, &err), err);
        CHECK_OK(db_script(db, STR("INSERT INTO schema_version VALUES (9999, 0)"), &err), err);
        db_close(db);
        CHECK(store_open(url, &db, &err) == E_CONFLICT);
        CHECK(strstr(err.msg, "9999") && strstr(err.msg, "newer assay"));
        CHECK(store_open_read(url, &db, &err) == E_CONFLICT);
    }
}

typedef struct Opener {
    const char *url;
    pthread_barrier_t *all_there;
    pthread_t thread;
    Status status;
    Err err;
} Opener;

static void *open_store(void *argument)
{
    Opener *o = argument;
    Db *db;
    pthread_barrier_wait(o->all_there);
    o->status = store_open(o->url, &db, &o->err);
    if (o->status == OK)
        db_close(db);
    return NULL;
}

TEST(many_may_open_a_new_database_at_once)
{
    for (int round = 0; round < 3; round++)
        FOR_EACH_DATABASE(url)
        {
            enum { OPENERS = 8 };
            pthread_barrier_t all_there;
            Opener openers[OPENERS];
            pthread_barrier_init(&all_there, NULL, OPENERS);
            for (int i = 0; i < OPENERS; i++) {
                openers[i] = (Opener){.url = url, .all_there = &all_there};
                CHECK(pthread_create(&openers[i].thread, NULL, open_store, &openers[i]) == 0);
            }
            for (int i = 0; i < OPENERS; i++)
                pthread_join(openers[i].thread, NULL);
            for (int i = 0; i < OPENERS; i++)
                CHECK_OK(openers[i].status, openers[i].err);
            pthread_barrier_destroy(&all_there);
        }
}

TEST(a_database_is_shown_without_its_password)
{
    SCOPED_ARENA(a);
    CHECK_STR(store_shown(&a, "assay.db"), "assay.db");
    CHECK_STR(store_shown(&a, "postgres://me:p@ss:w@host/db"), "postgres://me:***@host/db");
    CHECK_STR(store_shown(&a, "postgres://me@host/db"), "postgres://me@host/db");
    CHECK_STR(store_shown(&a, "postgres:///db?host=/tmp"), "postgres:///db?host=/tmp");
}

TEST(a_missing_or_foreign_database_is_named)
{
    Db *db;
    Err err = {0};
    CHECK(store_open_read("/nonexistent/x.db", &db, &err) == E_MISSING);
    SCOPED_ARENA(a);
    const char *path = str_printf(&a, "%s/x.db", test_folder()).ptr;
    FILE *f = fopen(path, "w");
    CHECK(f);
    fputs("this is no database, only text that is long enough to be looked at", f);
    fclose(f);
    CHECK(store_open_read(path, &db, &err) != OK);
    CHECK(strstr(err.msg, "not a database"));
    CHECK(store_open(path, &db, &err) != OK);
}

/* Bytes of the file `url` + `suffix`, 0 when there is none. */
static long long size_of(Arena *a, const char *url, const char *suffix)
{
    struct stat st;
    return stat(str_printf(a, "%s%s", url, suffix).ptr, &st) == 0 ? st.st_size : 0;
}

static bool is_journal_mode(Db *db, const char *want)
{
    SCOPED_STMT(s);
    bool row;
    Err err = {0};
    CHECK_OK(db_query(db, "PRAGMA journal_mode", &s, &err), err);
    CHECK_OK(db_next(s, &row, &err), err);
    return str_eqc(db_text(s, 0), want);
}

/* Adds 32 MB of numbers in one transaction; `undo` takes them back. */
static void add_much(Db *db, bool undo)
{
    static const char sql[] =
        "INSERT INTO dataset (workspace_id, name, split, created) VALUES (1, ?1, ?2, 0)";
    char text[8000];
    Err err = {0};
    memset(text, 'x', sizeof text);
    CHECK_OK(db_begin(db, &err), err);
    for (int i = 0; i < 4000; i++) {
        SCOPED_ARENA(a);
        SCOPED_STMT(s);
        CHECK_OK(db_query(db, sql, &s, &err), err);
        db_bind_text(s, 1, str_printf(&a, "%d", i));
        db_bind_text(s, 2, (Str){text, sizeof text});
        CHECK_OK(db_run(s, &err), err);
    }
    if (undo)
        db_rollback(db);
    else
        CHECK_OK(db_commit(db, &err), err);
}

TEST(a_bulk_transaction_is_written_once)
{
    SCOPED_ARENA(a);
    Db *db, *other;
    Err err = {0};
    const char *url = test_database(0);
    CHECK_OK(store_open(url, &db, &err), err);
    db_bulk(db, true);
    CHECK(!is_journal_mode(db, "wal"));
    add_much(db, true);
    CHECK(size_of(&a, url, "") < 1 << 20); /* what was taken back takes no room */
    add_much(db, false);
    CHECK(size_of(&a, url, "") > 32 << 20);
    CHECK_INT(size_of(&a, url, "-wal"), 0);
    db_bulk(db, false);
    CHECK(is_journal_mode(db, "wal"));
    CHECK_OK(store_open(url, &other, &err), err); /* not alone: the log stays */
    db_bulk(db, true);
    CHECK(is_journal_mode(db, "wal"));
    db_bulk(db, false);
    db_close(other);
    db_close(db);
}
