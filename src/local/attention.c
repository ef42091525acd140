/* attention.c - one head of attention, in the two precisions of llama.cpp. */
#include "local/attention.h"

#include <math.h>

enum { TILE = 64 };

static size_t tile_size(const Past *past, size_t at)
{
    return past->count - at < TILE ? past->count - at : TILE;
}

static void divide(float *sum, float total, size_t padded)
{
    float part = 1 / total;
    for (size_t i = 0; i < padded; i++)
        sum[i] *= part;
}

void attention_half(const Past *past, float *query, size_t head, float *out)
{
    const Kernel *kernel = past->kernel;
    size_t padded = lanes_up(head);
    float scale = 1 / sqrtf((float)head), top = -INFINITY, total = 0, score[TILE];
    memset(out, 0, padded * sizeof *out);
    kernel->narrow(query, padded);
    for (size_t at = 0; at < past->count; at += TILE) {
        size_t n = tile_size(past, at);
        Rows keys = {past->keys + at * past->stride, past->stride, n};
        kernel->dots_blocked(keys, (Rows){query, 0, 1}, padded, score, 0);
        for (size_t i = 0; i < n; i++) {
            float affinity = score[i] * scale, weight = 1;
            if (affinity > top) {
                float by = expf(top - affinity);
                kernel->scale_half(out, by, padded);
                total *= by;
                top = affinity;
            } else {
                weight = expf(affinity - top);
            }
            kernel->add_half(out, past->values + (at + i) * past->stride, weight, padded);
            total += weight;
        }
    }
    divide(out, total, padded);
}

void attention_single(const Past *past, const float *query, size_t head, float *out)
{
    const Kernel *kernel = past->kernel;
    size_t padded = lanes_up(head);
    float scale = 1 / sqrtf((float)head), top = -INFINITY, total = 0, score[TILE];
    memset(out, 0, padded * sizeof *out);
    for (size_t at = 0; at < past->count; at += TILE) {
        size_t n = tile_size(past, at);
        float highest = top;
        kernel->chains((Rows){past->keys + at * past->stride, past->stride, n}, query, head, score);
        for (size_t i = 0; i < n; i++) {
            score[i] *= scale;
            highest = fmaxf(highest, score[i]);
        }
        if (highest > top) {
            float by = expf(top - highest);
            for (size_t i = 0; i < padded; i++)
                out[i] *= by;
            total *= by;
            top = highest;
        }
        for (size_t i = n; i < lanes_up(n); i++)
            score[i] = -INFINITY; /* weighs nothing */
        total = (float)((double)total + kernel->exponentials(score, top, lanes_up(n)));
        for (size_t i = 0; i < n; i++)
            kernel->add_row(out, past->values + (at + i) * past->stride, score[i], padded);
    }
    divide(out, total, padded);
}
