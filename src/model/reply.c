/* reply.c - what replies of all remote models have in common: faults, errors, ends. */
#include "model/reply.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "model/first_token.h"

#include <ctype.h>

enum {
    LINE_LIMIT = 600,  /* bytes of an error shown to people */
    SHOWN_BODY = 4096, /* of a body that is not JSON */
};

/* ---- errors ---- */

static void add_scrubbed(StrBuf *line, Str text, const char *key)
{
    Str secret = str_from(key);
    while (text.len) {
        ptrdiff_t at = secret.len ? str_find(text, secret) : -1;
        strbuf_add(line, at < 0 ? text : str_slice(text, 0, (size_t)at));
        if (at < 0)
            return;
        strbuf_adds(line, "[key]");
        text = str_after(text, (size_t)at + secret.len);
    }
}

Str reply_line(const Model *model, Str text, Arena *arena)
{
    StrBuf line = strbuf_make(arena, SIZE_MAX / 2);
    bool space = false;
    text = str_trim(utf8_clean(arena, str_slice(text, 0, 64 * KIB)));
    for (size_t i = 0; i < text.len; i++) {
        bool blank = iscntrl((unsigned char)text.ptr[i]) || text.ptr[i] == ' ';
        if (!blank || !space)
            strbuf_addc(&line, (char)(blank ? ' ' : text.ptr[i]));
        space = blank;
    }
    StrBuf clean = strbuf_make(arena, SIZE_MAX / 2);
    add_scrubbed(&clean, strbuf_str(&line), model->key);
    Str all = strbuf_str(&clean);
    if (all.len <= LINE_LIMIT)
        return all;
    size_t end = LINE_LIMIT;
    while (end && ((unsigned char)all.ptr[end] & 0xC0) == 0x80)
        end--;
    return str_printf(arena, "%.*s...", (int)end, all.ptr);
}

static const char *advice(const ErrorFacts *f, ErrorVerdict verdict)
{
    if (verdict == ERROR_REFUSED_ECHO)
        return "; this server gives no log-probabilities of the prompt: set \"score\": "
               "\"top_logprobs\" to compare answer letters, use a generative form of the task, "
               "or a server with echo such as vLLM, or a local: model";
    if (f->status == 404)
        return "; check the address (it usually ends in /v1) and the model's name";
    return "";
}

/* Names the environment variable that holds the key, or should. */
static Str key_advice(const ErrorFacts *f, const Model *model, Arena *arena)
{
    const Str name =
        model->spec.key_env.len ? model->spec.key_env : str_from(model->provider->default_key_env);
    if (f->status != 401 || !name.len)
        return STR("");
    return str_printf(arena, model->key ? "; the key was taken from %.*s" : "; set the key in %.*s",
                      (int)name.len, name.ptr);
}

void reply_error(const Model *model, const ErrorFacts *f, Arena *arena, ModelReply *out)
{
    ErrorVerdict verdict = error_classify(f);
    Str words = f->message.len ? f->message : f->code.len ? f->code : f->type;
    StrBuf line = strbuf_make(arena, LIMIT_REPLY * 2);
    if (out->status && out->status != 200)
        strbuf_addf(&line, "HTTP %d: ", out->status);
    strbuf_add(&line, words.len ? words : STR("the server reported an error without words"));
    if (f->code.len && words.ptr != f->code.ptr && str_find(words, f->code) < 0)
        strbuf_addf(&line, " (" STR_FMT ")", STR_ARG(f->code));
    Str shown = reply_line(model, strbuf_str(&line), arena);
    out->error = str_printf(arena, "%s%s%s", str_z(arena, shown), advice(f, verdict),
                            str_z(arena, key_advice(f, model, arena)));
    out->fatal = verdict == ERROR_FATAL || verdict == ERROR_REFUSED_ECHO;
    out->rate_limited = verdict == ERROR_RATE;
    out->state = verdict == ERROR_RETRY || verdict == ERROR_RATE ? REPLY_RETRY : REPLY_FAILED;
    if (verdict == ERROR_FILTERED) {
        out->state = REPLY_OK;
        out->finish = FINISH_FILTERED;
        out->finish_raw = reply_line(model, f->code.len ? f->code : f->type, arena);
    }
}

void reply_retry(const Model *model, const char *what, Str detail, Arena *arena, ModelReply *out)
{
    StrBuf line = strbuf_make(arena, LIMIT_REPLY * 2);
    strbuf_adds(&line, what);
    if (detail.len) {
        strbuf_adds(&line, ": ");
        strbuf_add(&line, str_slice(detail, 0, SHOWN_BODY));
    }
    out->state = REPLY_RETRY;
    out->error = reply_line(model, strbuf_str(&line), arena);
}

static bool fault(const Model *model, const HttpReply *reply, Arena *arena, ModelReply *out)
{
    static const char *const words[] = {
        [HTTP_OK] = "",
        [HTTP_UNREACHED] = "could not reach the server",
        [HTTP_CUT] = "the connection ended before the reply was complete",
        [HTTP_TIMEOUT] = "no reply in time",
        [HTTP_TOO_LARGE] = "the reply is too large",
    };
    if (reply->fault == HTTP_OK)
        return false;
    Str where =
        str_printf(arena, "%s (%s)", reply->problem ? reply->problem : "no details", model->url);
    reply_retry(model, words[reply->fault], where, arena, out);
    if (reply->fault == HTTP_TOO_LARGE)
        out->state = REPLY_FAILED;
    return true;
}

