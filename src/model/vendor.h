/* vendor.h - servers with a name of their own that speak the openai dialect: where they are,
 * which key they want, what they cannot do. Private to model/, but for vendor_apply. */
#ifndef MODEL_VENDOR_H
#define MODEL_VENDOR_H

#include "model/model.h"

typedef struct Vendor {
    const char *name, *also; /* the inline prefix without its colon; a second one, or NULL */
    const char *shown;       /* the product's own name */
    const char *base;        /* address; NULL: made from the environment (azure) */
    const char *key_env;
    const char *settings; /* JSON object: what a spec does not set itself */
} Vendor;

const Vendor *vendor_find(Str name);
const Vendor *vendor_at(size_t index); /* NULL past the end */

/* Makes `spec`, whose provider may be a vendor's name, one of provider openai. Members that are
 * set stay. NAME_BASE_URL (VLLM_BASE_URL, ...) in the environment replaces the address. A provider
 * that is no vendor is left alone. */
Status vendor_apply(Arena *arena, ModelSpec *spec, Err *err) MUST_CHECK;

#endif
