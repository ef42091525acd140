/* kernel.h - the inner loops of inference, once portable and once for AVX2 with F16C and FMA.
 *
 * Both give the same bits: sums have a fixed order, and a product is rounded before it is
 * added unless a comment says fused (fma: one rounding). So an answer depends neither on the
 * processor nor on how many tokens are computed together. Lengths called `padded` are
 * multiples of LANES; callers pad with 0. */
#ifndef LOCAL_KERNEL_H
#define LOCAL_KERNEL_H

#include "base/base.h"

enum { LANES = 16, BLOCK = 64 };

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

/* out[i * out_stride + r] = dot product of w row r and x row i, of `padded` numbers each. */
typedef void Dots(Rows w, Rows x, size_t padded, float *out, size_t out_stride);

typedef struct Kernel {
    const char *name;
    /* Stored numbers to floats; `from` has any alignment; Q8_0: n is a multiple of 32. */
    void (*widen_f16)(const unsigned char *from, float *to, size_t n);
    void (*widen_q8)(const unsigned char *from, float *to, size_t n);
    /* Rounds to what half precision can hold. */
    void (*narrow)(float *x, size_t n);
    /* By LANES interleaved sums; by BLOCK of them for the whole blocks of a row, and what is
     * left of it in double precision. */
    Dots *dots, *dots_blocked;
    /* sum[i] = half(sum[i] * by) and sum[i] = half(sum[i] + weight * row[i]), fused. */
    void (*scale_half)(float *sum, float by, size_t padded);
    void (*add_half)(float *sum, const float *row, float weight, size_t padded);
    /* out[r] = dot product of row r and x: one sum each, in order, fused. */
    void (*chains)(Rows rows, const float *x, size_t n, float *out);
    /* sum[i] += weight * row[i], fused. */
    void (*add_row)(float *sum, const float *row, float weight, size_t padded);
    /* x[i] = kernel_exp(x[i] - less); returns their sum: LANES at a time, those in double. */
    double (*exponentials)(float *x, float less, size_t padded);
    /* Pairs a, b to a * cosine - b * sine, a * sine + b * cosine; turn holds cosine, sine of
     * each pair; n is even. The first product of each sum is fused. */
    void (*rotate)(const float *from, const float *turn, float *to, size_t n);
    /* gate[i] = gate[i] / (1 + exp(-gate[i])) * up[i], with kernel_exp in whole LANES and
     * the C library's expf for what is left. */
    void (*swish)(float *gate, const float *up, size_t n);
} Kernel;

extern const Kernel kernel_portable;

/* The fastest that this processor runs. */
const Kernel *kernel_best(void);

/* The AVX2 one, or NULL where it cannot run. */
const Kernel *kernel_avx2(void);

float kernel_half_to_float(uint16_t half);
float kernel_round_to_half(float x);
float kernel_exp(float x);

/* e^x = 2^k * e^r, k the nearest whole number to x / ln 2, within 2 units in the last place.
 * ln 2 is the sum of HIGH, which has few enough digits that k * HIGH is exact, and LOW. The
 * polynomial for e^r is the one of llama.cpp (ggml_v_expf, from Arm's optimized routines):
 *   1 + c[0] r + r^2 ((c[1] + c[2] r) + r^2 (c[3] + c[4] r))
 * with every sum fused. Sizes beyond EXP_LIMIT give 0 or infinity. */
#define EXP_LIMIT 134.0f
#define EXP_LOG2E 0x1.715476p+0f
#define EXP_LN2_HIGH 0x1.62e4p-1f
#define EXP_LN2_LOW 0x1.7f7d1cp-20f
#define EXP_ROUND 0x1.8p23f /* adding and taking it away rounds to a whole number */
extern const float exp_series[5];

#endif
