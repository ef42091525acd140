/* http.c - transfers on one curl multi driven by epoll.
 *
 *     http_send -> Transfer (from the free list) -> curl multi
 *     http_poll: epoll -> socket_action -> info_read -> done queue -> HttpReply
 *
 * Each handle keeps its fixed options for life; a request sets only what differs. */
#include "net/http.h"

#include "base/clock.h"
#include "base/limits.h"
#include "net/curl_api.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    EVENTS_A_ROUND = 128,
    CONNECT_SECONDS = 30,
    HEADER_LIMIT = 64 << 10,
    RESERVE_LIMIT = 64 << 10, /* of a Content-Length we have only the server's word for */
    SPARE_CONNECTIONS = 8,
};

typedef struct Transfer {
    HttpClient *client;
    CURL *easy;
    struct curl_slist *headers;
    HttpRequest request;
    StrBuf body, head;
    double started, first_byte;
    bool too_large, ok_status;
    CURLcode result;
    char words[CURL_ERROR_SIZE];
    struct Transfer *next;           /* in the free list or the done queue */
    struct Transfer *before, *after; /* in flight */
} Transfer;

struct HttpClient {
    CurlApi curl;
    CURLM *multi;
    int epoll, wake;
    double deadline; /* when curl wants to be called; < 0 never */
    size_t in_flight;
    Transfer *flying, *idle, *done, *done_last;
    char *no_proxy;
};

/* ---- what curl calls ---- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
    (void)easy;
    HttpClient *c = user;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(c->epoll, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    struct epoll_event e = {.data.fd = fd};
    if (what & CURL_POLL_IN)
        e.events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        e.events |= EPOLLOUT;
    /* Numbers of closed sockets come back, so what we believe about one may be old. */
    (void)known;
    if (epoll_ctl(c->epoll, EPOLL_CTL_MOD, fd, &e) != 0 && errno == ENOENT)
        epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &e);
    return 0;
}

static int on_timer(CURLM *multi, long milliseconds, void *user)
{
    (void)multi;
    HttpClient *c = user;
    c->deadline = milliseconds < 0 ? -1 : clock_seconds() + (double)milliseconds / 1000;
    return 0;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *user)
{
    Transfer *t = user;
    Str line = {bytes, size * count};
    if (str_starts(line, STR("HTTP/")))
        strbuf_clear(&t->head); /* the final reply follows an interim one */
    strbuf_add(&t->head, line);
    return line.len;
}

static void first_piece(Transfer *t)
{
    const CurlApi *curl = &t->client->curl;
    long status = 0;
    curl_off_t length = 0;
    t->first_byte = clock_seconds() - t->started;
    curl->curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl->curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    t->ok_status = status >= 200 && status < 300;
    if (length > 0)
        strbuf_reserve(&t->body, length < RESERVE_LIMIT ? (size_t)length : RESERVE_LIMIT);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    Transfer *t = user;
    Str piece = {bytes, size * count};
    if (t->first_byte < 0)
        first_piece(t);
    strbuf_add(&t->body, piece);
    if (t->body.failed) {
        t->too_large = true;
        return 0; /* ends the transfer */
    }
    if (t->request.on_data && t->ok_status)
        t->request.on_data(t->request.user, piece, clock_seconds() - t->started);
    return piece.len;
}

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

static Status open_loop(HttpClient *c, Err *err)
{
    c->epoll = epoll_create1(EPOLL_CLOEXEC);
    c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = c->wake};
    if (c->epoll < 0 || c->wake < 0 || epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->wake, &e) != 0)
        return err_set(err, E_IO, "could not open the event loop of the HTTP client: %s",
                       strerror(errno));
    return OK;
}

static Status open_multi(HttpClient *c, size_t expected_transfers, Err *err)
{
    c->multi = c->curl.curl_multi_init();
    if (!c->multi)
        return err_set(err, E_IO, "could not start libcurl");
    /* Fewer would close and reopen connections all the time. */
    long connections = (long)(expected_transfers + SPARE_CONNECTIONS);
    c->curl.curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, connections);
    c->curl.curl_multi_setopt(c->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    c->curl.curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    c->curl.curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    c->curl.curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    c->curl.curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
    return OK;
}

