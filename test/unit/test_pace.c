/* test_pace.c - adaptive concurrency and rate limits, with made-up times. */
#include "test.h"

#include "engine/pace.h"

/* Lets as many requests leave at `now` as may; returns how many. */
static int enter_all(Pace *p, double tokens, double now)
{
    double wait;
    int n = 0;
    while (n < 10000 && pace_enter(p, tokens, now, &wait))
        n++;
    return n;
}

static int limit_of(Pace *p)
{
    int in_flight;
    return pace_limit(p, &in_flight);
}

TEST(pace_starts_at_32_and_grows_by_7_a_success_up_to_the_ceiling)
{
    Pace p;
    pace_init(&p, 64, 0, 0, 100);
    CHECK_INT(enter_all(&p, 10, 100), 32);
    pace_leave(&p, PACE_OK, 100, -1, 10, 101);
    CHECK_INT(limit_of(&p), 39);
    CHECK_INT(enter_all(&p, 10, 101), 8); /* the one that came back, and seven more */
    for (int i = 0; i < 39; i++)
        pace_leave(&p, PACE_OK, 101, -1, 10, 102);
    CHECK_INT(limit_of(&p), 64);
    CHECK_INT(enter_all(&p, 10, 102), 64);
    pace_destroy(&p);
}

TEST(pace_starts_no_higher_than_the_ceiling)
{
    Pace p;
    pace_init(&p, 3, 0, 0, 0);
    CHECK_INT(enter_all(&p, 1, 0), 3);
    pace_leave(&p, PACE_OK, 0, -1, 1, 1);
    CHECK_INT(limit_of(&p), 3);
    pace_destroy(&p);
}

TEST(pace_starts_at_an_eighth_of_a_high_ceiling)
{
    Pace p;
    pace_init(&p, 1000, 0, 0, 0);
    CHECK_INT(enter_all(&p, 1, 0), 125);
    pace_destroy(&p);
}

TEST(pace_is_cut_once_an_episode_of_rate_limits)
{
    Pace p;
    pace_init(&p, 100, 0, 0, 0);
    for (int i = 0; i < 28; i++) {
        double wait;
        CHECK(pace_enter(&p, 1, 0, &wait));
        pace_leave(&p, PACE_OK, 0, -1, 1, 0.5);
    }
    CHECK_INT(limit_of(&p), 100);
    CHECK_INT(enter_all(&p, 1, 1), 100);
    for (int i = 0; i < 50; i++) /* all left at 1: one episode */
        pace_leave(&p, PACE_RATE_LIMITED, 1, -1, 0, 2 + i * 0.01);
    CHECK_INT(limit_of(&p), 80);
    pace_leave(&p, PACE_RATE_LIMITED, 1.9, -1, 0, 3); /* left before the cut */
    CHECK_INT(limit_of(&p), 80);
    pace_leave(&p, PACE_RATE_LIMITED, 2.5, -1, 0, 3); /* left after it */
    CHECK_INT(limit_of(&p), 64);
    /* From now on it grows slowly. */
    pace_leave(&p, PACE_OK, 2.5, -1, 1, 4);
    CHECK_INT(limit_of(&p), 64);
    for (int i = 0; i < 20; i++)
        pace_leave(&p, PACE_OK, 2.5, -1, 1, 4);
    CHECK_INT(limit_of(&p), 65);
    pace_destroy(&p);
}

TEST(pace_never_falls_below_one_and_ignores_other_errors)
{
    Pace p;
    double wait;
    pace_init(&p, 64, 0, 0, 0);
    for (int i = 0; i < 10; i++) {
        CHECK(pace_enter(&p, 1, i, &wait));
        pace_leave(&p, PACE_ERROR, i, -1, 0, i + 0.5);
    }
    CHECK_INT(limit_of(&p), 32);
    for (int i = 10; i < 60; i++) {
        CHECK(pace_enter(&p, 1, i, &wait));
        pace_leave(&p, PACE_RATE_LIMITED, i, -1, 0, i + 0.5);
    }
    CHECK_INT(limit_of(&p), 1);
    pace_destroy(&p);
}

