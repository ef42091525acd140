/* openai.c - the openai provider: servers that speak OpenAI's chat and completions dialect. */
#include "model/openai.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "model/body.h"
#include "model/first_token.h"
#include "model/providers.h"
#include "model/remote.h"

enum {
    OFFICIAL_MAX_STOP = 4, /* api.openai.com refuses more */
    LETTER_ALTERNATIVES = 20,
};

/* ---- opening ---- */

static const char *const score_ways[] = {
    [SCORE_ECHO] = "echo",
    [SCORE_TOP_LOGPROBS] = "top_logprobs",
    [SCORE_NONE] = "none",
};

static Status open_score(const ModelSpec *spec, OpenAi *o, Model *model, Err *err)
{
    Str score = json_text_or(json_get(&spec->settings, "score"), STR("echo"));
    size_t way = 0;
    while (way < COUNT(score_ways) && !str_eqc(score, score_ways[way]))
        way++;
    if (way == COUNT(score_ways))
        return err_set(err, E_USAGE,
                       "setting \"score\" must be echo, top_logprobs or none, not \"" STR_FMT "\"",
                       STR_ARG(score));
    o->score = (ScoreWay)way;
    model->scores_at_once = o->score == SCORE_TOP_LOGPROBS;
    model->no_scores = o->score == SCORE_NONE;
    return OK;
}

static Status open_choices(Arena *arena, const ModelSpec *spec, OpenAi *o, Model *model, Err *err)
{
    Str api = json_text_or(json_get(&spec->settings, "api"), STR("chat"));
    if (!str_eqc(api, "chat") && !str_eqc(api, "completions"))
        return err_set(err, E_USAGE,
                       "setting \"api\" must be chat or completions, not \"" STR_FMT "\"",
                       STR_ARG(api));
    TRY(open_score(spec, o, model, err));
    model->chat = str_eqc(api, "chat");
    o->start_mark = json_text_or(json_get(&spec->settings, "start_mark"), STR("<|endoftext|>"));
    o->extra = json_get(&spec->settings, "extra");
    o->stream = json_bool(json_get(&spec->settings, "stream"), false);
    o->max_tokens_name =
        str_z(arena, json_text_or(json_get(&spec->settings, "max_tokens_name"), STR("max_tokens")));
    return OK;
}

static Status openai_open(Arena *arena, const ModelSpec *spec, Model *model, Err *err)
{
    OpenAi *o = ARENA_NEW(arena, OpenAi);
    const RemoteAuth auth = {
        .base_env = "OPENAI_BASE_URL",
        .official_host = "api.openai.com",
        .key_header = "Authorization",
        .key_prefix = "Bearer ",
    };
    Remote remote;
    TRY(remote_open(arena, spec, &provider_openai, &auth, &remote, err));
    TRY(open_choices(arena, spec, o, model, err));
    o->headers = remote.headers;
    o->max_stop = remote.official ? OFFICIAL_MAX_STOP : SIZE_MAX;
    o->chat_url = remote_endpoint(arena, remote.base, "/chat/completions");
    o->completions_url = remote_endpoint(arena, remote.base, "/completions");
    model->url = remote_endpoint(arena, remote.base, "");
    model->identity = str_from(model->url);
    model->key = remote.key;
    model->private_data = o;
    return OK;
}

/* ---- requests ---- */

static void write_messages(BodyWriter *w, const ModelRequest *r)
{
    if (!body_field(w, "messages"))
        return;
    if (r->messages) {
        json_write(&w->json, r->messages);
        return;
    }
    json_begin(&w->json, '[');
    json_begin(&w->json, '{');
    json_key(&w->json, "role");
    json_write_str(&w->json, STR("user"));
    json_key(&w->json, "content");
    json_write_str(&w->json, r->prompt);
    json_end(&w->json, '}');
    json_end(&w->json, ']');
}

static void write_true(BodyWriter *w, const char *name)
{
    if (body_field(w, name))
        json_write_bool(&w->json, true);
}

static void write_stop(BodyWriter *w, const ModelRequest *r, size_t max_stop)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_stop; i++)
        n += r->stop[i].len > 0;
    if (!n || !body_field(w, "stop"))
        return;
    n = n < max_stop ? n : max_stop;
    json_begin(&w->json, '[');
    for (size_t i = 0; n; i++) {
        if (!r->stop[i].len)
            continue;
        json_write_str(&w->json, r->stop[i]);
        n--;
    }
    json_end(&w->json, ']');
}

