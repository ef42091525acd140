/* sse.c - reads server-sent events from pieces cut anywhere. */
#include "base/limits.h"
#include "net/http.h"

SseParser sse_parser(Arena *arena)
{
    return (SseParser){.line = strbuf_make(arena, LIMIT_REPLY),
                       .data = strbuf_make(arena, LIMIT_REPLY)};
}

static void dispatch(SseParser *p, SseOnEvent on_event, void *user)
{
    Str data = strbuf_str(&p->data);
    if (data.len)
        on_event(user, p->name, str_slice(data, 0, data.len - 1)); /* without the last newline */
    strbuf_clear(&p->data);
    p->name = (Str){0};
}

static void set_name(SseParser *p, Str name)
{
    size_t len = name.len < sizeof p->name_room ? name.len : sizeof p->name_room;
    if (len)
        memcpy(p->name_room, name.ptr, len);
    p->name = (Str){p->name_room, len};
}

static void take_line(SseParser *p, Str line, SseOnEvent on_event, void *user)
{
    if (!p->begun && str_starts(line, STR("\xEF\xBB\xBF")))
        line = str_after(line, 3);
    p->begun = true;
    if (!line.len) {
        dispatch(p, on_event, user);
        return;
    }
    ptrdiff_t colon = str_find_char(line, ':');
    if (colon == 0)
        return; /* a comment, sent to keep the connection alive */
    Str field = colon < 0 ? line : str_slice(line, 0, (size_t)colon);
    Str value = colon < 0 ? str_from(NULL) : str_after(line, (size_t)colon + 1);
    if (str_starts(value, STR(" ")))
        value = str_after(value, 1);
    if (str_eq(field, STR("data"))) {
        strbuf_add(&p->data, value);
        strbuf_addc(&p->data, '\n');
    } else if (str_eq(field, STR("event"))) {
        set_name(p, value);
    } else if (str_eq(field, STR("error"))) {
        /* not in the standard: llama.cpp reports failures in a field of that name */
        on_event(user, field, value);
    }
    p->too_large |= p->data.failed;
}

static size_t line_end(Str text, size_t from)
{
    while (from < text.len && text.ptr[from] != '\n' && text.ptr[from] != '\r')
        from++;
    return from;
}

void sse_feed(SseParser *p, Str piece, SseOnEvent on_event, void *user)
{
    for (size_t at = 0; at < piece.len && !p->too_large;) {
        if (p->after_cr && piece.ptr[at] == '\n') {
            p->after_cr = false;
            at++;
            continue;
        }
        p->after_cr = false;
        size_t end = line_end(piece, at);
        Str part = str_slice(piece, at, end);
        if (end == piece.len) {
            strbuf_add(&p->line, part);
            p->too_large |= p->line.failed;
            return;
        }
        p->after_cr = piece.ptr[end] == '\r';
        at = end + 1;
        if (!p->line.len) {
            take_line(p, part, on_event, user);
            continue;
        }
        strbuf_add(&p->line, part);
        p->too_large |= p->line.failed;
        take_line(p, strbuf_str(&p->line), on_event, user);
        strbuf_clear(&p->line);
    }
}

void sse_end(SseParser *p, SseOnEvent on_event, void *user)
{
    if (p->too_large)
        return;
    if (p->line.len) {
        take_line(p, strbuf_str(&p->line), on_event, user);
        strbuf_clear(&p->line);
    }
    dispatch(p, on_event, user);
}
