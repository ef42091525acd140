/* db.h - one interface to SQLite (the default) and PostgreSQL.
 *
 * A Db is one connection and belongs to one thread. SQL is the subset both engines share
 * (docs/ARCHITECTURE.md, Storage): TEXT, BIGINT, DOUBLE PRECISION, ON CONFLICT, RETURNING,
 * window functions, and in CREATE TABLE the tokens ID_COLUMN, BLOB_COLUMN and WITHOUT_ROWID
 * (rows kept in the order of the primary key alone). Parameters are ?1 ?2 ...; every value
 * is bound.
 *
 *     DbStmt *s;
 *     TRY(db_query(db, "SELECT name FROM model WHERE id = ?1", &s, err));
 *     db_bind_int(s, 1, id);
 *     bool row;
 *     TRY(db_next(s, &row, err));
 *     if (row) use(db_text(s, 0));
 *     db_done(s);
 *
 * Statements are cached by the address of their SQL, so SQL must be a literal or static
 * array. Text and blobs returned are valid until the next db_next or db_done. */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/str.h"

typedef struct Db Db;
typedef struct DbStmt DbStmt;

typedef enum DbKind { DB_SQLITE, DB_POSTGRES } DbKind;

/* `url`: a file name (created when absent) or postgres://… . */
Status db_open(const char *url, Db **out, Err *err) MUST_CHECK;
/* As db_open, but an absent file is E_MISSING and nothing can be written. */
Status db_open_read(const char *url, Db **out, Err *err) MUST_CHECK;
void db_close(Db *db); /* rolls back what is open */
DbKind db_kind(const Db *db);

/* Several statements without parameters or results; tokens are replaced. */
Status db_script(Db *db, Str sql, Err *err) MUST_CHECK;

/* A statement ready to bind; resets it when it was used before. */
Status db_query(Db *db, const char *sql, DbStmt **out, Err *err) MUST_CHECK;
/* For an INSERT into a table with an id: db_insert executes it and gives the new row's id.
 * (Cheaper than RETURNING, for which SQLite builds a temporary table each time.) */
Status db_query_insert(Db *db, const char *sql, DbStmt **out, Err *err) MUST_CHECK;
Status db_insert(DbStmt *s, int64_t *id, Err *err) MUST_CHECK;
void db_bind_int(DbStmt *s, int index, int64_t value);
void db_bind_double(DbStmt *s, int index, double value); /* NaN binds NULL */
void db_bind_text(DbStmt *s, int index, Str value);      /* ptr NULL binds NULL */
void db_bind_blob(DbStmt *s, int index, Str value);      /* ptr NULL binds NULL */
void db_bind_null(DbStmt *s, int index);

/* Moves to the next row; the first call executes. Values must stay valid until then. */
Status db_next(DbStmt *s, bool *row, Err *err) MUST_CHECK;
/* Executes a statement whose rows do not matter, and ends it. */
Status db_run(DbStmt *s, Err *err) MUST_CHECK;
void db_done(DbStmt *s);

int64_t db_int(DbStmt *s, int column); /* columns from 0 */
double db_double(DbStmt *s, int column);
Str db_text(DbStmt *s, int column); /* ptr NULL for NULL */
Str db_blob(DbStmt *s, int column);
bool db_is_null(DbStmt *s, int column);

Status db_begin(Db *db, Err *err) MUST_CHECK;
Status db_commit(Db *db, Err *err) MUST_CHECK;
/* In a transaction: from here to its end no other process that calls this goes on. A SQLite
 * transaction is alone by itself. */
Status db_lock_out(Db *db, Err *err) MUST_CHECK;
void db_rollback(Db *db); /* harmless when nothing is open */

/* Stops checking foreign keys on this connection (SQLite), for a writer whose rows refer
 * only to rows it has just written. */
Status db_skip_reference_checks(Db *db, Err *err) MUST_CHECK;

/* SQLite copies its log back into the file now and then, and the commit that meets the limit
 * waits for all of it. After db_own_log the caller does it: db_log_pages tells how many pages
 * the log held at the last commit of this connection, db_checkpoint copies what it can without
 * making anyone wait. PostgreSQL sees to its own log: these do nothing, and 0. */
void db_own_log(Db *db);
size_t db_log_pages(const Db *db);
Status db_checkpoint(Db *db, Err *err) MUST_CHECK;

/* Copies the log back on a thread of its own, while the caller reads on; db_close waits for it
 * and has less to do. What goes wrong there is left to db_close. */
void db_tidy(Db *db);
/* For one large transaction: call it with true before db_begin and false after its end. Meanwhile
 * SQLite keeps no write-ahead log, so that new pages are written once and in place, not twice;
 * all or nothing and as durable as ever. Readers that come then wait for the end. Nothing changes
 * while another connection has the file open, nor with PostgreSQL. */
void db_bulk(Db *db, bool on);

/* Makes the n-th following execution (from 1) fail with E_IO; 0 = never. For tests. */
void db_fail_after(Db *db, long n);

/* NOLINTNEXTLINE(bugprone-macro-parentheses): a declaration */
#define SCOPED_STMT(name) DbStmt *name __attribute__((cleanup(db_done_scoped))) = NULL
static inline void db_done_scoped(DbStmt **s)
{
    if (*s)
        db_done(*s);
}

#endif
