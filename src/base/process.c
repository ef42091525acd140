/* process.c - a child behind a socket (its standard input) and a pipe (its output). */
#include "base/process.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STOP_LOOK_MS = 100 }; /* how often the stop flag is looked at */
enum { LAST_WORDS = 16 << 10, MOST_WORDS = 1 << 20, CHUNK = 64 << 10 };

struct Process {
    pid_t pid;
    const atomic_int *stop;
    int in, out, words; /* its standard input, output and error */
    char *rest;         /* read past the last line */
    size_t rest_len, rest_cap;
};

/* ---- starting ---- */

static void close_all(int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

Status process_start(const char *command, const atomic_int *stop, Process **out, Err *err)
{
    int in[2] = {-1, -1}, output[2] = {-1, -1};
    int words = memfd_create("assay-words", MFD_CLOEXEC);
    pid_t pid = 0;
    int failed = 0;
    if (words < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0 ||
        pipe2(output, O_CLOEXEC) != 0)
        failed = errno;
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    const SpawnFd fds[] = {{in[1], 0}, {output[1], 1}, {words, 2}};
    if (!failed)
        failed = spawn_child(argv, NULL, fds, COUNT(fds), &pid);
    close_all(&in[1], 1);
    close_all(&output[1], 1);
    if (failed) {
        close_all(&in[0], 1);
        close_all(&output[0], 1);
        close_all(&words, 1);
        return err_set(err, E_IO, "could not start \"%s\": %s", command, strerror(failed));
    }
    Process *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    *p = (Process){.pid = pid, .stop = stop, .in = in[0], .out = output[0], .words = words};
    fcntl(p->in, F_SETFL, O_NONBLOCK);
    fcntl(p->out, F_SETFL, O_NONBLOCK);
    *out = p;
    return OK;
}

void process_stop(Process *p)
{
    if (!p)
        return;
    kill(-p->pid, SIGKILL);
    while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    close(p->in);
    close(p->out);
    close(p->words);
    free(p->rest);
    free(p);
}

/* ---- what it said last ---- */

/* The last line of its standard error, for a message. */
static Str last_words(const Process *p, Arena *arena)
{
    off_t end = lseek(p->words, 0, SEEK_END);
    off_t from = end > LAST_WORDS ? end - LAST_WORDS : 0;
    char *bytes = arena_alloc(arena, LAST_WORDS + 1);
    ssize_t n = pread(p->words, bytes, LAST_WORDS, from);
    Str text = str_trim((Str){bytes, n > 0 ? (size_t)n : 0});
    ptrdiff_t line = str_rfind_char(text, '\n');
    return line < 0 ? text : str_after(text, (size_t)line + 1);
}

static void forget_words(const Process *p)
{
    off_t end = lseek(p->words, 0, SEEK_END);
    if (end > MOST_WORDS && ftruncate(p->words, 0) == 0)
        lseek(p->words, 0, SEEK_SET);
}

static Status gone(Process *p, Arena *arena, Err *err)
{
    siginfo_t info = {0};
    /* Its output is closed, so it is ending: but a program may close it and live on. */
    for (int i = 0; i < 100; i++) {
        if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid)
            break;
        poll(NULL, 0, 1);
    }
    Str words = last_words(p, arena);
    if (!info.si_pid)
        return err_set(err, E_IO, "the program closed its output");
    bool exited = info.si_code == CLD_EXITED;
    bool none = exited && (info.si_status == 126 || info.si_status == 127); /* the shell says so */
    return err_set(err, none ? E_MISSING : E_IO, "the program ended (%s %d)%s" STR_FMT,
                   exited ? "exit status" : "signal", info.si_status, words.len ? ": " : "",
                   STR_ARG(words));
}

/* ---- asking ---- */

typedef struct Exchange {
    Process *p;
    Str line;    /* to be sent, then its end */
    size_t sent; /* of line and end */
    size_t limit;
    Arena *arena;
    Str *out;
    Err *err;
} Exchange;

static Status push(Exchange *x)
{
    while (x->sent <= x->line.len) {
        bool end = x->sent == x->line.len;
        const char *from = end ? "\n" : x->line.ptr + x->sent;
        ssize_t n = send(x->p->in, from, end ? 1 : x->line.len - x->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return OK;
        if (n < 0)
            return gone(x->p, x->arena, x->err);
        x->sent += (size_t)n;
    }
    return OK;
}

static void room_for_chunk(Process *p)
{
    if (p->rest_cap - p->rest_len >= CHUNK)
        return;
    p->rest_cap = p->rest_cap * 2 + CHUNK;
    p->rest = realloc(p->rest, p->rest_cap);
    if (!p->rest)
        abort();
}

/* Hands out the first line read so far; false when there is none. */
static bool take_line(Exchange *x, size_t from)
{
    Process *p = x->p;
    const char *end = p->rest_len > from ? memchr(p->rest + from, '\n', p->rest_len - from) : NULL;
    if (!end)
        return false;
    size_t len = (size_t)(end - p->rest);
    *x->out = str_copy(x->arena, (Str){p->rest, len && p->rest[len - 1] == '\r' ? len - 1 : len});
    p->rest_len -= len + 1;
    memmove(p->rest, end + 1, p->rest_len);
    return true;
}

static Status pull(Exchange *x, bool *done)
{
    Process *p = x->p;
    for (;;) {
        size_t before = p->rest_len;
        room_for_chunk(p);
        ssize_t n = read(p->out, p->rest + p->rest_len, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return OK;
        if (n <= 0)
            return gone(p, x->arena, x->err);
        p->rest_len += (size_t)n;
        *done = take_line(x, before);
        if (*done)
            return OK;
        if (p->rest_len > x->limit)
            return err_set(x->err, E_LIMIT, "the program's line is longer than %zu bytes",
                           x->limit);
    }
}

static int wait_ms(const Process *p, double until)
{
    double ms = (until - clock_seconds()) * 1000;
    int most = p->stop ? STOP_LOOK_MS : 60000;
    return ms <= 0 ? 0 : ms > most ? most : (int)ms + 1;
}

/* Nothing may be there before the question is asked: it would be taken for its answer. */
static Status check_silent(Process *p, Arena *arena, Err *err)
{
    struct pollfd out = {.fd = p->out, .events = POLLIN};
    if (p->rest_len || (poll(&out, 1, 0) > 0 && out.revents & POLLIN))
        return err_set(err, E_PARSE, "the program wrote a line that no question asked for");
    return out.revents ? gone(p, arena, err) : OK;
}

Status process_ask(Process *p, Str line, size_t limit, double seconds, Arena *arena, Str *out,
                   Err *err)
{
    Exchange x = {.p = p, .line = line, .limit = limit, .arena = arena, .out = out, .err = err};
    double until = seconds > 0 ? clock_seconds() + seconds : INFINITY;
    bool done = false;
    forget_words(p);
    TRY(check_silent(p, arena, err));
    while (!done) {
        struct pollfd fds[2] = {{.fd = p->out, .events = POLLIN},
                                {.fd = x.sent <= line.len ? p->in : -1, .events = POLLOUT}};
        int n = poll(fds, 2, wait_ms(p, until));
        if (n <= 0 && p->stop && atomic_load(p->stop) >= 2)
            return err_set(err, E_REMOTE, "interrupted");
        if (n == 0 && clock_seconds() >= until)
            return err_set(err, E_REMOTE, "the program gave no answer within %g seconds", seconds);
        if (n > 0 && fds[1].revents)
            TRY(push(&x));
        if (n > 0 && fds[0].revents)
            TRY(pull(&x, &done));
    }
    return OK;
}
