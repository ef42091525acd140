/* providers.c - the table of providers. */
#include "model/providers.h"

#include "base/base.h"

static const Provider *const providers[] = {
    &provider_openai, &provider_anthropic, &provider_local, &provider_recorded, &provider_command,
};

const Provider *provider_at(size_t index)
{
    return index < COUNT(providers) ? providers[index] : NULL;
}

const Provider *provider_find(Str name)
{
    for (size_t i = 0; i < COUNT(providers); i++)
        if (str_eqc(name, providers[i]->name))
            return providers[i];
    return NULL;
}