static void write_generate(BodyWriter *w, const OpenAi *o, const ModelRequest *r)
{
    if (r->max_tokens >= 0)
        body_int(w, o->max_tokens_name, r->max_tokens);
    body_double(w, "temperature", r->temperature);
    body_double(w, "top_p", r->top_p);
    if (r->seed >= 0)
        body_int(w, "seed", r->seed);
    write_stop(w, r, o->max_stop);
    if (!r->stream && !o->stream)
        return;
    write_true(w, "stream");
    if (body_field(w, "stream_options")) {
        json_begin(&w->json, '{');
        json_key(&w->json, "include_usage");
        json_write_bool(&w->json, true);
        json_end(&w->json, '}');
    }
}

ScoredText openai_scored_text(const OpenAi *o, const ModelRequest *r, Arena *arena)
{
    Str context = utf8_rstrip(r->prompt);
    ScoredText t = {.context = context.len ? context : o->start_mark};
    Str moved = str_after(r->prompt, context.len);
    t.continuation =
        moved.len ? str_printf(arena, "%s%s", str_z(arena, moved), str_z(arena, r->continuation))
                  : r->continuation;
    return t;
}

/* One token more than none is asked for: some servers refuse 0, others take it for "no
 * limit". What is generated lies past the end of the text and is not counted. */
static void write_echo(BodyWriter *w, const OpenAi *o, const ModelRequest *r, Arena *arena)
{
    ScoredText t = openai_scored_text(o, r, arena);
    if (body_field(w, "prompt")) {
        StrBuf both = strbuf_make(arena, LIMIT_PROMPT * 2);
        strbuf_add(&both, t.context);
        strbuf_add(&both, t.continuation);
        json_write_str(&w->json, strbuf_str(&both));
    }
    body_int(w, "max_tokens", 1);
    body_int(w, "temperature", 0);
    if (r->seed >= 0)
        body_int(w, "seed", r->seed);
    body_int(w, "logprobs", 1);
    write_true(w, "echo");
}

static void write_letters(BodyWriter *w, const ModelRequest *r)
{
    write_messages(w, r);
    body_int(w, "max_tokens", 1);
    body_int(w, "temperature", 0);
    if (r->seed >= 0)
        body_int(w, "seed", r->seed);
    write_true(w, "logprobs");
    body_int(w, "top_logprobs", LETTER_ALTERNATIVES);
}

static void write_body(BodyWriter *w, const Model *model, const ModelRequest *r, Arena *arena)
{
    const OpenAi *o = model->private_data;
    json_begin(&w->json, '{');
    if (body_field(w, "model"))
        json_write_str(&w->json, model->spec.model);
    if (r->kind == REQUEST_SCORE && o->score == SCORE_ECHO) {
        write_echo(w, o, r, arena);
    } else if (r->kind == REQUEST_SCORE) {
        write_letters(w, r);
    } else if (model->chat) {
        write_messages(w, r);
        write_generate(w, o, r);
    } else {
        if (body_field(w, "prompt"))
            json_write_str(&w->json, r->prompt);
        write_generate(w, o, r);
    }
    body_extra(w);
    json_end(&w->json, '}');
}

static Status openai_build(const Model *model, const ModelRequest *request, Arena *arena,
                           HttpRequest *out, Err *err)
{
    const OpenAi *o = model->private_data;
    bool scores = request->kind == REQUEST_SCORE;
    bool chat = scores ? o->score == SCORE_TOP_LOGPROBS : model->chat;
    if (request->messages && !chat)
        return err_set(err, E_USAGE,
                       "model \"" STR_FMT "\" is asked with messages, which %s cannot take; "
                       "use \"api\": \"chat\" or plain prompts",
                       STR_ARG(model->spec.name),
                       scores ? "scoring by echo" : "the completions endpoint");
    StrBuf body = strbuf_make(arena, LIMIT_PROMPT * 8);
    strbuf_reserve(&body, request->prompt.len + request->continuation.len + 512);
    BodyWriter w = {
        .json = json_writer(&body), .model_extra = o->extra, .request_extra = request->extra};
    write_body(&w, model, request, arena);
    TRY(strbuf_check(&body, "the request", err));
    HttpRequest http = {.method = "POST",
                        .url = chat ? o->chat_url : o->completions_url,
                        .headers = o->headers,
                        .body = strbuf_str(&body),
                        .timeout = model->timeout,
                        .arena = arena};
    if (!scores && (request->stream || o->stream)) {
        first_token_watch(&http, arena);
    }
    *out = http;
    return OK;
}

const Provider provider_openai = {
    .name = "openai",
    .help = "servers that speak OpenAI's chat and completions dialect",
    .default_url = "https://api.openai.com/v1",
    .default_key_env = "OPENAI_API_KEY",
    .open = openai_open,
    .can_generate = true,
    .can_score = true,
    .has_chat = true,
    .build = openai_build,
    .parse = openai_parse,
};
