/* ifeval_rows.h - private to IFEval: what an instruction is, and the list of them. */
#ifndef TEXT_IFEVAL_ROWS_H
#define TEXT_IFEVAL_ROWS_H

#include "base/json.h"
#include "text/regex.h"

typedef struct IfevalAsk IfevalAsk;

typedef struct IfevalRow {
    const char *id;
    Status (*check)(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err);
    const char *numbers[2]; /* names of its arguments, in the order of IfevalAsk; NULL: none */
    const char *relation, *text, *list;
    const char *patterns[2];                   /* regular expressions that it always has */
    Str (*pattern_of)(Arena *arena, Str word); /* one more for its text, or for each of its list */
} IfevalRow;

/* An instruction with its arguments. */
struct IfevalAsk {
    const IfevalRow *row;
    Arena *arena;
    int64_t number, second;
    bool less; /* "less than", else "at least" */
    Str text;
    VEC(Regex *) regexes;
};

/* Whether a count is as the relation asks. */
bool ifeval_within(const IfevalAsk *ask, size_t count);

extern const IfevalRow ifeval_existence, ifeval_frequency, ifeval_forbidden, ifeval_letters,
    ifeval_language, ifeval_sentences, ifeval_paragraphs, ifeval_words, ifeval_first_word,
    ifeval_placeholders, ifeval_postscript, ifeval_bullets, ifeval_constrained, ifeval_highlights,
    ifeval_sections, ifeval_json, ifeval_title, ifeval_two_responses, ifeval_repeat_prompt,
    ifeval_end, ifeval_quotation, ifeval_capital_word_frequency, ifeval_english_capital,
    ifeval_english_lowercase, ifeval_no_comma;

#endif
