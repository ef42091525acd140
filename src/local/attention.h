/* attention.h - one head of attention: softmax(query . keys / sqrt(head)) . values.
 *
 * llama.cpp has two ways on a CPU, and which it takes changes results by up to a few
 * hundredths of a log-probability: below ATTENTION_TOGETHER tokens evaluated together, or
 * when the head is no multiple of LANES, values are summed in half precision (half); else in
 * single precision (single). Both walk the positions in order, TILE at a time, and scale
 * down what they have when a greater affinity comes.
 * Source: ggml/src/ggml-cpu/ops.cpp of llama.cpp, flash_attn_ext_f16_one_chunk and _tiled. */
#ifndef LOCAL_ATTENTION_H
#define LOCAL_ATTENTION_H

#include "local/kernel.h"

enum { ATTENTION_TOGETHER = 64 };

/* What one head looks back on: `count` positions, rows `stride` apart. Keys and values are
 * half-precision numbers, padded with zeros to whole lanes. */
typedef struct Past {
    const Kernel *kernel;
    const float *keys, *values;
    size_t stride, count;
} Past;

/* `query` and `out` have lanes_up(head) numbers; _half rounds `query` in place. */
void attention_half(const Past *past, float *query, size_t head, float *out);
void attention_single(const Past *past, const float *query, size_t head, float *out);

#endif
