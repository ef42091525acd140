/* fake_model.c - a model server for tests: repeatable answers, repeatable faults.
 *
 *     tool_fake_model [port=0] [seed=1] [delay=MS] [log=FILE] [limit=N]
 *                     [status429=P] [status500=P] [cut=P] [slow=P] [wrong=P] [huge=P]
 *                     [permanent=P] [arrivals=1] [key=TEXT]
 *
 * Listens on 127.0.0.1 and prints "port N" (port=0: any free one). P are rates from 0 to 1.
 *
 * Answers. /v1/chat/completions and /v1/completions say "The answer is X." with X one of
 * A-D by the hash of the prompt (all message contents, or the prompt). "[[answer:TEXT]]" in
 * the prompt makes the answer TEXT; "[[fail]]" is a 400 for ever. "stream": true streams.
 * "echo": true returns a token for each word with log-probabilities that depend on the text
 * up to that token alone, offsets in code points. "logprobs": true on chat gives top_logprobs
 * of A-D. /v1/models lists one model; /stats counts.
 *
 * Faults. permanent=0.03 answers 400 to 3 % of all prompts, whenever they are asked. The
 * others are drawn by seed, prompt and number of the attempt, so that a retry fares
 * differently: 429 (Retry-After: 0), 500, hanging up in the middle of the body, slow bytes,
 * half a JSON, a body over 32 MiB. limit=N answers 429 above N requests at once. key=TEXT
 * answers 401 to whoever does not send it as bearer.
 *
 * Log. One line a request when its last byte is written: hash of the prompt, "ok" or
 * the fault's name. arrivals=1 adds a line when the request arrives: hash, "asked", seconds,
 * the fault it is going to meet or "ok", the answer. */
#include "base/clock.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/rng.h"
#include "tool/fake_answer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FD = 4096, SLOW_PIECES = 8, SLOW_MS = 10 };

typedef enum Fault {
    NO_FAULT,
    STATUS_429,
    STATUS_500,
    CUT,
    SLOW,
    WRONG,
    HUGE_BODY,
    PERMANENT,
    N_FAULTS,
} Fault;

static const char *const fault_names[] = {"ok",   "status429", "status500", "cut",
                                          "slow", "wrong",     "huge",      "permanent"};

typedef struct Conn {
    int fd;
    StrBuf in, out;
    size_t sent, until; /* bytes of out written; allowed to be written now */
    double due;         /* when more may be written; 0 nothing to do */
    Fault fault;
    char hash[33];
    bool busy;
} Conn;

typedef struct Server {
    Arena keep;
    Map attempts; /* hash of a prompt -> int64_t */
    int listener, epoll, log;
    double rates[N_FAULTS], delay;
    int64_t seed, port, limit, busy, most_busy, requests, arrivals;
    Str key; /* empty: none is asked for */
    Conn *conns[MAX_FD];
} Server;

/* ---- faults ---- */

static Fault draw_fault(Server *s, Hash hash, Str prompt)
{
    SCOPED_ARENA(arena);
    uint64_t state = hash.low ^ (uint64_t)s->seed;
    Rng fixed = rng_make(state);
    if (rng_double(&fixed) < s->rates[PERMANENT] || str_find(prompt, STR("[[fail]]")) >= 0)
        return PERMANENT;
    if (s->limit && s->busy > s->limit)
        return STATUS_429;
    Str key = hash_hex(&arena, hash);
    int64_t *attempts = map_get(&s->attempts, key);
    if (!attempts) {
        attempts = ARENA_NEW(&s->keep, int64_t);
        map_set(&s->keep, &s->attempts, str_copy(&s->keep, key), attempts);
    }
    Rng r = rng_make(state + (uint64_t)++ * attempts * 0x9e3779b97f4a7c15u);
    double u = rng_double(&r);
    for (Fault f = STATUS_429; f < PERMANENT; f++) {
        if (u < s->rates[f])
            return f;
        u -= s->rates[f];
    }
    return NO_FAULT;
}

static void put_reply(Conn *c, int status, const char *extra, Str body)
{
    strbuf_addf(&c->out, "HTTP/1.1 %d X\r\nContent-Type: %s\r\n%sContent-Length: %zu\r\n\r\n",
                status, str_starts(body, STR(":")) ? "text/event-stream" : "application/json",
                extra, body.len);
    strbuf_add(&c->out, body);
}

static void put_fault(Conn *c, Str good)
{
    static const char *const words[N_FAULTS] = {
        [STATUS_429] = "{\"error\":{\"message\":\"rate limit\",\"code\":\"rate_limit\"}}",
        [STATUS_500] = "{\"error\":{\"message\":\"something broke\"}}",
        [PERMANENT] = "{\"error\":{\"message\":\"this prompt is not accepted\"}}",
    };
    Str body = str_from(words[c->fault]);
    if (c->fault == STATUS_429)
        put_reply(c, 429, "Retry-After: 0\r\n", body);
    else if (c->fault == STATUS_500)
        put_reply(c, 500, "", body);
    else if (c->fault == PERMANENT)
        put_reply(c, 400, "", body);
    else if (c->fault == WRONG)
        put_reply(c, 200, "", str_slice(good, 0, good.len / 2));
    else
        put_reply(c, 200, "", good);
    if (c->fault == HUGE_BODY) {
        strbuf_clear(&c->out);
        size_t n = LIMIT_REPLY + MIB;
        strbuf_addf(&c->out, "HTTP/1.1 200 X\r\nContent-Length: %zu\r\n\r\n", n);
        memset(strbuf_reserve(&c->out, n), 'x', n);
        c->out.len += n;
    }
}

