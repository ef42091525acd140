/* datafile_xlsx.c - a sheet as JSON lines. The first row that has cells names the columns.
 *
 * Line n of the result is row n of the sheet (rows without cells are empty lines), so that
 * messages about a record name the row that people see. */
#include "base/limits.h"
#include "pack/xlsx.h"
#include "task/datafile.h"

#include <sys/stat.h>

typedef struct SheetReader {
    DataFile *file;
    Sink to;
    StrBuf line;
    uint64_t written, limit;
    size_t row; /* lines written */
    bool named;
} SheetReader;

static Status end_line(SheetReader *r, Err *err)
{
    strbuf_addc(&r->line, '\n');
    TRY(strbuf_check(&r->line, "a row", err));
    r->written += r->line.len;
    if (r->written > r->limit)
        return err_set(err, E_LIMIT,
                       "the sheet expands to more than %llu bytes, as an archive "
                       "bomb does",
                       (unsigned long long)r->limit);
    TRY(r->to.put(r->to.user, strbuf_str(&r->line), err));
    r->line.len = 0;
    r->row++;
    return OK;
}

static Status name_columns(SheetReader *r, size_t number, const Cell *cells, size_t n, Err *err)
{
    DataFile *file = r->file;
    file->n_columns = cells[n - 1].column + 1;
    file->columns = arena_array(file->arena, file->n_columns, sizeof *file->columns);
    for (size_t i = 0; i < n; i++) {
        Str name = str_copy(file->arena, cells[i].text);
        for (size_t j = 0; name.len && j < file->n_columns; j++)
            if (str_eq(file->columns[j], name))
                return err_set(err, E_PARSE, "row %zu: column \"" STR_FMT "\" is named twice",
                               number, STR_ARG(name));
        file->columns[cells[i].column] = name;
    }
    r->named = true;
    return OK;
}

/* A malformed row becomes a line that is no record and says why: reading it gives the error
 * in the order of the file, with its row. */
static void put_fault(SheetReader *r, Str column, Str what)
{
    strbuf_clear(&r->line);
    JsonWriter w = json_writer(&r->line);
    json_begin(&w, '[');
    json_write_str(&w, column);
    json_write_str(&w, what);
    json_end(&w, ']');
}

static void put_cell(JsonWriter *w, const Cell *cell)
{
    if (cell->kind == CELL_TEXT)
        json_write_str(w, cell->text);
    else
        json_write_raw(w, cell->text);
}

static void put_record(SheetReader *r, const Cell *cells, size_t n, Arena *scratch)
{
    const DataFile *file = r->file;
    JsonWriter w = json_writer(&r->line);
    json_begin(&w, '{');
    for (size_t column = 0, i = 0; column < file->n_columns || i < n; column++) {
        const Cell *cell = i < n && cells[i].column == column ? &cells[i++] : NULL;
        Str name = column < file->n_columns ? file->columns[column] : (Str){0};
        if (cell && (cell->kind == CELL_FAULT || (!name.len && cell->text.len))) {
            put_fault(r, xlsx_column_name(scratch, column),
                      cell->kind == CELL_FAULT ? cell->text : STR(""));
            return;
        }
        if (!name.len)
            continue;
        json_key_str(&w, name);
        if (cell)
            put_cell(&w, cell);
        else
            json_write_str(&w, STR(""));
    }
    json_end(&w, '}');
}

static Status take_row(void *user, size_t number, const Cell *cells, size_t n, Err *err)
{
    SheetReader *r = user;
    bool any = false;
    for (size_t i = 0; i < n; i++)
        any = any || cells[i].text.len;
    if (!any)
        return OK;
    while (r->row + 1 < number)
        TRY(end_line(r, err));
    if (!r->named) {
        TRY(name_columns(r, number, cells, n, err));
    } else {
        SCOPED_ARENA(scratch);
        put_record(r, cells, n, &scratch);
    }
    return end_line(r, err);
}

Status datafile_from_xlsx(DataFile *file, int fd, int to, Err *err)
{
    SCOPED_ARENA(arena);
    struct stat st;
    Workbook *book;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return err_set(err, E_IO, "it is not a regular file");
    SheetReader r = {.file = file,
                     .to = temp_sink(&to),
                     .line = strbuf_make(&arena, LIMIT_RECORD),
                     .limit = (uint64_t)st.st_size * LIMIT_EXPAND_RATIO + LIMIT_EXPAND_FREE};
    TRY(xlsx_open(&arena, fd, &book, err));
    TRY(xlsx_rows(book, file->options.sheet, take_row, &r, err));
    if (!r.named)
        return err_set(err, E_PARSE, "the sheet is empty; its first row must name the columns");
    return OK;
}
