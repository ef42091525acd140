/* generate.c - continues texts: greedy or sampled, until a stop string or the end. */
#include "local/network.h"

#include "base/limits.h"
#include "base/rng.h"
#include "base/utf8.h"

#include <math.h>

typedef struct Choice {
    double weight;
    int32_t token;
} Choice;

typedef struct Picker {
    const LocalSampling *how;
    size_t vocabulary;
    Rng rng;
    Choice *choices; /* room for the vocabulary; NULL when greedy */
    int32_t picked;
} Picker;

static int by_weight(const void *a, const void *b)
{
    const Choice *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return x->token < y->token ? -1 : x->token > y->token;
}

/* Draws from the smallest set of likeliest tokens that holds top_p of the mass. */
static int32_t draw(Picker *p, const float *logits, double top)
{
    double total = 0, kept = 0;
    size_t n = 0;
    for (size_t i = 0; i < p->vocabulary; i++) {
        double weight = exp((logits[i] - top) / p->how->temperature);
        p->choices[i] = (Choice){weight, (int32_t)i};
        total += weight;
    }
    qsort(p->choices, p->vocabulary, sizeof *p->choices, by_weight);
    do
        kept += p->choices[n++].weight;
    while (n < p->vocabulary && kept < p->how->top_p * total);
    double left = rng_double(&p->rng) * kept;
    for (size_t i = 0; i < n; i++) {
        left -= p->choices[i].weight;
        if (left < 0)
            return p->choices[i].token;
    }
    return p->choices[n - 1].token;
}

static Status pick(void *state, size_t position, const float *logits, Err *err)
{
    (void)position;
    Picker *p = state;
    size_t best = 0;
    for (size_t i = 0; i < p->vocabulary; i++) {
        if (!isfinite(logits[i]))
            return err_set(err, E_PARSE, "the model's weights give values that are not numbers");
        if (logits[i] > logits[best])
            best = i;
    }
    p->picked = p->choices ? draw(p, logits, (double)logits[best]) : (int32_t)best;
    return OK;
}

/* Offset of the first stop string; only an end within the last `fresh` bytes is new. */
static bool find_stop(const LocalSampling *how, Str text, size_t fresh, size_t *at)
{
    bool found = false;
    for (size_t i = 0; i < how->n_stop; i++) {
        Str stop = how->stop[i];
        size_t from = text.len > fresh + stop.len ? text.len - fresh - stop.len : 0;
        ptrdiff_t where = stop.len ? str_find_from(text, stop, from) : -1;
        if (where >= 0 && (!found || (size_t)where < *at)) {
            *at = (size_t)where;
            found = true;
        }
    }
    return found;
}

static Status generate(LocalSession *session, TokenVec *tokens, Picker *picker, Arena *arena,
                       LocalText *out, Err *err)
{
    const LocalModel *m = session_model(session);
    StrBuf text = strbuf_make(arena, LIMIT_REPLY);
    LogitSink sink = {pick, picker};
    out->finish = LOCAL_LENGTH;
    while (out->completion_tokens < picker->how->max_tokens && tokens->len < m->net.context) {
        FeedRange range = {(size_t)out->prompt_tokens, tokens->len - 1};
        TRY(session_feed(session, tokens, range, sink, err));
        if (vocab_is_end(&m->vocab, picker->picked)) {
            out->finish = LOCAL_STOP;
            break;
        }
        size_t before = text.len, stop = 0;
        vocab_decode(&m->vocab, picker->picked, &text);
        vec_push(arena, tokens, picker->picked);
        out->completion_tokens++;
        if (find_stop(picker->how, strbuf_str(&text), text.len - before, &stop)) {
            text.len = stop;
            out->finish = LOCAL_STOP;
            break;
        }
    }
    TRY(strbuf_check(&text, "generated text", err));
    out->text = utf8_clean(arena, strbuf_str(&text));
    return OK;
}

Status local_generate(LocalSession *session, LocalPrompt prompt, const LocalSampling *sampling,
                      Arena *arena, LocalText *out, Err *err)
{
    const LocalModel *m = session_model(session);
    TokenVec tokens;
    TRY(local_tokenize(m, prompt, true, arena, &tokens, err));
    if (!tokens.len)
        return err_set(err, E_USAGE, "the prompt is empty and the model has no begin token");
    if (tokens.len > m->net.context)
        return err_set(err, E_LIMIT, "the prompt has %zu tokens but the model's context is %u",
                       tokens.len, m->net.context);
    Picker picker = {.how = sampling, .vocabulary = m->vocab.len, .rng = rng_make(sampling->seed)};
    if (sampling->temperature > 0)
        picker.choices = arena_array(arena, m->vocab.len, sizeof *picker.choices);
    LocalText text = {.prompt_tokens = (int)tokens.len};
    TRY(generate(session, &tokens, &picker, arena, &text, err));
    *out = text;
    return OK;
}
