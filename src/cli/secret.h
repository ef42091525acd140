/* secret.h - keys stay in the environment: what looks like one is refused, not stored. */
#ifndef CLI_SECRET_H
#define CLI_SECRET_H

#include "base/json.h"

/* Whether `text` is more likely a key than anything a person would name. */
bool looks_like_key(Str text);
/* The error; says where the secret was seen, never what it is. */
Status refuse_secret(const char *where, Err *err) MUST_CHECK;
/* Refuses settings of a model that are named as secrets or look like one. */
Status refuse_secrets_in(const Json *settings, const char *where, Err *err) MUST_CHECK;

#endif
