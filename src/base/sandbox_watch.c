/* sandbox_watch.c - clock, stop flag, and what the processes of a sandbox take together. */
#include "base/sandbox_private.h"

#include "base/clock.h"
#include "base/proctree.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum { CHUNK = 16 << 10 };
enum { OWN_PROCESSES = 2 };         /* bubblewrap and the init it leaves inside */
static const double LOOK = 0.1;     /* seconds between looks at the stop flag */
static const double MEASURE = 0.05; /* and at the process tree */

bool sandbox_halted(const SandboxLimits *limits)
{
    return limits->halt && atomic_load(limits->halt) >= 2;
}

/* Reads what is there; false at the end. Past the limit it is dropped. */
static bool drain(int fd, StrBuf *into)
{
    char chunk[CHUNK];
    ssize_t n = read(fd, chunk, sizeof chunk);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    size_t room = into->limit - into->len;
    strbuf_add(into, (Str){chunk, (size_t)n < room ? (size_t)n : room});
    return n > 0;
}

/* What is over its limit, or NULL. */
static const char *too_much(pid_t pid, const SandboxLimits *limits)
{
    ProcTree tree = proctree_measure(pid);
    if (tree.processes > limits->processes + OWN_PROCESSES)
        return "processes";
    return tree.memory > limits->memory ? "memory" : NULL;
}

void sandbox_watch(pid_t pid, const int fds[2], const SandboxLimits *limits, StrBuf texts[2],
                   SandboxResult *r)
{
    double begin = clock_seconds(), until = begin + limits->seconds, measured = begin;
    bool open[2] = {true, true};
    while ((open[0] || open[1]) && !r->timed_out && !r->over && !sandbox_halted(limits)) {
        double now = clock_seconds(), wait = until - now;
        wait = limits->halt ? fmin(wait, LOOK) : wait;
        wait = limits->may_fork ? fmin(wait, MEASURE) : wait;
        struct pollfd polled[2] = {{open[0] ? fds[0] : -1, POLLIN, 0},
                                   {open[1] ? fds[1] : -1, POLLIN, 0}};
        if (poll(polled, 2, wait > 0 ? (int)(wait * 1000) + 1 : 0) > 0)
            for (int i = 0; i < 2; i++)
                if (polled[i].revents)
                    open[i] = drain(fds[i], &texts[i]);
        now = clock_seconds();
        r->timed_out = now >= until && (open[0] || open[1]);
        if (limits->may_fork && now >= measured + MEASURE) {
            measured = now;
            r->over = too_much(pid, limits);
        }
    }
    /* Outputs closed, time over or too much taken: nothing of it may live on. Without bubblewrap
     * the init of its namespace dies, and with that every process in it at once. */
    kill(-pid, SIGKILL);
    r->seconds = clock_seconds() - begin;
}