TEST(pace_waits_as_long_as_the_server_says)
{
    Pace p;
    double wait;
    pace_init(&p, 8, 0, 0, 0);
    CHECK(pace_enter(&p, 1, 0, &wait));
    pace_leave(&p, PACE_RATE_LIMITED, 0, 5, 0, 1);
    CHECK(!pace_enter(&p, 1, 5.9, &wait));
    CHECK_NEAR(wait, 0.1, 1e-9);
    CHECK(!pace_enter(&p, 1, 2, &wait));
    CHECK(wait <= 0.25 && wait > 0); /* asks again soon: the limit may be lifted */
    CHECK(pace_enter(&p, 1, 6.0, &wait));
    pace_destroy(&p);
}

TEST(pace_keeps_requests_a_minute)
{
    Pace p;
    pace_init(&p, 4096, 600, 0, 50); /* ten a second */
    int sent = 0;
    double worst = 0, times[4096];
    for (int tick = 0; tick <= 1000; tick++) { /* ten seconds */
        double now = 50 + tick * 0.01;
        int n = enter_all(&p, 1, now);
        for (int i = 0; i < n; i++) {
            times[sent++] = now;
            pace_leave(&p, PACE_OK, now, -1, 1, now);
        }
    }
    /* Any stretch of time holds at most its share and one second's burst. */
    for (int i = 0; i < sent; i++)
        for (int j = i; j < sent; j++) {
            double over = j - i + 1 - 10 * (times[j] - times[i]);
            worst = over > worst ? over : worst;
        }
    CHECK(worst <= 11 + 1e-6);
    CHECK(sent >= 100 && sent <= 112);
    pace_destroy(&p);
}

TEST(pace_keeps_tokens_a_minute_by_what_requests_really_use)
{
    Pace p;
    pace_init(&p, 4096, 0, 60000, 0); /* 1000 tokens a second */
    int sent = 0;
    for (int tick = 0; tick <= 6000; tick++) { /* a minute */
        double now = tick * 0.01;
        int n = enter_all(&p, 10, now); /* believed to take 10, takes 100 */
        sent += n;
        for (int i = 0; i < n; i++)
            pace_leave(&p, PACE_OK, now, -1, 100, now);
    }
    CHECK(sent >= 560 && sent <= 760); /* 600 and what left before the truth was known */
    pace_destroy(&p);
}

enum { THREADS = 4, ROUNDS = 20000 };

typedef struct Caller {
    Pace *pace;
    pthread_t thread;
    int most;
} Caller;

static void *call_pace(void *argument)
{
    Caller *c = argument;
    for (int i = 0; i < ROUNDS; i++) {
        double wait;
        int in_flight;
        if (!pace_enter(c->pace, 1, i, &wait))
            continue;
        pace_limit(c->pace, &in_flight);
        c->most = in_flight > c->most ? in_flight : c->most;
        pace_leave(c->pace, i % 7 ? PACE_OK : PACE_RATE_LIMITED, i, -1, 1, i);
    }
    return NULL;
}

TEST(pace_counts_right_when_threads_share_it)
{
    Pace p;
    Caller callers[THREADS];
    int most = 0; /* of all: one thread may find the others before it all the time */
    pace_init(&p, 3, 0, 0, 0);
    for (int i = 0; i < THREADS; i++) {
        callers[i] = (Caller){.pace = &p};
        CHECK(pthread_create(&callers[i].thread, NULL, call_pace, &callers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(callers[i].thread, NULL);
        most = callers[i].most > most ? callers[i].most : most;
    }
    CHECK(most >= 1 && most <= 3);
    int in_flight;
    pace_limit(&p, &in_flight);
    CHECK_INT(in_flight, 0);
    pace_destroy(&p);
}