Status http_client_new(size_t expected_transfers, HttpClient **out, Err *err)
{
    HttpClient *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->epoll = c->wake = -1;
    c->deadline = -1;
    c->no_proxy = no_proxy_list();
    Status status = curl_api_load(&c->curl, err);
    if (status == OK)
        status = open_loop(c, err);
    if (status == OK)
        status = open_multi(c, expected_transfers, err);
    if (status != OK) {
        http_client_free(c);
        return status;
    }
    *out = c;
    return OK;
}

static void transfer_free(Transfer *t)
{
    t->client->curl.curl_slist_free_all(t->headers);
    t->client->curl.curl_easy_cleanup(t->easy);
    free(t);
}

static void free_list(Transfer *list)
{
    while (list) {
        Transfer *next = list->next;
        transfer_free(list);
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
        client->curl.curl_multi_remove_handle(client->multi, t->easy);
        transfer_free(t);
    }
    free_list(client->done);
    free_list(client->idle);
    if (client->multi)
        client->curl.curl_multi_cleanup(client->multi);
    if (client->epoll >= 0)
        close(client->epoll);
    if (client->wake >= 0)
        close(client->wake);
    free(client->no_proxy);
    free(client);
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

/* ---- starting a transfer ---- */

/* An easy handle with everything that no request changes. */
static Transfer *transfer_new(HttpClient *c)
{
    Transfer *t = calloc(1, sizeof *t);
    if (!t)
        abort();
    t->client = c;
    t->easy = c->curl.curl_easy_init();
    if (!t->easy)
        abort();
    CURLcode (*set)(CURL *, CURLoption, ...) = c->curl.curl_easy_setopt;
    set(t->easy, CURLOPT_PRIVATE, t);
    set(t->easy, CURLOPT_NOSIGNAL, 1L);
    set(t->easy, CURLOPT_NOPROGRESS, 1L);
    set(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    set(t->easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(t->easy, CURLOPT_SSL_VERIFYPEER, 1L);
    set(t->easy, CURLOPT_SSL_VERIFYHOST, 2L);
    set(t->easy, CURLOPT_NOPROXY, c->no_proxy);
    set(t->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(t->easy, CURLOPT_TCP_KEEPALIVE, 1L);
    set(t->easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    set(t->easy, CURLOPT_USERAGENT, "assay");
    set(t->easy, CURLOPT_ERRORBUFFER, t->words);
    set(t->easy, CURLOPT_WRITEFUNCTION, on_body);
    set(t->easy, CURLOPT_WRITEDATA, t);
    set(t->easy, CURLOPT_HEADERFUNCTION, on_header);
    set(t->easy, CURLOPT_HEADERDATA, t);
    return t;
}

static void set_headers(Transfer *t, const char *const *headers)
{
    const CurlApi *curl = &t->client->curl;
    curl->curl_slist_free_all(t->headers);
    t->headers = curl->curl_slist_append(NULL, "Expect:"); /* no waiting for "100 Continue" */
    for (; headers && *headers; headers++)
        t->headers = curl->curl_slist_append(t->headers, *headers);
    curl->curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

static CURLcode set_request(Transfer *t)
{
    CURLcode (*set)(CURL *, CURLoption, ...) = t->client->curl.curl_easy_setopt;
    const HttpRequest *r = &t->request;
    bool get = strcmp(r->method, "GET") == 0, post = strcmp(r->method, "POST") == 0;
    if (get) {
        set(t->easy, CURLOPT_HTTPGET, 1L);
    } else {
        set(t->easy, CURLOPT_POST, 1L);
        set(t->easy, CURLOPT_POSTFIELDS, r->body.ptr ? r->body.ptr : "");
        set(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
    }
    set(t->easy, CURLOPT_CUSTOMREQUEST, get || post ? NULL : r->method);
    set(t->easy, CURLOPT_TIMEOUT_MS, (long)(r->timeout * 1000));
    set_headers(t, r->headers);
    return set(t->easy, CURLOPT_URL, r->url);
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
    Transfer *t = client->idle;
    if (t)
        client->idle = t->next;
    else
        t = transfer_new(client);
    t->request = *request;
    t->body = strbuf_make(request->arena, LIMIT_REPLY);
    t->head = strbuf_make(request->arena, HEADER_LIMIT);
    t->started = clock_seconds();
    t->first_byte = -1;
    t->too_large = t->ok_status = false;
    t->words[0] = 0;
    CURLcode unset = set_request(t);
    CURLMcode refused =
        unset ? CURLM_OK : client->curl.curl_multi_add_handle(client->multi, t->easy);
    if (unset || refused) {
        t->next = client->idle;
        client->idle = t;
        return err_set(err, E_IO, "could not send a request to \"%s\": %s", request->url,
                       unset ? client->curl.curl_easy_strerror(unset)
                             : client->curl.curl_multi_strerror(refused));
    }
    fly(client, t);
    return OK;
}

/* ---- finishing transfers ---- */

static void collect(HttpClient *c)
{
    int left;
    CURLMsg *m;
    while ((m = c->curl.curl_multi_info_read(c->multi, &left))) {
        if (m->msg != CURLMSG_DONE)
            continue;
        CURL *easy = m->easy_handle;
        CURLcode result = m->data.result;
        char *user = NULL;
        c->curl.curl_easy_getinfo(easy, CURLINFO_PRIVATE, &user);
        Transfer *t = (Transfer *)(void *)user;
        t->result = result;
        c->curl.curl_multi_remove_handle(c->multi, easy);
        land(c, t);
        t->next = NULL;
        if (c->done_last)
            c->done_last->next = t;
        else
            c->done = t;
        c->done_last = t;
    }
}

static HttpFault fault_of(const Transfer *t, double seconds)
{
    long sent = 0;
    if (t->result == CURLE_OK)
        return HTTP_OK;
    if (t->too_large)
        return HTTP_TOO_LARGE;
    t->client->curl.curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent);
    bool over = t->request.timeout > 0 && seconds >= t->request.timeout * 0.99;
    if (t->result == CURLE_OPERATION_TIMEDOUT && (over || sent > 0))
        return HTTP_TIMEOUT;
    return sent > 0 ? HTTP_CUT : HTTP_UNREACHED;
}

static void make_reply(Transfer *t, HttpReply *out)
{
    const CurlApi *curl = &t->client->curl;
    curl_off_t total = 0;
    long status = 0;
    curl->curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &total);
    curl->curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    double seconds = (double)total / 1e6;
    *out = (HttpReply){.id = t->request.id,
                       .user = t->request.user,
                       .fault = fault_of(t, seconds),
                       .status = (int)status,
                       .body = strbuf_str(&t->body),
                       .headers = strbuf_str(&t->head),
                       .seconds = seconds,
                       .first_byte = t->first_byte};
    if (out->fault == HTTP_TOO_LARGE)
        out->problem = "the reply is larger than 32 MiB";
    else if (out->fault != HTTP_OK)
        out->problem =
            str_z(t->request.arena,
                  str_from(t->words[0] ? t->words : curl->curl_easy_strerror(t->result)));
}

static size_t deliver(HttpClient *c, HttpReply *replies, size_t max)
{
    size_t n = 0;
    while (c->done && n < max) {
        Transfer *t = c->done;
        c->done = t->next;
        if (!c->done)
            c->done_last = NULL;
        make_reply(t, &replies[n++]);
        t->next = c->idle;
        c->idle = t;
    }
    return n;
}

/* Milliseconds for epoll_wait, rounded up so that it does not spin before a deadline. */
static int wait_ms(const HttpClient *c, double until, double now)
{
    if (c->done)
        return 0;
    double end = c->deadline >= 0 && c->deadline < until ? c->deadline : until;
    double ms = (end - now) * 1000;
    return ms <= 0 ? 0 : ms > 60000 ? 60000 : (int)ms + 1;
}

/* One wait and what it brought; true when http_wake was called. */
static bool turn(HttpClient *c, double until)
{
    struct epoll_event events[EVENTS_A_ROUND];
    int running,
        n = epoll_wait(c->epoll, events, EVENTS_A_ROUND, wait_ms(c, until, clock_seconds()));
    bool woken = false;
    for (int i = 0; i < n; i++) {
        if (events[i].data.fd == c->wake) {
            uint64_t count;
            woken = read(c->wake, &count, sizeof count) > 0;
            continue;
        }
        int what = 0;
        if (events[i].events & (EPOLLIN | EPOLLHUP))
            what |= CURL_CSELECT_IN;
        if (events[i].events & EPOLLOUT)
            what |= CURL_CSELECT_OUT;
        if (events[i].events & EPOLLERR)
            what |= CURL_CSELECT_ERR;
        c->curl.curl_multi_socket_action(c->multi, events[i].data.fd, what, &running);
    }
    if (c->deadline >= 0 && clock_seconds() >= c->deadline) {
        c->deadline = -1; /* curl sets it anew when it needs to */
        c->curl.curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    collect(c);
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
