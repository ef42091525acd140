/* quick.c - tasks without a file, and tasks changed from the command line. */
#include "task/parts.h"

#include "text/extract.h"

static void set_text(Arena *arena, Json *o, const char *key, Str text)
{
    if (text.len)
        json_set(arena, o, str_from(key), json_str(text));
}

/* Without a regex of the user's the whole output counts, white space at its ends cut off; an
 * output of nothing else has no answer. */
static const char whole_text[] = "(?s)\\S.*";

/* One pipeline: the last match of the regex. */
static Json extraction(Arena *arena, Str regex)
{
    bool whole = !regex.len;
    if (whole)
        regex = str_from(whole_text);
    Json find = {.type = JSON_OBJECT}, take = {.type = JSON_OBJECT}, steps = {.type = JSON_ARRAY},
         entry = {.type = JSON_OBJECT}, list = {.type = JSON_ARRAY};
    ExtractKind kind;
    if (extract_kind_parse(regex, &kind)) {
        json_set(arena, &find, STR("function"), json_str(STR("extract")));
        json_set(arena, &find, STR("kind"), json_str(regex));
    } else {
        json_set(arena, &find, STR("function"), json_str(STR("regex")));
        json_set(arena, &find, STR("regex_pattern"), json_str(regex));
        json_set(arena, &find, STR("group_select"), json_integer(arena, -1));
    }
    json_set(arena, &take, STR("function"), json_str(STR("take_first")));
    json_append(arena, &steps, find);
    json_append(arena, &steps, take);
    json_set(arena, &entry, STR("name"), json_str(whole ? STR("none") : STR("extract")));
    json_set(arena, &entry, STR("filter"), steps);
    json_append(arena, &list, entry);
    return list;
}

Status task_quick(TaskSet *set, const QuickTask *quick, const Task **out, Err *err)
{
    Arena *a = set->arena;
    RawConfig raw = {.object = {.type = JSON_OBJECT}, .file = "command line"};
    Json *o = &raw.object;
    Str metric = quick->metric;
    if (!metric.len)
        metric = quick->choices.len ? STR("acc") : STR("exact_match");
    json_set(a, o, STR("task"), json_str(quick->name.len ? quick->name : STR("quick")));
    set_text(a, o, "doc_to_text", quick->prompt);
    set_text(a, o, "doc_to_target", quick->target);
    set_text(a, o, "doc_to_choice", quick->choices);
    json_set(a, o, STR("output_type"),
             json_str(quick->choices.len ? STR("multiple_choice") : STR("generate_until")));
    Json entry = {.type = JSON_OBJECT}, metrics = {.type = JSON_ARRAY};
    json_set(a, &entry, STR("metric"), json_str(metric));
    json_append(a, &metrics, entry);
    json_set(a, o, STR("metric_list"), metrics);
    if (!quick->choices.len)
        json_set(a, o, STR("filter_list"), extraction(a, quick->extract));
    if (quick->generation)
        json_set(a, o, STR("generation_kwargs"), json_clone(a, quick->generation));
    *o = json_clone(a, o);
    Problems problems = {0};
    Checker c = {.arena = a, .problems = &problems, .file = raw.file};
    const Task *task = task_resolve(set, &raw, false, &c);
    TRY(problems_error(&problems, err));
    *out = task;
    return OK;
}

/* The stored configuration with some keys replaced becomes a task again. */
static Status resolve_again(TaskSet *set, const char *file, Json config, const Task **out, Err *err)
{
    RawConfig raw = {.object = config, .file = file};
    Problems problems = {0};
    Checker c = {.arena = set->arena, .problems = &problems, .file = file};
    const Task *changed = task_resolve(set, &raw, false, &c);
    TRY(problems_error(&problems, err));
    *out = changed;
    return OK;
}

static Json copy_object(Arena *arena, const Json *o)
{
    Json out = {.type = JSON_OBJECT, .line = o->line, .column = o->column};
    for (uint32_t i = 0; i < o->len; i++)
        json_set(arena, &out, o->members[i].key, o->members[i].value);
    return out;
}

Status task_from_config(TaskSet *set, const Json *config, const Task **out, Err *err)
{
    return resolve_again(set, "configuration", json_clone(set->arena, config), out, err);
}

Status task_override(TaskSet *set, const Task *task, int num_fewshot, const Json *generation,
                     const Task **out, Err *err)
{
    Arena *a = set->arena;
    if (num_fewshot > LIMIT_FEWSHOT)
        return err_set(err, E_USAGE, "cannot show %d few-shot examples: %d at most", num_fewshot,
                       LIMIT_FEWSHOT);
    if (generation && generation->type != JSON_OBJECT)
        return err_set(err, E_USAGE, "generation options must be key=value pairs");
    Json config = copy_object(a, task->config);
    bool fixed = task->parts->shots_fixed_at_zero;
    if (num_fewshot >= 0 && !fixed)
        json_set(a, &config, STR("num_fewshot"), json_integer(a, num_fewshot));
    if (!fixed && num_fewshot < 0 && !task->num_fewshot)
        json_set(a, &config, STR("num_fewshot"), (Json){0}); /* 0 by default is not 0 by choice */
    if (generation && generation->len) {
        if (task->output_type != OUTPUT_GENERATE)
            return err_set(err, E_USAGE,
                           "task \"" STR_FMT "\" scores given texts, so generation options such as "
                           "\"" STR_FMT "\" do not apply",
                           STR_ARG(task->name), STR_ARG(generation->members[0].key));
        Json merged = copy_object(a, json_get(&config, "generation_kwargs"));
        for (uint32_t i = 0; i < generation->len; i++)
            json_set(a, &merged, str_copy(a, generation->members[i].key),
                     json_clone(a, &generation->members[i].value));
        json_set(a, &config, STR("generation_kwargs"), merged);
    }
    const Task *changed;
    if (resolve_again(set, task->file, config, &changed, err) != OK)
        return err_wrap(err, "cannot change task \"" STR_FMT "\"", STR_ARG(task->name));
    *out = changed;
    return OK;
}
