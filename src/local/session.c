/* session.c - evaluates tokens in batches, keeping keys and values of earlier ones.
 *
 * Follows the order of operations of llama.cpp on a processor with AVX-512, whose numbers
 * people compare with: what is rounded to half precision, how many sums a dot product has,
 * which products are fused with their sum (docs/DECISIONS.md). Every number is computed the
 * same way whatever the batch, so results do not depend on how much of a text was in the cache. */
#include "local/attention.h"
#include "local/network.h"

#include "base/limits.h"

#include <math.h>

enum { BATCH = 64, PANEL = 8, FIRST_ROOM = 64 };

/* BATCH rows of numbers, each padded with zeros to whole lanes. */
typedef struct Buffer {
    float *at;
    size_t stride;
} Buffer;

struct LocalSession {
    const LocalModel *model;
    TokenVec known;         /* the tokens whose keys and values are cached; malloc */
    size_t single;          /* positions before this one attend in single precision */
    float **keys, **values; /* of each layer: [position][kv head][padded head] */
    float *turns;           /* [position][rotated]: cosine, sine of each pair */
    size_t head8, cached;   /* floats of one padded head; of one position of one layer */
    Buffer x, normed, query, key, value, mixed, gate, up, logits;
    float *panel;     /* PANEL widened rows of a matrix */
    float *one, *sum; /* attention of one head: its query, its result */
    Arena arena;
    const atomic_int *halt; /* or NULL */
};

const LocalModel *session_model(const LocalSession *s)
{
    return s->model;
}

static Buffer buffer(LocalSession *s, size_t width)
{
    size_t stride = lanes_up(width);
    return (Buffer){arena_array(&s->arena, BATCH * stride, sizeof(float)), stride};
}

Status local_session(const LocalModel *model, LocalSession **out, Err *err)
{
    const Network *n = &model->net;
    LocalSession *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(err, E_LIMIT, "no memory for a session");
    size_t all = (size_t)n->heads * n->head, shared = (size_t)n->kv_heads * n->head;
    size_t widest = all > n->feed ? all : n->feed;
    widest = widest > n->width ? widest : n->width;
    s->model = model;
    s->head8 = lanes_up(n->head);
    s->cached = n->kv_heads * s->head8;
    s->x = buffer(s, n->width);
    s->normed = buffer(s, n->width);
    s->query = buffer(s, all);
    s->mixed = buffer(s, all);
    s->key = buffer(s, shared);
    s->value = buffer(s, shared);
    s->gate = buffer(s, n->feed);
    s->up = buffer(s, n->feed);
    s->logits = buffer(s, model->vocab.len);
    s->panel = arena_array(&s->arena, PANEL * lanes_up(widest), sizeof(float));
    s->one = arena_array(&s->arena, s->head8, sizeof(float));
    s->sum = arena_array(&s->arena, s->head8, sizeof(float));
    s->keys = arena_array(&s->arena, n->n_layers, sizeof *s->keys);
    s->values = arena_array(&s->arena, n->n_layers, sizeof *s->values);
    *out = s;
    return OK;
}

void local_session_free(LocalSession *s)
{
    if (!s)
        return;
    for (size_t l = 0; l < s->model->net.n_layers; l++) {
        free(s->keys[l]);
        free(s->values[l]);
    }
    free(s->turns);
    free(s->known.items);
    arena_free(&s->arena);
    free(s);
}

/* A larger block in place of *block; the old one stays when there is no memory. */
static bool enlarge(void *block, size_t count, size_t size)
{
    void *old, *larger = NULL;
    size_t bytes;
    memcpy(&old, block, sizeof old);
    if (!__builtin_mul_overflow(count, size, &bytes))
        larger = realloc(old, bytes ? bytes : 1);
    if (larger)
        memcpy(block, &larger, sizeof larger);
    return larger != NULL;
}

/* Rotation of positions from..to: pair i turns by position / base^(2i/rotated), in single
 * precision step by step as llama.cpp does, so that keys round alike. */
static void prepare_turns(LocalSession *s, size_t from, size_t to)
{
    const Network *n = &s->model->net;
    float step = powf((float)n->frequency_base, -2 / (float)n->rotated);
    for (size_t p = from; p < to; p++) {
        float angle = (float)p, *turn = s->turns + p * n->rotated;
        for (size_t i = 0; i < n->rotated; i += 2, angle *= step) {
            turn[i] = cosf(angle);
            turn[i + 1] = sinf(angle);
        }
    }
}

