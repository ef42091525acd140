/* driver.c - runs a libFuzzer target a fixed number of rounds with seeded mutations.
 * usage: fuzz_NAME ROUNDS [SEED]; inputs come from test/fuzz/corpus/NAME/ when it exists. */
#include "base/file.h"
#include "base/limits.h"
#include "base/rng.h"
#include "base/vec.h"

#include <dirent.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef VEC(Str) Corpus;

static void load(Arena *a, const char *dir, Corpus *out)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    while (d && (e = readdir(d))) {
        Str content;
        const char *path = path_join(a, str_from(dir), str_from(e->d_name));
        if (e->d_name[0] != '.' && file_read(a, path, MIB, &content, NULL) == OK)
            vec_push(a, out, content);
    }
    if (d)
        closedir(d);
    if (!out->len)
        vec_push(a, out, STR("seed"));
}

/* A few random edits: flip, insert, delete, copy a piece of another input. */
static Str mutate(Arena *a, Rng *r, const Corpus *corpus)
{
    Str base = corpus->items[rng_below(r, corpus->len)];
    StrBuf out = strbuf_make(a, 4 * MIB);
    strbuf_add(&out, base);
    for (uint64_t edits = rng_below(r, 6); edits; edits--) {
        size_t at = out.len ? (size_t)rng_below(r, out.len) : 0;
        Str other = corpus->items[rng_below(r, corpus->len)];
        Str rest = str_copy(a, str_after(strbuf_str(&out), at));
        switch (rng_below(r, 4)) {
        case 0:
            if (out.len)
                out.ptr[at] = (char)rng_next(r);
            break;
        case 1:
            out.len = at;
            strbuf_add(&out, str_slice(other, rng_below(r, other.len + 1), other.len));
            strbuf_add(&out, rest);
            break;
        case 2:
            out.len = at;
            strbuf_add(&out, str_after(rest, (size_t)rng_below(r, 8)));
            break;
        default:
            out.len = at;
            for (uint64_t n = rng_below(r, 4); n; n--)
                strbuf_addc(&out, "{}[]()<>\"'\\:,%|-&*!\n \x01\xff"[rng_below(r, 24)]);
            strbuf_add(&out, rest);
        }
    }
    return strbuf_str(&out);
}

int main(int argc, char **argv)
{
    int64_t rounds = 1000, seed = 1;
    if ((argc > 1 && !str_to_int(str_from(argv[1]), &rounds)) ||
        (argc > 2 && !str_to_int(str_from(argv[2]), &seed)))
        return 2;
    SCOPED_ARENA(keep);
    Corpus corpus = {0};
    Str name = path_base(str_from(argv[0]));
    if (str_starts(name, STR("fuzz_")))
        name = str_after(name, 5);
    load(&keep, str_printf(&keep, "test/fuzz/corpus/%s", str_z(&keep, name)).ptr, &corpus);
    Rng r = rng_make((uint64_t)seed);
    for (int64_t i = 0; i < rounds; i++) {
        SCOPED_ARENA(a);
        Str input = (size_t)i < corpus.len ? corpus.items[i] : mutate(&a, &r, &corpus);
        uint8_t *exact = malloc(input.len ? input.len : 1); /* so that overreads are seen */
        memcpy(exact, input.ptr, input.len);
        LLVMFuzzerTestOneInput(exact, input.len);
        free(exact);
    }
    printf("%lld rounds\n", (long long)rounds);
    return 0;
}
