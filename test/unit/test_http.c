/* test_http.c - the HTTP client against a scripted server on the loopback device.
 *
 * A numeric address is asked directly at once; a name first through libcurl, and directly when
 * that has found its address. The tests run both ways. */
#include "loopback.h"
#include "test.h"

#include "base/limits.h"
#include "net/http.h"

static const char *const no_headers[] = {NULL};
static const char *const typed[] = {"Content-Type: application/json", NULL};
static const char *const hosts[] = {"127.0.0.1", "localhost"};

static HttpReply wait_for(HttpClient *client, const HttpRequest *request)
{
    Err err = {0};
    HttpReply reply = {0};
    CHECK_OK(http_send(client, request, &err), err);
    while (!http_poll(client, 10, &reply, 1))
        ;
    return reply;
}

/* One request to `port` of the host; waits for its reply. */
static HttpReply ask_at(HttpClient *client, Arena *arena, const char *host, int port,
                        HttpRequest request)
{
    request.url = str_printf(arena, "http://%s:%d/v1/x", host, port).ptr;
    request.arena = arena;
    if (!request.method)
        request.method = "POST";
    if (!request.headers)
        request.headers = typed;
    if (!request.timeout)
        request.timeout = 20;
    return wait_for(client, &request);
}

static HttpReply ask(HttpClient *client, Arena *arena, int port, HttpRequest request)
{
    return ask_at(client, arena, hosts[0], port, request);
}

static HttpClient *open_client(void)
{
    Err err = {0};
    HttpClient *client = NULL;
    CHECK_OK(http_client_new(4, &client, &err), err);
    return client;
}

static void check_requests(const Loopback *l, Arena *a, const char *host)
{
    Str want = str_printf(a,
                          "POST /v1/x HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: assay\r\n"
                          "Accept: */*\r\nContent-Type: application/json\r\n"
                          "Authorization: Bearer k\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
                          host, loopback_port(l));
    CHECK_STR(loopback_request(l, 0), want.ptr);
    CHECK_STR(loopback_request(l, 2), want.ptr);
    want = str_printf(a,
                      "GET /v1/x HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: assay\r\n"
                      "Accept: */*\r\n\r\n",
                      host, loopback_port(l));
    CHECK_STR(loopback_request(l, 1), want.ptr);
}

TEST(http_sends_exactly_what_it_is_given)
{
    static const char *const headers[] = {"Content-Type: application/json",
                                          "Authorization: Bearer k", NULL};
    static const char *const replies[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Thing:  yes \r\n\r\nhi",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Thing:  yes \r\n\r\nhi",
    };
    for (size_t i = 0; i < COUNT(hosts); i++) {
        SCOPED_ARENA(a);
        Loopback *l = loopback_start(replies, COUNT(replies));
        HttpClient *client = open_client();
        HttpRequest post = {.headers = headers, .body = STR("{\"a\":1}"), .id = 7};
        for (int round = 0; round < 2; round++) {
            HttpReply r = ask_at(client, &a, hosts[i], loopback_port(l), post);
            CHECK_INT(r.fault, HTTP_OK);
            CHECK_INT(r.status, 200);
            CHECK_INT(r.id, 7);
            CHECK_STR(r.body, "hi");
            CHECK_STR(http_header(r.headers, "x-thing"), "yes");
            CHECK_STR(http_header(r.headers, "x-other"), "");
            CHECK(r.seconds > 0 && r.first_byte > 0 && !r.problem);
            if (round)
                break;
            r = ask_at(client, &a, hosts[i], loopback_port(l),
                       (HttpRequest){.method = "GET", .headers = no_headers});
            CHECK_INT(r.status, 204);
            CHECK(r.first_byte < 0);
            CHECK_INT(http_in_flight(client), 0);
        }
        loopback_stop(l);
        /* Kept alive; libcurl's look at a name has a connection of its own. */
        CHECK_INT(loopback_connections(l), 1 + i);
        check_requests(l, &a, hosts[i]);
        http_client_free(client);
        loopback_free(l);
    }
}

