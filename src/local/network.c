/* network.c - finds the tensors of a Llama network in a GGUF file and checks their shapes. */
#include "local/network.h"

#include "base/limits.h"

typedef struct Loader {
    Arena *arena;
    Gguf *g;
    Err *err;
} Loader;

static Status matrix(const Loader *l, const char *name, size_t cols, size_t rows, Matrix *out)
{
    GgufTensor *t = map_get(&l->g->tensors, str_from(name));
    if (!t)
        return err_set(l->err, E_PARSE, "tensor \"%s\" is missing", name);
    if (t->dim[0] != cols || t->dim[1] != rows || t->dim[2] != 1 || t->dim[3] != 1)
        return err_set(l->err, E_PARSE, "tensor \"%s\" is %llu x %llu, want %zu x %zu", name,
                       (unsigned long long)t->dim[0], (unsigned long long)t->dim[1], cols, rows);
    t->used = true;
    *out = (Matrix){t->data, t->type, rows, cols, (size_t)t->row_bytes};
    return OK;
}

/* A vector, widened once at loading. */
static Status vector(const Loader *l, const char *name, size_t len, const float **out)
{
    Matrix m;
    TRY(matrix(l, name, len, 1, &m));
    float *numbers = arena_array(l->arena, lanes_up(len), sizeof *numbers);
    network_row(&kernel_portable, &m, 0, numbers);
    *out = numbers;
    return OK;
}

void network_row(const Kernel *kernel, const Matrix *m, size_t row, float *out)
{
    const unsigned char *from = m->data + row * m->row_bytes;
    if (m->type == TENSOR_F16)
        kernel->widen_f16(from, out, m->cols);
    else if (m->type == TENSOR_Q8_0)
        kernel->widen_q8(from, out, m->cols);
    else
        memcpy(out, from, m->row_bytes);
}

static Status load_layer(const Loader *l, const Network *n, size_t index, Layer *out)
{
    size_t all = (size_t)n->heads * n->head, shared = (size_t)n->kv_heads * n->head;
    const struct {
        const char *name;
        size_t cols, rows;
        Matrix *to;
    } matrices[] = {
        {"attn_q", n->width, all, &out->query},      {"attn_k", n->width, shared, &out->key},
        {"attn_v", n->width, shared, &out->value},   {"attn_output", all, n->width, &out->output},
        {"ffn_gate", n->width, n->feed, &out->gate}, {"ffn_up", n->width, n->feed, &out->up},
        {"ffn_down", n->feed, n->width, &out->down},
    };
    char name[64];
    for (size_t i = 0; i < COUNT(matrices); i++) {
        snprintf(name, sizeof name, "blk.%zu.%s.weight", index, matrices[i].name);
        TRY(matrix(l, name, matrices[i].cols, matrices[i].rows, matrices[i].to));
    }
    snprintf(name, sizeof name, "blk.%zu.attn_norm.weight", index);
    TRY(vector(l, name, n->width, &out->attention_norm));
    snprintf(name, sizeof name, "blk.%zu.ffn_norm.weight", index);
    return vector(l, name, n->width, &out->feed_norm);
}

static Status load_sizes(const Gguf *g, Network *n, Err *err)
{
    const GgufRange width = {1, LIMIT_MODEL_WIDTH};
    Str scaling;
    double epsilon;
    TRY(gguf_uint(g, "llama.context_length", (GgufRange){1, UINT32_MAX}, &n->context, err));
    TRY(gguf_uint(g, "llama.embedding_length", width, &n->width, err));
    TRY(gguf_uint(g, "llama.feed_forward_length", width, &n->feed, err));
    TRY(gguf_uint(g, "llama.block_count", width, &n->n_layers, err));
    TRY(gguf_uint(g, "llama.attention.head_count", (GgufRange){1, n->width}, &n->heads, err));
    TRY(gguf_uint_or(g, "llama.attention.head_count_kv", (GgufRange){1, n->heads}, n->heads,
                     &n->kv_heads, err));
    TRY(gguf_uint_or(g, "llama.attention.key_length", width, n->width / n->heads, &n->head, err));
    TRY(gguf_uint_or(g, "llama.rope.dimension_count", (GgufRange){0, n->head}, n->head, &n->rotated,
                     err));
    TRY(gguf_float(g, "llama.attention.layer_norm_rms_epsilon", 1e-5, &epsilon, err));
    TRY(gguf_float(g, "llama.rope.freq_base", 10000, &n->frequency_base, err));
    TRY(gguf_text(g, "llama.rope.scaling.type", STR("none"), &scaling, err));
    n->epsilon = (float)epsilon;
    if (n->context > LIMIT_MODEL_TOKENS)
        n->context = LIMIT_MODEL_TOKENS;
    if (n->heads % n->kv_heads)
        return err_set(err, E_PARSE, "%u attention heads cannot share %u key heads", n->heads,
                       n->kv_heads);
    if (n->rotated % 2)
        return err_set(err, E_PARSE, "metadata \"llama.rope.dimension_count\" must be even");
    if (!(n->frequency_base > 0) || !(epsilon >= 0))
        return err_set(err, E_PARSE, "the rotation base and the norm's epsilon must be positive");
    if (!str_eqc(scaling, "none"))
        return err_set(err, E_PARSE, "rotation scaled by \"" STR_FMT "\" is not supported",
                       STR_ARG(scaling));
    return OK;
}

/* A tensor that nothing asked for would change the results if it were understood. */
static Status check_all_used(const Gguf *g, Err *err)
{
    for (size_t i = 0; i < g->tensors.len; i++) {
        const GgufTensor *t = g->tensors.entries[i].value;
        if (!t->used)
            return err_set(err, E_PARSE,
                           "tensor \"" STR_FMT "\" is not part of a plain Llama network",
                           STR_ARG(t->name));
    }
    return OK;
}

Status network_load(Arena *arena, Gguf *g, size_t vocabulary, Network *out, Err *err)
{
    Loader l = {arena, g, err};
    Network n = {0};
    TRY(load_sizes(g, &n, err));
    if (n.n_layers > g->tensors.len)
        return err_set(err, E_PARSE, "tensors of %u layers are missing", n.n_layers);
    TRY(matrix(&l, "token_embd.weight", n.width, vocabulary, &n.embedding));
    TRY(vector(&l, "output_norm.weight", n.width, &n.output_norm));
    n.output = n.embedding;
    if (map_has(&g->tensors, STR("output.weight")))
        TRY(matrix(&l, "output.weight", n.width, vocabulary, &n.output));
    n.layers = arena_array(arena, n.n_layers, sizeof *n.layers);
    for (size_t i = 0; i < n.n_layers; i++)
        TRY(load_layer(&l, &n, i, &n.layers[i]));
    TRY(check_all_used(g, err));
    *out = n;
    return OK;
}
