/* resolve.c - a merged task file becomes a Task: defaults filled in, templates parsed. */
#include "task/metric_work.h"
#include "task/reshape.h"

/* The file each key came from, for messages. */
static void look_at(Checker *c, const RawConfig *raw, const char *key)
{
    const char *file = map_get(&raw->origin, str_from(key));
    c->file = file ? file : raw->file;
}

static const Json *present(const Json *object, const char *key)
{
    const Json *value = json_get(object, key);
    return value && value->type != JSON_NULL ? value : NULL;
}

static void check_origins(Checker *c, const RawConfig *raw)
{
    for (uint32_t i = 0; i < raw->object.len; i++) {
        Json one = {.type = JSON_OBJECT, .len = 1, .members = &raw->object.members[i]};
        const char *file = map_get(&raw->origin, one.members->key);
        c->file = file ? file : raw->file;
        check_keys(c, &one, task_keys, n_task_keys);
    }
}

static Field make_field(Checker *c, const char *key, const Json *value)
{
    Field field = {.raw = value};
    Str source = json_text(value);
    if (json_get(value, "!function")) {
        const Native *native = native_of(c, value, key);
        if (!native)
            return field;
        source = json_text(json_get(native->entry, "value"));
        field.native = true;
    } else if (!json_is(value, JSON_STRING)) {
        return field;
    }
    Err err = {0};
    Template *parsed;
    if (template_parse(c->arena, source, key, &parsed, &err) == OK)
        field.template = parsed;
    else
        problem_why(c, (Reason){"template", str_from(key)}, value, "%s", err.msg);
    return field;
}

/* A list or map of choices must hold text: lm-evaluation-harness measures its length. */
static void check_choices(Checker *c, const Json *choices)
{
    if (!choices || choices->type == JSON_STRING || json_get(choices, "!function"))
        return;
    if (!choices->len)
        problem(c, choices, "\"doc_to_choice\" is empty");
    for (uint32_t i = 0; i < choices->len; i++) {
        const Json *one =
            choices->type == JSON_ARRAY ? &choices->items[i] : &choices->members[i].value;
        if (one->type != JSON_STRING)
            problem(c, one, "choice %u must be text; put it in quotes", i + 1);
    }
}

typedef struct StyleKeys {
    const Json *own, *inherited; /* own keys win */
} StyleKeys;

static const Json *style_key(Checker *c, const RawConfig *raw, const StyleKeys *keys,
                             const char *key)
{
    const Json *own = present(keys->own, key);
    look_at(c, raw, own && keys->inherited ? "fewshot_config" : key);
    return own || !keys->inherited ? own : present(keys->inherited, key);
}

static Style make_style(Checker *c, const RawConfig *raw, StyleKeys keys)
{
    Style s = {0};
    const Json *v = style_key(c, raw, &keys, "doc_to_text");
    s.text = make_field(c, "doc_to_text", v);
    v = style_key(c, raw, &keys, "doc_to_target");
    s.target = make_field(c, "doc_to_target", v);
    v = style_key(c, raw, &keys, "doc_to_choice");
    check_choices(c, v);
    s.choice = make_field(c, "doc_to_choice", v);
    v = style_key(c, raw, &keys, "gen_prefix");
    s.prefix = make_field(c, "gen_prefix", v);
    s.target_delimiter = json_text_or(style_key(c, raw, &keys, "target_delimiter"), STR(" "));
    s.fewshot_delimiter = json_text_or(style_key(c, raw, &keys, "fewshot_delimiter"), STR("\n\n"));
    return s;
}

static void resolve_styles(Checker *c, const RawConfig *raw, Task *task)
{
    const Json *o = &raw->object, *own = present(o, "fewshot_config");
    size_t before = c->problems->len;
    task->parts->item = make_style(c, raw, (StyleKeys){.own = o});
    size_t after = c->problems->len;
    /* Without keys of their own the examples repeat the same problems: say them once. */
    task->parts->shot = own ? make_style(c, raw, (StyleKeys){own, o}) : task->parts->item;
    if (after != before)
        c->problems->len = after;
    look_at(c, raw, "description");
    task->parts->description = make_field(c, "description", present(o, "description"));
}

static void resolve_sampler(Checker *c, const Json *fewshot, TaskParts *parts)
{
    Str sampler = json_text_or(present(fewshot, "sampler"), STR("default"));
    parts->first_n = str_eqc(sampler, "first_n");
    if (!parts->first_n && !str_eqc(sampler, "default"))
        problem(c, json_get(fewshot, "sampler"),
                "unknown sampler \"" STR_FMT "\"; known: default, first_n", STR_ARG(sampler));
    const Json *samples = present(fewshot, "samples");
    for (uint32_t i = 0; json_is(samples, JSON_ARRAY) && i < samples->len; i++)
        if (samples->items[i].type != JSON_OBJECT)
            problem(c, &samples->items[i], "a few-shot sample must be a mapping");
    if (json_get(samples, "!function"))
        native_of(c, samples, "samples"); /* one that is known has become its list */
    parts->samples = json_is(samples, JSON_ARRAY) ? samples : NULL;
}

