/* table_out.h - tables for other programs: workbooks and Parquet files. */
#ifndef CLI_TABLE_OUT_H
#define CLI_TABLE_OUT_H

#include "base/json.h"
#include "pack/xlsx_write.h"

/* A value as a cell: lists and objects as JSON text, null as an empty one. */
Cell table_cell(Arena *arena, size_t column, const Json *value);

/* The samples of a document of runs (report/report.h). Text beyond what a cell holds is cut in a
 * workbook, and ends by saying so. A workbook has the scores of the runs on a second sheet. */
Status table_xlsx(const Json *document, StrBuf *out, Err *err) MUST_CHECK;
Status table_parquet(const Json *document, StrBuf *out, Err *err) MUST_CHECK;

#endif
