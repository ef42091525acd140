/* parquet_write.c - the types of columns, then one COPY of DuckDB. */
#include "pack/parquet_write.h"

#include "base/limits.h"
#include "base/map.h"
#include "pack/duck.h"
#include "pack/expand.h"

#include <unistd.h>

enum { MOST_MEMBERS = 200, DEEPEST = 8, PIECE = 1 << 16 };

enum Kind { A_TEXT = 1, AN_INTEGER = 2, A_FRACTION = 4, A_TRUTH = 8, A_LIST = 16, A_STRUCT = 32 };

/* What the values of one place were so far. */
typedef struct Shape {
    unsigned kinds;
    struct Shape *element; /* of lists */
    Map members;           /* of structs: Str -> Shape * */
} Shape;

struct ParquetWriter {
    Arena *arena;
    int fd;
    StrBuf piece;
    Shape rows;
};

static void close_file(void *user)
{
    const ParquetWriter *w = user;
    close(w->fd);
}

Status parquet_writer(Arena *arena, ParquetWriter **out, Err *err)
{
    ParquetWriter *w = ARENA_NEW(arena, ParquetWriter);
    w->arena = arena;
    w->piece = strbuf_make(arena, LIMIT_JSON_DOCUMENT);
    TRY(temp_file(&w->fd, err));
    arena_defer(arena, close_file, w);
    *out = w;
    return OK;
}

static void note(Arena *arena, Shape *shape, const Json *value, int depth);

static void note_members(Arena *arena, Shape *shape, const Json *value, int depth)
{
    for (uint32_t i = 0; i < value->len; i++) {
        Str key = value->members[i].key;
        Shape *member = map_get(&shape->members, key);
        bool full = depth > 0 && shape->members.len > MOST_MEMBERS;
        if (!member && full)
            return;
        if (!member) {
            member = ARENA_NEW(arena, Shape);
            map_set(arena, &shape->members, str_copy(arena, key), member);
        }
        note(arena, member, &value->members[i].value, depth + 1);
    }
}

static void note(Arena *arena, Shape *shape, const Json *value, int depth)
{
    int64_t whole;
    if (value->type == JSON_NULL)
        return;
    if (value->type == JSON_BOOL) {
        shape->kinds |= A_TRUTH;
    } else if (value->type == JSON_NUMBER) {
        bool fits = json_is_int(value) && str_to_int(value->text, &whole);
        unsigned large = json_is_int(value) ? A_TEXT : A_FRACTION;
        shape->kinds |= fits ? AN_INTEGER : large;
    } else if (value->type == JSON_ARRAY && depth < DEEPEST) {
        shape->kinds |= A_LIST;
        if (!shape->element)
            shape->element = ARENA_NEW(arena, Shape);
        for (uint32_t i = 0; i < value->len; i++)
            note(arena, shape->element, &value->items[i], depth + 1);
    } else if (value->type == JSON_OBJECT && depth < DEEPEST) {
        shape->kinds |= A_STRUCT;
        note_members(arena, shape, value, depth);
    } else { /* text, and what is nested too deeply */
        shape->kinds |= A_TEXT;
    }
}

/* A name or a type in `quote`s, those in it doubled. */
static void put_quoted(StrBuf *out, Str text, char quote)
{
    strbuf_addc(out, quote);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == quote)
            strbuf_addc(out, quote);
        strbuf_addc(out, text.ptr[i]);
    }
    strbuf_addc(out, quote);
}

static bool is_name(Str name)
{
    return name.len && !memchr(name.ptr, 0, name.len);
}

static bool has_names(const Shape *shape)
{
    for (size_t i = 0; i < shape->members.len; i++)
        if (!is_name(shape->members.entries[i].key))
            return false;
    return shape->members.len > 0;
}

