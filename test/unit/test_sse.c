/* test_sse.c - event streams, cut anywhere. */
#include "test.h"

#include "net/http.h"

static void note(void *user, Str name, Str data)
{
    strbuf_addf(user, "[%.*s|%.*s]", (int)name.len, name.ptr ? name.ptr : "", (int)data.len,
                data.ptr);
}

static const struct {
    const char *stream, *events;
} cases[] = {
    {"data: a\n\ndata: b\n\n", "[|a][|b]"},
    {"data: a\r\n\r\ndata: b\r\n\r\n", "[|a][|b]"},
    {"data: a\r\rdata: b\r\r", "[|a][|b]"},
    {"\xEF\xBB\xBF"
     "data:a\n\n",
     "[|a]"},
    {": keep-alive\n\n\n\ndata: a\n\n: x\n", "[|a]"},
    {"data: one\ndata: two\ndata:  three\n\n", "[|one\ntwo\n three]"},
    {"data: one\r\ndata: two\r\n\r\n", "[|one\ntwo]"},
    {"event: ping\ndata: {}\n\ndata: x\n\n", "[ping|{}][|x]"},
    {"id: 7\nretry: 10\nnonsense\ndata: a\n\n", "[|a]"},
    {"error: {\"code\":400}\ndata: [DONE]\n\n", "[error|{\"code\":400}][|[DONE]]"},
    {"data: unfinished", "[|unfinished]"},
    {"data: a\n\ndata: b\n", "[|a][|b]"},
    {"data: \xE4\xBD\xA0\xE5\xA5\xBD\n\n", "[|\xE4\xBD\xA0\xE5\xA5\xBD]"},
    {"", ""},
};

TEST(sse_events_do_not_depend_on_where_the_stream_is_cut)
{
    SCOPED_ARENA(a);
    for (size_t c = 0; c < COUNT(cases); c++) {
        Str stream = str_from(cases[c].stream);
        for (size_t first = 0; first <= stream.len; first++)
            for (size_t second = first; second <= stream.len; second++) {
                SseParser p = sse_parser(&a);
                StrBuf got = strbuf_make(&a, 1000);
                sse_feed(&p, str_slice(stream, 0, first), note, &got);
                sse_feed(&p, str_slice(stream, first, second), note, &got);
                sse_feed(&p, str_after(stream, second), note, &got);
                sse_end(&p, note, &got);
                CHECK_STR(strbuf_str(&got), cases[c].events);
            }
    }
}
