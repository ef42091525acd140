/* openai_reply.c - reads what servers of the openai dialect answer. */
#include "base/limits.h"
#include "base/utf8.h"
#include "model/openai.h"
#include "model/reply.h"

/* ---- texts ---- */

/* A message's content: a text, or a list of typed parts. */
static void add_content(StrBuf *text, StrBuf *reasoning, const Json *content)
{
    strbuf_add(text, json_text(content));
    if (!json_is(content, JSON_ARRAY))
        return;
    for (uint32_t i = 0; i < content->len; i++) {
        const Json *part = &content->items[i], *thinking = json_get(part, "thinking");
        strbuf_add(text, json_text(json_get(part, "text")));
        strbuf_add(reasoning, json_text(thinking));
        for (uint32_t k = 0; json_is(thinking, JSON_ARRAY) && k < thinking->len; k++)
            strbuf_add(reasoning, json_text(json_get(&thinking->items[k], "text")));
    }
}

static void add_reasoning(StrBuf *reasoning, const Json *message)
{
    static const char *const names[] = {"reasoning_content", "reasoning", "thinking"};
    for (size_t i = 0; i < COUNT(names); i++) {
        Str text = json_text(json_get(message, names[i]));
        strbuf_add(reasoning, text);
        if (text.len)
            return; /* some servers send the same under two names */
    }
}

/* Ends that mean the server broke off, not the model. */
static const char *const broken_ends[] = {"insufficient_system_resource", "network_error", "abort",
                                          "error"};

/* What is gathered from a body or from the events of a stream. */
typedef struct Gathered {
    ReplyParts parts; /* first: what reply.c sees */
    const ModelRequest *request;
    StrBuf refusal;
    const Json *logprobs;
    bool choice, done; /* what has been seen */
} Gathered;

static void take_finish(Gathered *g, const Json *choice)
{
    Str word = json_text(json_get(choice, "finish_reason"));
    if (json_text(json_get(choice, "moderation_hit_type")).len) /* Ark */
        word = STR("content_filter");
    if (!word.len)
        return;
    g->parts.out->finish_raw = reply_line(g->parts.model, word, g->parts.arena);
    g->parts.out->finish = reply_finish(word);
}

static int count(const Json *usage, const char *name, const char *other)
{
    int64_t n = json_int(json_get(usage, name), -1);
    if (n < 0)
        n = json_int(json_get(usage, other), -1);
    return n < 0 || n > INT32_MAX ? -1 : (int)n;
}

static void take_usage(Gathered *g, const Json *usage)
{
    if (!json_is(usage, JSON_OBJECT))
        return;
    int prompt = count(usage, "prompt_tokens", "input_tokens");
    int completion = count(usage, "completion_tokens", "output_tokens");
    if (prompt >= 0)
        g->parts.out->prompt_tokens = prompt;
    if (completion >= 0)
        g->parts.out->completion_tokens = completion;
}

static void take_choice(Gathered *g, const Json *choice)
{
    if (!json_is(choice, JSON_OBJECT))
        return;
    const Json *message = json_get(choice, "message");
    if (!message)
        message = json_get(choice, "delta");
    g->choice = true;
    strbuf_add(&g->parts.text, json_text(json_get(choice, "text")));
    add_content(&g->parts.text, &g->parts.reasoning, json_get(message, "content"));
    add_reasoning(&g->parts.reasoning, message);
    strbuf_add(&g->refusal, json_text(json_get(message, "refusal")));
    take_finish(g, choice);
    take_usage(g, json_get(choice, "usage")); /* Moonshot's streams */
    const Json *logprobs = json_get(choice, "logprobs");
    if (json_is(logprobs, JSON_OBJECT))
        g->logprobs = logprobs;
}

