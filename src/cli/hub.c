/* hub.c - listing and fetching, over net/http.h. */
#include "cli/hub_read.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/sha1.h"
#include "base/sha256.h"
#include "net/http.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_PAGES = 1000, MOST_HOPS = 8, MOST_TRIES = 6, SECONDS = 120 };
#define PIECE ((int64_t)(8 * MIB))
#define MOST_UNKNOWN ((int64_t)LIMIT_JSON_DOCUMENT) /* of a file whose size is not said */

struct Hub {
    HttpClient *client;
    Arena *arena;
    Str endpoint;
    const char *authorization; /* the header line, or NULL */
    const atomic_int *stop;
};

Status hub_open(Arena *arena, Str endpoint, Str token, const atomic_int *stop, Hub **out, Err *err)
{
    Hub *hub = ARENA_NEW(arena, Hub);
    while (endpoint.len && endpoint.ptr[endpoint.len - 1] == '/')
        endpoint.len--;
    if (!str_starts(endpoint, STR("http://")) && !str_starts(endpoint, STR("https://")))
        return err_set(err, E_USAGE, "the hub's address \"" STR_FMT "\" must begin with https://",
                       STR_ARG(endpoint));
    for (size_t i = 0; i < token.len; i++)
        if (!isgraph((unsigned char)token.ptr[i]))
            return err_set(err, E_USAGE, "HF_TOKEN holds a blank or a line end");
    *hub = (Hub){.arena = arena, .endpoint = endpoint, .stop = stop};
    if (token.len)
        hub->authorization =
            str_printf(arena, "authorization: Bearer %.*s", (int)token.len, token.ptr).ptr;
    TRY(http_client_new(1, &hub->client, err));
    *out = hub;
    return OK;
}

void hub_close(Hub *hub)
{
    if (hub)
        http_client_free(hub->client);
}

/* ---- one request, with redirects ---- */

/* "https://host:port" of an address. */
static Str origin_of(Str url)
{
    ptrdiff_t scheme = str_find(url, STR("://"));
    ptrdiff_t slash = scheme < 0 ? -1 : str_find_from(url, STR("/"), (size_t)scheme + 3);
    return slash < 0 ? url : str_slice(url, 0, (size_t)slash);
}

static Status exchange(Hub *hub, Str url, const char *range, Arena *arena, HttpReply *out, Err *err)
{
    const char *headers[4] = {NULL};
    size_t n = 0;
    if (hub->authorization && str_eq(origin_of(url), origin_of(hub->endpoint)))
        headers[n++] = hub->authorization;
    if (range)
        headers[n++] = range;
    HttpRequest request = {.method = "GET",
                           .url = str_z(arena, url),
                           .headers = headers,
                           .timeout = SECONDS,
                           .arena = arena};
    TRY(http_send(hub->client, &request, err));
    while (!http_poll(hub->client, 0.2, out, 1))
        if (atomic_load(hub->stop))
            return err_set(err, E_IO, "interrupted; the same command goes on");
    return OK;
}

/* Where a redirect leads; relative ones to the same host. */
static Str location_of(const HttpReply *reply, Str from, Arena *arena)
{
    Str to = http_header(reply->headers, "location");
    if (!to.len || to.ptr[0] != '/')
        return str_copy(arena, to);
    Str origin = origin_of(from);
    return str_printf(arena, "%.*s%.*s", (int)origin.len, origin.ptr, (int)to.len, to.ptr);
}

static Status follow(Hub *hub, Str url, const char *range, Arena *arena, HttpReply *out, Err *err)
{
    for (int hops = 0; hops < MOST_HOPS; hops++) {
        TRY(exchange(hub, url, range, arena, out, err));
        bool moved =
            out->fault == HTTP_OK && out->status >= 301 && out->status <= 308 && out->status != 304;
        if (!moved)
            return OK;
        Str to = location_of(out, url, arena);
        bool secure = str_starts(url, STR("https://"));
        if (!str_starts(to, STR("https://")) && (secure || !str_starts(to, STR("http://"))))
            return err_set(err, E_REMOTE,
                           "the hub leads to \"" STR_FMT "\", which is no https "
                           "address",
                           STR_ARG(to));
        url = to;
    }
    return err_set(err, E_REMOTE, "the hub leads in circles: more than %d redirects", MOST_HOPS);
}

static bool worth_trying_again(const HttpReply *reply)
{
    return reply->fault != HTTP_OK ? reply->fault != HTTP_TOO_LARGE
                                   : reply->status == 429 || reply->status >= 500;
}

