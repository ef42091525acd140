/* xlsx_write.c - the parts of a workbook: fixed ones, and the sheet as it comes. */
#include "pack/xlsx_write.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "pack/xlsx_private.h"
#include "pack/zip_write.h"

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"
#define DOCUMENT "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml."

static const struct {
    const char *name, *content;
} parts[] = {
    {"_rels/.rels", XML "<Relationships xmlns=\"" PACKAGE "relationships\">"
                        "<Relationship Id=\"rId1\" Type=\"" DOCUMENT "/officeDocument\" "
                        "Target=\"xl/workbook.xml\"/></Relationships>"},
    /* Cell format 1 is bold, for the first row. */
    {"xl/styles.xml",
     XML "<styleSheet xmlns=\"" MAIN "\"><fonts count=\"2\"><font><sz val=\"11\"/>"
         "<name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font>"
         "</fonts><fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill>"
         "<patternFill patternType=\"gray125\"/></fill></fills><borders count=\"1\"><border>"
         "<left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count=\"1\">"
         "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
         "<cellXfs count=\"2\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" "
         "xfId=\"0\"/><xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
         "applyFont=\"1\"/></cellXfs></styleSheet>"},
};

enum { PIECE = 1 << 16, SAFE_DIGITS = 15 };

struct XlsxWriter {
    Arena *arena;
    ZipWriter *zip;
    StrBuf piece;   /* of the sheet, not yet compressed */
    size_t row;     /* rows of the sheet so far */
    VEC(Str) names; /* of the columns so far */
    VEC(Str) sheets;
};

static Str column_name(XlsxWriter *w, size_t column)
{
    while (w->names.len <= column) {
        Str name = xlsx_column_name(w->arena, w->names.len);
        vec_push(w->arena, &w->names, name);
    }
    return w->names.items[column];
}

size_t xlsx_characters(Str text)
{
    size_t at = 0, count = 0;
    while (at < text.len)
        count += utf8_next(text, &at) > 0xFFFF ? 2 : 1;
    return count;
}

/* "_x000D_" in a cell means the character; text that looks so itself gets its underscore
 * written that way. */
static bool looks_escaped(Str text, size_t at)
{
    if (text.len - at < 7 || text.ptr[at + 1] != 'x' || text.ptr[at + 6] != '_')
        return false;
    for (size_t i = at + 2; i < at + 6; i++)
        if (!strchr("0123456789abcdefABCDEF", text.ptr[i]) || !text.ptr[i])
            return false;
    return true;
}

static void put_text(StrBuf *out, Str text)
{
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        int32_t code = utf8_next(text, &at);
        if (code == '<')
            strbuf_adds(out, "&lt;");
        else if (code == '&')
            strbuf_adds(out, "&amp;");
        else if (code == '>')
            strbuf_adds(out, "&gt;");
        else if (code == '"')
            strbuf_adds(out, "&quot;");
        else if (code == UTF8_BAD)
            strbuf_adds(out, "\xef\xbf\xbd");
        else if ((code < 0x20 && code != '\t' && code != '\n') || code == 0xFFFE ||
                 code == 0xFFFF || (code == '_' && looks_escaped(text, start)))
            strbuf_addf(out, "_x%04X_", (unsigned)code);
        else
            strbuf_add(out, str_slice(text, start, at));
    }
}

/* Whether a spreadsheet, which counts in doubles and shows 15 digits, keeps the number. */
static bool is_safe_number(Str text)
{
    size_t digits = 0;
    double value;
    for (size_t i = 0; i < text.len && text.ptr[i] != 'e' && text.ptr[i] != 'E'; i++)
        digits += text.ptr[i] >= '0' && text.ptr[i] <= '9';
    return digits <= SAFE_DIGITS && str_to_double(text, &value);
}

static Status put_cell(XlsxWriter *w, const Cell *cell, Err *err)
{
    StrBuf *out = &w->piece;
    bool number = cell->kind == CELL_NUMBER && is_safe_number(cell->text);
    if (!cell->text.len)
        return OK;
    Str column = column_name(w, cell->column);
    if (!number && cell->kind != CELL_BOOL && cell->text.len > XLSX_CELL_CHARACTERS &&
        xlsx_characters(cell->text) > XLSX_CELL_CHARACTERS)
        return err_set(err, E_LIMIT,
                       "cell " STR_FMT "%zu has %zu characters, a workbook holds %d in a cell; "
                       "write .jsonl or .csv instead",
                       STR_ARG(column), w->row, xlsx_characters(cell->text), XLSX_CELL_CHARACTERS);
    strbuf_addf(out, "<c r=\"" STR_FMT "%zu\"%s", STR_ARG(column), w->row,
                w->row == 1 ? " s=\"1\"" : "");
    if (number)
        strbuf_addf(out, "><v>" STR_FMT "</v></c>", STR_ARG(cell->text));
    else if (cell->kind == CELL_BOOL)
        strbuf_addf(out, " t=\"b\"><v>%d</v></c>", str_eqc(cell->text, "true"));
    else {
        strbuf_adds(out, " t=\"inlineStr\"><is><t xml:space=\"preserve\">");
        put_text(out, cell->text);
        strbuf_adds(out, "</t></is></c>");
    }
    return OK;
}

