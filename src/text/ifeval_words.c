/* ifeval_words.c - instructions about words, letters, lengths and languages. */
#include "base/utf8.h"
#include "text/ifeval_rows.h"
#include "text/ifeval_language.h"
#include "text/normalise.h"
#include "text/sentence.h"

bool ifeval_within(const IfevalAsk *ask, size_t count)
{
    return ask->less ? (int64_t)count < ask->number : (int64_t)count >= ask->number;
}

/* ---- keywords: regular expressions in the reference, though meant as words ---- */

static Str any_case(Arena *arena, Str word)
{
    StrBuf out = strbuf_make(arena, word.len + sizeof "(?i)");
    strbuf_adds(&out, "(?i)");
    strbuf_add(&out, word);
    return strbuf_str(&out);
}

static Str any_case_stripped(Arena *arena, Str word)
{
    return any_case(arena, utf8_strip(word));
}

static Str whole_word(Arena *arena, Str word)
{
    StrBuf out = strbuf_make(arena, word.len + sizeof "(?i)\\b\\b");
    strbuf_adds(&out, "(?i)\\b");
    strbuf_add(&out, word);
    strbuf_adds(&out, "\\b");
    return strbuf_str(&out);
}

static Status existence(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    RegexMatch match;
    *out = true;
    for (size_t i = 0; i < ask->regexes.len && *out; i++)
        TRY(regex_search(ask->regexes.items[i], value, arena, &match, out, err));
    return OK;
}

static Status forbidden(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    RegexMatch match;
    bool found = false;
    for (size_t i = 0; i < ask->regexes.len && !found; i++)
        TRY(regex_search(ask->regexes.items[i], value, arena, &match, &found, err));
    *out = !found;
    return OK;
}

/* Matches of the one expression there is. */
static Status frequency(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    RegexMatches all;
    TRY(regex_find_all(ask->regexes.items[0], value, arena, &all, err));
    *out = ifeval_within(ask, all.len);
    return OK;
}

static size_t count_text(Str where, Str what)
{
    size_t n = 0, at = 0;
    for (ptrdiff_t hit; what.len && (hit = str_find_from(where, what, at)) >= 0; n++)
        at = (size_t)hit + what.len;
    return n;
}

static Status letters(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    (void)err;
    Str letter = text_lower(arena, utf8_strip(ask->text));
    *out = ifeval_within(ask, count_text(text_lower(arena, value), letter));
    return OK;
}

static Status sentences(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    (void)arena, (void)err;
    *out = ifeval_within(ask, sentence_count(value));
    return OK;
}

static Status capital_words(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    (void)arena, (void)err;
    *out = ifeval_within(ask, sentence_capital_words(value));
    return OK;
}

/* ---- languages; a text without letters follows, as in the reference ---- */

static bool in_language(Str value, const char *language)
{
    const char *found = ifeval_language_of(value);
    if (!found)
        return !ifeval_has_letters(value);
    return str_starts(str_from(language), str_from(found));
}

static Status language(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    (void)err;
    *out = in_language(value, str_z(arena, ask->text));
    return OK;
}

static Status english_capital(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    (void)ask, (void)err;
    Str lower = text_lower(arena, value);
    *out = str_eq(text_upper(arena, value), value) && !str_eq(lower, value) &&
           in_language(lower, "en");
    return OK;
}

static Status english_lowercase(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    (void)ask, (void)err;
    *out = str_eq(text_lower(arena, value), value) && !str_eq(text_upper(arena, value), value) &&
           in_language(value, "en");
    return OK;
}

static Status no_comma(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    (void)ask, (void)arena, (void)err;
    *out = str_find_char(value, ',') < 0;
    return OK;
}

/* ---- the rows ---- */

const IfevalRow ifeval_existence = {
    .id = "keywords:existence", .check = existence, .list = "keywords", .pattern_of = any_case};
const IfevalRow ifeval_forbidden = {.id = "keywords:forbidden_words",
                                    .check = forbidden,
                                    .list = "forbidden_words",
                                    .pattern_of = whole_word};
const IfevalRow ifeval_frequency = {.id = "keywords:frequency",
                                    .check = frequency,
                                    .numbers = {"frequency"},
                                    .relation = "relation",
                                    .text = "keyword",
                                    .pattern_of = any_case_stripped};
const IfevalRow ifeval_letters = {.id = "keywords:letter_frequency",
                                  .check = letters,
                                  .numbers = {"let_frequency"},
                                  .relation = "let_relation",
                                  .text = "letter"};
const IfevalRow ifeval_sentences = {.id = "length_constraints:number_sentences",
                                    .check = sentences,
                                    .numbers = {"num_sentences"},
                                    .relation = "relation"};
const IfevalRow ifeval_words = {.id = "length_constraints:number_words",
                                .check = frequency,
                                .numbers = {"num_words"},
                                .relation = "relation",
                                .patterns = {"\\w+"}};
const IfevalRow ifeval_language = {
    .id = "language:response_language", .check = language, .text = "language"};
const IfevalRow ifeval_capital_word_frequency = {.id = "change_case:capital_word_frequency",
                                                 .check = capital_words,
                                                 .numbers = {"capital_frequency"},
                                                 .relation = "capital_relation"};
const IfevalRow ifeval_english_capital = {.id = "change_case:english_capital",
                                          .check = english_capital};
const IfevalRow ifeval_english_lowercase = {.id = "change_case:english_lowercase",
                                            .check = english_lowercase};
const IfevalRow ifeval_no_comma = {.id = "punctuation:no_comma", .check = no_comma};
