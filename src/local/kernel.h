/* kernel.h - the inner loops of inference, once portable and once for AVX2 with F16C.
 *
 * Both compute with sixteen interleaved sums, joined in one fixed order and without fused
 * multiply-add, so that an answer depends neither on the processor nor on how many tokens
 * are computed together. Lengths called `padded` are multiples of LANES; callers pad with 0. */
#ifndef LOCAL_KERNEL_H
#define LOCAL_KERNEL_H

#include "base/base.h"

enum { LANES = 16 };

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
    /* Rounds to what half precision can hold. */
    void (*narrow)(float *x, size_t n);
    /* out[i * out_stride + r] = dot product of w row r and x row i, of `padded` numbers each. */
    void (*dots)(Rows w, Rows x, size_t padded, float *out, size_t out_stride);
    /* sum[i] = half(sum[i] * by) and sum[i] = half(sum[i] + weight * row[i]). */
    void (*scale_half)(float *sum, float by, size_t padded);
    void (*add_half)(float *sum, const float *row, float weight, size_t padded);
    /* gate[i] = gate[i] / (1 + exp(-gate[i])) * up[i] */
    void (*swish)(float *gate, const float *up, size_t padded);
} Kernel;

extern const Kernel kernel_portable;

/* The fastest that this processor runs. */
const Kernel *kernel_best(void);

/* The AVX2 one, or NULL where it cannot run. */
const Kernel *kernel_avx2(void);

float kernel_half_to_float(uint16_t half);
float kernel_round_to_half(float x);
float kernel_exp(float x);

/* e^x = 2^k * e^r with |r| <= ln(2)/2; e^r by its Taylor series to the seventh power
 * (relative error below 1e-8). One table for both versions. */
#define EXP_LOWEST (-87.0f) /* smaller ones give 0 */
#define EXP_HIGHEST 88.0f
#define EXP_LOG2E 1.44269504088896341f
#define EXP_LN2_HIGH 0.693359375f
#define EXP_LN2_LOW (-2.12194440e-4f)
#define EXP_ROUND 12582912.0f     /* 1.5 * 2^23: adding and taking it away rounds */
extern const float exp_series[8]; /* 1/7! ... 1/0! */

#endif
