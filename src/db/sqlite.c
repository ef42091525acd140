/* sqlite.c - the default store: one file, write-ahead log, full durability. */
#include "db/backend.h"

#include "base/clock.h"

#include <pthread.h>
#include <sqlite3.h>
#include <unistd.h>

enum { BUSY_TIMEOUT_MS = 15000 };

typedef struct Sqlite {
    sqlite3 *handle;
    size_t log_pages;
    pthread_t tidying;
    bool tidies; /* the thread was started */
    char path[1024];
} Sqlite;

typedef struct SqliteStmt {
    sqlite3_stmt *handle;
    Sqlite *connection;
} SqliteStmt;

static Status failure(Sqlite *c, Err *err)
{
    int code = sqlite3_errcode(c->handle);
    const char *hint = "";
    Status status = E_IO;
    if (code == SQLITE_FULL)
        hint = "; free some disk space and run the same command again";
    else if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM)
        hint = "; check who may write the file and its folder";
    else if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
        hint = "; name another file with --db, or restore it from a backup";
    else if (code == SQLITE_IOERR)
        hint = "; check the disk, its space and limits, and run the same command again";
    else if (code == SQLITE_BUSY)
        hint = "; another program is writing to it, try again later";
    else if (code == SQLITE_CONSTRAINT)
        status = E_CONFLICT;
    return err_set(err, status, "database \"%s\": %s%s", c->path, sqlite3_errmsg(c->handle), hint);
}

