/* pace.h - how fast requests may leave: adaptive concurrency, rate limits, budgets.
 *
 * Concurrency starts with 32, or an eighth of a high ceiling, grows with every success (fast until
 * the first sign of a rate limit, then by 5 % a round), shrinks by a fifth once an episode of rate
 * limiting, and is left alone by other errors. Thread-safe. */
#ifndef ENGINE_PACE_H
#define ENGINE_PACE_H

#include "base/base.h"

#include <pthread.h>

typedef struct Pace {
    pthread_mutex_t lock;
    double limit; /* requests in flight allowed now */
    int ceiling, in_flight;
    bool exploring;      /* no rate limit seen yet */
    double last_cut;     /* when the limit was last cut */
    double pause_until;  /* nothing leaves before */
    double rpm, tpm;     /* 0: none */
    double next_request; /* earliest time by requests a minute */
    double tokens_due;   /* time by which the tokens sent so far are allowed */
    double mean_tokens;  /* running mean of tokens a request used */
} Pace;

void pace_init(Pace *p, int ceiling, double rpm, double tpm, double now);
void pace_destroy(Pace *p);

/* May a request of about `tokens` leave now? If so it counts as in flight. If not, *wait
 * says in how many seconds to ask again at the latest. */
bool pace_enter(Pace *p, double tokens, double now, double *wait);

typedef enum PaceEvent { PACE_OK, PACE_RATE_LIMITED, PACE_ERROR } PaceEvent;
/* A request that left at `sent` came back. retry_after < 0: unknown. */
void pace_leave(Pace *p, PaceEvent event, double sent, double retry_after, double tokens,
                double now);

/* The limit now, and the requests in flight. */
int pace_limit(Pace *p, int *in_flight);

#endif