static int resolve_count(Checker *c, const RawConfig *raw, const char *key, int least, int most)
{
    const Json *value = present(&raw->object, key);
    look_at(c, raw, key);
    int64_t n = json_int(value, least);
    if (value && json_is_int(value) && (n < least || n > most)) {
        problem(c, value, "\"%s\" must be between %d and %d", key, least, most);
        return least;
    }
    return (int)n;
}

/* Where examples come from: the split named for them, own samples, then the rest. */
static void resolve_fewshot(Checker *c, const RawConfig *raw, Task *task)
{
    const Json *o = &raw->object, *fewshot = present(o, "fewshot_config");
    TaskParts *parts = task->parts;
    look_at(c, raw, "fewshot_config");
    if (json_is(fewshot, JSON_OBJECT)) {
        c->where = STR("fewshot_config: ");
        check_keys(c, fewshot, fewshot_keys, n_fewshot_keys);
        resolve_sampler(c, fewshot, parts);
        c->where = (Str){0};
    }
    Str named = json_text_or(json_get(fewshot, "split"), json_text(json_get(o, "fewshot_split")));
    /* lm-evaluation-harness compares the two names, and none equals none. */
    parts->drop_self = str_eq(named, json_text(json_get(o, "test_split")));
    if (named.len)
        parts->samples = NULL;
    static const char *const fallback[] = {"training_split", "validation_split", "test_split"};
    for (size_t i = 0; i < COUNT(fallback) && !named.len && !parts->samples; i++)
        named = json_text(json_get(o, fallback[i]));
    task->fewshot_split = named;
    task->num_fewshot = resolve_count(c, raw, "num_fewshot", 0, LIMIT_FEWSHOT);
    const Json *n = present(o, "num_fewshot");
    parts->shots_fixed_at_zero = n && json_int(n, 1) == 0;
}

static Str scalar_text(const Json *value)
{
    return json_is(value, JSON_NUMBER) ? value->text : json_text(value);
}

static void resolve_output(Checker *c, const RawConfig *raw, Task *task)
{
    static const char *const names[] = {[OUTPUT_MULTIPLE_CHOICE] = "multiple_choice",
                                        [OUTPUT_GENERATE] = "generate_until",
                                        [OUTPUT_LOGLIKELIHOOD] = "loglikelihood",
                                        [OUTPUT_ROLLING] = "loglikelihood_rolling"};
    const Json *value = present(&raw->object, "output_type");
    Str name = json_text_or(value, STR("generate_until"));
    look_at(c, raw, "output_type");
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_eqc(name, names[i])) {
            task->output_type = (OutputType)i;
            return;
        }
    task->output_type = OUTPUT_LOGLIKELIHOOD; /* asks least, so that no more is said below */
    problem_why(c, (Reason){"output_type", name}, value,
                "unknown output_type \"" STR_FMT "\"; known: generate_until, loglikelihood, "
                "loglikelihood_rolling, multiple_choice",
                STR_ARG(name));
}

static void require(Checker *c, const RawConfig *raw, const char *key, const char *why)
{
    if (present(&raw->object, key))
        return;
    c->file = raw->file;
    problem_why(c, (Reason){"missing key", str_from(key)}, &raw->object, "\"%s\" is missing: %s",
                key, why);
}

static void check_required(Checker *c, const RawConfig *raw, const Task *task, bool needs_data)
{
    if (task->output_type != OUTPUT_ROLLING)
        require(c, raw, "doc_to_text", "it makes the prompt");
    require(c, raw, "doc_to_target", "it makes the right answer");
    if (task->output_type == OUTPUT_MULTIPLE_CHOICE)
        require(c, raw, "doc_to_choice", "multiple_choice needs the choices");
    if (!needs_data)
        return;
    require(c, raw, "dataset_path", "it names the data set");
    if (!present(&raw->object, "test_split"))
        require(c, raw, "validation_split", "there is no test_split either to evaluate on");
}

/* What is declared for this program goes before a function, which others run. */
static void resolve_documents(Checker *c, const RawConfig *raw, Task *task)
{
    const Json *declared = json_path(&raw->object, "metadata.assay.process_docs");
    const Json *function = present(&raw->object, "process_docs");
    if (declared) {
        look_at(c, raw, "metadata");
        c->where = STR("process_docs: ");
        task->parts->reshape = reshape_prepare(c, declared, NULL);
        c->where = (Str){0};
        return;
    }
    look_at(c, raw, "process_docs");
    const Native *native =
        json_get(function, "!function") ? native_of(c, function, "process_docs") : NULL;
    if (!native)
        return;
    NativeWords words = native_words(function);
    task->parts->reshape = reshape_prepare(c, json_get(native->entry, "steps"), &words);
}

