/* kernel_avx2.c - the inner loops for x86-64 processors with AVX2, FMA and F16C.
 *
 * Only these functions are compiled for such processors, and only kernel_avx2 hands them
 * out, after asking the processor. Same results as kernel.c, bit by bit. */
#include "local/kernel.h"

#if defined(__x86_64__)

#include "local/gguf.h"

#include <cpuid.h>
#include <immintrin.h>
#include <math.h>

enum { WIDE = 8, TOGETHER = 8 }; /* floats in a register; two make LANES */

#define FAST __attribute__((target("avx2,fma,f16c")))

FAST static void widen_f16(const unsigned char *from, float *to, size_t n)
{
    size_t i = 0;
    for (; i + WIDE <= n; i += WIDE) {
        __m128i half = _mm_loadu_si128((const __m128i *)(const void *)(from + 2 * i));
        _mm256_storeu_ps(to + i, _mm256_cvtph_ps(half));
    }
    for (; i < n; i++)
        to[i] = kernel_half_to_float(gguf_load16(from + 2 * i));
}

FAST static void widen_q8(const unsigned char *from, float *to, size_t n)
{
    for (; n; n -= Q8_BLOCK, from += Q8_BLOCK_BYTES, to += Q8_BLOCK) {
        __m256 scale = _mm256_set1_ps(kernel_half_to_float(gguf_load16(from)));
        for (size_t i = 0; i < Q8_BLOCK; i += WIDE) {
            __m128i bytes = _mm_loadl_epi64((const __m128i *)(const void *)(from + 2 + i));
            __m256 value = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes));
            _mm256_storeu_ps(to + i, _mm256_mul_ps(scale, value));
        }
    }
}

FAST static void narrow(float *x, size_t n)
{
    size_t i = 0;
    for (; i + WIDE <= n; i += WIDE) {
        __m128i half = _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT);
        _mm256_storeu_ps(x + i, _mm256_cvtph_ps(half));
    }
    for (; i < n; i++)
        x[i] = kernel_round_to_half(x[i]);
}

/* Sums of LANES floats. */
typedef struct Sum {
    __m256 low, high;
} Sum;

FAST static inline __m128 fold(Sum s)
{
    __m256 v = _mm256_add_ps(s.low, s.high);
    return _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
}

