/* chat_template.h - a model's own chat template: messages to the text of a prompt.
 *
 * The templates of model files are Jinja with trim_blocks and lstrip_blocks, as transformers
 * renders them. Variables: messages, bos_token, eos_token, add_generation_prompt; tools and
 * documents are None. The rest is the subset of template/template.h: a template that needs
 * more (namespace, macro, a test of a member that a message does not have) is an error that
 * names the place. */
#ifndef MODEL_CHAT_TEMPLATE_H
#define MODEL_CHAT_TEMPLATE_H

#include "base/json.h"
#include "template/template.h"

typedef struct ChatTokens {
    Str begin, end; /* names of the begin and end tokens */
} ChatTokens;

/* Parses into the arena; `name` stands before the place in errors. */
Status chat_template_parse(Arena *arena, Str source, const char *name, Template **out,
                           Err *err) MUST_CHECK;

/* Renders an array of {role, content}. The answer is asked for after the last one, unless
 * that is the assistant's: then the text ends with it, for the model to go on. E_USAGE when
 * the template leaves that one out. */
Status chat_template_render(const Template *t, const Json *messages, ChatTokens tokens,
                            Arena *arena, Str *out, Err *err) MUST_CHECK;

/* The source as trim_blocks and lstrip_blocks read it: without the line break after a block
 * or comment, the blanks before one that stands first in its line, and the last line break.
 * For tests. */
Str chat_template_trim(Arena *arena, Str source);

#endif
