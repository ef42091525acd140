/* sequence.c - longest common subsequence and edit distance, 64 cells at a time. */
#include "text/sequence.h"

/* Where the symbols of `b` stand, as bits. A symbol that fills more than one place in 64 has a
 * row of bits of its own (there are at most 64 of them); the places of the others are kept as
 * lists and put into one row when asked for. */
typedef struct Places {
    uint32_t *symbol, *number; /* open addressing; number 0 = free */
    uint32_t n_slots;
    uint32_t *last, *before; /* last[number]: a place + 1; before[place]: the one before it + 1 */
    uint64_t **full;         /* full[number]: a row of bits, or NULL */
    uint64_t *row;           /* for the others */
    uint32_t in_row;         /* whose bits are in it */
    size_t n_words;
} Places;

static uint32_t slot_of(const Places *p, uint32_t symbol)
{
    uint32_t mask = p->n_slots - 1, at = symbol * 2654435761u >> 5 & mask;
    while (p->number[at] && p->symbol[at] != symbol)
        at = (at + 1) & mask;
    return at;
}

static Places places_make(Ids b, Arena *scratch)
{
    Places p = {.n_words = b.len / 64 + 1, .n_slots = 16};
    uint32_t n = 0;
    while (p.n_slots < 2 * b.len)
        p.n_slots *= 2;
    p.symbol = arena_array(scratch, p.n_slots, sizeof *p.symbol);
    p.number = arena_array(scratch, p.n_slots, sizeof *p.number);
    p.row = arena_array(scratch, p.n_words, sizeof *p.row);
    p.last = arena_array(scratch, b.len + 1, sizeof *p.last);
    p.before = arena_array(scratch, b.len + 1, sizeof *p.before);
    p.full = arena_array(scratch, b.len + 1, sizeof(uint64_t *));
    uint32_t *count = arena_array(scratch, b.len + 1, sizeof *count);
    for (size_t i = 0; i < b.len; i++) {
        uint32_t at = slot_of(&p, b.items[i]);
        if (!p.number[at]) {
            p.symbol[at] = b.items[i];
            p.number[at] = ++n;
        }
        uint32_t number = p.number[at];
        p.before[i] = p.last[number];
        p.last[number] = (uint32_t)i + 1;
        count[number]++;
    }
    for (uint32_t number = 1; number <= n; number++) {
        if (count[number] <= p.n_words)
            continue;
        p.full[number] = arena_array(scratch, p.n_words, sizeof(uint64_t));
        for (uint32_t at = p.last[number]; at; at = p.before[at - 1])
            p.full[number][(at - 1) / 64] |= 1ULL << (at - 1) % 64;
    }
    return p;
}

/* The bits of a symbol's places, until the next call. */
static const uint64_t *places_of(Places *p, uint32_t symbol)
{
    uint32_t number = p->number[slot_of(p, symbol)];
    if (p->full[number])
        return p->full[number];
    for (uint32_t at = p->last[p->in_row]; at; at = p->before[at - 1])
        p->row[(at - 1) / 64] = 0;
    for (uint32_t at = p->last[number]; at; at = p->before[at - 1])
        p->row[(at - 1) / 64] |= 1ULL << (at - 1) % 64;
    p->in_row = number;
    return p->row;
}

/* One row of the table: bit j of `v` is 0 where row i is one larger at j + 1 than at j. */
static void lcs_row(uint64_t *v, const uint64_t *match, size_t n_words)
{
    uint64_t carry = 0;
    for (size_t w = 0; w < n_words; w++) {
        uint64_t u = v[w] & match[w], sum;
        bool over = __builtin_add_overflow(v[w], u, &sum);
        over |= __builtin_add_overflow(sum, carry, &sum);
        carry = over;
        v[w] = sum | (v[w] & ~match[w]);
    }
}

