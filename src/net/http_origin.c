/* http_origin.c - which servers may be asked directly, and where they are. */
#include "net/http_private.h"

#include <arpa/inet.h>

/* The part of a URL that names its server, when requests to it may go directly at all. */
static Str prefix_of(const HttpClient *c, const char *url)
{
    static const char *const local[] = {"localhost", "127.0.0.1", "[::1]"};
    Str all = str_from(url);
    if (!str_starts(all, STR("http://")))
        return (Str){0};
    size_t end = 7;
    while (end < all.len && !strchr("/?#", all.ptr[end]))
        end++;
    Str authority = str_slice(all, 7, end);
    for (size_t i = 7; i < all.len; i++) /* odd addresses are libcurl's */
        if (all.ptr[i] <= ' ' || strchr("@#\\\x7f", all.ptr[i]) || (i == end && all.ptr[i] == '?'))
            return (Str){0};
    if (str_ends(authority, STR(":80")) || end >= sizeof c->origins[0].prefix)
        return (Str){0};
    bool near = false;
    for (size_t i = 0; i < COUNT(local); i++) {
        Str host = str_from(local[i]);
        near = near || (str_starts(authority, host) &&
                        (authority.len == host.len || authority.ptr[host.len] == ':'));
    }
    if (c->proxied && !near)
        return (Str){0};
    return str_slice(all, 0, end);
}

static bool read_address(Origin *o, const char *ip, long port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    o->address_len = 0;
    if (port <= 0 || port > UINT16_MAX)
        return false;
    if (inet_pton(AF_INET, ip, &v4.sin_addr) == 1) {
        memcpy(&o->address, &v4, sizeof v4);
        o->address_len = sizeof v4;
    } else if (inet_pton(AF_INET6, ip, &v6.sin6_addr) == 1) {
        memcpy(&o->address, &v6, sizeof v6);
        o->address_len = sizeof v6;
    }
    return o->address_len > 0;
}

/* "http://10.0.0.7:8000" needs nobody to look it up. */
static void read_numeric(Origin *o)
{
    char address[INET_ADDRSTRLEN] = "";
    int64_t port = 80;
    Str rest = str_after(str_from(o->prefix), strlen("http://")), host = str_split(&rest, ':');
    if (host.len >= sizeof address || (rest.ptr && !str_to_int(rest, &port)))
        return; /* "10.0.0.7-lab" is a name, and "10.0.0.7:80x" nothing */
    memcpy(address, host.ptr, host.len);
    read_address(o, address, (long)port);
}

Origin *direct_origin(HttpClient *c, const char *url)
{
    for (size_t i = 0; i < c->n_origins; i++) {
        size_t len = strlen(c->origins[i].prefix);
        if (strncmp(url, c->origins[i].prefix, len) == 0 && (url[len] == '/' || !url[len]))
            return &c->origins[i];
    }
    Str prefix = prefix_of(c, url);
    if (!prefix.len || c->n_origins == MAX_ORIGINS)
        return NULL;
    Origin *o = &c->origins[c->n_origins++];
    memcpy(o->prefix, prefix.ptr, prefix.len);
    read_numeric(o);
    return o;
}

void direct_learn(HttpClient *c, const char *url, const char *ip, long port)
{
    Origin *o = direct_origin(c, url);
    if (o && !o->address_len)
        read_address(o, ip, port);
}
