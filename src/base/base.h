/* base.h - words every other file uses: attributes, status codes, errors. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/banned.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Why a call failed. Each code has one exit status (see status_exit) and, in the
 * server, one HTTP status. */
typedef enum Status {
    OK = 0,
    E_USAGE,    /* the caller asked for something malformed */
    E_PARSE,    /* input text does not follow its format */
    E_MISSING,  /* the named thing does not exist */
    E_CONFLICT, /* it exists already, or changed meanwhile */
    E_DENIED,   /* the caller may not do this */
    E_LIMIT,    /* a size, rate or budget limit was reached */
    E_IO,       /* file, network or database failure */
    E_REMOTE,   /* the model endpoint answered with an error */
} Status;

/* A failure described for people. Fixed size, so reporting never allocates.
 * Messages: lower case, no full stop, the object in quotes, why, and what to do. */
typedef struct Err {
    Status code;
    char msg[1020];
} Err;

/* Records a failure and returns its code, so callers write `return err_set(...)`.
 * `err` may be NULL when the caller does not want the words. */
Status err_set(Err *err, Status code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Puts "context: " before the message already in `err`; returns its code. */
Status err_wrap(Err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

#ifdef ASSAY_ANALYSIS
/* Static analysers look at one file at a time and cannot see that a described failure is never
 * OK; without this they follow paths that cannot be (tools/lint defines the word). */
#define err_set(err, code, ...) ((void)(err_set)((err), (code), __VA_ARGS__), (code))
#define err_wrap(err, ...) ((void)(err_wrap)((err), __VA_ARGS__), E_IO)
#endif

/* The process exit status of a failure: 2 for E_USAGE, else 1; 0 for OK. */
int status_exit(Status status);

/* Returns from the enclosing function when `call` fails. The only macro that
 * changes control flow; use it where nothing is left to release by hand. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        Status try_status_ = (call);                                                               \
        if (try_status_ != OK)                                                                     \
            return try_status_;                                                                    \
    } while (0)

#endif
