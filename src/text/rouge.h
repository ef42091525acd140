/* rouge.h - ROUGE-N, ROUGE-L and ROUGE-Lsum as Google's rouge_score computes them.
 *
 * Lin 2004. With ROUGE_ENGLISH tokens the numbers are rouge_score's; that tokeniser drops all that
 * is not a-z or 0-9, so any Chinese text scores 0. ROUGE_MIXED and ROUGE_CHARACTERS are ours.
 *
 * Limits: ROUGE-L compares the first ROUGE_LCS_TOKENS tokens of each text, ROUGE-Lsum the first
 * ROUGE_LSUM_SENTENCES sentences and ROUGE_LSUM_TOKENS tokens. */
#ifndef TEXT_ROUGE_H
#define TEXT_ROUGE_H

#include "text/ngram.h"

enum { ROUGE_LCS_TOKENS = 100000, ROUGE_LSUM_TOKENS = 20000, ROUGE_LSUM_SENTENCES = 500 };

typedef enum RougeTokens {
    ROUGE_ENGLISH,    /* lower case; runs of a-z and 0-9 */
    ROUGE_MIXED,      /* NFKC, lower case; each Han character or kana, else runs of letters,
                         marks and digits of any script */
    ROUGE_CHARACTERS, /* NFKC, lower case; each character that is not white space */
} RougeTokens;

typedef struct RougeOptions {
    RougeTokens tokens;
    bool stem; /* Porter's, for words of a-z and 0-9 with more than 3 letters */
} RougeOptions;

typedef struct RougeScore {
    double precision, recall, f;
} RougeScore;

int rouge_tokens_find(Str name); /* "english", "mixed", "characters"; else -1 */
Ids rouge_tokenise(Arena *arena, Vocabulary *v, Str text, const RougeOptions *options);

RougeScore rouge_n(Str target, Str prediction, int n, const RougeOptions *options, Arena *scratch);
RougeScore rouge_l(Str target, Str prediction, const RougeOptions *options, Arena *scratch);
/* Sentences end at line feeds. */
RougeScore rouge_lsum(Str target, Str prediction, const RougeOptions *options, Arena *scratch);

#endif
