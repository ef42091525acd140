/* retry_after.c - when a server wants to be asked again, in all the ways they say it. */
#include "model/errors.h"

#include "base/clock.h"
#include "net/http.h"

#include <ctype.h>

static const struct {
    const char *name;
    double seconds;
} units[] = {
    {"milliseconds", 1e-3},
    {"millisecond", 1e-3},
    {"ms", 1e-3},
    {"seconds", 1},
    {"second", 1},
    {"secs", 1},
    {"sec", 1},
    {"s", 1},
    {"minutes", 60},
    {"minute", 60},
    {"mins", 60},
    {"min", 60},
    {"m", 60},
    {"hours", 3600},
    {"hour", 3600},
    {"h", 3600},
    {"days", 86400},
    {"day", 86400},
    {"d", 86400},
};

static size_t digits(Str s)
{
    size_t n = 0;
    while (n < s.len && n < 15 && (isdigit((unsigned char)s.ptr[n]) || s.ptr[n] == '.'))
        n++;
    return n;
}

/* The unit that starts `s`, longest name first; NULL-like -1 when none. */
static double take_unit(Str *s)
{
    Str at = *s;
    while (str_starts(at, STR(" ")))
        at = str_after(at, 1);
    for (size_t i = 0; i < COUNT(units); i++) {
        Str name = str_from(units[i].name);
        if (!str_eq_nocase(str_slice(at, 0, name.len), name))
            continue;
        Str rest = str_after(at, name.len);
        if (rest.len && isalpha((unsigned char)rest.ptr[0]))
            continue;
        *s = rest;
        return units[i].seconds;
    }
    return -1;
}

/* A leading "1m30s", "12ms", "46.5s", "20 seconds"; a bare number counts as `bare` each.
 * -1 when `s` starts with none. */
static double duration(Str s, double bare)
{
    double total = -1;
    for (;;) {
        double number;
        size_t n = digits(s);
        if (n && s.ptr[n - 1] == '.')
            n--; /* the full stop of a sentence */
        if (!n || !str_to_double(str_slice(s, 0, n), &number))
            return total;
        s = str_after(s, n);
        double unit = take_unit(&s);
        if (unit < 0)
            return total < 0 ? number * bare : total;
        total = (total < 0 ? 0 : total) + number * unit;
    }
}

enum { SMALLEST_DATE = 1000000000 }; /* a number of seconds this large is a Unix time */

/* A header's duration, number of seconds, Unix time or date. */
static double moment(Str value, double bare, int64_t now)
{
    int64_t then;
    if (clock_parse(value, &then))
        return then > now ? (double)(then - now) : 0;
    double seconds = duration(value, bare);
    if (seconds >= SMALLEST_DATE * 1000.0)
        seconds /= 1000;
    if (seconds >= SMALLEST_DATE)
        seconds = seconds > (double)now ? seconds - (double)now : 0;
    return seconds;
}

/* Of several limits the latest reset of those that are used up; when none says so, the
 * latest of all. */
static double resets(Str headers, int64_t now)
{
    static const struct {
        const char *reset, *remaining;
    } limits[] = {
        {"x-ratelimit-reset-requests", "x-ratelimit-remaining-requests"},
        {"x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens"},
        {"x-ratelimit-reset", "x-ratelimit-remaining"},
        {"anthropic-ratelimit-requests-reset", "anthropic-ratelimit-requests-remaining"},
        {"anthropic-ratelimit-tokens-reset", "anthropic-ratelimit-tokens-remaining"},
        {"anthropic-ratelimit-input-tokens-reset", "anthropic-ratelimit-input-tokens-remaining"},
        {"anthropic-ratelimit-output-tokens-reset", "anthropic-ratelimit-output-tokens-remaining"},
    };
    double used_up = -1, any = -1;
    for (size_t i = 0; i < COUNT(limits); i++) {
        double at = moment(http_header(headers, limits[i].reset), 1, now);
        bool empty = str_eqc(http_header(headers, limits[i].remaining), "0");
        if (at > any)
            any = at;
        if (empty && at > used_up)
            used_up = at;
    }
    return used_up >= 0 ? used_up : any;
}

/* "retryDelay": "46s", also inside quoted JSON; "try again in 20s" and the like. */
static double in_words(Str body)
{
    static const char *const phrases[] = {
        "retryDelay", "try again in ", "retry in ", "retry after ", "again after ", "wait ",
    };
    for (size_t i = 0; i < COUNT(phrases); i++) {
        Str phrase = str_from(phrases[i]);
        for (ptrdiff_t at = str_find(body, phrase); at >= 0;
             at = str_find_from(body, phrase, (size_t)at + 1)) {
            Str rest = str_after(body, (size_t)at + phrase.len);
            while (rest.len && strchr("\\\": ", rest.ptr[0]) && rest.ptr[0])
                rest = str_after(rest, 1);
            double seconds = duration(rest, 1);
            if (seconds >= 0)
                return seconds;
        }
    }
    return -1;
}

double error_retry_after(Str headers, Str body, int64_t now)
{
    int64_t sent;
    if (clock_parse(http_header(headers, "date"), &sent))
        now = sent;
    double seconds = moment(http_header(headers, "retry-after-ms"), 1e-3, now);
    if (seconds < 0)
        seconds = moment(http_header(headers, "retry-after"), 1, now);
    if (seconds < 0)
        seconds = in_words(str_slice(body, 0, 64 << 10));
    if (seconds < 0)
        seconds = resets(headers, now);
    return seconds > LONGEST_RETRY_AFTER ? LONGEST_RETRY_AFTER : seconds;
}
