/* filter_regex.c - regex and multi_choice_regex: the part of an answer that counts. */
#include "task/parts.h"

#include "base/utf8.h"
#include "text/normalise.h"

enum { LETTERS = 26 };

static void prepare(Checker *c, const Json *options, Filter *out)
{
    const Json *pattern = json_get(options, "regex_pattern");
    out->regex = compile_regex(c, pattern, json_text_or(pattern, STR("#### (\\-?[0-9\\.\\,]+)")));
    out->number = json_int(json_get(options, "group_select"), 0);
    const Json *fallback = json_get(options, "fallback");
    out->fallback = fallback ? *fallback : json_str(STR("[invalid]"));
    out->fallback_whole = json_bool(json_get(options, "fallback_whole"), false);
    out->ignore = compile_regexes(c, json_get(options, "regexes_to_ignore"), &out->n_ignore);
    out->ignore_case = json_bool(json_get(options, "ignore_case"), false);
    out->ignore_punctuation = json_bool(json_get(options, "ignore_punctuation"), false);
}

/* One element of Python's findall: with two groups or more the first that is not empty. */
static bool findall_element(const RegexMatch *m, Str *out)
{
    if (m->n_groups <= 2) {
        *out = m->groups[m->n_groups - 1];
        return true;
    }
    for (size_t g = 1; g < m->n_groups; g++)
        if (m->groups[g].len) {
            *out = m->groups[g];
            return true;
        }
    return false;
}

Status filter_match(const Regex *regex, int64_t select, Str text, Arena *arena, Str *out,
                    bool *found, Err *err)
{
    RegexMatches all = {0};
    TRY(regex_find_all(regex, text, arena, &all, err));
    int64_t at = select < 0 ? select + (int64_t)all.len : select;
    *found = at >= 0 && at < (int64_t)all.len && findall_element(&all.items[at], out);
    if (*found)
        *out = utf8_strip(*out);
    return OK;
}

static Str answer_text(const FilterValue *v)
{
    return json_text(&v->json); /* anything but text counts as "" */
}

/* Without a match the fallback counts, which is no answer, or the text as it is. */
static Status apply_regex(const Filter *f, const Json *doc, Arena *arena, FilterValues *v, Err *err)
{
    (void)doc;
    FilterValue *out = arena_array(arena, v->len, sizeof *out);
    for (size_t i = 0; i < v->len; i++) {
        Str match;
        TRY(filter_match(f->regex, f->number, answer_text(&v->items[i]), arena, &match,
                         &out[i].found, err));
        if (!out[i].found && f->fallback_whole) {
            match = utf8_strip(answer_text(&v->items[i]));
            out[i].found = true;
        }
        out[i].json = out[i].found ? json_str(match) : f->fallback;
        out[i].found = out[i].found && v->items[i].found;
        out[i].rule = v->items[i].rule;
        out[i].steps = v->items[i].steps;
    }
    v->items = out;
    return OK;
}

Status filter_without_ignored(const Filter *f, Arena *arena, Str *text, Err *err)
{
    for (size_t i = 0; i < f->n_ignore; i++)
        TRY(regex_replace(f->ignore[i], *text, (Str){0}, arena, text, err));
    if (f->ignore_case)
        *text = text_lower(arena, *text);
    if (f->ignore_punctuation)
        *text = text_drop_punctuation(arena, *text);
    return OK;
}

/* Python's re.escape. */
static void put_escaped(StrBuf *out, Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (strchr("()[]{}?*+-|^$\\.&~# \t\n\r\v\f", s.ptr[i]) && s.ptr[i])
            strbuf_addc(out, '\\');
        strbuf_addc(out, s.ptr[i]);
    }
}

/* The two expressions that look for a choice by its text and by its letter. */
typedef struct ChoiceRegexes {
    Str *texts; /* each choice as it is searched for */
    size_t n;
    Regex *by_text, *by_letter;
} ChoiceRegexes;

static void free_choices(ChoiceRegexes *r)
{
    regex_free(r->by_text);
    regex_free(r->by_letter);
}

/* What the letters stand for: the column "choices", or what follows (A), (B) ... in a text. */
static Status choice_texts(const Filter *f, const Json *doc, Arena *arena, StrVec *out, Err *err)
{
    Str column = json_text_or(json_get(f->options, "choices_in"), STR("choices"));
    const Json *choices = json_get_str(doc, column);
    RegexMatches all = {0};
    if (f->own) {
        TRY(regex_find_all(f->own, json_text(choices), arena, &all, err));
        for (size_t i = 0; i < all.len; i++)
            vec_push(arena, out, all.items[i].groups[1]);
    }
    for (uint32_t i = 0; !f->own && json_is(choices, JSON_ARRAY) && i < choices->len; i++)
        vec_push(arena, out, json_text(&choices->items[i]));
    if (!choices || (!out->len && !f->own) || out->len > LETTERS)
        return err_set(err, E_PARSE,
                       "the document needs a column \"" STR_FMT "\" with 1 to %d texts",
                       STR_ARG(column), LETTERS);
    return OK;
}

