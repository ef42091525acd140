/* openai_score.c - log-likelihoods from the log-probabilities that servers return.
 *
 * Scoring by echo: the server returns every token of context + continuation with its
 * log-probability; those that start at or after the end of the context are summed. Where
 * a token starts is found from the token texts when they spell the prompt, else from
 * text_offset, which servers count in code points, UTF-16 units or bytes, with or without a
 * start token in front: the reading that fits the token texts best is taken. */
#include "base/utf8.h"
#include "base/vec.h"
#include "model/openai.h"

#include <math.h>

typedef struct Token {
    Str text;        /* as bytes when they are known */
    bool partial;    /* the text is a stand-in for bytes that are no character */
    double logprob;  /* NAN when not given */
    double top;      /* log-probability of the likeliest token; NAN unknown */
    int64_t offset;  /* text_offset; < 0 not given */
    ptrdiff_t start; /* byte of the prompt where it starts; < 0: before the text */
} Token;

typedef VEC(Token) TokenVec;

/* ---- reading ---- */

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* OpenAI writes tokens that are no characters as "bytes:\xe4\xbd". */
static Str spelled_bytes(Str text, Arena *arena)
{
    StrBuf out = strbuf_make(arena, text.len + 1);
    if (!str_starts(text, STR("bytes:\\x")))
        return (Str){0};
    for (size_t at = 6; at < text.len; at += 4) {
        if (text.len - at < 4 || text.ptr[at] != '\\' || text.ptr[at + 1] != 'x')
            return (Str){0};
        int high = hex(text.ptr[at + 2]), low = hex(text.ptr[at + 3]);
        if (high < 0 || low < 0)
            return (Str){0};
        strbuf_addc(&out, (char)(high * 16 + low));
    }
    return strbuf_str(&out);
}

static Str listed_bytes(const Json *bytes, Arena *arena)
{
    StrBuf out = strbuf_make(arena, 1 << 16);
    if (!bytes || bytes->type != JSON_ARRAY)
        return (Str){0};
    for (uint32_t i = 0; i < bytes->len; i++) {
        int64_t byte = json_int(&bytes->items[i], -1);
        if (byte < 0 || byte > 255)
            return (Str){0};
        strbuf_addc(&out, (char)byte);
    }
    return strbuf_str(&out);
}

static void set_text(Token *t, Str text, const Json *bytes, Arena *arena)
{
    Str exact = listed_bytes(bytes, arena);
    if (!exact.len)
        exact = spelled_bytes(text, arena);
    t->text = exact.len ? exact : text;
    t->partial = str_find(t->text, STR("\xEF\xBF\xBD")) >= 0;
}

/* The largest of a token's alternatives: an object text -> logprob, or a list of objects. */
static double likeliest(const Json *top)
{
    double best = NAN;
    for (uint32_t i = 0; top && i < top->len; i++) {
        const Json *value = json_is(top, JSON_OBJECT)  ? &top->members[i].value
                            : json_is(top, JSON_ARRAY) ? json_get(&top->items[i], "logprob")
                                                       : NULL;
        double logprob = json_number(value, NAN);
        if (!(logprob <= best))
            best = logprob;
    }
    return best;
}

static const Json *at(const Json *array, uint32_t i)
{
    return json_is(array, JSON_ARRAY) && i < array->len ? &array->items[i] : NULL;
}

static TokenVec read_tokens(const Json *logprobs, Arena *arena)
{
    TokenVec out = {0};
    const Json *content = json_get(logprobs, "content"), *texts = json_get(logprobs, "tokens");
    const Json *values = json_get(logprobs, "token_logprobs");
    const Json *tops = json_get(logprobs, "top_logprobs");
    const Json *offsets = json_get(logprobs, "text_offset");
    bool chat_shaped = json_is(content, JSON_ARRAY); /* llama.cpp, also in completions */
    const Json *list = chat_shaped ? content : texts;
    for (uint32_t i = 0; json_is(list, JSON_ARRAY) && i < list->len; i++) {
        const Json *e = &list->items[i];
        Token t = {.offset = -1};
        if (chat_shaped) {
            set_text(&t, json_text(json_get(e, "token")), json_get(e, "bytes"), arena);
            t.logprob = json_number(json_get(e, "logprob"), NAN);
            t.top = likeliest(json_get(e, "top_logprobs"));
        } else {
            set_text(&t, json_text(e), NULL, arena);
            t.logprob = json_number(at(values, i), NAN);
            t.top = likeliest(at(tops, i));
            t.offset = json_int(at(offsets, i), -1);
        }
        vec_push(arena, &out, t);
    }
    return out;
}

