/* inline_reply.c - replies of providers that answer in the calling thread. */
#include "model/inline_reply.h"

ModelReply inline_reply(ReplyState state)
{
    return (ModelReply){.state = state,
                        .retry_after = -1,
                        .first_token = -1,
                        .prompt_tokens = -1,
                        .completion_tokens = -1};
}

ModelReply inline_failure(Arena *arena, const char *fmt, ...)
{
    ModelReply reply = inline_reply(REPLY_FAILED);
    StrBuf words = strbuf_make(arena, SIZE_MAX / 2);
    va_list args;
    va_start(args, fmt);
    strbuf_addv(&words, fmt, args);
    va_end(args);
    reply.error = strbuf_str(&words);
    return reply;
}
