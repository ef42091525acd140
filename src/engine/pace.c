/* pace.c - adaptive concurrency and rate limits. */
#include "engine/pace.h"

#include <math.h>

enum { START = 32, START_PART = 8, GROWTH = 7 };
static const double CUT = 0.8, ROUND_GROWTH = 0.05, LONGEST_WAIT = 0.25;

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

void pace_init(Pace *p, int ceiling, double rpm, double tpm, double now)
{
    *p = (Pace){.ceiling = ceiling,
                .limit = smaller(ceiling, larger(START, floor((double)ceiling / START_PART))),
                .exploring = true,
                .last_cut = -1,
                .rpm = rpm,
                .tpm = tpm,
                .next_request = now,
                .tokens_due = now};
    pthread_mutex_init(&p->lock, NULL);
}

void pace_destroy(Pace *p)
{
    pthread_mutex_destroy(&p->lock);
}

/* Seconds until rates allow the next request; <= 0 when they do. Servers enforce limits
 * a minute by the second, so requests are spread evenly with a burst of one second. */
static double rate_delay(const Pace *p, double now)
{
    double delay = p->pause_until - now;
    if (p->rpm > 0)
        delay = larger(delay, p->next_request - now - 1);
    if (p->tpm > 0)
        delay = larger(delay, p->tokens_due - now - 1);
    return delay;
}

bool pace_enter(Pace *p, double tokens, double now, double *wait)
{
    pthread_mutex_lock(&p->lock);
    double delay = rate_delay(p, now);
    bool room = p->in_flight < (int)p->limit;
    bool go = room && delay <= 0;
    if (go) {
        p->in_flight++;
        if (p->rpm > 0)
            p->next_request = larger(p->next_request, now - 1) + 60 / p->rpm;
        if (p->tpm > 0)
            p->tokens_due =
                larger(p->tokens_due, now - 1) + 60 * larger(tokens, p->mean_tokens) / p->tpm;
    }
    *wait = room && delay > 0 ? smaller(delay, LONGEST_WAIT) : LONGEST_WAIT;
    pthread_mutex_unlock(&p->lock);
    return go;
}

void pace_leave(Pace *p, PaceEvent event, double sent, double retry_after, double tokens,
                double now)
{
    pthread_mutex_lock(&p->lock);
    p->in_flight--;
    if (event == PACE_OK) {
        double step = p->exploring ? GROWTH : ROUND_GROWTH;
        p->limit = smaller(p->ceiling, p->limit + step);
        p->mean_tokens += 0.05 * (tokens - p->mean_tokens);
    } else if (event == PACE_RATE_LIMITED && sent > p->last_cut) {
        p->limit = larger(1, p->limit * CUT);
        p->exploring = false;
        p->last_cut = now;
    }
    if (event == PACE_RATE_LIMITED && retry_after > 0)
        p->pause_until = larger(p->pause_until, now + retry_after);
    pthread_mutex_unlock(&p->lock);
}

int pace_limit(Pace *p, int *in_flight)
{
    pthread_mutex_lock(&p->lock);
    int limit = (int)p->limit;
    *in_flight = p->in_flight;
    pthread_mutex_unlock(&p->lock);
    return limit;
}