/* ---- where tokens start: by their texts ---- */

/* Bytes of `text` at `from` that the token spells, or -1. SentencePiece shows spaces as
 * U+2581 and puts one before the first word. The last token may go on past the text. */
static ptrdiff_t spelled(Str text, size_t from, Str token)
{
    size_t p = from;
    for (size_t i = 0; i < token.len; p++) {
        if (p == text.len)
            return (ptrdiff_t)(p - from);
        bool mark = str_starts(str_after(token, i), STR("\xE2\x96\x81"));
        if (token.ptr[i] == text.ptr[p]) {
            i++;
        } else if (mark && text.ptr[p] == ' ') {
            i += 3;
        } else if (p == 0 && i == 0 && (mark || token.ptr[0] == ' ')) {
            i += mark ? 3 : 1;
            p--; /* stays where it is; wraps through the loop's increment */
        } else {
            return -1;
        }
    }
    return (ptrdiff_t)(p - from);
}

/* The same, where the server drops the space before a word. */
static ptrdiff_t spelled_loosely(Str text, size_t from, Str token)
{
    ptrdiff_t n = spelled(text, from, token);
    if (n >= 0 || from >= text.len || text.ptr[from] != ' ')
        return n;
    n = spelled(text, from + 1, token);
    return n < 0 ? n : n + 1;
}

/* The tokens in front of the text, such as "<s>": at most two, without a place in it. */
static size_t skip_front(TokenVec *tokens, Str text, size_t from)
{
    size_t i = 0;
    while (i < tokens->len && i < 2 && !tokens->items[i].partial &&
           (!tokens->items[i].text.len || spelled(text, from, tokens->items[i].text) < 0))
        tokens->items[i++].start = -1;
    return i;
}

/* Sets starts when the texts spell the prompt from `from` to its end without a gap. */
static bool place_exactly(TokenVec *tokens, Str text, size_t from)
{
    size_t p = from;
    for (size_t i = skip_front(tokens, text, from); i < tokens->len; i++) {
        Token *t = &tokens->items[i];
        ptrdiff_t n = p < text.len ? spelled(text, p, t->text) : 0;
        if (n < 0 || (t->partial && p < text.len))
            return false;
        t->start = (ptrdiff_t)p;
        p += (size_t)n;
    }
    return p == text.len;
}

/* The place at or after `p` where token `i` and those after it, up to a partial one, are
 * spelled; -1 when there is none. */
static ptrdiff_t find_run(const TokenVec *tokens, size_t i, Str text, size_t p)
{
    for (; p <= text.len; p++) {
        size_t q = p, k = i;
        ptrdiff_t n = 0;
        for (; k < tokens->len && k < i + 8 && !tokens->items[k].partial && q < text.len; k++) {
            n = spelled_loosely(text, q, tokens->items[k].text);
            if (n < 0)
                break;
            q += (size_t)n;
        }
        if (n >= 0)
            return (ptrdiff_t)p;
    }
    return -1;
}

/* Sets starts around tokens whose bytes are not known: such a run fills the gap to the next
 * readable token, shared evenly. */
static bool place_with_gaps(TokenVec *tokens, Str text, size_t from)
{
    size_t p = from;
    for (size_t i = skip_front(tokens, text, from); i < tokens->len;) {
        Token *t = &tokens->items[i];
        if (!t->partial || p >= text.len) {
            ptrdiff_t n = p < text.len ? spelled_loosely(text, p, t->text) : 0;
            if (n < 0)
                return false;
            t->start = (ptrdiff_t)p;
            p += (size_t)n;
            i++;
            continue;
        }
        size_t run = 1;
        while (i + run < tokens->len && tokens->items[i + run].partial)
            run++;
        ptrdiff_t next =
            i + run < tokens->len ? find_run(tokens, i + run, text, p + 1) : (ptrdiff_t)text.len;
        if (next < 0)
            return false;
        for (size_t k = 0; k < run; k++)
            tokens->items[i + k].start = (ptrdiff_t)(p + ((size_t)next - p) * k / run);
        p = (size_t)next;
        i += run;
    }
    return p >= text.len;
}

