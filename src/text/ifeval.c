/* ifeval.c - the table of IFEval's instructions, and strict and loose verdicts. */
#include "text/ifeval.h"

#include "base/utf8.h"
#include "text/ifeval_rows.h"

static const IfevalRow *const rows[] = {
    &ifeval_capital_word_frequency,
    &ifeval_english_capital,
    &ifeval_english_lowercase,
    &ifeval_repeat_prompt,
    &ifeval_two_responses,
    &ifeval_placeholders,
    &ifeval_postscript,
    &ifeval_constrained,
    &ifeval_json,
    &ifeval_sections,
    &ifeval_bullets,
    &ifeval_highlights,
    &ifeval_title,
    &ifeval_existence,
    &ifeval_forbidden,
    &ifeval_frequency,
    &ifeval_letters,
    &ifeval_language,
    &ifeval_first_word,
    &ifeval_paragraphs,
    &ifeval_sentences,
    &ifeval_words,
    &ifeval_no_comma,
    &ifeval_end,
    &ifeval_quotation,
};

const char *ifeval_name(size_t index)
{
    return index < COUNT(rows) ? rows[index]->id : NULL;
}

static const IfevalRow *find(Str id)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eqc(id, rows[i]->id))
            return rows[i];
    return NULL;
}

/* ---- arguments ---- */

static Status wrong(const IfevalAsk *ask, const char *key, const char *want, Err *err)
{
    return err_set(err, E_PARSE, "instruction \"%s\" needs \"%s\" to be %s", ask->row->id, key,
                   want);
}

static Status read_numbers(IfevalAsk *ask, const Json *kwargs, Err *err)
{
    enum { LARGEST = 1000000000 };
    int64_t *slots[] = {&ask->number, &ask->second};
    for (size_t i = 0; i < COUNT(slots) && ask->row->numbers[i]; i++) {
        const char *key = ask->row->numbers[i];
        double number = json_number(json_get(kwargs, key), -1);
        if (!(number >= 0 && number <= LARGEST) || number != (double)(int64_t)number)
            return wrong(ask, key, "a whole number from 0", err);
        *slots[i] = (int64_t)number;
    }
    return OK;
}

static Status read_relation(IfevalAsk *ask, const Json *kwargs, Err *err)
{
    if (!ask->row->relation)
        return OK;
    Str relation = json_text(json_get(kwargs, ask->row->relation));
    ask->less = str_eqc(relation, "less than");
    if (!ask->less && !str_eqc(relation, "at least"))
        return wrong(ask, ask->row->relation, "\"less than\" or \"at least\"", err);
    return OK;
}

static Status read_text(IfevalAsk *ask, const Json *kwargs, Err *err)
{
    if (!ask->row->text)
        return OK;
    ask->text = json_text(json_get(kwargs, ask->row->text));
    return ask->text.len ? OK : wrong(ask, ask->row->text, "a text", err);
}

static Status add_regex(IfevalAsk *ask, Str pattern, Err *err)
{
    Regex *regex;
    Err why = {0};
    if (regex_compile(pattern, &regex, &why) != OK)
        return err_set(err, E_PARSE, "instruction \"%s\": %s", ask->row->id, why.msg);
    vec_push(ask->arena, &ask->regexes, regex);
    return OK;
}

/* The row's own patterns and those made of its text, or of each word of its list. */
static Status read_regexes(IfevalAsk *ask, const Json *kwargs, Err *err)
{
    const IfevalRow *row = ask->row;
    for (size_t i = 0; i < COUNT(row->patterns) && row->patterns[i]; i++)
        TRY(add_regex(ask, str_from(row->patterns[i]), err));
    if (!row->pattern_of)
        return OK;
    if (!row->list)
        return add_regex(ask, row->pattern_of(ask->arena, ask->text), err);
    const Json *list = json_get(kwargs, row->list);
    if (!json_is(list, JSON_ARRAY) || !list->len)
        return wrong(ask, row->list, "a list of texts", err);
    for (uint32_t i = 0; i < list->len; i++) {
        if (list->items[i].type != JSON_STRING)
            return wrong(ask, row->list, "a list of texts", err);
        TRY(add_regex(ask, row->pattern_of(ask->arena, list->items[i].text), err));
    }
    return OK;
}

static Status read_ask(IfevalAsk *ask, const Json *kwargs, Err *err)
{
    TRY(read_numbers(ask, kwargs, err));
    TRY(read_relation(ask, kwargs, err));
    TRY(read_text(ask, kwargs, err));
    return read_regexes(ask, kwargs, err);
}

/* ---- verdicts ---- */

static Str without_asterisks(Arena *arena, Str s)
{
    StrBuf out = strbuf_make(arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '*')
            strbuf_addc(&out, s.ptr[i]);
    return strbuf_str(&out);
}

enum { VARIANTS = 8 };

/* The answer and its seven variants, in the reference's order. */
static void variants_of(Arena *arena, Str answer, Str out[VARIANTS])
{
    ptrdiff_t first = str_find_char(answer, '\n'), last = str_rfind_char(answer, '\n');
    Str no_first = first < 0 ? STR("") : utf8_strip(str_after(answer, (size_t)first + 1));
    Str no_last = last < 0 ? STR("") : utf8_strip(str_slice(answer, 0, (size_t)last));
    Str neither =
        first == last ? STR("") : utf8_strip(str_slice(answer, (size_t)first + 1, (size_t)last));
    out[0] = answer;
    out[1] = without_asterisks(arena, answer);
    out[2] = no_first;
    out[3] = no_last;
    out[4] = neither;
    for (size_t i = 2; i <= 4; i++)
        out[i + 3] = without_asterisks(arena, out[i]);
}

static Status follows(const IfevalAsk *ask, Str answer, bool *out, Err *err)
{
    SCOPED_ARENA(scratch);
    *out = false;
    if (!utf8_strip(answer).len)
        return OK;
    return ask->row->check(ask, answer, &scratch, out, err);
}

static Status judge(IfevalAsk *ask, const Json *kwargs, Str answer, IfevalVerdict *out, Err *err)
{
    Str variants[VARIANTS];
    bool followed = false;
    TRY(read_ask(ask, kwargs, err));
    answer = utf8_clean(ask->arena, answer);
    variants_of(ask->arena, answer, variants);
    for (size_t i = 0; i < VARIANTS && !followed; i++) {
        TRY(follows(ask, variants[i], &followed, err));
        if (!i)
            out->strict = followed;
    }
    out->loose = followed;
    return OK;
}

Status ifeval_check(Str id, const Json *kwargs, Str answer, IfevalVerdict *out, Err *err)
{
    SCOPED_ARENA(a);
    IfevalAsk ask = {.row = find(id), .arena = &a};
    IfevalVerdict verdict = {0};
    if (!ask.row)
        return err_set(err, E_PARSE, "unknown instruction \"" STR_FMT "\"", STR_ARG(id));
    Status status = judge(&ask, kwargs, answer, &verdict, err);
    for (size_t i = 0; i < ask.regexes.len; i++)
        regex_free(ask.regexes.items[i]);
    if (status == OK)
        *out = verdict;
    return status;
}
