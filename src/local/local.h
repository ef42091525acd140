/* local.h - small GGUF language models in the process, on the CPU.
 *
 * Llama architecture (RMSNorm, RoPE in adjacent pairs, grouped-query attention,
 * SwiGLU), tensors F32, F16 or Q8_0, SentencePiece-style vocabulary with byte fallback
 * (tokenizer.ggml.model = "llama"). GGUF versions 2 and 3, little endian. Every count,
 * offset and size in a file is checked before use: a broken file is one clear error.
 *
 * A LocalModel is immutable after loading and shared by threads; a LocalSession (key
 * and value cache, scratch) belongs to one thread. A session keeps the tokens of its last
 * call and computes only what differs from the longest common prefix, so scoring the
 * options of a question evaluates the question once. Results do not depend on that. */
#ifndef LOCAL_LOCAL_H
#define LOCAL_LOCAL_H

#include "base/str.h"
#include "base/vec.h"

#include <stdatomic.h>

typedef struct LocalModel LocalModel;
typedef struct LocalSession LocalSession;

/* Loads from a file (mapped read-only) or from memory that must outlive the model.
 * Errors name the path and the part of the file that is wrong. */
Status local_load(const char *path, LocalModel **out, Err *err) MUST_CHECK;
Status local_load_bytes(Str bytes, const char *name, LocalModel **out, Err *err) MUST_CHECK;
void local_free(LocalModel *model);

typedef struct LocalInfo {
    Str name, chat_template;  /* from the file's metadata; empty when absent */
    Str begin_text, end_text; /* names of the begin and end tokens, such as "<s>", or empty */
    uint32_t context;         /* tokens */
    uint32_t vocabulary, layers, width;
    uint64_t parameters;
} LocalInfo;
LocalInfo local_info(const LocalModel *model);

Status local_session(const LocalModel *model, LocalSession **out, Err *err) MUST_CHECK;
void local_session_free(LocalSession *session);
/* From now on it gives up with E_REMOTE, between two batches of tokens, once *halt is 2. */
void local_session_halt(LocalSession *session, const atomic_int *halt);

/* What a model is asked to go on with. */
typedef struct LocalPrompt {
    Str text;
    bool chat; /* rendered by the chat template: names of control tokens in it, such as "</s>",
                  are those tokens, wherever they come from, as in llama.cpp */
} LocalPrompt;

static inline LocalPrompt local_plain(Str text)
{
    return (LocalPrompt){text, false};
}

/* Text to token ids; `start` puts the begin-of-text token first when the file asks for
 * one, and the text has not got it already. Same ids as llama.cpp for the same file. */
typedef VEC(int32_t) TokenVec;
Status local_tokenize(const LocalModel *model, LocalPrompt prompt, bool start, Arena *arena,
                      TokenVec *out, Err *err) MUST_CHECK;

typedef struct LocalSampling {
    int max_tokens;     /* >= 0 */
    double temperature; /* 0 = greedy */
    double top_p;       /* 1 = off */
    uint64_t seed;      /* used when temperature > 0 */
    const Str *stop;    /* generation ends before the first of these */
    size_t n_stop;
} LocalSampling;

typedef enum LocalFinish { LOCAL_STOP, LOCAL_LENGTH } LocalFinish;

typedef struct LocalText {
    Str text;           /* without the stop string; valid UTF-8 (bad bytes become U+FFFD) */
    LocalFinish finish; /* LENGTH: max_tokens or the context ran out */
    int prompt_tokens, completion_tokens;
} LocalText;

/* Continues `prompt`. E_LIMIT when the prompt alone does not fit the context. */
Status local_generate(LocalSession *session, LocalPrompt prompt, const LocalSampling *sampling,
                      Arena *arena, LocalText *out, Err *err) MUST_CHECK;

typedef struct LocalScore {
    double logprob; /* natural log, summed over the continuation's tokens */
    bool greedy;    /* every one of them was the most likely token */
    int prompt_tokens, scored_tokens;
} LocalScore;

/* log p(continuation | context). White space at the end of `context` is scored with the
 * continuation; an empty context is the begin-of-text token, and then the text may be longer
 * than the model's context: it is scored in windows. */
Status local_score(LocalSession *session, LocalPrompt context, Str continuation, LocalScore *out,
                   Err *err) MUST_CHECK;

/* log p of every token of `text` given those before it; the first is NAN. For tests. */
typedef VEC(double) LogprobVec;
Status local_logprobs(LocalSession *session, Str text, Arena *arena, LogprobVec *out,
                      Err *err) MUST_CHECK;

#endif
