/* loopback.h - a scripted HTTP server in the test process.
 *
 * Answers request number i with replies[i], byte for byte, then goes on with the same
 * connection unless the reply has "Connection: close" or is cut short by its Content-Length;
 * with "Connection: reset" it ends in a reset (RST).
 * NULL as a reply hangs up without a word. One connection at a time. */
#ifndef TEST_LOOPBACK_H
#define TEST_LOOPBACK_H

#include "base/str.h"

typedef struct Loopback Loopback;

Loopback *loopback_start(const char *const *replies, size_t n);
int loopback_port(const Loopback *l);
/* Stops the server; then the requests it got are readable, as they came. */
void loopback_stop(Loopback *l);
Str loopback_request(const Loopback *l, size_t index); /* empty past the last */
size_t loopback_connections(const Loopback *l);
void loopback_free(Loopback *l);

#endif