static Status make_choices(const Filter *f, const Json *doc, Arena *arena, ChoiceRegexes *out,
                           Err *err)
{
    StrVec choices = {0};
    TRY(choice_texts(f, doc, arena, &choices, err));
    StrBuf texts = strbuf_make(arena, (size_t)1 << 20), letters = strbuf_make(arena, 256);
    out->texts = arena_array(arena, choices.len + 1, sizeof *out->texts);
    out->n = choices.len;
    strbuf_adds(&letters, ":[\\s]*(");
    for (uint32_t i = 0; i < choices.len; i++) {
        out->texts[i] = utf8_strip(choices.items[i]);
        TRY(filter_without_ignored(f, arena, &out->texts[i], err));
        strbuf_adds(&texts, i ? "|" : "");
        put_escaped(&texts, out->texts[i]);
        strbuf_addf(&letters, "%s%c", i ? "|" : "", (char)('A' + i));
    }
    strbuf_addc(&letters, ')');
    TRY(strbuf_check(&texts, "the expression of all choices", err));
    TRY(regex_compile(strbuf_str(&texts), &out->by_text, err));
    return regex_compile(strbuf_str(&letters), &out->by_letter, err);
}

static Str letter_of(Arena *arena, size_t index)
{
    return str_printf(arena, "(%c)", (char)('A' + index));
}

/* By the filter's own expression, then by a choice's text, then by its letter. */
static Status find_choice(const Filter *f, const ChoiceRegexes *r, Str answer, Arena *arena,
                          Str *out, Err *err)
{
    bool found;
    Str bare = answer, match = {0};
    TRY(filter_match(f->regex, f->number, answer, arena, &match, &found, err));
    if (found && match.len) {
        *out = match;
        return OK;
    }
    TRY(filter_without_ignored(f, arena, &bare, err));
    TRY(filter_match(r->by_text, f->number, bare, arena, &match, &found, err));
    if (found && match.len) {
        *out = match;
        for (size_t i = 0; i < r->n; i++)
            if (str_eq(r->texts[i], match))
                *out = letter_of(arena, i); /* a repeated choice counts as its last place */
        return OK;
    }
    TRY(filter_match(r->by_letter, f->number, answer, arena, &match, &found, err));
    *out = found && match.len ? letter_of(arena, (size_t)(match.ptr[0] - 'A')) : (Str){0};
    return OK;
}

static Status apply_choice(const Filter *f, const Json *doc, Arena *arena, FilterValues *v,
                           Err *err)
{
    ChoiceRegexes r = {0};
    Status status = make_choices(f, doc, arena, &r, err);
    FilterValue *out = arena_array(arena, v->len, sizeof *out);
    for (size_t i = 0; status == OK && i < v->len; i++) {
        Str match = {0};
        status = find_choice(f, &r, answer_text(&v->items[i]), arena, &match, err);
        out[i].found = match.len && v->items[i].found;
        out[i].json = match.len ? json_str(match) : f->fallback;
    }
    free_choices(&r);
    if (status == OK)
        v->items = out;
    return status;
}

static void prepare_choice(Checker *c, const Json *options, Filter *out)
{
    prepare(c, options, out);
    if (json_get(options, "choices_in"))
        out->own = compile_regex(c, options, STR("\\([A-Z]\\)([^\n^(]*)"));
}

static const KeyRow regex_keys[] = {{"regex_pattern", T_STRING, NULL},
                                    {"group_select", T_INT, NULL},
                                    {"fallback", T_STRING, NULL},
                                    {"fallback_whole", T_BOOL, NULL}};
static const KeyRow choice_keys[] = {
    {"regex_pattern", T_STRING, NULL},    {"group_select", T_INT, NULL},
    {"fallback", T_STRING, NULL},         {"ignore_case", T_BOOL, NULL},
    {"ignore_punctuation", T_BOOL, NULL}, {"regexes_to_ignore", T_LIST, NULL},
    {"choices_in", T_STRING, NULL}};

const FilterRow filter_regex = {.name = "regex",
                                .keys = regex_keys,
                                .n_keys = COUNT(regex_keys),
                                .prepare = prepare,
                                .apply = apply_regex};
const FilterRow filter_multi_choice_regex = {.name = "multi_choice_regex",
                                             .keys = choice_keys,
                                             .n_keys = COUNT(choice_keys),
                                             .prepare = prepare_choice,
                                             .apply = apply_choice};
