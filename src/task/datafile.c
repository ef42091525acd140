/* datafile.c - data sets on disk: random access to records by remembered places.
 *
 * A file is read once when opened, which finds, checks and hashes every record; then only
 * the places are kept (8 bytes a record) and records are read with pread, which any number
 * of threads may do at once. */
#include "task/datafile.h"

#include "base/asset.h"
#include "base/file.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const DataFormat *const formats[] = {&data_lines, &data_array, &data_csv, &data_tsv};

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

size_t datafile_line_at(const DataFile *file, uint64_t offset)
{
    char chunk[1 << 14];
    size_t line = 1;
    for (uint64_t at = 0; at < offset;) {
        size_t len = offset - at < sizeof chunk ? (size_t)(offset - at) : sizeof chunk;
        if (datafile_read(file, at, chunk, len, NULL) != OK)
            break;
        for (size_t i = 0; i < len; i++)
            line += chunk[i] == '\n';
        at += len;
    }
    return line;
}

size_t datafile_line(const DataFile *file, size_t index)
{
    return datafile_line_at(file, file->offsets[index]);
}

/* A version is what its hash says: what was written to a file since it was opened is not of it.
 * To be asked after reading. */
static Status check_unchanged(const DataFile *file, Err *err)
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
    uint64_t start = file->offsets[index], len = file->offsets[index + 1] - start;
    if (len > LIMIT_RECORD)
        return err_set(err, E_LIMIT, "%s:%zu: record is larger than %zu bytes", file->path,
                       datafile_line(file, index), LIMIT_RECORD);
    char *bytes = arena_alloc(arena, (size_t)len + 1);
    TRY(datafile_read(file, start, bytes, (size_t)len, err));
    TRY(check_unchanged(file, err));
    if (file->format->read(file, (Str){bytes, (size_t)len}, arena, out, err) != OK)
        return err_wrap(err, "%s:%zu", file->path, datafile_line(file, index));
    return OK;
}

static const DataFormat *format_of(const char *path)
{
    Str ext = path_ext(str_from(path));
    for (size_t i = 0; i < COUNT(formats); i++)
        if (str_eqc(ext, formats[i]->ext))
            return formats[i];
    return NULL;
}

/* Keeps the places exactly, so that growing the list does not cost twice. */
static void keep_offsets(DataFile *file, Arena *arena, const Offsets *found)
{
    file->offsets = arena_array(arena, found->len, sizeof *file->offsets);
    memcpy(file->offsets, found->items, found->len * sizeof *file->offsets);
    file->docs.len = found->len - 1;
}

/* Checks records first .. end - 1, whose bytes are `text`. */
static Status check_run(const DataFile *file, size_t first, size_t end, Str text, Err *err)
{
    SCOPED_ARENA(scratch);
    for (size_t i = first; i < end; i++) {
        Json record;
        Str one = str_slice(text, (size_t)(file->offsets[i] - file->offsets[first]),
                            (size_t)(file->offsets[i + 1] - file->offsets[first]));
        if (file->format->read(file, one, &scratch, &record, err) != OK)
            return err_wrap(err, "%s:%zu", file->path, datafile_line(file, i));
        arena_reset(&scratch);
    }
    return OK;
}

/* Reads runs of neighbouring records together: one call to the system for hundreds. */
static Status check_records(const DataFile *file, Err *err)
{
    enum { RUN = 1 << 18 };
    for (size_t first = 0, end; first < file->docs.len; first = end) {
        end = first + 1;
        while (end < file->docs.len && file->offsets[end + 1] - file->offsets[first] <= RUN)
            end++;
        uint64_t len = file->offsets[end] - file->offsets[first];
        if (len > LIMIT_RECORD)
            return err_set(err, E_LIMIT, "%s:%zu: record is larger than %zu bytes", file->path,
                           datafile_line(file, first), LIMIT_RECORD);
        SCOPED_ARENA(scratch);
        char *bytes = arena_array(&scratch, (size_t)len + 1, 1);
        TRY(datafile_read(file, file->offsets[first], bytes, (size_t)len, err));
        TRY(check_run(file, first, end, (Str){bytes, (size_t)len}, err));
    }
    return OK;
}

