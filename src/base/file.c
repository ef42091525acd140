/* file.c - files as wholes. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static Status read_all(Arena *arena, int fd, size_t limit, Str *out)
{
    StrBuf buf = strbuf_make(arena, limit);
    struct stat st;
    if (fstat(fd, &st) == 0 && st.st_size > 0 && (size_t)st.st_size <= limit)
        strbuf_reserve(&buf, (size_t)st.st_size);
    for (;;) {
        char chunk[1 << 16];
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return E_IO;
        if (n == 0)
            break;
        strbuf_add(&buf, (Str){chunk, (size_t)n});
        if (buf.failed)
            return E_LIMIT;
    }
    *out = strbuf_str(&buf);
    return OK;
}

Status file_read(Arena *arena, const char *path, size_t limit, Str *out, Err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, errno == ENOENT ? E_MISSING : E_IO, "could not open \"%s\": %s", path,
                       strerror(errno));
    Status status = read_all(arena, fd, limit, out);
    int problem = errno;
    close(fd);
    if (status == E_LIMIT)
        return err_set(err, E_LIMIT, "\"%s\" is larger than the limit of %zu bytes", path, limit);
    if (status != OK)
        return err_set(err, E_IO, "could not read \"%s\": %s", path, strerror(problem));
    return OK;
}

static bool write_all(int fd, Str content)
{
    while (content.len) {
        ssize_t n = write(fd, content.ptr, content.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        content = str_after(content, (size_t)n);
    }
    return fsync(fd) == 0 || errno == EINVAL;
}

Status file_write(const char *path, Str content, Err *err)
{
    SCOPED_ARENA(scratch);
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) { /* a pipe or a device: no rename */
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        bool fine = fd >= 0 && write_all(fd, content);
        int problem = errno;
        if (fd >= 0)
            close(fd);
        return fine ? OK
                    : err_set(err, E_IO, "could not write \"%s\": %s", path, strerror(problem));
    }
    const char *temporary = str_printf(&scratch, "%s.tmp-%d", path, (int)getpid()).ptr;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return err_set(err, E_IO, "could not create \"%s\": %s", path, strerror(errno));
    bool fine = write_all(fd, content);
    fine = close(fd) == 0 && fine;
    if (fine && rename(temporary, path) == 0)
        return OK;
    int problem = errno;
    unlink(temporary);
    return err_set(err, E_IO, "could not write \"%s\": %s", path, strerror(problem));
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool file_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

const char *path_join(Arena *arena, Str dir, Str name)
{
    bool slash = dir.len && dir.ptr[dir.len - 1] == '/';
    StrBuf out = strbuf_make(arena, dir.len + name.len + 1);
    strbuf_add(&out, dir);
    if (dir.len && !slash)
        strbuf_addc(&out, '/');
    strbuf_add(&out, name);
    return strbuf_str(&out).ptr;
}

Str path_dir(Str path)
{
    ptrdiff_t slash = str_rfind_char(path, '/');
    if (slash < 0)
        return STR(".");
    return str_slice(path, 0, slash ? (size_t)slash : 1);
}

Str path_base(Str path)
{
    return str_after(path, (size_t)(str_rfind_char(path, '/') + 1));
}

Str path_stem(Str path)
{
    Str base = path_base(path);
    ptrdiff_t dot = str_rfind_char(base, '.');
    return dot > 0 ? str_slice(base, 0, (size_t)dot) : base;
}

Str path_ext(Str path)
{
    Str base = path_base(path);
    ptrdiff_t dot = str_rfind_char(base, '.');
    return dot > 0 ? str_after(base, (size_t)dot + 1) : (Str){0};
}
