/* command.c - the command provider: a program that is asked in JSON lines (docs/MODELS.md).
 *
 * One process for each thread that asks; a process that failed is started anew for the next
 * question, so that one bad item does not end a run. */
#include "base/clock.h"
#include "base/limits.h"
#include "base/process.h"
#include "base/utf8.h"
#include "model/inline_reply.h"
#include "model/providers.h"
#include "model/reply.h"

#include <math.h>

typedef struct Session {
    Arena room;       /* which it lives in */
    Process *process; /* NULL until the next question */
    bool repeats_id;  /* an answer had the question's "id": now only such a line is an answer */
} Session;

static Status command_open(Arena *arena, const ModelSpec *spec, Model *model, Err *err)
{
    (void)arena;
    if (!spec->address.len)
        return err_set(err, E_USAGE, "no program: give it with --address, or as command:PROGRAM");
    model->identity = spec->address;
    return OK;
}

static Status session_new(const Model *model, void **session, Err *err)
{
    (void)model;
    (void)err;
    Arena room = {0};
    Session *s = ARENA_NEW(&room, Session);
    s->room = room;
    *session = s;
    return OK;
}

static void session_free(void *session)
{
    Session *s = session;
    if (!s)
        return;
    process_stop(s->process);
    Arena own = s->room;
    arena_free(&own);
}

/* ---- the question ---- */

static void write_texts(JsonWriter *w, const char *key, const Str *texts, size_t n)
{
    if (!n)
        return;
    json_key(w, key);
    json_begin(w, '[');
    for (size_t i = 0; i < n; i++)
        json_write_str(w, texts[i]);
    json_end(w, ']');
}

static void write_text(JsonWriter *w, const char *key, Str text)
{
    json_key(w, key);
    json_write_str(w, text);
}

static void write_number(JsonWriter *w, const char *key, double value)
{
    if (!(value >= 0))
        return;
    json_key(w, key);
    json_write_double(w, value);
}

static void write_generate(JsonWriter *w, const ModelRequest *r)
{
    if (r->messages) {
        json_key(w, "messages");
        json_write(w, r->messages);
    } else {
        write_text(w, "prompt", r->prompt);
    }
    if (r->max_tokens >= 0) {
        json_key(w, "max_tokens");
        json_write_int(w, r->max_tokens);
    }
    write_number(w, "temperature", r->temperature);
    write_number(w, "top_p", r->top_p);
    write_texts(w, "stop", r->stop, r->n_stop);
}

static Str question(const Model *model, const ModelRequest *r, Arena *arena)
{
    StrBuf line = strbuf_make(arena, LIMIT_PROMPT * 8);
    JsonWriter w = json_writer(&line);
    bool score = r->kind == REQUEST_SCORE;
    json_begin(&w, '{');
    write_text(&w, "kind", score ? STR("score") : STR("generate"));
    if (model->spec.model.len)
        write_text(&w, "model", model->spec.model);
    if (r->item_key.len)
        write_text(&w, "id", r->item_key);
    if (score) {
        write_text(&w, "context", r->prompt);
        write_text(&w, "continuation", r->continuation);
    } else {
        write_generate(&w, r);
    }
    if (r->seed >= 0) {
        json_key(&w, "seed");
        json_write_int(&w, r->seed);
    }
    json_key(&w, "repeat");
    json_write_int(&w, r->repeat);
    if (r->extra) {
        json_key(&w, "extra");
        json_write(&w, r->extra);
    }
    json_end(&w, '}');
    if (line.failed)
        return (Str){0};
    return strbuf_str(&line);
}

/* ---- the answer ---- */

static int tokens_of(const Json *root, const char *name)
{
    int64_t n = json_int(json_get(root, name), -1);
    return n < 0 || n > INT32_MAX ? -1 : (int)n;
}

static void take_text(const Model *model, const Json *root, Arena *arena, ModelReply *out)
{
    const Json *text = json_get(root, "text");
    Str finish = json_text_or(json_get(root, "finish"), STR("stop"));
    if (!json_is(text, JSON_STRING)) {
        *out = inline_failure(arena, "the program's answer has no \"text\"");
        return;
    }
    out->text = text->text;
    out->reasoning = json_text(json_get(root, "reasoning"));
    out->finish = reply_finish(finish);
    out->finish_raw = reply_line(model, finish, arena);
    if (out->finish != FINISH_REFUSED && out->finish != FINISH_FILTERED)
        return;
    out->error = reply_line(model, out->text, arena); /* no answer: kept for people */
    out->text = (Str){0};
}

