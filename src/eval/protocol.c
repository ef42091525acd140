/* protocol.c - everything a number depends on, as JSON whose hash decides comparability. */
#include "eval/private.h"
#include "text/extract.h"

/* Keys of a task that change no number; of metadata all but what assay.process_docs says. */
static bool is_cosmetic(Str key)
{
    static const char *const keys[] = {"task",    "task_alias",   "tag",         "metadata",
                                       "group",   "include",      "group_alias", "dataset_kwargs",
                                       "repeats", "dataset_path", "dataset_name"};
    for (size_t i = 0; i < COUNT(keys); i++)
        if (str_eqc(key, keys[i]))
            return true;
    return false;
}

static int by_key(const void *a, const void *b)
{
    return str_cmp(((const JsonMember *)a)->key, ((const JsonMember *)b)->key);
}

Json protocol_in_order(const Json *value, Arena *arena)
{
    Json out = *value;
    if (!value->len || (value->type != JSON_ARRAY && value->type != JSON_OBJECT))
        return out;
    if (value->type == JSON_ARRAY) {
        out.items = arena_array(arena, value->len, sizeof *out.items);
        for (uint32_t i = 0; i < value->len; i++)
            out.items[i] = protocol_in_order(&value->items[i], arena);
        return out;
    }
    out.members = arena_array(arena, value->len, sizeof *out.members);
    for (uint32_t i = 0; i < value->len; i++)
        out.members[i] =
            (JsonMember){value->members[i].key, protocol_in_order(&value->members[i].value, arena)};
    qsort(out.members, out.len, sizeof *out.members, by_key);
    return out;
}

static Json task_part(const Task *task, Arena *arena)
{
    Json part = {.type = JSON_OBJECT};
    for (uint32_t i = 0; i < task->config->len; i++)
        if (!is_cosmetic(task->config->members[i].key))
            json_set(arena, &part, task->config->members[i].key, task->config->members[i].value);
    const Json *declared = json_path(task->config, "metadata.assay.process_docs");
    if (declared) /* counts in place of the function, see task/resolve.c */
        json_set(arena, &part, STR("process_docs"), *declared);
    return protocol_in_order(&part, arena);
}

/* Only where it is used: a new version of the rules leaves all other numbers comparable. */
static void add_extraction(const Task *task, Arena *arena, Json *protocol)
{
    if (task_extracts(task))
        json_set(arena, protocol, STR("extraction"), json_integer(arena, EXTRACT_VERSION));
}

Json protocol_of(const ProtocolInput *in, Arena *arena)
{
    const EvalOptions *o = in->options;
    Json p = {.type = JSON_OBJECT};
    json_set(arena, &p, STR("data"), json_str(in->version->content_hash));
    json_set(arena, &p, STR("fewshot_data"),
             in->fewshot ? json_str(in->fewshot->content_hash) : (Json){0});
    json_set(arena, &p, STR("task"), task_part(in->task, arena));
    json_set(arena, &p, STR("num_fewshot"), json_integer(arena, in->task->num_fewshot));
    json_set(arena, &p, STR("fewshot_seed"), json_integer(arena, (int64_t)o->fewshot_seed));
    json_set(arena, &p, STR("mode"),
             json_str(!in->chat       ? STR("plain")
                      : o->chat_turns ? STR("turns")
                                      : STR("chat")));
    json_set(arena, &p, STR("system"), json_str(o->system.ptr ? o->system : STR("")));
    json_set(arena, &p, STR("limit"), json_integer(arena, o->limit));
    json_set(arena, &p, STR("repeats"), json_integer(arena, in->n_repeats));
    json_set(arena, &p, STR("scorer"), json_str(STR(SCORER_VERSION)));
    add_extraction(in->task, arena, &p);
    return p;
}

Json protocol_rescored(const Json *old, const Task *task, Arena *arena)
{
    Json p = {.type = JSON_OBJECT};
    for (uint32_t i = 0; i < old->len; i++)
        if (!str_eqc(old->members[i].key, "extraction"))
            json_set(arena, &p, old->members[i].key, old->members[i].value);
    json_set(arena, &p, STR("task"), task_part(task, arena));
    json_set(arena, &p, STR("scorer"), json_str(STR(SCORER_VERSION)));
    add_extraction(task, arena, &p);
    return p;
}
