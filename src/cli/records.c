/* records.c - recorded outputs as items and lists of outputs. */
#include "cli/records.h"

#include "base/map.h"
#include "template/template.h"

#include <ctype.h>

enum { MOST_MODELS = 1000 };

/* ---- fields of a record ---- */

typedef struct Field {
    Str text; /* a column's name, or the template's source; empty: not given */
    Template *template;
} Field;

typedef struct ModelOutputs {
    Str name;
    Field field;
    VEC(Str) outputs; /* by item; may be shorter than the items */
} ModelOutputs;

/* The columns that are looked for where no option names one; what stands first is taken. */
static const char *const usual[][6] = {
    {"id", "题号", "编号", "题目编号"},
    {"prompt", "提示词", "题目", "问题"},
    {"target", "标准答案", "参考答案", "正确答案"},
    {"output", "模型输出", "模型回答", "模型回复", "输出"},
    {"model", "模型", "模型名", "模型名称", "被测模型"},
};

typedef enum Part { PART_ID, PART_PROMPT, PART_TARGET, PART_OUTPUT, PART_MODEL, N_PARTS } Part;

typedef struct Reader {
    const Docs *docs;
    const RecordRules *rules;
    Arena *arena;
    Err *err;
    Field part[N_PARTS]; /* without a text: in no column */
    bool wide;           /* a record holds an output of each model */
    VEC(ModelOutputs *) models;
    Map model_by_name, item_by_id; /* -> ModelOutputs; -> number of the item + 1 */
    VEC(Json) items;
} Reader;

static Status make_field(Reader *r, const char *option, Str text, Field *out)
{
    *out = (Field){.text = text};
    if (!text.len)
        return OK;
    return template_parse(r->arena, text, option, &out->template, r->err);
}

static Str columns_of(Reader *r, const Json *record)
{
    StrBuf list = strbuf_make(r->arena, 400);
    for (uint32_t i = 0; i < record->len; i++)
        strbuf_addf(&list, "%s" STR_FMT, i ? ", " : "", STR_ARG(record->members[i].key));
    return strbuf_str(&list);
}

static Status no_column(Reader *r, const Json *record, Str name, const char *advice)
{
    return err_set(r->err, E_MISSING,
                   "there is no column \"" STR_FMT "\"%s; the columns are " STR_FMT, STR_ARG(name),
                   advice, STR_ARG(columns_of(r, record)));
}

/* The record's members as variables, and all of it as `item`. */
static Json variables_of(Arena *arena, const Json *record)
{
    Json vars = json_open(arena, record);
    json_set(arena, &vars, STR("item"), *record);
    return vars;
}

static Status field_value(Reader *r, const Field *f, const Json *record, Json *out)
{
    const Json *column = json_get_str(record, f->text);
    if (column) {
        *out = *column;
        return OK;
    }
    if (template_is_plain(f->template))
        return no_column(r, record, f->text, "");
    Json vars = variables_of(r->arena, record);
    Str text;
    Status status = template_render(f->template, &vars, r->arena, &text, r->err);
    if (status == E_MISSING) {
        size_t used = strlen(r->err->msg);
        snprintf(r->err->msg + used, sizeof r->err->msg - used, "; the columns are %s",
                 columns_of(r, record).ptr);
    }
    *out = json_str(text);
    return status;
}

/* ---- models ---- */

static ModelOutputs *add_model(Reader *r, Str name)
{
    ModelOutputs *m = ARENA_NEW(r->arena, ModelOutputs);
    m->name = name;
    vec_push(r->arena, &r->models, m);
    map_set(r->arena, &r->model_by_name, name, m);
    return m;
}

/* "NAME=TEMPLATE": a name is what stands before the first '=' and holds no blank, quote or
 * brace. */
static Str split_name(Str *text)
{
    for (size_t i = 0; i < text->len; i++) {
        unsigned char c = (unsigned char)text->ptr[i];
        if (c == '=' && i) {
            Str name = str_slice(*text, 0, i);
            *text = str_after(*text, i + 1);
            return name;
        }
        if (isspace(c) || strchr("{}'\"=", c))
            break;
    }
    return (Str){0};
}

