/* turns.c - one document as turns of a prompt: the question, and for an example its answer. */
#include "task/parts.h"

#include "base/utf8.h"

static bool ends_in_space(Str s)
{
    return s.len && utf8_rstrip(s).len < s.len;
}

static bool starts_with_space(Str s)
{
    return s.len && utf8_lstrip(s).len < s.len;
}

/* Whether two texts that meet need something between them. */
static bool need_delimiter(Str before, Str after)
{
    return before.len && !ends_in_space(before) && !starts_with_space(after);
}

Str join_delimited(Arena *arena, Str before, Str after, Str delimiter)
{
    if (!before.len)
        return after;
    if (!after.len)
        return before;
    Str between = need_delimiter(before, after) ? delimiter : (Str){0};
    StrBuf out = strbuf_make(arena, before.len + between.len + after.len + 1);
    strbuf_add(&out, before);
    strbuf_add(&out, between);
    strbuf_add(&out, after);
    return strbuf_str(&out);
}

/* The text of the right answer; *has tells whether there is one. */
static Status answer_text(const FieldContext *c, const Json *target, const Str *choices,
                          size_t n_choices, Str *out, bool *has)
{
    int64_t index;
    *has = target->type != JSON_NULL && !(target->type == JSON_STRING && !target->text.len);
    if (!*has)
        return OK;
    const Json *value = target;
    if (target->type == JSON_ARRAY) {
        if (!target->len)
            return err_set(c->err, E_PARSE, "doc_to_target gives an empty list");
        value = &target->items[0];
    }
    bool whole = json_is(value, JSON_BOOL) || json_is_int(value);
    if (n_choices && whole && json_as_index(value, &index)) {
        int64_t at = index < 0 ? index + (int64_t)n_choices : index;
        if (at < 0 || at >= (int64_t)n_choices)
            return err_set(c->err, E_PARSE, "the right answer is number %lld, of %zu choices",
                           (long long)index, n_choices);
        *out = choices[at];
        return OK;
    }
    *out = python_str(c->arena, value);
    return OK;
}

static Status question_text(const FieldContext *c, const Json *q, const Str *choices,
                            size_t n_choices, bool multiple_input, Str *out)
{
    int64_t index;
    if (multiple_input && json_as_index(q, &index)) {
        if (index < 0 || index >= (int64_t)n_choices)
            return err_set(c->err, E_PARSE, "doc_to_text gives choice %lld, of %zu",
                           (long long)index, n_choices);
        *out = choices[index];
        return OK;
    }
    if (q->type != JSON_STRING)
        return err_set(c->err, E_PARSE, "doc_to_text gives " STR_FMT ", which is not text",
                       STR_ARG(python_str(c->arena, q)));
    *out = q->text;
    return OK;
}

void turns_put(const FieldContext *c, const Style *style, Str question, Str prefix,
               const Str *answer, Turns *out)
{
    bool delimit = answer && !prefix.len ? true : prefix.len && need_delimiter(question, prefix);
    vec_push(c->arena, out, (Turn){"user", question, delimit ? style->target_delimiter : (Str){0}});
    if (answer)
        vec_push(c->arena, out,
                 (Turn){"assistant", join_delimited(c->arena, prefix, *answer, STR(" ")),
                        style->fewshot_delimiter});
    else if (prefix.len)
        vec_push(c->arena, out, (Turn){"assistant", prefix, {0}});
}

Status turns_example(const FieldContext *c, const Json *doc, bool multiple_input, Turns *out)
{
    const Style *style = &c->task->parts->shot;
    Json q, target;
    Str *choices = NULL, question, answer = {0}, prefix;
    size_t n = 0;
    bool has;
    TRY(field_text(c, &style->text, doc, &q));
    if (style->choice.raw)
        TRY(field_choices(c, &style->choice, doc, &choices, &n));
    TRY(field_target(c, &style->target, doc, &target));
    TRY(field_plain(c, &style->prefix, doc, &prefix));
    TRY(question_text(c, &q, choices, n, multiple_input, &question));
    TRY(answer_text(c, &target, choices, multiple_input ? 0 : n, &answer, &has));
    turns_put(c, style, question, prefix, has ? &answer : NULL, out);
    return OK;
}
