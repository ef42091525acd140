/* anthropic.c - the anthropic provider: the Messages dialect (version 2023-06-01).
 *
 * It generates only: the dialect has no log-probabilities. Stop strings of white space alone are
 * refused by the server and left out; the last message may be the assistant's, which the model
 * then continues, without white space at its end. */
#include "base/limits.h"
#include "base/utf8.h"
#include "model/body.h"
#include "model/first_token.h"
#include "model/providers.h"
#include "model/remote.h"
#include "model/reply.h"

enum { DEFAULT_MAX_TOKENS = 1024 }; /* the field is required */

typedef struct Anthropic {
    const char *url;
    const char *const *headers;
    const Json *extra; /* from the settings, or NULL */
    bool stream;
} Anthropic;

static Status anthropic_open(Arena *arena, const ModelSpec *spec, Model *model, Err *err)
{
    static const char *const headers[] = {"anthropic-version: 2023-06-01", NULL};
    const RemoteAuth auth = {
        .base_env = "ANTHROPIC_BASE_URL",
        .official_host = "api.anthropic.com",
        .key_header = "x-api-key",
        .key_prefix = "",
        .headers = headers,
    };
    Anthropic *o = ARENA_NEW(arena, Anthropic);
    Remote remote;
    TRY(remote_open(arena, spec, &provider_anthropic, &auth, &remote, err));
    *o = (Anthropic){
        .url = remote_endpoint(arena, remote.base, "/v1/messages"),
        .headers = remote.headers,
        .extra = json_get(&spec->settings, "extra"),
        .stream = json_bool(json_get(&spec->settings, "stream"), false),
    };
    model->chat = true;
    model->url = remote_endpoint(arena, remote.base, "");
    model->identity = str_from(model->url);
    model->key = remote.key;
    model->private_data = o;
    return OK;
}

/* ---- requests ---- */

static void write_message(BodyWriter *w, Str role, const Json *content, bool last)
{
    bool text = json_is(content, JSON_STRING);
    json_begin(&w->json, '{');
    json_key(&w->json, "role");
    json_write_str(&w->json, role);
    json_key(&w->json, "content");
    if (text && last && str_eqc(role, "assistant"))
        json_write_str(&w->json, utf8_rstrip(content->text));
    else
        json_write(&w->json, content);
    json_end(&w->json, '}');
}

/* System messages stand apart in this dialect. */
static void write_messages(BodyWriter *w, const ModelRequest *r, Arena *arena)
{
    StrBuf system = strbuf_make(arena, LIMIT_PROMPT);
    const Json *list = r->messages;
    const Json plain = json_str(r->prompt);
    if (body_field(w, "messages")) {
        json_begin(&w->json, '[');
        for (uint32_t i = 0; list && i < list->len; i++) {
            Str role = json_text(json_get(&list->items[i], "role"));
            const Json *content = json_get(&list->items[i], "content");
            if (!str_eqc(role, "system") && content)
                write_message(w, role, content, i + 1 == list->len);
        }
        if (!list)
            write_message(w, STR("user"), &plain, true);
        json_end(&w->json, ']');
    }
    for (uint32_t i = 0; list && i < list->len; i++) {
        if (!str_eqc(json_text(json_get(&list->items[i], "role")), "system"))
            continue;
        if (system.len)
            strbuf_adds(&system, "\n\n");
        strbuf_add(&system, json_text(json_get(&list->items[i], "content")));
    }
    if (system.len && body_field(w, "system"))
        json_write_str(&w->json, strbuf_str(&system));
}

static void write_stop(BodyWriter *w, const ModelRequest *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_stop; i++)
        n += utf8_strip(r->stop[i]).len > 0;
    if (!n || !body_field(w, "stop_sequences"))
        return;
    json_begin(&w->json, '[');
    for (size_t i = 0; i < r->n_stop; i++)
        if (utf8_strip(r->stop[i]).len)
            json_write_str(&w->json, r->stop[i]);
    json_end(&w->json, ']');
}

static Status anthropic_build(const Model *model, const ModelRequest *request, Arena *arena,
                              HttpRequest *out, Err *err)
{
    const Anthropic *o = model->private_data;
    StrBuf body = strbuf_make(arena, LIMIT_PROMPT * 8);
    BodyWriter w = {
        .json = json_writer(&body), .model_extra = o->extra, .request_extra = request->extra};
    json_begin(&w.json, '{');
    if (body_field(&w, "model"))
        json_write_str(&w.json, model->spec.model);
    write_messages(&w, request, arena);
    body_int(&w, "max_tokens", request->max_tokens > 0 ? request->max_tokens : DEFAULT_MAX_TOKENS);
    body_double(&w, "temperature", request->temperature);
    body_double(&w, "top_p", request->top_p);
    write_stop(&w, request);
    bool stream = request->stream || o->stream;
    if (stream && body_field(&w, "stream"))
        json_write_bool(&w.json, true);
    body_extra(&w);
    json_end(&w.json, '}');
    TRY(strbuf_check(&body, "the request", err));
    *out = (HttpRequest){.method = "POST",
                         .url = o->url,
                         .headers = o->headers,
                         .body = strbuf_str(&body),
                         .timeout = model->timeout,
                         .arena = arena};
    if (stream)
        first_token_watch(out, arena);
    return OK;
}

