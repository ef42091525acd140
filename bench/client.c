/* client.c - the HTTP client and the openai provider alone, against mock: requests a second
 * and microseconds of processor time for each.
 *
 *     bench_client URL REQUESTS IN_FLIGHT [raw]      raw: without building and reading JSON */
#include "base/clock.h"
#include "model/model.h"

#include <sys/resource.h>

typedef struct Slot {
    Arena arena;
    ModelRequest request;
} Slot;

typedef struct Bench {
    Model model;
    HttpClient *client;
    Slot *slots;
    bool raw;
    HttpRequest fixed;
    int64_t left, good;
    char prompt[501];
} Bench;

static double processor_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static Status start(Bench *b, size_t slot, Err *err)
{
    Slot *s = &b->slots[slot];
    HttpRequest http = b->fixed;
    arena_reset(&s->arena);
    s->request = (ModelRequest){.prompt = {b->prompt, 500},
                                .max_tokens = 64,
                                .top_p = -1,
                                .seed = 1234,
                                .stop = (const Str[]){STR("\n\n")},
                                .n_stop = 1};
    if (!b->raw)
        TRY(b->model.provider->build(&b->model, &s->request, &s->arena, &http, err));
    http.id = slot;
    http.arena = &s->arena;
    b->left--;
    return http_send(b->client, &http, err);
}

static Status finish(Bench *b, const HttpReply *http, Err *err)
{
    Slot *s = &b->slots[http->id];
    ModelReply reply = {0};
    if (!b->raw)
        b->model.provider->parse(&b->model, &s->request, http, &s->arena, &reply);
    b->good += http->status == 200 && reply.state == REPLY_OK;
    return b->left > 0 ? start(b, http->id, err) : OK;
}

static Status run(Bench *b, size_t in_flight, Err *err)
{
    HttpReply replies[64];
    for (size_t i = 0; i < in_flight; i++)
        TRY(start(b, i, err));
    while (http_in_flight(b->client)) {
        size_t n = http_poll(b->client, 5, replies, 64);
        for (size_t i = 0; i < n; i++)
            TRY(finish(b, &replies[i], err));
    }
    return OK;
}

static Status bench(int argc, char **argv, Err *err)
{
    SCOPED_ARENA(arena);
    static Bench b;
    ModelSpec spec;
    int64_t requests, in_flight;
    if (argc < 4 || !str_to_int(str_from(argv[2]), &requests) ||
        !str_to_int(str_from(argv[3]), &in_flight))
        return err_set(err, E_USAGE, "bench_client URL REQUESTS IN_FLIGHT [raw]");
    memset(b.prompt, 'x', 500);
    b.raw = argc > 4;
    b.left = requests;
    TRY(model_spec_parse(&arena, str_printf(&arena, "%s#mock", argv[1]), &spec, err));
    TRY(model_open(&arena, &spec, &b.model, err));
    TRY(http_client_new((size_t)in_flight, &b.client, err));
    b.slots = arena_array(&arena, (size_t)in_flight, sizeof *b.slots);
    ModelRequest r = {.prompt = {b.prompt, 500}, .max_tokens = 64, .top_p = -1, .seed = 1234};
    TRY(b.model.provider->build(&b.model, &r, &arena, &b.fixed, err));
    double wall = clock_seconds(), cpu = processor_seconds();
    TRY(run(&b, (size_t)in_flight, err));
    wall = clock_seconds() - wall;
    cpu = processor_seconds() - cpu;
    printf("%.0f requests/s, %.1f us of processor time each, %lld of %lld good\n",
           (double)requests / wall, cpu * 1e6 / (double)requests, (long long)b.good,
           (long long)requests);
    http_client_free(b.client);
    for (int64_t i = 0; i < in_flight; i++)
        arena_free(&b.slots[i].arena);
    return OK;
}

int main(int argc, char **argv)
{
    Err err = {0};
    if (bench(argc, argv, &err) == OK)
        return 0;
    fprintf(stderr, "bench_client: %s\n", err.msg);
    return 1;
}
