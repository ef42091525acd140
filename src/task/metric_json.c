/* metric_json.c - answers in JSON: json_valid, json_schema, json_fields_f1. */
#include "task/metric_work.h"

#include "base/utf8.h"
#include "text/json_schema.h"

enum { MOST_FIELDS = 2000 };

typedef enum Form { FORM_ANY, FORM_RAW, FORM_FENCED } Form;

typedef struct JsonOptions {
    Form form;
    Field schema; /* a column or template that gives one */
    const JsonSchema *fixed;
} JsonOptions;

static const KeyRow keys[] = {{"form", T_STRING, NULL}};
static const KeyRow schema_keys[] = {{"form", T_STRING, NULL},
                                     {"schema", T_STRING | T_MAP | T_BOOL, NULL}};

/* ---- reading an answer ---- */

/* The JSON of an answer: all of it, or its first fenced block. *fenced tells which. */
static bool read_json(Arena *arena, Str answer, Json *out, bool *fenced)
{
    Str fence = STR("```");
    *fenced = false;
    if (json_parse(arena, utf8_strip(answer), out, NULL) == OK)
        return true;
    ptrdiff_t open = str_find(answer, fence);
    if (open < 0)
        return false;
    Str block = str_after(answer, (size_t)open + fence.len);
    ptrdiff_t line = str_find_char(block, '\n'), close;
    if (line < 0 || (close = str_find_from(block, fence, (size_t)line)) < 0)
        return false;
    *fenced = true;
    return json_parse(arena, utf8_strip(str_slice(block, (size_t)line, (size_t)close)), out,
                      NULL) == OK;
}

/* Whether the answer is JSON in the form asked for; else the reason is set. */
static bool answer_json(const ScoreInput *in, const JsonOptions *o, TaskScore *out, Json *value)
{
    bool fenced;
    out->value = 0;
    Str answer = metric_prediction(in, out);
    if (!read_json(in->arena, answer, value, &fenced)) {
        out->why = STR("is not JSON");
        return false;
    }
    out->why = fenced ? STR("JSON in a fence") : STR("raw JSON");
    return o->form == FORM_ANY || (o->form == FORM_FENCED) == fenced;
}

/* ---- keys ---- */

static Form form_of(Checker *c, const Json *entry)
{
    Str form = json_text_or(json_get(entry, "form"), STR("any"));
    if (str_eqc(form, "raw"))
        return FORM_RAW;
    if (str_eqc(form, "fenced"))
        return FORM_FENCED;
    if (!str_eqc(form, "any"))
        problem(c, json_get(entry, "form"), "\"form\" must be any, raw or fenced");
    return FORM_ANY;
}

static const void *prepare(Checker *c, const Json *entry)
{
    JsonOptions *o = ARENA_NEW(c->arena, JsonOptions);
    o->form = form_of(c, entry);
    return o;
}

static const void *prepare_schema(Checker *c, const Json *entry)
{
    JsonOptions *o = ARENA_NEW(c->arena, JsonOptions);
    const Json *schema = json_get(entry, "schema");
    Err err = {0};
    JsonSchema *fixed;
    Template *parsed;
    o->form = form_of(c, entry);
    if (!schema) {
        problem(c, entry,
                "metric \"json_schema\" needs a \"schema\": a mapping, or a column or "
                "template that gives one");
    } else if (schema->type != JSON_STRING) {
        if (json_schema_make(c->arena, schema, &fixed, &err) == OK)
            o->fixed = fixed;
        else
            problem(c, schema, "%s", err.msg);
    } else if (template_parse(c->arena, schema->text, "schema", &parsed, &err) == OK) {
        o->schema = (Field){.raw = schema, .template = parsed};
    } else {
        problem_why(c, (Reason){"template", STR("schema")}, schema, "%s", err.msg);
    }
    return o;
}

/* ---- json_valid ---- */

static Status valid(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Json value;
    out->value = answer_json(in, options->own, out, &value);
    return OK;
}

/* ---- json_schema ---- */

/* The schema of this document: a column that holds one, or a text that is one. */
static Status document_schema(const ScoreInput *in, const JsonOptions *o, const JsonSchema **out)
{
    FieldContext c = {in->bound->task, &in->bound->features, in->arena, in->err};
    Str text;
    JsonSchema *made;
    const Json *schema = json_get_str(&in->item->doc, o->schema.raw->text);
    if (!schema || schema->type == JSON_STRING) {
        Json *parsed = ARENA_NEW(in->arena, Json);
        TRY(field_plain(&c, &o->schema, &in->item->doc, &text));
        if (json_parse(in->arena, text, parsed, in->err) != OK)
            return err_wrap(in->err, "item %zu: the schema", in->item->position);
        schema = parsed;
    }
    if (json_schema_make(in->arena, schema, &made, in->err) != OK)
        return err_wrap(in->err, "item %zu", in->item->position);
    *out = made;
    return OK;
}

