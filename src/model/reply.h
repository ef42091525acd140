/* reply.h - what the replies of all remote models have in common. Private to model/.
 *
 * A provider's parse begins with reply_begin, leaves faults to reply_fault, and ends with
 * reply_end. All texts are in the request's arena. */
#ifndef MODEL_REPLY_H
#define MODEL_REPLY_H

#include "model/errors.h"
#include "model/model.h"

/* A reply that has told nothing yet: to be tried again. */
ModelReply reply_begin(const HttpReply *reply);
/* True when no reply came; `out` says why. */
bool reply_fault(const Model *model, const HttpReply *reply, Arena *arena, ModelReply *out);
/* Notes when the server wants to be asked again. */
void reply_end(const HttpReply *reply, ModelReply *out);

/* The server's error, classified (errors.h). */
void reply_error(const Model *model, const ErrorFacts *facts, Arena *arena, ModelReply *out);
/* To be tried again: `what`, and `detail` when it is not empty. */
void reply_retry(const Model *model, const char *what, Str detail, Arena *arena, ModelReply *out);
/* A body that is no JSON (`why`), or an error status without an error in the body. */
void reply_unread(const Model *model, const HttpReply *reply, const Err *why, Arena *arena,
                  ModelReply *out);

/* One line of text for people: no control characters, no key, not too long. */
Str reply_line(const Model *model, Str text, Arena *arena);

/* What a server's word for the end of a text means. */
FinishReason reply_finish(Str word);

/* Whether the body is server-sent events, by its type or its look. */
bool reply_is_stream(const HttpReply *reply);

#endif
