/* datafile.c - data sets on disk: random access to records by remembered places.
 *
 * A file is read once when opened, which finds, checks and hashes every record; then only
 * the places are kept (8 bytes a record) and records are read with pread, which any number
 * of threads may do at once. */
#include "task/datafile.h"

#include "base/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

Status datafile_read(const DataFile *file, uint64_t at, char *into, size_t len, Err *err)
{
    while (len) {
        ssize_t n = pread(file->fd, into, len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, E_IO, "could not read \"%s\": %s", file->path, strerror(errno));
        if (n == 0)
            return err_set(err, E_IO, "\"%s\" became shorter while it was in use", file->path);
        into += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return OK;
}

Status datafile_read_all(DataFile *file, Arena *arena, Str *out, Err *err)
{
    if (file->size > LIMIT_JSON_DOCUMENT)
        return err_set(err, E_LIMIT,
                       "\"%s\" is larger than %zu bytes; convert it to JSON lines (.jsonl)",
                       file->path, LIMIT_JSON_DOCUMENT);
    char *bytes = arena_alloc(arena, (size_t)file->size + 1);
    TRY(datafile_read(file, 0, bytes, (size_t)file->size, err));
    *out = (Str){bytes, (size_t)file->size};
    file->hash = hash_bytes(*out);
    return OK;
}

static size_t count_lines(const DataFile *file, uint64_t from, uint64_t to)
{
    char chunk[1 << 14];
    size_t lines = 0;
    for (uint64_t at = from; at < to;) {
        size_t len = to - at < sizeof chunk ? (size_t)(to - at) : sizeof chunk;
        if (datafile_read(file, at, chunk, len, NULL) != OK)
            break;
        for (size_t i = 0; i < len; i++)
            lines += chunk[i] == '\n';
        at += len;
    }
    return lines;
}

size_t datafile_line_at(const DataFile *file, uint64_t offset)
{
    return count_lines(file, 0, offset) + 1;
}

size_t datafile_line(const DataFile *file, size_t index)
{
    return datafile_line_at(file, file->offsets[index]);
}

Status datafile_unchanged(const DataFile *file, Err *err)
{
    struct stat st;
    if (fstat(file->fd, &st) == 0 && (uint64_t)st.st_size == file->size &&
        st.st_mtim.tv_sec == file->changed.tv_sec && st.st_mtim.tv_nsec == file->changed.tv_nsec)
        return OK;
    return err_set(err, E_CONFLICT, "\"%s\" was changed while it was in use; run the command again",
                   file->path);
}

static Status get(const Docs *docs, size_t index, Arena *arena, Json *out, Err *err)
{
    const DataFile *file = (const DataFile *)docs;
    if (index >= docs->len)
        return err_set(err, E_USAGE, "\"%s\" has %zu records, so there is no number %zu",
                       file->path, docs->len, index);
    uint64_t start = file->offsets[index];
    uint64_t len = file->lengths ? file->lengths[index] : file->offsets[index + 1] - start;
    if (len > LIMIT_RECORD)
        return err_set(err, E_LIMIT, "%s:%zu: record is larger than %zu bytes", file->path,
                       datafile_line(file, index), LIMIT_RECORD);
    char *bytes = arena_alloc(arena, (size_t)len + 1);
    TRY(datafile_read(file, start, bytes, (size_t)len, err));
    TRY(datafile_unchanged(file, err));
    if (file->format->read(file, (Str){bytes, (size_t)len}, arena, out, err) != OK)
        return err_wrap(err, "%s:%zu", file->path, datafile_line(file, index));
    return OK;
}

/* Keeps the places exactly, so that growing the list does not cost twice. */
static void keep_offsets(DataFile *file, const Offsets *found)
{
    file->offsets = arena_array(file->arena, found->len, sizeof *file->offsets);
    memcpy(file->offsets, found->items, found->len * sizeof *file->offsets);
    if (file->options.skip_bad)
        file->lengths = arena_array(file->arena, found->len, sizeof *file->lengths);
}

/* ---- bad records ---- */

Status datafile_refuse(const DataFile *file, uint64_t offset, Err *err)
{
    const char *hint = file->report.encoding ? "" : "; if it is not UTF-8, name its encoding";
    size_t used = strlen(err->msg);
    snprintf(err->msg + used, sizeof err->msg - used, "%s", hint);
    return err_wrap(err, "%s:%zu", file->path, datafile_line_at(file, offset));
}

Status datafile_bad(DataFile *file, uint64_t offset, Err *err)
{
    if (!file->options.skip_bad)
        return datafile_refuse(file, offset, err);
    file->report.n_bad++;
    if (file->bad.len == LIMIT_BAD_NAMED)
        return OK;
    if (offset < file->counted_to) /* the second pass over the file has begun */
        file->counted_to = file->counted = 0;
    file->counted += count_lines(file, file->counted_to, offset);
    file->counted_to = offset;
    BadRecord bad = {file->counted + 1, str_copy(file->arena, str_from(err->msg))};
    vec_push(file->arena, &file->bad, bad);
    *err = (Err){0};
    return OK;
}

static int by_line(const void *a, const void *b)
{
    const BadRecord *x = a, *y = b;
    return (x->line > y->line) - (x->line < y->line);
}

/* The same bytes read in another way are other records. */
static void hash_reading(DataFile *file, Arena *scratch)
{
    char delimiter = file->report.delimiter;
    if (!file->dotted && (!delimiter || delimiter == file->format->delimiter))
        return;
    Hasher *h = hash_begin(scratch);
    hash_add_part(h, hash_hex(scratch, file->hash));
    hash_add_part(h, str_from(file->dotted));
    hash_add_part(h, (Str){&delimiter, 1});
    file->hash = hash_end(h);
}

static Status load(DataFile *file, Err *err)
{
    struct stat st;
    if (fstat(file->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return err_set(err, E_IO, "\"%s\" is not a regular file", file->path);
    file->size = (uint64_t)st.st_size;
    file->changed = st.st_mtim;
    SCOPED_ARENA(scratch);
    Offsets found = {0};
    TRY(file->format->index(file, &scratch, &found, err));
    hash_reading(file, &scratch);
    keep_offsets(file, &found);
    if (file->options.unchecked && !file->options.skip_bad)
        file->docs.len = found.len - 1;
    else
        TRY(datafile_check(file, found.len - 1, err));
    if (file->bad.len)
        qsort(file->bad.items, file->bad.len, sizeof *file->bad.items, by_line);
    file->report.bad = file->bad.items;
    file->report.n_named = file->bad.len;
    return datafile_unchanged(file, err);
}

Status datafile_open_with(Arena *arena, const char *path, const DataOptions *options,
                          DataFile **out, Err *err)
{
    DataFile *file = ARENA_NEW(arena, DataFile);
    *file = (DataFile){.docs = {.get = get}, .fd = -1, .arena = arena, .options = *options};
    file->path = arena_copy(arena, path, strlen(path));
    if (options->records)
        file->dotted = arena_copy(arena, options->records, strlen(options->records));
    Status status = datafile_source(file, err);
    if (status == OK)
        status = load(file, err);
    if (status != OK) {
        datafile_close(file);
        return status;
    }
    *out = file;
    return OK;
}

Status datafile_open(Arena *arena, const char *path, DataFile **out, Err *err)
{
    return datafile_open_with(arena, path, &(DataOptions){0}, out, err);
}

Status datafile_open_at(Arena *arena, const char *path, const char *dotted, DataFile **out,
                        Err *err)
{
    return datafile_open_with(arena, path, &(DataOptions){.records = dotted}, out, err);
}

const DataReport *datafile_report(const DataFile *file)
{
    return &file->report;
}

const Docs *datafile_docs(const DataFile *file)
{
    return &file->docs;
}

Str datafile_hash(const DataFile *file, Arena *arena)
{
    return hash_hex(arena, file->hash);
}

void datafile_close(DataFile *file)
{
    if (!file || file->fd < 0)
        return;
    close(file->fd);
    file->fd = -1;
}
