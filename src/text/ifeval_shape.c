/* ifeval_shape.c - instructions about the shape of an answer: parts, marks, beginning and end. */
#include "base/utf8.h"
#include "text/ifeval_rows.h"
#include "text/normalise.h"

typedef VEC(Str) Parts;

static Str between(Arena *arena, const char *before, Str text, const char *after)
{
    StrBuf out = strbuf_make(arena, text.len + strlen(before) + strlen(after) + 1);
    strbuf_adds(&out, before);
    strbuf_add(&out, text);
    strbuf_adds(&out, after);
    return strbuf_str(&out);
}

static Status count_of(const IfevalAsk *ask, size_t regex, Str value, Arena *arena, size_t *out,
                       Err *err)
{
    RegexMatches all;
    TRY(regex_find_all(ask->regexes.items[regex], value, arena, &all, err));
    *out = all.len;
    return OK;
}

static Status at_least(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    size_t n;
    TRY(count_of(ask, 0, value, arena, &n, err));
    *out = (int64_t)n >= ask->number;
    return OK;
}

/* ---- contents ---- */

static Str postscript_pattern(Arena *arena, Str marker)
{
    marker = utf8_strip(marker);
    if (str_eqc(marker, "P.P.S"))
        return STR("(?m)\\s*p\\.\\s?p\\.\\s?s.*$");
    if (str_eqc(marker, "P.S."))
        return STR("(?m)\\s*p\\.\\s?s\\..*$");
    return between(arena, "(?m)\\s*", text_lower(arena, marker), ".*$");
}

static Status postscript(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    RegexMatch match;
    return regex_search(ask->regexes.items[0], text_lower(arena, value), arena, &match, out, err);
}

/* ---- formats ---- */

static Status bullets(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    size_t stars, dashes;
    TRY(count_of(ask, 0, value, arena, &stars, err));
    TRY(count_of(ask, 1, value, arena, &dashes, err));
    *out = (int64_t)(stars + dashes) == ask->number;
    return OK;
}

static Status constrained(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    static const char *const options[] = {"My answer is yes.", "My answer is no.",
                                          "My answer is maybe."};
    (void)ask, (void)arena, (void)err;
    *out = false;
    for (size_t i = 0; i < COUNT(options); i++)
        *out |= str_find(value, str_from(options[i])) >= 0;
    return OK;
}

static Str strip_char(Str s, char c)
{
    while (s.len && s.ptr[0] == c)
        s = str_after(s, 1);
    while (s.len && s.ptr[s.len - 1] == c)
        s.len--;
    return s;
}

/* What is between double asterisks counts twice where it is: once as *...* is read, once so. */
static Status highlights(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    int64_t n = 0;
    for (size_t i = 0; i < 2; i++) {
        RegexMatches all;
        TRY(regex_find_all(ask->regexes.items[i], value, arena, &all, err));
        for (size_t k = 0; k < all.len; k++)
            n += utf8_strip(strip_char(all.items[k].groups[0], '*')).len > 0;
    }
    *out = n >= ask->number;
    return OK;
}

static Str section_pattern(Arena *arena, Str word)
{
    return between(arena, "\\s?", utf8_strip(word), "\\s?\\d+\\s?");
}

static Str without_fence(Str s)
{
    static const char *const openings[] = {"```json", "```Json", "```JSON", "```"};
    s = utf8_strip(s);
    for (size_t i = 0; i < COUNT(openings); i++)
        if (str_starts(s, str_from(openings[i])))
            s = str_after(s, strlen(openings[i]));
    if (str_ends(s, STR("```")))
        s.len -= 3;
    return utf8_strip(s);
}

static Status json(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    Json parsed;
    (void)ask, (void)err;
    *out = json_parse(arena, without_fence(value), &parsed, NULL) == OK;
    return OK;
}

static Status title(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    RegexMatches all;
    TRY(regex_find_all(ask->regexes.items[0], value, arena, &all, err));
    *out = false;
    for (size_t i = 0; i < all.len; i++) {
        Str s = all.items[i].groups[0];
        while (s.len && s.ptr[0] == '<')
            s = str_after(s, 1);
        while (s.len && s.ptr[s.len - 1] == '>')
            s.len--;
        *out |= utf8_strip(s).len > 0;
    }
    return OK;
}

/* ---- paragraphs and answers ---- */

/* What is between matches, as re.split gives it. */
static Status split(const Regex *regex, Str value, Arena *arena, Parts *out, Err *err)
{
    RegexMatches all;
    size_t from = 0;
    TRY(regex_find_all(regex, value, arena, &all, err));
    for (size_t i = 0; i < all.len; i++) {
        Str gap = all.items[i].groups[0];
        size_t at = (size_t)(gap.ptr - value.ptr);
        vec_push(arena, out, str_slice(value, from, at));
        from = at + gap.len;
    }
    vec_push(arena, out, str_after(value, from));
    return OK;
}

static bool is_blank(Str s)
{
    return !utf8_strip(s).len;
}

static Status paragraphs(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    Parts parts = {0};
    TRY(split(ask->regexes.items[0], value, arena, &parts, err));
    int64_t n = (int64_t)parts.len;
    *out = false;
    for (size_t i = 0; i < parts.len; i++) {
        if (is_blank(parts.items[i]) && i && i + 1 < parts.len)
            return OK;
        n -= is_blank(parts.items[i]);
    }
    *out = n == ask->number;
    return OK;
}

