/* csv.h - delimited text (RFC 4180, and what Excel writes), one record at a time.
 *
 * Quoted fields may hold delimiters, doubled quotes and line breaks; a BOM at the
 * start is skipped; CR LF and LF end records; a blank line is skipped. Bounded by
 * LIMIT_RECORD and LIMIT_COLUMNS. */
#ifndef TEXT_CSV_H
#define TEXT_CSV_H

#include "base/str.h"
#include "base/vec.h"

typedef struct CsvReader {
    Str in;
    size_t at;   /* byte offset of the next record: also the place to resume from */
    size_t line; /* line of the next record, from 1 */
    char delimiter;
} CsvReader;

typedef struct CsvRecord {
    Str *fields;
    size_t n_fields;
    size_t line;   /* where it starts */
    size_t offset; /* byte offset where it starts */
} CsvRecord;

CsvReader csv_reader(Str text, char delimiter);

/* Reads the next record into `arena`; *more is false at the end. E_PARSE names the
 * line: an unclosed quote, text after a closing quote, bytes that are not UTF-8. */
Status csv_next(CsvReader *reader, Arena *arena, CsvRecord *out, bool *more, Err *err) MUST_CHECK;

/* Moves behind the next line end: where to go on after an error. */
void csv_skip_line(CsvReader *reader);

/* Appends one field, quoted when it must be. */
void csv_put(StrBuf *out, Str text, char delimiter);

#endif
