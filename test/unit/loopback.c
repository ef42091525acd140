/* loopback.c - the scripted server of loopback.h. */
#include "loopback.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_REQUESTS = 64 };

struct Loopback {
    int listener, port;
    pthread_t thread;
    atomic_int current; /* the open connection, or -1 */
    const char *const *replies;
    size_t n, served, connections;
    StrBuf requests[MAX_REQUESTS];
};

/* One request into `out`; false when the peer hung up. */
static bool read_request(int fd, StrBuf *out)
{
    size_t need = SIZE_MAX;
    while (out->len < need) {
        char chunk[4096];
        ssize_t n = recv(fd, chunk, sizeof chunk, 0);
        if (n <= 0)
            return false;
        strbuf_add(out, (Str){chunk, (size_t)n});
        ptrdiff_t head = str_find(strbuf_str(out), STR("\r\n\r\n"));
        if (head < 0)
            continue;
        int64_t body = 0;
        ptrdiff_t at = str_find(strbuf_str(out), STR("Content-Length: "));
        if (at >= 0) {
            Str rest = str_after(strbuf_str(out), (size_t)at + 16);
            if (!str_to_int(str_trim(str_split(&rest, '\n')), &body))
                return false;
        }
        need = (size_t)head + 4 + (size_t)body;
    }
    return true;
}

static void send_all(int fd, Str bytes)
{
    while (bytes.len) {
        ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        bytes = str_after(bytes, (size_t)n);
    }
}

static void serve(Loopback *l, int fd)
{
    while (l->served < l->n && read_request(fd, &l->requests[l->served])) {
        const char *reply = l->replies[l->served++];
        if (!reply)
            return;
        send_all(fd, str_from(reply));
        if (strstr(reply, "Connection: close"))
            return;
        if (strstr(reply, "Connection: reset")) {
            const struct linger at_once = {.l_onoff = 1};
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            return;
        }
    }
    char ignored[64];
    while (recv(fd, ignored, sizeof ignored, 0) > 0) /* until the peer or the test hangs up */
        ;
}

static void *run(void *user)
{
    Loopback *l = user;
    while (l->served < l->n) {
        int fd = accept(l->listener, NULL, NULL);
        if (fd < 0)
            break;
        l->connections++;
        atomic_store(&l->current, fd);
        serve(l, fd);
        atomic_store(&l->current, -1);
        close(fd);
    }
    return NULL;
}

Loopback *loopback_start(const char *const *replies, size_t n)
{
    Loopback *l = calloc(1, sizeof *l);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    if (!l || n > MAX_REQUESTS)
        abort();
    l->replies = replies;
    l->n = n;
    atomic_init(&l->current, -1);
    for (size_t i = 0; i < MAX_REQUESTS; i++)
        l->requests[i] = strbuf_make(NULL, 1 << 26);
    l->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (l->listener < 0 || bind(l->listener, (struct sockaddr *)&address, len) != 0 ||
        listen(l->listener, 16) != 0 ||
        getsockname(l->listener, (struct sockaddr *)&address, &len) != 0 ||
        pthread_create(&l->thread, NULL, run, l) != 0)
        abort();
    l->port = ntohs(address.sin_port);
    return l;
}

int loopback_port(const Loopback *l)
{
    return l->port;
}

void loopback_stop(Loopback *l)
{
    shutdown(l->listener, SHUT_RDWR);
    int open = atomic_load(&l->current);
    if (open >= 0)
        shutdown(open, SHUT_RDWR);
    pthread_join(l->thread, NULL);
}

Str loopback_request(const Loopback *l, size_t index)
{
    return index < MAX_REQUESTS ? strbuf_str(&l->requests[index]) : (Str){0};
}

size_t loopback_connections(const Loopback *l)
{
    return l->connections;
}

void loopback_free(Loopback *l)
{
    close(l->listener);
    for (size_t i = 0; i < MAX_REQUESTS; i++)
        strbuf_free(&l->requests[i]);
    free(l);
}