/* ---- replies ---- */

typedef struct Gathered {
    ReplyParts parts;      /* first: what reply.c sees */
    bool message, stopped; /* what has been seen */
} Gathered;

static void take_usage(Gathered *g, const Json *usage)
{
    /* Tokens read from a cache or written to one are tokens of the prompt too. */
    static const char *const names[] = {"input_tokens", "cache_creation_input_tokens",
                                        "cache_read_input_tokens"};
    int64_t prompt = -1, completion = json_int(json_get(usage, "output_tokens"), -1);
    for (size_t i = 0; i < COUNT(names); i++) {
        int64_t n = json_int(json_get(usage, names[i]), -1);
        if (n >= 0)
            prompt = (prompt < 0 ? 0 : prompt) + n;
    }
    if (prompt >= 0 && prompt <= INT32_MAX)
        g->parts.out->prompt_tokens = (int)prompt;
    if (completion >= 0 && completion <= INT32_MAX)
        g->parts.out->completion_tokens = (int)completion;
}

static void take_stop(Gathered *g, const Json *holder)
{
    Str word = json_text(json_get(holder, "stop_reason"));
    if (!word.len)
        return;
    g->stopped = true;
    g->parts.out->finish_raw = reply_line(g->parts.model, word, g->parts.arena);
    g->parts.out->finish = reply_finish(word);
}

static void take_message(Gathered *g, const Json *message)
{
    const Json *content = json_get(message, "content");
    g->message = g->message || json_is(content, JSON_ARRAY);
    for (uint32_t i = 0; json_is(content, JSON_ARRAY) && i < content->len; i++) {
        strbuf_add(&g->parts.text, json_text(json_get(&content->items[i], "text")));
        strbuf_add(&g->parts.reasoning, json_text(json_get(&content->items[i], "thinking")));
    }
    Str served = json_text(json_get(message, "model"));
    if (served.len)
        g->parts.out->served_model =
            reply_line(g->parts.model, str_slice(served, 0, 200), g->parts.arena);
    take_usage(g, json_get(message, "usage"));
    take_stop(g, message);
}

static bool take_error(Gathered *g, const Json *value, int status)
{
    ErrorFacts facts = {.raw = g->parts.raw};
    if (!json_get(value, "error") || !error_find(value, status, g->parts.arena, &facts))
        return false;
    if (facts.status < 300) /* inside a stream: its type tells */
        facts.status = str_eqc(facts.type, "overloaded_error")   ? 529
                       : str_eqc(facts.type, "rate_limit_error") ? 429
                                                                 : 500;
    reply_error(g->parts.model, &facts, g->parts.arena, g->parts.out);
    g->parts.error = true;
    return true;
}

static void on_event(void *user, Str name, Str data)
{
    Gathered *g = user;
    Json value;
    (void)name;
    if (g->parts.error || json_parse(g->parts.arena, str_trim(data), &value, NULL) != OK ||
        take_error(g, &value, g->parts.out->status))
        return;
    Str type = json_text(json_get(&value, "type"));
    if (str_eqc(type, "message_start")) {
        take_message(g, json_get(&value, "message"));
    } else if (str_eqc(type, "content_block_delta")) {
        const Json *delta = json_get(&value, "delta");
        strbuf_add(&g->parts.text, json_text(json_get(delta, "text")));
        strbuf_add(&g->parts.reasoning, json_text(json_get(delta, "thinking")));
    } else if (str_eqc(type, "message_delta")) {
        take_stop(g, json_get(&value, "delta"));
        take_usage(g, json_get(&value, "usage"));
    }
}

static void conclude(ReplyParts *g)
{
    ModelReply *out = g->out;
    out->state = REPLY_OK;
    out->text = strbuf_str(&g->text);
    out->reasoning = strbuf_str(&g->reasoning);
    if (out->finish != FINISH_REFUSED)
        return;
    out->error = reply_line(g->model, out->text, g->arena); /* no answer: kept for people */
    out->text = (Str){0};
}

static bool is_complete(const ReplyParts *parts, bool stream)
{
    const Gathered *g = (const Gathered *)parts;
    return g->message && (!stream || g->stopped);
}

static bool take_body(ReplyParts *parts, const Json *value, int status)
{
    Gathered *g = (Gathered *)parts;
    if (take_error(g, value, status))
        return true;
    take_message(g, value);
    return false;
}

static void anthropic_parse(const Model *model, const ModelRequest *request, const HttpReply *reply,
                            Arena *arena, ModelReply *out)
{
    static const ReplyDialect dialect = {on_event, take_body, is_complete, conclude, "content"};
    Gathered g = {.parts = reply_parts(model, reply, arena, out)};
    (void)request;
    reply_read(reply, &dialect, &g.parts);
}

const Provider provider_anthropic = {
    .name = "anthropic",
    .help = "servers that speak Anthropic's Messages dialect",
    .default_url = "https://api.anthropic.com",
    .default_key_env = "ANTHROPIC_API_KEY",
    .open = anthropic_open,
    .can_generate = true,
    .has_chat = true,
    .build = anthropic_build,
    .parse = anthropic_parse,
};
