/* fuzz_ifeval.c - a number, a line of arguments, an answer: the verdict of one instruction. */
#include "text/ifeval.h"
#include "text/ifeval_language.h"
#include "text/sentence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever follows as it stands follows loosely too; nothing follows nothing; counts of sentences
 * are at most those of marks and one more. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(arena);
    IfevalVerdict v;
    Json kwargs = {.type = JSON_OBJECT};
    if (!size)
        return 0;
    const char *name = ifeval_name(data[0] % 25);
    Str answer = {(const char *)data + 1, size - 1}, line = str_split(&answer, '\n');
    if (json_parse(&arena, line, &kwargs, NULL) != OK)
        kwargs = (Json){.type = JSON_OBJECT};
    if (ifeval_check(str_from(name), &kwargs, answer, &v, NULL) == OK && v.strict && !v.loose)
        abort();
    if (ifeval_check(str_from(name), &kwargs, STR(" \n"), &v, NULL) == OK && (v.strict || v.loose))
        abort();
    size_t marks = 1;
    for (size_t i = 0; i < answer.len; i++)
        marks += answer.ptr[i] == '.' || answer.ptr[i] == '?' || answer.ptr[i] == '!';
    if (sentence_count(answer) > marks || sentence_capital_words(answer) > answer.len ||
        (ifeval_language_of(answer) && !ifeval_has_letters(answer)))
        abort();
    return 0;
}
