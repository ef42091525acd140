/* fuzz_http1.c - a reply read whole and read in pieces is the same reply. */
#include "base/str.h"
#include "net/http1.h"

#include <assert.h>

typedef struct Reading {
    Http1 h;
    Http1State state;
    size_t used;
    StrBuf head, body;
} Reading;

static void take(Reading *r, Arena *a, Str bytes, size_t step)
{
    r->head = strbuf_make(a, 1024);
    r->body = strbuf_make(a, 4096);
    r->h = http1_reader(&r->head, &r->body);
    r->state = HTTP1_MORE;
    r->used = 0;
    while (r->state == HTTP1_MORE && r->used < bytes.len) {
        size_t used;
        Str piece = str_slice(bytes, r->used, r->used + step);
        r->state = http1_feed(&r->h, piece, &used);
        assert(used <= piece.len);
        assert(used == piece.len || r->state != HTTP1_MORE);
        r->used += used;
    }
    if (r->state == HTTP1_MORE)
        r->state = http1_close(&r->h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(a);
    Reading whole, cut;
    if (!size)
        return 0;
    Str bytes = {(const char *)data + 1, size - 1};
    take(&whole, &a, bytes, bytes.len + 1);
    take(&cut, &a, bytes, 1 + data[0] % 16);
    assert(whole.state == cut.state);
    assert(whole.state != HTTP1_DONE || (whole.used == cut.used && whole.h.status >= 200 &&
                                         whole.h.keep_alive == cut.h.keep_alive));
    assert(whole.state == HTTP1_TOO_LARGE ||
           str_eq(strbuf_str(&whole.body), strbuf_str(&cut.body)));
    return 0;
}
