/* filter_extract.c - extract: the answer a text commits to, read by text/extract.h. */
#include "task/parts.h"

#include "text/extract.h"

static const KeyRow extract_keys[] = {{"kind", T_STRING, NULL},
                                      {"options", T_STRING | T_INT | T_NUMBER | T_LIST, NULL},
                                      {"yes", T_STRING, NULL},
                                      {"no", T_STRING, NULL}};

static void check_options(Checker *c, const Json *options, ExtractKind kind)
{
    const Json *value = json_get(options, "options");
    int64_t n = json_int(value, 0);
    if (!value)
        return;
    if (kind != EXTRACT_CHOICE && kind != EXTRACT_MULTI_CHOICE)
        problem(c, value, "\"options\" belong to the kinds choice and multi_choice");
    else if (value->type == JSON_NUMBER && (n < 2 || n > EXTRACT_OPTIONS))
        problem(c, value, "\"options\" must be 2 to %d, a column, or a list of columns or texts",
                EXTRACT_OPTIONS);
    else if (value->type == JSON_ARRAY && (value->len < 2 || value->len > EXTRACT_OPTIONS))
        problem(c, value, "\"options\" lists %u, but 2 to %d can be chosen from", value->len,
                EXTRACT_OPTIONS);
}

static void prepare(Checker *c, const Json *options, Filter *out)
{
    ExtractKind kind = EXTRACT_TEXT;
    const Json *name = json_get(options, "kind");
    if (!json_is(name, JSON_STRING) || !extract_kind_parse(name->text, &kind)) {
        problem(c, name ? name : options,
                "\"kind\" must be choice, multi_choice, number, yes_no or text");
        return;
    }
    out->number = kind;
    check_options(c, options, kind);
    for (int i = 0; i < 2; i++) {
        const Json *word = json_get(options, i ? "no" : "yes");
        if (word && kind != EXTRACT_YES_NO)
            problem(c, word, "\"%s\" belongs to the kind yes_no", i ? "no" : "yes");
    }
}

/* Texts of options: a list, or datasets' {"text": [...], "label": [...]}. */
static void take_texts(const Json *list, Arena *arena, ExtractOptions *out)
{
    if (json_is(list, JSON_OBJECT))
        list = json_get(list, "text");
    if (!json_is(list, JSON_ARRAY) || !list->len || list->len > EXTRACT_OPTIONS)
        return;
    Str *texts = arena_array(arena, list->len, sizeof *texts);
    for (uint32_t i = 0; i < list->len; i++)
        texts[i] = python_str(arena, &list->items[i]);
    out->texts = texts;
    out->n = list->len;
}

/* A list whose every text is a column of the document stands for the columns' values. */
static void take_columns(const Json *list, const Json *doc, Arena *arena, ExtractOptions *out)
{
    Json values = {.type = JSON_ARRAY};
    for (uint32_t i = 0; i < list->len; i++) {
        const Json *value = json_get_str(doc, json_text(&list->items[i]));
        if (!value) {
            take_texts(list, arena, out);
            return;
        }
        json_append(arena, &values, *value);
    }
    take_texts(&values, arena, out);
}

static ExtractOptions options_of(const Filter *f, const Json *doc, Arena *arena)
{
    ExtractOptions o = {.kind = (ExtractKind)f->number};
    const Json *said = json_get(f->options, "options");
    if (json_is(said, JSON_NUMBER))
        o.n = (size_t)json_int(said, 0);
    else if (json_is(said, JSON_ARRAY))
        take_columns(said, doc, arena, &o);
    else if (said)
        take_texts(json_get_str(doc, said->text), arena, &o);
    else if (o.kind == EXTRACT_CHOICE || o.kind == EXTRACT_MULTI_CHOICE)
        take_texts(json_get(doc, "choices"), arena, &o);
    return o;
}

/* "yes" and "no" in the task's own words. */
static Str in_own_words(const Filter *f, Str value)
{
    if (f->number != EXTRACT_YES_NO)
        return value;
    if (str_eqc(value, "yes"))
        return json_text_or(json_get(f->options, "yes"), value);
    return str_eqc(value, "no") ? json_text_or(json_get(f->options, "no"), value) : value;
}

static Status apply(const Filter *f, const Json *doc, Arena *arena, FilterValues *v, Err *err)
{
    FilterValue *out = arena_array(arena, v->len, sizeof *out);
    ExtractOptions o = options_of(f, doc, arena);
    for (size_t i = 0; i < v->len; i++) {
        const FilterValue *in = &v->items[i];
        Extracted e;
        if (in->json.type != JSON_STRING)
            return err_set(err, E_PARSE, "\"extract\" needs text, but was given " STR_FMT,
                           STR_ARG(python_str(arena, &in->json)));
        extract_answer(&o, in->json.text, arena, &e);
        out[i].json = json_str(e.found ? in_own_words(f, e.value) : STR("[no answer]"));
        out[i].found = e.found && in->found;
        out[i].rule = str_from(e.rule);
        out[i].steps = extract_step_names(e.steps, arena);
    }
    v->items = out;
    return OK;
}

Str filter_target(const Pipeline *p, const Json *doc, Str target, Arena *arena)
{
    for (size_t i = p->len; i-- > 0;)
        if (p->steps[i].row == &filter_extract) {
            ExtractOptions o = options_of(&p->steps[i], doc, arena);
            return in_own_words(&p->steps[i], extract_target(&o, target, arena));
        }
    return target;
}

bool task_extracts(const Task *task)
{
    for (size_t i = 0; i < task->n_filters; i++)
        for (size_t k = 0; k < task->parts->pipelines[i].len; k++)
            if (task->parts->pipelines[i].steps[k].row == &filter_extract)
                return true;
    return false;
}

const FilterRow filter_extract = {.name = "extract",
                                  .keys = extract_keys,
                                  .n_keys = COUNT(extract_keys),
                                  .prepare = prepare,
                                  .apply = apply};
