/* math_number.c - rational numbers, and what is only known approximately. */
#include "text/math_number.h"

#include <math.h>

MathValue number_approximate(double x, bool letters)
{
    return (MathValue){.approx = x, .letters = letters, .den = 1};
}

static MathValue nothing(void)
{
    return number_approximate(NAN, false);
}

static int64_t gcd(int64_t a, int64_t b)
{
    while (b) {
        int64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

MathValue number_fraction(int64_t num, int64_t den)
{
    double approx = (double)num / (double)den;
    if (num == INT64_MIN || den == INT64_MIN || !den)
        return number_approximate(approx, false);
    int64_t sign = den < 0 ? -1 : 1, g = gcd(llabs(num), llabs(den));
    return (MathValue){true, sign * num / g, sign * den / g, approx, false};
}

MathValue number_add(MathValue a, MathValue b)
{
    int64_t x, y, num, den;
    if (a.exact && b.exact && !__builtin_mul_overflow(a.num, b.den, &x) &&
        !__builtin_mul_overflow(b.num, a.den, &y) && !__builtin_add_overflow(x, y, &num) &&
        !__builtin_mul_overflow(a.den, b.den, &den))
        return number_fraction(num, den);
    return number_approximate(a.approx + b.approx, a.letters || b.letters);
}

MathValue number_multiply(MathValue a, MathValue b)
{
    int64_t num, den;
    if (a.exact && b.exact && !__builtin_mul_overflow(a.num, b.num, &num) &&
        !__builtin_mul_overflow(a.den, b.den, &den))
        return number_fraction(num, den);
    return number_approximate(a.approx * b.approx, a.letters || b.letters);
}

MathValue number_negative(MathValue a)
{
    return number_multiply(number_fraction(-1, 1), a);
}

MathValue number_divide(MathValue a, MathValue b)
{
    if (b.approx == 0)
        return nothing();
    if (b.exact && b.num)
        return number_multiply(a, number_fraction(b.den, b.num));
    return number_approximate(a.approx / b.approx, a.letters || b.letters);
}

MathValue number_power(MathValue a, MathValue b)
{
    enum { LARGEST = 64 };
    bool letters = a.letters || b.letters;
    if (isnan(a.approx) || isnan(b.approx))
        return nothing();
    if (a.exact && b.exact && b.den == 1 && llabs(b.num) <= LARGEST) {
        MathValue p = number_fraction(1, 1);
        for (int64_t i = 0; i < llabs(b.num); i++)
            p = number_multiply(p, a);
        return b.num < 0 ? number_divide(number_fraction(1, 1), p) : p;
    }
    return number_approximate(pow(a.approx, b.approx), letters);
}

/* Roots of squares stay exact. */
MathValue number_root(MathValue a, MathValue degree)
{
    double x = degree.approx == 2 ? sqrt(a.approx) : pow(a.approx, 1 / degree.approx);
    if (degree.approx == 3)
        x = cbrt(a.approx);
    if (a.exact && degree.exact && degree.num == 2 && degree.den == 1 && a.num >= 0) {
        int64_t n = llround(sqrt((double)a.num)), d = llround(sqrt((double)a.den)), nn, dd;
        if (!__builtin_mul_overflow(n, n, &nn) && !__builtin_mul_overflow(d, d, &dd) &&
            nn == a.num && dd == a.den)
            return number_fraction(n, d);
    }
    return number_approximate(x, a.letters || degree.letters);
}

MathValue number_factorial(MathValue v)
{
    enum { LARGEST = 20 };
    if (!v.exact || v.den != 1 || v.num < 0 || v.num > LARGEST)
        return nothing();
    MathValue p = number_fraction(1, 1);
    for (int64_t i = 2; i <= v.num; i++)
        p = number_multiply(p, number_fraction(i, 1));
    return p;
}
