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

static float join(const float lane[LANES])
{
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

static float dot(const float *a, const float *b, size_t n8)
{
    float lane[LANES] = {0};
    for (size_t i = 0; i < n8; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] += a[i + l] * b[i + l];
    return join(lane);
}

static void dots(Rows w, Rows x, size_t n8, float *out, size_t out_stride)
{
    for (size_t i = 0; i < x.count; i++)
        for (size_t r = 0; r < w.count; r++)
            out[i * out_stride + r] = dot(w.at + r * w.stride, x.at + i * x.stride, n8);
}

static void mix(const float *weight, Rows rows, size_t n8, float *out)
{
    memset(out, 0, n8 * sizeof *out);
    for (size_t r = 0; r < rows.count; r++)
        for (size_t i = 0; i < n8; i++)
            out[i] += weight[r] * rows.at[r * rows.stride + i];
}

static float exponential(float x)
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

static float softmax(float *x, size_t n8)
{
    float top = -INFINITY, lane[LANES] = {0};
    for (size_t i = 0; i < n8; i++)
        top = x[i] > top ? x[i] : top;
    for (size_t i = 0; i < n8; i++) {
        x[i] = exponential(x[i] - top);
        lane[i % LANES] += x[i];
    }
    return join(lane);
}

static void swish(float *gate, const float *up, size_t n8)
{
    for (size_t i = 0; i < n8; i++)
        gate[i] = gate[i] / (1 + exponential(-gate[i])) * up[i];
}

const Kernel kernel_portable = {
    .name = "portable",
    .widen_f16 = widen_f16,
    .widen_q8 = widen_q8,
    .dots = dots,
    .mix = mix,
    .softmax = softmax,
    .swish = swish,
};

const Kernel *kernel_best(void)
{
    const Kernel *fast = kernel_avx2();
    return fast ? fast : &kernel_portable;
}
