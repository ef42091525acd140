/* http.c - the client: one event loop, and the two ways to a server behind it. */
#include "net/http_private.h"

#include "base/clock.h"
#include "base/limits.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { EVENTS_A_ROUND = 128, CURL_TRANSFERS = 32, DIRECT_TRANSFERS = 512 };

/* ---- the client ---- */

/* Servers on this machine are never behind the proxy. */
static char *no_proxy_list(void)
{
    const char *given = getenv("no_proxy");
    if (!given)
        given = getenv("NO_PROXY");
    StrBuf list = strbuf_make(NULL, MIB);
    strbuf_adds(&list, "localhost,127.0.0.1,::1");
    if (given && *given)
        strbuf_addf(&list, ",%s", given);
    return list.ptr;
}

/* The variables that libcurl reads for http:// addresses. */
static bool has_proxy(void)
{
    static const char *const names[] = {"http_proxy", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return true;
    }
    return false;
}

static Status open_loop(HttpClient *c, Err *err)
{
    c->epoll = epoll_create1(EPOLL_CLOEXEC);
    c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.u64 = WAKE_EVENT};
    if (c->epoll < 0 || c->wake < 0 || epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->wake, &e) != 0)
        return err_set(err, E_IO, "could not open the event loop of the HTTP client: %s",
                       strerror(errno));
    return OK;
}

Status http_client_new(size_t expected_transfers, HttpClient **out, Err *err)
{
    HttpClient *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->epoll = c->wake = -1;
    c->deadline = c->next_check = -1;
    c->no_proxy = no_proxy_list();
    c->proxied = has_proxy();
    direct_open(c, expected_transfers);
    curl_way_open(c, expected_transfers);
    Status status = open_loop(c, err);
    if (status != OK) {
        http_client_free(c);
        return status;
    }
    *out = c;
    return OK;
}

static void free_list(Transfer *list)
{
    while (list) {
        Transfer *next = list->next;
        curl_way_free_transfer(list);
        free(list);
        list = next;
    }
}

void http_client_free(HttpClient *client)
{
    if (!client)
        return;
    while (client->flying) {
        Transfer *t = client->flying;
        client->flying = t->after;
        direct_abort(t);
        curl_way_free_transfer(t);
        free(t);
    }
    free_list(client->done);
    free_list(client->idle);
    direct_close(client);
    curl_way_close(client);
    if (client->epoll >= 0)
        close(client->epoll);
    if (client->wake >= 0)
        close(client->wake);
    free(client->no_proxy);
    free(client);
}

size_t http_transfers_a_client(const char *url)
{
    return strncmp(url, "http://", 7) == 0 && !has_proxy() ? DIRECT_TRANSFERS : CURL_TRANSFERS;
}

size_t http_in_flight(const HttpClient *client)
{
    return client->in_flight;
}

void http_wake(HttpClient *client)
{
    uint64_t one = 1;
    while (write(client->wake, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

/* ---- transfers ---- */

static Transfer *take_transfer(HttpClient *c)
{
    Transfer *t = c->idle;
    if (t) {
        c->idle = t->next;
        return t;
    }
    t = calloc(1, sizeof *t);
    if (!t)
        abort();
    t->client = c;
    return t;
}

static void fly(HttpClient *c, Transfer *t)
{
    t->before = NULL;
    t->after = c->flying;
    if (c->flying)
        c->flying->before = t;
    c->flying = t;
    c->in_flight++;
}

static void land(HttpClient *c, Transfer *t)
{
    if (t->before)
        t->before->after = t->after;
    else
        c->flying = t->after;
    if (t->after)
        t->after->before = t->before;
    c->in_flight--;
}

Status http_send(HttpClient *client, const HttpRequest *request, Err *err)
{
    Transfer *t = take_transfer(client);
    t->request = *request;
    t->body = strbuf_make(request->arena, LIMIT_REPLY);
    t->head = strbuf_make(request->arena, HEADER_LIMIT);
    t->started = clock_seconds();
    t->first_byte = -1;
    t->ok_status = false;
    t->reply = (HttpReply){.id = request->id, .user = request->user};
    Status status = direct_send(t) ? OK : curl_way_send(t, err);
    if (status != OK) {
        t->next = client->idle;
        client->idle = t;
        return status;
    }
    fly(client, t);
    return OK;
}

void transfer_first_piece(Transfer *t, int status)
{
    t->first_byte = clock_seconds() - t->started;
    t->ok_status = status >= 200 && status < 300;
}

void transfer_done(Transfer *t)
{
    HttpClient *c = t->client;
    land(c, t);
    t->reply.body = strbuf_str(&t->body);
    t->reply.headers = strbuf_str(&t->head);
    t->reply.first_byte = t->first_byte;
    if (t->reply.fault == HTTP_TOO_LARGE)
        t->reply.problem = "the reply is larger than 32 MiB";
    else if (t->reply.fault != HTTP_OK)
        t->reply.problem = str_z(t->request.arena, str_from(t->reply.problem));
    t->next = NULL;
    if (c->done_last)
        c->done_last->next = t;
    else
        c->done = t;
    c->done_last = t;
}

static size_t deliver(HttpClient *c, HttpReply *replies, size_t max)
{
    size_t n = 0;
    while (c->done && n < max) {
        Transfer *t = c->done;
        c->done = t->next;
        if (!c->done)
            c->done_last = NULL;
        replies[n++] = t->reply;
        t->next = c->idle;
        c->idle = t;
    }
    return n;
}

/* ---- the loop ---- */

static double earlier(double a, double b)
{
    return b >= 0 && b < a ? b : a;
}

/* Milliseconds for epoll_wait, rounded up so that it does not spin before a deadline. */
static int wait_ms(const HttpClient *c, double until, double now)
{
    if (c->done)
        return 0;
    double ms = (earlier(earlier(until, c->deadline), c->next_check) - now) * 1000;
    return ms <= 0 ? 0 : ms > 60000 ? 60000 : (int)ms + 1;
}

/* One wait and what it brought; true when http_wake was called. */
static bool turn(HttpClient *c, double until)
{
    struct epoll_event events[EVENTS_A_ROUND];
    int n = epoll_wait(c->epoll, events, EVENTS_A_ROUND, wait_ms(c, until, clock_seconds()));
    bool woken = false;
    for (int i = 0; i < n; i++) {
        uint64_t what = events[i].data.u64, count;
        if (what == WAKE_EVENT)
            woken = read(c->wake, &count, sizeof count) > 0;
        else if (what >= DIRECT_EVENT)
            direct_event(c, what - DIRECT_EVENT, events[i].events);
        else
            curl_way_event(c, (int)what, events[i].events);
    }
    direct_check(c, clock_seconds());
    curl_way_turn(c);
    return woken;
}

size_t http_poll(HttpClient *client, double timeout, HttpReply *replies, size_t max)
{
    double until = clock_seconds() + (timeout > 0 ? timeout : 0);
    for (;;) {
        bool woken = turn(client, until);
        if (client->done || woken || clock_seconds() >= until)
            return deliver(client, replies, max);
    }
}

Str http_header(Str headers, const char *name)
{
    while (headers.len) {
        Str line = str_split(&headers, '\n');
        Str key = str_split(&line, ':');
        if (line.ptr && str_eq_nocase(str_trim(key), str_from(name)))
            return str_trim(line);
    }
    return (Str){0};
}
