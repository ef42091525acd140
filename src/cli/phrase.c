/* phrase.c - fits a sentence to the formats it may come from. */
#include "cli/phrase.h"

enum { MOST_PLACES = 9, MOST_DEPTH = 8 };

/* The words between the fixed pieces of `format`; their number, or -1 when it does not fit. */
static int fit(const char *format, Str text, bool may_be_cut, Str words[MOST_PLACES])
{
    Str rest = str_from(format);
    ptrdiff_t place = str_find(rest, STR("%s"));
    Str piece = place < 0 ? rest : str_slice(rest, 0, (size_t)place);
    int n = 0;
    if (!str_starts(text, piece))
        return -1;
    text = str_after(text, piece.len);
    while (place >= 0 && n < MOST_PLACES) {
        rest = str_after(rest, (size_t)place + 2);
        place = str_find(rest, STR("%s"));
        piece = place < 0 ? rest : str_slice(rest, 0, (size_t)place);
        bool last = place < 0, ends = str_ends(text, piece);
        ptrdiff_t at = last        ? (ptrdiff_t)(text.len - (ends ? piece.len : 0))
                       : piece.len ? str_find(text, piece)
                                   : -1;
        if (at < 0 || (last && !ends && (!may_be_cut || piece.len > 1)))
            return -1; /* an end that is no more than a quote may be cut off */
        words[n++] = str_slice(text, 0, (size_t)at);
        text = str_after(text, (size_t)at + (ends || !last ? piece.len : 0));
    }
    return text.len ? -1 : n;
}

static Str fill(Arena *arena, const char *format, const Str *words, int n)
{
    StrBuf out = strbuf_make(arena, 1 << 20);
    int next = 0;
    for (const char *p = format; *p; p++) {
        int number = next;
        if (p[0] == '%' && p[1] >= '1' && p[1] <= '9' && p[2] == '$' && p[3] == 's') {
            number = p[1] - '1';
            p += 3;
        } else if (p[0] == '%' && p[1] == 's') {
            next++;
            p++;
        } else {
            strbuf_addc(&out, *p);
            continue;
        }
        if (number < n)
            strbuf_add(&out, words[number]);
    }
    return strbuf_str(&out);
}

static bool is_open(const char *format)
{
    return str_ends(str_from(format), STR("%s"));
}

static Str translate(Arena *arena, const Phrase *rows, size_t n_rows, Str text, int depth)
{
    for (size_t i = 0; i < n_rows && depth < MOST_DEPTH; i++) {
        Str words[MOST_PLACES];
        int n = fit(rows[i].english, text, false, words);
        if (n < 0)
            continue;
        if (n > 0 && is_open(rows[i].english))
            words[n - 1] = translate(arena, rows, n_rows, words[n - 1], depth + 1);
        return fill(arena, rows[i].chinese, words, n);
    }
    return text;
}

Str phrase_translate(Arena *arena, const Phrase *rows, size_t n_rows, Str text, bool may_be_cut)
{
    Str words[MOST_PLACES];
    for (size_t i = 0; may_be_cut && i < n_rows; i++) {
        int n = fit(rows[i].english, text, true, words);
        if (n >= 0)
            return fill(arena, rows[i].chinese, words, n);
    }
    return translate(arena, rows, n_rows, text, 0);
}
