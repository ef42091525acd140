/* http_private.h - the client behind http.h and its two ways to a server. Private to net/.
 *
 *     http_send -> Transfer (from the idle list) -> http_curl.c    TLS, names, proxies
 *                                                -> http_direct.c  plain HTTP, known address
 *     http_poll: epoll -> either way -> transfer_done -> done queue -> HttpReply
 *
 * libcurl reaches every server first. Where nothing but plain HTTP lies between us and the
 * address it found, later requests go there directly: a third of the processor time. */
#ifndef NET_HTTP_PRIVATE_H
#define NET_HTTP_PRIVATE_H

#include "net/curl_api.h"
#include "net/http.h"
#include "net/http1.h"

#include <sys/socket.h>

enum { CONNECT_SECONDS = 30, HEADER_LIMIT = 64 << 10, MAX_ORIGINS = 8, WORDS = 512 };

typedef struct Connection Connection;

typedef struct Transfer {
    HttpClient *client;
    HttpRequest request;
    StrBuf body, head;
    double started, first_byte;
    bool ok_status;    /* pieces of the body are handed on */
    HttpReply reply;   /* once done */
    char words[WORDS]; /* room for reply.problem */
    CURL *easy;        /* NULL until this transfer goes through libcurl */
    struct curl_slist *headers;
    Connection *direct;              /* NULL while it goes through libcurl */
    struct Transfer *next;           /* in the idle list or the done queue */
    struct Transfer *before, *after; /* in flight */
} Transfer;

/* A server that libcurl has reached over plain HTTP without a proxy. */
typedef struct Origin {
    char prefix[256]; /* "http://host:port" as in the URL */
    struct sockaddr_storage address;
    socklen_t address_len; /* 0: not known now */
    Connection *idle;
} Origin;

struct HttpClient {
    CurlApi curl;
    CURLM *multi;      /* NULL until a request goes through libcurl, which is loaded then */
    long max_connects; /* connections that libcurl may keep open */
    int epoll, wake;
    double deadline; /* when curl wants to be called; < 0 never */
    size_t in_flight;
    Transfer *flying, *idle, *done, *done_last;
    char *no_proxy;
    bool proxied; /* the environment names a proxy for plain HTTP */

    Origin origins[MAX_ORIGINS];
    size_t n_origins;
    Connection *connections;
    size_t n_connections;
    double next_check; /* of direct transfers' deadlines */
    char *incoming;    /* INCOMING bytes, between recv and the reader */
};

/* epoll's data: a socket of curl's, or DIRECT_EVENT + index of a connection. */
#define DIRECT_EVENT (UINT64_C(1) << 62)
#define WAKE_EVENT (UINT64_C(1) << 63)

/* ---- http.c ---- */
/* The transfer's reply.fault, status, seconds and problem are set: queue it. */
void transfer_done(Transfer *t);
/* The first piece of a body of this status arrived. */
void transfer_first_piece(Transfer *t, int status);

/* ---- http_curl.c ---- */
/* Nothing is loaded before the first transfer. */
void curl_way_open(HttpClient *c, size_t expected_transfers);
void curl_way_close(HttpClient *c);
void curl_way_free_transfer(Transfer *t);
/* Starts it; a refusal is described in `err` and leaves the transfer to the caller. E_MISSING:
 * there is no libcurl. */
Status curl_way_send(Transfer *t, Err *err) MUST_CHECK;
void curl_way_event(HttpClient *c, int fd, uint32_t events);
/* Lets curl do what is due, and collects what is done. */
void curl_way_turn(HttpClient *c);

/* ---- http_direct.c ---- */
void direct_open(HttpClient *c, size_t expected_transfers);
void direct_close(HttpClient *c);
/* Starts it when its server may be asked directly and a connection is to be had. */
bool direct_send(Transfer *t);
/* Whether requests like this go directly once their server's address is known. */
bool direct_will_take(const Transfer *t);
/* Ends its connection; nothing is queued. */
void direct_abort(Transfer *t);
void direct_event(HttpClient *c, size_t index, uint32_t events);
/* Ends what has run out of time by `now`; sets next_check (< 0 never). */
void direct_check(HttpClient *c, double now);

/* ---- http_origin.c ---- */
/* The server of `url`, NULL when it is libcurl's alone; its address may not be known yet. */
Origin *direct_origin(HttpClient *c, const char *url);
/* libcurl reached the server of `url` at this numeric address. */
void direct_learn(HttpClient *c, const char *url, const char *ip, long port);

#endif