static size_t zeros(const uint64_t *v, size_t n)
{
    size_t count = 0;
    for (size_t w = 0; w < n / 64; w++)
        count += 64 - (size_t)__builtin_popcountll(v[w]);
    if (n % 64)
        count += (size_t)__builtin_popcountll(~v[n / 64] & ((1ULL << n % 64) - 1));
    return count;
}

size_t sequence_lcs(Ids a, Ids b, Arena *scratch)
{
    if (!a.len || !b.len)
        return 0;
    Places places = places_make(b, scratch);
    uint64_t *v = arena_array(scratch, places.n_words, sizeof *v);
    memset(v, 0xff, places.n_words * sizeof *v);
    for (size_t i = 0; i < a.len; i++)
        lcs_row(v, places_of(&places, a.items[i]), places.n_words);
    return zeros(v, b.len);
}

static bool grows(const uint64_t *v, size_t j) /* t[i][j] > t[i][j - 1] */
{
    return !(v[(j - 1) / 64] >> (j - 1) % 64 & 1);
}

void sequence_mark_lcs(Ids a, Ids b, bool *hits, Arena *scratch)
{
    if (!a.len || !b.len)
        return;
    Places places = places_make(b, scratch);
    uint64_t *rows = arena_array(scratch, (a.len + 1) * places.n_words, sizeof *rows);
    memset(rows, 0xff, places.n_words * sizeof *rows);
    for (size_t i = 0; i < a.len; i++) {
        uint64_t *row = rows + (i + 1) * places.n_words;
        memcpy(row, row - places.n_words, places.n_words * sizeof *row);
        lcs_row(row, places_of(&places, a.items[i]), places.n_words);
    }
    size_t i = a.len, j = b.len;
    while (i && j) {
        const uint64_t *row = rows + i * places.n_words, *above = row - places.n_words;
        if (a.items[i - 1] == b.items[j - 1]) {
            hits[--i] = true;
            j--;
        } else if (!grows(row, j) && zeros(row, j - 1) > zeros(above, j)) {
            j--;
        } else {
            i--;
        }
    }
}

/* ---- edit distance ---- */

/* One symbol of `a` against all of `b`: `up` and `down` are the places where the column grows or
 * falls by one from row to row. Returns the change in the last row. */
static int distance_row(uint64_t *up, uint64_t *down, const uint64_t *match, size_t n_words,
                        uint64_t last)
{
    int change = 0, in = 1; /* the first row grows by one with each symbol */
    for (size_t w = 0; w < n_words; w++) {
        uint64_t p = up[w], m = down[w], eq = match[w];
        uint64_t x = eq | m;
        eq |= in < 0;
        uint64_t d = (((eq & p) + p) ^ p) | eq;
        uint64_t plus = m | ~(d | p), minus = p & d;
        uint64_t top = w + 1 == n_words ? last : 1ULL << 63;
        int out = (plus & top) ? 1 : (minus & top) ? -1 : 0;
        plus = plus << 1 | (in > 0);
        minus = minus << 1 | (in < 0);
        up[w] = minus | ~(x | plus);
        down[w] = plus & x;
        in = change = out;
    }
    return change;
}

size_t sequence_distance(Ids a, Ids b, Arena *scratch)
{
    while (a.len && b.len && a.items[a.len - 1] == b.items[b.len - 1])
        a.len--, b.len--;
    while (a.len && b.len && *a.items == *b.items)
        a.items++, b.items++, a.len--, b.len--;
    if (!a.len || !b.len)
        return a.len + b.len;
    Places places = places_make(b, scratch);
    size_t n_words = (b.len + 63) / 64, distance = b.len;
    uint64_t *up = arena_array(scratch, places.n_words, sizeof *up),
             *down = arena_array(scratch, places.n_words, sizeof *down);
    memset(up, 0xff, places.n_words * sizeof *up);
    for (size_t i = 0; i < a.len; i++) {
        int change = distance_row(up, down, places_of(&places, a.items[i]), n_words,
                                  1ULL << (b.len - 1) % 64);
        distance = change > 0 ? distance + 1 : change < 0 ? distance - 1 : distance;
    }
    return distance;
}