/* The word that a paragraph starts with: without opening quotes, up to a mark. */
static Str first_word(Arena *arena, Str paragraph)
{
    size_t at = 0, end = 0;
    while (end < paragraph.len && !utf8_is_space(utf8_next(paragraph, &at)))
        end = at;
    Str word = str_slice(paragraph, 0, end);
    for (const char *c = "'\""; *c; c++)
        while (word.len && word.ptr[0] == *c)
            word = str_after(word, 1);
    for (size_t i = 0; i < word.len; i++)
        if (strchr(".,?!'\"", word.ptr[i]) && word.ptr[i])
            word.len = i;
    return text_lower(arena, word);
}

/* `number` paragraphs with a blank line between; paragraph `second` starts with the word. */
static Status nth_first_word(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    Parts parts = {0};
    TRY(split(ask->regexes.items[0], value, arena, &parts, err));
    int64_t n = 0;
    for (size_t i = 0; i < parts.len; i++)
        n += !is_blank(parts.items[i]);
    *out = false;
    if (ask->second < 1 || ask->second > n)
        return OK;
    Str paragraph = utf8_strip(parts.items[ask->second - 1]);
    *out = paragraph.len && n == ask->number &&
           str_eq(first_word(arena, paragraph), text_lower(arena, ask->text));
    return OK;
}

static Status two_responses(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    Parts parts = {0};
    Str answers[2] = {{0}, {0}};
    size_t n = 0;
    TRY(split(ask->regexes.items[0], value, arena, &parts, err));
    *out = false;
    for (size_t i = 0; i < parts.len; i++) {
        Str part = utf8_strip(parts.items[i]);
        if (!part.len && i && i + 1 < parts.len)
            return OK;
        if (part.len && n < 2)
            answers[n] = part;
        n += part.len > 0;
    }
    *out = n == 2 && !str_eq(answers[0], answers[1]);
    return OK;
}

/* ---- beginning and end ---- */

static Status repeat_prompt(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    (void)err;
    *out =
        str_starts(text_lower(arena, utf8_strip(value)), text_lower(arena, utf8_strip(ask->text)));
    return OK;
}

static Status end_phrase(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    (void)err;
    *out = str_ends(text_lower(arena, strip_char(utf8_strip(value), '"')),
                    text_lower(arena, utf8_strip(ask->text)));
    return OK;
}

static Status quotation(const IfevalAsk *ask, Str value, Arena *arena, bool *out, Err *err)
{
    (void)ask, (void)arena, (void)err;
    value = utf8_strip(value);
    *out = value.len > 1 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"';
    return OK;
}

/* ---- the rows ---- */

const IfevalRow ifeval_placeholders = {.id = "detectable_content:number_placeholders",
                                       .check = at_least,
                                       .numbers = {"num_placeholders"},
                                       .patterns = {"\\[.*?\\]"}};
const IfevalRow ifeval_postscript = {.id = "detectable_content:postscript",
                                     .check = postscript,
                                     .text = "postscript_marker",
                                     .pattern_of = postscript_pattern};
const IfevalRow ifeval_bullets = {.id = "detectable_format:number_bullet_lists",
                                  .check = bullets,
                                  .numbers = {"num_bullets"},
                                  .patterns = {"(?m)^\\s*\\*[^\\*].*$", "(?m)^\\s*-.*$"}};
const IfevalRow ifeval_constrained = {.id = "detectable_format:constrained_response",
                                      .check = constrained};
const IfevalRow ifeval_highlights = {.id = "detectable_format:number_highlighted_sections",
                                     .check = highlights,
                                     .numbers = {"num_highlights"},
                                     .patterns = {"\\*[^\\n\\*]*\\*", "\\*\\*[^\\n\\*]*\\*\\*"}};
const IfevalRow ifeval_sections = {.id = "detectable_format:multiple_sections",
                                   .check = at_least,
                                   .numbers = {"num_sections"},
                                   .text = "section_spliter",
                                   .pattern_of = section_pattern};
const IfevalRow ifeval_json = {.id = "detectable_format:json_format", .check = json};
const IfevalRow ifeval_title = {
    .id = "detectable_format:title", .check = title, .patterns = {"<<[^\\n]+>>"}};
const IfevalRow ifeval_paragraphs = {.id = "length_constraints:number_paragraphs",
                                     .check = paragraphs,
                                     .numbers = {"num_paragraphs"},
                                     .patterns = {"\\s?\\*\\*\\*\\s?"}};
const IfevalRow ifeval_first_word = {.id = "length_constraints:nth_paragraph_first_word",
                                     .check = nth_first_word,
                                     .numbers = {"num_paragraphs", "nth_paragraph"},
                                     .text = "first_word",
                                     .patterns = {"\\n\\n"}};
const IfevalRow ifeval_two_responses = {
    .id = "combination:two_responses", .check = two_responses, .patterns = {"\\*{6}"}};
const IfevalRow ifeval_repeat_prompt = {
    .id = "combination:repeat_prompt", .check = repeat_prompt, .text = "prompt_to_repeat"};
const IfevalRow ifeval_end = {
    .id = "startend:end_checker", .check = end_phrase, .text = "end_phrase"};
const IfevalRow ifeval_quotation = {.id = "startend:quotation", .check = quotation};
