/* curl_api.h - libcurl found at run time.
 *
 * Linking libcurl would cost every command about 6 ms at start for its thirty shared
 * libraries, also those that never open a connection. Its headers are used at build time,
 * the library is loaded by the first transfer that goes through it. */
#ifndef NET_CURL_API_H
#define NET_CURL_API_H

#include "base/base.h"

#define CURL_DISABLE_TYPECHECK /* its macros would take the names of the members below */
#include <curl/curl.h>

#define CURL_FUNCTIONS(X)                                                                          \
    X(curl_global_init)                                                                            \
    X(curl_easy_init)                                                                              \
    X(curl_easy_setopt)                                                                            \
    X(curl_easy_getinfo)                                                                           \
    X(curl_easy_cleanup)                                                                           \
    X(curl_easy_strerror)                                                                          \
    X(curl_slist_append)                                                                           \
    X(curl_slist_free_all)                                                                         \
    X(curl_multi_init)                                                                             \
    X(curl_multi_setopt)                                                                           \
    X(curl_multi_add_handle)                                                                       \
    X(curl_multi_remove_handle)                                                                    \
    X(curl_multi_socket_action)                                                                    \
    X(curl_multi_info_read)                                                                        \
    X(curl_multi_strerror)                                                                         \
    X(curl_multi_cleanup)

/* Members carry the library's own names and types. */
typedef struct CurlApi {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a member */
#define X(name) __typeof__(name) *name;
    CURL_FUNCTIONS(X)
#undef X
} CurlApi;

/* Loads libcurl (once a process; later calls are cheap) and prepares it. E_MISSING names
 * the package to install. Callable from any thread. */
Status curl_api_load(CurlApi *out, Err *err) MUST_CHECK;

#endif
