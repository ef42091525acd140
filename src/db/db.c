/* db.c - the connection: statement cache, transactions, token replacement. */
#include "db/db.h"

#include "base/map.h"
#include "db/backend.h"

struct DbStmt {
    Db *db;
    void *handle;
    bool active;
};

struct Db {
    const Backend *backend;
    void *connection;
    Arena arena;
    Map statements; /* address of the SQL, as bytes -> DbStmt */
    bool in_transaction;
    long fail_after;
};

static bool is_postgres(const char *url)
{
    Str u = str_from(url);
    return str_starts(u, STR("postgres://")) || str_starts(u, STR("postgresql://"));
}

static Status open_as(const char *url, bool read_only, Db **out, Err *err)
{
    void *connection;
    const Backend *backend = is_postgres(url) ? &backend_postgres : &backend_sqlite;
    if (backend == &backend_postgres)
        TRY(postgres_connect(url, &connection, err));
    else
        TRY(sqlite_connect(url, read_only, &connection, err));
    Db *db = calloc(1, sizeof *db);
    if (!db)
        abort();
    db->backend = backend;
    db->connection = connection;
    *out = db;
    return OK;
}

Status db_open(const char *url, Db **out, Err *err)
{
    return open_as(url, false, out, err);
}

Status db_open_read(const char *url, Db **out, Err *err)
{
    return open_as(url, true, out, err);
}

void db_close(Db *db)
{
    if (!db)
        return;
    db_rollback(db);
    for (size_t i = 0; i < db->statements.len; i++) {
        DbStmt *s = db->statements.entries[i].value;
        db->backend->finish(s->handle);
    }
    db->backend->close(db->connection);
    arena_free(&db->arena);
    free(db);
}

DbKind db_kind(const Db *db)
{
    return db->backend->kind;
}

void db_fail_after(Db *db, long n)
{
    db->fail_after = n;
}

static Status injected_failure(Db *db, Err *err)
{
    if (db->fail_after > 0 && --db->fail_after == 0)
        return err_set(err, E_IO, "database: injected failure");
    return OK;
}

Status db_script(Db *db, Str sql, Err *err)
{
    SCOPED_ARENA(a);
    sql = str_replace(&a, sql, STR("ID_COLUMN"), str_from(db->backend->id_column));
    sql = str_replace(&a, sql, STR("BLOB_COLUMN"), str_from(db->backend->blob_column));
    sql = str_replace(&a, sql, STR("WITHOUT_ROWID"), str_from(db->backend->without_rowid));
    TRY(injected_failure(db, err));
    return db->backend->script(db->connection, sql.ptr, err);
}

static Status prepare(Db *db, const char *sql, const char *suffix, DbStmt **out, Err *err)
{
    Str key = {(const char *)&sql, sizeof sql};
    DbStmt *s = map_get(&db->statements, key);
    if (!s) {
        void *handle;
        SCOPED_ARENA(a);
        const char *text = *suffix ? str_printf(&a, "%s%s", sql, suffix).ptr : sql;
        TRY(db->backend->prepare(db->connection, text, &handle, err));
        s = ARENA_NEW(&db->arena, DbStmt);
        s->db = db;
        s->handle = handle;
        map_set(&db->arena, &db->statements, str_copy(&db->arena, key), s);
    }
    if (s->active)
        db_done(s);
    *out = s;
    return OK;
}

Status db_query(Db *db, const char *sql, DbStmt **out, Err *err)
{
    return prepare(db, sql, "", out, err);
}

Status db_query_insert(Db *db, const char *sql, DbStmt **out, Err *err)
{
    return prepare(db, sql, db->backend->insert_suffix, out, err);
}

Status db_insert(DbStmt *s, int64_t *id, Err *err)
{
    bool row;
    TRY(db_next(s, &row, err));
    *id = s->db->backend->inserted(s->handle);
    db_done(s);
    return OK;
}

Status db_skip_reference_checks(Db *db, Err *err)
{
    if (db->backend->kind != DB_SQLITE)
        return OK;
    return db->backend->script(db->connection, "PRAGMA foreign_keys=OFF", err);
}

