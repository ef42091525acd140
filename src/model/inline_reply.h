/* inline_reply.h - what the providers that answer in the calling thread share. */
#ifndef MODEL_INLINE_REPLY_H
#define MODEL_INLINE_REPLY_H

#include "model/model.h"

/* A reply with nothing known, to be filled. */
ModelReply inline_reply(ReplyState state);

/* A failed one with words for it. */
ModelReply inline_failure(Arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