static Status flush(XlsxWriter *w, size_t from, Err *err)
{
    TRY(strbuf_check(&w->piece, "a row of the sheet", err));
    if (w->piece.len < from)
        return OK;
    TRY(zip_write_put(w->zip, strbuf_str(&w->piece), err));
    w->piece.len = 0;
    return OK;
}

static Status put_part(XlsxWriter *w, const char *name, Str content, Err *err)
{
    TRY(zip_write_begin(w->zip, name, err));
    TRY(zip_write_put(w->zip, content, err));
    return zip_write_end(w->zip, err);
}

static Status begin_sheet(XlsxWriter *w, const char *name, Err *err)
{
    vec_push(w->arena, &w->sheets, str_copy(w->arena, str_from(name)));
    w->row = 0;
    strbuf_adds(&w->piece, XML "<worksheet xmlns=\"" MAIN "\"><sheetViews><sheetView "
                               "workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" "
                               "activePane=\"bottomLeft\" state=\"frozen\"/></sheetView>"
                               "</sheetViews><sheetData>");
    Str part = str_printf(w->arena, "xl/worksheets/sheet%zu.xml", w->sheets.len);
    return zip_write_begin(w->zip, part.ptr, err);
}

static Status end_sheet(XlsxWriter *w, Err *err)
{
    strbuf_adds(&w->piece, "</sheetData></worksheet>");
    TRY(flush(w, 0, err));
    return zip_write_end(w->zip, err);
}

/* The parts that name the sheets. */
static Status put_index(XlsxWriter *w, Err *err)
{
    StrBuf types = strbuf_make(w->arena, 1 << 16), rels = strbuf_make(w->arena, 1 << 16);
    StrBuf book = strbuf_make(w->arena, 1 << 16);
    strbuf_adds(&types, XML
                "<Types xmlns=\"" PACKAGE "content-types\">"
                "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package."
                "relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" TYPE "sheet.main+xml\"/>"
                "<Override PartName=\"/xl/styles.xml\" ContentType=\"" TYPE "styles+xml\"/>");
    strbuf_adds(&rels, XML "<Relationships xmlns=\"" PACKAGE "relationships\">");
    strbuf_adds(&book, XML "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" DOCUMENT "\"><sheets>");
    for (size_t i = 0; i < w->sheets.len; i++) {
        strbuf_addf(&types,
                    "<Override PartName=\"/xl/worksheets/sheet%zu.xml\" ContentType=\"" TYPE
                    "worksheet+xml\"/>",
                    i + 1);
        strbuf_addf(&rels,
                    "<Relationship Id=\"rId%zu\" Type=\"" DOCUMENT "/worksheet\" "
                    "Target=\"worksheets/sheet%zu.xml\"/>",
                    i + 1, i + 1);
        strbuf_adds(&book, "<sheet name=\"");
        put_text(&book, w->sheets.items[i]);
        strbuf_addf(&book, "\" sheetId=\"%zu\" r:id=\"rId%zu\"/>", i + 1, i + 1);
    }
    strbuf_adds(&types, "</Types>");
    strbuf_addf(&rels,
                "<Relationship Id=\"rId%zu\" Type=\"" DOCUMENT "/styles\" "
                "Target=\"styles.xml\"/></Relationships>",
                w->sheets.len + 1);
    strbuf_adds(&book, "</sheets></workbook>");
    TRY(put_part(w, "[Content_Types].xml", strbuf_str(&types), err));
    TRY(put_part(w, "xl/_rels/workbook.xml.rels", strbuf_str(&rels), err));
    return put_part(w, "xl/workbook.xml", strbuf_str(&book), err);
}

Status xlsx_write_begin(Arena *arena, StrBuf *out, const char *sheet, XlsxWriter **writer, Err *err)
{
    XlsxWriter *w = ARENA_NEW(arena, XlsxWriter);
    w->arena = arena;
    w->zip = zip_writer(arena, out);
    w->piece = strbuf_make(arena, LIMIT_JSON_DOCUMENT);
    for (size_t i = 0; i < COUNT(parts); i++)
        TRY(put_part(w, parts[i].name, str_from(parts[i].content), err));
    *writer = w;
    return begin_sheet(w, sheet, err);
}

Status xlsx_write_sheet(XlsxWriter *writer, const char *sheet, Err *err)
{
    TRY(end_sheet(writer, err));
    return begin_sheet(writer, sheet, err);
}

Status xlsx_write_row(XlsxWriter *writer, const Cell *cells, size_t n, Err *err)
{
    if (writer->row == XLSX_ROWS || (n && cells[n - 1].column >= XLSX_COLUMNS))
        return err_set(err, E_LIMIT,
                       "a sheet holds %d rows and %d columns; write .jsonl or .csv instead",
                       XLSX_ROWS, XLSX_COLUMNS);
    writer->row++;
    strbuf_addf(&writer->piece, "<row r=\"%zu\">", writer->row);
    for (size_t i = 0; i < n; i++)
        TRY(put_cell(writer, &cells[i], err));
    strbuf_adds(&writer->piece, "</row>");
    return flush(writer, PIECE, err);
}

Status xlsx_write_end(XlsxWriter *writer, Err *err)
{
    TRY(end_sheet(writer, err));
    TRY(put_index(writer, err));
    return zip_write_close(writer->zip, err);
}
