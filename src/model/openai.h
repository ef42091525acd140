/* openai.h - what the parts of the openai provider share. */
#ifndef MODEL_OPENAI_H
#define MODEL_OPENAI_H

#include "model/model.h"

/* How continuations are scored. */
typedef enum ScoreWay {
    SCORE_ECHO,         /* completions endpoint: the prompt comes back with its logprobs */
    SCORE_TOP_LOGPROBS, /* chat endpoint: logprobs of the first answered token */
    SCORE_NONE,         /* the server gives no log-probabilities */
} ScoreWay;

typedef struct OpenAi {
    const char *chat_url, *completions_url;
    const char *const *headers;
    ScoreWay score;
    Str start_mark;
    const Json *extra; /* from the settings, or NULL */
    bool stream;
    size_t max_stop;             /* stop strings the server accepts */
    const char *max_tokens_name; /* what the server calls the limit of an answer */
} OpenAi;

/* How to split what is scored: white space at the end of the context belongs to the
 * continuation, as tokenisers attach it to the following word; an empty context is the
 * start mark. */
typedef struct ScoredText {
    Str context, continuation;
} ScoredText;
ScoredText openai_scored_text(const OpenAi *o, const ModelRequest *request, Arena *arena);

void openai_parse(const Model *model, const ModelRequest *request, const HttpReply *reply,
                  Arena *arena, ModelReply *out);

/* Fills logprob and greedy from the `logprobs` of an echoed choice. */
Status openai_score_echo(const Json *logprobs, ScoredText scored, Arena *arena, ModelReply *out,
                         Err *err) MUST_CHECK;

/* Fills logprob, greedy and choice_logprobs from the first token's alternatives. */
Status openai_score_letters(const Json *logprobs, const ModelRequest *request, Arena *arena,
                            ModelReply *out, Err *err) MUST_CHECK;

#endif
