/* language.c - scripts are counted; Latin texts are told apart by their most common words. */
#include "text/language.h"

#include "base/utf8.h"

#include <ctype.h>

enum { FEWEST_LETTERS = 4, FEWEST_WORDS = 2 };

typedef enum Script {
    LATIN,
    HAN,
    KANA,
    HANGUL,
    CYRILLIC,
    ARABIC,
    THAI,
    DEVANAGARI,
    GREEK,
    HEBREW,
    N_SCRIPTS
} Script;

static const struct {
    int32_t from, to;
    Script script;
} ranges[] = {
    {0x00C0, 0x024F, LATIN},      {0x0370, 0x03FF, GREEK},  {0x0400, 0x052F, CYRILLIC},
    {0x0590, 0x05FF, HEBREW},     {0x0600, 0x06FF, ARABIC}, {0x0750, 0x077F, ARABIC},
    {0x0900, 0x097F, DEVANAGARI}, {0x0E00, 0x0E7F, THAI},   {0x1100, 0x11FF, HANGUL},
    {0x1E00, 0x1EFF, LATIN},      {0x3040, 0x30FF, KANA},   {0x3400, 0x9FFF, HAN},
    {0xAC00, 0xD7AF, HANGUL},     {0xF900, 0xFAFF, HAN},    {0x20000, 0x3FFFF, HAN},
};
static const char *const script_languages[N_SCRIPTS] = {"latin", "zh", "ja", "ko", "ru",
                                                        "ar",    "th", "hi", "el", "he"};

/* Words that are common in one of these languages and rare in the others. */
static const struct {
    const char *language, *words;
} common[] = {
    {"en", " the of and is are was what how which with that from this for have has who "},
    {"de", " der die das und ist nicht ein eine mit auf wie wird sind den dem von für "},
    {"fr", " le les des est une dans qui que pour avec pas sur du quel quelle et ce "},
    {"es", " el los las es una por para con que del cual qué cuál y se su como "},
    {"it", " il gli che di è una per con non della del quale sono nel alla e lo "},
    {"pt", " o os as é uma para com não que do da em qual são no na dos "},
};

static int script_of(int32_t c)
{
    if (c < 0x80)
        return isalpha(c) ? LATIN : -1;
    for (size_t i = 0; i < COUNT(ranges); i++)
        if (c >= ranges[i].from && c <= ranges[i].to)
            return (int)ranges[i].script;
    return -1;
}

static bool in_list(const char *list, Str word)
{
    Str all = str_from(list);
    for (ptrdiff_t at = 0; (at = str_find_from(all, word, (size_t)at)) >= 0; at++)
        if (all.ptr[at - 1] == ' ' && all.ptr[(size_t)at + word.len] == ' ')
            return true;
    return false;
}

static bool is_word_byte(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

static const char *latin_language(Str text)
{
    int counts[COUNT(common)] = {0};
    for (size_t i = 0; i < text.len; i++) {
        char word[16];
        size_t len = 0;
        for (; i < text.len && is_word_byte(text.ptr[i]); i++, len++)
            if (len < sizeof word)
                word[len] = (char)tolower((unsigned char)text.ptr[i]);
        if (len && len < sizeof word)
            for (size_t l = 0; l < COUNT(common); l++)
                counts[l] += in_list(common[l].words, (Str){word, len});
    }
    size_t best = 0;
    for (size_t l = 1; l < COUNT(common); l++)
        best = counts[l] > counts[best] ? l : best;
    for (size_t l = 0; l < COUNT(common); l++)
        if (l != best && counts[l] == counts[best])
            return "latin";
    return counts[best] >= FEWEST_WORDS ? common[best].language : "latin";
}

const char *language_of(Str text)
{
    size_t counts[N_SCRIPTS] = {0}, all = 0;
    for (size_t at = 0; at < text.len;) {
        int script = script_of(utf8_next(text, &at));
        if (script < 0)
            continue;
        /* A Han character says about as much as three Latin letters. */
        size_t weight = script == HAN || script == KANA || script == HANGUL ? 3 : 1;
        counts[script] += weight;
        all += weight;
    }
    if (all < FEWEST_LETTERS)
        return "";
    if (counts[KANA] * 10 > counts[KANA] + counts[HAN] && (counts[KANA] + counts[HAN]) * 2 > all)
        return "ja";
    for (int s = 0; s < N_SCRIPTS; s++)
        if (counts[s] * 2 > all)
            return s == LATIN ? latin_language(text) : script_languages[s];
    return "";
}

bool language_fits(Str text, Str language)
{
    const char *found = language_of(text);
    if (!found[0] || str_eqc(language, found))
        return true;
    if (!str_eqc(STR("latin"), found))
        return false;
    for (int s = 1; s < N_SCRIPTS; s++)
        if (str_eqc(language, script_languages[s]))
            return false;
    return true; /* a language in Latin letters, unknown which */
}

static bool is_control(int32_t c)
{
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c < 0xA0);
}

bool text_is_broken(Str text, const char **what)
{
    static const char *const traces[] = {"锟斤拷", "烫烫烫", "屯屯屯", "Ã©", "Ã¨", "Ã¤", "Ã¼",
                                         "Ã¶",     "â€™",    "â€œ",    "ä¸", "å›", "æ˜"};
    for (size_t at = 0; at < text.len;) {
        int32_t c = utf8_next(text, &at);
        *what = c == 0xFFFD || c == UTF8_BAD ? "U+FFFD"
                : is_control(c)              ? "control character"
                : c >= 0xE000 && c <= 0xF8FF ? "private use character"
                                             : NULL;
        if (*what)
            return true;
    }
    for (size_t i = 0; i < COUNT(traces); i++)
        if (str_find(text, str_from(traces[i])) >= 0) {
            *what = traces[i];
            return true;
        }
    return false;
}
