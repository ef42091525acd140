/* parquet_write.h - records as a Parquet file, by DuckDB (pack/duck.h).
 *
 * A column gets the narrowest type that holds all its values: BOOLEAN, BIGINT, DOUBLE, a list, a
 * struct, else text (values of several kinds, integers beyond 64 bits); nothing is guessed from
 * what a text looks like. Members that a record lacks are null. One thread at a time. */
#ifndef PACK_PARQUET_WRITE_H
#define PACK_PARQUET_WRITE_H

#include "base/json.h"

typedef struct ParquetWriter ParquetWriter;

/* Keeps its records in a temporary file that goes with the arena. */
Status parquet_writer(Arena *arena, ParquetWriter **out, Err *err) MUST_CHECK;
Status parquet_write_record(ParquetWriter *writer, const Json *record, Err *err) MUST_CHECK;
/* Appends the file to `out`. E_MISSING when there is no DuckDB. */
Status parquet_write_end(ParquetWriter *writer, StrBuf *out, Err *err) MUST_CHECK;

#endif
