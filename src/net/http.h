/* http.h - the HTTP client: many requests at once on one thread (libcurl multi on epoll).
 *
 * One HttpClient is one shard: its own event loop, meant for some tens of transfers at a time.
 * All calls but http_wake belong to the thread that made it. HTTP/1.1, keep-alive, TLS by
 * OpenSSL with certificates checked, no redirects followed, proxies from the environment.
 * Reply bodies are limited to LIMIT_REPLY. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/str.h"

typedef struct HttpClient HttpClient;

/* Called with each piece of a successful (2xx) body as it arrives, when set. */
typedef void (*HttpOnData)(void *user, Str piece, double seconds_since_start);

typedef struct HttpRequest {
    const char *method; /* "POST", "GET" */
    const char *url;
    const char *const *headers; /* "name: value" lines, NULL-terminated; copied */
    Str body;                   /* must live until the reply */
    double timeout;             /* whole request, seconds; 0 = none */
    uint64_t id;                /* the caller's; comes back in the reply */
    Arena *arena;               /* where the reply's body and headers go; untouched by others
                                   until the reply is delivered */
    HttpOnData on_data;         /* may be NULL; the body is collected all the same */
    void *user;
} HttpRequest;

typedef enum HttpFault {
    HTTP_OK,        /* a complete reply, of any status */
    HTTP_UNREACHED, /* name, connection or TLS failure before anything was sent */
    HTTP_CUT,       /* the connection ended before the reply was complete */
    HTTP_TIMEOUT,
    HTTP_TOO_LARGE, /* the body passed LIMIT_REPLY */
} HttpFault;

typedef struct HttpReply {
    uint64_t id;
    void *user; /* the request's */
    HttpFault fault;
    const char *problem; /* words for a fault, else NULL */
    int status;          /* HTTP status; 0 when none came */
    Str body;
    Str headers;       /* raw header lines of the final reply */
    double seconds;    /* from start of transfer to end, without our own queueing */
    double first_byte; /* seconds to the first body byte; < 0 when none */
    int sent_again;    /* times the request went out anew because a kept connection was dead */
} HttpReply;

Status http_client_new(size_t expected_transfers, HttpClient **out, Err *err) MUST_CHECK;
void http_client_free(HttpClient *client); /* aborts what is in flight */

/* Starts a transfer at once. E_MISSING: it needs libcurl, which is not installed (a server on a
 * numeric plain http:// address needs none). */
Status http_send(HttpClient *client, const HttpRequest *request, Err *err) MUST_CHECK;

/* Waits up to `timeout` seconds (0 = just look) for transfers to finish or http_wake;
 * delivers at most `max` replies, the rest at the next call. */
size_t http_poll(HttpClient *client, double timeout, HttpReply *replies, size_t max);

/* How many transfers to `url` one client carries well. libcurl's own work grows with them. */
size_t http_transfers_a_client(const char *url);

size_t http_in_flight(const HttpClient *client);

/* Makes a waiting http_poll return; callable from any thread. */
void http_wake(HttpClient *client);

/* The value of the first header `name` (any case) in raw header lines; empty when none. */
Str http_header(Str headers, const char *name);

/* Server-sent events: feed pieces, get each event's data. Comments and keep-alives are
 * skipped; `name` is the event or field name ("data" events have name empty; llama.cpp's
 * "error: {...}" line arrives with name "error"). */
typedef struct SseParser {
    StrBuf line, data;
    Str name;
    char name_room[64];
    bool too_large; /* a line or event passed LIMIT_REPLY: the rest is ignored */
    bool begun, after_cr;
} SseParser;
typedef void (*SseOnEvent)(void *user, Str name, Str data);
SseParser sse_parser(Arena *arena);
void sse_feed(SseParser *p, Str piece, SseOnEvent on_event, void *user);
void sse_end(SseParser *p, SseOnEvent on_event, void *user); /* a last unfinished event */

#endif
