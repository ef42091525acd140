/* openai_reply.c - reads what servers of the openai dialect answer. */
#include "base/clock.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "model/errors.h"
#include "model/openai.h"

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

Str openai_line(const Model *model, Str text, Arena *arena)
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
    const Str name = model->spec.key_env.len ? model->spec.key_env
                                             : str_from(model->provider->default_key_env);
    if (f->status != 401 || !name.len)
        return STR("");
    return str_printf(arena, model->key ? "; the key was taken from %.*s" : "; set the key in %.*s",
                      (int)name.len, name.ptr);
}

static void set_error(const Model *model, const ErrorFacts *f, Arena *arena, ModelReply *out)
{
    ErrorVerdict verdict = error_classify(f);
    Str words = f->message.len ? f->message : f->code.len ? f->code : f->type;
    StrBuf line = strbuf_make(arena, LIMIT_REPLY * 2);
    if (out->status && out->status != 200)
        strbuf_addf(&line, "HTTP %d: ", out->status);
    strbuf_add(&line, words.len ? words : STR("the server reported an error without words"));
    if (f->code.len && words.ptr != f->code.ptr && str_find(words, f->code) < 0)
        strbuf_addf(&line, " (" STR_FMT ")", STR_ARG(f->code));
    Str shown = openai_line(model, strbuf_str(&line), arena);
    out->error = str_printf(arena, "%s%s%s", str_z(arena, shown), advice(f, verdict),
                            str_z(arena, key_advice(f, model, arena)));
    out->fatal = verdict == ERROR_FATAL || verdict == ERROR_REFUSED_ECHO;
    out->rate_limited = verdict == ERROR_RATE;
    out->state = verdict == ERROR_RETRY || verdict == ERROR_RATE ? REPLY_RETRY : REPLY_FAILED;
    if (verdict == ERROR_FILTERED) {
        out->state = REPLY_OK;
        out->finish = FINISH_FILTERED;
        out->finish_raw = openai_line(model, f->code.len ? f->code : f->type, arena);
    }
}

static void set_retry(const Model *model, const char *what, Str detail, Arena *arena,
                      ModelReply *out)
{
    StrBuf line = strbuf_make(arena, LIMIT_REPLY * 2);
    strbuf_adds(&line, what);
    if (detail.len) {
        strbuf_adds(&line, ": ");
        strbuf_add(&line, str_slice(detail, 0, SHOWN_BODY));
    }
    out->state = REPLY_RETRY;
    out->error = openai_line(model, strbuf_str(&line), arena);
}

static bool set_fault(const Model *model, const HttpReply *reply, Arena *arena, ModelReply *out)
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
    set_retry(model, words[reply->fault], where, arena, out);
    if (reply->fault == HTTP_TOO_LARGE)
        out->state = REPLY_FAILED;
    return true;
}

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
    g->out->finish_raw = openai_line(g->model, word, g->arena);
    g->out->finish = FINISH_OTHER;
    for (size_t i = 0; i < COUNT(finishes); i++)
        if (str_eq_nocase(word, str_from(finishes[i].word)))
            g->out->finish = finishes[i].reason;
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
        set_error(g->model, &facts, g->arena, g->out);
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
        g->out->served_model = openai_line(g->model, str_slice(served, 0, 200), g->arena);
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
            set_error(g->model, &facts, g->arena, g->out);
            g->error = true;
        }
        return;
    }
    take_value(g, &value, g->out->status);
}

/* ---- the first token of a stream ---- */

static void on_first_event(void *user, Str name, Str data)
{
    FirstToken *f = user;
    Json value;
    (void)name;
    if (f->at >= 0 || json_parse(f->arena, str_trim(data), &value, NULL) != OK)
        return;
    const Json *choice = json_path(&value, "choices.0"), *delta = json_get(choice, "delta");
    if (json_text(json_get(choice, "text")).len || json_text(json_get(delta, "content")).len ||
        json_text(json_get(delta, "reasoning_content")).len ||
        json_text(json_get(delta, "reasoning")).len)
        f->at = f->now;
}

void openai_on_data(void *user, Str piece, double seconds)
{
    FirstToken *f = user;
    if (f->at >= 0)
        return;
    f->now = seconds;
    sse_feed(&f->sse, piece, on_first_event, f);
}

/* ---- whole replies ---- */

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
    g->out->error = openai_line(g->model, str_from(err.msg), g->arena);
}

/* The gathered parts as the reply. */
static void conclude(Gathered *g)
{
    ModelReply *out = g->out;
    for (size_t i = 0; i < COUNT(broken_ends); i++)
        if (str_eqc(out->finish_raw, broken_ends[i])) {
            set_retry(g->model, "the server broke off", out->finish_raw, g->arena, out);
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
        out->error = openai_line(g->model, said, g->arena);
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
        set_retry(g->model, "the stream ended before the answer was complete", (Str){0}, g->arena,
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
    if (reply->status >= 300 || reply->status < 200) {
        ErrorFacts facts = {.status = reply->status,
                            .message = str_slice(str_trim(reply->body), 0, SHOWN_BODY),
                            .raw = reply->body};
        if (!facts.message.len)
            facts.message = STR("an empty reply");
        set_error(g->model, &facts, g->arena, g->out);
    } else if (status != OK) {
        set_retry(g->model, "the reply is not JSON",
                  reply->body.len ? str_from(err.msg) : STR("it is empty"), g->arena, g->out);
    } else if (!g->choice) {
        set_retry(g->model, "the reply has no \"choices\"", reply->body, g->arena, g->out);
    } else {
        conclude(g);
    }
}

static void set_times(const HttpReply *reply, ModelReply *out)
{
    const FirstToken *first = reply->user;
    out->seconds = reply->seconds;
    out->first_token = first ? first->at : -1;
}

void openai_parse(const Model *model, const ModelRequest *request, const HttpReply *reply,
                  Arena *arena, ModelReply *out)
{
    *out = (ModelReply){.state = REPLY_RETRY,
                        .retry_after = -1,
                        .first_token = -1,
                        .prompt_tokens = -1,
                        .completion_tokens = -1,
                        .finish = FINISH_OTHER,
                        .status = reply->status};
    set_times(reply, out);
    if (set_fault(model, reply, arena, out))
        return;
    Gathered g = {.model = model,
                  .request = request,
                  .arena = arena,
                  .out = out,
                  .raw = reply->body,
                  .text = strbuf_make(arena, LIMIT_REPLY),
                  .reasoning = strbuf_make(arena, LIMIT_REPLY),
                  .refusal = strbuf_make(arena, LIMIT_REPLY)};
    if (reply->status >= 200 && reply->status < 300 && is_stream(reply))
        parse_stream(&g, reply);
    else
        parse_body(&g, reply);
    if (out->state == REPLY_RETRY)
        out->retry_after = error_retry_after(reply->headers, reply->body, clock_unix_ms() / 1000);
}
