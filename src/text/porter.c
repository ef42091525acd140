/* porter.c - the Porter stemmer: suffixes are cut or changed in steps, as long as enough of a
 * word is left.
 *
 * What is "enough" is counted in m, the number of times a vowel is followed by a consonant:
 * m(tree) = 0, m(trouble) = 1, m(oaten) = 2. A y is a vowel behind a consonant. */
#include "text/porter.h"

typedef struct Word {
    char *ptr;
    size_t len;
} Word;

static bool is_vowel_letter(char c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

/* Whether the letter at `i` is a consonant; a run of y alternates. */
static bool is_consonant(Word w, size_t i)
{
    size_t run = 0;
    while (run < i && w.ptr[i - run] == 'y')
        run++;
    if (w.ptr[i - run] == 'y') /* the word begins with this run: its first y is a consonant */
        return run % 2 == 0;
    bool before = !is_vowel_letter(w.ptr[i - run]);
    return run % 2 ? !before : before;
}

static size_t measure(Word w)
{
    size_t m = 0;
    bool consonant = false, before = true;
    for (size_t i = 0; i < w.len; i++) {
        char c = w.ptr[i];
        consonant = c == 'y' ? i == 0 || !consonant : !is_vowel_letter(c);
        m += consonant && !before;
        before = consonant;
    }
    return m;
}

static bool has_vowel(Word w)
{
    for (size_t i = 0; i < w.len; i++) {
        if (is_vowel_letter(w.ptr[i]) || (w.ptr[i] == 'y' && i))
            return true; /* the second y of "yy", and y behind any consonant, is a vowel */
    }
    return false;
}

/* Consonant, vowel, consonant at the end, the last not w, x, y: the word is short. */
static bool ends_short(Word w)
{
    size_t n = w.len;
    if (n == 2)
        return !is_consonant(w, 0) && is_consonant(w, 1);
    return n >= 3 && is_consonant(w, n - 3) && !is_consonant(w, n - 2) && is_consonant(w, n - 1) &&
           w.ptr[n - 1] != 'w' && w.ptr[n - 1] != 'x' && w.ptr[n - 1] != 'y';
}

/* From the back, since most words differ from most suffixes in the last letter. */
static inline bool ends(Word w, const char *suffix)
{
    size_t n = strlen(suffix);
    for (size_t i = 1; i <= n; i++)
        if (i > w.len || w.ptr[w.len - i] != suffix[n - i])
            return false;
    return true;
}

static Word cut(Word w, size_t n)
{
    return (Word){w.ptr, w.len - n};
}

/* The replacement is never longer than what was cut, or one letter longer than a stem that was
 * cut by two before. */
static void put(Word *w, const char *text)
{
    size_t n = strlen(text);
    memcpy(w->ptr + w->len, text, n);
    w->len += n;
}

typedef struct Rule {
    char last; /* of the suffix: most rules are passed over by it */
    const char *suffix, *by;
} Rule;

/* The first rule whose suffix is there is the only one tried; it needs m > `above`. */
static void apply(Word *w, const Rule *rules, size_t n, size_t above)
{
    char last = '\0';
    if (w->len)
        last = w->ptr[w->len - 1];
    for (size_t i = 0; i < n; i++) {
        if (last != rules[i].last || !ends(*w, rules[i].suffix))
            continue;
        Word stem = cut(*w, strlen(rules[i].suffix));
        if (measure(stem) > above) {
            *w = stem;
            put(w, rules[i].by);
        }
        return;
    }
}

/* Plurals. */
static void step_1a(Word *w)
{
    if (ends(*w, "ies"))
        w->len -= w->len == 4 ? 1 : 2;
    else if (ends(*w, "sses"))
        w->len -= 2;
    else if (ends(*w, "s") && !ends(*w, "ss"))
        w->len -= 1;
}

/* After -ed or -ing is gone, an e may have to come back, or a doubled letter to go. */
static void mend(Word *w)
{
    char last = w->ptr[w->len - 1];
    bool cut_short = ends(*w, "at") || ends(*w, "bl") || ends(*w, "iz");
    bool doubled =
        !cut_short && w->len >= 2 && last == w->ptr[w->len - 2] && is_consonant(*w, w->len - 1);
    if (doubled && last != 'l' && last != 's' && last != 'z')
        w->len--;
    if (cut_short || (!doubled && measure(*w) == 1 && ends_short(*w)))
        put(w, "e");
}

/* Past tenses. */
static void step_1b(Word *w)
{
    if (ends(*w, "ied")) {
        w->len -= w->len == 4 ? 1 : 2;
    } else if (ends(*w, "eed")) {
        w->len -= measure(cut(*w, 3)) > 0;
    } else if (ends(*w, "ed") && has_vowel(cut(*w, 2))) {
        w->len -= 2;
        mend(w);
    } else if (ends(*w, "ing") && has_vowel(cut(*w, 3))) {
        w->len -= 3;
        mend(w);
    }
}

static void step_1c(Word *w)
{
    if (ends(*w, "y") && w->len > 2 && is_consonant(*w, w->len - 2))
        w->ptr[w->len - 1] = 'i';
}

static void step_2(Word *w)
{
    static const Rule rules[] = {
        {'l', "ational", "ate"}, {'l', "tional", "tion"}, {'i', "enci", "ence"},
        {'i', "anci", "ance"},   {'r', "izer", "ize"},    {'i', "bli", "ble"},
        {'i', "alli", "al"},     {'i', "entli", "ent"},   {'i', "eli", "e"},
        {'i', "ousli", "ous"},   {'n', "ization", "ize"}, {'n', "ation", "ate"},
        {'r', "ator", "ate"},    {'m', "alism", "al"},    {'s', "iveness", "ive"},
        {'s', "fulness", "ful"}, {'s', "ousness", "ous"}, {'i', "aliti", "al"},
        {'i', "iviti", "ive"},   {'i', "biliti", "ble"},  {'i', "fulli", "ful"},
    };
    if (ends(*w, "alli") && measure(cut(*w, 4)) > 0)
        w->len -= 2; /* and what then ends in -al may have more to lose */
    if (ends(*w, "logi")) {
        w->len -= measure(cut(*w, 3)) > 0; /* the l counts */
        return;
    }
    apply(w, rules, COUNT(rules), 0);
}

static void step_3(Word *w)
{
    static const Rule rules[] = {{'e', "icate", "ic"}, {'e', "ative", ""},  {'e', "alize", "al"},
                                 {'i', "iciti", "ic"}, {'l', "ical", "ic"}, {'l', "ful", ""},
                                 {'s', "ness", ""}};
    apply(w, rules, COUNT(rules), 0);
}

static void step_4(Word *w)
{
    static const Rule rules[] = {
        {'l', "al", ""},    {'e', "ance", ""}, {'e', "ence", ""}, {'r', "er", ""},
        {'c', "ic", ""},    {'e', "able", ""}, {'e', "ible", ""}, {'t', "ant", ""},
        {'t', "ement", ""}, {'t', "ment", ""}, {'t', "ent", ""},  {'n', "ion", ""},
        {'u', "ou", ""},    {'m', "ism", ""},  {'e', "ate", ""},  {'i', "iti", ""},
        {'s', "ous", ""},   {'e', "ive", ""},  {'e', "ize", ""},
    };
    if (ends(*w, "ion") && (w->len < 4 || (w->ptr[w->len - 4] != 's' && w->ptr[w->len - 4] != 't')))
        return;
    apply(w, rules, COUNT(rules), 1);
}

static void step_5(Word *w)
{
    if (ends(*w, "e")) {
        Word stem = cut(*w, 1);
        size_t m = measure(stem);
        if (m > 1 || (m == 1 && !ends_short(stem)))
            *w = stem;
    }
    if (ends(*w, "ll") && measure(cut(*w, 1)) > 1)
        w->len--;
}

static const struct {
    const char *word, *stem;
} irregular[] = {
    {"sky", "sky"},        {"skies", "sky"},       {"dying", "die"},        {"lying", "lie"},
    {"tying", "tie"},      {"news", "news"},       {"innings", "inning"},   {"inning", "inning"},
    {"outings", "outing"}, {"outing", "outing"},   {"cannings", "canning"}, {"canning", "canning"},
    {"howe", "howe"},      {"proceed", "proceed"}, {"exceed", "exceed"},    {"succeed", "succeed"},
};

Str porter_stem(Arena *arena, Str word)
{
    if (word.len <= 2)
        return word;
    for (size_t i = 0; i < COUNT(irregular); i++)
        if (*word.ptr == *irregular[i].word && str_eqc(word, irregular[i].word))
            return str_from(irregular[i].stem);
    Word w = {arena_copy(arena, word.ptr, word.len), word.len};
    step_1a(&w);
    step_1b(&w);
    step_1c(&w);
    step_2(&w);
    step_3(&w);
    step_4(&w);
    step_5(&w);
    return (Str){w.ptr, w.len};
}