static Status load(DataFile *file, Arena *arena, Err *err)
{
    struct stat st;
    if (fstat(file->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return err_set(err, E_IO, "\"%s\" is not a regular file", file->path);
    file->size = (uint64_t)st.st_size;
    file->changed = st.st_mtim;
    SCOPED_ARENA(scratch);
    Offsets found = {0};
    TRY(file->format->index(file, &scratch, &found, err));
    keep_offsets(file, arena, &found);
    TRY(check_records(file, err));
    return check_unchanged(file, err);
}

#define BUILT_IN "built-in:"

/* A built-in file becomes an anonymous one, so that it is read like any other. */
static int open_path(const char *path)
{
    Str content;
    if (!str_starts(str_from(path), STR(BUILT_IN)))
        return open(path, O_RDONLY | O_CLOEXEC);
    if (!asset_find(str_from(path + sizeof BUILT_IN - 1), &content)) {
        errno = ENOENT;
        return -1;
    }
    int fd = memfd_create("assay-data", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, content.ptr, content.len) != (ssize_t)content.len) {
        close(fd);
        return -1;
    }
    return fd;
}

static Status open_file(Arena *arena, const char *path, const char *dotted, DataFile **out,
                        Err *err)
{
    DataFile *file = ARENA_NEW(arena, DataFile);
    *file = (DataFile){.docs = {.get = get}, .fd = -1, .arena = arena, .dotted = dotted};
    file->path = arena_copy(arena, path, strlen(path));
    file->format = dotted ? &data_array : format_of(path);
    if (!file->format)
        return err_set(err, E_USAGE,
                       "cannot read \"%s\": its name must end in .jsonl, .json, .csv or .tsv",
                       path);
    file->fd = open_path(path);
    if (file->fd < 0)
        return err_set(err, errno == ENOENT ? E_MISSING : E_IO, "could not open \"%s\": %s", path,
                       strerror(errno));
    Status status = load(file, arena, err);
    if (status != OK) {
        datafile_close(file);
        return status;
    }
    *out = file;
    return OK;
}

Status datafile_open(Arena *arena, const char *path, DataFile **out, Err *err)
{
    return open_file(arena, path, NULL, out, err);
}

Status datafile_open_at(Arena *arena, const char *path, const char *dotted, DataFile **out,
                        Err *err)
{
    return open_file(arena, path, arena_copy(arena, dotted, strlen(dotted)), out, err);
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

/* A task file may not lead out of the data folder. */
static bool leads_outside(Str path)
{
    for (Str rest = path; rest.len;) {
        Str step = str_split(&rest, '/');
        if (str_eqc(step, ".."))
            return true;
    }
    return path.len && path.ptr[0] == '/';
}

Status datafile_find(Arena *arena, const char *const *data_dirs, size_t n_dirs, Str dataset_path,
                     Str dataset_name, Str split, const char **path, Err *err)
{
    Str name = dataset_name.len ? dataset_name : STR("default");
    const Str parts[] = {dataset_path, name, split};
    for (size_t i = 0; i < COUNT(parts); i++)
        if (!parts[i].len || leads_outside(parts[i]))
            return err_set(err, E_USAGE,
                           "\"" STR_FMT "\" cannot name a data set, a part of it or a split",
                           STR_ARG(parts[i]));
    for (size_t i = 0; i < n_dirs; i++) {
        Str dir = str_from(path_join(arena, str_from(data_dirs[i]), dataset_path));
        Str file = str_from(path_join(arena, str_from(path_join(arena, dir, name)), split));
        for (size_t f = 0; f < COUNT(formats); f++) {
            Str full = str_printf(arena, "%s.%s", file.ptr, formats[f]->ext);
            if (file_exists(full.ptr)) {
                *path = full.ptr;
                return OK;
            }
        }
    }
    Str asset, built_in = str_printf(arena, "share/data/%s/%s/%s.jsonl", str_z(arena, dataset_path),
                                     str_z(arena, name), str_z(arena, split));
    if (asset_find(built_in, &asset)) {
        *path = str_printf(arena, BUILT_IN "%s", built_in.ptr).ptr;
        return OK;
    }
    return err_set(
        err, E_MISSING,
        "data set \"" STR_FMT "\" (part \"" STR_FMT "\") has no split \"" STR_FMT
        "\" under %s: expected %s/" STR_FMT "/" STR_FMT "/" STR_FMT ".jsonl (or .json, .csv, .tsv)",
        STR_ARG(dataset_path), STR_ARG(name), STR_ARG(split),
        n_dirs == 1 ? data_dirs[0] : "any data folder", n_dirs ? data_dirs[n_dirs - 1] : "DIR",
        STR_ARG(dataset_path), STR_ARG(name), STR_ARG(split));
}
