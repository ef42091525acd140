/* vocab.h - a SentencePiece-style vocabulary: text to token ids and back.
 *
 * Text becomes characters, and neighbours are joined while their union is a piece, the
 * highest score first and the leftmost among equals. A character that is no piece becomes
 * its bytes. Control tokens are made from text only when that is asked for: a chat template
 * writes their names. */
#ifndef LOCAL_VOCAB_H
#define LOCAL_VOCAB_H

#include "local/gguf.h"
#include "local/local.h"

/* The codes of tokenizer.ggml.token_type. */
typedef enum PieceKind {
    PIECE_NORMAL = 1,
    PIECE_UNKNOWN,
    PIECE_CONTROL,
    PIECE_USER, /* always one token wherever it stands in a text */
    PIECE_UNUSED,
    PIECE_BYTE,
} PieceKind;

typedef struct Piece {
    Str text; /* as in the file: spaces are U+2581 */
    float score;
    PieceKind kind;
    unsigned char byte; /* PIECE_BYTE: its value */
} Piece;

enum { NO_TOKEN = -1 };

typedef VEC(const Piece *) PieceVec; /* longest first */

typedef struct Vocab {
    Piece *pieces;
    size_t len;
    Map ids;                                  /* text -> Piece, those that text may become */
    PieceVec user, control;                   /* PIECE_USER; PIECE_CONTROL and _UNKNOWN */
    int32_t begin, end, end_of_turn, unknown; /* or NO_TOKEN */
    int32_t bytes[256];                       /* token of each byte, or NO_TOKEN */
    bool add_begin, add_space;                /* what the file asks to put before a text */
} Vocab;

Status vocab_load(Arena *arena, const Gguf *g, Vocab *out, Err *err) MUST_CHECK;

/* Appends the tokens of a text, without the begin token. */
Status vocab_encode(const Vocab *v, LocalPrompt prompt, Arena *arena, TokenVec *out,
                    Err *err) MUST_CHECK;

/* Appends the bytes of one token: nothing for control and unknown tokens. */
void vocab_decode(const Vocab *v, int32_t token, StrBuf *out);

bool vocab_is_end(const Vocab *v, int32_t token);

#endif
