/* clock.c - clocks and dates. */
#include "base/clock.h"

static double seconds(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double clock_seconds(void)
{
    return seconds(CLOCK_MONOTONIC);
}

int64_t clock_unix_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

Str clock_iso(Arena *arena, int64_t unix_ms)
{
    time_t t = (time_t)(unix_ms / 1000);
    struct tm parts;
    gmtime_r(&t, &parts);
    char text[40];
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return str_copy(arena, str_from(text));
}

bool clock_parse(Str text, int64_t *unix_seconds)
{
    char z[64];
    if (!text.len || text.len >= sizeof z)
        return false;
    memcpy(z, text.ptr, text.len);
    z[text.len] = 0;
    struct tm parts = {0};
    const char *end = strptime(z, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end && !*end) {
        *unix_seconds = timegm(&parts);
        return true;
    }
    parts = (struct tm){0};
    end = strptime(z, "%Y-%m-%dT%H:%M:%S", &parts);
    if (!end)
        return false;
    if (*end == '.')
        for (end++; *end >= '0' && *end <= '9';)
            end++;
    int hours = 0, minutes = 0, sign = 0;
    if (*end == '+' || *end == '-') {
        sign = *end == '+' ? 1 : -1;
        if (sscanf(end + 1, "%2d:%2d", &hours, &minutes) != 2)
            return false;
    } else if (str_cmp(str_from(end), STR("Z")) != 0) {
        return false;
    }
    *unix_seconds = timegm(&parts) - (int64_t)sign * (hours * 3600 + minutes * 60);
    return true;
}
