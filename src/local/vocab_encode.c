/* vocab_encode.c - text to tokens, by joining neighbours from the best score down.
 *
 * The same algorithm as llama.cpp has for SentencePiece vocabularies: a heap of possible
 * joins; one that is taken makes new ones with its neighbours; one whose halves have
 * changed meanwhile is stale and skipped. n characters cost O(n log n). */
#include "local/vocab.h"

/* A run of the text that is one token for now; joined ones stay with len = 0. */
typedef struct Symbol {
    Str text;
    ptrdiff_t before, after; /* neighbours, or -1 */
} Symbol;

typedef struct Join {
    size_t left, right;
    float score;
    size_t len; /* of both texts when it was found */
} Join;

typedef struct Joiner {
    const Vocab *v;
    Arena *arena;
    VEC(Symbol) symbols;
    VEC(Join) heap;
} Joiner;

static bool better(const Join *a, const Join *b)
{
    return a->score > b->score || (!(a->score < b->score) && a->left < b->left);
}

static void push(Joiner *j, Join join)
{
    vec_push(j->arena, &j->heap, join);
    Join *heap = j->heap.items;
    size_t at = j->heap.len - 1;
    for (; at && better(&join, &heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = join;
}

static Join pop(Joiner *j)
{
    Join *heap = j->heap.items, top = heap[0], last = heap[--j->heap.len];
    size_t at = 0, n = j->heap.len;
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && better(&heap[child + 1], &heap[child]))
            child++;
        if (!better(&heap[child], &last))
            break;
        heap[at] = heap[child];
    }
    heap[at] = last;
    return top;
}

static void propose(Joiner *j, ptrdiff_t left, ptrdiff_t right)
{
    if (left < 0 || right < 0)
        return;
    Str a = j->symbols.items[left].text, b = j->symbols.items[right].text;
    const Piece *piece = map_get(&j->v->ids, (Str){a.ptr, a.len + b.len});
    if (piece)
        push(j, (Join){(size_t)left, (size_t)right, piece->score, a.len + b.len});
}

static void join_all(Joiner *j)
{
    Symbol *s = j->symbols.items;
    for (size_t i = 1; i < j->symbols.len; i++)
        propose(j, (ptrdiff_t)i - 1, (ptrdiff_t)i);
    while (j->heap.len) {
        Join join = pop(j);
        Symbol *left = &s[join.left], *right = &s[join.right];
        if (!left->text.len || !right->text.len || left->text.len + right->text.len != join.len)
            continue;
        left->text.len = join.len;
        right->text.len = 0;
        left->after = right->after;
        if (right->after >= 0)
            s[right->after].before = (ptrdiff_t)join.left;
        propose(j, left->before, (ptrdiff_t)join.left);
        propose(j, (ptrdiff_t)join.left, left->after);
    }
}

/* Characters by their first byte; a broken one at the end is what is left. */
static void split_characters(Joiner *j, Str text)
{
    static const uint8_t width[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4};
    for (size_t at = 0; at < text.len;) {
        size_t n = width[(unsigned char)text.ptr[at] >> 4];
        Str one = str_slice(text, at, at + n);
        ptrdiff_t index = (ptrdiff_t)j->symbols.len;
        at += one.len;
        vec_push(j->arena, &j->symbols, (Symbol){one, index - 1, at < text.len ? index + 1 : -1});
    }
}

static Status add_symbol(const Joiner *j, Str text, TokenVec *out, Err *err)
{
    const Vocab *v = j->v;
    const Piece *piece = map_get(&v->ids, text);
    if (piece) {
        vec_push(j->arena, out, (int32_t)(piece - v->pieces));
        return OK;
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        int32_t token = v->bytes[byte] == NO_TOKEN ? v->unknown : v->bytes[byte];
        if (token == NO_TOKEN)
            return err_set(err, E_PARSE, "the vocabulary has no token for byte 0x%02X of the text",
                           byte);
        vec_push(j->arena, out, token);
    }
    return OK;
}

static Str mark_spaces(const Vocab *v, Str text, Arena *arena)
{
    size_t spaces = v->add_space;
    for (size_t i = 0; i < text.len; i++)
        spaces += text.ptr[i] == ' ';
    StrBuf b = strbuf_make(arena, text.len + 2 * spaces + 1);
    if (v->add_space)
        strbuf_adds(&b, "\xE2\x96\x81");
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == ' ')
            strbuf_adds(&b, "\xE2\x96\x81");
        else
            strbuf_addc(&b, text.ptr[i]);
    return strbuf_str(&b);
}

/* Text without user-defined and control tokens. */
static Status encode_plain(const Vocab *v, Str text, Arena *arena, TokenVec *out, Err *err)
{
    if (!text.len)
        return OK;
    Joiner j = {.v = v, .arena = arena};
    split_characters(&j, mark_spaces(v, text, arena));
    join_all(&j);
    for (ptrdiff_t i = j.symbols.len ? 0 : -1; i >= 0; i = j.symbols.items[i].after)
        TRY(add_symbol(&j, j.symbols.items[i].text, out, err));
    return OK;
}

/* The piece that stands earliest in the text, or of several there the longest. */
static const Piece *find_whole(const PieceVec *pieces, Str text, size_t *at)
{
    const Piece *best = NULL;
    for (size_t i = 0; i < pieces->len; i++) {
        ptrdiff_t found = str_find(text, pieces->items[i]->text);
        if (found >= 0 && (!best || (size_t)found < *at)) {
            best = pieces->items[i];
            *at = (size_t)found;
        }
    }
    return best;
}

static const Piece *find_either(const Vocab *v, LocalPrompt prompt, size_t *at)
{
    size_t other = 0;
    const Piece *user = find_whole(&v->user, prompt.text, at);
    const Piece *control = prompt.chat ? find_whole(&v->control, prompt.text, &other) : NULL;
    if (!control || (user && (*at < other || (*at == other && user->text.len > control->text.len))))
        return user;
    *at = other;
    return control;
}

Status vocab_encode(const Vocab *v, LocalPrompt prompt, Arena *arena, TokenVec *out, Err *err)
{
    size_t at = 0;
    const Piece *whole;
    while ((whole = find_either(v, prompt, &at))) {
        TRY(encode_plain(v, str_slice(prompt.text, 0, at), arena, out, err));
        vec_push(arena, out, (int32_t)(whole - v->pieces));
        prompt.text = str_after(prompt.text, at + whole->text.len);
    }
    return encode_plain(v, prompt.text, arena, out, err);
}