/* ((0+4)+(2+6)) + ((1+5)+(3+7)) */
FAST static inline float join(Sum s)
{
    __m128 four = fold(s), two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

/* Four joins at once, each in the same order. */
FAST static inline __m128 join4(const Sum sum[4])
{
    __m128 p = fold(sum[0]), q = fold(sum[1]), r = fold(sum[2]), s = fold(sum[3]);
    _MM_TRANSPOSE4_PS(p, q, r, s);
    return _mm_add_ps(_mm_add_ps(p, r), _mm_add_ps(q, s));
}

FAST static inline Sum step(Sum s, const float *a, __m256 low, __m256 high)
{
    s.low = _mm256_add_ps(s.low, _mm256_mul_ps(_mm256_loadu_ps(a), low));
    s.high = _mm256_add_ps(s.high, _mm256_mul_ps(_mm256_loadu_ps(a + WIDE), high));
    return s;
}

FAST static inline float dot(const float *a, const float *b, size_t padded)
{
    Sum sum = {_mm256_setzero_ps(), _mm256_setzero_ps()};
    for (size_t i = 0; i < padded; i += LANES)
        sum = step(sum, a + i, _mm256_loadu_ps(b + i), _mm256_loadu_ps(b + i + WIDE));
    return join(sum);
}

/* Four rows of w with one of x, so that each number of x is loaded once for four. */
FAST static inline void dots_4x1(const float *w, size_t stride, const float *x, size_t padded,
                                 float *out)
{
    Sum a = {_mm256_setzero_ps(), _mm256_setzero_ps()}, b = a, c = a, d = a;
    for (size_t i = 0; i < padded; i += LANES) {
        __m256 low = _mm256_loadu_ps(x + i), high = _mm256_loadu_ps(x + i + WIDE);
        a = step(a, w + i, low, high);
        b = step(b, w + stride + i, low, high);
        c = step(c, w + 2 * stride + i, low, high);
        d = step(d, w + 3 * stride + i, low, high);
    }
    _mm_storeu_ps(out, join4((const Sum[4]){a, b, c, d}));
}

FAST static void dots(Rows w, Rows x, size_t padded, float *out, size_t out_stride)
{
    for (size_t i = 0; i < x.count; i++) {
        const float *row = x.at + i * x.stride;
        float *to = out + i * out_stride;
        size_t r = 0;
        for (; r + 4 <= w.count; r += 4)
            dots_4x1(w.at + r * w.stride, w.stride, row, padded, to + r);
        for (; r < w.count; r++)
            to[r] = dot(w.at + r * w.stride, row, padded);
    }
}

/* Four sums of doubles plus eight products. */
FAST static inline __m256d add_eight(__m256d sum, const float *a, const float *b)
{
    __m256 product = _mm256_mul_ps(_mm256_loadu_ps(a), _mm256_loadu_ps(b));
    sum = _mm256_add_pd(sum, _mm256_cvtps_pd(_mm256_castps256_ps128(product)));
    return _mm256_add_pd(sum, _mm256_cvtps_pd(_mm256_extractf128_ps(product, 1)));
}

FAST static inline double join_doubles(__m256d v)
{
    __m128d two = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

FAST static inline float dot_blocked(const float *a, const float *b, size_t padded)
{
    Sum p = {_mm256_setzero_ps(), _mm256_setzero_ps()}, q = p, r = p, s = p;
    __m256d rest = _mm256_setzero_pd();
    size_t i = 0;
    for (; i + BLOCK <= padded; i += BLOCK) {
        const float *at = b + i;
        p = step(p, a + i, _mm256_loadu_ps(at), _mm256_loadu_ps(at + 8));
        q = step(q, a + i + 16, _mm256_loadu_ps(at + 16), _mm256_loadu_ps(at + 24));
        r = step(r, a + i + 32, _mm256_loadu_ps(at + 32), _mm256_loadu_ps(at + 40));
        s = step(s, a + i + 48, _mm256_loadu_ps(at + 48), _mm256_loadu_ps(at + 56));
    }
    p = (Sum){_mm256_add_ps(_mm256_add_ps(p.low, r.low), _mm256_add_ps(q.low, s.low)),
              _mm256_add_ps(_mm256_add_ps(p.high, r.high), _mm256_add_ps(q.high, s.high))};
    for (; i < padded; i += WIDE)
        rest = add_eight(rest, a + i, b + i);
    return (float)((double)join(p) + join_doubles(rest));
}

FAST static void dots_blocked(Rows w, Rows x, size_t padded, float *out, size_t out_stride)
{
    for (size_t i = 0; i < x.count; i++)
        for (size_t r = 0; r < w.count; r++)
            out[i * out_stride + r] = dot_blocked(w.at + r * w.stride, x.at + i * x.stride, padded);
}

FAST static inline __m256 half(__m256 x)
{
    return _mm256_cvtph_ps(_mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
}

FAST static void scale_half(float *sum, float by, size_t padded)
{
    for (size_t i = 0; i < padded; i += WIDE) {
        __m256 product = _mm256_mul_ps(_mm256_loadu_ps(sum + i), _mm256_set1_ps(by));
        _mm256_storeu_ps(sum + i, half(product));
    }
}

FAST static void add_half(float *sum, const float *row, float weight, size_t padded)
{
    __m256 by = _mm256_set1_ps(weight);
    for (size_t i = 0; i < padded; i += WIDE) {
        __m256 next = _mm256_fmadd_ps(by, _mm256_loadu_ps(row + i), _mm256_loadu_ps(sum + i));
        _mm256_storeu_ps(sum + i, half(next));
    }
}

FAST static void chains(Rows rows, const float *x, size_t n, float *out)
{
    size_t r = 0;
    for (; r + TOGETHER <= rows.count; r += TOGETHER) { /* sums that do not wait for each other */
        const float *row = rows.at + r * rows.stride;
        float sum[TOGETHER] = {0};
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < TOGETHER; j++)
                sum[j] = fmaf(x[i], row[j * rows.stride + i], sum[j]);
        memcpy(out + r, sum, sizeof sum);
    }
    for (; r < rows.count; r++) {
        float sum = 0;
        for (size_t i = 0; i < n; i++)
            sum = fmaf(x[i], rows.at[r * rows.stride + i], sum);
        out[r] = sum;
    }
}

FAST static void add_row(float *sum, const float *row, float weight, size_t padded)
{
    __m256 by = _mm256_set1_ps(weight);
    for (size_t i = 0; i < padded; i += WIDE) {
        __m256 next = _mm256_fmadd_ps(by, _mm256_loadu_ps(row + i), _mm256_loadu_ps(sum + i));
        _mm256_storeu_ps(sum + i, next);
    }
}

FAST static void rotate(const float *from, const float *turn, float *to, size_t n)
{
    for (size_t i = 0; i < n; i += 2) {
        float a = from[i], b = from[i + 1];
        to[i] = fmaf(a, turn[i], -(b * turn[i + 1]));
        to[i + 1] = fmaf(a, turn[i + 1], b * turn[i]);
    }
}

/* 2^k of whole numbers -126 <= k <= 127. */
FAST static inline __m256 power_of_two(__m256i k)
{
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(k, _mm256_set1_epi32(127)), 23));
}

