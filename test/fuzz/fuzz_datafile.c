/* fuzz_datafile.c - any bytes as a data file: refused, or every record can be read by position. */
#include "task/task.h"

#include <fcntl.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_file(Arena *a, const char *path, const char *dotted, bool skip)
{
    Err err = {0};
    DataFile *file = NULL;
    DataOptions options = {.records = dotted, .skip_bad = skip};
    Status status = datafile_open_with(a, path, &options, &file, &err);
    if (status != OK) {
        if (file || !err.msg[0])
            abort();
        return;
    }
    const Docs *docs = datafile_docs(file);
    size_t line = 0;
    for (size_t i = docs->len; i-- > 0;) {
        Json record;
        if (docs->get(docs, i, a, &record, &err) != OK || record.type != JSON_OBJECT)
            abort(); /* opening has read them all */
        size_t at = datafile_line(file, i);
        if (!at || (line && at > line))
            abort(); /* lines go up with the records */
        line = at;
    }
    const DataReport *report = datafile_report(file);
    if (report->n_bad && (!skip || !report->n_named || !report->bad[0].line))
        abort(); /* nothing is left out in silence */
    Json none;
    if (docs->get(docs, docs->len, a, &none, &err) == OK)
        abort();
    datafile_close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const ext[] = {"jsonl", "json", "csv", "tsv"};
    if (!size)
        return 0;
    SCOPED_ARENA(a);
    const char *path = str_printf(&a, "/tmp/assay-fuzz-%d.%s", (int)getpid(), ext[data[0] % 4]).ptr;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)(size - 1))
        abort();
    close(fd);
    check_file(&a, path, data[0] & 4 ? "a.b" : NULL, data[0] & 8);
    unlink(path);
    return 0;
}
