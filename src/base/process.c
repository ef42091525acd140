/* process.c - a child behind a socket (its standard input) and two pipes (output and error). */
#include "base/process.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STOP_LOOK_MS = 100 }; /* how often the stop flag is looked at */
enum { LAST_WORDS = 16 << 10, CHUNK = 64 << 10 };
static const double WORDS_PAUSE = 0.01; /* between two looks at its standard error */

struct Process {
    pid_t pid;
    const atomic_int *stop;
    int in, out, words; /* its standard input, output and error */
    char *rest;         /* read past the last line */
    size_t rest_len, rest_cap;
    char said[2 * LAST_WORDS]; /* the end of its standard error */
    size_t said_len;
    double looked; /* when its standard error was read last */
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
    int in[2] = {-1, -1}, output[2] = {-1, -1}, words[2] = {-1, -1};
    pid_t pid = 0;
    int failed = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0 ||
        pipe2(output, O_CLOEXEC) != 0 || pipe2(words, O_CLOEXEC) != 0)
        failed = errno;
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    const SpawnFd fds[] = {{in[1], 0}, {output[1], 1}, {words[1], 2}};
    if (!failed)
        failed = spawn_child(argv, NULL, fds, COUNT(fds), &pid);
    close_all(&in[1], 1);
    close_all(&output[1], 1);
    close_all(&words[1], 1);
    if (failed) {
        close_all(&in[0], 1);
        close_all(&output[0], 1);
        close_all(&words[0], 1);
        return err_set(err, E_IO, "could not start \"%s\": %s", command, strerror(failed));
    }
    Process *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->pid = pid;
    p->stop = stop;
    p->in = in[0];
    p->out = output[0];
    p->words = words[0];
    fcntl(p->in, F_SETFL, O_NONBLOCK);
    fcntl(p->out, F_SETFL, O_NONBLOCK);
    fcntl(p->words, F_SETFL, O_NONBLOCK);
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
    close_all(&p->words, 1);
    free(p->rest);
    free(p);
}

/* ---- what it said last ---- */

/* Reads what is there of its standard error, once in WORDS_PAUSE; its end is kept. */
static void listen_to_words(Process *p)
{
    char chunk[CHUNK];
    ssize_t n = p->words < 0 ? -1 : read(p->words, chunk, sizeof chunk);
    p->looked = clock_seconds();
    if (n == 0) { /* closed: no more of it */
        close(p->words);
        p->words = -1;
        p->looked = INFINITY;
    }
    if (n <= 0)
        return;
    size_t keep = (size_t)n < LAST_WORDS ? (size_t)n : LAST_WORDS;
    if (p->said_len + keep > sizeof p->said) {
        memmove(p->said, p->said + p->said_len - LAST_WORDS, LAST_WORDS);
        p->said_len = LAST_WORDS;
    }
    memcpy(p->said + p->said_len, chunk + (size_t)n - keep, keep);
    p->said_len += keep;
}

/* The last line of its standard error, for a message. */
static Str last_words(Process *p, Arena *arena)
{
    listen_to_words(p); /* a pipe holds no more than one reading takes */
    size_t from = p->said_len > LAST_WORDS ? p->said_len - LAST_WORDS : 0;
    Str text = str_trim((Str){p->said + from, p->said_len - from});
    ptrdiff_t line = str_rfind_char(text, '\n');
    return str_copy(arena, line < 0 ? text : str_after(text, (size_t)line + 1));
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
    const ProcessQuestion *q;
    size_t sent;  /* of the line and its end */
    size_t stray; /* lines that were dropped */
    Arena *arena;
    Str *out;
    Err *err;
} Exchange;

