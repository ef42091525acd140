/* model.h - models and the providers that reach them.
 *
 * A provider is either remote (build an HTTP request, read its reply; the engine moves
 * the bytes) or inline (answers in the calling thread). To add one: write
 * model/provider_NAME.c with `const Provider provider_NAME`, add a row in providers.c.
 *
 * A Model is immutable once opened and shared by threads. Keys are read from the
 * environment when the model is opened; they exist only in the request headers built from it. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/json.h"
#include "base/vec.h"
#include "net/http.h"

#include <stdatomic.h>

typedef struct Model Model;

/* How to reach a model: from `model add`, a run file, or an inline name ("openai:gpt-x",
 * "deepseek:deepseek-chat", "anthropic:claude-x", "http://host/v1#name", "local:file.gguf",
 * "recorded:file.jsonl", "command:program"). */
typedef struct ModelSpec {
    Str name;      /* shown and stored; the inline text when not named */
    Str provider;  /* "openai", "anthropic", "local", "recorded", "command" */
    Str address;   /* base URL or file */
    Str model;     /* the name sent to the server */
    Str key_env;   /* environment variable that holds the key; empty = provider's default */
    Json settings; /* object: api ("chat"|"completions"), price_in, price_out (per million
                      tokens), rpm, tpm, timeout, headers (object), key_header (sends the key
                      in this header instead of "Authorization: Bearer"), extra (object
                      merged into the body; a null removes the field of that name),
                      stream, score ("echo"|"top_logprobs"|"none"), start_mark (text sent for
                      an empty context, default "<|endoftext|>"), max_tokens_name (default
                      "max_tokens"), key_optional (the server may do without a key) */
} ModelSpec;

/* Whether the query of an address carries what looks like a key: addresses are stored. */
bool model_address_has_key(Str address);

/* Splits an inline name into a spec; E_USAGE when it is none. */
Status model_spec_parse(Arena *arena, Str text, ModelSpec *out, Err *err) MUST_CHECK;

typedef enum RequestKind {
    REQUEST_GENERATE, /* text after `prompt` or `messages` */
    REQUEST_SCORE,    /* log-likelihood of `continuation` after `context` */
} RequestKind;

typedef struct ModelRequest {
    RequestKind kind;
    Str prompt;           /* GENERATE: plain text, when messages is NULL; SCORE: the context */
    const Json *messages; /* GENERATE: array of {role, content}; or NULL */
    Str continuation;     /* SCORE */
    const Str *choices;   /* SCORE by option letters (chat top_logprobs): all continuations */
    size_t n_choices;
    int max_tokens;            /* < 0: the provider's default */
    double temperature, top_p; /* < 0: not sent */
    int64_t seed;              /* < 0: not sent */
    const Str *stop;
    size_t n_stop;
    const Json *extra;      /* object merged into the body, or NULL */
    int repeat;             /* index of a repeated sample, from 0 */
    Str item_key;           /* for recorded outputs */
    bool stream;            /* ask for a stream to time the first token */
    const atomic_int *halt; /* inline: no answer is wanted once it is 2; NULL: none */
} ModelRequest;

typedef enum ReplyState {
    REPLY_OK,     /* an answer */
    REPLY_RETRY,  /* try again, after retry_after seconds when >= 0 */
    REPLY_FAILED, /* will not work however often it is asked */
} ReplyState;

/* Why a text ended. */
typedef enum FinishReason {
    FINISH_STOP,
    FINISH_LENGTH,
    FINISH_REFUSED,  /* the model declined in a structured way */
    FINISH_FILTERED, /* a content filter cut prompt or answer */
    FINISH_OTHER,
} FinishReason;

typedef struct ModelReply {
    ReplyState state;
    bool rate_limited;  /* RETRY because of rate or capacity limits: slow down */
    bool fatal;         /* FAILED for every request alike (bad key, no such model) */
    double retry_after; /* seconds; < 0 unknown */
    Str error;          /* one line for people; never holds a key */
    Str text, reasoning;
    FinishReason finish;
    Str finish_raw; /* as the server said it */
    double logprob; /* SCORE */
    bool greedy;
    const double *choice_logprobs;        /* one for each of the request's choices, else NULL */
    int prompt_tokens, completion_tokens; /* -1 unknown */
    double seconds, first_token;          /* first_token < 0 unknown */
    int status;                           /* HTTP status, 0 when none */
    Str served_model;                     /* model named in the reply, "" when none */
} ModelReply;

typedef struct Provider {
    const char *name, *help;
    const char *default_url, *default_key_env; /* NULL when it has none */
    Status (*open)(Arena *arena, const ModelSpec *spec, Model *model, Err *err);
    void (*close)(Model *model);
    bool can_generate, can_score, has_chat;
    /* Whether this very model can take messages; NULL: when the provider can. */
    Status (*chat_ready)(const Model *model, Err *err);
    /* The text that messages become, where the provider writes it itself; else NULL. */
    Status (*chat_text)(const Model *model, const Json *messages, Arena *arena, Str *out, Err *err);
    /* remote; build may set on_data and user: leave them as they are */
    Status (*build)(const Model *model, const ModelRequest *request, Arena *arena, HttpRequest *out,
                    Err *err);
    void (*parse)(const Model *model, const ModelRequest *request, const HttpReply *reply,
                  Arena *arena, ModelReply *out);
    /* inline: a session is made for each thread that calls answer */
    Status (*session_new)(const Model *model, void **session, Err *err);
    void (*session_free)(void *session);
    void (*answer)(const Model *model, void *session, const ModelRequest *request, Arena *arena,
                   ModelReply *out);
} Provider;

struct Model {
    const Provider *provider;
    ModelSpec spec;
    Str identity;               /* what answers: address, or the content of a file */
    const char *url;            /* remote: base URL without trailing slash */
    const char *key;            /* or NULL */
    bool chat;                  /* use messages */
    bool no_scores;             /* the provider scores, this server does not */
    bool scores_at_once;        /* one reply scores all continuations of a context */
    double price_in, price_out; /* per million tokens; < 0 unknown */
    double rpm, tpm;            /* limits a minute; 0 = none */
    double timeout;             /* seconds a request */
    void *private_data;
};

const Provider *provider_find(Str name);
const Provider *provider_at(size_t index); /* NULL past the end */

/* The names that the records of a file of outputs give their models, in order of
 * appearance. */
typedef VEC(Str) ModelNames;
Status recorded_models(const char *path, Arena *arena, ModelNames *out, Err *err) MUST_CHECK;

Status model_open(Arena *arena, const ModelSpec *spec, Model *out, Err *err) MUST_CHECK;
void model_close(Model *model);
/* Has the model asked with messages; E_USAGE when it cannot be. */
Status model_use_chat(Model *model, Err *err) MUST_CHECK;

/* What identifies a request for the response cache: provider, endpoint, model, parameters,
 * rendered request, repeat index. 32 hex digits. */
Str model_request_key(const Model *model, const ModelRequest *request, Arena *arena);

/* Whether the reply to `a`, of a model that scores at once, scores `b` too: parse() it again
 * with b. Both belong to one item. */
bool model_shares_reply(const ModelRequest *a, const ModelRequest *b);

/* Cost of a reply in the price's currency; < 0 when a price or a count is unknown. */
double model_cost(const Model *model, const ModelReply *reply);

#endif
