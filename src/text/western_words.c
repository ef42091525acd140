/* western_words.c - what western_apart makes of a text, as words in one pass and without copies.
 *
 * western_apart goes over the text once for each regular expression of the original, and each of
 * them looks only at neighbours, so where the spaces will be can be told at once. Symbols and
 * dashes are easy; for a run of points and commas of length n between the characters p and q:
 *
 *     ([^0-9])([.,])   takes p and the first of the run when p is no digit, then pairs of the run
 *                      from the left; the second of each pair gets spaces on both sides
 *     ([.,])([^0-9])   sets apart what has something that is no digit behind it, so all of the run
 *                      but a last one that no pair took and that has a digit behind it
 *
 * What a pair leaves before it in the run has a space behind it by then. At the ends of a text
 * without padding there is no p or q, which works like a digit. */
#include "base/utf8.h"
#include "text/western.h"

/* Of ASCII: ' ' white space to Python, '!' punctuation that stands alone, ',' a point or comma, '-'
 * a dash, '0' a digit, 'a' anything else. */
static const char classes[] = "aaaaaaaaa     aa"
                              "aaaaaaaaaaaa    "
                              " !!!!!!a!!!!,-,!"
                              "0000000000!!!!!!"
                              "!aaaaaaaaaaaaaaa"
                              "aaaaaaaaaaa!!!!!"
                              "!aaaaaaaaaaaaaaa"
                              "aaaaaaaaaaa!!!!a";

typedef struct Cutter {
    Str s;
    size_t start, at; /* the word that is open: start .. at-1 */
    Arena *arena;
    Vocabulary *words;
    Ids out;
    bool padded;
} Cutter;

static char class_at(Str s, size_t at)
{
    unsigned char c = (unsigned char)s.ptr[at];
    return (char)(c < 0x80 ? classes[c] : 'a');
}

static void put(Cutter *c, size_t from, size_t to)
{
    if (to > from)
        c->out.items[c->out.len++] = vocabulary_id(c->arena, c->words, str_slice(c->s, from, to));
}

/* Ends the open word, and makes one of the `n` bytes behind it (none when `drop`). */
static void cut(Cutter *c, size_t n, bool drop)
{
    put(c, c->start, c->at);
    if (!drop)
        put(c, c->at, c->at + n);
    c->at += n;
    c->start = c->at;
}

static void points(Cutter *c)
{
    size_t at = c->at, end = at;
    while (end < c->s.len && class_at(c->s, end) == ',')
        end++;
    bool before = at ? class_at(c->s, at - 1) == '0' : !c->padded;
    bool behind = end < c->s.len ? class_at(c->s, end) == '0' : !c->padded;
    size_t n = end - at;
    bool stays = behind && (n - !before) % 2;
    if (stays && n == 1) { /* 1,000 */
        c->at = end;
        return;
    }
    while (c->at < end - stays)
        cut(c, 1, false);
    if (stays) {
        put(c, c->start, c->at);
        c->start = c->at;
        c->at = end;
    }
}

static void beyond_ascii(Cutter *c, bool (*alone)(int32_t code))
{
    size_t next = c->at;
    unsigned char lead = (unsigned char)c->s.ptr[c->at];
    bool may_be_space = lead == 0xc2 || (lead >= 0xe1 && lead <= 0xe3);
    if (!alone && !may_be_space) {
        c->at++; /* a byte inside a character begins no white space */
        return;
    }
    int32_t code = utf8_next(c->s, &next);
    bool space = utf8_is_space(code);
    if (space || (alone && alone(code)))
        cut(c, next - c->at, space);
    else
        c->at = next;
}

Ids western_words(Arena *arena, Vocabulary *words, Str s, bool padded, bool (*alone)(int32_t code))
{
    Cutter c = {.s = s, .arena = arena, .words = words, .padded = padded};
    c.out = ids_make(arena, s.len);
    while (c.at < s.len) {
        if ((unsigned char)s.ptr[c.at] >= 0x80) {
            beyond_ascii(&c, alone);
            continue;
        }
        char class = classes[(unsigned char)s.ptr[c.at]];
        bool split = class == '-' && c.at && class_at(s, c.at - 1) == '0';
        if (class == ',')
            points(&c);
        else if (class == '!' || class == ' ' || split)
            cut(&c, 1, class == ' ');
        else
            c.at++;
    }
    put(&c, c.start, c.at);
    return c.out;
}