/* ---- requests ---- */

static void put_completion(Server *s, Conn *c, bool chat, Str text)
{
    SCOPED_ARENA(arena);
    Json body;
    if (json_parse(&arena, text, &body, NULL) != OK) {
        put_reply(c, 400, "", STR("{\"error\":{\"message\":\"the body is not JSON\"}}"));
        return;
    }
    Asked a = {.body = &body, .chat = chat, .prompt = fake_prompt(&arena, &body)};
    a.hash = hash_bytes(a.prompt);
    a.answer = fake_answer(&arena, a.prompt, a.hash);
    a.echo = !chat && json_bool(json_get(&body, "echo"), false);
    memcpy(c->hash, hash_hex(&arena, a.hash).ptr, sizeof c->hash);
    c->fault = draw_fault(s, a.hash, a.prompt);
    if (s->arrivals && s->log >= 0)
        dprintf(s->log, "%s asked %.6f %s %s\n", c->hash, clock_seconds(), fault_names[c->fault],
                str_z(&arena, a.answer));
    bool stream = json_bool(json_get(&body, "stream"), false);
    put_fault(c, stream ? fake_stream(&arena, &a) : fake_json(&arena, &a));
}

static void put_answer(Server *s, Conn *c, Str line, Str body)
{
    SCOPED_ARENA(arena);
    c->fault = NO_FAULT;
    c->hash[0] = 0;
    SCOPED_ARENA(scratch);
    Str bearer = str_printf(&scratch, "Authorization: Bearer %.*s\r\n", (int)s->key.len, s->key.ptr);
    if (s->key.len && str_find(line, bearer) < 0)
        put_reply(c, 401, "", STR("{\"error\":{\"message\":\"Incorrect API key provided\"}}"));
    else if (str_starts(line, STR("POST /v1/chat/completions ")))
        put_completion(s, c, true, body);
    else if (str_starts(line, STR("POST /v1/completions ")))
        put_completion(s, c, false, body);
    else if (str_starts(line, STR("GET /v1/models ")))
        put_reply(c, 200, "", STR("{\"object\":\"list\",\"data\":[{\"id\":\"fake\"}]}"));
    else if (str_starts(line, STR("GET /stats ")))
        put_reply(c, 200, "",
                  str_printf(&arena, "{\"requests\":%lld,\"prompts\":%zu,\"most_busy\":%lld}",
                             (long long)s->requests, s->attempts.len, (long long)s->most_busy));
    else
        put_reply(c, 404, "", STR("{\"error\":{\"message\":\"no such path\"}}"));
}

/* Takes a whole request from the buffer; false when there is none yet. */
static bool take_request(Server *s, Conn *c)
{
    Str all = strbuf_str(&c->in);
    ptrdiff_t head = str_find(all, STR("\r\n\r\n"));
    if (head < 0)
        return false;
    int64_t len = 0;
    Str headers = str_slice(all, 0, (size_t)head + 2), rest = headers;
    while (rest.len) {
        Str value = str_split(&rest, '\n');
        Str name = str_split(&value, ':');
        if (str_eq_nocase(name, STR("content-length")) && !str_to_int(str_trim(value), &len))
            len = 0;
    }
    size_t need = (size_t)head + 4 + (size_t)len;
    if (all.len < need)
        return false;
    s->requests++;
    s->busy++;
    s->most_busy = s->busy > s->most_busy ? s->busy : s->most_busy;
    c->busy = true;
    strbuf_clear(&c->out);
    put_answer(s, c, headers, str_slice(all, (size_t)head + 4, need));
    c->sent = 0;
    size_t n = c->out.len;
    c->until = c->fault == CUT ? n - n / 4 : c->fault == SLOW ? n / SLOW_PIECES : n;
    c->due = clock_seconds() + s->delay;
    memmove(c->in.ptr, c->in.ptr + need, all.len - need);
    c->in.len = all.len - need;
    return true;
}

static void hang_up(Server *s, Conn *c)
{
    s->busy -= c->busy;
    s->conns[c->fd] = NULL;
    close(c->fd);
    strbuf_free(&c->in);
    strbuf_free(&c->out);
    free(c);
}

static void log_line(const Server *s, const Conn *c)
{
    if (s->log < 0 || !c->hash[0])
        return;
    bool answered = c->fault == NO_FAULT || c->fault == SLOW;
    dprintf(s->log, "%s %s\n", c->hash, answered ? "ok" : fault_names[c->fault]);
}

