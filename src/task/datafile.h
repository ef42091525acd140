/* datafile.h - private to task/: how a data file keeps the places of its records. */
#ifndef TASK_DATAFILE_H
#define TASK_DATAFILE_H

#include "base/hash.h"
#include "pack/expand.h"
#include "task/task.h"

/* Places of records found while a file is read once. */
typedef VEC(uint64_t) Offsets;

typedef struct DataFormat {
    const char *ext;
    char delimiter; /* delimited text; 0 for JSON */
    /* Finds where each record starts; appends the end of the last one too. */
    Status (*index)(DataFile *file, Arena *scratch, Offsets *out, Err *err);
    /* Record number `index`, whose bytes are `text`, into `arena`. */
    Status (*read)(const DataFile *file, Str text, Arena *arena, Json *out, Err *err);
} DataFormat;

struct DataFile {
    Docs docs; /* first, so that a Docs * of ours is a DataFile * */
    int fd;    /* plain UTF-8 text: the file itself, or an anonymous one made of it */
    const char *path, *dotted; /* dotted: where the array stands, or NULL */
    const DataFormat *format;
    uint64_t size;
    uint64_t *offsets; /* docs.len + 1 of them: record i is offsets[i] .. offsets[i + 1] */
    uint32_t *lengths; /* of the records, when bad ones between them were skipped; else NULL */
    Str *columns;      /* delimited text: names of the columns */
    struct timespec changed; /* when it was last written to, as of opening */
    size_t n_columns;
    Hash hash;
    Arena *arena;
    DataOptions options;
    DataReport report;
    VEC(BadRecord) bad;
    uint64_t counted_to; /* lines up to here .. */
    size_t counted;      /* .. are so many */
};

/* Endings that datafile_find tries, in this order; NULL ends the list. */
extern const char *const datafile_extensions[];

extern const DataFormat data_lines, data_array, data_csv, data_tsv;

/* Reads `len` bytes at `at`; E_IO when the file has changed under us. */
Status datafile_read(const DataFile *file, uint64_t at, char *into, size_t len, Err *err);
/* E_CONFLICT when the file was written to since it was opened. To be asked after reading: a version
 * is what its hash says. */
Status datafile_unchanged(const DataFile *file, Err *err) MUST_CHECK;
/* The whole file, with its hash noted. */
Status datafile_read_all(DataFile *file, Arena *arena, Str *out, Err *err);
/* The line, from 1, on which the byte at `offset` stands. */
size_t datafile_line_at(const DataFile *file, uint64_t offset);

/* Reads each of the `n` records found once, with several threads where there is much to read, and
 * drops bad ones from the list or refuses the first of them, as told. Sets docs.len. */
Status datafile_check(DataFile *file, size_t n, Err *err) MUST_CHECK;
/* Wraps `err` with file and line of the bad record at `offset`, and what may help. */
Status datafile_refuse(const DataFile *file, uint64_t offset, Err *err) MUST_CHECK;
/* The record at `offset` is bad, as `err` says: notes it and returns OK when bad records are to
 * be skipped, else wraps `err` with file and line. */
Status datafile_bad(DataFile *file, uint64_t offset, Err *err) MUST_CHECK;

/* Opens file->path and makes what is in it plain UTF-8 text of file->format. */
Status datafile_source(DataFile *file, Err *err) MUST_CHECK;
/* The extension of a name ("jsonl", also of "x.jsonl.gz"); E_USAGE when it is not known. */
Status datafile_known(const char *path, Str *ext, Err *err) MUST_CHECK;

/* Converters: what `fd` holds becomes JSON lines in the empty file `to`, one for each row. */
Status datafile_from_xlsx(DataFile *file, int fd, int to, Err *err) MUST_CHECK;
Status datafile_from_parquet(DataFile *file, int fd, int to, Err *err) MUST_CHECK;

#endif
