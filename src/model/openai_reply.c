/* openai_reply.c - reads what servers of the openai dialect answer. */
#include "base/limits.h"
#include "base/utf8.h"
#include "model/first_token.h"
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
    const Model *model;
    const ModelRequest *request;
    Arena *arena;
    ModelReply *out;
    StrBuf text, reasoning, refusal;
    const Json *logprobs;
    bool choice, done, error; /* what has been seen */
    Str raw;
} Gathered;

static void take_finish(Gathered *g, const Json *choice)
{
    Str word = json_text(json_get(choice, "finish_reason"));
    if (json_text(json_get(choice, "moderation_hit_type")).len) /* Ark */
        word = STR("content_filter");
    if (!word.len)
        return;
    g->out->finish_raw = reply_line(g->model, word, g->arena);
    g->out->finish = reply_finish(word);
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
        g->out->prompt_tokens = prompt;
    if (completion >= 0)
        g->out->completion_tokens = completion;
}

static void take_choice(Gathered *g, const Json *choice)
{
    if (!json_is(choice, JSON_OBJECT))
        return;
    const Json *message = json_get(choice, "message");
    if (!message)
        message = json_get(choice, "delta");
    g->choice = true;
    strbuf_add(&g->text, json_text(json_get(choice, "text")));
    add_content(&g->text, &g->reasoning, json_get(message, "content"));
    add_reasoning(&g->reasoning, message);
    strbuf_add(&g->refusal, json_text(json_get(message, "refusal")));
    take_finish(g, choice);
    take_usage(g, json_get(choice, "usage")); /* Moonshot's streams */
    const Json *logprobs = json_get(choice, "logprobs");
    if (json_is(logprobs, JSON_OBJECT))
        g->logprobs = logprobs;
}

/* One JSON body or event; true when it was an error. */
static bool take_value(Gathered *g, const Json *value, int status)
{
    ErrorFacts facts = {.raw = g->raw};
    if (error_find(value, status, g->arena, &facts)) {
        reply_error(g->model, &facts, g->arena, g->out);
        g->error = true;
        return true;
    }
    if (json_is(value, JSON_ARRAY))
        value = json_path(value, "0");
    take_choice(g, json_path(value, "choices.0"));
    take_usage(g, json_get(value, "usage"));
    take_usage(g, json_path(value, "x_groq.usage"));
    Str served = json_text(json_get(value, "model"));
    if (served.len)
        g->out->served_model = reply_line(g->model, str_slice(served, 0, 200), g->arena);
    if (str_eqc(json_text(json_path(value, "promptFeedback.blockReason")), "SAFETY")) {
        g->out->finish = FINISH_FILTERED;
        g->choice = true;
    }
    return false;
}

static void on_event(void *user, Str name, Str data)
{
    Gathered *g = user;
    Json value;
    if (g->error || g->done)
        return;
    data = str_trim(data);
    if (str_eqc(data, "[DONE]")) {
        g->done = true;
        return;
    }
    if (json_parse(g->arena, data, &value, NULL) != OK)
        return;
    if (str_eqc(name, "error") && !json_get(&value, "error")) {
        ErrorFacts facts = {.raw = data};
        if (error_find(&value, 500, g->arena, &facts)) {
            int64_t code = json_int(json_get(&value, "code"), 500);
            facts.status = code >= 400 && code < 600 ? (int)code : 500;
            reply_error(g->model, &facts, g->arena, g->out);
            g->error = true;
        }
        return;
    }
    take_value(g, &value, g->out->status);
}

/* ---- whole replies ---- */

static void score(Gathered *g)
{
    const ModelRequest *r = g->request;
    const OpenAi *o = g->model->private_data;
    Err err = {0};
    Status status;
    if (o->score == SCORE_ECHO)
        status = openai_score_echo(g->logprobs, openai_scored_text(o, r, g->arena), g->arena,
                                   g->out, &err);
    else
        status = openai_score_letters(g->logprobs, r, g->arena, g->out, &err);
    if (status == OK)
        return;
    g->out->state = REPLY_FAILED;
    g->out->fatal = status == E_MISSING; /* the server has no such feature */
    g->out->error = reply_line(g->model, str_from(err.msg), g->arena);
}

/* The gathered parts as the reply. */
static void conclude(Gathered *g)
{
    ModelReply *out = g->out;
    for (size_t i = 0; i < COUNT(broken_ends); i++)
        if (str_eqc(out->finish_raw, broken_ends[i])) {
            reply_retry(g->model, "the server broke off", out->finish_raw, g->arena, out);
            out->rate_limited = i == 0;
            return;
        }
    out->state = REPLY_OK;
    out->text = strbuf_str(&g->text);
    out->reasoning = strbuf_str(&g->reasoning);
    if (g->refusal.len && !g->text.len && out->finish != FINISH_FILTERED)
        out->finish = FINISH_REFUSED;
    if (out->finish == FINISH_REFUSED || out->finish == FINISH_FILTERED) {
        /* What was said instead of an answer is no answer: it is kept for people. */
        Str said = g->refusal.len ? strbuf_str(&g->refusal) : out->text;
        out->error = reply_line(g->model, said, g->arena);
        out->text = (Str){0};
    } else if (g->request->kind == REQUEST_SCORE) {
        score(g);
    }
}

static void parse_stream(Gathered *g, const HttpReply *reply)
{
    SseParser sse = sse_parser(g->arena);
    sse_feed(&sse, reply->body, on_event, g);
    sse_end(&sse, on_event, g);
    if (g->error)
        return;
    if (!g->choice || (!g->done && !g->out->finish_raw.len)) {
        reply_retry(g->model, "the stream ended before the answer was complete", (Str){0}, g->arena,
                    g->out);
        return;
    }
    conclude(g);
}

static void parse_body(Gathered *g, const HttpReply *reply)
{
    Json root;
    Err err = {0};
    Status status = json_parse(g->arena, str_trim(reply->body), &root, &err);
    if (status == OK && take_value(g, &root, reply->status))
        return;
    if (status != OK || reply->status >= 300 || reply->status < 200) {
        reply_unread(g->model, reply, &err, g->arena, g->out);
    } else if (!g->choice) {
        reply_retry(g->model, "the reply has no \"choices\"", reply->body, g->arena, g->out);
    } else {
        conclude(g);
    }
}

void openai_parse(const Model *model, const ModelRequest *request, const HttpReply *reply,
                  Arena *arena, ModelReply *out)
{
    *out = reply_begin(reply);
    out->first_token = first_token_at(reply);
    if (reply_fault(model, reply, arena, out))
        return;
    Gathered g = {.model = model,
                  .request = request,
                  .arena = arena,
                  .out = out,
                  .raw = reply->body,
                  .text = strbuf_make(arena, LIMIT_REPLY),
                  .reasoning = strbuf_make(arena, LIMIT_REPLY),
                  .refusal = strbuf_make(arena, LIMIT_REPLY)};
    if (reply->status >= 200 && reply->status < 300 && reply_is_stream(reply))
        parse_stream(&g, reply);
    else
        parse_body(&g, reply);
    reply_end(reply, out);
}