void db_own_log(Db *db)
{
    if (db->backend->own_log)
        db->backend->own_log(db->connection);
}

size_t db_log_pages(const Db *db)
{
    return db->backend->log_pages ? db->backend->log_pages(db->connection) : 0;
}

void db_tidy(Db *db)
{
    if (db->backend->tidy)
        db->backend->tidy(db->connection);
}

Status db_checkpoint(Db *db, Err *err)
{
    if (db->backend->kind != DB_SQLITE)
        return OK;
    return db->backend->script(db->connection, "PRAGMA wal_checkpoint(PASSIVE)", err);
}

void db_bind_int(DbStmt *s, int index, int64_t value)
{
    s->db->backend->bind_int(s->handle, index, value);
}

void db_bind_double(DbStmt *s, int index, double value)
{
    if (value != value)
        db_bind_null(s, index);
    else
        s->db->backend->bind_double(s->handle, index, value);
}

void db_bind_text(DbStmt *s, int index, Str value)
{
    if (!value.ptr)
        db_bind_null(s, index);
    else
        s->db->backend->bind_bytes(s->handle, index, value, false);
}

void db_bind_blob(DbStmt *s, int index, Str value)
{
    if (!value.ptr)
        db_bind_null(s, index);
    else
        s->db->backend->bind_bytes(s->handle, index, value, true);
}

void db_bind_null(DbStmt *s, int index)
{
    s->db->backend->bind_null(s->handle, index);
}

Status db_next(DbStmt *s, bool *row, Err *err)
{
    *row = false;
    if (!s->active)
        TRY(injected_failure(s->db, err));
    s->active = true;
    Status status = s->db->backend->next(s->handle, row, err);
    if (status != OK)
        db_done(s);
    return status;
}

Status db_run(DbStmt *s, Err *err)
{
    bool row;
    Status status = db_next(s, &row, err);
    db_done(s);
    return status;
}

void db_done(DbStmt *s)
{
    if (s->active)
        s->db->backend->reset(s->handle);
    s->active = false;
}

int64_t db_int(DbStmt *s, int column)
{
    return s->db->backend->get_int(s->handle, column);
}

double db_double(DbStmt *s, int column)
{
    return s->db->backend->get_double(s->handle, column);
}

Str db_text(DbStmt *s, int column)
{
    return s->db->backend->get_bytes(s->handle, column, false);
}

Str db_blob(DbStmt *s, int column)
{
    return s->db->backend->get_bytes(s->handle, column, true);
}

bool db_is_null(DbStmt *s, int column)
{
    return s->db->backend->is_null(s->handle, column);
}

Status db_begin(Db *db, Err *err)
{
    /* IMMEDIATE: two writers wait for each other here instead of failing later. */
    const char *sql = db->backend->kind == DB_SQLITE ? "BEGIN IMMEDIATE" : "BEGIN";
    TRY(injected_failure(db, err));
    TRY(db->backend->script(db->connection, sql, err));
    db->in_transaction = true;
    return OK;
}

void db_bulk(Db *db, bool on)
{
    if (db->backend->bulk && !db->in_transaction)
        db->backend->bulk(db->connection, on);
}

Status db_lock_out(Db *db, Err *err)
{
    static const char lock[] = "SELECT pg_advisory_xact_lock(4706921536271)"; /* any, but one */
    return db->backend->kind == DB_POSTGRES ? db->backend->script(db->connection, lock, err) : OK;
}

Status db_commit(Db *db, Err *err)
{
    TRY(injected_failure(db, err));
    TRY(db->backend->script(db->connection, "COMMIT", err));
    db->in_transaction = false;
    return OK;
}

void db_rollback(Db *db)
{
    if (!db->in_transaction)
        return;
    for (size_t i = 0; i < db->statements.len; i++)
        db_done(db->statements.entries[i].value);
    if (db->backend->script(db->connection, "ROLLBACK", NULL) == OK)
        db->in_transaction = false;
    db->in_transaction = false;
}
