/* ifeval.h - IFEval: instructions that a program can check (Zhou et al. 2023, arXiv 2311.07911).
 *
 * 25 checkers with the meaning of lm-evaluation-harness's task `ifeval`, version 4. Three look at
 * English or at languages through other programs there (NLTK, langdetect) and are approximated here
 * (sentence.h, ifeval_language.h). Any thread. */
#ifndef TEXT_IFEVAL_H
#define TEXT_IFEVAL_H

#include "base/json.h"

typedef struct IfevalVerdict {
    bool strict; /* the answer follows the instruction as it stands */
    bool loose;  /* it or one of seven variants does: without its first line, last line, both,
                    each with and without asterisks */
} IfevalVerdict;

/* Checks `answer` against the instruction `id` with its `kwargs` (an object; nulls are absent).
 * E_PARSE for an unknown instruction, or for arguments that are missing or do not fit: the
 * reference would make some up at random. */
Status ifeval_check(Str id, const Json *kwargs, Str answer, IfevalVerdict *out,
                    Err *err) MUST_CHECK;

/* Name number `index` of the 25, sorted; NULL past the end. */
const char *ifeval_name(size_t index);

#endif
