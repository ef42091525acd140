/* duck.h - one statement of DuckDB between two open files, in a child process.
 *
 * DuckDB is optional: its library (70 MB) is loaded in the child, so that a hostile file that
 * crashes it or fills its memory ends the child alone. The child gets limits of time, file size
 * and memory, and loads no extension. */
#ifndef PACK_DUCK_H
#define PACK_DUCK_H

#include "base/str.h"

enum { DUCK_CPU_SECONDS = 600 };

typedef struct DuckJob {
    const char *sql;  /* names its files as /proc/self/fd/N; they must be open */
    const char *verb; /* of messages: "read", "write" */
} DuckJob;

/* E_MISSING when there is no library, E_LIMIT when the child was ended by a signal, E_PARSE with
 * DuckDB's first line otherwise. */
Status duck_run(const DuckJob *job, Err *err) MUST_CHECK;

#endif
