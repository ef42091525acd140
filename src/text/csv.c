/* csv.c - delimited text, one record at a time. */
#include "text/csv.h"

#include "base/limits.h"
#include "base/utf8.h"

CsvReader csv_reader(Str text, char delimiter)
{
    bool bom = str_starts(text, STR("\xef\xbb\xbf"));
    return (CsvReader){.in = text, .at = bom ? 3 : 0, .line = 1, .delimiter = delimiter};
}

/* The length of the line end at `at`, or 0. */
static size_t line_end(Str s, size_t at)
{
    if (at < s.len && s.ptr[at] == '\n')
        return 1;
    return at + 1 < s.len && s.ptr[at] == '\r' && s.ptr[at + 1] == '\n' ? 2 : 0;
}

/* After the opening quote at *at: the field, and *at behind the closing quote. */
static Status quoted(CsvReader *r, size_t *at, Arena *arena, Str *out, Err *err)
{
    Str s = r->in;
    size_t start = ++*at, line = r->line, doubled = 0;
    for (;; ++*at) {
        if (*at >= s.len)
            return err_set(err, E_PARSE, "line %zu: the quoted field is not closed", line);
        r->line += s.ptr[*at] == '\n';
        if (s.ptr[*at] != '"')
            continue;
        if (*at + 1 >= s.len || s.ptr[*at + 1] != '"')
            break;
        ++*at;
        doubled++;
    }
    Str raw = str_slice(s, start, (*at)++);
    *out = raw;
    bool ends =
        *at >= s.len || s.ptr[*at] == r->delimiter || line_end(s, *at) || s.ptr[*at] == '\r';
    if (!ends)
        return err_set(err, E_PARSE, "line %zu: text after a closing quote", r->line);
    if (!doubled)
        return OK;
    char *text = arena_alloc(arena, raw.len);
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        text[len++] = raw.ptr[i];
        i += raw.ptr[i] == '"';
    }
    *out = (Str){text, len};
    return OK;
}

/* One field at *at; *at ends on its delimiter, its line end or the end of the text. */
static Status field(CsvReader *r, size_t *at, Arena *arena, Str *out, Err *err)
{
    Str s = r->in;
    if (*at < s.len && s.ptr[*at] == '"')
        return quoted(r, at, arena, out, err);
    size_t start = *at;
    while (*at < s.len && s.ptr[*at] != r->delimiter && !line_end(s, *at))
        ++*at;
    *out = str_slice(s, start, *at);
    return OK;
}

static Status record(CsvReader *r, Arena *arena, CsvRecord *out, Err *err)
{
    VEC(Str) fields = {0};
    size_t at = r->at;
    for (;;) {
        Str text;
        TRY(field(r, &at, arena, &text, err));
        if (utf8_check(text) < text.len)
            return err_set(err, E_PARSE, "line %zu: bytes that are not UTF-8", out->line);
        if (fields.len == LIMIT_COLUMNS)
            return err_set(err, E_LIMIT, "line %zu: more than %d columns", out->line,
                           LIMIT_COLUMNS);
        if (at - r->at > LIMIT_RECORD)
            return err_set(err, E_LIMIT, "line %zu: record longer than %zu bytes", out->line,
                           LIMIT_RECORD);
        vec_push(arena, &fields, text);
        if (at >= r->in.len || r->in.ptr[at] != r->delimiter)
            break;
        at++;
    }
    if (at < r->in.len && r->in.ptr[at] == '\r')
        at += line_end(r->in, at) ? 1 : 0;
    if (at < r->in.len && r->in.ptr[at] == '\r')
        return err_set(err, E_PARSE, "line %zu: text after a closing quote", r->line);
    if (at < r->in.len) {
        at++;
        r->line++;
    }
    r->at = at;
    out->fields = fields.items;
    out->n_fields = fields.len;
    return OK;
}

Status csv_next(CsvReader *reader, Arena *arena, CsvRecord *out, bool *more, Err *err)
{
    CsvReader r = *reader;
    for (size_t end; (end = line_end(r.in, r.at)) > 0; r.line++)
        r.at += end;
    CsvRecord result = {.line = r.line, .offset = r.at};
    bool any = r.at < r.in.len;
    if (any)
        TRY(record(&r, arena, &result, err));
    *reader = r;
    *out = result;
    *more = any;
    return OK;
}

void csv_skip_line(CsvReader *reader)
{
    const char *start = reader->in.ptr + reader->at;
    const char *end = memchr(start, '\n', reader->in.len - reader->at);
    reader->at += end ? (size_t)(end - start) + 1 : reader->in.len - reader->at;
    reader->line++;
}

void csv_put(StrBuf *out, Str text, char delimiter)
{
    bool quote = !text.len;
    for (size_t i = 0; i < text.len; i++)
        quote = quote || text.ptr[i] == delimiter || strchr("\"\r\n\xef", text.ptr[i]);
    if (!quote) {
        strbuf_add(out, text);
        return;
    }
    strbuf_addc(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        strbuf_adds(out, text.ptr[i] == '"' ? "\"" : "");
        strbuf_addc(out, text.ptr[i]);
    }
    strbuf_addc(out, '"');
}
