/* xlsx_rows.c - the rows of one sheet. */
#include "pack/xlsx_private.h"
#include "pack/xlsx_write.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/utf8.h"

typedef struct Rows {
    Workbook *book;
    XmlReader xml;
    Arena *row_arena; /* emptied after each row */
    XlsxRow row;
    void *user;
    Err *err;
    size_t number; /* of the row at hand */
    bool in_row;
    VEC(Cell) cells;
} Rows;

static int32_t hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four hex digits between "_x" and "_"; -1 when it is no escape. */
static int32_t escape_at(Str text, size_t at)
{
    int32_t code = 0;
    if (text.len - at < 7 || text.ptr[at + 1] != 'x' || text.ptr[at + 6] != '_')
        return -1;
    for (size_t i = at + 2; i < at + 6; i++) {
        int32_t digit = hex_digit(text.ptr[i]);
        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    return code;
}

Str xlsx_decode(Arena *arena, Str text)
{
    if (!text.ptr || !memmem(text.ptr, text.len, "_x", 2))
        return text;
    StrBuf out = strbuf_make(arena, text.len + 1);
    for (size_t at = 0; at < text.len;) {
        int32_t code = text.ptr[at] == '_' ? escape_at(text, at) : -1;
        bool high = code >= 0xD800 && code <= 0xDBFF && at + 7 < text.len;
        int32_t low = high && text.ptr[at + 7] == '_' ? escape_at(text, at + 7) : -1;
        if (low >= 0xDC00 && low <= 0xDFFF) {
            utf8_put(&out, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
            at += 14;
        } else if (code >= 0 && (code < 0xD800 || code > 0xDFFF)) {
            utf8_put(&out, code);
            at += 7;
        } else {
            strbuf_addc(&out, text.ptr[at++]);
        }
    }
    return strbuf_str(&out);
}

Str xlsx_column_name(Arena *arena, size_t column)
{
    char text[16];
    size_t at = sizeof text;
    for (size_t n = column + 1; n && at; n = (n - 1) / 26)
        text[--at] = (char)('A' + (n - 1) % 26);
    return str_copy(arena, (Str){text + at, sizeof text - at});
}

/* "BC12": the column, from 0. */
static bool column_of(Str reference, size_t *out)
{
    size_t column = 0, i = 0;
    for (; i < reference.len && reference.ptr[i] >= 'A' && reference.ptr[i] <= 'Z'; i++) {
        column = column * 26 + (size_t)(reference.ptr[i] - 'A' + 1);
        if (column > LIMIT_COLUMNS)
            return false;
    }
    *out = column - 1;
    return i > 0;
}

/* The text inside the cell: its <v>, or the <t> parts of an inline string. */
static Status cell_text(Rows *w, Str *out)
{
    StrBuf text = strbuf_make(w->row_arena, LIMIT_RECORD);
    bool inside = false;
    for (int depth = 1; depth;) {
        XmlKind kind;
        TRY(xml_next(&w->xml, w->row_arena, &kind, w->err));
        bool holds = str_eqc(w->xml.name, "v") || str_eqc(w->xml.name, "t");
        if (kind == XML_END)
            return err_set(w->err, E_PARSE, "the sheet is cut short");
        if (kind == XML_TEXT && inside)
            strbuf_add(&text, w->xml.text);
        if (kind == XML_OPEN) {
            depth++;
            inside = holds;
        } else if (kind == XML_CLOSE) {
            depth--;
            inside = false;
        }
    }
    *out = strbuf_str(&text);
    return strbuf_check(&text, "a cell's text", w->err);
}

/* "1E3", ".5" and "+1" are no JSON; what is no finite number stays text. */
static Cell number_cell(Rows *w, size_t column, Str text, Str style)
{
    double value;
    int64_t index;
    Cell cell = {column, CELL_TEXT, text};
    Str date;
    if (!str_to_double(text, &value))
        return cell;
    bool dated = str_to_int(style, &index) && index >= 0 && (uint64_t)index < w->book->formats.len;
    DateFormat format = dated ? w->book->formats.items[index] : (DateFormat){false, false};
    if ((format.day || format.clock) &&
        xlsx_date(w->row_arena, value, format, w->book->from_1904, &date))
        return (Cell){column, CELL_TEXT, date};
    bool plain = true; /* digits and a point: kept exactly as it was written */
    for (size_t i = 0; i < text.len && plain; i++) {
        char c = text.ptr[i];
        plain = (c >= '0' && c <= '9') || (c == '-' && i == 0) || (c == '.' && i > 0);
    }
    bool zero = text.len > 1 && text.ptr[0] == '0' && text.ptr[1] != '.';
    if (!plain || zero || text.ptr[text.len - 1] == '.' || str_starts(text, STR("-"))) {
        char shortest[32];
        json_format_double(shortest, value);
        text = str_copy(w->row_arena, str_from(shortest));
    }
    return (Cell){column, CELL_NUMBER, text};
}

static Status make_cell(Rows *w, size_t column, Str type, Str style, Str text)
{
    Cell cell = {column, CELL_TEXT, text};
    int64_t index;
    if (str_eqc(type, "inlineStr") || str_eqc(type, "str")) {
        cell.text = xlsx_decode(w->row_arena, text);
    } else if (str_eqc(type, "s")) {
        if (!str_to_int(text, &index) || index < 0 || (uint64_t)index >= w->book->strings.len)
            return err_set(w->err, E_PARSE,
                           "row %zu: a cell names shared string \"" STR_FMT
                           "\", which is not there",
                           w->number, STR_ARG(text));
        cell.text = w->book->strings.items[index];
    } else if (str_eqc(type, "b")) {
        cell.kind = CELL_BOOL;
        cell.text = str_eqc(text, "0") || str_eqc(text, "false") ? STR("false") : STR("true");
    } else if (str_eqc(type, "e")) {
        cell.kind = CELL_FAULT;
    } else if (!type.len || str_eqc(type, "n")) {
        if (!text.len)
            return OK;
        cell = number_cell(w, column, text, style);
    }
    if (w->cells.len && w->cells.items[w->cells.len - 1].column >= column)
        return err_set(w->err, E_PARSE, "row %zu: its cells are out of order", w->number);
    vec_push(w->row_arena, &w->cells, cell);
    return OK;
}

static Status read_cell(Rows *w)
{
    XmlReader *x = &w->xml;
    Str reference = xml_attribute(x, w->row_arena, "r"), text;
    Str type = xml_attribute(x, w->row_arena, "t"), style = xml_attribute(x, w->row_arena, "s");
    size_t column = w->cells.len ? w->cells.items[w->cells.len - 1].column + 1 : 0;
    if (reference.len && !column_of(reference, &column))
        return err_set(w->err, E_PARSE,
                       "row %zu: cell \"" STR_FMT "\" has no place among %d "
                       "columns",
                       w->number, STR_ARG(reference), LIMIT_COLUMNS);
    if (column >= LIMIT_COLUMNS)
        return err_set(w->err, E_LIMIT, "row %zu: more than %d columns", w->number, LIMIT_COLUMNS);
    TRY(cell_text(w, &text));
    return make_cell(w, column, type, style, text);
}

static Status begin_row(Rows *w)
{
    int64_t number;
    if (w->in_row)
        return err_set(w->err, E_PARSE, "row %zu: a row inside a row", w->number);
    w->in_row = true;
    if (!str_to_int(xml_attribute(&w->xml, w->row_arena, "r"), &number))
        number = (int64_t)w->number + 1;
    if (number > XLSX_ROWS) /* the rows left out before it would all be written */
        return err_set(w->err, E_LIMIT, "row %lld: a sheet has at most %d rows", (long long)number,
                       XLSX_ROWS);
    if (number <= (int64_t)w->number)
        return err_set(w->err, E_PARSE, "row %zu: its rows are out of order", w->number);
    w->number = (size_t)number;
    return OK;
}

static Status end_row(Rows *w)
{
    if (!w->in_row)
        return err_set(w->err, E_PARSE, "the end of a row that did not begin");
    w->in_row = false;
    Status status =
        w->cells.len ? w->row(w->user, w->number, w->cells.items, w->cells.len, w->err) : OK;
    w->cells.items = NULL;
    w->cells.len = w->cells.cap = 0;
    arena_reset(w->row_arena);
    return status;
}

static Status read_rows(Rows *w)
{
    for (;;) {
        XmlKind kind;
        TRY(xml_next(&w->xml, w->row_arena, &kind, w->err));
        if (kind == XML_END)
            return OK;
        if (kind == XML_TEXT)
            continue;
        if (str_eqc(w->xml.name, "row"))
            TRY(kind == XML_OPEN ? begin_row(w) : end_row(w));
        else if (w->in_row && kind == XML_OPEN && str_eqc(w->xml.name, "c"))
            TRY(read_cell(w));
    }
}

static Status find_sheet(Workbook *b, Str name, Arena *arena, const Sheet **out, Err *err)
{
    StrBuf known = strbuf_make(arena, 2000);
    for (size_t i = 0; i < b->sheets.len; i++) {
        const Sheet *s = &b->sheets.items[i];
        if (!name.len || str_eq(s->name, name)) {
            *out = s;
            return OK;
        }
        strbuf_addf(&known, "%s\"%.*s\"", i ? ", " : "", (int)s->name.len, s->name.ptr);
    }
    return err_set(err, E_MISSING, "there is no sheet \"" STR_FMT "\"; there are %s", STR_ARG(name),
                   known.ptr ? known.ptr : "none");
}

Status xlsx_rows(Workbook *book, Str sheet, XlsxRow row, void *user, Err *err)
{
    SCOPED_ARENA(arena);
    SCOPED_ARENA(row_arena);
    const Sheet *found = NULL;
    Str text;
    TRY(find_sheet(book, sheet, &arena, &found, err));
    TRY(xlsx_part(book, found->relation, "/worksheet", &arena, &text, err));
    Rows w = {.book = book,
              .xml = xml_reader(text),
              .row_arena = &row_arena,
              .row = row,
              .user = user,
              .err = err};
    if (read_rows(&w) != OK)
        return err_wrap(err, "sheet \"" STR_FMT "\"", STR_ARG(found->name));
    return OK;
}
