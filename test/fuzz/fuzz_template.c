/* fuzz_template.c - a plain template gives itself back; any other renders or is an error
 * that names its place. */
#include "template/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(arena);
    static const char vars[] = "{\"a\":\"x y\",\"b\":[1,2.5,null],\"c\":{\"d\":true},\"n\":3}";
    Err err = {0};
    Json json;
    Template *t;
    StrVec names = {0};
    Str source = {(const char *)data, size}, out;
    if (json_parse(&arena, str_from(vars), &json, NULL) != OK)
        abort();
    if (template_parse(&arena, source, "t", &t, &err) != OK) {
        if (!str_starts(str_from(err.msg), STR("t: ")))
            abort();
        return 0;
    }
    template_names(t, &arena, &names);
    Status status = template_render(t, &json, &arena, &out, &err);
    if (template_is_plain(t) && (status != OK || !str_eq(out, source)))
        abort();
    return 0;
}
