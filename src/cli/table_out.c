/* table_out.c - samples of runs as a workbook and as Parquet. */
#include "cli/table_out.h"

#include "base/utf8.h"
#include "pack/parquet_write.h"
#include "report/report.h"

#include <math.h>

Cell table_cell(Arena *arena, size_t column, const Json *value)
{
    Cell cell = {column, CELL_TEXT, {"", 0}};
    if (!value || value->type == JSON_NULL)
        return cell;
    if (value->type == JSON_NUMBER)
        cell.kind = CELL_NUMBER;
    else if (value->type == JSON_BOOL)
        cell.kind = CELL_BOOL;
    bool plain = value->type == JSON_STRING || value->type == JSON_NUMBER;
    cell.text = plain ? value->text : json_dump(arena, value);
    return cell;
}

/* So many bytes are never more than a cell's characters, with room for the note. */
static Str cut(Arena *arena, Str text)
{
    enum { NOTE = 100 };
    if (text.len <= XLSX_CELL_CHARACTERS)
        return text;
    size_t characters = xlsx_characters(text);
    if (characters <= XLSX_CELL_CHARACTERS)
        return text;
    Str head = utf8_cut(text, XLSX_CELL_CHARACTERS - NOTE);
    return str_printf(arena, "%.*s … [cut here: %zu characters, a cell holds %d]", (int)head.len,
                      head.ptr, characters, XLSX_CELL_CHARACTERS);
}

static Status write_cells(void *user, const Json *values, size_t n, Err *err)
{
    SCOPED_ARENA(scratch);
    Cell *cells = arena_array(&scratch, n, sizeof *cells);
    for (size_t i = 0; i < n; i++) {
        cells[i] = table_cell(&scratch, i, &values[i]);
        cells[i].text = cut(&scratch, cells[i].text);
    }
    return xlsx_write_row(user, cells, n, err);
}

/* A row for each number: what stands in the table of `assay show`. */
static Status write_scores(XlsxWriter *writer, const Json *document, Arena *scratch, Err *err)
{
    static const char *const heads[] = {
        "run",   "model",        "task",          "metric", "filter",
        "score", "interval low", "interval high", "n",      "score among answered"};
    static const char *const keys[] = {"metric", "filter", "mean", "low", "high", "n"};
    const Json *runs = json_get(document, "runs");
    Json head[COUNT(heads)], row[COUNT(heads)];
    for (size_t i = 0; i < COUNT(heads); i++)
        head[i] = json_str(str_from(heads[i]));
    TRY(write_cells(writer, head, COUNT(heads), err));
    for (uint32_t r = 0; runs && r < runs->len; r++) {
        const Json *run = &runs->items[r], *metrics = json_get(run, "metrics");
        for (uint32_t m = 0; metrics && m < metrics->len; m++) {
            const Json *metric = &metrics->items[m], *value;
            for (size_t i = 0; i < COUNT(heads); i++) {
                value = i < 3   ? json_get(run, heads[i])
                        : i < 9 ? json_get(metric, keys[i - 3])
                                : json_get(json_get(metric, "answered"), "mean");
                row[i] = value ? *value : (Json){0};
                double number = json_number(value, NAN); /* as many digits as a cell keeps */
                if (!isnan(number))
                    row[i].text = str_printf(scratch, "%.12g", number);
            }
            TRY(write_cells(writer, row, COUNT(heads), err));
        }
    }
    return OK;
}

Status table_xlsx(const Json *document, StrBuf *out, Err *err)
{
    SCOPED_ARENA(arena);
    XlsxWriter *writer = NULL;
    TRY(xlsx_write_begin(&arena, out, "samples", &writer, err));
    TRY(report_table(document, write_cells, writer, err));
    TRY(xlsx_write_sheet(writer, "scores", err));
    TRY(write_scores(writer, document, &arena, err));
    return xlsx_write_end(writer, err);
}

static Status write_lines(ParquetWriter *writer, Str lines, Err *err)
{
    while (lines.len) {
        SCOPED_ARENA(scratch);
        Json record;
        TRY(json_parse(&scratch, str_split(&lines, '\n'), &record, err));
        TRY(parquet_write_record(writer, &record, err));
    }
    return OK;
}

Status table_parquet(const Json *document, StrBuf *out, Err *err)
{
    SCOPED_ARENA(arena);
    ParquetWriter *writer = NULL;
    StrBuf lines = strbuf_make(NULL, (size_t)1 << 32);
    TRY(parquet_writer(&arena, &writer, err));
    Status status = report_jsonl(document, &lines, err);
    if (status == OK)
        status = write_lines(writer, strbuf_str(&lines), err);
    strbuf_free(&lines);
    TRY(status);
    return parquet_write_end(writer, out, err);
}
