/* extract_private.h - what the files of extraction share. */
#ifndef TEXT_EXTRACT_PRIVATE_H
#define TEXT_EXTRACT_PRIVATE_H

#include "text/extract.h"

/* Bytes that stand in a prepared text for structure; none comes from outside. */
enum { BOX_OPEN = 2, BOX_CLOSE = 3, TAG_OPEN = 4, TAG_CLOSE = 5, HASH_CUE = 6 };

/* ---- the text before the rules (extract_prepare.c) ---- */
typedef struct Prepared {
    Str text;
    unsigned steps;
} Prepared;
void extract_prepare(ExtractKind kind, Str text, Arena *arena, Prepared *out);
/* Without <think>...</think>; steps tells what was removed. */
Str extract_without_thinking(Str text, Arena *arena, unsigned *steps);

/* ---- reading a prepared text (extract_scan.c) ---- */
typedef struct Scan {
    Str text;
    const ExtractOptions *options;
    Arena *arena;
    size_t work;
} Scan;

/* A word of a table and what it means there. A row that begins with an ASCII letter fits only
 * whole words; case does not matter. */
typedef struct Word {
    const char *text;
    int role;
} Word;
typedef struct Words {
    const Word *items;
    size_t n;
} Words;
/* The longest row that ends at `at` (begins at `at`); NULL when none does. */
const Word *scan_word_before(Scan *s, Words words, size_t at);
const Word *scan_word_at(Scan *s, Words words, size_t at);

/* From `at` to the end of its sentence, `most` bytes at most. */
size_t scan_sentence_end(Scan *s, size_t at, size_t most);
/* Where the sentence that holds `at` begins, `most` bytes back at most. */
size_t scan_sentence_start(Scan *s, size_t at, size_t most);
/* Whether the point at `at` belongs to the word before it ("U.S.", "Jr.", "Dr."). */
bool scan_is_abbreviation(Scan *s, size_t at);
size_t scan_line_end(Str text, size_t at);
/* Past blanks and signs that only decorate: brackets, quotes, colons. */
size_t scan_skip(Str text, size_t at);
size_t scan_skip_back(Str text, size_t at);
bool scan_is_word_byte(char c);

/* A stated answer: what stands in \boxed{}, in <answer>, after #### or after a cue such as
 * "the answer is". */
typedef struct Statement {
    size_t from, to;
    const char *rule; /* "boxed", "tag", "hash", "cue" */
    bool negative;    /* "the answer is not" */
} Statement;
/* The next one that begins at `at` or later; false when there is none. */
bool scan_statement(Scan *s, size_t at, Statement *out);
/* The last ones, the very last first; how many. Earlier ones are not looked at: what so many
 * statements leave open is no answer. */
enum { SCAN_STATEMENTS = 256 };
size_t scan_last_statements(Scan *s, Statement out[SCAN_STATEMENTS]);
/* Whether the text says that it gives no answer: "I don't know", "sorry". */
bool scan_declines(Scan *s);
/* Which option `text` is, by its whole text; -1 when none. */
int scan_option(const ExtractOptions *options, Str text, Arena *arena);

/* ---- the rules of a kind ---- */
void extract_choice(Scan *s, Extracted *out);
void extract_number(Scan *s, Extracted *out);
void extract_yes_no(Scan *s, Extracted *out);
void extract_text(Scan *s, Extracted *out);
/* A right answer's letters; false when it is not made of letters. */
bool extract_letters(const ExtractOptions *options, Str text, uint32_t *mask);
Str extract_mask_text(uint32_t mask, Arena *arena);

#endif
