/* ter.c - Tercom's search for the edits between two rows of words. */
#include "text/ter.h"

#include <math.h>

enum { SHIFT_SIZE = 10, SHIFT_DISTANCE = 50, BEAM = 25, MOST_TRIES = 1000 };
enum { FAR = INT32_MAX / 2 };

typedef enum Op { UNDEFINED, SAME, SUBSTITUTE, INSERT, DELETE } Op;

/* One row of the edit distance, for the words `from .. to-1` of the reference: the rest is too
 * far from the diagonal. */
typedef struct Row {
    int32_t *cost;
    uint8_t *op;
    size_t from, to;
} Row;

typedef struct Search {
    Ids reference;
    size_t n;     /* words of the hypothesis */
    Row *rows;    /* of the hypothesis as it stands: rows[0 .. n] */
    Row spare[2]; /* for trying another */
    double ratio; /* reference words per hypothesis word */
    size_t beam;
    Arena *arena;
} Search;

/* Where row i lies. The last row reaches to the end of the reference. */
static void row_span(const Search *s, size_t i, size_t *from, size_t *to)
{
    size_t columns = s->reference.len + 1, diagonal = (size_t)floor((double)i * s->ratio);
    if (!i) {
        *from = 0;
        *to = columns;
        return;
    }
    *from = diagonal > s->beam ? diagonal - s->beam : 0;
    *to = i == s->n || diagonal + s->beam > columns ? columns : diagonal + s->beam;
    if (*from > *to)
        *from = *to;
}

static Row row_make(Search *s, size_t width)
{
    return (Row){.cost = arena_array(s->arena, width, sizeof(int32_t)),
                 .op = arena_array(s->arena, width, 1)};
}

static int32_t cost_at(const Row *row, size_t j)
{
    return j >= row->from && j < row->to ? row->cost[j - row->from] : FAR;
}

/* Row i, for `word` at the end of the hypothesis so far. Ties keep the first of same or
 * substitute, delete, insert. */
static void row_fill(const Search *s, const Row *above, size_t i, uint32_t word, Row *row)
{
    row_span(s, i, &row->from, &row->to);
    int32_t left = FAR;
    for (size_t j = row->from; j < row->to; j++) {
        int32_t best = FAR;
        Op op = UNDEFINED;
        if (j) {
            bool same = word == s->reference.items[j - 1];
            int32_t cost = cost_at(above, j - 1) + !same;
            if (cost < best) {
                best = cost;
                op = same ? SAME : SUBSTITUTE;
            }
        }
        int32_t down = cost_at(above, j) + 1;
        if (down < best) {
            best = down;
            op = DELETE;
        }
        if (left + 1 < best) {
            best = left + 1;
            op = INSERT;
        }
        row->cost[j - row->from] = left = best;
        row->op[j - row->from] = (uint8_t)op;
    }
}

static void first_row(Search *s)
{
    Row *row = &s->rows[0];
    *row = row_make(s, s->reference.len + 1);
    row->to = s->reference.len + 1;
    for (size_t j = 0; j < row->to; j++) {
        row->cost[j] = (int32_t)j;
        row->op[j] = INSERT;
    }
}

/* `traced`: all rows are kept, for going back through them. */
static Search search_make(Ids hypothesis, Ids reference, bool traced, Arena *arena)
{
    Search s = {.reference = reference, .n = hypothesis.len, .arena = arena};
    s.ratio = s.n ? (double)reference.len / (double)s.n : 1;
    s.beam = BEAM < s.ratio / 2 ? (size_t)ceil(s.ratio / 2 + BEAM) : BEAM;
    s.rows = arena_array(arena, traced ? s.n + 1 : 1, sizeof *s.rows);
    first_row(&s);
    for (size_t i = 1; traced && i <= s.n; i++) {
        size_t from, to;
        row_span(&s, i, &from, &to);
        s.rows[i] = row_make(&s, to - from + 1);
    }
    for (size_t i = 0; i < COUNT(s.spare); i++)
        s.spare[i] = row_make(&s, reference.len + 1);
    return s;
}

/* Fills the rows behind the first `kept` for the words as they stand now. */
static int32_t search_set(Search *s, const uint32_t *words, size_t kept)
{
    for (size_t i = kept + 1; i <= s->n; i++)
        row_fill(s, &s->rows[i - 1], i, words[i - 1], &s->rows[i]);
    return cost_at(&s->rows[s->n], s->reference.len);
}

/* The distance of other words that begin with the same `kept`. */
static int32_t search_try(Search *s, const uint32_t *words, size_t kept)
{
    const Row *above = &s->rows[kept];
    for (size_t i = kept + 1; i <= s->n; i++) {
        Row *row = &s->spare[i & 1];
        row_fill(s, above, i, words[i - 1], row);
        above = row;
    }
    return cost_at(above, s->reference.len);
}

/* ---- what the distance says of each word ---- */

typedef struct Alignment {
    size_t *to; /* reference word -> hypothesis word, SIZE_MAX before the first */
    uint32_t *reference, *hypothesis; /* errors among the words before this one */
} Alignment;

/* Walks back through the rows, marks errors, then sums them up. */
static void align(const Search *s, Alignment *a)
{
    size_t i = s->n, j = s->reference.len;
    while (i || j) {
        const Row *row = &s->rows[i];
        switch ((Op)row->op[j - row->from]) {
        case SAME:
        case SUBSTITUTE:
            i--;
            a->hypothesis[i + 1] = a->reference[j] = row->op[j - row->from] == SUBSTITUTE;
            a->to[--j] = i;
            break;
        case INSERT: /* a word of the reference that is missing */
            a->reference[j] = 1;
            a->to[--j] = i - 1;
            break;
        case DELETE:
        case UNDEFINED:
        default:
            a->hypothesis[i--] = 1;
        }
    }
    for (i = 1; i <= s->n; i++)
        a->hypothesis[i] += a->hypothesis[i - 1];
    for (j = 1; j <= s->reference.len; j++)
        a->reference[j] += a->reference[j - 1];
}

