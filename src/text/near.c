/* near.c - names near a misspelt one. */
#include "text/near.h"

enum { LONGEST = 128, SHOWN = 3 };

/* Levenshtein distance of short names, ignoring ASCII case. */
static size_t distance(Str a, Str b)
{
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            Str x = str_slice(a, i - 1, i), y = str_slice(b, j - 1, j);
            size_t change = diagonal + !str_eq_nocase(x, y);
            size_t step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < step ? change : step;
        }
    }
    return row[b.len];
}

/* A name that holds the whole word is near too: "mmlu_anat" and "mmlu_anatomy". */
static size_t farness(Str name, Str known)
{
    if (name.len >= 3 && str_find(known, name) >= 0)
        return 1;
    return distance(name, known);
}

typedef struct Near {
    Str name;
    size_t far;
} Near;

static void keep_nearest(Near best[SHOWN], Near n)
{
    for (size_t i = 0; i < SHOWN; i++)
        if (n.far < best[i].far || (n.far == best[i].far && n.name.len < best[i].name.len)) {
            Near pushed = best[i];
            best[i] = n;
            n = pushed;
        }
}

Str near_names(Arena *arena, Str name, const Names *names)
{
    size_t limit = name.len < 4 ? 1 : name.len / 3 + 1;
    Near best[SHOWN] = {{.far = limit + 1}, {.far = limit + 1}, {.far = limit + 1}};
    for (size_t i = 0; name.len <= LONGEST && i < names->len; i++) {
        Str known = names->items[i];
        bool near_length = known.len <= name.len + limit && name.len <= known.len + limit;
        if (known.len <= LONGEST && (near_length || str_find(known, name) >= 0))
            keep_nearest(best, (Near){known, farness(name, known)});
    }
    StrBuf out = strbuf_make(arena, 1024);
    for (size_t i = 0; i < SHOWN && best[i].name.len; i++)
        strbuf_addf(&out, "%s\"" STR_FMT "\"", i ? ", " : "; near it: ", STR_ARG(best[i].name));
    return strbuf_str(&out);
}
