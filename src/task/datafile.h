/* datafile.h - private to task/: how a data file keeps the places of its records. */
#ifndef TASK_DATAFILE_H
#define TASK_DATAFILE_H

#include "base/hash.h"
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
    int fd;
    const char *path, *dotted; /* dotted: where the array stands, or NULL */
    const DataFormat *format;
    uint64_t size;
    struct timespec changed; /* when it was last written to, as of opening */
    uint64_t *offsets;       /* docs.len + 1 of them: record i is offsets[i] .. offsets[i + 1] */
    Str *columns;            /* delimited text: names of the columns */
    size_t n_columns;
    Hash hash;
    Arena *arena;
};

extern const DataFormat data_lines, data_array, data_csv, data_tsv;

/* Reads `len` bytes at `at`; E_IO when the file has changed under us. */
Status datafile_read(const DataFile *file, uint64_t at, char *into, size_t len, Err *err);
/* The whole file, with its hash noted. */
Status datafile_read_all(DataFile *file, Arena *arena, Str *out, Err *err);
/* The line, from 1, on which the byte at `offset` stands. */
size_t datafile_line_at(const DataFile *file, uint64_t offset);

#endif
