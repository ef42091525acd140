/* body.c - fields of request bodies. */
#include "model/body.h"

bool body_field(BodyWriter *w, const char *name)
{
    if (json_get(w->request_extra, name) || json_get(w->model_extra, name))
        return false;
    json_key(&w->json, name);
    return true;
}

void body_int(BodyWriter *w, const char *name, int64_t value)
{
    if (body_field(w, name))
        json_write_int(&w->json, value);
}

void body_double(BodyWriter *w, const char *name, double value)
{
    if (value >= 0 && body_field(w, name))
        json_write_double(&w->json, value);
}

void body_extra(BodyWriter *w)
{
    const Json *sources[] = {w->model_extra, w->request_extra};
    for (size_t s = 0; s < COUNT(sources); s++) {
        const Json *extra = sources[s];
        for (uint32_t i = 0; json_is(extra, JSON_OBJECT) && i < extra->len; i++) {
            const JsonMember *m = &extra->members[i];
            bool replaced = s == 0 && json_get_str(w->request_extra, m->key);
            if (replaced || m->value.type == JSON_NULL)
                continue;
            json_key_str(&w->json, m->key);
            json_write(&w->json, &m->value);
        }
    }
}
