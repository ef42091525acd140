/* ngram.c - counting shared n-grams by sorting packed windows.
 *
 * The window of `orders` symbols from each position becomes one number, most significant symbol
 * first, 0 where the text has ended (symbols count from 1 here). After sorting, n-grams that are
 * alike lie side by side for every n at once: walking down, an n-gram ends where the first n
 * symbols of a window differ from those of the one before.
 *
 *     window  3 1 4 | 3 1 5 | 3 2 0        differs from the one before at symbol 3, then at 2
 *
 * Texts of few different symbols fit 64 bits, the rest 128 (6 symbols of 21 bits, 4 of 32). */
#include "text/ngram.h"

#include <string.h>

__extension__ typedef unsigned __int128 Wide;

typedef struct Window64 {
    uint64_t key;
    uint32_t source; /* 0: hypothesis, else reference number */
    uint32_t len;    /* symbols in the window, at most `orders` */
} Window64;

typedef struct Window128 {
    Wide key;
    uint32_t source, len;
} Window128;

/* Sorted by insertion before merging. */
enum { RUN = 12 };

/* One merge sort for each width of key: its time does not depend on the text. */
/* NOLINTBEGIN(bugprone-macro-parentheses): a type cannot stand in parentheses */
#define DEFINE_SORT(name, Window)                                                                  \
    static void name##_runs(Window *w, size_t n)                                                   \
    {                                                                                              \
        for (size_t i = 1; i < n; i++) {                                                           \
            Window held = w[i];                                                                    \
            size_t j = i, first = i - i % RUN;                                                     \
            for (; j > first && w[j - 1].key > held.key; j--)                                      \
                w[j] = w[j - 1];                                                                   \
            w[j] = held;                                                                           \
        }                                                                                          \
    }                                                                                              \
    static void name##_merge(const Window *a, const Window *middle, const Window *end,             \
                             Window *out)                                                          \
    {                                                                                              \
        const Window *b = middle;                                                                  \
        while (a < middle && b < end) {                                                            \
            bool right = b->key < a->key;                                                          \
            *out++ = right ? *b : *a;                                                              \
            b += right;                                                                            \
            a += !right;                                                                           \
        }                                                                                          \
        while (a < middle)                                                                         \
            *out++ = *a++;                                                                         \
        while (b < end)                                                                            \
            *out++ = *b++;                                                                         \
    }                                                                                              \
    /* Sorts w[0..n-1] with `other` as room; returns where the result is. */                       \
    static Window *name(Window *w, Window *other, size_t n)                                        \
    {                                                                                              \
        name##_runs(w, n);                                                                         \
        for (size_t width = RUN; width < n; width *= 2) {                                          \
            for (size_t i = 0; i < n; i += 2 * width) {                                            \
                size_t middle = i + width < n ? i + width : n;                                     \
                size_t end = i + 2 * width < n ? i + 2 * width : n;                                \
                name##_merge(w + i, w + middle, w + end, other + i);                               \
            }                                                                                      \
            Window *held = w;                                                                      \
            w = other;                                                                             \
            other = held;                                                                          \
        }                                                                                          \
        return w;                                                                                  \
    }
DEFINE_SORT(sort64, Window64)
DEFINE_SORT(sort128, Window128)
/* NOLINTEND(bugprone-macro-parentheses) */

/* ---- symbols, made small ---- */

typedef struct Renumber {
    uint32_t *symbol, *number; /* open addressing; number 0 = free */
    uint32_t n_slots, len;
} Renumber;

static uint32_t renumber(Renumber *r, uint32_t symbol)
{
    uint32_t mask = r->n_slots - 1, at = symbol * 2654435761u >> 7 & mask;
    while (r->number[at] && r->symbol[at] != symbol)
        at = (at + 1) & mask;
    if (!r->number[at]) {
        r->symbol[at] = symbol;
        r->number[at] = ++r->len;
    }
    return r->number[at];
}

static uint32_t largest_symbol(Ids hypothesis, const Ids *references, size_t n)
{
    uint32_t most = 0;
    for (size_t s = 0; s <= n; s++) {
        Ids ids = s ? references[s - 1] : hypothesis;
        for (size_t i = 0; i < ids.len; i++)
            most = ids.items[i] > most ? ids.items[i] : most;
    }
    return most;
}

static int bits_for(uint32_t largest)
{
    return 32 - __builtin_clz(largest | 1);
}

/* All sequences one after the other with symbols from 1. */
typedef struct Packed {
    uint32_t *symbols;
    size_t *start; /* of each sequence; start[n] is the end */
    size_t n;
    int bits; /* of a symbol */
} Packed;

