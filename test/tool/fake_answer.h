/* fake_answer.h - what the model server for tests answers: the same to the same question. */
#ifndef TEST_TOOL_FAKE_ANSWER_H
#define TEST_TOOL_FAKE_ANSWER_H

#include "base/hash.h"
#include "base/json.h"

enum { REQUEST_LIMIT = 64 << 20 };

typedef struct Asked {
    const Json *body;
    Str prompt, answer;
    Hash hash;
    bool chat, echo;
} Asked;

/* All message contents, or the prompt. */
Str fake_prompt(Arena *arena, const Json *body);
/* "The answer is X.", or what the prompt asks for with "[[answer:TEXT]]". */
Str fake_answer(Arena *arena, Str prompt, Hash hash);
Str fake_json(Arena *arena, const Asked *a);
Str fake_stream(Arena *arena, const Asked *a);

#endif