static void unread(const Model *model, const HttpReply *reply, const Err *why, Arena *arena,
                   ModelReply *out)
{
    if (reply->status >= 200 && reply->status < 300) {
        reply_retry(model, "the reply is not JSON",
                    reply->body.len ? str_from(why->msg) : STR("it is empty"), arena, out);
        return;
    }
    ErrorFacts facts = {.status = reply->status,
                        .message = str_slice(str_trim(reply->body), 0, SHOWN_BODY),
                        .raw = reply->body};
    if (!facts.message.len)
        facts.message = STR("an empty reply");
    reply_error(model, &facts, arena, out);
}

/* ---- beginning and end ---- */

static const struct {
    const char *word;
    FinishReason reason;
} finishes[] = {
    {"stop", FINISH_STOP},
    {"eos", FINISH_STOP},
    {"eos_token", FINISH_STOP},
    {"stop_sequence", FINISH_STOP},
    {"end_turn", FINISH_STOP},
    {"length", FINISH_LENGTH},
    {"max_tokens", FINISH_LENGTH},
    {"model_context_window_exceeded", FINISH_LENGTH},
    {"refusal", FINISH_REFUSED},
    {"content_filter", FINISH_FILTERED},
    {"content_filtered", FINISH_FILTERED},
    {"sensitive", FINISH_FILTERED},
    {"safety", FINISH_FILTERED},
    {"prohibited_content", FINISH_FILTERED},
    {"blocklist", FINISH_FILTERED},
    {"recitation", FINISH_FILTERED},
};

FinishReason reply_finish(Str word)
{
    for (size_t i = 0; i < COUNT(finishes); i++)
        if (str_eq_nocase(word, str_from(finishes[i].word)))
            return finishes[i].reason;
    return FINISH_OTHER;
}

static bool is_stream(const HttpReply *reply)
{
    Str type = http_header(reply->headers, "content-type");
    if (str_starts(type, STR("text/event-stream")))
        return true;
    if (str_starts(type, STR("application/json")))
        return false;
    return str_starts(reply->body, STR("data:")) || str_starts(reply->body, STR("event:")) ||
           str_starts(reply->body, STR("error:")) || str_starts(reply->body, STR(":"));
}

static ModelReply begin(const HttpReply *reply)
{
    return (ModelReply){.state = REPLY_RETRY,
                        .retry_after = -1,
                        .first_token = -1,
                        .prompt_tokens = -1,
                        .completion_tokens = -1,
                        .finish = FINISH_OTHER,
                        .seconds = reply->seconds,
                        .status = reply->status};
}

static void end(const HttpReply *reply, ModelReply *out)
{
    if (out->state == REPLY_RETRY)
        out->retry_after = error_retry_after(reply->headers, reply->body, clock_unix_ms() / 1000);
}

ReplyParts reply_parts(const Model *model, const HttpReply *reply, Arena *arena, ModelReply *out)
{
    *out = begin(reply);
    out->first_token = first_token_at(reply);
    return (ReplyParts){.model = model,
                        .arena = arena,
                        .out = out,
                        .raw = reply->body,
                        .text = strbuf_make(arena, LIMIT_REPLY),
                        .reasoning = strbuf_make(arena, LIMIT_REPLY)};
}

static void read_stream(const HttpReply *reply, const ReplyDialect *d, ReplyParts *p)
{
    SseParser sse = sse_parser(p->arena);
    sse_feed(&sse, reply->body, d->event, p);
    sse_end(&sse, d->event, p);
    if (p->error)
        return;
    if (d->is_complete(p, true))
        d->conclude(p);
    else
        reply_retry(p->model, "the stream ended before the answer was complete", (Str){0}, p->arena,
                    p->out);
}

static void read_body(const HttpReply *reply, const ReplyDialect *d, ReplyParts *p)
{
    Json root;
    Err err = {0};
    Status status = json_parse(p->arena, str_trim(reply->body), &root, &err);
    if (status == OK && d->value(p, &root, reply->status))
        return;
    if (status != OK || reply->status >= 300 || reply->status < 200)
        unread(p->model, reply, &err, p->arena, p->out);
    else if (d->is_complete(p, false))
        d->conclude(p);
    else
        reply_retry(p->model, str_printf(p->arena, "the reply has no \"%s\"", d->missing).ptr,
                    reply->body, p->arena, p->out);
}

void reply_read(const HttpReply *reply, const ReplyDialect *dialect, ReplyParts *parts)
{
    if (fault(parts->model, reply, parts->arena, parts->out))
        return;
    if (reply->status >= 200 && reply->status < 300 && is_stream(reply))
        read_stream(reply, dialect, parts);
    else
        read_body(reply, dialect, parts);
    end(reply, parts->out);
}