/* One JSON body or event; true when it was an error. */
static bool take_value(ReplyParts *parts, const Json *value, int status)
{
    Gathered *g = (Gathered *)parts;
    ErrorFacts facts = {.raw = g->parts.raw};
    if (error_find(value, status, g->parts.arena, &facts)) {
        reply_error(g->parts.model, &facts, g->parts.arena, g->parts.out);
        g->parts.error = true;
        return true;
    }
    if (json_is(value, JSON_ARRAY))
        value = json_path(value, "0");
    take_choice(g, json_path(value, "choices.0"));
    take_usage(g, json_get(value, "usage"));
    take_usage(g, json_path(value, "x_groq.usage"));
    Str served = json_text(json_get(value, "model"));
    if (served.len)
        g->parts.out->served_model =
            reply_line(g->parts.model, str_slice(served, 0, 200), g->parts.arena);
    if (str_eqc(json_text(json_path(value, "promptFeedback.blockReason")), "SAFETY")) {
        g->parts.out->finish = FINISH_FILTERED;
        g->choice = true;
    }
    return false;
}

static void on_event(void *user, Str name, Str data)
{
    Gathered *g = user;
    Json value;
    if (g->parts.error || g->done)
        return;
    data = str_trim(data);
    if (str_eqc(data, "[DONE]")) {
        g->done = true;
        return;
    }
    if (json_parse(g->parts.arena, data, &value, NULL) != OK)
        return;
    if (str_eqc(name, "error") && !json_get(&value, "error")) {
        ErrorFacts facts = {.raw = data};
        if (error_find(&value, 500, g->parts.arena, &facts)) {
            int64_t code = json_int(json_get(&value, "code"), 500);
            facts.status = code >= 400 && code < 600 ? (int)code : 500;
            reply_error(g->parts.model, &facts, g->parts.arena, g->parts.out);
            g->parts.error = true;
        }
        return;
    }
    take_value(&g->parts, &value, g->parts.out->status);
}

/* ---- whole replies ---- */

static void score(Gathered *g)
{
    const ModelRequest *r = g->request;
    const OpenAi *o = g->parts.model->private_data;
    Err err = {0};
    Status status;
    if (o->score == SCORE_ECHO)
        status = openai_score_echo(g->logprobs, openai_scored_text(o, r, g->parts.arena),
                                   g->parts.arena, g->parts.out, &err);
    else
        status = openai_score_letters(g->logprobs, r, g->parts.arena, g->parts.out, &err);
    if (status == OK)
        return;
    g->parts.out->state = REPLY_FAILED;
    g->parts.out->fatal = status == E_MISSING; /* the server has no such feature */
    g->parts.out->error = reply_line(g->parts.model, str_from(err.msg), g->parts.arena);
}

/* The gathered parts as the reply. */
static void conclude(ReplyParts *parts)
{
    Gathered *g = (Gathered *)parts;
    ModelReply *out = parts->out;
    for (size_t i = 0; i < COUNT(broken_ends); i++)
        if (str_eqc(out->finish_raw, broken_ends[i])) {
            reply_retry(g->parts.model, "the server broke off", out->finish_raw, g->parts.arena,
                        out);
            out->rate_limited = i == 0;
            return;
        }
    out->state = REPLY_OK;
    out->text = strbuf_str(&g->parts.text);
    out->reasoning = strbuf_str(&g->parts.reasoning);
    if (g->refusal.len && !g->parts.text.len && out->finish != FINISH_FILTERED)
        out->finish = FINISH_REFUSED;
    if (out->finish == FINISH_REFUSED || out->finish == FINISH_FILTERED) {
        /* What was said instead of an answer is no answer: it is kept for people. */
        Str said = g->refusal.len ? strbuf_str(&g->refusal) : out->text;
        out->error = reply_line(g->parts.model, said, g->parts.arena);
        out->text = (Str){0};
    } else if (g->request->kind == REQUEST_SCORE) {
        score(g);
    }
}

static bool is_complete(const ReplyParts *parts, bool stream)
{
    const Gathered *g = (const Gathered *)parts;
    return g->choice && (!stream || g->done || g->parts.out->finish_raw.len);
}

void openai_parse(const Model *model, const ModelRequest *request, const HttpReply *reply,
                  Arena *arena, ModelReply *out)
{
    static const ReplyDialect dialect = {on_event, take_value, is_complete, conclude, "choices"};
    Gathered g = {.parts = reply_parts(model, reply, arena, out),
                  .request = request,
                  .refusal = strbuf_make(arena, LIMIT_REPLY)};
    reply_read(reply, &dialect, &g.parts);
}
