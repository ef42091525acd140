/* test_http.c - the HTTP client against a scripted server on the loopback device. */
#include "loopback.h"
#include "test.h"

#include "base/limits.h"
#include "net/http.h"

static const char *const no_headers[] = {NULL};

/* One request to `port`; waits for its reply. */
static HttpReply ask(HttpClient *client, Arena *arena, int port, HttpRequest request)
{
    Err err = {0};
    HttpReply reply = {0};
    request.url = str_printf(arena, "http://127.0.0.1:%d/v1/x", port).ptr;
    request.arena = arena;
    if (!request.method)
        request.method = "POST";
    if (!request.headers)
        request.headers = no_headers;
    if (!request.timeout)
        request.timeout = 20;
    CHECK_OK(http_send(client, &request, &err), err);
    while (!http_poll(client, 10, &reply, 1))
        ;
    return reply;
}

TEST(http_sends_exactly_what_it_is_given)
{
    SCOPED_ARENA(a);
    Err err = {0};
    HttpClient *client;
    static const char *const headers[] = {"Content-Type: application/json",
                                          "Authorization: Bearer k", NULL};
    static const char *const replies[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Thing:  yes \r\n\r\nhi",
        "HTTP/1.1 204 No Content\r\n\r\n",
    };
    Loopback *l = loopback_start(replies, 2);
    CHECK_OK(http_client_new(4, &client, &err), err);
    HttpReply r = ask(client, &a, loopback_port(l),
                      (HttpRequest){.headers = headers, .body = STR("{\"a\":1}"), .id = 7});
    CHECK_INT(r.fault, HTTP_OK);
    CHECK_INT(r.status, 200);
    CHECK_INT(r.id, 7);
    CHECK_STR(r.body, "hi");
    CHECK_STR(http_header(r.headers, "x-thing"), "yes");
    CHECK_STR(http_header(r.headers, "x-other"), "");
    CHECK(r.seconds > 0 && r.first_byte > 0);
    r = ask(client, &a, loopback_port(l), (HttpRequest){.method = "GET"});
    CHECK_INT(r.status, 204);
    CHECK(r.first_byte < 0);
    CHECK_INT(http_in_flight(client), 0);
    loopback_stop(l);
    CHECK_INT(loopback_connections(l), 1); /* kept alive */
    Str want = str_printf(&a,
                          "POST /v1/x HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: assay\r\n"
                          "Accept: */*\r\nContent-Type: application/json\r\n"
                          "Authorization: Bearer k\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
                          loopback_port(l));
    CHECK_STR(loopback_request(l, 0), want.ptr);
    want = str_printf(&a,
                      "GET /v1/x HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: assay\r\n"
                      "Accept: */*\r\n\r\n",
                      loopback_port(l));
    CHECK_STR(loopback_request(l, 1), want.ptr);
    http_client_free(client);
    loopback_free(l);
}

/* RFC 9112, section 8: a body shorter than its Content-Length, or without its last chunk, is
 * incomplete; section 6.3: without either it ends with the connection and is whole. Section 15.2
 * of RFC 9110: an interim answer is not the answer. What is no HTTP came from a server all the
 * same, so it is not out of reach. */
TEST(http_tells_cut_connections_from_servers_out_of_reach)
{
    static const struct {
        const char *reply;
        HttpFault fault;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nshort", HTTP_CUT},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nab",
         HTTP_CUT},
        {NULL, HTTP_CUT},
        {"no HTTP at all\r\nConnection: close\r\n\r\n", HTTP_CUT},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end",
         HTTP_OK},
    };
    SCOPED_ARENA(a);
    Err err = {0};
    HttpClient *client;
    CHECK_OK(http_client_new(4, &client, &err), err);
    int port = 0;
    for (size_t i = 0; i < COUNT(cases); i++) {
        Loopback *l = loopback_start(&cases[i].reply, 1);
        port = loopback_port(l);
        HttpReply r = ask(client, &a, port, (HttpRequest){.body = STR("{}")});
        loopback_stop(l);
        loopback_free(l);
        if (r.fault != cases[i].fault)
            test_fail(__FILE__, __LINE__, "case %zu: fault %d (%s)", i, (int)r.fault,
                      r.problem ? r.problem : "");
        CHECK((r.problem != NULL) == (r.fault != HTTP_OK));
    }
    HttpReply r = ask(client, &a, port, (HttpRequest){.body = STR("{}")});
    CHECK_INT(r.fault, HTTP_UNREACHED);
    CHECK_INT(r.status, 0);
    http_client_free(client);
}

