/* kernel_avx2.c - the inner loops for x86-64 processors with AVX2 and F16C.
 *
 * Only these functions are compiled for such processors, and only kernel_avx2 hands them
 * out, after asking the processor. Same results as kernel.c, bit by bit. */
#include "local/kernel.h"

#if defined(__x86_64__)

#include "local/gguf.h"

#include <immintrin.h>
#include <math.h>

#define FAST __attribute__((target("avx2,f16c")))

FAST static void widen_f16(const unsigned char *from, float *to, size_t n)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
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
        for (size_t i = 0; i < Q8_BLOCK; i += LANES) {
            __m128i bytes = _mm_loadl_epi64((const __m128i *)(const void *)(from + 2 + i));
            __m256 value = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes));
            _mm256_storeu_ps(to + i, _mm256_mul_ps(scale, value));
        }
    }
}

/* ((0+4)+(2+6)) + ((1+5)+(3+7)) */
FAST static inline float join(__m256 v)
{
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

FAST static inline __m256 step(__m256 sum, __m256 a, __m256 b)
{
    return _mm256_add_ps(sum, _mm256_mul_ps(a, b));
}

FAST static inline float dot(const float *a, const float *b, size_t n8)
{
    __m256 sum = _mm256_setzero_ps();
    for (size_t i = 0; i < n8; i += LANES)
        sum = step(sum, _mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i));
    return join(sum);
}

/* Four rows of w with one of x. */
FAST static inline void dots_4x1(const float *w, size_t stride, const float *x, size_t n8,
                                 float *out)
{
    __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a;
    for (size_t i = 0; i < n8; i += LANES) {
        __m256 v = _mm256_loadu_ps(x + i);
        a = step(a, _mm256_loadu_ps(w + i), v);
        b = step(b, _mm256_loadu_ps(w + stride + i), v);
        c = step(c, _mm256_loadu_ps(w + 2 * stride + i), v);
        d = step(d, _mm256_loadu_ps(w + 3 * stride + i), v);
    }
    out[0] = join(a);
    out[1] = join(b);
    out[2] = join(c);
    out[3] = join(d);
}

/* Four rows of w with two of x, so that each number loaded is used more than once. */
FAST static inline void dots_4x2(const float *w, Rows x, size_t w_stride, size_t n8,
                                 float *const out[2])
{
    __m256 sum[2][4];
    for (size_t i = 0; i < 8; i++)
        sum[i / 4][i % 4] = _mm256_setzero_ps();
    for (size_t i = 0; i < n8; i += LANES) {
        __m256 u = _mm256_loadu_ps(x.at + i), v = _mm256_loadu_ps(x.at + x.stride + i);
        for (size_t r = 0; r < 4; r++) {
            __m256 row = _mm256_loadu_ps(w + r * w_stride + i);
            sum[0][r] = step(sum[0][r], row, u);
            sum[1][r] = step(sum[1][r], row, v);
        }
    }
    for (size_t i = 0; i < 8; i++)
        out[i / 4][i % 4] = join(sum[i / 4][i % 4]);
}

FAST static void dots(Rows w, Rows x, size_t n8, float *out, size_t out_stride)
{
    size_t r = 0;
    for (; r + 4 <= w.count; r += 4) {
        const float *rows = w.at + r * w.stride;
        size_t i = 0;
        for (; i + 2 <= x.count; i += 2) {
            float *first = out + i * out_stride + r;
            dots_4x2(rows, (Rows){x.at + i * x.stride, x.stride, 2}, w.stride, n8,
                     (float *const[2]){first, first + out_stride});
        }
        if (i < x.count)
            dots_4x1(rows, w.stride, x.at + i * x.stride, n8, out + i * out_stride + r);
    }
    for (; r < w.count; r++)
        for (size_t i = 0; i < x.count; i++)
            out[i * out_stride + r] = dot(w.at + r * w.stride, x.at + i * x.stride, n8);
}

