/* fuzz_extract.c - first byte: kind and number of options; rest: the answer. What is found has
 * the form of its kind, is found again in itself, and steps stay in proportion. */
#include "text/extract.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_form(const ExtractOptions *o, const Extracted *e)
{
    uint32_t last = 0;
    for (size_t i = 0; i < e->value.len; i++) {
        unsigned char c = (unsigned char)e->value.ptr[i];
        if (o->kind <= EXTRACT_MULTI_CHOICE && (c <= last || c < 'A' || c >= 'A' + o->n))
            abort(); /* letters of options, in order */
        if (o->kind == EXTRACT_NUMBER && !strchr("0123456789-./", c))
            abort();
        last = c;
    }
    if (o->kind == EXTRACT_CHOICE && e->value.len != 1)
        abort();
    if (o->kind == EXTRACT_YES_NO && !str_eqc(e->value, "yes") && !str_eqc(e->value, "no"))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(arena);
    if (!size)
        return 0;
    ExtractOptions o = {.kind = (ExtractKind)(data[0] % N_EXTRACT_KINDS),
                        .n = 2u + data[0] / 8 % 9};
    Str text = {(const char *)data + 1, size - 1};
    Extracted e, again;
    extract_answer(&o, text, &arena, &e);
    if (!e.rule || e.found != (e.value.len > 0) || e.work > 4000 * (size + 64))
        abort();
    if (!e.found)
        return 0;
    check_form(&o, &e);
    extract_answer(&o, e.value, &arena, &again);
    if (o.kind != EXTRACT_TEXT && !(again.found && str_eq(again.value, e.value)))
        abort(); /* a canonical answer is an answer */
    return 0;
}