/* Renumbers symbols below 1,024, so that fewer bits are to be sorted by. */
static void squeeze(Packed *p, size_t total)
{
    uint16_t number[1024] = {0}, len = 0;
    for (size_t i = 0; i < total; i++) {
        uint16_t *own = &number[p->symbols[i]];
        *own = *own ? *own : ++len;
        p->symbols[i] = *own;
    }
    p->bits = bits_for(len);
}

static Packed pack(Ids hypothesis, const Ids *references, size_t n, int orders, Arena *scratch)
{
    Packed p = {.start = arena_array(scratch, n + 2, sizeof *p.start), .n = n + 1};
    for (size_t s = 0; s <= n; s++)
        p.start[s + 1] = p.start[s] + (s ? references[s - 1].len : hypothesis.len);
    size_t total = p.start[n + 1];
    p.symbols = arena_array(scratch, total + 1, sizeof *p.symbols);
    for (size_t s = 0; s <= n; s++) {
        Ids ids = s ? references[s - 1] : hypothesis;
        for (size_t i = 0; i < ids.len; i++)
            p.symbols[p.start[s] + i] = ids.items[i] + 1;
    }
    p.bits = bits_for(largest_symbol(hypothesis, references, n) + 1);
    if (p.bits * orders <= 36)
        return p;
    if (p.bits <= 10) {
        squeeze(&p, total);
        return p;
    }
    Renumber r = {.n_slots = 64};
    while (r.n_slots < total * 2 && r.n_slots < 1u << 31)
        r.n_slots *= 2;
    r.symbol = arena_array(scratch, r.n_slots, sizeof *r.symbol);
    r.number = arena_array(scratch, r.n_slots, sizeof *r.number);
    for (size_t i = 0; i < total; i++)
        p.symbols[i] = renumber(&r, p.symbols[i]);
    p.bits = bits_for(r.len);
    return p;
}

/* ---- the walk ---- */

typedef struct Walk {
    int orders;
    size_t n_sources;
    uint32_t *counts; /* counts[order * n_sources + source] of the n-grams that are open */
    uint64_t *matches;
} Walk;

/* The n-grams of more than `shared` symbols end here. */
static void close_orders(Walk *w, int shared)
{
    for (int k = shared; k < w->orders; k++) {
        uint32_t *c = w->counts + (size_t)k * w->n_sources, most = 0;
        for (size_t s = 1; s < w->n_sources; s++)
            most = c[s] > most ? c[s] : most;
        w->matches[k] += c[0] < most ? c[0] : most;
        memset(c, 0, w->n_sources * sizeof *c);
    }
}

static void count_window(Walk *w, uint32_t source, uint32_t len)
{
    for (uint32_t k = 0; k < len; k++)
        w->counts[k * w->n_sources + source]++;
}

static uint32_t window_len(const Packed *p, size_t source, size_t at, int orders)
{
    size_t rest = p->start[source + 1] - at;
    return rest < (size_t)orders ? (uint32_t)rest : (uint32_t)orders;
}

static void walk64(const Packed *p, Walk *w, Arena *scratch)
{
    size_t total = p->start[p->n], n = 0;
    Window64 *windows = arena_array(scratch, 2 * total + 1, sizeof *windows);
    int top = p->bits * w->orders, shift = p->bits;
    for (size_t s = p->n; s-- > 0;) {
        uint64_t key = 0;
        for (size_t i = p->start[s + 1]; i-- > p->start[s];) {
            key = key >> shift | (uint64_t)p->symbols[i] << (top - shift);
            windows[n++] = (Window64){key, (uint32_t)s, window_len(p, s, i, w->orders)};
        }
    }
    windows = sort64(windows, windows + total, n);
    uint64_t before = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t differs = windows[i].key ^ before;
        if (differs)
            close_orders(w, (top - 64 + __builtin_clzll(differs)) / shift);
        before = windows[i].key;
        count_window(w, windows[i].source, windows[i].len);
    }
    close_orders(w, 0);
}

static int leading_zeros(Wide x)
{
    uint64_t high = (uint64_t)(x >> 64);
    return high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)x);
}

static void walk128(const Packed *p, Walk *w, Arena *scratch)
{
    size_t total = p->start[p->n], n = 0;
    Window128 *windows = arena_array(scratch, 2 * total + 1, sizeof *windows);
    int top = p->bits * w->orders, shift = p->bits;
    for (size_t s = p->n; s-- > 0;) {
        Wide key = 0;
        for (size_t i = p->start[s + 1]; i-- > p->start[s];) {
            key = key >> shift | (Wide)p->symbols[i] << (top - shift);
            windows[n++] = (Window128){key, (uint32_t)s, window_len(p, s, i, w->orders)};
        }
    }
    windows = sort128(windows, windows + total, n);
    Wide before = 0;
    for (size_t i = 0; i < n; i++) {
        Wide differs = windows[i].key ^ before;
        if (differs)
            close_orders(w, (top - 128 + leading_zeros(differs)) / shift);
        before = windows[i].key;
        count_window(w, windows[i].source, windows[i].len);
    }
    close_orders(w, 0);
}

