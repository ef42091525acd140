/* postgres.c - PostgreSQL, and engines that speak its protocol, through libpq.
 *
 * libpq is loaded when the first such connection is made: linking it would bring some
 * thirty libraries into every start of the program. Parameters travel as text, blobs in
 * binary; a result is fetched whole, so readers page through large tables. */
#include "base/utf8.h"
#include "db/backend.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <libpq-fe.h>
#include <math.h>

enum { MAX_PARAMETERS = 64, NUMBER_ROOM = 32, BYTEA_OID = 17 };

/* The functions of libpq that are used, by name. */
/* clang-format off */
#define PQ_FUNCTIONS(X)                                                                            \
    X(PQconnectdb) X(PQstatus) X(PQerrorMessage) X(PQfinish) X(PQexec) X(PQprepare)                \
    X(PQexecPrepared) X(PQresultStatus) X(PQresultErrorField) X(PQclear) X(PQntuples)              \
    X(PQgetvalue) X(PQgetlength) X(PQgetisnull) X(PQsetNoticeProcessor)
/* clang-format on */

typedef struct Pq {
    void *library;
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a member */
#define FIELD(name) __typeof__(&name) name;
    PQ_FUNCTIONS(FIELD)
#undef FIELD
} Pq;

typedef struct Postgres {
    Pq pq;
    PGconn *handle;
    int n_statements;
} Postgres;

typedef struct PostgresStmt {
    Postgres *connection;
    char name[24];
    int n_params;
    const char *values[MAX_PARAMETERS];
    int lengths[MAX_PARAMETERS], formats[MAX_PARAMETERS];
    char numbers[MAX_PARAMETERS][NUMBER_ROOM];
    char *copies[MAX_PARAMETERS]; /* NUL-terminated text parameters */
    PGresult *result;
    int row;
    Arena row_arena; /* decoded bytea values of the current row */
} PostgresStmt;

static Status load_library(Pq *pq, Err *err)
{
    pq->library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!pq->library)
        return err_set(err, E_MISSING,
                       "PostgreSQL needs the library libpq.so.5; install the package libpq5");
    void *symbol;