static Status refused(Hub *hub, const HttpReply *reply, Str what, Err *err)
{
    Str said = http_header(reply->headers, "x-error-message");
    if (reply->fault != HTTP_OK)
        return err_set(err, E_IO, "could not fetch " STR_FMT " from " STR_FMT ": %s", STR_ARG(what),
                       STR_ARG(hub->endpoint), reply->problem ? reply->problem : "cut");
    if (reply->status == 401 || reply->status == 403)
        return err_set(err, E_DENIED,
                       "the hub refuses " STR_FMT " (status %d)%s" STR_FMT
                       "; a private or gated data set needs a token in HF_TOKEN whose owner may "
                       "read it",
                       STR_ARG(what), reply->status, said.len ? ": " : "", STR_ARG(said));
    if (reply->status == 404)
        return err_set(err, E_MISSING, "the hub has no " STR_FMT "%s" STR_FMT, STR_ARG(what),
                       said.len ? ": " : "", STR_ARG(said));
    return err_set(err, E_REMOTE, "the hub answers status %d to " STR_FMT, reply->status,
                   STR_ARG(what));
}

/* A reply of status 200 or 206; a cut connection or a busy hub is tried again. */
static Status get(Hub *hub, Str url, const char *range, Str what, Arena *arena, HttpReply *out,
                  Err *err)
{
    for (int tries = 1;; tries++) {
        TRY(follow(hub, url, range, arena, out, err));
        if (out->fault == HTTP_OK && (out->status == 200 || out->status == 206))
            return OK;
        if (tries == MOST_TRIES || !worth_trying_again(out))
            return refused(hub, out, what, err);
    }
}

/* ---- listing ---- */

static void put_escaped(StrBuf *b, Str path)
{
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        if (isalnum(c) || strchr("/-_.~", c))
            strbuf_addc(b, (char)c);
        else
            strbuf_addf(b, "%%%02X", c);
    }
}

static Str address(const Hub *hub, Arena *arena, const char *const *words, const Str *parts,
                   size_t n)
{
    StrBuf b = strbuf_make(arena, 64 * KIB);
    strbuf_add(&b, hub->endpoint);
    for (size_t i = 0; i < n; i++) {
        strbuf_adds(&b, words[i]);
        put_escaped(&b, parts[i]);
    }
    return strbuf_str(&b);
}

/* The address behind rel="next" of a Link header; empty at the end. A list that goes on elsewhere
 * (a mirror that hands on the hub's own header) is refused: half a list is half a data set. */
static Status next_page(const Hub *hub, const HttpReply *reply, Str *out, Err *err)
{
    Str link = http_header(reply->headers, "link");
    ptrdiff_t rel = str_find(link, STR("rel=\"next\"")), end = str_find(link, STR(">"));
    *out = (Str){0};
    if (rel < 0)
        return OK;
    Str url = {0};
    if (end >= 1 && link.ptr[0] == '<')
        url = str_slice(link, 1, (size_t)end);
    if (str_starts(url, STR("/"))) {
        Str origin = origin_of(hub->endpoint);
        *out = str_printf(hub->arena, STR_FMT STR_FMT, STR_ARG(origin), STR_ARG(url));
        return OK;
    }
    if (!str_eq(origin_of(url), origin_of(hub->endpoint)))
        return err_set(err, E_REMOTE,
                       "the hub's list of files goes on at \"" STR_FMT
                       "\", which is not on the hub; use that address as --endpoint",
                       STR_ARG(url));
    *out = str_copy(hub->arena, url);
    return OK;
}

Status hub_list(Hub *hub, Str repository, Str revision, Str *commit, HubFiles *out, Err *err)
{
    SCOPED_ARENA(arena);
    HttpReply reply;
    Str what = str_printf(&arena, "data set \"%.*s\" at revision \"%.*s\"", (int)repository.len,
                          repository.ptr, (int)revision.len, revision.ptr);
    static const char *const about[] = {"/api/datasets/", "/revision/"};
    static const char *const files[] = {"/api/datasets/", "/tree/"};
    Str url = address(hub, &arena, about, (Str[]){repository, revision}, 2);
    TRY(get(hub, url, NULL, what, &arena, &reply, err));
    if (hub_read_commit(reply.body, hub->arena, commit, err) != OK)
        return err_wrap(err, STR_FMT, STR_ARG(what));
    url = address(hub, &arena, files, (Str[]){repository, *commit}, 2);
    url = str_printf(&arena, "%s?recursive=true", url.ptr);
    for (int pages = 0; url.len; pages++) {
        if (pages == MOST_PAGES)
            return err_set(err, E_LIMIT, "the hub's list of files has more than %d pages",
                           MOST_PAGES);
        TRY(get(hub, url, NULL, what, &arena, &reply, err));
        if (hub_read_tree(reply.body, hub->arena, out, err) != OK)
            return err_wrap(err, STR_FMT, STR_ARG(what));
        TRY(next_page(hub, &reply, &url, err));
    }
    return OK;
}