TEST(http_asks_again_when_a_kept_connection_was_closed)
{
    SCOPED_ARENA(a);
    static const char *const replies[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        NULL, /* takes the request and hangs up */
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes",
        "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\nConnection: close", /* and does */
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend",
    };
    Loopback *l = loopback_start(replies, COUNT(replies));
    HttpClient *client = open_client();
    HttpRequest post = {.body = STR("{}")};
    CHECK_STR(ask(client, &a, loopback_port(l), post).body, "hi");
    HttpReply second = ask(client, &a, loopback_port(l), post);
    CHECK_STR(second.body, "yes");
    CHECK_INT(second.sent_again, 1); /* it went out twice, which is told */
    HttpReply third = ask(client, &a, loopback_port(l), post);
    CHECK_STR(third.body, "Connection: close");
    CHECK_INT(third.sent_again, 0);
    CHECK_STR(ask(client, &a, loopback_port(l), post).body, "end");
    loopback_stop(l);
    CHECK_STR(loopback_request(l, 2), str_z(&a, loopback_request(l, 1)));
    CHECK_INT(loopback_connections(l), 3);
    http_client_free(client);
    loopback_free(l);
}

TEST(http_sends_bodies_larger_than_the_socket_takes_at_once)
{
    enum { LARGE = 12 << 20 };
    static const char *const replies[] = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                                          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"};
    for (size_t i = 0; i < COUNT(hosts); i++) {
        SCOPED_ARENA(a);
        Loopback *l = loopback_start(replies, 2);
        HttpClient *client = open_client();
        char *body = arena_alloc(&a, LARGE);
        for (size_t at = 0; at < LARGE; at++)
            body[at] = (char)('a' + at % 23);
        for (int round = 0; round < 2; round++) {
            HttpReply r = ask_at(client, &a, hosts[i], loopback_port(l),
                                 (HttpRequest){.body = {body, LARGE}});
            CHECK_STR(r.body, "hi");
        }
        loopback_stop(l);
        for (size_t n = 0; n < 2; n++)
            CHECK(str_ends(loopback_request(l, n), (Str){body, LARGE}));
        http_client_free(client);
        loopback_free(l);
    }
}

TEST(http_goes_through_the_proxy_every_time)
{
    SCOPED_ARENA(a);
    static const char *const replies[] = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                                          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nho"};
    Loopback *l = loopback_start(replies, 2);
    Str proxy = str_printf(&a, "http://127.0.0.1:%d", loopback_port(l));
    CHECK(setenv("http_proxy", proxy.ptr, 1) == 0);
    HttpClient *client = open_client();
    for (size_t i = 0; i < 2; i++) {
        HttpRequest get = {
            .method = "GET", .url = "http://192.0.2.1/v1", .arena = &a, .timeout = 20};
        CHECK_STR(wait_for(client, &get).body, i ? "ho" : "hi");
        CHECK(str_starts(loopback_request(l, i), STR("GET http://192.0.2.1/v1 HTTP/1.1\r\n")));
    }
    CHECK(unsetenv("http_proxy") == 0);
    http_client_free(client);
    loopback_stop(l);
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
        {"HTTP/1.1 200 OK\r\nConnection: reset\r\n\r\nto the", HTTP_CUT},
    };
    SCOPED_ARENA(a);
    int port = 0;
    for (size_t i = 0; i < COUNT(cases) * COUNT(hosts); i++) {
        size_t n = i / COUNT(hosts);
        HttpClient *client =
            open_client(); /* each its own: a client goes directly to few servers */
        Loopback *l = loopback_start(&cases[n].reply, 1);
        port = loopback_port(l);
        HttpReply r =
            ask_at(client, &a, hosts[i % COUNT(hosts)], port, (HttpRequest){.body = STR("{}")});
        loopback_stop(l);
        loopback_free(l);
        http_client_free(client);
        if (r.fault != cases[n].fault)
            test_fail(__FILE__, __LINE__, "case %zu: fault %d (%s)", i, (int)r.fault,
                      r.problem ? r.problem : "");
        CHECK((r.problem != NULL) == (r.fault != HTTP_OK));
    }
    HttpClient *client = open_client();
    for (size_t i = 0; i < COUNT(hosts); i++) {
        HttpReply r = ask_at(client, &a, hosts[i], port, (HttpRequest){.body = STR("{}")});
        CHECK_INT(r.fault, HTTP_UNREACHED);
        CHECK_INT(r.status, 0);
        CHECK(r.problem != NULL);
    }
    http_client_free(client);
}

