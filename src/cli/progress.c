/* progress.c - the progress line. */
#include "cli/progress.h"

#include "base/clock.h"
#include "cli/table.h"
#include "stats/stats.h"

#include <math.h>
#include <pthread.h>

static const double REDRAW = 0.2, PLAIN_LINE = 10;

struct Progress {
    App *app;
    EvalProgress *counters;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool stop, told_draining;
    double started;
};

static void put_duration(StrBuf *out, double seconds)
{
    long s = lround(seconds);
    if (s >= 3600)
        strbuf_addf(out, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        strbuf_addf(out, "%ld:%02ld", s / 60, s % 60);
}

static void put_bar(StrBuf *out, double share)
{
    enum { WIDTH = 24 };
    int full = (int)(share * WIDTH);
    for (int i = 0; i < WIDTH; i++)
        strbuf_adds(out, i < full ? "█" : "░");
}

/* The running mean with half the width of its Wilson interval. */
static void put_mean(const Progress *p, StrBuf *out)
{
    double n = (double)atomic_load(&p->counters->scored);
    if (n < 1)
        return;
    double mean = (double)atomic_load(&p->counters->sum_millionths) * 1e-6 / n;
    if (mean < 0 || mean > 1)
        return;
    Interval ci = wilson(mean * n, n, 0.95);
    double half = (ci.high - ci.low) / 2;
    strbuf_adds(out, "  ");
    strbuf_add(out, trf(p->app, out->arena, T_PROGRESS_MEAN, mean * 100, half * 100));
}

static void put_line(const Progress *p, StrBuf *out, bool bar)
{
    EvalProgress *c = p->counters;
    long long before = atomic_load(&c->before), now = atomic_load(&c->engine.done);
    long long total = atomic_load(&c->total), done = before + now;
    double elapsed = clock_seconds() - p->started;
    double rate = elapsed > 0 ? (double)now / elapsed : 0;
    if (bar) {
        put_bar(out, total ? (double)done / (double)total : 1);
        strbuf_addc(out, ' ');
    }
    strbuf_addf(out, "%lld/%lld  ", done, total);
    strbuf_add(out, trf(p->app, out->arena, T_PROGRESS_RATE, rate));
    if (rate > 0 && done < total) {
        StrBuf eta = strbuf_make(out->arena, 64);
        put_duration(&eta, (double)(total - done) / rate);
        strbuf_adds(out, "  ");
        strbuf_add(out, trf(p->app, out->arena, T_PROGRESS_ETA, eta.ptr));
    }
    put_mean(p, out);
    strbuf_adds(out, "  ");
    strbuf_add(out, trf(p->app, out->arena, T_PROGRESS_ERRORS, atomic_load(&c->engine.errors)));
    double cost = engine_spent(&c->engine);
    if (cost > 0)
        strbuf_addf(out, "  %s %.4f", tr(p->app, T_COST), cost);
}

static void draw(Progress *p, bool last)
{
    SCOPED_ARENA(a);
    StrBuf line = strbuf_make(&a, 4096);
    bool tty = p->app->info_tty;
    size_t columns = p->app->info_columns;
    if (tty) {
        StrBuf with_bar = strbuf_make(&a, 4096);
        put_line(p, &with_bar, true);
        /* A line that wraps could not be drawn over. */
        bool bar = !columns || text_width(strbuf_str(&with_bar)) < columns;
        strbuf_adds(&line, "\r\x1b[K");
        put_line(p, &line, bar);
    } else {
        put_line(p, &line, false);
    }
    if (!tty || last)
        strbuf_addc(&line, '\n');
    if (p->app->stop && atomic_load(p->app->stop) == 1 && !p->told_draining) {
        strbuf_addf(&line, "%s%s\n", tty && !last ? "\n" : "", tr(p->app, T_DRAINING));
        p->told_draining = true;
    }
    fwrite(line.ptr, 1, line.len, p->app->info);
    fflush(p->app->info);
}

static void wait_for(Progress *p, double seconds)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += (long)(fmod(seconds, 1) * 1e9);
    t.tv_sec += (time_t)seconds + t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&p->ended, &p->lock, &t);
}

static void *progress_main(void *argument)
{
    Progress *p = argument;
    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        wait_for(p, p->app->info_tty ? REDRAW : PLAIN_LINE);
        if (!p->stop)
            draw(p, false);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

Progress *progress_start(App *app, EvalProgress *counters)
{
    if (app->quiet)
        return NULL;
    Progress *p = ARENA_NEW(app->arena, Progress);
    p->app = app;
    p->counters = counters;
    p->started = clock_seconds();
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->ended, NULL);
    if (pthread_create(&p->thread, NULL, progress_main, p) != 0)
        return NULL;
    return p;
}

void progress_stop(Progress *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_signal(&p->ended);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    draw(p, true);
    pthread_cond_destroy(&p->ended);
    pthread_mutex_destroy(&p->lock);
}
