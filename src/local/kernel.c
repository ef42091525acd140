/* kernel.c - the portable inner loops, and the choice between them and AVX2. */
#include "local/kernel.h"

#include "local/gguf.h"

#include <math.h>

const float exp_series[5] = {0x1.ffffecp-1f, 0x1.fffdb6p-2f, 0x1.555e66p-3f, 0x1.573e2ep-5f,
                             0x1.0e4020p-7f};

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

/* Sixty-four sums of whole blocks are joined to sixteen, then as ever. */
static float dot_blocked(const float *a, const float *b, size_t padded)
{
    float block[BLOCK] = {0}, lane[LANES];
    double rest[4] = {0};
    size_t whole = padded / BLOCK * BLOCK;
    for (size_t i = 0; i < whole; i += BLOCK)
        for (size_t l = 0; l < BLOCK; l++)
            block[l] += a[i + l] * b[i + l];
    for (size_t l = 0; l < LANES; l++)
        lane[l] = (block[l] + block[l + 32]) + (block[l + 16] + block[l + 48]);
    for (size_t i = whole; i < padded; i++)
        rest[i % 4] += (double)(a[i] * b[i]);
    return (float)((double)join(lane) + ((rest[0] + rest[2]) + (rest[1] + rest[3])));
}

static void dots_blocked(Rows w, Rows x, size_t padded, float *out, size_t out_stride)
{
    for (size_t i = 0; i < x.count; i++)
        for (size_t r = 0; r < w.count; r++)
            out[i * out_stride + r] = dot_blocked(w.at + r * w.stride, x.at + i * x.stride, padded);
}

static void scale_half(float *sum, float by, size_t padded)
{
    for (size_t i = 0; i < padded; i++)
        sum[i] = kernel_round_to_half(sum[i] * by);
}

static void add_half(float *sum, const float *row, float weight, size_t padded)
{
    for (size_t i = 0; i < padded; i++)
        sum[i] = kernel_round_to_half(fmaf(weight, row[i], sum[i]));
}

static void chains(Rows rows, const float *x, size_t n, float *out)
{
    for (size_t r = 0; r < rows.count; r++) {
        float sum = 0;
        for (size_t i = 0; i < n; i++)
            sum = fmaf(x[i], rows.at[r * rows.stride + i], sum);
        out[r] = sum;
    }
}

static void add_row(float *sum, const float *row, float weight, size_t padded)
{
    for (size_t i = 0; i < padded; i++)
        sum[i] = fmaf(weight, row[i], sum[i]);
}

static void rotate(const float *from, const float *turn, float *to, size_t n)
{
    for (size_t i = 0; i < n; i += 2) {
        float a = from[i], b = from[i + 1];
        to[i] = fmaf(a, turn[i], -(b * turn[i + 1]));
        to[i + 1] = fmaf(a, turn[i + 1], b * turn[i]);
    }
}

/* 2^k for -126 <= k <= 127. */
static float power_of_two(int32_t k)
{
    uint32_t bits = (uint32_t)(k + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

float kernel_exp(float x)
{
    const float *c = exp_series;
    x = x > -EXP_LIMIT ? x : -EXP_LIMIT;
    x = x < EXP_LIMIT ? x : EXP_LIMIT;
    float k = fmaf(x, EXP_LOG2E, EXP_ROUND) - EXP_ROUND;
    float r = fmaf(-k, EXP_LN2_LOW, fmaf(-k, EXP_LN2_HIGH, x)), r2 = r * r;
    float high = fmaf(fmaf(c[4], r, c[3]), r2, fmaf(c[2], r, c[1]));
    float sum = fmaf(high, r2, fmaf(c[0], r, 1));
    int32_t whole = (int32_t)k, part = whole >> 1; /* in two steps: 2^k alone may be no float */
    return sum * power_of_two(part) * power_of_two(whole - part);
}

static double exponentials(float *x, float less, size_t padded)
{
    double sum = 0;
    for (size_t i = 0; i < padded; i++)
        x[i] = kernel_exp(x[i] - less);
    for (size_t i = 0; i < padded; i += LANES)
        sum += (double)join(x + i);
    return sum;
}

static void swish(float *gate, const float *up, size_t n)
{
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < n; i++) {
        float power = i < whole ? kernel_exp(-gate[i]) : expf(-gate[i]);
        gate[i] = gate[i] / (1 + power) * up[i];
    }
}

const Kernel kernel_portable = {
    .name = "portable",
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

const Kernel *kernel_best(void)
{
    const Kernel *fast = kernel_avx2();
    return fast ? fast : &kernel_portable;
}
