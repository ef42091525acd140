/* metric_tags.c - tags of words and named entities, for native versions of aggregations.
 *
 * tag_accuracy: the share of tags that are right, as far as both lists go; its mean is what the
 * African part-of-speech tasks report. span_f1: named entities found, F1 of all items together
 * (Raffel et al. 2020, mT5's span metric, as the African entity tasks have it); its detail is
 * [right, wrong, missed]. */
#include "task/metric_work.h"

#include "base/utf8.h"
#include "text/normalise.h"

/* ---- tags ---- */

static void all_tags(const FilterValues *v, StrVec *out, Arena *arena)
{
    for (size_t i = 0; i < v->len; i++) {
        const Json *list = &v->items[i].json;
        for (uint32_t k = 0; list->type == JSON_ARRAY && k < list->len; k++)
            vec_push(arena, out, json_text(&list->items[k]));
    }
}

static Status tags(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    const Json *right = &in->item->target;
    StrVec got = {0};
    size_t same = 0;
    (void)options;
    if (right->type != JSON_ARRAY)
        return err_set(in->err, E_PARSE, "item %zu: doc_to_target gives no list of tags",
                       in->item->position);
    all_tags(in->values, &got, in->arena);
    size_t n = got.len < right->len ? got.len : right->len;
    for (size_t i = 0; i < n; i++)
        same += str_eq(got.items[i], json_text(&right->items[i]));
    out->found = in->values->len && in->values->items[0].found;
    out->value = n ? (double)same / (double)n : 0;
    if (in->values->len)
        out->extracted = python_str(in->arena, &in->values->items[0].json);
    out->why = str_printf(in->arena, "%zu of the first %zu tags are right; %zu given, %u expected",
                          same, n, got.len, right->len);
    return OK;
}

/* ---- entities ---- */

typedef struct Cleaning {
    Regex *punctuation, *article, *wide, *space;
} Cleaning;

static const void *prepare(Checker *c, const Json *entry)
{
    Cleaning *k = ARENA_NEW(c->arena, Cleaning);
    k->punctuation = compile_regex(
        c, entry, STR("[!-+,\\-./:;<=>?\\[\\]^_`{|}~\xE2\x80\xA2@]+")); /* all but the backslash */
    k->article = compile_regex(c, entry, STR("\\b(a|an|the)\\b"));
    k->wide = compile_regex(c, entry, STR("\\s{3,}|\\t"));
    k->space = compile_regex(c, entry, STR("\\s+"));
    return k;
}

static Status clean(const Cleaning *k, Str s, Arena *arena, Str *out, Err *err)
{
    TRY(regex_replace(k->punctuation, s, STR(" "), arena, &s, err));
    TRY(regex_replace(k->article, s, STR(" "), arena, &s, err));
    TRY(regex_replace(k->wide, s, (Str){0}, arena, &s, err));
    TRY(regex_replace(k->space, s, STR(" "), arena, &s, err));
    *out = text_lower(arena, s);
    return OK;
}

/* The parts of a text between separators. */
static void split(Str s, const char *by, StrVec *out, Arena *arena)
{
    Str mark = str_from(by);
    for (ptrdiff_t at; (at = str_find(s, mark)) >= 0; s = str_after(s, (size_t)at + mark.len))
        vec_push(arena, out, str_slice(s, 0, (size_t)at));
    vec_push(arena, out, s);
}

static void split_all(StrVec *parts, const char *by, Arena *arena)
{
    StrVec out = {0};
    for (size_t i = 0; i < parts->len; i++)
        split(parts->items[i], by, &out, arena);
    *parts = out;
}

typedef struct Entity {
    Str tag, name;
    bool taken;
} Entity;
typedef VEC(Entity) Entities;

static Status read_entities(const Cleaning *k, Str text, Arena *arena, Entities *out, Err *err)
{
    StrVec parts = {0};
    split(utf8_strip(text), "$", &parts, arena); /* "$$" leaves an empty part, which is none */
    for (size_t i = 0; i < parts.len; i++)
        parts.items[i] = utf8_strip(parts.items[i]);
    split_all(&parts, ". ", arena);
    split_all(&parts, ", ", arena);
    for (size_t i = 0; i < parts.len; i++) {
        StrVec halves = {0};
        Entity e = {0};
        split(utf8_strip(parts.items[i]), ": ", &halves, arena);
        if (halves.len != 2)
            continue;
        TRY(clean(k, utf8_strip(halves.items[0]), arena, &e.tag, err));
        TRY(clean(k, utf8_strip(halves.items[1]), arena, &e.name, err));
        vec_push(arena, out, e);
    }
    return OK;
}

static bool take(Entities *from, const Entity *e)
{
    for (size_t i = 0; i < from->len; i++) {
        Entity *one = &from->items[i];
        if (one->taken || !str_eq(one->tag, e->tag) || !str_eq(one->name, e->name))
            continue;
        one->taken = true;
        return true;
    }
    return false;
}

static Str all_text(const ScoreInput *in)
{
    StrBuf b = strbuf_make(in->arena, (size_t)64 << 20);
    for (size_t i = 0; i < in->values->len; i++) {
        strbuf_adds(&b, i ? " " : "");
        strbuf_add(&b, utf8_strip(python_str(in->arena, &in->values->items[i].json)));
    }
    return strbuf_str(&b);
}

static Status entities(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Entities right = {0}, got = {0};
    Str answer = all_text(in);
    size_t same = 0;
    TRY(read_entities(options->own, in->item->target_text, in->arena, &right, in->err));
    TRY(read_entities(options->own, answer, in->arena, &got, in->err));
    for (size_t i = 0; i < got.len; i++)
        same += take(&right, &got.items[i]);
    out->found = in->values->len && in->values->items[0].found;
    out->extracted = answer;
    out->value = right.len + got.len ? 2.0 * (double)same / (double)(right.len + got.len) : 0;
    out->detail = str_printf(in->arena, "[%zu,%zu,%zu]", same, got.len - same, right.len - same);
    out->why = str_printf(in->arena, "%zu entities found, %zu wrong, %zu missed", same,
                          got.len - same, right.len - same);
    return OK;
}

#define TEXT (1u << OUTPUT_GENERATE)

const MetricRow metric_tag_accuracy = {"tag_accuracy", "mean", true, TEXT, tags};
const MetricRow metric_span_f1 = {"span_f1", "span_f1", true, TEXT, entities};
const MetricWork metric_span_f1_work = {&metric_span_f1, prepare, NULL, NULL, NULL, NULL};
