/* field.c - doc_to_text, doc_to_target, doc_to_choice: a document becomes values.
 *
 * The rules are lm-evaluation-harness's: text that equals a column name gives the column's
 * value with its type; other text is a template; digits become a number when the task has
 * choices; "[...]" as a target is read as a Python list. */
#include "task/native.h"

#include "template/literal.h"

#include <math.h>

bool json_as_index(const Json *value, int64_t *out)
{
    if (json_is(value, JSON_BOOL)) {
        *out = value->boolean;
        return true;
    }
    if (!json_is(value, JSON_NUMBER))
        return false;
    double number = json_number(value, NAN);
    if (!(fabs(number) < 1e15) || number != floor(number))
        return false;
    *out = (int64_t)number;
    return true;
}

Str python_str(Arena *arena, const Json *value)
{
    if (value->type == JSON_STRING)
        return value->text;
    StrBuf out = strbuf_make(arena, (size_t)16 << 20);
    literal_str(&out, value);
    return strbuf_str(&out);
}

static bool all_digits(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > 0;
}

/* The column's value, or the rendered text. */
static Status evaluate(const FieldContext *c, const Field *f, const Json *doc, Json *out)
{
    if (!f->raw) {
        *out = json_str((Str){0});
        return OK;
    }
    if (f->native) {
        NativeWords words = native_words(f->raw);
        Json vars = native_vars(c->arena, doc, &words);
        return template_value(f->template, &vars, c->arena, out, c->err);
    }
    if (f->raw->type != JSON_STRING) {
        *out = *f->raw;
        return OK;
    }
    Str text = f->raw->text;
    if (json_get_str(c->features, text)) {
        const Json *value = json_get_str(doc, text);
        if (!value)
            return err_set(c->err, E_MISSING, "the document has no column \"" STR_FMT "\"",
                           STR_ARG(text));
        *out = *value;
        return OK;
    }
    if (template_is_plain(f->template)) {
        *out = *f->raw;
        return OK;
    }
    Str rendered;
    TRY(template_render(f->template, doc, c->arena, &rendered, c->err));
    *out = json_str(rendered);
    return OK;
}

static bool from_template(const FieldContext *c, const Field *f)
{
    return json_is(f->raw, JSON_STRING) && !json_get_str(c->features, f->raw->text);
}

static bool has_choices(const FieldContext *c)
{
    return c->task->parts->item.choice.raw != NULL;
}

Status field_text(const FieldContext *c, const Field *f, const Json *doc, Json *out)
{
    TRY(evaluate(c, f, doc, out));
    if (from_template(c, f) && has_choices(c) && all_digits(out->text))
        return literal_eval(c->arena, out->text, out, c->err);
    return OK;
}

Status field_target(const FieldContext *c, const Field *f, const Json *doc, Json *out)
{
    TRY(evaluate(c, f, doc, out));
    if (!from_template(c, f))
        return OK;
    Str text = out->text;
    if (has_choices(c) && all_digits(text))
        return literal_eval(c->arena, text, out, c->err);
    Json list;
    if (text.len >= 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']' &&
        literal_eval(c->arena, text, &list, NULL) == OK)
        *out = list;
    return OK;
}

/* Choices as texts. Numbers in a column are printed: only their text can be scored. */
static Status choice_list(const FieldContext *c, const Json *list, Str **out, size_t *n)
{
    Str *texts = arena_array(c->arena, list->len, sizeof *texts);
    for (uint32_t i = 0; i < list->len; i++) {
        const Json *one = list->type == JSON_ARRAY ? &list->items[i] : &list->members[i].value;
        texts[i] = python_str(c->arena, one);
    }
    *out = texts;
    *n = list->len;
    return OK;
}

Status field_choices(const FieldContext *c, const Field *f, const Json *doc, Str **out, size_t *n)
{
    Json value;
    TRY(evaluate(c, f, doc, &value));
    if (from_template(c, f)) {
        Str text = value.text;
        if (literal_eval(c->arena, text, &value, NULL) != OK)
            return err_set(c->err, E_PARSE,
                           "doc_to_choice gives \"" STR_FMT "\", which is not a list such as "
                           "['a', 'b']",
                           STR_ARG(text));
    }
    if (value.type != JSON_ARRAY && value.type != JSON_OBJECT)
        return err_set(c->err, E_PARSE, "doc_to_choice gives no list but " STR_FMT,
                       STR_ARG(python_str(c->arena, &value)));
    if (!value.len)
        return err_set(c->err, E_PARSE, "doc_to_choice gives an empty list");
    return choice_list(c, &value, out, n);
}

Status field_plain(const FieldContext *c, const Field *f, const Json *doc, Str *out)
{
    *out = (Str){0};
    if (!json_is(f->raw, JSON_STRING) || !f->raw->text.len)
        return OK;
    const Json *column = json_get_str(doc, f->raw->text);
    if (column) {
        *out = column->type == JSON_NULL ? str_from(NULL) : python_str(c->arena, column);
        return OK;
    }
    if (template_is_plain(f->template)) {
        *out = f->raw->text;
        return OK;
    }
    return template_render(f->template, doc, c->arena, out, c->err);
}
