/* network.h - the weights of a Llama network, and a session's evaluation of them. */
#ifndef LOCAL_NETWORK_H
#define LOCAL_NETWORK_H

#include "local/kernel.h"
#include "local/vocab.h"

/* A matrix as the file stores it: `rows` outputs of `cols` inputs. */
typedef struct Matrix {
    const unsigned char *data;
    TensorType type;
    size_t rows, cols, row_bytes;
} Matrix;

typedef struct Layer {
    const float *attention_norm, *feed_norm;
    Matrix query, key, value, output, gate, up, down;
} Layer;

typedef struct Network {
    uint32_t context, width, feed, n_layers, heads, kv_heads, head, rotated;
    float epsilon;
    double frequency_base;
    Layer *layers;
    Matrix embedding, output;
    const float *output_norm;
} Network;

struct LocalModel {
    Arena arena;
    Str bytes;   /* the file */
    bool mapped; /* `bytes` is ours to unmap */
    LocalInfo info;
    Vocab vocab;
    Network net;
    const Kernel *kernel;
};

Status network_load(Arena *arena, Gguf *g, size_t vocabulary, Network *out, Err *err) MUST_CHECK;

/* Numbers `from` of a matrix row widened to floats. */
void network_row(const Kernel *kernel, const Matrix *m, size_t row, float *out);

/* Receives the logits after tokens[position]. */
typedef struct LogitSink {
    Status (*take)(void *state, size_t position, const float *logits, Err *err);
    void *state;
} LogitSink;

typedef struct FeedRange {
    size_t together; /* leading tokens that belong to one evaluation: a text that is scored, a
                        prompt. Results depend on it (attention.h), not on what was cached. */
    size_t wanted;   /* logits are wanted from this token on */
} FeedRange;

/* Evaluates tokens[0..n), less the prefix that the session has already, and gives `sink`
 * the logits after each wanted token. E_LIMIT when n is over the context. */
Status session_feed(LocalSession *s, const TokenVec *tokens, FeedRange range, LogitSink sink,
                    Err *err) MUST_CHECK;

const LocalModel *session_model(const LocalSession *s);

#endif
