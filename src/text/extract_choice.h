/* extract_choice.h - option letters in a text, and what is said of them. Private to text/. */
#ifndef TEXT_EXTRACT_CHOICE_H
#define TEXT_EXTRACT_CHOICE_H

#include "text/extract_private.h"

/* Letters that stand together: "B", "A and C", "ACD". */
typedef struct Mention {
    size_t from, to;
    uint32_t letters; /* bit 0: A */
    int n;
    bool either; /* joined by "or" */
    bool small;  /* lower case: a letter only where one is expected */
} Mention;
/* The next one at `at` or later. `lists`: blanks and line breaks join letters, too. */
bool mention_next(Scan *s, size_t at, bool lists, Mention *out);
bool mention_at(Scan *s, size_t at, bool lists, Mention *out); /* the one that begins there */

/* What the words before and after a mention make of it. */
typedef struct Claim {
    bool stated;   /* "the answer is", "故选", \boxed{} */
    bool wins;     /* "is the answer", "当选": said behind it, as strong as before it */
    bool negative; /* "不选", "not" */
    bool follows;  /* "so", "因此", "must be": a conclusion */
    bool named;    /* "option", "选项": a letter for sure */
    bool right, wrong;
    bool doubtful; /* "seems", "would be" */
    const char *rule;
} Claim;
/* `next`: where the next mention begins, or the end. */
void claim_of(Scan *s, const Mention *m, size_t next, Claim *out);

#endif