/* Room for `count` positions; grows by doubling, so a long context costs only when used. */
static Status reserve(LocalSession *s, size_t count, Err *err)
{
    const Network *n = &s->model->net;
    size_t old = s->known.cap, room = old ? old : FIRST_ROOM;
    if (count <= old)
        return OK;
    while (room < count)
        room *= 2;
    bool ok = enlarge(&s->known.items, room, sizeof *s->known.items) &&
              enlarge(&s->turns, room * n->rotated, sizeof(float));
    for (size_t l = 0; ok && l < n->n_layers; l++) {
        ok = enlarge(&s->keys[l], room * s->cached, sizeof(float)) &&
             enlarge(&s->values[l], room * s->cached, sizeof(float));
        if (!ok)
            break;
        size_t fresh = (room - old) * s->cached * sizeof(float);
        memset(s->keys[l] + old * s->cached, 0, fresh); /* the padding of heads stays zero */
        memset(s->values[l] + old * s->cached, 0, fresh);
    }
    if (!ok)
        return err_set(err, E_LIMIT, "no memory for the keys and values of %zu tokens", room);
    prepare_turns(s, old, room);
    s->known.cap = room;
    return OK;
}

/* to[i] = m * from[i] for n rows; rounds `from` in place for a half-precision matrix. llama.cpp
 * multiplies matrices of whole LANES in tiles, others row by row. */
static void multiply(LocalSession *s, const Matrix *m, Buffer from, size_t n, Buffer to)
{
    const Kernel *kernel = s->model->kernel;
    size_t stride = lanes_up(m->cols);
    Dots *dots = m->cols % LANES ? kernel->dots_blocked : kernel->dots;
    for (size_t l = m->cols; l < stride; l++)
        for (size_t r = 0; r < PANEL; r++)
            s->panel[r * stride + l] = 0;
    if (m->type == TENSOR_F16)
        kernel->narrow(from.at, n * from.stride);
    for (size_t row = 0; row < m->rows; row += PANEL) {
        size_t count = m->rows - row < PANEL ? m->rows - row : PANEL;
        for (size_t r = 0; r < count; r++)
            network_row(kernel, m, row + r, s->panel + r * stride);
        dots((Rows){s->panel, stride, count}, (Rows){from.at, from.stride, n}, stride, to.at + row,
             to.stride);
    }
}

/* RMSNorm: x / sqrt(mean(x^2) + epsilon) * weight. */
static void normalise(LocalSession *s, const float *weight, size_t n, Buffer from, Buffer to)
{
    const Network *net = &s->model->net;
    for (size_t t = 0; t < n; t++) {
        const float *x = from.at + t * from.stride;
        float *y = to.at + t * to.stride;
        double square = 0;
        for (size_t i = 0; i < net->width; i++)
            square += (double)(x[i] * x[i]);
        float scale = 1 / sqrtf((float)(square / net->width) + net->epsilon);
        for (size_t i = 0; i < net->width; i++)
            y[i] = x[i] * scale * weight[i];
    }
}

/* Turns neighbouring pairs of one head by the angles of `position`. */
static void rotate(const LocalSession *s, const float *from, size_t position, float *to)
{
    const Network *n = &s->model->net;
    s->model->kernel->rotate(from, s->turns + position * n->rotated, to, n->rotated);
    for (size_t i = n->rotated; i < n->head; i++)
        to[i] = from[i];
}

static void remember(LocalSession *s, size_t layer, size_t row, size_t position)
{
    const Network *n = &s->model->net;
    for (size_t h = 0; h < n->kv_heads; h++) {
        size_t at = position * s->cached + h * s->head8;
        rotate(s, s->key.at + row * s->key.stride + h * n->head, position, s->keys[layer] + at);
        memcpy(s->values[layer] + at, s->value.at + row * s->value.stride + h * n->head,
               n->head * sizeof(float));
        s->model->kernel->narrow(s->keys[layer] + at, n->head);
        s->model->kernel->narrow(s->values[layer] + at, n->head);
    }
}

