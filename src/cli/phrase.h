/* phrase.h - English sentences that were put together elsewhere, shown in Chinese.
 *
 * What is stored (why a judgement is as it is) and what lower rooms say (errors) is one English
 * sentence, the same for all readers. A row has the sentence's format with %s in its places; a
 * text that fits is shown by the other language's format with the same words in it, a text that
 * fits no row as it is. */
#ifndef CLI_PHRASE_H
#define CLI_PHRASE_H

#include "cli/app.h"

typedef struct Phrase {
    const char *english; /* places are %s, and never side by side */
    const char *chinese; /* places are %s, or %1$s where the order differs */
} Phrase;

/* `text` by the first row that fits. `may_be_cut`: its end may be missing. What stands at an
 * open end ("...: %s") is translated too. */
Str phrase_translate(Arena *arena, const Phrase *rows, size_t n, Str text, bool may_be_cut);

/* By the tables of phrases.c; the text itself when the user reads English. */
Str phrase_why(const App *app, Arena *arena, Str why);
Str phrase_error(const App *app, Arena *arena, Str message);
Str phrase_rule(const App *app, Str rule); /* an extraction rule by name */
/* The steps before the rules: "thinking nfkc". */
Str phrase_steps(const App *app, Arena *arena, Str names);
/* What a task file is told: "FILE:LINE:COLUMN: what" (phrase_task.c). */
Str phrase_problem(const App *app, Arena *arena, Str text);

/* The tables, for tests. */
const Phrase *phrase_why_at(size_t index); /* NULL past the end */
const Phrase *phrase_error_at(size_t index);
const Phrase *phrase_rule_at(size_t index);
const Phrase *phrase_step_at(size_t index);
const Phrase *phrase_problem_at(size_t index);

#endif
