/* datafile_source.c - what a file's name and first bytes say it is, and how it becomes plain
 * UTF-8 text: built-in files, gzip and zstd, encodings, workbooks, Parquet. */
#include "base/asset.h"
#include "base/file.h"
#include "base/limits.h"
#include "pack/encoding.h"
#include "task/datafile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUILT_IN "built-in:"

typedef Status (*Converter)(DataFile *file, int fd, int to, Err *err);

/* By extension; a converter makes JSON lines of what is no text. */
static const struct {
    const char *ext;
    const DataFormat *format;
    Converter convert;
} kinds[] = {
    {"jsonl", &data_lines, NULL},
    {"json", &data_array, NULL},
    {"csv", &data_csv, NULL},
    {"tsv", &data_tsv, NULL},
    {"xlsx", &data_lines, datafile_from_xlsx},
    {"parquet", &data_lines, datafile_from_parquet},
};
static const struct {
    const char *ext, *name;
    Packing packing;
} packings[] = {
    {"gz", "gzip", PACK_GZIP},
    {"zst", "zstd", PACK_ZSTD},
};

const char *const datafile_extensions[] = {"jsonl",   "json",    "csv",    "tsv",       "jsonl.gz",
                                           "json.gz", "csv.gz",  "tsv.gz", "jsonl.zst", "json.zst",
                                           "csv.zst", "tsv.zst", "xlsx",   "parquet",   NULL};

/* The number of the packing that the name ends in, or -1; *inner is the name without it. */
static int packed_as(Str path, Str *inner)
{
    Str ext = path_ext(path);
    *inner = path;
    for (size_t i = 0; i < COUNT(packings); i++)
        if (str_eqc(ext, packings[i].ext)) {
            inner->len -= ext.len + 1;
            return (int)i;
        }
    return -1;
}

Status datafile_known(const char *path, Str *ext, Err *err)
{
    Str inner;
    int packed = packed_as(str_from(path), &inner);
    *ext = path_ext(inner);
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_eqc(*ext, kinds[i].ext) && !(packed >= 0 && kinds[i].convert))
            return OK;
    return err_set(err, E_USAGE,
                   "cannot read \"%s\": its name must end in .jsonl, .json, .csv or .tsv (also "
                   "with .gz or .zst behind it), .xlsx or .parquet",
                   path);
}

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

static Status whole(const DataFile *file, int fd, FileRange *out, Err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return err_set(err, E_IO, "\"%s\" is not a regular file", file->path);
    *out = (FileRange){fd, 0, (uint64_t)st.st_size};
    return OK;
}

/* file->fd becomes `fd`; what was there is closed. */
static void replace(DataFile *file, int fd)
{
    close(file->fd);
    file->fd = fd;
}

static Status unpack(DataFile *file, int named, Err *err)
{
    FileRange range;
    char head[4];
    size_t len = 0;
    int plain;
    TRY(whole(file, file->fd, &range, err));
    FileRange start = range;
    TRY(range_read(&start, head, sizeof head, &len, err));
    Packing packing = pack_sniff((Str){head, len});
    if (named >= 0 && packing != packings[named].packing)
        return err_set(err, E_PARSE, "\"%s\" is no %s file", file->path, packings[named].name);
    if (packing == PACK_STORED)
        return OK;
    file->report.unpacked = packing == PACK_GZIP ? "gzip" : "zstd";
    TRY(temp_file(&plain, err));
    Sink sink = temp_sink(&plain);
    if (pack_expand(packing, range, LIMIT_EXPANDED, &sink, err) != OK) {
        close(plain);
        return err_wrap(err, "\"%s\"", file->path);
    }
    replace(file, plain);
    return OK;
}

static Status to_utf8(DataFile *file, Err *err)
{
    FileRange range;
    Encoding encoding;
    int plain;
    TRY(whole(file, file->fd, &range, err));
    if (file->options.encoding.len)
        TRY(encoding_named(file->arena, file->options.encoding, range, &encoding, err));
    else
        TRY(encoding_detect(range, &encoding, err));
    file->report.encoding = encoding.sure ? encoding.name : NULL;
    if (str_eqc(STR("UTF-8"), encoding.name))
        return OK;
    TRY(temp_file(&plain, err));
    Sink sink = temp_sink(&plain);
    Status status = encoding_convert(range, &encoding, &sink, err);
    if (status == OK)
        replace(file, plain);
    else
        close(plain);
    return status;
}

static Status convert(DataFile *file, Converter converter, const char *name, Err *err)
{
    int plain;
    file->report.unpacked = name;
    file->report.encoding = "UTF-8";
    if (file->options.encoding.len || file->dotted)
        return err_set(err, E_USAGE, "\"%s\": --%s is not for %s files", file->path,
                       file->dotted ? "records" : "encoding", name);
    TRY(temp_file(&plain, err));
    Status status = converter(file, file->fd, plain, err);
    if (status == OK)
        replace(file, plain);
    else
        close(plain);
    return status == OK ? OK : err_wrap(err, "\"%s\"", file->path);
}

Status datafile_source(DataFile *file, Err *err)
{
    Str inner, ext;
    int packed = packed_as(str_from(file->path), &inner);
    Converter converter = NULL;
    if (file->dotted)
        ext = STR("json"); /* whatever it is called */
    else
        TRY(datafile_known(file->path, &ext, err));
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_eqc(ext, kinds[i].ext)) {
            file->format = kinds[i].format;
            converter = kinds[i].convert;
        }
    file->fd = open_path(file->path);
    if (file->fd < 0)
        return err_set(err, errno == ENOENT ? E_MISSING : E_IO, "could not open \"%s\": %s",
                       file->path, strerror(errno));
    if (file->options.sheet.len && converter != datafile_from_xlsx)
        return err_set(err, E_USAGE, "\"%s\": --sheet is for .xlsx files", file->path);
    if (file->options.delimiter && !(file->format->delimiter && !file->dotted))
        return err_set(err, E_USAGE, "\"%s\": --delimiter is for .csv and .tsv files", file->path);
    if (converter)
        return convert(file, converter, str_z(file->arena, ext), err);
    TRY(unpack(file, packed, err));
    return to_utf8(file, err);
}
