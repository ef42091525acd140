/* metric_match.c - exact_match on generated text. */
#include "task/parts.h"

#include "base/utf8.h"
#include "text/normalise.h"

enum { QUOTE = 70 }; /* bytes of an answer in a reason */

/* numpy keeps texts in fixed cells, so NULs at the end are lost. */
static Str without_last_nuls(Str s)
{
    while (s.len && !s.ptr[s.len - 1])
        s.len--;
    return s;
}

Status metric_prepare_text(const ScoreInput *in, const MetricOptions *o, Str text, Str *out)
{
    for (size_t i = 0; i < o->n_ignore; i++)
        TRY(regex_replace(o->ignore[i], text, (Str){0}, in->arena, &text, in->err));
    if (o->ignore_case)
        text = text_lower(in->arena, text);
    if (o->ignore_punctuation)
        text = text_drop_ascii_punctuation(in->arena, text);
    if (o->ignore_numbers)
        text = text_drop_digits(in->arena, text);
    *out = without_last_nuls(text);
    return OK;
}

/* A text where a list of right answers is the rule counts as its characters. */
static void split_characters(Arena *arena, Str text, StrVec *out)
{
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        utf8_next(text, &at);
        vec_push(arena, out, str_slice(text, start, at));
    }
}

static Status chosen_reference(const ScoreInput *in, StrVec *out)
{
    const TaskItem *item = in->item;
    int64_t index;
    if (!json_as_index(&item->target, &index))
        return err_set(in->err, E_PARSE,
                       "doc_to_target must give the number of a choice, not " STR_FMT,
                       STR_ARG(python_str(in->arena, &item->target)));
    index += index < 0 ? (int64_t)item->n_choices : 0;
    if (index < 0 || index >= (int64_t)item->n_choices)
        return err_set(in->err, E_PARSE, "the right answer is number %lld, of %zu choices",
                       (long long)index, item->n_choices);
    vec_push(in->arena, out, item->choices[index]);
    return OK;
}

Status metric_references(const ScoreInput *in, StrVec *out)
{
    const Json *target = &in->item->target;
    if (in->bound->task->parts->item.choice.raw)
        return chosen_reference(in, out);
    if (in->bound->multiple_target && target->type == JSON_ARRAY)
        for (uint32_t i = 0; i < target->len; i++)
            vec_push(in->arena, out, python_str(in->arena, &target->items[i]));
    else
        vec_push(in->arena, out, python_str(in->arena, target));
    return OK;
}

Str metric_prediction(const ScoreInput *in, TaskScore *out)
{
    const FilterValues *v = in->values;
    if (!v->len)
        return (Str){0};
    out->found = v->items[0].found;
    out->extracted = python_str(in->arena, &v->items[0].json);
    return out->extracted;
}

Str metric_compared(const ScoreInput *in, Str extracted)
{
    Str got = utf8_cut(extracted, QUOTE), want = utf8_cut(in->item->target_text, QUOTE);
    return str_printf(in->arena, "extracted \"" STR_FMT "\", expected \"" STR_FMT "\"",
                      STR_ARG(got), STR_ARG(want));
}

Status metric_right_answers(const ScoreInput *in, const MetricOptions *options, StrVec *out)
{
    if (in->bound->multiple_target && in->item->target.type == JSON_STRING &&
        !in->bound->task->parts->item.choice.raw)
        split_characters(in->arena, in->item->target.text, out);
    else
        TRY(metric_references(in, out));
    const Pipeline *pipeline = &in->bound->task->parts->pipelines[in->filter];
    for (size_t i = 0; i < out->len; i++) {
        out->items[i] = filter_target(pipeline, &in->item->doc, out->items[i], in->arena);
        TRY(metric_prepare_text(in, options, out->items[i], &out->items[i]));
    }
    return OK;
}

/* Whether any right answer equals one prediction. */
static Status matches(const ScoreInput *in, const MetricOptions *o, Str prediction,
                      const StrVec *right, bool *out)
{
    Str got;
    TRY(metric_prepare_text(in, o, prediction, &got));
    *out = false;
    for (size_t i = 0; i < right->len; i++)
        *out |= str_eq(got, right->items[i]);
    return OK;
}

static Status exact_match(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    StrVec right = {0};
    TRY(metric_right_answers(in, options, &right));
    const FilterValues *v = in->values;
    size_t hits = 0;
    for (size_t i = 0; i < v->len; i++) {
        bool hit;
        TRY(matches(in, options, python_str(in->arena, &v->items[i].json), &right, &hit));
        hits += hit;
        out->found = out->found && v->items[i].found;
    }
    /* A pipeline that does not end in take_first leaves a list: its mean counts. */
    out->value = v->len ? (double)hits / (double)v->len : 0.0;
    if (in->bound->multiple_target)
        out->value = out->value > 0 ? 1.0 : 0.0;
    if (v->len)
        out->extracted = python_str(in->arena, &v->items[0].json);
    out->why = metric_compared(in, out->extracted);
    return OK;
}

const MetricRow metric_exact_match = {"exact_match", "mean", true, 1u << OUTPUT_GENERATE,
                                      exact_match};
