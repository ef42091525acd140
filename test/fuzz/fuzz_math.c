/* fuzz_math.c - an answer, a line break, the right answer. */
#include "text/math.h"

#include "text/math_value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What has a value is itself; numbers are the same both ways round; stripping twice changes
 * nothing that is equal. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(arena);
    Str gold = {(const char *)data, size}, answer = str_split(&gold, '\n'), box, stripped;
    MathValue a, b;
    bool equal = math_equal(answer, gold, 0, &arena);
    if (math_value(answer, 0, &a) && math_value(gold, 0, &b) && !a.letters && !b.letters &&
        !str_starts(answer, STR("(")) && equal != math_equal(gold, answer, 0, &arena))
        abort();
    if (str_trim(answer).len && !math_equal(answer, answer, 0, &arena))
        abort();
    box = math_boxed(answer);
    if (box.len > answer.len)
        abort();
    if (math_strip(&arena, answer, &stripped) && stripped.len > 20 * answer.len + 20)
        abort();
    return 0;
}
