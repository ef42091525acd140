/* bench_minhash.c - near duplicates among a million short texts, and how many are found. */
#include "base/clock.h"
#include "base/limits.h"
#include "base/rng.h"
#include "text/duplicates.h"

#include <stdio.h>
#include <sys/resource.h>

enum { TEXTS = 1000000, WORDS = 30, EVERY = 10 };

/* Texts of 30 words; each tenth repeats the text before it with one of its words changed. */
static void make_texts(Arena *a, Str *texts)
{
    Rng r = rng_make(1);
    uint32_t words[WORDS] = {0};
    for (size_t i = 0; i < TEXTS; i++) {
        StrBuf b = strbuf_make(a, KIB);
        if (i % EVERY)
            for (size_t w = 0; w < WORDS; w++)
                words[w] = (uint32_t)rng_below(&r, 20000);
        else
            words[WORDS - 1] = 20000;
        for (size_t w = 0; w < WORDS; w++)
            strbuf_addf(&b, "word%u ", words[w]);
        texts[i] = strbuf_str(&b);
    }
}

int main(void)
{
    SCOPED_ARENA(a);
    Str *texts = arena_array(&a, TEXTS, sizeof *texts);
    uint32_t *group = arena_array(&a, TEXTS, sizeof *group);
    make_texts(&a, texts);
    size_t bytes = 0, found = 0, wrong = 0;
    for (size_t i = 0; i < TEXTS; i++)
        bytes += texts[i].len;
    double start = clock_seconds();
    near_duplicates(texts, TEXTS, 0.7, 2, group);
    double seconds = clock_seconds() - start;
    for (size_t i = 1; i < TEXTS; i++) {
        bool pair = i % EVERY == 0;
        found += pair && group[i] == i - 1;
        wrong += group[i] != i && !(pair && group[i] == i - 1);
    }
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    printf(
        "minhash    %d texts of %zu bytes in %.1f s, 2 threads: %zu of %d pairs found, %zu wrong, "
        "%.0f MB memory\n",
        TEXTS, bytes / TEXTS, seconds, found, (TEXTS - 1) / EVERY, wrong,
        (double)use.ru_maxrss / 1024);
    return 0;
}
