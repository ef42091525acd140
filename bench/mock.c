/* mock.c - the fastest model server there is: one canned chat completion for every request.
 *
 *     mock [PORT [DELAY_MS]]      port 0 = any; prints "port N"
 *
 * One thread, epoll, edge cases ignored: it measures clients, not itself. Requests on one
 * connection are answered in turn. With a delay, answers wait in a wheel of 1 ms slots. */
#include "base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FD = 16384, ROOM = 8192, SLOTS = 16384, EVENTS = 512 };

typedef struct Conn {
    int fd;            /* -1 after hanging up */
    bool waiting;      /* in the wheel, which then frees it */
    struct Conn *next; /* in the same slot */
    size_t len;
    char in[ROOM];
} Conn;

typedef struct Mock {
    int listener, epoll, delay_ms;
    Conn *conns[MAX_FD];
    Conn *wheel[SLOTS];
    int64_t tick; /* the next slot to fire, ms */
    size_t waiting;
    char reply[2048];
    size_t reply_len;
} Mock;

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void make_reply(Mock *m)
{
    char body[1500], filler[700];
    memset(filler, 'y', sizeof filler - 1);
    filler[sizeof filler - 1] = 0;
    int n = snprintf(body, sizeof body,
                     "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,"
                     "\"model\":\"mock\",\"choices\":[{\"index\":0,\"message\":{\"role\":"
                     "\"assistant\",\"content\":\"The answer is B. %s\"},\"logprobs\":null,"
                     "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":120,"
                     "\"completion_tokens\":8,\"total_tokens\":128}}",
                     filler);
    m->reply_len = (size_t)snprintf(m->reply, sizeof m->reply,
                                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                    "Content-Length: %d\r\n\r\n%s",
                                    n, body);
}

static void hang_up(Mock *m, Conn *c)
{
    close(c->fd);
    m->conns[c->fd] = NULL;
    c->fd = -1;
    if (!c->waiting)
        free(c);
}

/* The length of the first complete request in the buffer, or 0. */
static size_t request_len(const Conn *c)
{
    const char *end = memmem(c->in, c->len, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t head = (size_t)(end - c->in) + 4, body = 0;
    for (const char *p = c->in; p + 16 < end; p++)
        if ((*p == 'C' || *p == 'c') && strncasecmp(p, "content-length: ", 16) == 0) {
            body = (size_t)strtoul(p + 16, NULL, 10);
            break;
        }
    return c->len >= head + body ? head + body : 0;
}

static bool answer(Mock *m, Conn *c)
{
    if (send(c->fd, m->reply, m->reply_len, MSG_NOSIGNAL) == (ssize_t)m->reply_len)
        return true;
    hang_up(m, c);
    return false;
}

/* False when the connection is gone. */
static bool schedule(Mock *m, Conn *c)
{
    if (m->delay_ms == 0)
        return answer(m, c);
    if (c->waiting) { /* a second request before the first is answered */
        hang_up(m, c);
        return false;
    }
    int64_t slot = (now_ms() + m->delay_ms) % SLOTS;
    c->waiting = true;
    c->next = m->wheel[slot];
    m->wheel[slot] = c;
    m->waiting++;
    return true;
}

static void readable(Mock *m, Conn *c)
{
    ssize_t n = recv(c->fd, c->in + c->len, ROOM - c->len, 0);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN)
            hang_up(m, c);
        return;
    }
    c->len += (size_t)n;
    for (size_t len; (len = request_len(c)) > 0;) {
        memmove(c->in, c->in + len, c->len - len);
        c->len -= len;
        if (!schedule(m, c))
            return;
    }
    if (c->len == ROOM)
        hang_up(m, c);
}

static void turn_wheel(Mock *m)
{
    int64_t now = now_ms();
    if (now - m->tick > SLOTS)
        m->tick = now - SLOTS;
    for (; m->tick <= now; m->tick++) {
        Conn *c = m->wheel[m->tick % SLOTS];
        m->wheel[m->tick % SLOTS] = NULL;
        while (c) {
            Conn *next = c->next;
            c->waiting = false;
            m->waiting--;
            if (c->fd < 0)
                free(c);
            else
                answer(m, c);
            c = next;
        }
    }
}

static void take_connections(Mock *m)
{
    int fd, one = 1;
    while ((fd = accept4(m->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (fd >= MAX_FD) {
            close(fd);
            continue;
        }
        m->conns[fd] = calloc(1, sizeof(Conn));
        if (!m->conns[fd])
            abort();
        m->conns[fd]->fd = fd;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(m->epoll, EPOLL_CTL_ADD, fd, &e);
    }
}

static int listen_on(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                            .sin_port = htons((uint16_t)port)};
    socklen_t len = sizeof a;
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&a, len) != 0 || listen(fd, 4096) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &len) != 0) {
        perror("mock");
        exit(1);
    }
    printf("port %d\n", ntohs(a.sin_port));
    fflush(stdout);
    return fd;
}

int main(int argc, char **argv)
{
    static Mock m;
    m.delay_ms = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0;
    if (m.delay_ms < 0 || m.delay_ms >= SLOTS - 100)
        return 2;
    make_reply(&m);
    m.tick = now_ms();
    m.listener = listen_on(argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0);
    m.epoll = epoll_create1(0);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = m.listener};
    epoll_ctl(m.epoll, EPOLL_CTL_ADD, m.listener, &e);
    for (;;) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(m.epoll, events, EVENTS, m.waiting ? 1 : -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == m.listener)
                take_connections(&m);
            else if (m.conns[events[i].data.fd])
                readable(&m, m.conns[events[i].data.fd]);
        }
        if (m.delay_ms)
            turn_wheel(&m);
    }
}