/* ---- shifts ---- */

typedef struct Shift {
    int32_t gain;
    size_t length, start, target;
    bool any;
} Shift;

/* `out` is `words` with the block moved before `target` (or, when the target lies inside it, on
 * by as many words). Returns how many words at the beginning stay as they are. */
static size_t move_block(const uint32_t *words, size_t n, const Shift *m, uint32_t *out)
{
    size_t start = m->start, length = m->length, target = m->target, from, middle, to;
    if (target < start) { /* [target, start) and the block change places */
        from = target;
        middle = start;
        to = start + length;
    } else {
        from = start;
        middle = start + length;
        to = target > start + length ? target : length + target;
        to = to > n ? n : to;
    }
    memcpy(out, words, n * sizeof *out);
    memcpy(out + from, words + middle, (to - middle) * sizeof *out);
    memcpy(out + from + (to - middle), words + from, (middle - from) * sizeof *out);
    return from;
}

/* Larger gain, then longer, then earlier, then moved to an earlier place. */
static bool better(const Shift *a, const Shift *b)
{
    if (!b->any || a->gain != b->gain)
        return !b->any || a->gain > b->gain;
    if (a->length != b->length)
        return a->length > b->length;
    if (a->start != b->start)
        return a->start < b->start;
    return a->target < b->target;
}

typedef struct Round {
    Search *search;
    const uint32_t *words;
    uint32_t *room;
    Alignment align;
    int32_t before; /* distance of `words` */
    int tries;      /* of all rounds */
    Shift best;
} Round;

/* Tries one block at every place that its reference words point to. */
static void try_block(Round *r, size_t start, size_t reference, size_t length)
{
    const Alignment *a = &r->align;
    size_t previous = SIZE_MAX;
    if (a->hypothesis[start + length] == a->hypothesis[start] ||
        a->reference[reference + length] == a->reference[reference])
        return;
    if (a->to[reference] != SIZE_MAX && a->to[reference] >= start &&
        a->to[reference] < start + length)
        return;
    for (size_t i = 0; i <= length; i++) { /* before the block's place, and behind each word */
        size_t place = reference + i;
        if (place > r->search->reference.len)
            break;
        size_t target = place ? a->to[place - 1] + 1 : 0;
        if (target == previous)
            continue;
        previous = target;
        Shift m = {.length = length, .start = start, .target = target, .any = true};
        size_t kept = move_block(r->words, r->search->n, &m, r->room);
        m.gain = r->before - search_try(r->search, r->room, kept);
        r->tries++;
        if (better(&m, &r->best))
            r->best = m;
    }
}

/* Blocks that begin at `start` and stand at `reference` too. False: enough was tried. */
static bool try_pairs(Round *r, size_t start, size_t reference)
{
    const Search *s = r->search;
    for (size_t length = 0; length < SHIFT_SIZE && start + length < s->n &&
                            reference + length < s->reference.len &&
                            r->words[start + length] == s->reference.items[reference + length];) {
        try_block(r, start, reference, ++length);
        if (r->tries >= MOST_TRIES)
            return false;
    }
    return true;
}

static void try_all(Round *r)
{
    const Search *s = r->search;
    const uint32_t *errors = r->align.hypothesis;
    for (size_t start = 0; start < s->n; start++) {
        size_t end = start + SHIFT_SIZE < s->n ? start + SHIFT_SIZE : s->n;
        if (errors[end] == errors[start])
            continue; /* no block from here holds an error */
        size_t from = start > SHIFT_DISTANCE ? start - SHIFT_DISTANCE : 0;
        for (size_t j = from; j < s->reference.len && j <= start + SHIFT_DISTANCE; j++)
            if (!try_pairs(r, start, j))
                return;
    }
}

static void align_again(Round *r)
{
    Search *s = r->search;
    memset(r->align.hypothesis, 0, (s->n + 1) * sizeof *r->align.hypothesis);
    memset(r->align.reference, 0, (s->reference.len + 1) * sizeof *r->align.reference);
    align(s, &r->align);
}

size_t ter_edits(Ids hypothesis, Ids reference, Arena *scratch)
{
    size_t n = hypothesis.len, m = reference.len, shifts = 0;
    if (!n || !m)
        return n + m;
    bool shifting = n <= TER_SHIFT_WORDS && m <= TER_SHIFT_WORDS;
    Search s = search_make(hypothesis, reference, shifting, scratch);
    if (!shifting)
        return (size_t)search_try(&s, hypothesis.items, 0);
    uint32_t *words = arena_array(scratch, n, sizeof *words);
    memcpy(words, hypothesis.items, n * sizeof *words);
    int32_t distance = search_set(&s, words, 0);
    Round r = {.search = &s, .words = words, .room = arena_array(scratch, n, sizeof *words)};
    r.align.to = arena_array(scratch, m, sizeof *r.align.to);
    r.align.hypothesis = arena_array(scratch, n + 1, sizeof *r.align.hypothesis);
    r.align.reference = arena_array(scratch, m + 1, sizeof *r.align.reference);
    for (;;) {
        r.before = distance;
        r.best = (Shift){0};
        align_again(&r);
        try_all(&r);
        if (r.tries >= MOST_TRIES || !r.best.any || r.best.gain <= 0)
            return shifts + (size_t)distance;
        shifts++;
        size_t kept = move_block(words, n, &r.best, r.room);
        memcpy(words, r.room, n * sizeof *words);
        distance = search_set(&s, words, kept);
    }
}
