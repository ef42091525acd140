/* fuzz_literal.c - literal_eval(repr(x)) == x, for text and for what literal_eval reads. */
#include "base/utf8.h"
#include "template/literal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(Arena *arena, const Json *value)
{
    Json again;
    StrBuf text = strbuf_make(arena, SIZE_MAX / 4);
    literal_repr(&text, value);
    if (literal_eval(arena, strbuf_str(&text), &again, NULL) != OK || !json_equal(value, &again))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(arena);
    Str text = {(const char *)data, size};
    Json value = json_str(utf8_clean(&arena, text));
    round_trip(&arena, &value);
    if (literal_eval(&arena, text, &value, NULL) == OK)
        round_trip(&arena, &value);
    return 0;
}
