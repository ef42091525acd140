/* duplicates.c - bands of signatures, sorted; equal bands are candidates; union-find. */
#include "text/duplicates.h"

#include "text/minhash.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    BANDS = 20,
    ROWS = 5,
    HASHES = BANDS * ROWS,
    CHUNK = 4096,
    MOST_THREADS = 64,
    MOST_REPS = 4
};

typedef struct Entry {
    uint64_t band;
    uint32_t text;
} Entry;

typedef struct Search {
    const Str *texts;
    size_t n;
    double threshold;
    uint64_t *bands; /* band b of text i at [b * n + i] */
    uint8_t *empty;  /* texts without shingles are nobody's duplicate */
    atomic_size_t next;
    uint32_t *parent;
} Search;

/* ---- signatures, by any number of threads ---- */

static uint64_t fold(const uint64_t *rows)
{
    uint64_t h = 0xcbf29ce484222325ULL;
    for (int r = 0; r < ROWS; r++) {
        h = (h ^ rows[r]) * 0x9E3779B97F4A7C15ULL;
        h ^= h >> 29;
    }
    return h;
}

static void sign_text(Search *s, size_t i, Arena *scratch)
{
    Shingles set;
    uint64_t signature[HASHES];
    shingles_of(s->texts[i], scratch, &set);
    s->empty[i] = set.n == 0;
    minhash_signature(&set, HASHES, signature);
    for (size_t b = 0; b < BANDS; b++)
        s->bands[b * s->n + i] = fold(signature + b * ROWS);
}

static void *sign(void *user)
{
    Search *s = user;
    SCOPED_ARENA(scratch);
    for (size_t start; (start = atomic_fetch_add(&s->next, CHUNK)) < s->n;)
        for (size_t i = start; i < start + CHUNK && i < s->n; i++) {
            sign_text(s, i, &scratch);
            arena_reset(&scratch);
        }
    return NULL;
}

static void sign_all(Search *s, int threads)
{
    pthread_t ids[MOST_THREADS];
    int started = 0;
    threads = threads < MOST_THREADS ? threads : MOST_THREADS;
    while (started < threads - 1 && pthread_create(&ids[started], NULL, sign, s) == 0)
        started++;
    sign(s);
    for (int i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
}

/* ---- groups ---- */

static uint32_t find(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* The smaller number is the root: the first text of its group. */
static void join(uint32_t *parent, uint32_t a, uint32_t b)
{
    a = find(parent, a);
    b = find(parent, b);
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
}

/* Least significant digit first, 16 bits a pass: stable, so equal bands stay in text order. */
static void sort_entries(Entry *entries, Entry *spare, size_t n)
{
    static const int shifts[] = {0, 16, 32, 48};
    SCOPED_ARENA(arena);
    size_t *starts = arena_array(&arena, 65537, sizeof *starts);
    for (size_t p = 0; p < COUNT(shifts); p++) {
        memset(starts, 0, 65537 * sizeof *starts);
        for (size_t i = 0; i < n; i++)
            starts[(entries[i].band >> shifts[p] & 0xFFFF) + 1]++;
        for (size_t d = 0; d < 65536; d++)
            starts[d + 1] += starts[d];
        for (size_t i = 0; i < n; i++)
            spare[starts[entries[i].band >> shifts[p] & 0xFFFF]++] = entries[i];
        Entry *swap = entries;
        entries = spare;
        spare = swap;
    }
}

/* Texts of one band value: each is compared with the first ones that were no duplicates of
 * each other. */
static void join_bucket(Search *s, const Entry *bucket, size_t n, Arena *scratch)
{
    Shingles sets[MOST_REPS];
    uint32_t reps[MOST_REPS];
    size_t n_reps = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t text = bucket[i].text, root = find(s->parent, text);
        SCOPED_ARENA(own); /* a bucket may hold any number of long texts */
        Shingles set = {0};
        bool joined = false;
        for (size_t r = 0; r < n_reps && !joined; r++)
            joined = find(s->parent, reps[r]) == root;
        for (size_t r = 0; r < n_reps && !joined; r++) {
            if (!set.hashes)
                shingles_of(s->texts[text], &own, &set);
            if (!sets[r].hashes)
                shingles_of(s->texts[reps[r]], scratch, &sets[r]);
            joined = shingles_jaccard(&set, &sets[r]) >= s->threshold;
            if (joined)
                join(s->parent, reps[r], text);
        }
        if (!joined && n_reps < MOST_REPS) {
            reps[n_reps] = text;
            sets[n_reps++] = (Shingles){0}; /* made again when it is compared with */
        }
    }
}

static void join_band(Search *s, size_t band, Entry *entries, Entry *spare)
{
    SCOPED_ARENA(scratch);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (!s->empty[i])
            entries[n++] = (Entry){s->bands[band * s->n + i], (uint32_t)i};
    sort_entries(entries, spare, n);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && entries[end].band == entries[i].band; end++) {
        }
        if (end - i > 1) {
            join_bucket(s, entries + i, end - i, &scratch);
            arena_reset(&scratch);
        }
    }
}

void near_duplicates(const Str *texts, size_t n, double threshold, int threads, uint32_t *group)
{
    Search s = {.texts = texts, .n = n, .threshold = threshold, .parent = group};
    SCOPED_ARENA(scratch);
    s.bands = arena_array(&scratch, n * BANDS + 1, sizeof *s.bands);
    s.empty = arena_array(&scratch, n + 1, 1);
    for (size_t i = 0; i < n; i++)
        group[i] = (uint32_t)i;
    sign_all(&s, threads);
    Entry *entries = arena_array(&scratch, n + 1, sizeof *entries);
    Entry *spare = arena_array(&scratch, n + 1, sizeof *spare);
    for (size_t b = 0; b < BANDS; b++)
        join_band(&s, b, entries, spare);
    for (size_t i = 0; i < n; i++)
        group[i] = find(group, (uint32_t)i);
}