/* softmax(q . keys / sqrt(head)) . values over all positions up to this one. */
static void attend(LocalSession *s, size_t layer, size_t row, size_t position)
{
    const Network *n = &s->model->net;
    for (size_t h = 0; h < n->heads; h++) {
        size_t at = h / (n->heads / n->kv_heads) * s->head8;
        const Past past = {s->model->kernel, s->keys[layer] + at, s->values[layer] + at, s->cached,
                           position + 1};
        rotate(s, s->query.at + row * s->query.stride + h * n->head, position, s->one);
        if (position < s->single)
            attention_single(&past, s->one, n->head, s->sum);
        else
            attention_half(&past, s->one, n->head, s->sum);
        memcpy(s->mixed.at + row * s->mixed.stride + h * n->head, s->sum, n->head * sizeof *s->sum);
    }
}

static void add(Buffer to, Buffer what, size_t n)
{
    for (size_t i = 0; i < n * to.stride; i++)
        to.at[i] += what.at[i];
}

static void run_layer(LocalSession *s, size_t index, size_t first, size_t n)
{
    const Layer *layer = &s->model->net.layers[index];
    normalise(s, layer->attention_norm, n, s->x, s->normed);
    multiply(s, &layer->query, s->normed, n, s->query);
    multiply(s, &layer->key, s->normed, n, s->key);
    multiply(s, &layer->value, s->normed, n, s->value);
    for (size_t t = 0; t < n; t++)
        remember(s, index, t, first + t);
    for (size_t t = 0; t < n; t++)
        attend(s, index, t, first + t);
    multiply(s, &layer->output, s->mixed, n, s->normed);
    add(s->x, s->normed, n);
    normalise(s, layer->feed_norm, n, s->x, s->normed);
    multiply(s, &layer->gate, s->normed, n, s->gate);
    multiply(s, &layer->up, s->normed, n, s->up);
    for (size_t t = 0; t < n; t++)
        s->model->kernel->swish(s->gate.at + t * s->gate.stride, s->up.at + t * s->up.stride,
                                s->model->net.feed);
    multiply(s, &layer->down, s->gate, n, s->normed);
    add(s->x, s->normed, n);
}

/* Evaluates n tokens from position `first`; logits of those from number `wanted` on. */
static void run_batch(LocalSession *s, size_t first, size_t n, size_t wanted)
{
    const Network *net = &s->model->net;
    for (size_t t = 0; t < n; t++)
        network_row(s->model->kernel, &net->embedding, (size_t)s->known.items[first + t],
                    s->x.at + t * s->x.stride);
    for (size_t l = 0; l < net->n_layers; l++)
        run_layer(s, l, first, n);
    size_t skip = wanted > first ? wanted - first : 0;
    if (skip >= n)
        return;
    Buffer tail = {s->x.at + skip * s->x.stride, s->x.stride};
    normalise(s, net->output_norm, n - skip, tail, s->normed);
    multiply(s, &net->output, s->normed, n - skip, s->logits);
}

/* How many leading positions attend in single precision, as llama.cpp would decide. */
static size_t in_single(const Network *n, size_t together)
{
    return together >= ATTENTION_TOGETHER && n->head % LANES == 0 ? together : 0;
}

void local_session_halt(LocalSession *s, const atomic_int *halt)
{
    s->halt = halt;
}

Status session_feed(LocalSession *s, const TokenVec *tokens, FeedRange range, LogitSink sink,
                    Err *err)
{
    size_t n = tokens->len, at = 0, wanted = range.wanted, usable = s->known.len;
    size_t single = in_single(&s->model->net, range.together);
    if (n > s->model->net.context)
        return err_set(err, E_LIMIT, "the text has %zu tokens but the model's context is %u", n,
                       s->model->net.context);
    TRY(reserve(s, n, err));
    if (single != s->single) { /* what was computed in the other way is of no use */
        size_t alike = single < s->single ? single : s->single;
        usable = alike < usable ? alike : usable;
        s->single = single;
    }
    while (at < usable && at < wanted && s->known.items[at] == tokens->items[at])
        at++;
    s->known.len = at;
    while (at < n) {
        if (s->halt && atomic_load(s->halt) >= 2)
            return err_set(err, E_REMOTE, "interrupted");
        size_t count = n - at < BATCH ? n - at : BATCH;
        memcpy(s->known.items + at, tokens->items + at, count * sizeof *tokens->items);
        run_batch(s, at, count, wanted);
        s->known.len = at + count;
        for (size_t p = wanted > at ? wanted : at, row = 0; p < at + count; p++, row++)
            TRY(sink.take(sink.state, p, s->logits.at + row * s->logits.stride, err));
        at += count;
    }
    return OK;
}
