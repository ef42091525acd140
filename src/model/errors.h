/* errors.h - what a model server's error means: try again, give up, or an answer of its own. */
#ifndef MODEL_ERRORS_H
#define MODEL_ERRORS_H

#include "base/json.h"

/* An error as the server worded it. Members are empty when not given. */
typedef struct ErrorFacts {
    int status; /* HTTP status, or the one named in the body of a 200 */
    Str code, type, message;
    Str raw; /* the whole body */
} ErrorFacts;

typedef enum ErrorVerdict {
    ERROR_RETRY,
    ERROR_RATE,         /* RETRY, slower */
    ERROR_FAILED,       /* this request will never work */
    ERROR_FATAL,        /* no request will */
    ERROR_FILTERED,     /* a content filter stopped the prompt or the answer */
    ERROR_REFUSED_ECHO, /* the server does not give logprobs of the prompt */
} ErrorVerdict;

/* Whether `root` is or holds an error; fills what it says. Understands objects, flat
 * objects, strings, lists and JSON inside strings. `status` is the HTTP status. */
bool error_find(const Json *root, int status, Arena *arena, ErrorFacts *out);

ErrorVerdict error_classify(const ErrorFacts *facts);

enum { LONGEST_RETRY_AFTER = 120 }; /* seconds; servers have asked for days */

/* Seconds until the server wants to be asked again, by its headers or its words; < 0 when
 * it does not say. Dates count from the reply's own Date, else from `now` (Unix seconds). */
double error_retry_after(Str headers, Str body, int64_t now);

#endif
