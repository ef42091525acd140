/* needle.c - makes one text with its needles. */
#include "task/needle.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/rng.h"
#include "base/utf8.h"

#include <assert.h>

enum { SENTENCE_BYTES = 1024, MOST_KEYS = 256, MOST_PLACES = 10, TRIES = 50 };

typedef struct Sentence {
    Str text;
    size_t characters;
} Sentence;

typedef struct Maker {
    const NeedleSpec *spec;
    Arena *arena;
    Rng rng;
    Map seen; /* sentences of this text */
    VEC(Sentence) hay;
    size_t hay_length; /* characters, gaps included */
    Str keys[2 * NEEDLE_MOST], facts[2 * NEEDLE_MOST], codes[2 * NEEDLE_MOST];
    size_t place[2 * NEEDLE_MOST]; /* before which sentence; needles first, then distractors */
} Maker;

const NeedleLanguage *needle_language(Str name)
{
    static const NeedleLanguage *const all[] = {&needle_en, &needle_zh};
    for (size_t i = 0; i < COUNT(all); i++)
        if (str_eqc(name, all[i]->name))
            return all[i];
    return NULL;
}

static size_t count_words(const char *const *words)
{
    size_t n = 0;
    while (words[n])
        n++;
    return n;
}

static const char *draw(Rng *rng, const char *const *words)
{
    return words[rng_below(rng, count_words(words))];
}

static const char *const *slot_words(const NeedleLanguage *language, char name)
{
    for (const NeedleSlot *s = language->slots; s->name; s++)
        if (s->name == name)
            return s->words;
    return NULL;
}

/* A word that the sentence does not have yet: nobody agrees with himself. */
static const char *draw_other(Rng *rng, const char *const *words, const char **used, size_t n)
{
    for (;;) {
        const char *word = draw(rng, words);
        bool again = false;
        for (size_t i = 0; i < n; i++)
            again = again || used[i] == word;
        if (!again)
            return word;
    }
}

/* A pattern with a word drawn for each of its places. */
static Str draw_sentence(Maker *m)
{
    const char *used[MOST_PLACES];
    size_t n = 0;
    StrBuf out = strbuf_make(m->arena, SENTENCE_BYTES);
    for (const char *c = draw(&m->rng, m->spec->language->patterns); *c; c++) {
        bool place = c[0] == '{' && c[1] && c[2] == '}';
        const char *const *words = place ? slot_words(m->spec->language, c[1]) : NULL;
        if (words && n < MOST_PLACES) {
            used[n] = draw_other(&m->rng, words, used, n);
            strbuf_adds(&out, used[n++]);
            c += 2;
        } else {
            strbuf_addc(&out, *c);
        }
    }
    if (out.ptr && out.ptr[0] >= 'a' && out.ptr[0] <= 'z')
        out.ptr[0] = (char)(out.ptr[0] - 'a' + 'A');
    return strbuf_str(&out);
}

/* The next sentence of the haystack: one that the text does not have yet. */
static Sentence next_sentence(Maker *m)
{
    Str text = draw_sentence(m);
    for (int i = 0; i < TRIES && map_has(&m->seen, text); i++)
        text = draw_sentence(m);
    map_set(m->arena, &m->seen, text, m);
    return (Sentence){text, utf8_count(text)};
}

/* What stands between sentence `index` and the one before it. */
static Str gap_before(const NeedleLanguage *language, size_t index)
{
    return str_from(index % NEEDLE_PARAGRAPH ? language->gap : language->paragraph);
}

/* ---- needles ---- */

static Str draw_code(Maker *m, size_t n_known)
{
    for (;;) {
        uint64_t number = 1000000 + rng_below(&m->rng, 9000000);
        Str code = str_printf(m->arena, "%llu", (unsigned long long)number);
        bool known = false;
        for (size_t i = 0; i < n_known; i++)
            known = known || str_eq(m->codes[i], code);
        if (!known)
            return code;
    }
}

/* Formats of the table take one or two texts. */
static Str filled(Arena *arena, const char *format, Str first, Str second)
{
    StrBuf out = strbuf_make(arena, 64 * KIB);
    int at = 0;
    for (const char *c = format; *c; c++)
        if (c[0] == '%' && c[1] == 's') {
            strbuf_add(&out, at++ ? second : first);
            c++;
        } else {
            strbuf_addc(&out, *c);
        }
    return strbuf_str(&out);
}

static void draw_facts(Maker *m, size_t n)
{
    const NeedleLanguage *l = m->spec->language;
    size_t n_first = count_words(l->key_first), n_keys = n_first * count_words(l->key_second);
    uint32_t order[MOST_KEYS] = {0};
    n_keys = n_keys < MOST_KEYS ? n_keys : MOST_KEYS;
    assert(n_first && n <= n_keys);
    for (uint32_t i = 0; i < n_keys; i++)
        order[i] = i;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t other = i + (uint32_t)rng_below(&m->rng, n_keys - i), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
        m->keys[i] = filled(m->arena, l->key, str_from(l->key_first[order[i] % n_first]),
                            str_from(l->key_second[order[i] / n_first]));
        m->codes[i] = draw_code(m, i);
        m->facts[i] = filled(m->arena, l->needle, m->keys[i], m->codes[i]);
    }
}

