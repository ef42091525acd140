/* local_logprobs.c - log-probabilities of texts by the models in the process, for tests:
 * reads a JSON array of texts from standard input and prints an array of arrays, one number
 * for each token but the first.   usage: tool_local_logprobs FILE.gguf */
#include "base/json.h"
#include "base/limits.h"
#include "local/local.h"

#include <stdio.h>

static Status print_text(LocalSession *session, Str text, Err *err)
{
    SCOPED_ARENA(arena);
    LogprobVec got;
    TRY(local_logprobs(session, text, &arena, &got, err));
    putchar('[');
    for (size_t i = 1; i < got.len; i++)
        printf("%s%.9g", i > 1 ? "," : "", got.items[i]);
    putchar(']');
    return OK;
}

static Status print_all(const char *path, Str input, Arena *arena, Err *err)
{
    Json texts;
    LocalModel *model;
    LocalSession *session = NULL;
    TRY(json_parse(arena, input, &texts, err));
    TRY(local_load(path, &model, err));
    Status status = local_session(model, &session, err);
    putchar('[');
    for (uint32_t i = 0; status == OK && i < texts.len; i++) {
        fputs(i ? ",\n" : "", stdout);
        status = print_text(session, json_text(&texts.items[i]), err);
    }
    puts("]");
    local_session_free(session);
    local_free(model);
    return status;
}

int main(int argc, char **argv)
{
    SCOPED_ARENA(arena);
    Err err = {0};
    char *input = arena_alloc(&arena, MIB);
    size_t n = fread(input, 1, MIB, stdin);
    if (argc == 2 && print_all(argv[1], (Str){input, n}, &arena, &err) == OK)
        return 0;
    fprintf(stderr, "%s\n", argc == 2 ? err.msg : "usage: tool_local_logprobs FILE.gguf");
    return 1;
}
