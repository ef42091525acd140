/* backend.h - what an engine behind db.h provides. Private to db/. */
#ifndef DB_BACKEND_H
#define DB_BACKEND_H

#include "db/db.h"

typedef struct Backend Backend;

struct Backend {
    DbKind kind;
    const char *id_column, *blob_column, *without_rowid; /* what the tokens become */
    void (*close)(void *connection);
    /* Stops copying the log back by itself; these three may be NULL where there is no such log. */
    void (*own_log)(void *connection);
    size_t (*log_pages)(const void *connection);
    void (*tidy)(void *connection);
    void (*bulk)(void *connection, bool on); /* NULL where there is nothing to gain */
    Status (*script)(void *connection, const char *sql, Err *err);
    Status (*prepare)(void *connection, const char *sql, void **stmt, Err *err);
    void (*finish)(void *stmt); /* frees a prepared statement */
    void (*reset)(void *stmt);
    void (*bind_int)(void *stmt, int index, int64_t value);
    void (*bind_double)(void *stmt, int index, double value);
    void (*bind_bytes)(void *stmt, int index, Str value, bool blob);
    void (*bind_null)(void *stmt, int index);
    Status (*next)(void *stmt, bool *row, Err *err);
    int64_t (*get_int)(void *stmt, int column);
    double (*get_double)(void *stmt, int column);
    Str (*get_bytes)(void *stmt, int column, bool blob);
    bool (*is_null)(void *stmt, int column);
    /* The id of the row just inserted; `suffix` is what makes an INSERT tell it. */
    const char *insert_suffix;
    int64_t (*inserted)(void *stmt);
};

extern const Backend backend_sqlite, backend_postgres;

Status sqlite_connect(const char *path, bool read_only, void **connection, Err *err) MUST_CHECK;
Status postgres_connect(const char *url, void **connection, Err *err) MUST_CHECK;

#endif
