/* xlsx_write.h - making a workbook of sheets, row by row, that xlsx_rows reads back.
 *
 * Text stays text: a cell of it is never a formula, whatever it begins with. The first row is
 * bold and stays in view. Excel's own limits hold: 1,048,576 rows, 16,384 columns, 32,767
 * characters (of UTF-16) a cell; more is E_LIMIT. */
#ifndef PACK_XLSX_WRITE_H
#define PACK_XLSX_WRITE_H

#include "pack/xlsx.h"

enum { XLSX_CELL_CHARACTERS = 32767, XLSX_ROWS = 1048576, XLSX_COLUMNS = 16384 };

typedef struct XlsxWriter XlsxWriter;

/* Appends to `out`, which starts empty and outlives the writer; it is a workbook after
 * xlsx_write_end. */
Status xlsx_write_begin(Arena *arena, StrBuf *out, const char *sheet, XlsxWriter **writer,
                        Err *err) MUST_CHECK;
/* Cells ordered by column; those without text are left empty. CELL_FAULT is not for writing. A
 * number that a spreadsheet would round (more than 15 digits) is written as text. */
Status xlsx_write_row(XlsxWriter *writer, const Cell *cells, size_t n, Err *err) MUST_CHECK;
/* Ends the sheet and begins another; names differ. */
Status xlsx_write_sheet(XlsxWriter *writer, const char *sheet, Err *err) MUST_CHECK;
Status xlsx_write_end(XlsxWriter *writer, Err *err) MUST_CHECK;

/* The characters of `text` as a cell counts them: units of UTF-16. */
size_t xlsx_characters(Str text);

#endif
