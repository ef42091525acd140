/* needle.h - long texts with facts hidden in them: needle in a haystack, in English and Chinese.
 *
 * The haystack is made of sentences that are put together from word tables of our own
 * (needle_words.c), without a repetition inside one text, so that it costs no data file and no
 * model has seen it. A needle is one more sentence, "The access code of the Marlow archive is
 * 4820137.", put between two sentences, at the boundary nearest to its depth. Seeded: the same
 * spec gives the same bytes on every machine. Docs: docs/TASKS.md, "Needle in a haystack". */
#ifndef TASK_NEEDLE_H
#define TASK_NEEDLE_H

#include "base/vec.h"
#include "base/str.h"

/* What makes one language; its tables are in needle_words.c. */
typedef struct NeedleSlot {
    char name;                /* stands in a pattern as {x} */
    const char *const *words; /* NULL at the end */
} NeedleSlot;

typedef struct NeedleLanguage {
    const char *name;            /* "en", "zh" */
    const char *gap, *paragraph; /* between sentences, and between paragraphs */
    const char *const *patterns; /* of haystack sentences; NULL at the end */
    const NeedleSlot *slots;     /* name 0 at the end */
    const char *const *key_first, *const *key_second; /* one of each makes a key */
    const char *key, *needle;                         /* formats: (first, second); (key, code) */
    const char *question_one, *question_many;         /* formats: (keys) */
    const char *comma, *last;                         /* between keys; before the last of them */
    const char *prompt; /* the task's doc_to_text, as a YAML double-quoted text */
} NeedleLanguage;

extern const NeedleLanguage needle_en, needle_zh;
const NeedleLanguage *needle_language(Str name); /* NULL: no such */

enum {
    NEEDLE_MOST = 16,         /* needles, and distractors, of one text */
    NEEDLE_SHORTEST = 200,    /* characters of a text */
    NEEDLE_LONGEST = 4000000, /* so that a Chinese prompt stays below LIMIT_PROMPT */
    NEEDLE_PARAGRAPH = 8,     /* sentences of a paragraph */
};

typedef struct NeedleSpec {
    const NeedleLanguage *language;
    size_t length;     /* characters (code points) of the text, needles included */
    int depth;         /* percent of the haystack before the first needle, 0 to 100 */
    int n_needles;     /* from 1; number i of n stands at depth + i (100 - depth) / n */
    int n_distractors; /* sentences like needles, of keys that nobody asks for, anywhere */
    uint64_t seed;     /* of everything else */
} NeedleSpec;

typedef struct NeedleItem {
    Str text; /* as long as `length`, or shorter by less than one sentence */
    Str question;
    size_t n_needles;
    Str needles[NEEDLE_MOST], codes[NEEDLE_MOST]; /* in the order of the text */
} NeedleItem;

/* E_USAGE when the text is too short for its needles, or a number is out of range. */
Status needle_make(const NeedleSpec *spec, Arena *arena, NeedleItem *out, Err *err) MUST_CHECK;

#endif