static void put_type(StrBuf *out, const Shape *shape)
{
    if (shape->kinds == A_TRUTH) {
        strbuf_adds(out, "BOOLEAN");
    } else if (shape->kinds == AN_INTEGER) {
        strbuf_adds(out, "BIGINT");
    } else if (shape->kinds && !(shape->kinds & ~(unsigned)(AN_INTEGER | A_FRACTION))) {
        strbuf_adds(out, "DOUBLE");
    } else if (shape->kinds == A_LIST) {
        put_type(out, shape->element);
        strbuf_adds(out, "[]");
    } else if (shape->kinds == A_STRUCT && has_names(shape) && shape->members.len <= MOST_MEMBERS) {
        strbuf_adds(out, "STRUCT(");
        for (size_t i = 0; i < shape->members.len; i++) {
            if (i)
                strbuf_adds(out, ", ");
            put_quoted(out, shape->members.entries[i].key, '"');
            strbuf_addc(out, ' ');
            put_type(out, shape->members.entries[i].value);
        }
        strbuf_addc(out, ')');
    } else {
        strbuf_adds(out, "VARCHAR");
    }
}

static Status flush(ParquetWriter *w, size_t from, Err *err)
{
    TRY(strbuf_check(&w->piece, "a record", err));
    if (w->piece.len < from)
        return OK;
    Sink sink = temp_sink(&w->fd);
    TRY(sink.put(sink.user, strbuf_str(&w->piece), err));
    w->piece.len = 0;
    return OK;
}

Status parquet_write_record(ParquetWriter *writer, const Json *record, Err *err)
{
    JsonWriter out = json_writer(&writer->piece);
    note(writer->arena, &writer->rows, record, 0);
    if (writer->rows.members.len > LIMIT_COLUMNS)
        return err_set(err, E_LIMIT, "more than %d columns; export .jsonl", LIMIT_COLUMNS);
    json_write(&out, record);
    strbuf_addc(&writer->piece, '\n');
    return flush(writer, PIECE, err);
}

static Status make_sql(ParquetWriter *w, int to, StrBuf *sql, Err *err)
{
    StrBuf type = strbuf_make(w->arena, MIB);
    if (!w->rows.members.len)
        return err_set(err, E_PARSE, "the records have no columns; export .jsonl");
    strbuf_addf(sql,
                "COPY (SELECT * FROM read_json('/proc/self/fd/%d', format='newline_delimited', "
                "maximum_object_size=%zu, columns={",
                w->fd, (size_t)LIMIT_RECORD);
    for (size_t i = 0; i < w->rows.members.len; i++) {
        if (!is_name(w->rows.members.entries[i].key))
            return err_set(err, E_PARSE,
                           "the name of column %zu is empty or holds a NUL; export .jsonl", i + 1);
        type.len = 0;
        put_type(&type, w->rows.members.entries[i].value);
        if (i)
            strbuf_adds(sql, ", ");
        put_quoted(sql, w->rows.members.entries[i].key, '\'');
        strbuf_adds(sql, ": ");
        put_quoted(sql, strbuf_str(&type), '\'');
    }
    strbuf_addf(sql, "})) TO '/proc/self/fd/%d' (FORMAT parquet, USE_TMP_FILE false)", to);
    TRY(strbuf_check(&type, "the type of a column", err));
    return strbuf_check(sql, "the list of columns", err);
}

static Status copy_out(int fd, StrBuf *out, Err *err)
{
    off_t end = lseek(fd, 0, SEEK_END);
    FileRange range = {fd, 0, end > 0 ? (uint64_t)end : 0};
    for (size_t len = 1; len;) {
        char *room = strbuf_reserve(out, PIECE);
        if (!room)
            break;
        TRY(range_read(&range, room, PIECE, &len, err));
        out->len += len;
    }
    return strbuf_check(out, "the Parquet file", err);
}

Status parquet_write_end(ParquetWriter *writer, StrBuf *out, Err *err)
{
    int to;
    StrBuf sql = strbuf_make(writer->arena, MIB);
    TRY(flush(writer, 0, err));
    TRY(temp_file(&to, err));
    Status status = make_sql(writer, to, &sql, err);
    if (status == OK)
        status = duck_run(&(DuckJob){sql.ptr, "write"}, err);
    if (status == OK)
        status = copy_out(to, out, err);
    close(to);
    return status;
}
