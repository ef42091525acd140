/* curl_api.c - loads libcurl and looks its functions up. */
#include "net/curl_api.h"

#include <dlfcn.h>

Status curl_api_load(CurlApi *out, Err *err)
{
    /* Never closed: OpenSSL, which it brings, leaves handlers that run at exit. */
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return err_set(err, E_MISSING,
                       "could not load libcurl, which calls to model servers need; install the "
                       "Debian package \"libcurl4\" (%s)",
                       dlerror());
    static const char *const names[] = {
#define X(name) #name,
        CURL_FUNCTIONS(X)
#undef X
    };
    void *found[COUNT(names)];
    _Static_assert(sizeof found == sizeof *out, "one pointer a function");
    for (size_t i = 0; i < COUNT(names); i++) {
        found[i] = dlsym(library, names[i]);
        if (!found[i])
            return err_set(err, E_MISSING,
                           "the installed libcurl has no \"%s\"; install the Debian package "
                           "\"libcurl4\" 7.88 or newer",
                           names[i]);
    }
    CurlApi api;
    memcpy(&api, found, sizeof api);
    CURLcode failed = api.curl_global_init(CURL_GLOBAL_DEFAULT);
    if (failed)
        return err_set(err, E_IO, "could not prepare libcurl: %s", api.curl_easy_strerror(failed));
    *out = api;
    return OK;
}
