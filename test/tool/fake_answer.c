/* fake_answer.c - the bodies that the model server for tests replies with. */
#include "tool/fake_answer.h"

#include "base/limits.h"
#include "base/utf8.h"

Str fake_prompt(Arena *arena, const Json *body)
{
    StrBuf all = strbuf_make(arena, REQUEST_LIMIT);
    const Json *messages = json_get(body, "messages");
    strbuf_add(&all, json_text(json_get(body, "prompt")));
    for (uint32_t i = 0; json_is(messages, JSON_ARRAY) && i < messages->len; i++) {
        strbuf_add(&all, json_text(json_get(&messages->items[i], "content")));
        strbuf_addc(&all, '\n');
    }
    return strbuf_str(&all);
}

Str fake_answer(Arena *arena, Str prompt, Hash hash)
{
    ptrdiff_t at = str_find(prompt, STR("[[answer:"));
    ptrdiff_t end = at < 0 ? -1 : str_find_from(prompt, STR("]]"), (size_t)at);
    if (end >= 0)
        return str_slice(prompt, (size_t)at + 9, (size_t)end);
    return str_printf(arena, "The answer is %c.", (int)('A' + hash.low % 4));
}

/* A log-probability that depends on the text up to the token alone. */
static double echo_logprob(Str so_far)
{
    return -0.05 - (double)(hash_bytes(so_far).low % 4000) / 1000;
}

static size_t word_end(Str text, size_t from)
{
    size_t at = from;
    utf8_next(text, &at);
    while (at < text.len && text.ptr[at] != ' ' && text.ptr[at] != '\n')
        utf8_next(text, &at);
    return at;
}

typedef enum EchoPart { TOKENS, LOGPROBS, TOPS, OFFSETS, N_PARTS } EchoPart;

static void write_echo_token(JsonWriter *w, EchoPart part, Str text, size_t from, size_t to)
{
    Str token = str_slice(text, from, to);
    double logprob = echo_logprob(str_slice(text, 0, to));
    if (part == TOKENS)
        json_write_str(w, token);
    else if (part == OFFSETS)
        json_write_int(w, (int64_t)utf8_count(str_slice(text, 0, from)));
    else if (from == 0)
        json_write_null(w);
    else if (part == LOGPROBS)
        json_write_double(w, logprob);
    if (part != TOPS || from == 0)
        return;
    json_begin(w, '{');
    if (logprob < -2) { /* another word was likelier */
        json_key(w, "#");
        json_write_double(w, logprob / 2);
    }
    json_key_str(w, token);
    json_write_double(w, logprob);
    json_end(w, '}');
}

static void write_echo(JsonWriter *w, Str text)
{
    static const char *const names[] = {"tokens", "token_logprobs", "top_logprobs", "text_offset"};
    json_key(w, "logprobs");
    json_begin(w, '{');
    for (EchoPart part = TOKENS; part < N_PARTS; part++) {
        json_key(w, names[part]);
        json_begin(w, '[');
        for (size_t at = 0; at < text.len;) {
            size_t end = word_end(text, at);
            write_echo_token(w, part, text, at, end);
            at = end;
        }
        json_end(w, ']');
    }
    json_end(w, '}');
}

static void write_letters(JsonWriter *w, Hash hash)
{
    char letters[2] = {0};
    json_key(w, "logprobs");
    json_begin(w, '{');
    json_key(w, "content");
    json_begin(w, '[');
    json_begin(w, '{');
    json_key(w, "top_logprobs");
    json_begin(w, '[');
    for (unsigned i = 0; i < 4; i++) {
        letters[0] = (char)('A' + (hash.low + i) % 4);
        json_begin(w, '{');
        json_key(w, "token");
        json_write_str(w, str_from(letters));
        json_key(w, "logprob");
        json_write_double(w, -0.2 - 1.5 * i);
        json_end(w, '}');
    }
    for (int i = 0; i < 2; i++)
        json_end(w, i ? '}' : ']');
    json_end(w, ']');
    json_end(w, '}');
}

static void write_usage(JsonWriter *w, Str prompt, Str answer)
{
    json_key(w, "usage");
    json_begin(w, '{');
    json_key(w, "prompt_tokens");
    json_write_int(w, (int64_t)(prompt.len / 4 + 1));
    json_key(w, "completion_tokens");
    json_write_int(w, (int64_t)(answer.len / 4 + 1));
    json_end(w, '}');
}

Str fake_json(Arena *arena, const Asked *a)
{
    StrBuf out = strbuf_make(arena, REQUEST_LIMIT * 4u);
    JsonWriter w = json_writer(&out);
    Str text = a->echo ? a->prompt : a->answer;
    json_begin(&w, '{');
    json_key(&w, "object");
    json_write_str(&w, a->chat ? STR("chat.completion") : STR("text_completion"));
    json_key(&w, "model");
    json_write_str(&w, json_text_or(json_get(a->body, "model"), STR("fake")));
    json_key(&w, "choices");
    json_begin(&w, '[');
    json_begin(&w, '{');
    if (a->chat) {
        json_key(&w, "message");
        json_begin(&w, '{');
        json_key(&w, "role");
        json_write_str(&w, STR("assistant"));
        json_key(&w, "content");
        json_write_str(&w, text);
        json_end(&w, '}');
    } else {
        json_key(&w, "text");
        json_write_str(&w, text);
    }
    if (a->echo)
        write_echo(&w, a->prompt);
    else if (a->chat && json_bool(json_get(a->body, "logprobs"), false))
        write_letters(&w, a->hash);
    json_key(&w, "finish_reason");
    json_write_str(&w, STR("stop"));
    json_end(&w, '}');
    json_end(&w, ']');
    write_usage(&w, a->prompt, a->answer);
    json_end(&w, '}');
    return strbuf_str(&out);
}

/* The answer in pieces of at most five bytes, then the usage, then [DONE]. */
Str fake_stream(Arena *arena, const Asked *a)
{
    StrBuf out = strbuf_make(arena, REQUEST_LIMIT * 4u);
    strbuf_adds(&out, ": hello\n\n");
    for (size_t at = 0; at < a->answer.len;) {
        size_t end = at;
        while (end < a->answer.len && end < at + 5)
            utf8_next(a->answer, &end);
        Json piece = json_str(str_slice(a->answer, at, end));
        Str text = json_dump(arena, &piece);
        strbuf_addf(&out,
                    a->chat ? "data: {\"choices\":[{\"delta\":{\"content\":%s}}]}\n\n"
                            : "data: {\"choices\":[{\"text\":%s}]}\n\n",
                    str_z(arena, text));
        at = end;
    }
    strbuf_adds(&out, "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                      "data: {\"choices\":[],");
    StrBuf usage = strbuf_make(arena, 1000);
    JsonWriter w = json_writer(&usage);
    write_usage(&w, a->prompt, a->answer);
    strbuf_add(&out, strbuf_str(&usage));
    strbuf_adds(&out, "}\n\ndata: [DONE]\n\n");
    return strbuf_str(&out);
}
