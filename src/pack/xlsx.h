/* xlsx.h - reading the cells of a spreadsheet (Office Open XML workbook).
 *
 * Values as people see them in the cell, without number formats: shared and inline strings,
 * numbers as written, true and false, dates as ISO text. Formulas give their stored value. */
#ifndef PACK_XLSX_H
#define PACK_XLSX_H

#include "pack/zip.h"

typedef enum CellKind { CELL_TEXT, CELL_NUMBER, CELL_BOOL, CELL_FAULT } CellKind;

typedef struct Cell {
    size_t column; /* from 0 */
    CellKind kind;
    Str text; /* a number as JSON writes it; "true"; "2026-03-01T08:30:00"; "#N/A" for a fault */
} Cell;

typedef struct Workbook Workbook;

/* Reads sheet names, shared strings and date formats into `arena`. */
Status xlsx_open(Arena *arena, int fd, Workbook **out, Err *err) MUST_CHECK;

/* Calls `row` for each row that has cells, top down; `number` is the row's, from 1. Cells are
 * ordered by column. `sheet` empty: the first one. E_MISSING names the sheets there are. */
typedef Status (*XlsxRow)(void *user, size_t number, const Cell *cells, size_t n, Err *err);
Status xlsx_rows(Workbook *book, Str sheet, XlsxRow row, void *user, Err *err) MUST_CHECK;

/* "A", "Z", "AA" of a column from 0. */
Str xlsx_column_name(Arena *arena, size_t column);

#endif