FAST static void mix(const float *weight, Rows rows, size_t n8, float *out)
{
    for (size_t i = 0; i < n8; i += LANES) {
        __m256 sum = _mm256_setzero_ps();
        for (size_t r = 0; r < rows.count; r++)
            sum = step(sum, _mm256_set1_ps(weight[r]),
                       _mm256_loadu_ps(rows.at + r * rows.stride + i));
        _mm256_storeu_ps(out + i, sum);
    }
}

FAST static inline __m256 exponential(__m256 x)
{
    __m256 small = _mm256_cmp_ps(x, _mm256_set1_ps(EXP_LOWEST), _CMP_LT_OQ);
    x = _mm256_min_ps(x, _mm256_set1_ps(EXP_HIGHEST));
    x = _mm256_max_ps(x, _mm256_set1_ps(EXP_LOWEST)); /* keeps the masked ones finite */
    __m256 round = _mm256_set1_ps(EXP_ROUND);
    __m256 k = _mm256_mul_ps(x, _mm256_set1_ps(EXP_LOG2E));
    k = _mm256_sub_ps(_mm256_add_ps(k, round), round);
    __m256 r = _mm256_sub_ps(x, _mm256_mul_ps(k, _mm256_set1_ps(EXP_LN2_HIGH)));
    r = _mm256_sub_ps(r, _mm256_mul_ps(k, _mm256_set1_ps(EXP_LN2_LOW)));
    __m256 sum = _mm256_set1_ps(exp_series[0]);
    for (size_t i = 1; i < COUNT(exp_series); i++)
        sum = _mm256_add_ps(_mm256_mul_ps(sum, r), _mm256_set1_ps(exp_series[i]));
    __m256i bits = _mm256_add_epi32(_mm256_cvtps_epi32(k), _mm256_set1_epi32(127));
    __m256 power = _mm256_castsi256_ps(_mm256_slli_epi32(bits, 23));
    return _mm256_andnot_ps(small, _mm256_mul_ps(sum, power));
}

FAST static float softmax(float *x, size_t n8)
{
    __m256 top = _mm256_set1_ps(-INFINITY), sum = _mm256_setzero_ps();
    for (size_t i = 0; i < n8; i += LANES)
        top = _mm256_max_ps(_mm256_loadu_ps(x + i), top);
    float lane[LANES], greatest = -INFINITY;
    _mm256_storeu_ps(lane, top);
    for (size_t l = 0; l < LANES; l++)
        greatest = lane[l] > greatest ? lane[l] : greatest;
    top = _mm256_set1_ps(greatest);
    for (size_t i = 0; i < n8; i += LANES) {
        __m256 e = exponential(_mm256_sub_ps(_mm256_loadu_ps(x + i), top));
        _mm256_storeu_ps(x + i, e);
        sum = _mm256_add_ps(sum, e);
    }
    return join(sum);
}

FAST static void swish(float *gate, const float *up, size_t n8)
{
    __m256 one = _mm256_set1_ps(1), minus = _mm256_set1_ps(-0.0f);
    for (size_t i = 0; i < n8; i += LANES) {
        __m256 g = _mm256_loadu_ps(gate + i);
        __m256 below = _mm256_add_ps(one, exponential(_mm256_xor_ps(g, minus)));
        __m256 value = _mm256_mul_ps(_mm256_div_ps(g, below), _mm256_loadu_ps(up + i));
        _mm256_storeu_ps(gate + i, value);
    }
}

static const Kernel avx2 = {
    .name = "avx2",
    .widen_f16 = widen_f16,
    .widen_q8 = widen_q8,
    .dots = dots,
    .mix = mix,
    .softmax = softmax,
    .swish = swish,
};

const Kernel *kernel_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c") ? &avx2 : NULL;
}

#else

const Kernel *kernel_avx2(void)
{
    return NULL;
}

#endif