/* ---- fetching ---- */

static Status write_at(int fd, int64_t at, Str bytes, Err *err)
{
    while (bytes.len) {
        ssize_t n = pwrite(fd, bytes.ptr, bytes.len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_set(err, E_IO, "could not write: %s", strerror(errno));
        at += n;
        bytes = str_after(bytes, (size_t)n);
    }
    return OK;
}

static Status fetch_pieces(Hub *hub, Str url, const HubFile *file, int fd, int64_t at, Err *err)
{
    while (at < file->size || file->size < 0) {
        SCOPED_ARENA(arena);
        HttpReply reply;
        int64_t end = file->size >= 0 && file->size < at + PIECE ? file->size : at + PIECE;
        Str range = str_printf(&arena, "range: bytes=%lld-%lld", (long long)at, (long long)end - 1);
        TRY(get(hub, url, range.ptr, file->path, &arena, &reply, err));
        bool all = reply.status == 200; /* a server without ranges sends all of it, each time */
        if (all && ftruncate(fd, 0) != 0)
            return err_set(err, E_IO, "could not write: %s", strerror(errno));
        at = all ? 0 : at;
        int64_t len = (int64_t)reply.body.len, left = file->size - at;
        if (!len || (file->size >= 0 && (len > left || (all && len < left))))
            return err_set(err, E_REMOTE,
                           "the hub sends another amount of \"" STR_FMT "\" than it says",
                           STR_ARG(file->path));
        TRY(write_at(fd, at, reply.body, err));
        at += len;
        if (file->size < 0 && at > MOST_UNKNOWN)
            return err_set(err, E_LIMIT,
                           "\"" STR_FMT "\", whose size the hub does not say, does not end",
                           STR_ARG(file->path));
        if (file->size < 0 && (all || len < PIECE))
            break;
    }
    return OK;
}

static bool is_right(const HubFile *file, Str bytes, Arena *arena)
{
    if (file->sha256.len)
        return str_eq(sha256_hex(arena, bytes), file->sha256);
    StrBuf head = strbuf_make(arena, 64);
    strbuf_addf(&head, "blob %zu", bytes.len);
    strbuf_add(&head, (Str){"\0", 1});
    return !file->blob.len || str_eq(sha1_hex(arena, strbuf_str(&head), bytes), file->blob);
}

static Status check_bytes(const HubFile *file, int fd, Err *err)
{
    SCOPED_ARENA(arena);
    struct stat st;
    if (fstat(fd, &st) != 0 || (file->size >= 0 && st.st_size != file->size))
        return err_set(err, E_REMOTE, "\"" STR_FMT "\" has another size than the hub says",
                       STR_ARG(file->path));
    size_t size = (size_t)st.st_size;
    void *bytes = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    if (bytes == MAP_FAILED)
        return err_set(err, E_IO, "could not read it again: %s", strerror(errno));
    bool right = is_right(file, (Str){bytes, size}, &arena);
    if (bytes)
        munmap(bytes, size);
    return right ? OK
                 : err_set(err, E_REMOTE,
                           "\"" STR_FMT "\" is damaged: its checksum is not the "
                           "hub's; run the same command again",
                           STR_ARG(file->path));
}

static Status fetch_into(Hub *hub, Str url, const HubFile *file, int fd, Err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_set(err, E_IO, "could not read its size: %s", strerror(errno));
    int64_t at = file->size >= 0 && st.st_size <= file->size ? st.st_size : 0;
    TRY(fetch_pieces(hub, url, file, fd, at, err));
    Status status = check_bytes(file, fd, err);
    if (status != OK && ftruncate(fd, 0) != 0)
        return err_wrap(err, "could not empty the part");
    return status == OK && fsync(fd) != 0
               ? err_set(err, E_IO, "could not write: %s", strerror(errno))
               : status;
}

Status hub_fetch(Hub *hub, Str repository, Str commit, const HubFile *file, const char *path,
                 Err *err)
{
    SCOPED_ARENA(arena);
    static const char *const words[] = {"/datasets/", "/resolve/", "/"};
    const char *part = str_printf(&arena, "%s.part", path).ptr;
    Str url = address(hub, &arena, words, (Str[]){repository, commit, file->path}, 3);
    int fd = open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return err_set(err, E_IO, "could not write \"%s\": %s", part, strerror(errno));
    Status status = fetch_into(hub, url, file, fd, err);
    close(fd);
    if (status == OK && rename(part, path) != 0)
        return err_set(err, E_IO, "could not write \"%s\": %s", path, strerror(errno));
    return status;
}
