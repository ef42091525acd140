/* reply.h - what the replies of all remote models have in common. Private to model/.
 *
 * A provider's parse is reply_parts and reply_read with its dialect. All texts are in the request's
 * arena. */
#ifndef MODEL_REPLY_H
#define MODEL_REPLY_H

#include "model/errors.h"
#include "model/model.h"

/* The server's error, classified (errors.h). */
void reply_error(const Model *model, const ErrorFacts *facts, Arena *arena, ModelReply *out);
/* To be tried again: `what`, and `detail` when it is not empty. */
void reply_retry(const Model *model, const char *what, Str detail, Arena *arena, ModelReply *out);
/* One line of text for people: no control characters, no key, not too long. */
Str reply_line(const Model *model, Str text, Arena *arena);

/* What a server's word for the end of a text means. */
FinishReason reply_finish(Str word);

/* What every dialect gathers from a body or from the events of a stream; a dialect's own struct
 * begins with it. */
typedef struct ReplyParts {
    const Model *model;
    Arena *arena;
    ModelReply *out;
    StrBuf text, reasoning;
    bool error; /* `out` tells of one: the rest is ignored */
    Str raw;    /* the body */
} ReplyParts;

/* How a dialect reads; all take its own struct. */
typedef struct ReplyDialect {
    void (*event)(void *parts, Str name, Str data); /* of a stream */
    /* One whole body; true when it was an error, which `out` tells of then. */
    bool (*value)(ReplyParts *parts, const Json *value, int status);
    bool (*is_complete)(const ReplyParts *parts, bool stream); /* what was gathered is an answer */
    void (*conclude)(ReplyParts *parts);                       /* the gathered parts as the reply */
    const char *missing; /* what a whole body that is not complete lacks: "choices" */
} ReplyDialect;

/* A provider's parse: makes parts (of a dialect's own struct) and reads. */
ReplyParts reply_parts(const Model *model, const HttpReply *reply, Arena *arena, ModelReply *out);
void reply_read(const HttpReply *reply, const ReplyDialect *dialect, ReplyParts *parts);

#endif
