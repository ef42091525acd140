/* kernel.h - the inner loops of inference, once portable and once for AVX2 with F16C.
 *
 * Both compute with eight interleaved sums, joined in one fixed order and without fused
 * multiply-add, so that an answer depends neither on the processor nor on how many tokens
 * are computed together. Lengths called `n8` are multiples of LANES; callers pad with 0. */
#ifndef LOCAL_KERNEL_H
#define LOCAL_KERNEL_H

#include "base/base.h"

enum { LANES = 8 };

/* Next multiple of LANES. */
static inline size_t lanes_up(size_t n)
{
    return (n + LANES - 1) / LANES * LANES;
}

/* Rows of numbers `stride` apart. */
typedef struct Rows {
    const float *at;
    size_t stride, count;
} Rows;

typedef struct Kernel {
    const char *name;
    /* Stored numbers to floats; `from` has any alignment; Q8_0: n is a multiple of 32. */
    void (*widen_f16)(const unsigned char *from, float *to, size_t n);
    void (*widen_q8)(const unsigned char *from, float *to, size_t n);
    /* out[i * out_stride + r] = dot product of w row r and x row i, of n8 numbers each. */
    void (*dots)(Rows w, Rows x, size_t n8, float *out, size_t out_stride);
    /* out[i] = sum over rows r of weight[r] * rows[r][i], in the order of the rows. */
    void (*mix)(const float *weight, Rows rows, size_t n8, float *out);
    /* x[i] = exp(x[i] - greatest x); returns their sum. -INFINITY gives 0. */
    float (*softmax)(float *x, size_t n8);
    /* gate[i] = gate[i] / (1 + exp(-gate[i])) * up[i] */
    void (*swish)(float *gate, const float *up, size_t n8);
} Kernel;

extern const Kernel kernel_portable;

/* The fastest that this processor runs. */
const Kernel *kernel_best(void);

/* The AVX2 one, or NULL where it cannot run. */
const Kernel *kernel_avx2(void);

float kernel_half_to_float(uint16_t half);

/* e^x = 2^k * e^r with |r| <= ln(2)/2; e^r by its Taylor series to the seventh power
 * (relative error below 1e-8). One table for both versions. */
#define EXP_LOWEST (-87.0f) /* smaller ones give 0 */
#define EXP_HIGHEST 88.0f
#define EXP_LOG2E 1.44269504088896341f
#define EXP_LN2_HIGH 0.693359375f
#define EXP_LN2_LOW (-2.12194440e-4f)
#define EXP_ROUND 12582912.0f /* 1.5 * 2^23: adding and taking it away rounds */
extern const float exp_series[8]; /* 1/7! ... 1/0! */

#endif
