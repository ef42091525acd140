/* remote.c - addresses, keys and headers of models behind HTTP. */
#include "model/remote.h"

#include "base/limits.h"
#include "base/vec.h"

#include <ctype.h>

/* The key of models named by an address on the command line: it need not be there. */
static const char optional_key_env[] = "ASSAY_API_KEY";

const char *remote_endpoint(Arena *arena, Str base, const char *path)
{
    Str query = base;
    Str address = str_split(&query, '?');
    while (str_ends(address, STR("/")))
        address.len--;
    StrBuf url = strbuf_make(arena, MIB);
    strbuf_add(&url, address);
    strbuf_adds(&url, path);
    if (query.ptr) {
        strbuf_addc(&url, '?');
        strbuf_add(&url, query);
    }
    return url.ptr;
}

static Str host_of(Str url)
{
    ptrdiff_t at = str_find(url, STR("://"));
    Str rest = str_after(url, at < 0 ? 0 : (size_t)at + 3);
    Str host = str_split(&rest, '/');
    return str_split(&host, ':');
}

static bool has_control(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (iscntrl((unsigned char)s.ptr[i]))
            return true;
    return false;
}

typedef VEC(const char *) HeaderVec;

static Status add_header(Arena *arena, HeaderVec *headers, Str name, Str value, Err *err)
{
    if (!name.len || has_control(name) || str_find_char(name, ':') >= 0 || has_control(value))
        return err_set(err, E_USAGE,
                       "header \"" STR_FMT "\" has characters that no header may have",
                       STR_ARG(name));
    Str line = str_printf(arena, "%s: %s", str_z(arena, name), str_z(arena, value));
    vec_push(arena, headers, line.ptr);
    return OK;
}

static Status open_headers(Arena *arena, const ModelSpec *spec, const RemoteAuth *auth,
                           Remote *remote, Err *err)
{
    HeaderVec headers = {0};
    vec_push(arena, &headers, "Content-Type: application/json");
    Str key_header = json_text(json_get(&spec->settings, "key_header"));
    const char *key = remote->key;
    if (key && has_control(str_from(key)))
        return err_set(err, E_USAGE, "the key has characters that no header may have");
    if (key && key_header.len)
        TRY(add_header(arena, &headers, key_header, str_from(key), err));
    else if (key)
        TRY(add_header(arena, &headers, str_from(auth->key_header),
                       str_printf(arena, "%s%s", auth->key_prefix, key), err));
    for (const char *const *h = auth->headers; h && *h; h++)
        vec_push(arena, &headers, *h);
    const Json *more = json_get(&spec->settings, "headers");
    for (uint32_t i = 0; more && i < more->len; i++)
        TRY(add_header(arena, &headers, more->members[i].key, json_text(&more->members[i].value),
                       err));
    vec_push(arena, &headers, NULL);
    remote->headers = headers.items;
    return OK;
}

static Status open_key(Arena *arena, const ModelSpec *spec, const Provider *provider,
                       Remote *remote, Err *err)
{
    const char *name = spec->key_env.len ? str_z(arena, spec->key_env) : provider->default_key_env;
    const char *key = getenv(name);
    bool optional = json_bool(json_get(&spec->settings, "key_optional"), false) ||
                    str_eqc(spec->key_env, optional_key_env);
    if (key)
        key = str_z(arena, str_trim(str_from(key)));
    remote->key = key && *key ? key : NULL;
    if (!remote->key && (remote->official || (spec->key_env.len && !optional)))
        return err_set(err, E_USAGE, "no key: set the environment variable %s", name);
    return OK;
}

Status remote_open(Arena *arena, const ModelSpec *spec, const Provider *provider,
                   const RemoteAuth *auth, Remote *out, Err *err)
{
    const char *given = getenv(auth->base_env);
    Str base = spec->address.len ? spec->address
                                 : str_from(given && *given ? given : provider->default_url);
    Remote r = {.base = str_copy(arena, str_trim(base))};
    if ((!str_starts(r.base, STR("http://")) && !str_starts(r.base, STR("https://"))) ||
        !host_of(r.base).len || has_control(r.base))
        return err_set(err, E_USAGE, "\"" STR_FMT "\" is no http:// or https:// address",
                       STR_ARG(r.base));
    if (!spec->model.len)
        return err_set(err, E_USAGE,
                       "what is the model called at the server \"" STR_FMT
                       "\"? Name it with -m (--model)",
                       STR_ARG(r.base));
    r.official = str_eq_nocase(host_of(r.base), str_from(auth->official_host));
    TRY(open_key(arena, spec, provider, &r, err));
    TRY(open_headers(arena, spec, auth, &r, err));
    *out = r;
    return OK;
}
