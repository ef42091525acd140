/* err.c - recording failures without allocating. */
#include "base/base.h"

#include <stdarg.h>

Status(err_set)(Err *err, Status code, const char *fmt, ...)
{
    if (!err)
        return code;
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, args);
    va_end(args);
    err->code = code;
    return code;
}

Status(err_wrap)(Err *err, const char *fmt, ...)
{
    if (!err)
        return E_IO;
    char old[sizeof err->msg];
    memcpy(old, err->msg, sizeof old);
    va_list args;
    va_start(args, fmt);
    int used = vsnprintf(err->msg, sizeof err->msg, fmt, args);
    va_end(args);
    size_t at = used < 0 ? 0 : (size_t)used;
    if (at + 2 < sizeof err->msg) {
        memcpy(err->msg + at, ": ", 2);
        memccpy(err->msg + at + 2, old, 0, sizeof err->msg - at - 2);
        err->msg[sizeof err->msg - 1] = 0;
    }
    return err->code;
}

int status_exit(Status status)
{
    if (status == OK)
        return 0;
    return status == E_USAGE ? 2 : 1;
}
