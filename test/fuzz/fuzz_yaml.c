/* fuzz_yaml.c - any bytes as YAML give a tree or one error, within the limits. */
#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(a);
    Json value = {.line = 77};
    Err err = {0};
    Status status = yaml_parse(&a, (Str){(const char *)data, size}, "f", &value, &err);
    if (status != OK && (value.line != 77 || !err.msg[0]))
        abort(); /* outputs are untouched on failure, and failure is described */
    if (status == OK)
        json_dump(&a, &value);
    return 0;
}