static Status by_schema(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    const JsonOptions *o = options->own;
    const JsonSchema *schema = o->fixed;
    Json value;
    if (!answer_json(in, o, out, &value))
        return OK;
    if (!schema)
        TRY(document_schema(in, o, &schema));
    Str complaint = json_schema_complaint(schema, &value, in->arena);
    out->value = !complaint.len;
    if (complaint.len)
        out->why = complaint;
    return OK;
}

/* ---- json_fields_f1 ---- */

typedef struct Fields {
    Arena *arena;
    VEC(Json) values;
    StrVec paths;
} Fields;

/* The leaves of a value with their paths; empty lists and mappings are leaves. A key stands behind
 * its length, so that "a/b" is no b inside a, and 0 in a mapping not the first of a list. */
static void collect(Fields *f, const Json *value, Str path)
{
    bool object = value->type == JSON_OBJECT, nested = object || value->type == JSON_ARRAY;
    if (f->paths.len >= MOST_FIELDS)
        return;
    if (!nested || !value->len) {
        vec_push(f->arena, &f->paths, path);
        vec_push(f->arena, &f->values, *value);
        return;
    }
    for (uint32_t i = 0; i < value->len && f->paths.len < MOST_FIELDS; i++) {
        StrBuf b = strbuf_make(f->arena, path.len + (object ? value->members[i].key.len : 0) + 24);
        strbuf_add(&b, path);
        if (object) {
            strbuf_addf(&b, "/%zu:", value->members[i].key.len);
            strbuf_add(&b, value->members[i].key);
        } else {
            strbuf_addf(&b, "#%u", i);
        }
        collect(f, object ? &value->members[i].value : &value->items[i], strbuf_str(&b));
    }
}

static Status gold_json(const ScoreInput *in, Json *out)
{
    *out = in->item->target;
    if (out->type != JSON_STRING)
        return OK;
    Str text = out->text;
    if (json_parse(in->arena, text, out, in->err) != OK)
        return err_wrap(in->err, "item %zu: the target", in->item->position);
    return OK;
}

static Status fields_f1(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Json value, gold;
    Fields got = {.arena = in->arena}, want = {.arena = in->arena};
    TRY(gold_json(in, &gold));
    if (!answer_json(in, options->own, out, &value))
        return OK;
    collect(&got, &value, (Str){0});
    collect(&want, &gold, (Str){0});
    Map at = {0};
    size_t same = 0;
    for (size_t i = 0; i < want.paths.len; i++)
        map_set(in->arena, &at, want.paths.items[i], &want.values.items[i]);
    for (size_t i = 0; i < got.paths.len; i++) {
        const Json *right = map_get(&at, got.paths.items[i]);
        same += right && json_same(right, &got.values.items[i]);
    }
    out->value = 2.0 * (double)same / (double)(got.paths.len + want.paths.len);
    out->why = str_printf(in->arena, "%zu fields are right, of %zu given and %zu expected", same,
                          got.paths.len, want.paths.len);
    return OK;
}

#define TEXT (1u << OUTPUT_GENERATE)

const MetricRow metric_json_valid = {"json_valid", "mean", true, TEXT, valid};
const MetricRow metric_json_schema = {"json_schema", "mean", true, TEXT, by_schema};
const MetricRow metric_json_fields = {"json_fields_f1", "mean", true, TEXT, fields_f1};
const MetricKeys metric_json_valid_keys = {&metric_json_valid, keys, COUNT(keys), NULL};
const MetricKeys metric_json_schema_keys = {&metric_json_schema, schema_keys, COUNT(schema_keys),
                                            NULL};
const MetricKeys metric_json_fields_keys = {&metric_json_fields, keys, COUNT(keys), NULL};
const MetricWork metric_json_valid_work = {&metric_json_valid, prepare, NULL, NULL, NULL, NULL};
const MetricWork metric_json_schema_work = {
    &metric_json_schema, prepare_schema, NULL, NULL, NULL, NULL};
const MetricWork metric_json_fields_work = {&metric_json_fields, prepare, NULL, NULL, NULL, NULL};
