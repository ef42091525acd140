/* http_direct.c - plain HTTP/1.1 to a known address: connections that are kept and used again.
 *
 *     CLOSED -> CONNECTING -> SENDING -> READING -> IDLE -> SENDING ...
 *
 * One request at a time on a connection. Whatever cannot be done here (a server that does not
 * accept, headers of our own in place of the caller's) is left to libcurl, with its words. */
#include "net/http_private.h"

#include "base/clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

enum { INCOMING = 64 << 10, SPARE = 8 };

typedef enum Phase { CLOSED, CONNECTING, SENDING, READING, IDLE } Phase;

struct Connection {
    int fd;
    Phase phase;
    Origin *origin;
    Transfer *transfer; /* of all phases but CLOSED and IDLE */
    Http1 reader;
    Str head;         /* of the request, in its arena */
    size_t sent;      /* bytes of head and body */
    double deadline;  /* of the transfer; < 0 none */
    bool reused;      /* an earlier request came back on it */
    bool heard;       /* bytes of this reply came */
    Connection *next; /* in origin->idle */
};

void direct_open(HttpClient *c, size_t expected_transfers)
{
    c->n_connections = expected_transfers + SPARE;
    c->connections = calloc(c->n_connections, sizeof *c->connections);
    c->incoming = malloc(INCOMING);
    if (!c->connections || !c->incoming)
        abort();
    for (size_t i = 0; i < c->n_connections; i++)
        c->connections[i].fd = -1;
}

/* ---- connections ---- */

static size_t index_of(const HttpClient *c, const Connection *k)
{
    return (size_t)(k - c->connections);
}

static void watch(HttpClient *c, Connection *k, int operation, uint32_t events)
{
    struct epoll_event e = {.events = events | EPOLLRDHUP,
                            .data.u64 = DIRECT_EVENT + index_of(c, k)};
    epoll_ctl(c->epoll, operation, k->fd, &e);
}

static void unlink_idle(Connection *k)
{
    Connection **at = &k->origin->idle;
    while (*at != k)
        at = &(*at)->next;
    *at = k->next;
}

static void hang_up(Connection *k)
{
    if (k->phase == IDLE)
        unlink_idle(k);
    if (k->fd >= 0)
        close(k->fd); /* leaves the epoll set with it */
    if (k->transfer)
        k->transfer->direct = NULL;
    *k = (Connection){.fd = -1};
}

void direct_close(HttpClient *c)
{
    for (size_t i = 0; i < c->n_connections; i++)
        if (c->connections[i].phase != CLOSED)
            hang_up(&c->connections[i]);
    free(c->connections);
    free(c->incoming);
}

void direct_abort(Transfer *t)
{
    if (t->direct)
        hang_up(t->direct);
}

static Connection *free_connection(HttpClient *c)
{
    Connection *idle = NULL;
    for (size_t i = 0; i < c->n_connections; i++) {
        Connection *k = &c->connections[i];
        if (k->phase == CLOSED)
            return k;
        if (k->phase == IDLE)
            idle = k; /* of another server */
    }
    if (idle)
        hang_up(idle);
    return idle;
}