TEST(http_limits_the_size_and_the_time_of_a_reply)
{
    SCOPED_ARENA(a);
    Err err = {0};
    HttpClient *client;
    StrBuf huge = strbuf_make(&a, LIMIT_REPLY + MIB);
    strbuf_adds(&huge, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    size_t more = LIMIT_REPLY + 1;
    memset(strbuf_reserve(&huge, more), 'x', more);
    huge.len += more;
    huge.ptr[huge.len] = 0;
    const char *replies[] = {huge.ptr, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"};
    Loopback *l = loopback_start(replies, 2);
    CHECK_OK(http_client_new(4, &client, &err), err);
    CHECK_INT(ask(client, &a, loopback_port(l), (HttpRequest){.body = STR("1")}).fault,
              HTTP_TOO_LARGE);
    CHECK_INT(
        ask(client, &a, loopback_port(l), (HttpRequest){.body = STR("2"), .timeout = 0.05}).fault,
        HTTP_TIMEOUT);
    http_client_free(client); /* hangs up, which ends the server's wait */
    loopback_stop(l);
    loopback_free(l);
}

static void count_pieces(void *user, Str piece, double seconds)
{
    CHECK(seconds > 0);
    strbuf_add(user, piece);
}

TEST(http_hands_on_pieces_of_good_replies_only)
{
    SCOPED_ARENA(a);
    Err err = {0};
    HttpClient *client;
    static const char *const replies[] = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
        "HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\nbad",
    };
    Loopback *l = loopback_start(replies, 2);
    StrBuf got = strbuf_make(&a, 100);
    CHECK_OK(http_client_new(4, &client, &err), err);
    HttpRequest request = {.body = STR("{}"), .on_data = count_pieces, .user = &got};
    HttpReply r = ask(client, &a, loopback_port(l), request);
    CHECK_STR(r.body, "abcde");
    CHECK(r.user == &got);
    r = ask(client, &a, loopback_port(l), request);
    CHECK_STR(r.body, "bad");
    CHECK_STR(strbuf_str(&got), "abcde");
    http_client_free(client);
    loopback_stop(l);
    loopback_free(l);
}

TEST(http_wake_ends_a_wait_and_free_aborts_what_flies)
{
    SCOPED_ARENA(a);
    Err err = {0};
    HttpClient *client;
    HttpReply reply;
    static const char *const replies[] = {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"};
    Loopback *l = loopback_start(replies, 1);
    CHECK_OK(http_client_new(4, &client, &err), err);
    http_wake(client);
    CHECK_INT(http_poll(client, 1000, &reply, 1), 0);
    HttpRequest request = {
        .method = "POST",
        .url = str_printf(&a, "http://127.0.0.1:%d/", loopback_port(l)).ptr,
        .headers = no_headers,
        .arena = &a,
    };
    CHECK_OK(http_send(client, &request, &err), err);
    CHECK_INT(http_in_flight(client), 1);
    http_poll(client, 0, &reply, 1);
    http_client_free(client);
    loopback_stop(l);
    loopback_free(l);
    request.url = "gopher://127.0.0.1/";
    CHECK_OK(http_client_new(4, &client, &err), err);
    Status status = http_send(client, &request, &err);
    CHECK(status != OK || (http_poll(client, 5, &reply, 1) == 1 && reply.fault == HTTP_UNREACHED));
    http_client_free(client);
    http_client_free(NULL);
}
