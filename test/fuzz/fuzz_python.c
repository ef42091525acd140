/* fuzz_python.c - any bytes as a Python file: what a function is made of is found in it, and
 * finding it once more in its own source changes nothing. */
#include "task/python.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(a);
    Str file = {(const char *)data, size};
    PythonFunction first, again;
    if (python_function(&a, file, STR("f"), &first, NULL) != OK)
        return 0;
    if (python_function(&a, first.canonical, STR("f"), &again, NULL) != OK)
        abort();
    if (!str_eq(first.canonical, again.canonical) || !str_eq(first.hash, again.hash))
        abort();
    if (first.texts.len != again.texts.len)
        abort();
    for (size_t i = 0; i < first.texts.len; i++)
        if (!str_eq(first.texts.items[i], again.texts.items[i]))
            abort();
    return 0;
}
