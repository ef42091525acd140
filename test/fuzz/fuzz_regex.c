/* fuzz_regex.c - pattern, line break, text: matches lie in the text, in order. */
#include "text/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(arena);
    Str text = {(const char *)data, size}, pattern = str_split(&text, '\n'), out;
    Regex *r;
    RegexMatches all = {0};
    if (regex_compile(pattern, &r, NULL) != OK)
        return 0;
    if (text.ptr && regex_find_all(r, text, &arena, &all, NULL) == OK) {
        const char *at = text.ptr;
        for (size_t i = 0; i < all.len; i++) {
            Str whole = all.items[i].groups[0];
            if (whole.ptr < at || whole.ptr + whole.len > text.ptr + text.len)
                abort();
            at = whole.ptr + whole.len;
        }
        /* replacing each match by itself changes nothing */
        if (regex_replace(r, text, STR("\\g<0>"), &arena, &out, NULL) != OK || !str_eq(out, text))
            abort();
    }
    regex_free(r);
    return 0;
}