static Status add_templates(Reader *r)
{
    const StrList *given = &r->rules->outputs;
    r->wide = given->len > 0;
    for (size_t i = 0; i < given->len; i++) {
        Str text = given->items[i], name = split_name(&text);
        if (!name.len && given->len == 1) { /* the model may stand in a column */
            r->wide = false;
            return make_field(r, "--output", text, &r->part[PART_OUTPUT]);
        }
        if (!name.len)
            return err_set(r->err, E_USAGE,
                           "with several --output each needs a model's name: NAME=" STR_FMT,
                           STR_ARG(text));
        if (map_has(&r->model_by_name, name))
            return err_set(r->err, E_USAGE, "two --output are named \"" STR_FMT "\"",
                           STR_ARG(name));
        TRY(make_field(r, "--output", text, &add_model(r, name)->field));
    }
    return OK;
}

static Status model_of(Reader *r, const Json *record, ModelOutputs **out)
{
    Json value = {0};
    if (r->part[PART_MODEL].text.len)
        TRY(field_value(r, &r->part[PART_MODEL], record, &value));
    Str name = value.text.len ? value.text : r->rules->model;
    *out = map_get(&r->model_by_name, name);
    if (*out)
        return OK;
    if (r->models.len >= MOST_MODELS)
        return err_set(r->err, E_LIMIT,
                       "more than %d models; is \"" STR_FMT "\" the column of model names?",
                       MOST_MODELS, STR_ARG(r->part[PART_MODEL].text));
    *out = add_model(r, name);
    return OK;
}

/* ---- items ---- */

static Status target_of(Reader *r, const Json *record, Json *out)
{
    if (!r->part[PART_TARGET].text.len)
        return no_column(r, record, STR("target"), "; say with --target where the right answer is");
    return field_value(r, &r->part[PART_TARGET], record, out);
}

static Status prompt_of(Reader *r, const Json *record, Json *out)
{
    *out = json_str(STR(""));
    if (r->part[PART_PROMPT].text.len)
        TRY(field_value(r, &r->part[PART_PROMPT], record, out));
    if (out->type != JSON_STRING) /* messages */
        *out = json_str(json_dump(r->arena, out));
    return OK;
}

/* A text or a number; empty when records have none. */
static Status id_of(Reader *r, const Json *record, Json *out)
{
    *out = (Json){0};
    if (r->part[PART_ID].text.len)
        TRY(field_value(r, &r->part[PART_ID], record, out));
    if ((out->type != JSON_STRING && out->type != JSON_NUMBER) || !out->text.len) {
        if (r->rules->id.len)
            return err_set(r->err, E_PARSE, "the id must be a text or a number that is not empty");
        *out = (Json){0};
    }
    return OK;
}

static Status keep_column(Reader *r, const Json *record, Str name, Json *item)
{
    const Json *column = json_get_str(record, name);
    if (!column)
        return no_column(r, record, name, " to keep");
    json_set(r->arena, item, name, *column);
    return OK;
}

static Status make_item(Reader *r, const Json *record, const Json *id, Json *out)
{
    Json item = {.type = JSON_OBJECT}, prompt = {0}, target = {0};
    TRY(prompt_of(r, record, &prompt));
    TRY(target_of(r, record, &target));
    if (id->type != JSON_NULL)
        json_set(r->arena, &item, STR("id"), *id);
    json_set(r->arena, &item, STR("prompt"), prompt);
    json_set(r->arena, &item, STR("target"), target);
    for (size_t i = 0; i < r->rules->keep.len; i++)
        TRY(keep_column(r, record, r->rules->keep.items[i], &item));
    if (r->rules->cluster.len)
        TRY(keep_column(r, record, r->rules->cluster, &item));
    *out = item;
    return OK;
}

/* The number of the record's item: records of several models share items by their id. */
static Status place_item(Reader *r, const Json *record, size_t *out)
{
    Json id, item;
    TRY(id_of(r, record, &id));
    TRY(make_item(r, record, &id, &item));
    uintptr_t known = id.type == JSON_NULL ? 0 : (uintptr_t)map_get(&r->item_by_id, id.text);
    if (known) {
        *out = known - 1;
        const Json *other = json_get(&r->items.items[*out], "target");
        if (!json_equal(other, json_get(&item, "target")))
            return err_set(r->err, E_CONFLICT,
                           "item \"" STR_FMT "\" has two different targets: " STR_FMT
                           " and " STR_FMT,
                           STR_ARG(id.text), STR_ARG(json_dump(r->arena, other)),
                           STR_ARG(json_dump(r->arena, json_get(&item, "target"))));
        return OK;
    }
    *out = r->items.len;
    vec_push(r->arena, &r->items, item);
    if (id.type != JSON_NULL)
        map_set(r->arena, &r->item_by_id, id.text, (void *)(uintptr_t)r->items.len);
    return OK;
}

