/* datafile_json.c - records of JSON lines and of JSON arrays. */
#include "task/datafile.h"

#include "base/limits.h"

/* Bytes that may stand around a record: white space and, in arrays, the comma. */
static Str bare_record(Str text)
{
    while (text.len && strchr(" \t\r\n,", text.ptr[text.len - 1]))
        text.len--;
    return text;
}

static Status bad_cell(const Json *fault, Err *err)
{
    Str column = json_text(&fault->items[0]), what = json_text(&fault->items[1]);
    if (what.len)
        return err_set(err, E_PARSE, "the cell in column " STR_FMT " holds the error " STR_FMT,
                       STR_ARG(column), STR_ARG(what));
    return err_set(err, E_PARSE, "column " STR_FMT " has a value here but no name in the first row",
                   STR_ARG(column));
}

static Status read_record(const DataFile *file, Str text, Arena *arena, Json *out, Err *err)
{
    Json value;
    TRY(json_parse(arena, bare_record(text), &value, err));
    if (value.type == JSON_ARRAY && file->columns) /* what datafile_xlsx.c could not use */
        return bad_cell(&value, err);
    if (value.type != JSON_OBJECT)
        return err_set(err, E_PARSE, "a record must be an object, {\"name\": value, ...}");
    *out = value;
    return OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Notes the first byte that is not blank on each line. `*in_record` carries over chunks. */
static void find_records(Arena *scratch, Str chunk, uint64_t at, bool *in_record, Offsets *out)
{
    for (size_t i = 0; i < chunk.len; i++) {
        if (*in_record) {
            const char *end = memchr(chunk.ptr + i, '\n', chunk.len - i);
            if (!end)
                return;
            i = (size_t)(end - chunk.ptr);
            *in_record = false;
        } else if (!is_blank(chunk.ptr[i])) {
            *in_record = true;
            vec_push(scratch, out, at + i);
        }
    }
}

static Status index_lines(DataFile *file, Arena *scratch, Offsets *out, Err *err)
{
    enum { CHUNK = 1 << 18 };
    char *chunk = arena_alloc(scratch, CHUNK);
    Hasher *hasher = hash_begin(scratch);
    bool in_record = false;
    for (uint64_t at = 0; at < file->size;) {
        size_t len = file->size - at < CHUNK ? (size_t)(file->size - at) : CHUNK;
        TRY(datafile_read(file, at, chunk, len, err));
        Str text = {chunk, len};
        hash_add(hasher, text);
        size_t bom = at == 0 && str_starts(text, STR("\xef\xbb\xbf")) ? 3 : 0;
        find_records(scratch, str_after(text, bom), at + bom, &in_record, out);
        at += len;
    }
    vec_push(scratch, out, file->size);
    file->hash = hash_end(hasher);
    return OK;
}

/* A walk over JSON text that knows only strings and brackets: records are parsed later. */
typedef struct Walk {
    const DataFile *file;
    Str in;
    size_t at;
    Err *err;
} Walk;

static Status fail(const Walk *w, const char *what)
{
    size_t line = 1;
    for (size_t i = 0; i < w->at && i < w->in.len; i++)
        line += w->in.ptr[i] == '\n';
    return err_set(w->err, E_PARSE, "%s:%zu: %s", w->file->path, line, what);
}

static char peek(Walk *w)
{
    while (w->at < w->in.len && is_blank(w->in.ptr[w->at]))
        w->at++;
    return (char)(w->at < w->in.len ? w->in.ptr[w->at] : 0);
}

static Status skip_string(Walk *w)
{
    for (w->at++; w->at < w->in.len; w->at++) {
        if (w->in.ptr[w->at] == '\\')
            w->at++;
        else if (w->in.ptr[w->at] == '"') {
            w->at++;
            return OK;
        }
    }
    return fail(w, "unterminated string");
}

static Status skip_value(Walk *w)
{
    size_t depth = 0;
    do {
        char c = peek(w);
        if (!c)
            return fail(w, "unexpected end of text");
        if (c == '"') {
            TRY(skip_string(w));
        } else if (c == '{' || c == '[') {
            depth++;
            w->at++;
        } else if ((c == '}' || c == ']' || c == ',') && !depth) {
            return fail(w, "expected a value");
        } else {
            depth -= c == '}' || c == ']';
            w->at++;
            while (!strchr(" \t\r\n,:{}[]\"", c) && w->at < w->in.len &&
                   !strchr(" \t\r\n,:{}[]\"", w->in.ptr[w->at]))
                w->at++;
        }
    } while (depth);
    return OK;
}

/* Inside an object: moves to the value of `key`. */
static Status enter_member(Walk *w, Str key)
{
    if (peek(w) != '{')
        return fail(w, "expected an object on the way to the records");
    w->at++;
    while (peek(w) == '"') {
        size_t start = w->at + 1;
        TRY(skip_string(w));
        bool found = str_eq(str_slice(w->in, start, w->at - 1), key);
        if (peek(w) != ':')
            return fail(w, "expected ':' after the key");
        w->at++;
        if (found)
            return OK;
        TRY(skip_value(w));
        if (peek(w) != ',')
            break;
        w->at++;
    }
    return err_set(w->err, E_MISSING, "\"%s\" has no \"" STR_FMT "\", named by \"%s\"",
                   w->file->path, STR_ARG(key), w->file->dotted);
}

static Status read_elements(Walk *w, Arena *scratch, Offsets *out)
{
    w->at++;
    if (peek(w) != ']') {
        for (;;) {
            peek(w);
            vec_push(scratch, out, (uint64_t)w->at);
            TRY(skip_value(w));
            char c = peek(w);
            if (c == ']')
                break;
            if (c != ',')
                return fail(w, "expected ',' or ']' between records");
            w->at++;
        }
    }
    vec_push(scratch, out, (uint64_t)w->at);
    w->at++;
    if (!w->file->dotted && peek(w))
        return fail(w, "text after the array of records");
    return OK;
}

static Status index_array(DataFile *file, Arena *scratch, Offsets *out, Err *err)
{
    Walk w = {.file = file, .err = err};
    TRY(datafile_read_all(file, scratch, &w.in, err));
    if (str_starts(w.in, STR("\xef\xbb\xbf")))
        w.at = 3;
    if (!file->dotted && peek(&w) == '{') { /* one object, or JSON lines by another name */
        TRY(skip_value(&w));
        if (peek(&w))
            return index_lines(file, scratch, out, err);
        return err_set(err, E_PARSE,
                       "\"%s\" is one object, not an array of records; say where in it the "
                       "array stands, as --records data.items",
                       file->path);
    }
    for (Str rest = str_from(file->dotted); rest.ptr && rest.len;)
        TRY(enter_member(&w, str_split(&rest, '.')));
    if (peek(&w) != '[')
        return fail(&w, "expected an array of records");
    return read_elements(&w, scratch, out);
}

const DataFormat data_lines = {.ext = "jsonl", .index = index_lines, .read = read_record};
const DataFormat data_array = {.ext = "json", .index = index_array, .read = read_record};