static Status push(Exchange *x)
{
    Str line = x->q->line;
    while (x->sent <= line.len) {
        bool end = x->sent == line.len;
        const char *from = end ? "\n" : line.ptr + x->sent;
        ssize_t n = send(x->p->in, from, end ? 1 : line.len - x->sent, MSG_NOSIGNAL);
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

/* The first line read so far, without its end; false when there is none. */
static bool first_line(const Process *p, size_t from, Str *line, size_t *len)
{
    const char *end = p->rest_len > from ? memchr(p->rest + from, '\n', p->rest_len - from) : NULL;
    if (!end)
        return false;
    *len = (size_t)(end - p->rest) + 1;
    *line = (Str){p->rest, *len - 1};
    if (line->len && line->ptr[line->len - 1] == '\r')
        line->len--;
    return true;
}

static void forget(Process *p, size_t len)
{
    p->rest_len -= len;
    memmove(p->rest, p->rest + len, p->rest_len);
}

/* Hands out the first line read so far that is an answer. */
static Status take_answer(Exchange *x, size_t from, bool *done)
{
    Str line;
    size_t len;
    while (!*done && first_line(x->p, from, &line, &len)) {
        from = 0;
        *done = !x->q->answers || x->q->answers(x->q->user, line);
        if (*done)
            *x->out = str_copy(x->arena, line);
        else if (++x->stray > PROCESS_STRAY)
            return err_set(x->err, E_PARSE,
                           "the program wrote more than %d lines that answer no question",
                           PROCESS_STRAY);
        forget(x->p, len);
    }
    return OK;
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
        TRY(take_answer(x, before, done));
        if (*done)
            return OK;
        if (p->rest_len > x->q->limit)
            return err_set(x->err, E_LIMIT, "the program's line is longer than %zu bytes",
                           x->q->limit);
    }
}

/* Until when to wait: the end, the next look at the stop flag or at its standard error. */
static int wait_ms(const Process *p, double until, double now)
{
    double ms = (until - now) * 1000, look = (p->looked + WORDS_PAUSE - now) * 1000;
    double most = p->stop ? STOP_LOOK_MS : 60000;
    if (look > 0 && look < most)
        most = look;
    return ms <= 0 ? 0 : (int)(ms > most ? most : ms) + 1;
}

/* Nothing may be there before the question is asked: it would be taken for its answer. */
static Status check_silent(Process *p, Arena *arena, Err *err)
{
    struct pollfd out = {.fd = p->out, .events = POLLIN};
    if (p->rest_len || (poll(&out, 1, 0) > 0 && out.revents & POLLIN))
        return err_set(err, E_PARSE, "the program wrote a line that no question asked for");
    return out.revents ? gone(p, arena, err) : OK;
}

/* Lines of before, where answers tell which question they are for. */
static void drop_old_lines(Process *p)
{
    Str line;
    size_t len;
    while (first_line(p, 0, &line, &len))
        forget(p, len);
}

static Status exchange(Exchange *x, double until)
{
    Process *p = x->p;
    bool done = false;
    while (!done) {
        double now = clock_seconds();
        bool listens = now >= p->looked + WORDS_PAUSE;
        struct pollfd fds[3] = {{.fd = p->out, .events = POLLIN},
                                {.fd = x->sent <= x->q->line.len ? p->in : -1, .events = POLLOUT},
                                {.fd = listens ? p->words : -1, .events = POLLIN}};
        int n = poll(fds, 3, wait_ms(p, until, now));
        if (p->stop && atomic_load(p->stop) >= 2)
            return err_set(x->err, E_REMOTE, "interrupted");
        if (n > 0 && fds[2].revents)
            listen_to_words(p);
        if (n > 0 && fds[1].revents)
            TRY(push(x));
        if (n > 0 && fds[0].revents)
            TRY(pull(x, &done));
        if (!done && clock_seconds() >= until)
            return err_set(x->err, E_REMOTE, "the program gave no answer within %g seconds",
                           x->q->seconds);
    }
    return OK;
}

Status process_ask(Process *p, const ProcessQuestion *question, Arena *arena, Str *out, Err *err)
{
    Exchange x = {.p = p, .q = question, .arena = arena, .out = out, .err = err};
    double until = question->seconds > 0 ? clock_seconds() + question->seconds : INFINITY;
    if (question->answers)
        drop_old_lines(p);
    else
        TRY(check_silent(p, arena, err));
    return exchange(&x, until);
}
