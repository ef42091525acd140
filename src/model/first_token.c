/* first_token.c - watches a stream until it says something. */
#include "model/first_token.h"

#include "base/json.h"

typedef struct FirstToken {
    SseParser sse;
    Arena *arena;
    double now, at; /* at < 0: not yet */
} FirstToken;

/* Where the dialects put a piece of text. */
static const char *const places[] = {
    "choices.0.text",
    "choices.0.delta.content",
    "choices.0.delta.reasoning_content",
    "choices.0.delta.reasoning",
    "delta.text",
    "delta.thinking",
};

static void on_event(void *user, Str name, Str data)
{
    FirstToken *f = user;
    Json value;
    (void)name;
    if (f->at >= 0 || json_parse(f->arena, str_trim(data), &value, NULL) != OK)
        return;
    for (size_t i = 0; i < COUNT(places); i++)
        if (json_text(json_path(&value, places[i])).len)
            f->at = f->now;
}

static void on_data(void *user, Str piece, double seconds)
{
    FirstToken *f = user;
    if (f->at >= 0)
        return;
    f->now = seconds;
    sse_feed(&f->sse, piece, on_event, f);
}

void first_token_watch(HttpRequest *http, Arena *arena)
{
    FirstToken *f = ARENA_NEW(arena, FirstToken);
    *f = (FirstToken){.sse = sse_parser(arena), .arena = arena, .at = -1};
    http->on_data = on_data;
    http->user = f;
}

double first_token_at(const HttpReply *reply)
{
    const FirstToken *f = reply->user;
    return f ? f->at : -1;
}
