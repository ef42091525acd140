/* tokens.c - texts as rows of numbers: code points, or words of a vocabulary. */
#include "text/tokens.h"

#include "base/hash.h"
#include "base/utf8.h"

enum { FIRST_SLOTS = 256, REPLACEMENT = 0xFFFD };

Ids ids_make(Arena *arena, size_t cap)
{
    return (Ids){arena_array(arena, cap ? cap : 1, sizeof(uint32_t)), 0};
}

Ids text_codes(Arena *arena, Str s)
{
    Ids out = ids_make(arena, s.len);
    for (size_t at = 0; at < s.len;) {
        unsigned char c = (unsigned char)s.ptr[at];
        if (c < 0x80) {
            out.items[out.len++] = c;
            at++;
            continue;
        }
        int32_t code = utf8_next(s, &at);
        out.items[out.len++] = code < 0 ? REPLACEMENT : (uint32_t)code;
    }
    return out;
}

/* Eight bytes at a time; words are short. */
static uint32_t hash_word(Str word)
{
    uint64_t h = word.len, part = 0;
    size_t i = 0;
    for (; i + sizeof part <= word.len; i += sizeof part) {
        memcpy(&part, word.ptr + i, sizeof part);
        h = (h ^ part) * 0x9e3779b97f4a7c15ULL;
        h ^= h >> 29;
    }
    part = 0;
    for (; i < word.len; i++)
        part = part << 8 | (unsigned char)word.ptr[i];
    h = (h ^ part) * 0x9e3779b97f4a7c15ULL;
    return (uint32_t)(h >> 32);
}

static uint32_t *slot_of(const Vocabulary *v, Str word)
{
    uint32_t mask = v->n_slots - 1, at = hash_word(word) & mask;
    for (; v->slots[at]; at = (at + 1) & mask) {
        Str known = v->words[v->slots[at] - 1];
        if (known.len == word.len && (!word.len || !memcmp(known.ptr, word.ptr, word.len)))
            break;
    }
    return &v->slots[at];
}

static void grow(Arena *arena, Vocabulary *v)
{
    uint32_t old = v->cap;
    v->n_slots = v->n_slots ? v->n_slots * 2 : FIRST_SLOTS;
    v->cap = v->n_slots / 2;
    v->words = old ? arena_grow(arena, v->words, old * sizeof(Str), v->cap * sizeof(Str))
                   : arena_array(arena, v->cap, sizeof(Str));
    v->slots = arena_array(arena, v->n_slots, sizeof *v->slots);
    for (uint32_t i = 0; i < v->len; i++)
        *slot_of(v, v->words[i]) = i + 1;
}

uint32_t vocabulary_id(Arena *arena, Vocabulary *v, Str word)
{
    if (v->len == v->cap)
        grow(arena, v);
    uint32_t *slot = slot_of(v, word);
    if (!*slot) {
        v->words[v->len++] = word;
        *slot = v->len;
    }
    return *slot;
}

/* Moves past white space (or, with `space` false, past everything else). */
static size_t skip(Str s, size_t at, bool space)
{
    while (at < s.len) {
        size_t next = at;
        unsigned char c = (unsigned char)s.ptr[at];
        if (c > ' ' && c < 0x80) {
            if (space)
                break;
            at++;
            continue;
        }
        bool is = c < 0x80 ? c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x1f)
                           : utf8_is_space(utf8_next(s, &next));
        if (is != space)
            break;
        at = c < 0x80 ? at + 1 : next;
    }
    return at;
}

Ids text_words(Arena *arena, Vocabulary *v, Str s)
{
    Ids out = ids_make(arena, s.len / 2 + 1);
    for (size_t at = skip(s, 0, true); at < s.len; at = skip(s, at, true)) {
        size_t end = skip(s, at, false);
        out.items[out.len++] = vocabulary_id(arena, v, str_slice(s, at, end));
        at = end;
    }
    return out;
}
