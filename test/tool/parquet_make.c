/* parquet_make.c - writes a small Parquet file with DuckDB, for the tests.
 * usage: tool_parquet_make LIBRARY "SQL" FILE; exit status 2 when the library is not there. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct Result {
    uint64_t counts[3];
    void *columns;
    char *error;
    void *internal;
} Result;

static void *find(void *library, const char *name)
{
    return dlsym(library, name);
}

int main(int argc, char **argv)
{
    void *library = argc == 4 ? dlopen(argv[1], RTLD_NOW) : NULL, *database, *connection, *symbol;
    int (*open)(const char *, void **), (*connect)(void *, void **);
    int (*query)(void *, const char *, Result *);
    char sql[4096];
    Result result = {0};
    if (!library)
        return 2;
    memcpy(&open, (symbol = find(library, "duckdb_open"), &symbol), sizeof symbol);
    memcpy(&connect, (symbol = find(library, "duckdb_connect"), &symbol), sizeof symbol);
    memcpy(&query, (symbol = find(library, "duckdb_query"), &symbol), sizeof symbol);
    snprintf(sql, sizeof sql, "COPY (%s) TO '%s' (FORMAT parquet)", argv[2], argv[3]);
    return open(NULL, &database) || connect(database, &connection) ||
           query(connection, sql, &result);
}
