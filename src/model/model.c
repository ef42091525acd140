/* model.c - opening models, identifying their requests, pricing their replies. */
#include "model/model.h"

#include "base/hash.h"
#include "model/providers.h"
#include "model/vendor.h"

/* ---- settings ---- */

static const struct {
    const char *name;
    JsonType type;
} known_settings[] = {
    {"api", JSON_STRING},
    {"price_in", JSON_NUMBER},
    {"price_out", JSON_NUMBER},
    {"rpm", JSON_NUMBER},
    {"tpm", JSON_NUMBER},
    {"timeout", JSON_NUMBER},
    {"headers", JSON_OBJECT},
    {"extra", JSON_OBJECT},
    {"stream", JSON_BOOL},
    {"score", JSON_STRING},
    {"start_mark", JSON_STRING},
    {"key_header", JSON_STRING},
    {"max_tokens_name", JSON_STRING},
    {"key_optional", JSON_BOOL},
};

static Status check_settings(const ModelSpec *spec, Err *err)
{
    static const char *const words[] = {"null",   "true or false", "a number",
                                        "a text", "a list",        "an object"};
    const Json *settings = &spec->settings;
    for (uint32_t i = 0; json_is(settings, JSON_OBJECT) && i < settings->len; i++) {
        const JsonMember *m = &settings->members[i];
        size_t k = 0;
        while (k < COUNT(known_settings) && !str_eqc(m->key, known_settings[k].name))
            k++;
        if (k == COUNT(known_settings))
            return err_set(err, E_USAGE,
                           "model \"" STR_FMT "\" has the unknown setting \"" STR_FMT
                           "\"; known are api, price_in, price_out, rpm, tpm, timeout, headers, "
                           "extra, stream, score, start_mark, key_header, max_tokens_name, "
                           "key_optional",
                           STR_ARG(spec->name), STR_ARG(m->key));
        if (m->value.type != known_settings[k].type)
            return err_set(err, E_USAGE, "setting \"%s\" of model \"" STR_FMT "\" must be %s",
                           known_settings[k].name, STR_ARG(spec->name),
                           words[known_settings[k].type]);
        if (m->value.type == JSON_NUMBER && !(json_number(&m->value, -1) >= 0))
            return err_set(err, E_USAGE,
                           "setting \"%s\" of model \"" STR_FMT "\" must not be negative",
                           known_settings[k].name, STR_ARG(spec->name));
    }
    return OK;
}

static double setting(const ModelSpec *spec, const char *name, double otherwise)
{
    return json_number(json_get(&spec->settings, name), otherwise);
}

enum { DEFAULT_TIMEOUT = 600 }; /* seconds; reasoning models take minutes */

static Status unknown_provider(Arena *arena, const ModelSpec *spec, Err *err)
{
    StrBuf known = strbuf_make(arena, 4096);
    const Provider *p;
    const Vendor *v;
    for (size_t i = 0; (p = provider_at(i)); i++)
        strbuf_addf(&known, "%s%s", i ? ", " : "", p->name);
    for (size_t i = 0; (v = vendor_at(i)); i++)
        strbuf_addf(&known, ", %s", v->name);
    return err_set(err, E_USAGE,
                   "model \"" STR_FMT "\" has the unknown provider \"" STR_FMT "\"; known are %s",
                   STR_ARG(spec->name), STR_ARG(spec->provider), known.ptr);
}

Status model_open(Arena *arena, const ModelSpec *spec, Model *out, Err *err)
{
    const Provider *provider = provider_find(spec->provider);
    if (!provider)
        return unknown_provider(arena, spec, err);
    TRY(check_settings(spec, err));
    Model model = {.provider = provider,
                   .spec = *spec,
                   .identity = spec->address,
                   .price_in = setting(spec, "price_in", -1),
                   .price_out = setting(spec, "price_out", -1),
                   .rpm = setting(spec, "rpm", 0),
                   .tpm = setting(spec, "tpm", 0),
                   .timeout = setting(spec, "timeout", DEFAULT_TIMEOUT)};
    Status status = provider->open(arena, spec, &model, err);
    if (status != OK)
        return err_wrap(err, "could not open model \"" STR_FMT "\"", STR_ARG(spec->name)), status;
    *out = model;
    return OK;
}

