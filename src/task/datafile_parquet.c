/* datafile_parquet.c - Parquet as JSON lines. */
#include "pack/duck.h"
#include "task/datafile.h"

Status datafile_from_parquet(DataFile *file, int fd, int to, Err *err)
{
    SCOPED_ARENA(arena);
    (void)file;
    Str sql = str_printf(&arena,
                         "COPY (SELECT * FROM read_parquet('/proc/self/fd/%d')) TO "
                         "'/proc/self/fd/%d' (FORMAT json, USE_TMP_FILE false)",
                         fd, to);
    return duck_run(&(DuckJob){sql.ptr, "read"}, err);
}