static Str question_of(const Maker *m, size_t n)
{
    const NeedleLanguage *l = m->spec->language;
    StrBuf keys = strbuf_make(m->arena, 64 * KIB);
    for (size_t i = 0; i < n; i++) {
        strbuf_adds(&keys, i == 0 ? "" : i + 1 < n ? l->comma : l->last);
        strbuf_add(&keys, m->keys[i]);
    }
    return filled(m->arena, n > 1 ? l->question_many : l->question_one, strbuf_str(&keys),
                  (Str){0});
}

/* ---- the text ---- */

static size_t fact_length(const Maker *m, size_t n)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += utf8_count(m->facts[i]) + utf8_count(str_from(m->spec->language->gap));
    return total;
}

static void fill_hay(Maker *m, size_t room)
{
    for (;;) {
        Sentence s = next_sentence(m);
        size_t gap = m->hay.len ? utf8_count(gap_before(m->spec->language, m->hay.len)) : 0;
        if (m->hay_length + gap + s.characters > room)
            return;
        m->hay_length += gap + s.characters;
        vec_push(m->arena, &m->hay, s);
    }
}

/* The boundary (before sentence 0 .. n) nearest to `percent` of the haystack. */
static size_t boundary_at(const Maker *m, double percent)
{
    double want = percent / 100 * (double)m->hay_length, best = want;
    size_t found = 0, passed = 0;
    for (size_t i = 0; i < m->hay.len; i++) {
        size_t gap = i ? utf8_count(gap_before(m->spec->language, i)) : 0;
        passed += gap + m->hay.items[i].characters;
        double off = (double)passed > want ? (double)passed - want : want - (double)passed;
        if (off < best) {
            best = off;
            found = i + 1;
        }
    }
    return found;
}

static void place_facts(Maker *m, size_t n_needles, size_t n)
{
    double depth = m->spec->depth, step = (100 - depth) / (double)n_needles;
    for (size_t i = 0; i < n_needles; i++)
        m->place[i] = boundary_at(m, depth + (double)i * step);
    for (size_t i = n_needles; i < n; i++)
        m->place[i] = rng_below(&m->rng, m->hay.len + 1);
}

/* Those that stand before sentence `index`; needles keep their order. */
static void add_facts(const Maker *m, size_t n, size_t index, StrBuf *out)
{
    for (size_t i = 0; i < n; i++)
        if (m->place[i] == index) {
            if (index == m->hay.len)
                strbuf_adds(out, m->spec->language->gap);
            strbuf_add(out, m->facts[i]);
            if (index < m->hay.len)
                strbuf_adds(out, m->spec->language->gap);
        }
}

static Str join(const Maker *m, size_t n)
{
    StrBuf out = strbuf_make(m->arena, LIMIT_PROMPT);
    for (size_t i = 0; i <= m->hay.len; i++) {
        if (i && i < m->hay.len)
            strbuf_add(&out, gap_before(m->spec->language, i));
        add_facts(m, n, i, &out);
        if (i < m->hay.len)
            strbuf_add(&out, m->hay.items[i].text);
    }
    return strbuf_str(&out);
}

static Status check_spec(const NeedleSpec *s, Err *err)
{
    if (s->depth < 0 || s->depth > 100)
        return err_set(err, E_USAGE, "a depth is from 0 to 100 percent, not %d", s->depth);
    if (s->length < NEEDLE_SHORTEST || s->length > NEEDLE_LONGEST)
        return err_set(err, E_USAGE, "a length is from %d to %d characters, not %zu",
                       NEEDLE_SHORTEST, NEEDLE_LONGEST, s->length);
    if (s->n_needles < 1 || s->n_needles > NEEDLE_MOST || s->n_distractors < 0 ||
        s->n_distractors > NEEDLE_MOST)
        return err_set(err, E_USAGE, "a text has 1 to %d needles and 0 to %d distractors",
                       NEEDLE_MOST, NEEDLE_MOST);
    return OK;
}

Status needle_make(const NeedleSpec *spec, Arena *arena, NeedleItem *out, Err *err)
{
    TRY(check_spec(spec, err));
    Maker m = {.spec = spec, .arena = arena, .rng = rng_make(spec->seed)};
    size_t n_needles = (size_t)spec->n_needles, n = n_needles + (size_t)spec->n_distractors;
    draw_facts(&m, n);
    size_t taken = fact_length(&m, n);
    if (taken < spec->length)
        fill_hay(&m, spec->length - taken);
    if (m.hay.len < 2)
        return err_set(err, E_USAGE,
                       "%zu characters are too few for %zu needles and distractors: they take %zu",
                       spec->length, n, taken);
    place_facts(&m, n_needles, n);
    out->text = join(&m, n);
    out->question = question_of(&m, n_needles);
    out->n_needles = n_needles;
    for (size_t i = 0; i < n_needles; i++) {
        out->needles[i] = m.facts[i];
        out->codes[i] = m.codes[i];
    }
    return OK;
}
