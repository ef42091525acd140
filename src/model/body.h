/* body.h - JSON bodies of requests, into which settings and tasks may speak. Private to model/. */
#ifndef MODEL_BODY_H
#define MODEL_BODY_H

#include "base/json.h"

/* The object being written, and the `extra` of the model's settings and of the request: a field
 * that one of them names is not written by us. */
typedef struct BodyWriter {
    JsonWriter json;
    const Json *model_extra, *request_extra; /* objects, or NULL */
} BodyWriter;

/* Writes the key of a field unless an `extra` speaks of it; true when the value is to follow. */
bool body_field(BodyWriter *w, const char *name);
void body_int(BodyWriter *w, const char *name, int64_t value);
void body_double(BodyWriter *w, const char *name, double value); /* negative: not sent */

/* The fields of both; the request's replace the model's, null leaves a field out. */
void body_extra(BodyWriter *w);

#endif
