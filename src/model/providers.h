/* providers.h - the providers that the table in providers.c lists. */
#ifndef MODEL_PROVIDERS_H
#define MODEL_PROVIDERS_H

#include "model/model.h"

extern const Provider provider_openai, provider_anthropic, provider_local, provider_recorded,
    provider_command;

#endif
