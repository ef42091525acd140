/* fuzz_chat.c - a chat template without blocks and comments renders as the plain template, less
 * its last line break; any other renders or is an error. */
#include "model/chat_template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(arena);
    static const char text[] = "[{\"role\":\"user\",\"content\":\"a b\"},"
                               "{\"role\":\"assistant\",\"content\":\"c\"}]";
    const ChatTokens tokens = {STR("<s>"), STR("</s>")};
    Err err = {0};
    Json messages;
    Template *t;
    Str source = {(const char *)data, size}, out;
    if (json_parse(&arena, str_from(text), &messages, NULL) != OK)
        abort();
    Str trimmed = chat_template_trim(&arena, source);
    bool blocks = str_find(source, STR("{%")) >= 0 || str_find(source, STR("{#")) >= 0;
    if (trimmed.len > source.len || (!blocks && !str_starts(source, trimmed)))
        abort();
    if (chat_template_parse(&arena, source, "t", &t, &err) != OK)
        return 0;
    Status status = chat_template_render(t, &messages, tokens, &arena, &out, &err);
    if (status != OK && !err.msg[0])
        abort();
    return 0;
}