/* ---- where tokens start: by their offsets ---- */

typedef enum Unit { CODE_POINTS, UTF16_UNITS, BYTES, N_UNITS } Unit;

/* Moves *byte and *units on to the character that holds unit `target`. */
static void walk(Str text, Unit unit, int64_t target, size_t *byte, int64_t *units)
{
    while (*byte < text.len && *units < target) {
        size_t next = *byte;
        int32_t code = utf8_next(text, &next);
        int64_t step = unit == CODE_POINTS ? 1
                       : unit == BYTES     ? (int64_t)(next - *byte)
                       : code >= 0x10000   ? 2
                                           : 1;
        if (*units + step > target) {
            if (unit == BYTES)
                *byte += (size_t)(target - *units);
            *units = target;
            return;
        }
        *units += step;
        *byte = next;
    }
}

typedef struct Fit {
    size_t hits, misses;
    bool ends_right; /* one token lies past the text, as asked for, right at its end */
} Fit;

/* Sets starts by the offsets counted in `unit` and says how well the texts agree. */
static Fit place_by_offsets(TokenVec *tokens, Str text, Unit unit)
{
    Fit fit = {0};
    size_t first = skip_front(tokens, text, 0), byte = 0;
    int64_t units = 0;
    size_t past = 0;
    for (size_t i = first; i < tokens->len; i++) {
        Token *t = &tokens->items[i];
        int64_t offset = t->offset - tokens->items[first].offset;
        past += byte >= text.len;
        if (offset < units) { /* backwards, or within a character already counted */
            fit.misses += t->offset < 0 || units - offset > 3;
            t->start = (ptrdiff_t)byte;
            continue;
        }
        bool before = byte < text.len;
        walk(text, unit, offset, &byte, &units);
        t->start = (ptrdiff_t)byte;
        if (byte >= text.len)
            fit.ends_right |= before && units == offset;
        else if (!t->partial && spelled_loosely(text, byte, t->text) >= 0)
            fit.hits++;
        else
            fit.misses += !t->partial;
    }
    fit.ends_right &= past == 0; /* after the one that reached the end */
    return fit;
}

static bool better(Fit a, Fit b)
{
    if (a.misses != b.misses)
        return a.misses < b.misses;
    if (a.hits != b.hits)
        return a.hits > b.hits;
    return a.ends_right && !b.ends_right;
}

static bool place_by_best_unit(TokenVec *tokens, Str text)
{
    Unit best = CODE_POINTS;
    Fit fit = place_by_offsets(tokens, text, CODE_POINTS);
    for (size_t i = 0; i < tokens->len; i++)
        if (tokens->items[i].offset < 0)
            return false;
    for (Unit unit = UTF16_UNITS; unit < N_UNITS; unit++) {
        Fit other = place_by_offsets(tokens, text, unit);
        if (better(other, fit)) {
            fit = other;
            best = unit;
        }
    }
    place_by_offsets(tokens, text, best);
    return fit.misses == 0 && (fit.hits > 0 || fit.ends_right);
}

/* ---- sums ---- */

/* Servers may hide a start mark that the text begins with. */
static size_t hidden_mark(Str context)
{
    bool mark = str_starts(context, STR("<")) && str_ends(context, STR(">"));
    return mark ? context.len : 0;
}

static bool place(TokenVec *tokens, Str text, Str context)
{
    size_t mark = hidden_mark(context);
    return place_exactly(tokens, text, 0) || place_by_best_unit(tokens, text) ||
           place_with_gaps(tokens, text, 0) ||
           (mark && (place_exactly(tokens, text, mark) || place_with_gaps(tokens, text, mark)));
}

enum { NO_TOKEN = -1 };

