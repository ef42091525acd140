/* kernel.c - the portable inner loops, and the choice between them and AVX2. */
#include "local/kernel.h"

#include "local/gguf.h"

#include <math.h>

const float exp_series[8] = {1.0f / 5040, 1.0f / 720, 1.0f / 120, 1.0f / 24,
                             1.0f / 6,    0.5f,       1.0f,       1.0f};

float kernel_half_to_float(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31,
             fraction = half & 1023, bits;
    if (!exponent) { /* zero and subnormal: fraction * 2^-24 is exact */
        float small = (float)fraction * 0x1p-24f;
        return sign ? -small : small;
    }
    bits = sign | (exponent == 31 ? 255u : exponent + 112) << 23 | fraction << 13;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void widen_f16(const unsigned char *from, float *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = kernel_half_to_float(gguf_load16(from + 2 * i));
}

static void widen_q8(const unsigned char *from, float *to, size_t n)
{
    for (; n; n -= Q8_BLOCK, from += Q8_BLOCK_BYTES, to += Q8_BLOCK) {
        float scale = kernel_half_to_float(gguf_load16(from));
        for (size_t i = 0; i < Q8_BLOCK; i++)
            to[i] = scale * (float)(int8_t)from[2 + i];
    }
}

/* To nearest, ties to even, as the conversion instructions do. */
float kernel_round_to_half(float x)
{
    float size = fabsf(x);
    if (!(size >= 0x1p-14f)) /* subnormal halves are multiples of 2^-24, as floats near 1/2 */
        return copysignf((size + 0.5f) - 0.5f, x);
    if (size >= 65520)
        return copysignf(INFINITY, x);
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits = (bits + 0xFFF + (bits >> 13 & 1)) & ~(uint32_t)0x1FFF;
    memcpy(&x, &bits, sizeof bits);
    return x;
}

static void narrow(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = kernel_round_to_half(x[i]);
}

static float join(const float lane[LANES])
{
    float v[8];
    for (size_t i = 0; i < 8; i++)
        v[i] = lane[i] + lane[i + 8];
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

static float dot(const float *a, const float *b, size_t padded)
{
    float lane[LANES] = {0};
    for (size_t i = 0; i < padded; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] += a[i + l] * b[i + l];
    return join(lane);
}

static void dots(Rows w, Rows x, size_t padded, float *out, size_t out_stride)
{
    for (size_t i = 0; i < x.count; i++)
        for (size_t r = 0; r < w.count; r++)
            out[i * out_stride + r] = dot(w.at + r * w.stride, x.at + i * x.stride, padded);
}

static void scale_half(float *sum, float by, size_t padded)
{
    for (size_t i = 0; i < padded; i++)
        sum[i] = kernel_round_to_half(sum[i] * by);
}

static void add_half(float *sum, const float *row, float weight, size_t padded)
{
    for (size_t i = 0; i < padded; i++)
        sum[i] = kernel_round_to_half(sum[i] + weight * row[i]);
}

float kernel_exp(float x)
{
    if (x < EXP_LOWEST)
        return 0;
    x = x < EXP_HIGHEST ? x : EXP_HIGHEST;
    float k = (x * EXP_LOG2E + EXP_ROUND) - EXP_ROUND;
    float r = (x - k * EXP_LN2_HIGH) - k * EXP_LN2_LOW;
    float sum = exp_series[0];
    for (size_t i = 1; i < COUNT(exp_series); i++)
        sum = sum * r + exp_series[i];
    uint32_t bits = (uint32_t)((int32_t)k + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

static void swish(float *gate, const float *up, size_t padded)
{
    for (size_t i = 0; i < padded; i++)
        gate[i] = gate[i] / (1 + kernel_exp(-gate[i])) * up[i];
}

const Kernel kernel_portable = {
    .name = "portable",
    .widen_f16 = widen_f16,
    .widen_q8 = widen_q8,
    .narrow = narrow,
    .dots = dots,
    .scale_half = scale_half,
    .add_half = add_half,
    .swish = swish,
};

const Kernel *kernel_best(void)
{
    const Kernel *fast = kernel_avx2();
    return fast ? fast : &kernel_portable;
}