TEST(http_limits_the_size_and_the_time_of_a_reply)
{
    SCOPED_ARENA(a);
    StrBuf huge = strbuf_make(&a, LIMIT_REPLY + MIB);
    strbuf_adds(&huge, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    size_t more = LIMIT_REPLY + 1;
    memset(strbuf_reserve(&huge, more), 'x', more);
    huge.len += more;
    huge.ptr[huge.len] = 0;
    const char *replies[] = {huge.ptr, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"};
    for (size_t i = 0; i < COUNT(hosts); i++) {
        Loopback *l = loopback_start(replies, 2);
        HttpClient *client = open_client();
        int port = loopback_port(l);
        CHECK_INT(ask_at(client, &a, hosts[i], port, (HttpRequest){.body = STR("1")}).fault,
                  HTTP_TOO_LARGE);
        HttpRequest brief = {.body = STR("2"), .timeout = 0.05};
        CHECK_INT(ask_at(client, &a, hosts[i], port, brief).fault, HTTP_TIMEOUT);
        http_client_free(client); /* hangs up, which ends the server's wait */
        loopback_stop(l);
        loopback_free(l);
    }
}

/* Asked directly, each would go to another server than the one that is named: port 80 of the
 * number, or the port's beginning. */
TEST(http_asks_no_server_whose_name_only_begins_with_a_number)
{
    static const char *const replies[] = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"};
    static const char *const after_port[] = {"x/v1", "./v1"};
    SCOPED_ARENA(a);
    Loopback *l = loopback_start(replies, 1);
    HttpClient *client = open_client();
    for (size_t i = 0; i < COUNT(after_port); i++) {
        Err err = {0};
        HttpReply reply = {0};
        Str url = str_printf(&a, "http://127.0.0.1:%d%s", loopback_port(l), after_port[i]);
        HttpRequest get = {.method = "GET", .url = url.ptr, .arena = &a, .timeout = 20};
        Status status = http_send(client, &get, &err);
        CHECK(status != OK || (http_poll(client, 5, &reply, 1) == 1 && reply.fault != HTTP_OK));
    }
    CHECK_STR(ask(client, &a, loopback_port(l), (HttpRequest){.body = STR("{}")}).body, "hi");
    http_client_free(client);
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
    static const char *const replies[] = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
        "HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\nbad",
    };
    for (size_t i = 0; i < COUNT(hosts); i++) {
        SCOPED_ARENA(a);
        HttpClient *client = open_client();
        Loopback *l = loopback_start(replies, 2);
        StrBuf got = strbuf_make(&a, 100);
        HttpRequest request = {.body = STR("{}"), .on_data = count_pieces, .user = &got};
        HttpReply r = ask_at(client, &a, hosts[i], loopback_port(l), request);
        CHECK_STR(r.body, "abcde");
        CHECK(r.user == &got);
        r = ask_at(client, &a, hosts[i], loopback_port(l), request);
        CHECK_STR(r.body, "bad");
        CHECK_STR(strbuf_str(&got), "abcde");
        http_client_free(client);
        loopback_stop(l);
        loopback_free(l);
    }
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