static void resolve_names(const RawConfig *raw, Task *task)
{
    const Json *o = &raw->object;
    task->name = json_text(json_get(o, "task"));
    const Json *alias = present(o, "task_alias");
    task->alias = alias ? scalar_text(alias) : task->name;
    task->file = raw->file;
    task->dataset_path = json_text(json_get(o, "dataset_path"));
    const Json *part = present(o, "dataset_name");
    task->dataset_name = part ? scalar_text(part) : STR("default");
    task->test_split =
        json_text_or(json_get(o, "test_split"), json_text(json_get(o, "validation_split")));
    task->version = scalar_text(json_path(o, "metadata.version"));
}

/* A function that loads the data: one that is known reads a part of the data set. */
static void resolve_dataset(Checker *c, const RawConfig *raw, Task *task)
{
    const Json *custom = present(&raw->object, "custom_dataset");
    look_at(c, raw, "custom_dataset");
    const Native *native =
        json_get(custom, "!function") ? native_of(c, custom, "custom_dataset") : NULL;
    if (native && !present(&raw->object, "dataset_name"))
        task->dataset_name = json_text(json_get(native->entry, "use"));
}

/* What a run stores: every key, and the defaults that took effect. */
static Json *full_config(Arena *arena, const RawConfig *raw, const Task *task)
{
    static const char *const kinds[] = {"multiple_choice", "generate_until", "loglikelihood",
                                        "loglikelihood_rolling"};
    Json *config = ARENA_NEW(arena, Json);
    *config = (Json){.type = JSON_OBJECT};
    for (uint32_t i = 0; i < raw->object.len; i++)
        if (raw->object.members[i].value.type != JSON_NULL)
            json_set(arena, config, raw->object.members[i].key, raw->object.members[i].value);
    json_set(arena, config, STR("output_type"), json_str(str_from(kinds[task->output_type])));
    json_set(arena, config, STR("target_delimiter"), json_str(task->parts->item.target_delimiter));
    json_set(arena, config, STR("fewshot_delimiter"),
             json_str(task->parts->item.fewshot_delimiter));
    json_set(arena, config, STR("num_fewshot"), json_integer(arena, task->num_fewshot));
    json_set(arena, config, STR("repeats"), json_integer(arena, task->repeats));
    return config;
}

/* What metadata.assay says of filter_list and option_order counts here: elsewhere the file keeps
 * its own, and keys that others do not know do no harm. Moved, so that scoring can be replaced. */
static bool is_moved(Str key)
{
    return str_eqc(key, "filter_list") || str_eqc(key, "option_order");
}

static void take_own_keys(Arena *arena, RawConfig *raw)
{
    const Json *metadata = json_get(&raw->object, "metadata"), *own = json_get(metadata, "assay");
    Json less = {.type = JSON_OBJECT}, rest = {.type = JSON_OBJECT};
    if (!json_get(own, "filter_list") && !json_get(own, "option_order"))
        return;
    less.line = own->line, less.column = own->column;
    rest.line = metadata->line, rest.column = metadata->column;
    for (uint32_t i = 0; i < own->len; i++)
        if (is_moved(own->members[i].key))
            json_set(arena, &raw->object, own->members[i].key, own->members[i].value);
        else
            json_set(arena, &less, own->members[i].key, own->members[i].value);
    for (uint32_t i = 0; i < metadata->len; i++)
        json_set(arena, &rest, metadata->members[i].key,
                 str_eqc(metadata->members[i].key, "assay") ? less : metadata->members[i].value);
    json_set(arena, &raw->object, STR("metadata"), rest);
}

const Task *task_resolve(TaskSet *set, RawConfig *raw, bool needs_data, Checker *c)
{
    Arena *arena = set->arena;
    size_t before = c->problems->len;
    Task *task = ARENA_NEW(arena, Task);
    task->parts = ARENA_NEW(arena, TaskParts);
    c->set = set;
    native_pin(set, raw);
    take_own_keys(arena, raw);
    metric_pin_programs(arena, raw);
    check_origins(c, raw);
    resolve_names(raw, task);
    resolve_dataset(c, raw, task);
    resolve_output(c, raw, task);
    check_required(c, raw, task, needs_data);
    resolve_documents(c, raw, task);
    resolve_styles(c, raw, task);
    resolve_fewshot(c, raw, task);
    task->repeats = resolve_count(c, raw, "repeats", 1, LIMIT_REPEATS);
    look_at(c, raw, "option_order");
    order_prepare(c, present(&raw->object, "option_order"), task->output_type, task);
    task->config = full_config(arena, raw, task);
    look_at(c, raw, "generation_kwargs");
    resolve_generation(c, present(&raw->object, "generation_kwargs"), task);
    look_at(c, raw, "filter_list");
    resolve_filters(c, present(&raw->object, "filter_list"), task);
    look_at(c, raw, "metric_list");
    resolve_metrics(c, present(&raw->object, "metric_list"),
                    present(&raw->object, "process_results"), task);
    order_metrics(c, task);
    return c->problems->len == before ? task : NULL;
}
