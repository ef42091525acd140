/* extract.h - the answer that a text commits to, or that it commits to none.
 *
 * One chain of named steps (thinking, NFKC, markdown, LaTeX), then the rules of one kind of
 * answer, strongest first. Which steps changed the text and which rule fired is told with the
 * answer. Nothing is guessed: what names no answer, or several, has none.
 * Reading takes time in proportion to the text. docs/EXTRACTION.md describes every rule. */
#ifndef TEXT_EXTRACT_H
#define TEXT_EXTRACT_H

#include "base/str.h"

/* Raised when the same text may give another answer: part of a run's protocol. */
#define EXTRACT_VERSION 2

enum {
    EXTRACT_OPTIONS = 26,        /* letters A to Z */
    EXTRACT_OPTIONS_UNKNOWN = 8, /* A to H, when nobody says how many there are */
};
#define EXTRACT_READS ((size_t)1 << 20) /* bytes after the thinking; of more the end is read */

typedef enum ExtractKind {
    EXTRACT_CHOICE,       /* one option letter: "B" */
    EXTRACT_MULTI_CHOICE, /* one or more, in order: "ACD" */
    EXTRACT_NUMBER,       /* a plain decimal "-1234.5", or a fraction "1/3" */
    EXTRACT_YES_NO,       /* "yes" or "no" */
    EXTRACT_TEXT,         /* what is stated to be the answer, as written */
    N_EXTRACT_KINDS
} ExtractKind;

typedef struct ExtractOptions {
    ExtractKind kind;
    const Str *texts; /* of the options, n of them; NULL when only their number is known */
    size_t n;         /* at most EXTRACT_OPTIONS; 0: not known */
} ExtractOptions;

/* Steps before the rules, as bits. */
typedef enum ExtractStep {
    STEP_THINKING = 1 << 0, /* <think>...</think> and its like removed */
    STEP_CUT = 1 << 1,      /* thinking that never ended removed, to the end of the text */
    STEP_LENGTH = 1 << 2,   /* only the last EXTRACT_READS bytes were read */
    STEP_NFKC = 1 << 3,     /* full-width and other compatibility forms folded */
    STEP_MARKDOWN = 1 << 4,
    STEP_LATEX = 1 << 5,
} ExtractStep;

typedef struct Extracted {
    Str value;
    bool found;
    const char *rule; /* which rule fired, or why there is no answer; a fixed word */
    unsigned steps;   /* bits of ExtractStep that changed the text */
    size_t work;      /* comparisons made: for tests of the running time */
} Extracted;

bool extract_kind_parse(Str name, ExtractKind *out);
const char *extract_kind_name(ExtractKind kind);

/* `text` may be any bytes. The value lives in `arena`. */
void extract_answer(const ExtractOptions *options, Str text, Arena *arena, Extracted *out);

/* `text` without what the model thought before it answered (<think>...</think> and its like). */
Str extract_after_thinking(Str text, Arena *arena);

/* A right answer in the form that extract_answer gives: "a, c" -> "AC", "1,200" -> "1200",
 * an option's text -> its letter. Unchanged when it is not of the kind. */
Str extract_target(const ExtractOptions *options, Str target, Arena *arena);

/* The names of `steps`, blank between: "thinking nfkc". */
Str extract_step_names(unsigned steps, Arena *arena);

#endif
