/* secret.c - keys typed where they would be stored. */
#include "cli/secret.h"

#include <ctype.h>

/* A known prefix, or a long run of letters and digits mixed. */
bool looks_like_key(Str text)
{
    static const char *const prefixes[] = {"sk-", "sk_", "Bearer ", "hf_", "gsk_", "xai-", "AIza"};
    size_t digits = 0, letters = 0;
    for (size_t i = 0; i < COUNT(prefixes); i++)
        if (str_starts(text, str_from(prefixes[i])) && text.len >= 12)
            return true;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        digits += isdigit(c) != 0;
        letters += isalpha(c) != 0;
        if (!isalnum(c) && c != '-' && c != '_')
            return false;
    }
    return text.len >= 32 && digits >= 4 && letters >= 4;
}

static bool names_a_secret(Str key)
{
    static const char *const names[] = {"key",    "api_key",       "apikey",    "token",
                                        "secret", "authorization", "x-api-key", "password"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_eq_nocase(key, str_from(names[i])))
            return true;
    return false;
}

Status refuse_secret(const char *where, Err *err)
{
    return err_set(err, E_USAGE,
                   "%s looks like a key; keys are never stored: put it in an environment variable "
                   "and give that variable's name with --key-env (and --set key_header=NAME when "
                   "it goes into another header than Authorization)",
                   where);
}

Status refuse_secrets_in(const Json *settings, const char *where, Err *err)
{
    for (uint32_t i = 0; i < settings->len; i++) {
        const JsonMember *m = &settings->members[i];
        if (m->value.type == JSON_OBJECT)
            TRY(refuse_secrets_in(&m->value, where, err));
        else if (names_a_secret(m->key) || looks_like_key(json_text(&m->value)))
            return refuse_secret(where, err);
    }
    return OK;
}