FAST static inline __m256 exponential(__m256 x)
{
    __m256 round = _mm256_set1_ps(EXP_ROUND), c[COUNT(exp_series)];
    for (size_t i = 0; i < COUNT(exp_series); i++)
        c[i] = _mm256_set1_ps(exp_series[i]);
    x = _mm256_max_ps(x, _mm256_set1_ps(-EXP_LIMIT));
    x = _mm256_min_ps(x, _mm256_set1_ps(EXP_LIMIT));
    __m256 k = _mm256_sub_ps(_mm256_fmadd_ps(x, _mm256_set1_ps(EXP_LOG2E), round), round);
    __m256 r = _mm256_fnmadd_ps(k, _mm256_set1_ps(EXP_LN2_HIGH), x);
    r = _mm256_fnmadd_ps(k, _mm256_set1_ps(EXP_LN2_LOW), r);
    __m256 r2 = _mm256_mul_ps(r, r);
    __m256 high =
        _mm256_fmadd_ps(_mm256_fmadd_ps(c[4], r, c[3]), r2, _mm256_fmadd_ps(c[2], r, c[1]));
    __m256 sum = _mm256_fmadd_ps(high, r2, _mm256_fmadd_ps(c[0], r, _mm256_set1_ps(1)));
    __m256i whole = _mm256_cvtps_epi32(k), part = _mm256_srai_epi32(whole, 1);
    sum = _mm256_mul_ps(sum, power_of_two(part));
    return _mm256_mul_ps(sum, power_of_two(_mm256_sub_epi32(whole, part)));
}

FAST static double exponentials(float *x, float less, size_t padded)
{
    __m256 by = _mm256_set1_ps(less);
    double sum = 0;
    for (size_t i = 0; i < padded; i += LANES) {
        Sum s = {exponential(_mm256_sub_ps(_mm256_loadu_ps(x + i), by)),
                 exponential(_mm256_sub_ps(_mm256_loadu_ps(x + i + WIDE), by))};
        _mm256_storeu_ps(x + i, s.low);
        _mm256_storeu_ps(x + i + WIDE, s.high);
        sum += (double)join(s);
    }
    return sum;
}

FAST static void swish(float *gate, const float *up, size_t n)
{
    __m256 one = _mm256_set1_ps(1), minus = _mm256_set1_ps(-0.0f);
    size_t i = 0;
    for (; i < n / LANES * LANES; i += WIDE) {
        __m256 g = _mm256_loadu_ps(gate + i);
        __m256 below = _mm256_add_ps(one, exponential(_mm256_xor_ps(g, minus)));
        __m256 value = _mm256_mul_ps(_mm256_div_ps(g, below), _mm256_loadu_ps(up + i));
        _mm256_storeu_ps(gate + i, value);
    }
    for (; i < n; i++)
        gate[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
}

static const Kernel avx2 = {
    .name = "avx2",
    .widen_f16 = widen_f16,
    .widen_q8 = widen_q8,
    .narrow = narrow,
    .dots = dots,
    .dots_blocked = dots_blocked,
    .scale_half = scale_half,
    .add_half = add_half,
    .chains = chains,
    .add_row = add_row,
    .exponentials = exponentials,
    .rotate = rotate,
    .swish = swish,
};

/* clang 14 cannot be asked for F16C by name. The system keeps the wide registers it needs
 * when it keeps AVX2's. */
static bool has_f16c(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

const Kernel *kernel_avx2(void)
{
    bool wide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return wide && has_f16c() ? &avx2 : NULL;
}

#else

const Kernel *kernel_avx2(void)
{
    return NULL;
}

#endif
