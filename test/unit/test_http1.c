/* test_http1.c - reading HTTP/1.1 replies: framing by RFC 9112, whole and cut anywhere. */
#include "net/http1.h"
#include "test.h"

typedef struct Result {
    Http1State state;
    int status;
    bool keep_alive;
    size_t used;
    StrBuf head, body;
} Result;

/* Feeds `text` in pieces of `step` bytes, then ends the connection if the reply goes on. */
static void read_reply(const char *text, size_t step, Arena *a, Result *out)
{
    Result r = {.head = strbuf_make(a, 4096), .body = strbuf_make(a, 64)};
    Str all = str_from(text);
    *out = r;
    Http1 h = http1_reader(&out->head, &out->body);
    out->state = HTTP1_MORE;
    while (out->state == HTTP1_MORE && out->used < all.len) {
        size_t used;
        Str piece = str_slice(all, out->used, out->used + step);
        out->state = http1_feed(&h, piece, &used);
        out->used += used;
    }
    if (out->state == HTTP1_MORE)
        out->state = http1_close(&h);
    out->status = h.status;
    out->keep_alive = h.keep_alive;
}

static const struct {
    const char *text;
    Http1State state;
    const char *body;
    int rest; /* bytes left over */
    bool keep_alive;
} cases[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP", HTTP1_DONE, "hi", 4, true},
    {"HTTP/1.1 200\r\ncontent-length:2\r\n\r\nhi", HTTP1_DONE, "hi", 0, true},
    {"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", HTTP1_DONE, "hi", 0, true},
    {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", HTTP1_DONE, "", 0, true},
    {"HTTP/1.1 204 No\r\n\r\nx", HTTP1_DONE, "", 1, true},
    {"HTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\n", HTTP1_DONE, "", 0, true},
    {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", HTTP1_DONE, "hi", 0, false},
    {"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi", HTTP1_DONE, "hi",
     0, true},
    {"HTTP/1.1 200 OK\r\nConnection: x, close\r\nContent-Length: 2\r\n\r\nhi", HTTP1_DONE, "hi", 0,
     false},
    {"HTTP/1.1 200 OK\r\n\r\nto the end", HTTP1_DONE, "to the end", 0, false},
    {"HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\nHTTP/1.1 102 P\r\n\r\n"
     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
     HTTP1_DONE, "hi", 0, true},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=\"1\"\r\nab\r\n003\r\ncde\r\n0\r\n"
     "Trailer: 1\r\n\r\nx",
     HTTP1_DONE, "abcde", 1, true},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\nabcdefghij\n0\n\n", HTTP1_DONE,
     "abcdefghij", 0, true},
    /* both framings: the coding counts, and the connection is not used again */
    {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: "
     "chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
     HTTP1_DONE, "a", 0, false},
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", HTTP1_DONE, "hi", 0,
     true},
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi", HTTP1_BAD, "", -1,
     false},
    {"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nhi", HTTP1_BAD, "", -1, false},
    {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhi", HTTP1_BAD, "", -1, false},
    {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", HTTP1_BAD, "short", 0, false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx", HTTP1_BAD, "", -1, false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", HTTP1_BAD, "", -1, false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", HTTP1_BAD, "", -1, false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", HTTP1_BAD, "ab", -1,
     false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", HTTP1_BAD, "",
     -1, false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", HTTP1_BAD, "ab", 0, false},
    {"HTTP/1.1 101 Switching\r\n\r\n", HTTP1_BAD, "", 0, false},
    {"HTTP/2 200\r\n\r\n", HTTP1_BAD, "", -1, false},
    {"HTTP/1.1 2x0 OK\r\n\r\n", HTTP1_BAD, "", -1, false},
    {"no HTTP at all\r\n\r\n", HTTP1_BAD, "", -1, false},
    {"HTTP/1.1 200 OK\r\nContent-Le", HTTP1_BAD, "", 0, false},
    {"", HTTP1_BAD, "", 0, false},
};

TEST(http1_frames_replies_wherever_they_are_cut)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = strlen(cases[i].text);
        for (size_t step = 1; step <= len + 1; step++) {
            SCOPED_ARENA(a);
            Result r;
            read_reply(cases[i].text, step, &a, &r);
            bool good = r.state == cases[i].state && str_eqc(strbuf_str(&r.body), cases[i].body) &&
                        (cases[i].rest < 0 || r.used + (size_t)cases[i].rest == len) &&
                        (r.state != HTTP1_DONE || r.keep_alive == cases[i].keep_alive);
            if (!good)
                test_fail(__FILE__, __LINE__,
                          "case %zu in steps of %zu: state %d, body \"%s\", %zu used", i, step,
                          (int)r.state, r.body.ptr ? r.body.ptr : "", r.used);
        }
    }
}

TEST(http1_keeps_the_head_of_the_final_reply)
{
    SCOPED_ARENA(a);
    Result r;
    read_reply("HTTP/1.1 100 Continue\r\nA: 1\r\n\r\nHTTP/1.1 429 Slow\r\nRetry-After: 2\r\n"
               "Content-Length: 0\r\n\r\n",
               7, &a, &r);
    CHECK_INT(r.status, 429);
    CHECK_STR(strbuf_str(&r.head),
              "HTTP/1.1 429 Slow\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n");
}

TEST(http1_holds_the_limits_of_head_and_body)
{
    SCOPED_ARENA(a);
    Result r;
    StrBuf text = strbuf_make(&a, 1 << 16);
    strbuf_adds(&text, "HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 65; i++)
        strbuf_addc(&text, 'x');
    read_reply(text.ptr, 10, &a, &r);
    CHECK_INT(r.state, HTTP1_TOO_LARGE);
    strbuf_clear(&text);
    strbuf_adds(&text, "HTTP/1.1 200 OK\r\nA: ");
    for (int i = 0; i < 4096; i++)
        strbuf_addc(&text, 'x');
    read_reply(text.ptr, 100, &a, &r);
    CHECK_INT(r.state, HTTP1_BAD);
}

/* A server that streams sends a chunk a token: what frames them may not end a long answer. Without
 * a body worth it, chunk lines and trailers are limited all the same. */
TEST(http1_limits_what_frames_a_body_by_the_body)
{
    enum { CHUNKS = 200000 };
    static const char chunk[] = "64\r\n0123456789012345678901234567890123456789012345678901234567"
                                "890123456789012345678901234567890123456789\r\n";
    SCOPED_ARENA(a);
    StrBuf head = strbuf_make(&a, 4096), body = strbuf_make(&a, CHUNKS * 100);
    Http1 h = http1_reader(&head, &body);
    size_t used, fed = 0;
    Http1State state =
        http1_feed(&h, STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), &used);
    for (int i = 0; i < CHUNKS && state == HTTP1_MORE; i++)
        state = http1_feed(&h, STR(chunk), &used);
    CHECK(state == HTTP1_MORE && body.len == CHUNKS * 100);
    CHECK(http1_feed(&h, STR("0\r\n\r\n"), &used) == HTTP1_DONE);

    StrBuf lines = strbuf_make(&a, 4096), none = strbuf_make(&a, 64);
    h = http1_reader(&lines, &none);
    state =
        http1_feed(&h, STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"), &used);
    while (state == HTTP1_MORE && fed++ < 2 << 20)
        state = http1_feed(&h, STR("x"), &used);
    CHECK(state == HTTP1_BAD && fed < 2 << 20);
}