static Status run_script(void *connection, const char *sql, Err *err)
{
    Sqlite *c = connection;
    if (sqlite3_exec(c->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return failure(c, err);
    return OK;
}

static void close_connection(void *connection)
{
    Sqlite *c = connection;
    if (c->tidies)
        pthread_join(c->tidying, NULL);
    sqlite3_close_v2(c->handle);
    free(c);
}

static void *tidy_main(void *argument)
{
    const Sqlite *c = argument;
    sqlite3 *other = NULL;
    pthread_setname_np(pthread_self(), "assay-log");
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    /* That there is a log is only known once something was read. */
    if (sqlite3_open_v2(c->path, &other, flags, NULL) == SQLITE_OK &&
        sqlite3_exec(other, "SELECT 1 FROM sqlite_master LIMIT 1", NULL, NULL, NULL) == SQLITE_OK)
        sqlite3_wal_checkpoint_v2(other, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    sqlite3_close_v2(other);
    return NULL;
}

static void tidy(void *connection)
{
    Sqlite *c = connection;
    if (!c->tidies)
        c->tidies = pthread_create(&c->tidying, NULL, tidy_main, c) == 0;
}

/* SQLite does not wait by itself where two change a new file's journal mode at once, or the last
 * one closes it meanwhile. */
static Status run_patiently(Sqlite *c, const char *sql, Err *err)
{
    enum { STEP_MS = 5 };
    double until = clock_seconds() + BUSY_TIMEOUT_MS / 1000.0;
    for (;;) {
        Err why = {0};
        Status status = run_script(c, sql, &why);
        bool busy = (sqlite3_errcode(c->handle) & 0xff) == SQLITE_BUSY;
        if (status != OK && busy && clock_seconds() < until) {
            sqlite3_sleep(STEP_MS);
            continue;
        }
        if (status != OK && err)
            *err = why;
        return status;
    }
}

static Status set_up(Sqlite *c, bool read_only, Err *err)
{
    sqlite3_busy_timeout(c->handle, BUSY_TIMEOUT_MS);
    TRY(run_script(c, "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;", err));
    if (read_only)
        return run_patiently(c, "PRAGMA query_only=ON; SELECT 1 FROM sqlite_master;", err);
    return run_patiently(c,
                         "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                         "PRAGMA secure_delete=OFF; PRAGMA cache_size=-12000;"
                         /* Copying the log back every 4 MB would write each index page again and
                            again: 64 MB halves what a long run writes. */
                         "PRAGMA wal_autocheckpoint=8192; PRAGMA journal_size_limit=67108864;",
                         err);
}

/* A file as a URI that SQLite reads without locks or a log of its own. */
static Str immutable_uri(Arena *arena, const char *path)
{
    StrBuf uri = strbuf_make(arena, strlen(path) * 3 + 64);
    strbuf_adds(&uri, "file:");
    for (const char *p = path; *p; p++) {
        if (strchr("%?# ", *p))
            strbuf_addf(&uri, "%%%02X", (unsigned char)*p);
        else
            strbuf_addc(&uri, *p);
    }
    strbuf_adds(&uri, "?immutable=1");
    return strbuf_str(&uri);
}

static Status open_handle(Sqlite *c, const char *name, int flags, bool read_only, Err *err)
{
    if (sqlite3_open_v2(name, &c->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return failure(c, err);
    return set_up(c, read_only, err);
}

/* Readers of a WAL file open it for writing too, to share its index. Where nobody may
 * write, nobody does, so the file can be read as it is. */
static Status open_to_read(Sqlite *c, Err *err)
{
    SCOPED_ARENA(a);
    Status status = open_handle(c, c->path, SQLITE_OPEN_READWRITE, true, err);
    int code = sqlite3_errcode(c->handle) & 0xff;
    bool in_use = access(str_printf(&a, "%s-wal", c->path).ptr, F_OK) == 0 ||
                  access(str_printf(&a, "%s-journal", c->path).ptr, F_OK) == 0;
    if (status == OK || in_use || access(c->path, R_OK) != 0 ||
        (code != SQLITE_READONLY && code != SQLITE_CANTOPEN))
        return status;
    sqlite3_close_v2(c->handle);
    return open_handle(c, immutable_uri(&a, c->path).ptr, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
                       true, err);
}

/* Counting every allocation costs a lock each, and nobody asks. To be set before SQLite is in use,
 * and not by two threads. */
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

Status sqlite_connect(const char *path, bool read_only, void **connection, Err *err)
{
    if (read_only && access(path, F_OK) != 0)
        return err_set(err, E_MISSING,
                       "there is no database \"%s\"; run an evaluation first or name it with --db",
                       path);
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
    Sqlite *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    snprintf(c->path, sizeof c->path, "%s", path);
    Status status =
        read_only ? open_to_read(c, err)
                  : open_handle(c, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, false, err);
    if (status != OK) {
        close_connection(c);
        return status;
    }
    *connection = c;
    return OK;
}

static int on_commit(void *user, sqlite3 *handle, const char *name, int pages)
{
    (void)handle;
    (void)name;
    Sqlite *c = user;
    c->log_pages = (size_t)pages;
    return SQLITE_OK;
}

static void own_log(void *connection)
{
    Sqlite *c = connection;
    sqlite3_wal_hook(c->handle, on_commit, c); /* takes the place of the automatic copying */
}

static size_t log_pages(const void *connection)
{
    return ((const Sqlite *)connection)->log_pages;
}

/* Needs the file alone, and does not wait for that. TRUNCATE rather than DELETE: the end of the
 * journal is synced, so that a power failure cannot take the commit back. */
static void bulk(void *connection, bool on)
{
    Sqlite *c = connection;
    sqlite3_busy_timeout(c->handle, 0);
    sqlite3_exec(c->handle, on ? "PRAGMA journal_mode=TRUNCATE" : "PRAGMA journal_mode=WAL", NULL,
                 NULL, NULL);
    sqlite3_busy_timeout(c->handle, BUSY_TIMEOUT_MS);
}

static Status prepare(void *connection, const char *sql, void **stmt, Err *err)
{
    Sqlite *c = connection;
    sqlite3_stmt *handle;
    if (sqlite3_prepare_v3(c->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL) !=
        SQLITE_OK)
        return failure(c, err);
    SqliteStmt *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    *s = (SqliteStmt){handle, c};
    *stmt = s;
    return OK;
}

static void finish(void *stmt)
{
    SqliteStmt *s = stmt;
    sqlite3_finalize(s->handle);
    free(s);
}

static void reset(void *stmt)
{
    sqlite3_reset(((SqliteStmt *)stmt)->handle);
}

static void bind_int(void *stmt, int index, int64_t value)
{
    sqlite3_bind_int64(((SqliteStmt *)stmt)->handle, index, value);
}

static void bind_double(void *stmt, int index, double value)
{
    sqlite3_bind_double(((SqliteStmt *)stmt)->handle, index, value);
}

static void bind_bytes(void *stmt, int index, Str value, bool blob)
{
    sqlite3_stmt *handle = ((SqliteStmt *)stmt)->handle;
    if (blob)
        sqlite3_bind_blob64(handle, index, value.ptr, value.len, SQLITE_STATIC);
    else
        sqlite3_bind_text64(handle, index, value.ptr, value.len, SQLITE_STATIC, SQLITE_UTF8);
}

static void bind_null(void *stmt, int index)
{
    sqlite3_bind_null(((SqliteStmt *)stmt)->handle, index);
}

static Status next(void *stmt, bool *row, Err *err)
{
    SqliteStmt *s = stmt;
    int code = sqlite3_step(s->handle);
    *row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? OK : failure(s->connection, err);
}

static int64_t get_int(void *stmt, int column)
{
    return sqlite3_column_int64(((SqliteStmt *)stmt)->handle, column);
}

static double get_double(void *stmt, int column)
{
    return sqlite3_column_double(((SqliteStmt *)stmt)->handle, column);
}

static bool is_null(void *stmt, int column)
{
    return sqlite3_column_type(((SqliteStmt *)stmt)->handle, column) == SQLITE_NULL;
}

static Str get_bytes(void *stmt, int column, bool blob)
{
    sqlite3_stmt *handle = ((SqliteStmt *)stmt)->handle;
    if (is_null(stmt, column))
        return (Str){0};
    const char *bytes = blob ? sqlite3_column_blob(handle, column)
                             : (const char *)sqlite3_column_text(handle, column);
    return (Str){bytes ? bytes : "", (size_t)sqlite3_column_bytes(handle, column)};
}

static int64_t inserted(void *stmt)
{
    return sqlite3_last_insert_rowid(((SqliteStmt *)stmt)->connection->handle);
}

const Backend backend_sqlite = {
    .kind = DB_SQLITE,
    .id_column = "INTEGER PRIMARY KEY",
    .blob_column = "BLOB",
    .without_rowid = "WITHOUT ROWID",
    .close = close_connection,
    .own_log = own_log,
    .tidy = tidy,
    .log_pages = log_pages,
    .bulk = bulk,
    .script = run_script,
    .prepare = prepare,
    .finish = finish,
    .reset = reset,
    .bind_int = bind_int,
    .bind_double = bind_double,
    .bind_bytes = bind_bytes,
    .bind_null = bind_null,
    .next = next,
    .get_int = get_int,
    .get_double = get_double,
    .get_bytes = get_bytes,
    .is_null = is_null,
    .insert_suffix = "",
    .inserted = inserted,
};