/* The token that covers the end of the context, for continuations that begin inside it. */
static ptrdiff_t straddling(const TokenVec *tokens, size_t cut)
{
    ptrdiff_t found = NO_TOKEN;
    for (size_t i = 0; i < tokens->len; i++)
        if (tokens->items[i].start >= 0 && (size_t)tokens->items[i].start < cut)
            found = (ptrdiff_t)i;
    return found;
}

static bool add_token(const Token *t, double *sum, bool *greedy)
{
    const double rounding = 1e-7; /* of values printed by the server twice */
    if (isnan(t->logprob))
        return false;
    *sum += t->logprob;
    *greedy &= t->logprob >= t->top - rounding; /* false when top is unknown */
    return true;
}

Status openai_score_echo(const Json *logprobs, ScoredText scored, Arena *arena, ModelReply *out,
                         Err *err)
{
    StrBuf both = strbuf_make(arena, SIZE_MAX / 2);
    strbuf_add(&both, scored.context);
    strbuf_add(&both, scored.continuation);
    Str text = strbuf_str(&both);
    size_t cut = scored.context.len, n = 0;
    TokenVec tokens = read_tokens(logprobs, arena);
    if (tokens.len <= 1)
        return err_set(err, E_MISSING,
                       "the server returned no log-probabilities of the prompt (echo is not "
                       "supported); set \"score\": \"top_logprobs\", use a generative form of the "
                       "task, or a server with echo");
    if (!place(&tokens, text, scored.context))
        return err_set(err, E_PARSE,
                       "the server's tokens do not spell the prompt that was sent; it may have "
                       "been cut to the context length or changed by the server");
    double sum = 0;
    bool greedy = true;
    for (size_t i = 0; i < tokens.len; i++) {
        const Token *t = &tokens.items[i];
        if (t->start < (ptrdiff_t)cut || t->start >= (ptrdiff_t)text.len)
            continue;
        if (!add_token(t, &sum, &greedy))
            return err_set(err, E_PARSE, "the server gave no log-probability for token %zu", i);
        n++;
    }
    ptrdiff_t over = n ? NO_TOKEN : straddling(&tokens, cut);
    if (!n &&
        (!scored.continuation.len || over < 0 || !add_token(&tokens.items[over], &sum, &greedy)))
        return err_set(err, E_PARSE, "no token of the reply belongs to the continuation");
    out->logprob = sum;
    out->greedy = greedy;
    return OK;
}

/* ---- letters ---- */

/* Log-sum of the alternatives that are `letter` but for white space around it. A letter
 * that is not among them is less likely than the last one listed; how much less is not
 * known, so it gets the lowest listed value minus one, enough to order it last. */
static double letter_logprob(const Json *top, Str letter, bool *listed)
{
    double sum = -INFINITY, lowest = 0;
    for (uint32_t i = 0; i < top->len; i++) {
        const Json *e = &top->items[i];
        double logprob = json_number(json_get(e, "logprob"), NAN);
        if (isnan(logprob))
            continue;
        if (logprob < lowest)
            lowest = logprob;
        if (!str_eq(utf8_strip(json_text(json_get(e, "token"))), letter))
            continue;
        double high = sum > logprob ? sum : logprob, low = sum > logprob ? logprob : sum;
        sum = high + log1p(exp(low - high));
    }
    *listed = isfinite(sum);
    return *listed ? sum : lowest - 1;
}

Status openai_score_letters(const Json *logprobs, const ModelRequest *request, Arena *arena,
                            ModelReply *out, Err *err)
{
    const Json *top = json_path(logprobs, "content.0.top_logprobs");
    if (!json_is(top, JSON_ARRAY) || !top->len)
        return err_set(err, E_MISSING,
                       "the server returned no \"top_logprobs\"; use a generative form of the "
                       "task, or a server that gives log-probabilities");
    bool listed, ignored;
    double best = likeliest(top);
    Str letter = utf8_strip(request->continuation);
    double value = letter_logprob(top, letter, &listed);
    double *choices = NULL;
    if (request->n_choices)
        choices = arena_array(arena, request->n_choices, sizeof *choices);
    for (size_t i = 0; i < request->n_choices; i++)
        choices[i] = letter_logprob(top, utf8_strip(request->choices[i]), &ignored);
    out->logprob = value;
    out->greedy = listed && value >= best;
    out->choice_logprobs = choices;
    return OK;
}