static Connection *connect_new(HttpClient *c, Origin *o)
{
    Connection *k = free_connection(c);
    int one = 1;
    if (!k)
        return NULL;
    k->fd = socket(o->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (k->fd < 0)
        return NULL;
    setsockopt(k->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(k->fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    if (connect(k->fd, (struct sockaddr *)&o->address, o->address_len) != 0 &&
        errno != EINPROGRESS) {
        close(k->fd);
        k->fd = -1;
        return NULL;
    }
    k->origin = o;
    k->phase = CONNECTING;
    watch(c, k, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
    return k;
}

/* ---- ends of a transfer ---- */

static void end(Connection *k, HttpFault fault, const char *problem)
{
    Transfer *t = k->transfer;
    t->reply.fault = fault;
    t->reply.problem = problem;
    t->reply.seconds = clock_seconds() - t->started;
    t->reply.status = k->reader.status;
    t->direct = NULL;
    k->transfer = NULL;
    transfer_done(t);
}

static void keep(Connection *k)
{
    k->phase = IDLE;
    k->reused = true;
    k->next = k->origin->idle;
    k->origin->idle = k;
}

/* The server does not take connections at this address: libcurl looks again and finds words. */
static void leave_to_curl(Transfer *t, Origin *o)
{
    Err err = {0};
    o->address_len = 0;
    if (curl_way_send(t, &err) == OK)
        return;
    t->reply.fault = HTTP_UNREACHED;
    t->reply.problem = err.msg;
    transfer_done(t);
}

static void hand_over(Connection *k)
{
    Transfer *t = k->transfer;
    Origin *o = k->origin;
    hang_up(k);
    leave_to_curl(t, o);
}

static void push_out(Connection *k);

static void attach(Connection *k, Transfer *t, Str head)
{
    k->transfer = t;
    t->direct = k;
    k->head = head;
    k->sent = 0;
    k->heard = false;
    k->reader = http1_reader(&t->head, &t->body);
    k->deadline = t->request.timeout > 0 ? t->started + t->request.timeout : -1;
    if (k->phase == CONNECTING && (k->deadline < 0 || k->deadline > t->started + CONNECT_SECONDS))
        k->deadline = t->started + CONNECT_SECONDS;
    HttpClient *c = t->client;
    if (k->deadline >= 0 && (c->next_check < 0 || k->deadline < c->next_check))
        c->next_check = k->deadline;
    if (k->phase != CONNECTING)
        push_out(k);
}

/* A kept connection that ends without a byte of reply was closed before our request came:
 * the request goes out once more, on a new one. */
static void lost(Connection *k)
{
    Transfer *t = k->transfer;
    Origin *o = k->origin;
    Str head = k->head;
    if (k->phase == CONNECTING) {
        hand_over(k);
        return;
    }
    if (!k->reused || k->heard) {
        end(k, HTTP_CUT,
            k->heard ? "the connection ended before the reply was complete"
                     : "the server closed the connection without a reply");
        hang_up(k);
        return;
    }
    hang_up(k);
    t->reply.sent_again++;
    k = connect_new(t->client, o);
    if (k)
        attach(k, t, head);
    else
        leave_to_curl(t, o);
}

/* ---- bytes out ---- */

static void push_out(Connection *k)
{
    HttpClient *c = k->transfer->client;
    Str body = k->transfer->request.body;
    size_t total = k->head.len + body.len;
    bool waited = k->phase == SENDING;
    while (k->sent < total) {
        Str head = str_after(k->head, k->sent);
        Str rest = str_after(body, k->sent > k->head.len ? k->sent - k->head.len : 0);
        union { /* iovec wants what it does not write to be writable */
            const char *constant;
            char *base;
        } parts[2] = {{head.ptr}, {rest.ptr}};
        struct iovec pieces[2] = {{parts[0].base, head.len}, {parts[1].base, rest.len}};
        struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
        ssize_t n = sendmsg(k->fd, &message, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            if (!waited && (errno == EAGAIN || errno == EWOULDBLOCK))
                watch(c, k, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            /* any other error is told by epoll, and read with the reply that may be there */
            k->phase = SENDING;
            return;
        }
        k->sent += (size_t)n;
    }
    k->phase = READING;
    if (waited)
        watch(c, k, EPOLL_CTL_MOD, EPOLLIN);
}

static void connected(Connection *k)
{
    int error = 0;
    socklen_t len = sizeof error;
    Transfer *t = k->transfer;
    if (getsockopt(k->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error) {
        hand_over(k);
        return;
    }
    k->deadline = t->request.timeout > 0 ? t->started + t->request.timeout : -1;
    k->phase = SENDING; /* its socket is watched for writing */
    push_out(k);
}

/* ---- bytes in ---- */

static void complete(Connection *k)
{
    bool whole = k->sent == k->head.len + k->transfer->request.body.len;
    bool stays = k->reader.keep_alive && whole;
    end(k, HTTP_OK, NULL);
    if (stays)
        keep(k);
    else
        hang_up(k);
}

static void hand_on(Transfer *t, size_t before)
{
    if (t->body.len == before)
        return;
    if (t->first_byte < 0)
        transfer_first_piece(t, t->direct->reader.status);
    if (t->request.on_data && t->ok_status)
        t->request.on_data(t->request.user, str_after(strbuf_str(&t->body), before),
                           clock_seconds() - t->started);
}

/* False when the transfer is over. */
static bool take_bytes(Connection *k, Str bytes)
{
    Transfer *t = k->transfer;
    size_t before = t->body.len, used;
    k->heard = true;
    Http1State state = http1_feed(&k->reader, bytes, &used);
    hand_on(t, before);
    if (state == HTTP1_MORE)
        return true;
    if (state == HTTP1_DONE) {
        if (used < bytes.len) /* more than was asked for: nothing to go on with */
            k->reader.keep_alive = false;
        complete(k);
        return false;
    }
    end(k, state == HTTP1_TOO_LARGE ? HTTP_TOO_LARGE : HTTP_CUT,
        "the reply is not proper HTTP/1.1");
    hang_up(k);
    return false;
}

static void pull_in(HttpClient *c, Connection *k)
{
    for (;;) {
        ssize_t n = recv(k->fd, c->incoming, INCOMING, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (n <= 0) {
            if (n == 0 && k->heard && http1_close(&k->reader) == HTTP1_DONE)
                complete(k);
            else
                lost(k);
            return;
        }
        if (!take_bytes(k, (Str){c->incoming, (size_t)n}) || n < INCOMING)
            return;
    }
}

void direct_event(HttpClient *c, size_t index, uint32_t events)
{
    Connection *k = &c->connections[index];
    if (k->phase == CLOSED)
        return; /* closed since epoll spoke of it */
    if (k->phase == IDLE) {
        hang_up(k); /* the server hangs up, or speaks without being asked */
        return;
    }
    if (k->phase == CONNECTING) {
        connected(k);
        return;
    }
    if (events & EPOLLOUT && k->phase == SENDING)
        push_out(k);
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP))
        pull_in(c, k);
}

void direct_check(HttpClient *c, double now)
{
    if (c->next_check < 0 || now < c->next_check)
        return;
    c->next_check = -1;
    for (size_t i = 0; i < c->n_connections; i++) {
        Connection *k = &c->connections[i];
        if (!k->transfer || k->deadline < 0)
            continue;
        if (now >= k->deadline) {
            Transfer *t = k->transfer;
            bool reached = k->phase != CONNECTING;
            snprintf(t->words, sizeof t->words, "%s %.3g seconds",
                     reached ? "no complete reply within" : "could not connect within",
                     now - t->started);
            end(k, reached ? HTTP_TIMEOUT : HTTP_UNREACHED, t->words);
            hang_up(k);
        } else if (c->next_check < 0 || k->deadline < c->next_check) {
            c->next_check = k->deadline;
        }
    }
}

/* ---- starting ---- */

/* Whether the caller's headers leave alone those that the framing depends on. */
static bool plain_headers(const HttpRequest *r)
{
    static const char *const ours[] = {"Host",       "User-Agent",        "Accept",
                                       "Connection", "Transfer-Encoding", "Content-Length",
                                       "Expect"};
    bool typed = !r->body.len && strcmp(r->method, "GET") == 0;
    for (const char *const *h = r->headers; h && *h; h++) {
        Str line = str_from(*h), name = str_split(&line, ':');
        for (size_t i = 0; i < COUNT(ours); i++)
            if (str_eq_nocase(name, str_from(ours[i])))
                return false;
        if (!str_trim(line).len)
            return false; /* libcurl has meanings for empty ones */
        typed = typed || str_eq_nocase(name, STR("Content-Type"));
    }
    return typed; /* libcurl gives a body without a type one */
}

static Str request_head(const HttpRequest *r, const Origin *o)
{
    size_t prefix = strlen(o->prefix);
    const char *path = r->url[prefix] ? r->url + prefix : "/";
    StrBuf head = strbuf_make(r->arena, HEADER_LIMIT);
    strbuf_reserve(&head, 512);
    strbuf_adds(&head, r->method);
    strbuf_addc(&head, ' ');
    strbuf_adds(&head, path);
    strbuf_adds(&head, " HTTP/1.1\r\nHost: ");
    strbuf_adds(&head, o->prefix + strlen("http://"));
    strbuf_adds(&head, "\r\nUser-Agent: assay\r\nAccept: */*\r\n");
    for (const char *const *h = r->headers; h && *h; h++) {
        strbuf_adds(&head, *h);
        strbuf_adds(&head, "\r\n");
    }
    if (strcmp(r->method, "POST") == 0)
        strbuf_addf(&head, "Content-Length: %zu\r\n", r->body.len);
    strbuf_adds(&head, "\r\n");
    if (head.failed)
        return (Str){0};
    return strbuf_str(&head);
}

/* The server that `t` may be sent to without libcurl, NULL when there is none. */
static Origin *plain_origin(const Transfer *t)
{
    const HttpRequest *r = &t->request;
    bool known = strcmp(r->method, "POST") == 0 || strcmp(r->method, "GET") == 0;
    return known && plain_headers(r) ? direct_origin(t->client, r->url) : NULL;
}

bool direct_will_take(const Transfer *t)
{
    return plain_origin(t) != NULL;
}

bool direct_send(Transfer *t)
{
    HttpClient *c = t->client;
    Origin *o = plain_origin(t);
    if (!o || !o->address_len)
        return false;
    Str head = request_head(&t->request, o);
    Connection *k = o->idle;
    if (!head.len)
        return false;
    if (k)
        o->idle = k->next;
    else
        k = connect_new(c, o);
    if (!k)
        return false;
    if (k->phase == IDLE)
        k->phase = READING; /* no longer in the list; push_out tells */
    attach(k, t, head);
    return true;
}