static Status put_output(Reader *r, ModelOutputs *m, size_t item, const Json *value)
{
    while (m->outputs.len <= item)
        vec_push(r->arena, &m->outputs, (Str){0});
    if (m->outputs.items[item].ptr)
        return err_set(r->err, E_CONFLICT,
                       "model \"" STR_FMT
                       "\" has a second output for this item; one id, one output; "
                       "--model-column names the column that says whose output it is",
                       STR_ARG(m->name));
    if (value->type == JSON_NULL)
        return OK;
    Str text = value->type == JSON_STRING ? value->text : json_dump(r->arena, value);
    m->outputs.items[item] = text.ptr ? text : STR("");
    return OK;
}

/* ---- records ---- */

static Status read_record(Reader *r, const Json *record)
{
    size_t item;
    TRY(place_item(r, record, &item));
    if (r->wide) {
        for (size_t i = 0; i < r->models.len; i++) {
            Json value = {0};
            TRY(field_value(r, &r->models.items[i]->field, record, &value));
            TRY(put_output(r, r->models.items[i], item, &value));
        }
        return OK;
    }
    ModelOutputs *model;
    Json output = {0};
    if (!r->part[PART_OUTPUT].text.len)
        return no_column(r, record, STR("output"), "; say with --output where the output is");
    TRY(field_value(r, &r->part[PART_OUTPUT], record, &output));
    TRY(model_of(r, record, &model));
    return put_output(r, model, item, &output);
}

static Status check_ids(Reader *r)
{
    if (r->wide || r->models.len < 2 || r->item_by_id.len == r->items.len)
        return OK;
    return err_set(r->err, E_PARSE,
                   "outputs of %zu models need a column \"id\" that says which item each answers; "
                   "--id names another column or a template",
                   r->models.len);
}

static void finish(Reader *r, RecordedSet *out)
{
    RecordedModel *models = arena_array(r->arena, r->models.len + 1, sizeof *models);
    for (size_t i = 0; i < r->models.len; i++) {
        ModelOutputs *m = r->models.items[i];
        while (m->outputs.len < r->items.len)
            vec_push(r->arena, &m->outputs, (Str){0});
        models[i] = (RecordedModel){m->name, m->outputs.items};
    }
    out->items = r->items.items;
    out->n_items = r->items.len;
    out->models = models;
    out->n_models = r->models.len;
}

static Status given_fields(Reader *r)
{
    const RecordRules *rules = r->rules;
    TRY(make_field(r, "--id", rules->id, &r->part[PART_ID]));
    TRY(make_field(r, "--prompt", rules->prompt, &r->part[PART_PROMPT]));
    TRY(make_field(r, "--target", rules->target, &r->part[PART_TARGET]));
    TRY(make_field(r, "--model-column", rules->model_column, &r->part[PART_MODEL]));
    return add_templates(r);
}

/* Columns of a usual name for what no option names; `taken` tells of those in Chinese. */
static Status usual_fields(Reader *r, const Json *first, Str *taken)
{
    StrBuf list = strbuf_make(r->arena, 400);
    for (size_t p = 0; p < N_PARTS; p++)
        for (size_t i = 0; i < COUNT(usual[p]) && usual[p][i] && !r->part[p].text.len; i++) {
            if (!json_get(first, usual[p][i]) || (r->wide && p >= PART_OUTPUT))
                continue;
            TRY(make_field(r, usual[p][0], str_from(usual[p][i]), &r->part[p]));
            if (i)
                strbuf_addf(&list, "%s%s = %s", list.len ? ", " : "", usual[p][0], usual[p][i]);
        }
    *taken = strbuf_str(&list);
    return OK;
}

Status records_read(const Docs *docs, const RecordRules *rules, Arena *arena, RecordedSet *out,
                    Str *taken, Err *err)
{
    Reader r = {.docs = docs, .rules = rules, .arena = arena, .err = err};
    TRY(given_fields(&r));
    for (size_t i = 0; i < docs->len; i++) {
        Json *record = ARENA_NEW(arena, Json);
        TRY(docs->get(docs, i, arena, record, err));
        if (record->type != JSON_OBJECT)
            return err_set(err, E_PARSE, "record %zu is no object", i + 1);
        if (!i)
            TRY(usual_fields(&r, record, taken));
        if (read_record(&r, record) != OK)
            return err_wrap(err, "record %zu", i + 1);
    }
    TRY(check_ids(&r));
    finish(&r, out);
    return OK;
}