/* Writes what is due; false when the connection is gone. */
static bool write_out(Server *s, Conn *c, double now)
{
    while (c->sent < c->until) {
        ssize_t n = send(c->fd, c->out.ptr + c->sent, c->until - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            c->due = now + 0.001;
            return true;
        }
        if (n <= 0) {
            hang_up(s, c);
            return false;
        }
        c->sent += (size_t)n;
    }
    if (c->fault == SLOW && c->until < c->out.len) {
        size_t piece = c->out.len / SLOW_PIECES + 1;
        c->until = c->until + piece < c->out.len ? c->until + piece : c->out.len;
        c->due = now + SLOW_MS / 1000.0;
        return true;
    }
    log_line(s, c);
    c->due = 0;
    if (c->fault == CUT) {
        hang_up(s, c);
        return false;
    }
    s->busy--;
    c->busy = false;
    return true;
}

static void readable(Server *s, Conn *c)
{
    char chunk[1 << 16];
    ssize_t n = recv(c->fd, chunk, sizeof chunk, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    strbuf_add(&c->in, (Str){chunk, n > 0 ? (size_t)n : 0});
    if (n <= 0 || c->in.failed) {
        hang_up(s, c);
        return;
    }
    if (!c->busy && take_request(s, c) && s->delay <= 0)
        write_out(s, c, clock_seconds());
}

/* ---- the loop ---- */

static void take_connections(Server *s)
{
    int fd;
    while ((fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (fd >= MAX_FD) {
            close(fd);
            continue;
        }
        Conn *c = calloc(1, sizeof *c);
        if (!c)
            abort();
        c->fd = fd;
        c->in = strbuf_make(NULL, REQUEST_LIMIT);
        c->out = strbuf_make(NULL, REQUEST_LIMIT * 4u);
        s->conns[fd] = c;
        struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e);
    }
}

/* Writes what has become due; returns milliseconds until the next, -1 when none waits. */
static int write_due(Server *s)
{
    double now = clock_seconds(), next = -1;
    for (int fd = 0; fd < MAX_FD; fd++) {
        Conn *c = s->conns[fd];
        if (!c || c->due <= 0)
            continue;
        if (c->due <= now && !write_out(s, c, now))
            continue;
        if (c->due > 0 && (next < 0 || c->due < next))
            next = c->due;
    }
    return next < 0 ? -1 : next <= now ? 0 : (int)((next - now) * 1000) + 1;
}

static Status read_option(Server *s, Str option, Err *err)
{
    Str value = option, name = str_split(&value, '=');
    double number = 0;
    if (str_eq(name, STR("key"))) {
        s->key = str_copy(&s->keep, value);
        return OK;
    }
    if (str_eq(name, STR("log"))) {
        SCOPED_ARENA(arena);
        s->log = open(str_z(&arena, value), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        return s->log < 0 ? err_set(err, E_IO, "could not open the log: %s", strerror(errno)) : OK;
    }
    if (!str_to_double(value, &number) || number < 0)
        return err_set(err, E_USAGE, "cannot read \"" STR_FMT "\"", STR_ARG(option));
    for (size_t f = STATUS_429; f < N_FAULTS; f++)
        if (str_eqc(name, fault_names[f])) {
            s->rates[f] = number;
            return OK;
        }
    if (str_eq(name, STR("port")))
        s->port = (int64_t)number;
    else if (str_eq(name, STR("seed")))
        s->seed = (int64_t)number;
    else if (str_eq(name, STR("delay")))
        s->delay = number / 1000;
    else if (str_eq(name, STR("arrivals")))
        s->arrivals = (int64_t)number;
    else if (str_eq(name, STR("limit")))
        s->limit = (int64_t)number;
    else
        return err_set(err, E_USAGE, "unknown option \"" STR_FMT "\"", STR_ARG(name));
    return OK;
}

static Status start(Server *s, int argc, char **argv, Err *err)
{
    for (int i = 1; i < argc; i++)
        TRY(read_option(s, str_from(argv[i]), err));
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                            .sin_port = htons((uint16_t)s->port)};
    socklen_t len = sizeof a;
    int one = 1;
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(s->listener, (struct sockaddr *)&a, len) != 0 || listen(s->listener, 1024) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&a, &len) != 0)
        return err_set(err, E_IO, "could not listen: %s", strerror(errno));
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = s->listener};
    epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->listener, &e);
    printf("port %d\n", ntohs(a.sin_port));
    fflush(stdout);
    return OK;
}

int main(int argc, char **argv)
{
    static Server s = {.log = -1, .seed = 1};
    Err err = {0};
    if (start(&s, argc, argv, &err) != OK) {
        fprintf(stderr, "fake_model: %s\n", err.msg);
        return 2;
    }
    for (int wait = -1;; wait = write_due(&s)) {
        struct epoll_event events[256];
        int n = epoll_wait(s.epoll, events, 256, wait);
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == s.listener)
                take_connections(&s);
            else if (s.conns[events[i].data.fd])
                readable(&s, s.conns[events[i].data.fd]);
        }
    }
}
