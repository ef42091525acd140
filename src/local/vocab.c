/* vocab.c - loads the vocabulary of a GGUF file and tells what its tokens stand for. */
#include "local/vocab.h"

#include "base/limits.h"

static const char space_mark[] = "\xE2\x96\x81"; /* U+2581 */

static Status array_of(const Gguf *g, const char *key, GgufType a, GgufType b, uint64_t count,
                       const GgufValue **out, Err *err)
{
    const GgufValue *v = gguf_get(g, key);
    *out = v;
    if (!v)
        return OK;
    if (v->type != GGUF_ARRAY || (v->element != a && v->element != b))
        return err_set(err, E_PARSE, "metadata \"%s\" is an array of the wrong type", key);
    if (count && v->count != count)
        return err_set(err, E_PARSE, "metadata \"%s\" has %llu entries for %llu tokens", key,
                       (unsigned long long)v->count, (unsigned long long)count);
    return OK;
}

/* "<0x0A>" -> 10; -1 when it is not such a name. */
static int byte_of(Str name)
{
    static const char digits[16] = {'0', '1', '2', '3', '4', '5', '6', '7',
                                    '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};
    if (name.len != 6 || !str_starts(name, STR("<0x")) || name.ptr[5] != '>')
        return -1;
    const char *high = memchr(digits, name.ptr[3], sizeof digits),
               *low = memchr(digits, name.ptr[4], sizeof digits);
    return high && low ? (int)((high - digits) * 16 + (low - digits)) : -1;
}

/* Keeps the longest first. */
static Status add_whole_piece(Arena *arena, PieceVec *pieces, const Piece *piece, Err *err)
{
    if (pieces->len == LIMIT_MODEL_USER_PIECES)
        return err_set(err, E_LIMIT, "the vocabulary has more than %d %s tokens",
                       LIMIT_MODEL_USER_PIECES,
                       piece->kind == PIECE_USER ? "user-defined" : "control");
    vec_push(arena, pieces, piece);
    size_t at = pieces->len - 1;
    for (; at && pieces->items[at - 1]->text.len < piece->text.len; at--)
        pieces->items[at] = pieces->items[at - 1];
    pieces->items[at] = piece;
    return OK;
}

static Status add_piece(Arena *arena, Vocab *v, size_t id, Err *err)
{
    Piece *p = &v->pieces[id];
    if (p->kind == PIECE_BYTE) {
        int byte = byte_of(p->text);
        if (byte < 0)
            return err_set(err, E_PARSE, "token %zu \"" STR_FMT "\" does not name a byte", id,
                           STR_ARG(p->text));
        p->byte = (unsigned char)byte;
        v->bytes[byte] = (int32_t)id;
    } else if (p->text.len && (p->kind == PIECE_NORMAL || p->kind == PIECE_USER)) {
        map_set(arena, &v->ids, p->text, p);
        if (p->kind == PIECE_USER)
            return add_whole_piece(arena, &v->user, p, err);
    } else if (p->text.len && (p->kind == PIECE_CONTROL || p->kind == PIECE_UNKNOWN)) {
        return add_whole_piece(arena, &v->control, p, err);
    }
    return OK;
}

static Status load_pieces(Arena *arena, const Gguf *g, Vocab *v, Err *err)
{
    const GgufValue *names, *scores, *kinds;
    TRY(array_of(g, "tokenizer.ggml.tokens", GGUF_STRING, GGUF_STRING, 0, &names, err));
    if (!names || !names->count || names->count > LIMIT_MODEL_TOKENS)
        return err_set(err, E_PARSE, "metadata \"tokenizer.ggml.tokens\" must have 1 to %d entries",
                       LIMIT_MODEL_TOKENS);
    v->len = (size_t)names->count;
    TRY(array_of(g, "tokenizer.ggml.scores", GGUF_F32, GGUF_F32, v->len, &scores, err));
    TRY(array_of(g, "tokenizer.ggml.token_type", GGUF_I32, GGUF_U32, v->len, &kinds, err));
    v->pieces = arena_array(arena, v->len, sizeof *v->pieces);
    size_t at = 0;
    for (size_t i = 0; i < v->len; i++) {
        Piece *p = &v->pieces[i];
        uint32_t kind = kinds ? gguf_u32_at(kinds, i) : PIECE_NORMAL;
        if (kind < PIECE_NORMAL || kind > PIECE_BYTE)
            return err_set(err, E_PARSE, "token %zu has the unknown type %u", i, kind);
        p->text = gguf_next_string(names, &at);
        p->score = scores ? gguf_float_at(scores, i) : 0;
        p->kind = (PieceKind)kind;
        TRY(add_piece(arena, v, i, err));
    }
    return OK;
}

static Status load_special(const Gguf *g, const char *key, const Vocab *v, int32_t *out, Err *err)
{
    uint32_t id = UINT32_MAX;
    TRY(gguf_uint_or(g, key, (GgufRange){0, v->len - 1}, UINT32_MAX, &id, err));
    *out = id == UINT32_MAX ? NO_TOKEN : (int32_t)id;
    return OK;
}

Status vocab_load(Arena *arena, const Gguf *g, Vocab *out, Err *err)
{
    Str model;
    TRY(gguf_text(g, "tokenizer.ggml.model", (Str){0}, &model, err));
    if (!str_eqc(model, "llama"))
        return err_set(err, E_PARSE,
                       "metadata \"tokenizer.ggml.model\" is \"" STR_FMT
                       "\"; only \"llama\" (SentencePiece) can be read",
                       STR_ARG(model));
    Vocab v = {0};
    for (size_t i = 0; i < COUNT(v.bytes); i++)
        v.bytes[i] = NO_TOKEN;
    TRY(load_pieces(arena, g, &v, err));
    TRY(load_special(g, "tokenizer.ggml.bos_token_id", &v, &v.begin, err));
    TRY(load_special(g, "tokenizer.ggml.eos_token_id", &v, &v.end, err));
    TRY(load_special(g, "tokenizer.ggml.eot_token_id", &v, &v.end_of_turn, err));
    TRY(load_special(g, "tokenizer.ggml.unknown_token_id", &v, &v.unknown, err));
    TRY(gguf_bool(g, "tokenizer.ggml.add_bos_token", true, &v.add_begin, err));
    TRY(gguf_bool(g, "tokenizer.ggml.add_space_prefix", true, &v.add_space, err));
    v.add_begin = v.add_begin && v.begin != NO_TOKEN;
    *out = v;
    return OK;
}

void vocab_decode(const Vocab *v, int32_t token, StrBuf *out)
{
    const Piece *p = &v->pieces[token];
    if (p->kind == PIECE_BYTE)
        strbuf_addc(out, (char)p->byte);
    else if (p->kind == PIECE_USER)
        strbuf_add(out, p->text);
    if (p->kind != PIECE_NORMAL)
        return;
    Str rest = p->text, mark = STR(space_mark);
    for (ptrdiff_t at; (at = str_find(rest, mark)) >= 0; rest = str_after(rest, (size_t)at + 3)) {
        strbuf_add(out, str_slice(rest, 0, (size_t)at));
        strbuf_addc(out, ' ');
    }
    strbuf_add(out, rest);
}

bool vocab_is_end(const Vocab *v, int32_t token)
{
    return token >= 0 && (token == v->end || token == v->end_of_turn);
}
