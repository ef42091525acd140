/* http1.h - reads one HTTP/1.1 reply from bytes as they arrive (RFC 9112). Private to net/.
 *
 * Pure: no sockets, no clock. The result does not depend on how the bytes are cut. Head and
 * body go into the caller's buffers, whose limits hold. */
#ifndef NET_HTTP1_H
#define NET_HTTP1_H

#include "base/str.h"

typedef enum Http1State {
    HTTP1_MORE,      /* the reply goes on */
    HTTP1_DONE,      /* complete */
    HTTP1_BAD,       /* not HTTP/1.x, or its framing contradicts itself */
    HTTP1_TOO_LARGE, /* the body passed its buffer's limit */
} Http1State;

typedef struct Http1 {
    int status;      /* of the final reply; 0 before its first line */
    bool keep_alive; /* once done: another request may follow on the connection */
    StrBuf *head;    /* raw lines of the final reply, from the status line to the empty line */
    StrBuf *body;    /* decoded */
    /* private: */
    int phase;
    size_t line;   /* where the unfinished line begins in head */
    uint64_t left; /* bytes of the body or chunk to come */
    size_t digits; /* of a chunk's size; characters of a trailer line */
    size_t spent;  /* bytes of chunk lines and trailers: 1 MiB besides as many as of the body */
    bool chunked, has_length, close_told;
} Http1;

/* Both buffers must be empty and live until the end. */
Http1 http1_reader(StrBuf *head, StrBuf *body);

/* Takes what belongs to the reply; *used < bytes.len only when the state is not MORE. */
Http1State http1_feed(Http1 *h, Str bytes, size_t *used);

/* The connection ended: DONE when that is how the reply ends, else BAD. */
Http1State http1_close(Http1 *h);

#endif