void model_close(Model *model)
{
    if (model && model->provider && model->provider->close)
        model->provider->close(model);
}

/* ---- request keys ---- */

static void add_number(Hasher *h, double value)
{
    hash_add_part(h, (Str){(const char *)&value, sizeof value});
}

static void add_int(Hasher *h, int64_t value)
{
    hash_add_part(h, (Str){(const char *)&value, sizeof value});
}

static int by_key(const void *a, const void *b)
{
    return str_cmp(((const JsonMember *)a)->key, ((const JsonMember *)b)->key);
}

/* Members in the order of their keys, so that how a settings file is sorted changes nothing. */
static void add_json(Hasher *h, const Json *value, Arena *arena)
{
    if (!value) {
        add_int(h, -1);
        return;
    }
    add_int(h, value->type);
    if (value->type == JSON_STRING || value->type == JSON_NUMBER) {
        hash_add_part(h, value->text);
    } else if (value->type == JSON_BOOL) {
        add_int(h, value->boolean);
    } else if (value->type == JSON_ARRAY) {
        add_int(h, value->len);
        for (uint32_t i = 0; i < value->len; i++)
            add_json(h, &value->items[i], arena);
    } else if (value->type == JSON_OBJECT) {
        JsonMember *members = arena_array(arena, value->len + 1u, sizeof *members);
        if (value->len)
            memcpy(members, value->members, value->len * sizeof *members);
        qsort(members, value->len, sizeof *members, by_key);
        add_int(h, value->len);
        for (uint32_t i = 0; i < value->len; i++) {
            hash_add_part(h, members[i].key);
            add_json(h, &members[i].value, arena);
        }
    }
}

static void add_texts(Hasher *h, const Str *texts, size_t n)
{
    add_int(h, (int64_t)n);
    for (size_t i = 0; i < n; i++)
        hash_add_part(h, texts[i]);
}

/* Streaming, limits and prices change how a reply comes, not what it says. */
Str model_request_key(const Model *model, const ModelRequest *request, Arena *arena)
{
    Hasher *h = hash_begin(arena);
    hash_add_part(h, STR("assay request 1"));
    hash_add_part(h, str_from(model->provider->name));
    hash_add_part(h, model->identity);
    hash_add_part(h, model->spec.model);
    add_int(h, model->chat);
    add_int(h, request->kind);
    hash_add_part(h, json_text(json_get(&model->spec.settings, "score")));
    hash_add_part(h, json_text(json_get(&model->spec.settings, "start_mark")));
    add_json(h, json_get(&model->spec.settings, "extra"), arena);
    add_json(h, request->extra, arena);
    hash_add_part(h, request->prompt);
    add_json(h, request->messages, arena);
    hash_add_part(h, request->continuation);
    add_texts(h, request->choices, request->n_choices);
    add_int(h, request->max_tokens);
    add_number(h, request->temperature);
    add_number(h, request->top_p);
    add_int(h, request->seed);
    add_texts(h, request->stop, request->n_stop);
    add_int(h, request->repeat);
    if (model->provider == &provider_recorded)
        hash_add_part(h, request->item_key);
    return hash_hex(arena, hash_end(h));
}

bool model_shares_reply(const ModelRequest *a, const ModelRequest *b)
{
    return a->kind == REQUEST_SCORE && b->kind == REQUEST_SCORE && a->messages == b->messages &&
           a->repeat == b->repeat && a->seed == b->seed && a->extra == b->extra &&
           str_eq(a->prompt, b->prompt);
}

double model_cost(const Model *model, const ModelReply *reply)
{
    if (model->price_in < 0 || model->price_out < 0 || reply->prompt_tokens < 0 ||
        reply->completion_tokens < 0)
        return -1;
    return (reply->prompt_tokens * model->price_in + reply->completion_tokens * model->price_out) /
           1e6;
}

Status model_use_chat(Model *model, Err *err)
{
    const Provider *p = model->provider;
    bool completions = json_get(&model->spec.settings, "api") && !model->chat;
    if (!p->has_chat || completions)
        return err_set(err, E_USAGE, "model \"" STR_FMT "\" (%s%s) cannot be asked with messages",
                       STR_ARG(model->spec.name), p->name, completions ? ", completions" : "");
    if (p->chat_ready)
        TRY(p->chat_ready(model, err));
    model->chat = true;
    return OK;
}
