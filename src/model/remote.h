/* remote.h - opening a model behind HTTP: its address, its key, its headers. Private to model/. */
#ifndef MODEL_REMOTE_H
#define MODEL_REMOTE_H

#include "model/model.h"

/* What a provider's servers expect. */
typedef struct RemoteAuth {
    const char *base_env;      /* environment variable that may hold the address */
    const char *official_host; /* its servers need a key */
    const char *key_header, *key_prefix;
    const char *const *headers; /* further ones, NULL-terminated; or NULL */
} RemoteAuth;

typedef struct Remote {
    Str base;                   /* http:// or https:// address */
    bool official;              /* the provider's own server */
    const char *key;            /* or NULL */
    const char *const *headers; /* NULL-terminated; Content-Type, the key, the settings' own */
} Remote;

/* Reads spec.address, key_env and the settings "headers" and "key_header". E_USAGE says what is
 * missing; the key is in no message. */
Status remote_open(Arena *arena, const ModelSpec *spec, const Provider *provider,
                   const RemoteAuth *auth, Remote *out, Err *err) MUST_CHECK;

/* `base` with `path` put before its '?'. */
const char *remote_endpoint(Arena *arena, Str base, const char *path);

#endif