/* ---- one reference, few symbols: the common case ---- */

/* A window's key above, then 1 bit for whose it is and 3 for its length. */
enum { PAIR_BITS = 4, RADIX = 256, MOST_PASSES = 8, FEW = 40 };

static void insert_pairs(uint64_t *w, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t held = w[i];
        size_t j = i;
        for (; j && w[j - 1] > held; j--)
            w[j] = w[j - 1];
        w[j] = held;
    }
}

/* Sorts by the key, a byte at a time from the lowest. Returns where the result is. */
static uint64_t *sort_pairs(uint64_t *w, uint64_t *other, size_t n, int bits)
{
    uint32_t counts[MOST_PASSES][RADIX];
    int passes = (bits + 7) / 8;
    if (n <= FEW) {
        insert_pairs(w, n);
        return w;
    }
    memset(counts, 0, (size_t)passes * sizeof counts[0]);
    for (size_t i = 0; i < n; i++) {
        uint64_t key = w[i] >> PAIR_BITS;
        for (int p = 0; p < passes; p++, key >>= 8)
            counts[p][key & 255]++;
    }
    for (int p = 0; p < passes; p++) {
        uint32_t sum = 0;
        for (int b = 0; b < RADIX; b++) {
            uint32_t own = counts[p][b];
            counts[p][b] = sum;
            sum += own;
        }
        for (size_t i = 0; i < n; i++)
            other[counts[p][w[i] >> (PAIR_BITS + 8 * p) & 255]++] = w[i];
        uint64_t *held = w;
        w = other;
        other = held;
    }
    return w;
}

/* counts[k]: how often the n-gram that is open occurs in the hypothesis (low half) and in the
 * reference (high half). */
static void close_pairs(uint64_t *counts, int from, int to, uint64_t *matches)
{
    for (int k = from; k < to; k++) {
        uint64_t of_hypothesis = counts[k] & UINT32_MAX, of_reference = counts[k] >> 32;
        matches[k] += of_hypothesis < of_reference ? of_hypothesis : of_reference;
        counts[k] = 0;
    }
}

static void walk_pairs(const Packed *p, int orders, uint64_t *matches, Arena *scratch)
{
    size_t total = p->start[2], n = 0;
    uint64_t *windows = arena_array(scratch, 2 * total + 1, sizeof *windows);
    uint64_t counts[NGRAM_CHARACTERS] = {0}, before = 0;
    int shift = p->bits, top = shift * orders;
    for (size_t s = 0; s < 2; s++) {
        uint64_t key = 0;
        for (size_t i = p->start[s + 1]; i-- > p->start[s];) {
            key = key >> shift | (uint64_t)p->symbols[i] << (top - shift);
            windows[n++] = key << PAIR_BITS | s << 3 | window_len(p, s, i, orders);
        }
    }
    windows = sort_pairs(windows, windows + total, n, top);
    for (size_t i = 0; i < n; i++) {
        uint64_t key = windows[i] >> PAIR_BITS, differs = key ^ before;
        if (differs)
            close_pairs(counts, (top - 64 + __builtin_clzll(differs)) / shift, orders, matches);
        before = key;
        uint64_t one = windows[i] & 8 ? 1ULL << 32 : 1;
        for (uint64_t k = 0; k < (windows[i] & 7); k++)
            counts[k] += one;
    }
    close_pairs(counts, 0, orders, matches);
}

void ngram_matches(Ids hypothesis, const Ids *references, size_t n_references, int orders,
                   uint64_t *matches, Arena *scratch)
{
    memset(matches, 0, (size_t)orders * sizeof *matches);
    Packed p = pack(hypothesis, references, n_references, orders, scratch);
    if (n_references == 1 && p.bits * orders + PAIR_BITS <= 64 && p.start[2] < UINT32_MAX) {
        walk_pairs(&p, orders, matches, scratch);
        return;
    }
    Walk w = {.orders = orders, .n_sources = n_references + 1, .matches = matches};
    w.counts = arena_array(scratch, (size_t)orders * w.n_sources, sizeof *w.counts);
    if (p.bits * orders <= 64)
        walk64(&p, &w, scratch);
    else
        walk128(&p, &w, scratch);
}
