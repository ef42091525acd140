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

Json task_metric_entry(Arena *arena, Str text)
{
    Json entry = {.type = JSON_OBJECT};
    Str key = STR("metric");
    for (bool first = true; first || text.len; first = false) {
        ptrdiff_t comma = str_find_char(text, ',');
        Str piece = str_slice(text, 0, comma < 0 ? text.len : (size_t)comma);
        text = str_after(text, comma < 0 ? text.len : (size_t)comma + 1);
        ptrdiff_t equals = first ? -1 : str_find_char(piece, '=');
        Str name = str_slice(piece, 0, equals < 0 ? piece.len : (size_t)equals);
        Json value = first ? json_str(piece) : json_truth(true);
        Str given = str_after(piece, equals < 0 ? piece.len : (size_t)equals + 1);
        if (equals >= 0 && json_parse(arena, given, &value, NULL) != OK)
            value = json_str(given);
        json_set(arena, &entry, first ? key : name, value);
    }
    return entry;
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
    Json entry = task_metric_entry(a, metric), metrics = {.type = JSON_ARRAY};
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

/* ---- the order of the options, from the command line ---- */

/* A name that can be a column: "answer", "{{answer}}"; empty for any other template. */
static Str column_in(Str text)
{
    if (str_starts(text, STR("{{")) && str_ends(text, STR("}}")))
        text = str_trim(str_slice(text, 2, text.len - 2));
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i && c >= '0' && c <= '9'))
            return (Str){0};
    }
    return text;
}

/* The columns that doc_to_choice is made of: one that is a list, or each of a list. */
static bool option_columns(Arena *arena, const Json *choice, Json *out)
{
    if (json_is(choice, JSON_STRING)) {
        *out = json_str(column_in(choice->text));
        return out->text.len > 0;
    }
    *out = (Json){.type = JSON_ARRAY};
    for (uint32_t i = 0; json_is(choice, JSON_ARRAY) && i < choice->len; i++) {
        Str text = json_text(&choice->items[i]), column = column_in(text);
        if (!column.len || str_eq(column, text)) /* "A" is a text, "{{A}}" a column */
            return false;
        json_append(arena, out, json_str(column));
    }
    return out->len > 0;
}

/* "ORDER", "ORDER:COLUMN:ANSWER" or "ORDER:COLUMN,COLUMN:ANSWER" into an option_order, whose other
 * members are kept. */
static void read_order(Arena *arena, Str text, Json *order)
{
    Str rest = text, kind = str_split(&rest, ':'), columns = str_split(&rest, ':');
    json_set(arena, order, STR("order"), json_str(kind));
    if (!columns.len)
        return;
    Json list = {.type = JSON_ARRAY};
    for (Str left = columns; left.ptr;)
        json_append(arena, &list, json_str(str_trim(str_split(&left, ','))));
    json_set(arena, order, STR("options"), list.len > 1 ? list : list.items[0]);
    json_set(arena, order, STR("answer"), json_str(str_trim(rest)));
}

Status task_reorder(TaskSet *set, const Task *task, Str text, const Task **out, Err *err)
{
    Arena *a = set->arena;
    Json config = copy_object(a, task->config), order = {.type = JSON_OBJECT}, columns;
    const Json *own = json_get(&config, "option_order");
    Str kind = text, answer = column_in(json_text(json_get(&config, "doc_to_target")));
    kind = str_split(&kind, ':');
    if (!str_eqc(kind, "circular") && !str_eqc(kind, "shuffle"))
        return err_set(err, E_USAGE,
                       "--option-order is circular or shuffle, or with columns as "
                       "circular:A,B,C,D:answer, not \"" STR_FMT "\"",
                       STR_ARG(text));
    if (json_is(own, JSON_OBJECT))
        order = copy_object(a, own);
    else if (answer.len && option_columns(a, json_get(&config, "doc_to_choice"), &columns)) {
        json_set(a, &order, STR("options"), columns);
        json_set(a, &order, STR("answer"), json_str(answer));
    }
    read_order(a, str_copy(a, text), &order);
    if (!json_get(&order, "options"))
        return err_set(err, E_USAGE,
                       "task \"" STR_FMT "\" does not say which columns its options are; give "
                       "--option-order " STR_FMT ":COLUMN,COLUMN...:ANSWER (the columns of the "
                       "options and the one of the answer)",
                       STR_ARG(task->name), STR_ARG(kind));
    /* The rotations of written answers are repeats that the old order made. */
    if (task_in_all_orders(task) && task->output_type == OUTPUT_GENERATE)
        json_set(a, &config, STR("repeats"), json_integer(a, 1));
    json_set(a, &config, STR("option_order"), json_clone(a, &order));
    const Task *changed;
    if (resolve_again(set, task->file, config, &changed, err) != OK)
        return err_wrap(err, "cannot change task \"" STR_FMT "\"", STR_ARG(task->name));
    *out = changed;
    return OK;
}
