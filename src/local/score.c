/* score.c - log-likelihoods of given texts. */
#include "local/network.h"

#include "base/utf8.h"

#include <math.h>

typedef struct Scorer {
    const TokenVec *tokens;
    size_t vocabulary;
    double *logprobs; /* of each token of the text */
    bool greedy;
} Scorer;

/* log softmax(logits)[token], in double. */
static Status score_next(void *state, size_t position, const float *logits, Err *err)
{
    Scorer *s = state;
    if (position + 1 >= s->tokens->len)
        return OK;
    size_t token = (size_t)s->tokens->items[position + 1], best = 0;
    for (size_t i = 1; i < s->vocabulary; i++)
        if (logits[i] > logits[best])
            best = i;
    double sum = 1, top = logits[best]; /* the best token's own term is exp(0) */
    for (size_t i = 0; i < s->vocabulary; i++)
        if (i != best)
            sum += exp(logits[i] - top);
    double logprob = logits[token] - top - log(sum);
    if (!isfinite(logprob))
        return err_set(err, E_PARSE, "the model's weights give values that are not numbers");
    s->logprobs[position + 1] = logprob;
    s->greedy = s->greedy && best == token;
    return OK;
}

/* Scores tokens[first..]; the last token is not evaluated, nothing follows it. */
static Status score_from(LocalSession *session, TokenVec tokens, size_t first, Scorer *s, Err *err)
{
    const LocalModel *m = session_model(session);
    if (tokens.len > m->net.context)
        return err_set(err, E_LIMIT, "the text has %zu tokens but the model's context is %u",
                       tokens.len, m->net.context);
    *s = (Scorer){&tokens, m->vocab.len, s->logprobs, true};
    TokenVec read = tokens;
    read.len--;
    FeedRange range = {tokens.len, first - 1};
    Status status =
        read.len ? session_feed(session, &read, range, (LogitSink){score_next, s}, err) : OK;
    s->tokens = NULL;
    return status;
}

Status local_logprobs(LocalSession *session, Str text, Arena *arena, LogprobVec *out, Err *err)
{
    TokenVec tokens;
    TRY(local_tokenize(session_model(session), local_plain(text), true, arena, &tokens, err));
    LogprobVec result = {arena_array(arena, tokens.len, sizeof(double)), tokens.len, tokens.len};
    if (tokens.len) {
        Scorer s = {.logprobs = result.items};
        TRY(score_from(session, tokens, 1, &s, err));
        result.items[0] = (double)NAN;
    }
    *out = result;
    return OK;
}

/* Tokens of context and continuation together, and where the continuation's begin. White
 * space at the end of the context is usually part of the continuation's first token. */
static Status join(const LocalModel *m, LocalPrompt before, Str continuation, Arena *arena,
                   TokenVec *tokens, size_t *first, Err *err)
{
    Str context = before.text;
    LocalPrompt kept = {utf8_rstrip(context), before.chat};
    char *bytes = arena_alloc(arena, context.len + continuation.len + 1);
    if (context.len)
        memcpy(bytes, context.ptr, context.len);
    if (continuation.len)
        memcpy(bytes + context.len, continuation.ptr, continuation.len);
    LocalPrompt both = {{bytes, context.len + continuation.len}, before.chat};
    TokenVec start = {0};
    if (!context.len && m->vocab.begin != NO_TOKEN && !m->vocab.add_begin) {
        vec_push(arena, &start, m->vocab.begin);
        *tokens = start;
        TRY(vocab_encode(&m->vocab, both, arena, tokens, err));
    } else {
        TRY(local_tokenize(m, kept, true, arena, &start, err));
        TRY(local_tokenize(m, both, true, arena, tokens, err));
    }
    *first = start.len < tokens->len ? start.len : tokens->len;
    return OK;
}

/* A whole text in windows that fill the context: each scores the tokens after those of the
 * window before, the first after the begin token, the last with as much before it as fits. */
static Status score_windows(LocalSession *session, TokenVec tokens, Scorer *s, Err *err)
{
    size_t room = session_model(session)->net.context;
    for (size_t done = 1; done < tokens.len;) {
        size_t end = tokens.len - done < room - 1 ? tokens.len : done + room - 1;
        size_t from = end > room ? end - room : 0;
        TokenVec window = {tokens.items + from, end - from, end - from};
        Scorer part = {.logprobs = s->logprobs + from, .greedy = true};
        TRY(score_from(session, window, done - from, &part, err));
        s->greedy = s->greedy && part.greedy;
        done = end;
    }
    return OK;
}

Status local_score(LocalSession *session, LocalPrompt context, Str continuation, LocalScore *out,
                   Err *err)
{
    SCOPED_ARENA(arena);
    TokenVec tokens;
    size_t first;
    TRY(join(session_model(session), context, continuation, &arena, &tokens, &first, err));
    if (!first && tokens.len)
        return err_set(err, E_USAGE, "the context is empty and the model has no begin token");
    Scorer s = {.logprobs = arena_array(&arena, tokens.len, sizeof(double)), .greedy = true};
    bool windows = first == 1 && !context.text.len && session_model(session)->net.context > 1;
    if (windows)
        TRY(score_windows(session, tokens, &s, err));
    else if (first < tokens.len)
        TRY(score_from(session, tokens, first, &s, err));
    LocalScore score = {.greedy = s.greedy, .prompt_tokens = (int)first};
    for (size_t i = first; i < tokens.len; i++)
        score.logprob += s.logprobs[i];
    score.scored_tokens = (int)(tokens.len - first);
    *out = score;
    return OK;
}