static void take_score(const Json *root, Arena *arena, ModelReply *out)
{
    double logprob = json_number(json_get(root, "logprob"), NAN);
    if (!(logprob <= 0) || !isfinite(logprob)) {
        *out = inline_failure(arena, "the program's answer has no \"logprob\" of at most 0");
        return;
    }
    out->logprob = logprob;
    out->greedy = json_bool(json_get(root, "greedy"), false);
}

/* A program that repeats the question's "id" is held to it. */
static bool is_of_another(const ModelRequest *r, const Json *root)
{
    const Json *id = json_get(root, "id");
    return r->item_key.len && json_is(id, JSON_STRING) && !str_eq(id->text, r->item_key);
}

/* A line that a program which repeats ids wrote for this question. */
static bool answers_this(void *user, Str line)
{
    SCOPED_ARENA(scratch);
    const ModelRequest *r = user;
    Json root;
    return json_parse(&scratch, str_trim(line), &root, NULL) == OK && root.type == JSON_OBJECT &&
           str_eq(json_text(json_get(&root, "id")), r->item_key);
}

static void take_answer(const Model *model, const ModelRequest *r, Str line, Arena *arena,
                        ModelReply *out)
{
    Json root;
    Err err = {0};
    *out = inline_reply(REPLY_OK);
    if (json_parse(arena, str_trim(line), &root, &err) != OK || root.type != JSON_OBJECT) {
        *out = inline_failure(arena, "the program's answer is no JSON object: %s",
                              err.msg[0] ? err.msg : "it is another value");
        return;
    }
    if (is_of_another(r, &root)) {
        *out = inline_failure(arena, "the program's answer has the \"id\" of another question");
        return;
    }
    Str error = json_text(json_get(&root, "error"));
    if (error.len) {
        *out = inline_failure(arena, "%s", str_z(arena, reply_line(model, error, arena)));
        out->fatal = json_bool(json_get(&root, "fatal"), false);
        return;
    }
    if (r->kind == REQUEST_SCORE)
        take_score(&root, arena, out);
    else
        take_text(model, &root, arena, out);
    out->prompt_tokens = tokens_of(&root, "prompt_tokens");
    out->completion_tokens = tokens_of(&root, "completion_tokens");
}

static Status ask(const Model *model, Session *s, const ModelRequest *r, Str line, Arena *arena,
                  Str *answer, Err *err)
{
    ModelRequest asked = *r;
    ProcessQuestion q = {.line = line, .limit = LIMIT_REPLY, .seconds = model->timeout};
    if (s->repeats_id && r->item_key.len) {
        q.answers = answers_this;
        q.user = &asked;
    }
    TRY(process_ask(s->process, &q, arena, answer, err));
    s->repeats_id = s->repeats_id || (r->item_key.len && answers_this(&asked, *answer));
    return OK;
}

static void command_answer(const Model *model, void *session, const ModelRequest *request,
                           Arena *arena, ModelReply *out)
{
    Session *s = session;
    Err err = {0};
    Str line = question(model, request, arena), answer;
    double begin = clock_seconds();
    Status status = line.len ? OK : err_set(&err, E_LIMIT, "the question is too large");
    if (status == OK && !s->process)
        status = process_start(str_z(arena, model->spec.address), request->halt, &s->process, &err);
    if (status == OK)
        status = ask(model, s, request, line, arena, &answer, &err);
    if (status == OK) {
        take_answer(model, request, answer, arena, out);
    } else {
        *out =
            inline_failure(arena, "%s", str_z(arena, reply_line(model, str_from(err.msg), arena)));
        out->fatal = status == E_MISSING;
        process_stop(s->process);
        s->process = NULL;
    }
    out->seconds = clock_seconds() - begin;
}

const Provider provider_command = {
    .name = "command",
    .help = "a program that answers JSON lines",
    .open = command_open,
    .can_generate = true,
    .can_score = true,
    .has_chat = true,
    .session_new = session_new,
    .session_free = session_free,
    .answer = command_answer,
};