#define LOAD(name)                                                                                 \
    symbol = dlsym(pq->library, #name);                                                            \
    if (!symbol)                                                                                   \
        return err_set(err, E_IO, "libpq.so.5 has no function \"%s\"", #name);                     \
    memcpy(&pq->name, &symbol, sizeof symbol);
    PQ_FUNCTIONS(LOAD)
#undef LOAD
    return OK;
}

/* libpq's message with the line break cut off. */
static Status failure(Postgres *c, const PGresult *result, Err *err)
{
    SCOPED_ARENA(a);
    const char *state = result ? c->pq.PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    Str text = str_trim(str_from(c->pq.PQerrorMessage(c->handle)));
    bool conflict = state && str_starts(str_from(state), STR("23"));
    return err_set(err, conflict ? E_CONFLICT : E_IO, "PostgreSQL: " STR_FMT, STR_ARG(text));
}

static void ignore_notice(void *user, const char *message)
{
    (void)user, (void)message;
}

static void close_connection(void *connection)
{
    Postgres *c = connection;
    if (c->handle)
        c->pq.PQfinish(c->handle);
    free(c);
}

static Status run_script(void *connection, const char *sql, Err *err)
{
    Postgres *c = connection;
    PGresult *result = c->pq.PQexec(c->handle, sql);
    ExecStatusType status = c->pq.PQresultStatus(result);
    bool fine = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    Status outcome = fine ? OK : failure(c, result, err);
    c->pq.PQclear(result);
    return outcome;
}

Status postgres_connect(const char *url, void **connection, Err *err)
{
    Postgres *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    Status status = load_library(&c->pq, err);
    if (status == OK) {
        c->handle = c->pq.PQconnectdb(url);
        if (c->pq.PQstatus(c->handle) != CONNECTION_OK)
            status = failure(c, NULL, err);
    }
    if (status == OK) {
        c->pq.PQsetNoticeProcessor(c->handle, ignore_notice, NULL);
        status =
            run_script(c, "SET client_encoding='UTF8'; SET standard_conforming_strings=on", err);
    }
    if (status != OK) {
        close_connection(c);
        return status;
    }
    *connection = c;
    return OK;
}

/* "?12" -> "$12" outside string literals; returns the highest number. */
static int rewrite_parameters(StrBuf *out, const char *sql)
{
    int highest = 0;
    bool quoted = false;
    for (const char *p = sql; *p; p++) {
        if (*p == '\'')
            quoted = !quoted;
        if (*p != '?' || quoted) {
            strbuf_addc(out, *p);
            continue;
        }
        int number = 0;
        while (p[1] >= '0' && p[1] <= '9')
            number = number * 10 + (*++p - '0');
        strbuf_addf(out, "$%d", number);
        if (number > highest)
            highest = number;
    }
    return highest;
}

static Status prepare(void *connection, const char *sql, void **stmt, Err *err)
{
    Postgres *c = connection;
    SCOPED_ARENA(a);
    StrBuf text = strbuf_make(&a, 1 << 20);
    int n = rewrite_parameters(&text, sql);
    if (n > MAX_PARAMETERS)
        return err_set(err, E_LIMIT, "statement with %d parameters (at most %d)", n,
                       MAX_PARAMETERS);
    PostgresStmt *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->connection = c;
    s->n_params = n;
    snprintf(s->name, sizeof s->name, "s%d", ++c->n_statements);
    PGresult *result = c->pq.PQprepare(c->handle, s->name, strbuf_str(&text).ptr, 0, NULL);
    Status status = c->pq.PQresultStatus(result) == PGRES_COMMAND_OK ? OK : failure(c, result, err);
    c->pq.PQclear(result);
    if (status != OK) {
        free(s);
        return status;
    }
    *stmt = s;
    return OK;
}

static void reset(void *stmt)
{
    PostgresStmt *s = stmt;
    if (s->result)
        s->connection->pq.PQclear(s->result);
    s->result = NULL;
    s->row = -1;
    arena_free(&s->row_arena);
    for (int i = 0; i < MAX_PARAMETERS; i++) {
        free(s->copies[i]);
        s->copies[i] = NULL;
    }
}

static void finish(void *stmt)
{
    reset(stmt);
    free(stmt);
}

static void set_value(PostgresStmt *s, int index, const char *value, size_t len, int format)
{
    s->values[index - 1] = value;
    s->lengths[index - 1] = (int)len;
    s->formats[index - 1] = format;
}

static void bind_int(void *stmt, int index, int64_t value)
{
    PostgresStmt *s = stmt;
    char *room = s->numbers[index - 1];
    snprintf(room, NUMBER_ROOM, "%lld", (long long)value);
    set_value(s, index, room, 0, 0);
}

static void bind_double(void *stmt, int index, double value)
{
    PostgresStmt *s = stmt;
    char *room = s->numbers[index - 1];
    if (isinf(value))
        snprintf(room, NUMBER_ROOM, "%sInfinity", value < 0 ? "-" : "");
    else
        snprintf(room, NUMBER_ROOM, "%.17g", value);
    set_value(s, index, room, 0, 0);
}

/* A copy that ends in NUL. PostgreSQL's text holds neither NUL nor bytes that are not UTF-8, and
 * models and data hold both: U+FFFD stands for each. */
static char *storable_text(Str value)
{
    StrBuf out = strbuf_make(NULL, SIZE_MAX / 8);
    strbuf_reserve(&out, value.len + 1);
    for (size_t at = 0; at < value.len;) {
        size_t from = at;
        int32_t code = utf8_next(value, &at);
        if (code == UTF8_BAD || code == 0)
            strbuf_adds(&out, "\xEF\xBF\xBD");
        else
            strbuf_add(&out, str_slice(value, from, at));
    }
    if (!out.ptr)
        abort();
    return out.ptr;
}

static void bind_bytes(void *stmt, int index, Str value, bool blob)
{
    PostgresStmt *s = stmt;
    if (blob) {
        set_value(s, index, value.ptr, value.len, 1);
        return;
    }
    free(s->copies[index - 1]);
    s->copies[index - 1] = storable_text(value);
    set_value(s, index, s->copies[index - 1], 0, 0);
}

static void bind_null(void *stmt, int index)
{
    set_value(stmt, index, NULL, 0, 0);
}

static Status next(void *stmt, bool *row, Err *err)
{
    PostgresStmt *s = stmt;
    const Pq *pq = &s->connection->pq;
    if (!s->result) {
        s->result = pq->PQexecPrepared(s->connection->handle, s->name, s->n_params, s->values,
                                       s->lengths, s->formats, 0);
        ExecStatusType status = pq->PQresultStatus(s->result);
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
            return failure(s->connection, s->result, err);
        s->row = -1;
    }
    s->row++;
    arena_reset(&s->row_arena);
    *row = s->row < pq->PQntuples(s->result);
    return OK;
}

static bool is_null(void *stmt, int column)
{
    PostgresStmt *s = stmt;
    return s->connection->pq.PQgetisnull(s->result, s->row, column);
}

static Str raw_value(PostgresStmt *s, int column)
{
    const Pq *pq = &s->connection->pq;
    return (Str){pq->PQgetvalue(s->result, s->row, column),
                 (size_t)pq->PQgetlength(s->result, s->row, column)};
}

static int64_t get_int(void *stmt, int column)
{
    int64_t value = 0;
    return !is_null(stmt, column) && str_to_int(raw_value(stmt, column), &value) ? value : 0;
}

static double get_double(void *stmt, int column)
{
    return is_null(stmt, column) ? 0 : strtod(raw_value(stmt, column).ptr, NULL);
}

static int hex_digit(char c)
{
    return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

/* "\x0aff" -> bytes. */
static Str decode_bytea(Arena *arena, Str text)
{
    if (text.len < 2 || text.ptr[0] != '\\' || text.ptr[1] != 'x')
        return text;
    size_t n = (text.len - 2) / 2;
    char *bytes = arena_alloc(arena, n + 1);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(hex_digit(text.ptr[2 + 2 * i]) << 4 | hex_digit(text.ptr[3 + 2 * i]));
    return (Str){bytes, n};
}

static Str get_bytes(void *stmt, int column, bool blob)
{
    PostgresStmt *s = stmt;
    if (is_null(stmt, column))
        return (Str){0};
    Str value = raw_value(s, column);
    return blob ? decode_bytea(&s->row_arena, value) : value;
}

static int64_t inserted(void *stmt)
{
    return get_int(stmt, 0);
}

const Backend backend_postgres = {
    .kind = DB_POSTGRES,
    .id_column = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    .blob_column = "BYTEA",
    .without_rowid = "",
    .close = close_connection,
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
    .insert_suffix = " RETURNING id",
    .inserted = inserted,
};
