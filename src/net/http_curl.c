/* http_curl.c - transfers through libcurl: a multi driven by the client's event loop.
 *
 * Each handle keeps its fixed options for life; a request sets only what differs. */
#include "net/http_private.h"

#include "base/clock.h"

#include <errno.h>
#include <sys/epoll.h>

enum {
    RESERVE_LIMIT = 64 << 10, /* of a Content-Length we have only the server's word for */
    SPARE_CONNECTIONS = 8,
};
_Static_assert(WORDS >= CURL_ERROR_SIZE, "curl writes its words into a transfer's room");

/* ---- what curl calls ---- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
    (void)easy;
    HttpClient *c = user;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(c->epoll, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    struct epoll_event e = {.data.u64 = (uint64_t)fd};
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
    curl->curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl->curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    transfer_first_piece(t, (int)status);
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
    if (t->body.failed)
        return 0; /* ends the transfer */
    if (t->request.on_data && t->ok_status)
        t->request.on_data(t->request.user, piece, clock_seconds() - t->started);
    return piece.len;
}

/* ---- opening, closing ---- */

void curl_way_open(HttpClient *c, size_t expected_transfers)
{
    /* Fewer would close and reopen connections all the time. */
    c->max_connects = (long)(expected_transfers + SPARE_CONNECTIONS);
}

static Status start_curl(HttpClient *c, Err *err)
{
    TRY(curl_api_load(&c->curl, err));
    c->multi = c->curl.curl_multi_init();
    if (!c->multi)
        return err_set(err, E_IO, "could not start libcurl");
    c->curl.curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, c->max_connects);
    c->curl.curl_multi_setopt(c->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    c->curl.curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    c->curl.curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    c->curl.curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    c->curl.curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
    return OK;
}

void curl_way_close(HttpClient *c)
{
    if (c->multi)
        c->curl.curl_multi_cleanup(c->multi);
}

void curl_way_free_transfer(Transfer *t)
{
    if (!t->easy)
        return;
    t->client->curl.curl_multi_remove_handle(t->client->multi, t->easy);
    t->client->curl.curl_slist_free_all(t->headers);
    t->client->curl.curl_easy_cleanup(t->easy);
}

/* ---- starting a transfer ---- */

/* An easy handle with everything that no request changes. */
static void open_easy(Transfer *t)
{
    HttpClient *c = t->client;
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
    /* An idle connection that is never used again would only hold a place at the server. */
    set(t->easy, CURLOPT_FORBID_REUSE, (long)direct_will_take(t));
    set(t->easy, CURLOPT_CUSTOMREQUEST, get || post ? NULL : r->method);
    set(t->easy, CURLOPT_TIMEOUT_MS, (long)(r->timeout * 1000));
    set_headers(t, r->headers);
    return set(t->easy, CURLOPT_URL, r->url);
}

Status curl_way_send(Transfer *t, Err *err)
{
    const CurlApi *curl = &t->client->curl;
    if (!t->client->multi)
        TRY(start_curl(t->client, err));
    if (!t->easy)
        open_easy(t);
    t->words[0] = 0;
    CURLcode unset = set_request(t);
    CURLMcode refused = unset ? CURLM_OK : curl->curl_multi_add_handle(t->client->multi, t->easy);
    if (unset || refused)
        return err_set(err, E_IO, "could not send a request to \"%s\": %s", t->request.url,
                       unset ? curl->curl_easy_strerror(unset)
                             : curl->curl_multi_strerror(refused));
    return OK;
}

/* ---- finishing ---- */

static HttpFault fault_of(const Transfer *t, CURLcode result)
{
    long sent = 0;
    if (result == CURLE_OK)
        return HTTP_OK;
    if (t->body.failed)
        return HTTP_TOO_LARGE;
    t->client->curl.curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent);
    bool over = t->request.timeout > 0 && t->reply.seconds >= t->request.timeout * 0.99;
    if (result == CURLE_OPERATION_TIMEDOUT && (over || sent > 0))
        return HTTP_TIMEOUT;
    return sent > 0 ? HTTP_CUT : HTTP_UNREACHED;
}

static void learn(const Transfer *t)
{
    const CurlApi *curl = &t->client->curl;
    char *ip = NULL;
    long port = 0;
    curl->curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &ip);
    curl->curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_PORT, &port);
    if (ip)
        direct_learn(t->client, t->request.url, ip, port);
}

static void finish(Transfer *t, CURLcode result)
{
    const CurlApi *curl = &t->client->curl;
    curl_off_t total = 0;
    long status = 0;
    curl->curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &total);
    curl->curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    t->reply.seconds = (double)total / 1e6;
    t->reply.status = (int)status;
    t->reply.fault = fault_of(t, result);
    t->reply.problem = t->words[0] ? t->words : curl->curl_easy_strerror(result);
    if (result == CURLE_OK) {
        t->reply.problem = NULL;
        learn(t);
    }
    curl->curl_multi_remove_handle(t->client->multi, t->easy);
    transfer_done(t);
}

void curl_way_event(HttpClient *c, int fd, uint32_t events)
{
    int what = 0, running;
    if (events & (EPOLLIN | EPOLLHUP))
        what |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        what |= CURL_CSELECT_OUT;
    if (events & EPOLLERR)
        what |= CURL_CSELECT_ERR;
    c->curl.curl_multi_socket_action(c->multi, fd, what, &running);
}

void curl_way_turn(HttpClient *c)
{
    int running, left;
    CURLMsg *m;
    if (!c->multi)
        return;
    if (c->deadline >= 0 && clock_seconds() >= c->deadline) {
        c->deadline = -1; /* curl sets it anew when it needs to */
        c->curl.curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    while ((m = c->curl.curl_multi_info_read(c->multi, &left))) {
        char *user = NULL;
        CURLcode result = m->data.result;
        if (m->msg != CURLMSG_DONE)
            continue;
        c->curl.curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &user);
        finish((Transfer *)(void *)user, result);
    }
}
