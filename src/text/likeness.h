/* likeness.h - how alike two texts are, as LongBench's scorers measure it (Bai et al. 2024).
 *
 * likeness_rouge is ROUGE-L of the Python package `rouge`: sentences end at full stops, words at
 * white space, and sets of words are counted: those of the union of the longest common
 * subsequences of all pairs of sentences. likeness_ratio is difflib's: Ratcliff and Obershelp 1988,
 * on characters; in the second text, from 200 characters on, those that are more than 1 % of it
 * are no beginning of a match.
 *
 * Limits: the first LIKENESS_WORDS words, LIKENESS_SENTENCE of a sentence, LIKENESS_CHARACTERS. */
#ifndef TEXT_LIKENESS_H
#define TEXT_LIKENESS_H

#include "base/str.h"

enum { LIKENESS_WORDS = 20000, LIKENESS_SENTENCE = 4000, LIKENESS_CHARACTERS = 8000 };

/* 0..1; 0 when one of them has no sentence. */
double likeness_rouge(Str predicted, Str right, Arena *scratch);

/* 0..1; 1 for two empty texts. */
double likeness_ratio(Str a, Str b, Arena *scratch);

#endif
