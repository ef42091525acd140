/* resolve_scoring.c - generation parameters, filter pipelines and metrics of a task. */
#include "task/metric_options.h"
#include "task/metric_work.h"
#include "task/native.h"

enum { DEFAULT_MAX_TOKENS = 256 };
enum { MOST_LISTED = 1000 }; /* filters, metrics: each is compared with all before it */

static void set_config(Checker *c, Task *task, const char *key, Json value)
{
    Json *config = ARENA_NEW(c->arena, Json);
    /* json_set may write in place, so the members are copied before they change. */
    *config = json_open(c->arena, task->config);
    json_set(c->arena, config, str_from(key), value);
    task->config = config;
}

static void set_stop(Checker *c, const Json *until, TaskGeneration *g)
{
    size_t n = json_is(until, JSON_ARRAY) ? until->len : 1;
    Str *stop = arena_array(c->arena, n, sizeof *stop);
    for (size_t i = 0; i < n; i++) {
        const Json *one = json_is(until, JSON_ARRAY) ? &until->items[i] : until;
        if (one->type != JSON_STRING)
            problem(c, one, "a stop text in \"until\" must be text; put it in quotes");
        stop[i] = json_text(one);
    }
    g->stop = stop;
    g->n_stop = n;
}

/* A number, or text that is one: files write temperature: "0.7" too. */
static double number_of(Checker *c, const Json *value, const char *key, double least, double most)
{
    double number = json_number(value, -1);
    if (json_is(value, JSON_STRING) && !str_to_double(value->text, &number))
        number = -1;
    if (number < least || number > most) {
        problem(c, value, "\"%s\" must be a number from %g to %g", key, least, most);
        return -1;
    }
    return number;
}

static void set_tokens(Checker *c, const Json *value, const char *key, TaskGeneration *g)
{
    int64_t n = json_int(value, 0);
    if (n < 1 || n > 10000000)
        problem(c, value, "\"%s\" must be a whole number from 1 to 10000000", key);
    else
        g->max_tokens = (int)n;
}

static void set_generation(Checker *c, const JsonMember *m, TaskGeneration *g, Json *extra)
{
    static const char *const token_keys[] = {"max_gen_toks", "max_new_tokens", "max_tokens",
                                             "max_completion_tokens"};
    for (size_t i = 0; i < COUNT(token_keys); i++)
        if (str_eqc(m->key, token_keys[i])) {
            set_tokens(c, &m->value, token_keys[i], g);
            return;
        }
    if (str_eqc(m->key, "until"))
        set_stop(c, &m->value, g);
    else if (str_eqc(m->key, "temperature"))
        g->temperature = number_of(c, &m->value, "temperature", 0, 100);
    else if (str_eqc(m->key, "top_p"))
        g->top_p = number_of(c, &m->value, "top_p", 0, 1);
    else
        json_set(c->arena, extra, m->key, m->value);
}

/* Types are checked here rather than by check_keys alone, because other keys are allowed. */
static bool right_type(Checker *c, const JsonMember *m)
{
    for (size_t i = 0; i < n_generation_keys; i++)
        if (str_eqc(m->key, generation_keys[i].name)) {
            Json one = {.type = JSON_OBJECT, .len = 1};
            JsonMember copy = *m;
            one.members = &copy;
            size_t before = c->problems->len;
            check_keys(c, &one, generation_keys, n_generation_keys);
            return c->problems->len == before;
        }
    size_t before = c->problems->len;
    check_no_functions(c, &m->value);
    return c->problems->len == before;
}

/* What lm-evaluation-harness takes when the file says nothing. */
static Json default_generation(Arena *arena, Str stop)
{
    Json g = {.type = JSON_OBJECT}, until = {.type = JSON_ARRAY};
    json_append(arena, &until, json_str(stop));
    json_set(arena, &g, STR("temperature"), (Json){.type = JSON_NUMBER, .text = STR("0.0")});
    json_set(arena, &g, STR("do_sample"), json_truth(false));
    json_set(arena, &g, STR("max_gen_toks"), json_integer(arena, DEFAULT_MAX_TOKENS));
    json_set(arena, &g, STR("until"), until);
    return g;
}

void resolve_generation(Checker *c, const Json *config, Task *task)
{
    TaskGeneration *g = &task->parts->generation;
    *g = (TaskGeneration){.max_tokens = DEFAULT_MAX_TOKENS, .temperature = -1, .top_p = -1};
    if (task->output_type != OUTPUT_GENERATE || (config && config->type != JSON_OBJECT))
        return;
    Json all = config ? *config : default_generation(c->arena, task->parts->item.fewshot_delimiter);
    if (!json_get(&all, "until") || json_is(json_get(&all, "until"), JSON_NULL)) {
        Json copy = {.type = JSON_OBJECT}, until = {.type = JSON_ARRAY};
        for (uint32_t i = 0; i < all.len; i++)
            json_set(c->arena, &copy, all.members[i].key, all.members[i].value);
        json_append(c->arena, &until, json_str(task->parts->item.fewshot_delimiter));
        json_set(c->arena, &copy, STR("until"), until);
        all = copy;
    }
    Json *extra = ARENA_NEW(c->arena, Json);
    *extra = (Json){.type = JSON_OBJECT};
    for (uint32_t i = 0; i < all.len; i++)
        if (all.members[i].value.type != JSON_NULL && right_type(c, &all.members[i]))
            set_generation(c, &all.members[i], g, extra);
    g->extra = extra->len ? extra : NULL;
    set_config(c, task, "generation_kwargs", all);
}

static void default_pipeline(Checker *c, Task *task)
{
    static const Json take = {.type = JSON_STRING, .text = {"take_first", 10}};
    JsonMember *member = ARENA_NEW(c->arena, JsonMember);
    *member = (JsonMember){STR("function"), take};
    Json *entry = ARENA_NEW(c->arena, Json);
    *entry = (Json){.type = JSON_OBJECT, .len = 1, .members = member};
    task->filters = ARENA_NEW(c->arena, Str);
    task->filters[0] = STR("none");
    task->n_filters = 1;
    Pipeline *p = task->parts->pipelines = ARENA_NEW(c->arena, Pipeline);
    p->steps = ARENA_NEW(c->arena, Filter);
    p->len = 1;
    filter_prepare(c, entry, task->output_type, task->repeats, &p->steps[0]);
}

static void make_pipeline(Checker *c, const Json *entry, const Task *task, Pipeline *out, Str *name)
{
    static const KeyRow keys[] = {{"name", T_STRING, NULL}, {"filter", T_LIST | T_FUNCTION, NULL}};
    const Json *steps = json_get(entry, "filter");
    *name = json_text(json_get(entry, "name"));
    if (!json_is(entry, JSON_OBJECT) || !name->len || !json_is(steps, JSON_ARRAY) || !steps->len) {
        problem(c, entry, "an entry of \"filter_list\" needs a \"name\" and a list \"filter\"");
        return;
    }
    check_keys(c, entry, keys, COUNT(keys));
    out->steps = arena_array(c->arena, steps->len, sizeof *out->steps);
    out->len = steps->len;
    for (uint32_t i = 0; i < steps->len; i++)
        filter_prepare(c, &steps->items[i], task->output_type, task->repeats, &out->steps[i]);
}

void resolve_filters(Checker *c, const Json *list, Task *task)
{
    if (!json_is(list, JSON_ARRAY) || !list->len) {
        default_pipeline(c, task);
        return;
    }
    if (list->len > MOST_LISTED) {
        problem(c, list, "\"filter_list\" has more than %d entries", MOST_LISTED);
        default_pipeline(c, task);
        return;
    }
    task->n_filters = list->len;
    task->filters = arena_array(c->arena, list->len, sizeof *task->filters);
    task->parts->pipelines = arena_array(c->arena, list->len, sizeof *task->parts->pipelines);
    for (uint32_t i = 0; i < list->len; i++) {
        make_pipeline(c, &list->items[i], task, &task->parts->pipelines[i], &task->filters[i]);
        for (uint32_t j = 0; j < i; j++)
            if (str_eq(task->filters[i], task->filters[j]))
                problem(c, &list->items[i], "two filters are named \"" STR_FMT "\"",
                        STR_ARG(task->filters[i]));
    }
}

static bool known_aggregation(Str name)
{
    for (size_t i = 0; aggregations[i]; i++)
        if (str_eqc(name, aggregations[i]))
            return true;
    return false;
}

static void no_metric(Checker *c, const Json *at, Str name, const Task *task)
{
    const char *refusal = metric_refusal(name);
    Reason why = {"metric", name};
    if (refusal)
        problem_why(c, why, at, "metric \"" STR_FMT "\" %s", STR_ARG(name), refusal);
    else
        problem_why(c, why, at, "unknown metric \"" STR_FMT "\" for this output_type" STR_FMT,
                    STR_ARG(name), STR_ARG(metric_near(c->arena, name, task->output_type)));
}

/* A function as aggregation: one that is known has become its name, unless it stands for a metric
 * and an aggregation. NULL when it is not known. */
static const Native *aggregation_function(Checker *c, const Json *aggregation, bool *is_function)
{
    *is_function = json_get(aggregation, "!function") != NULL;
    return *is_function ? native_of(c, aggregation, "aggregation") : NULL;
}

/* `shown`: what its numbers are called. */
static void add_metric(Checker *c, const Json *entry, Str shown, const MetricRow *row, Task *task)
{
    const Json *aggregation = json_get(entry, "aggregation");
    bool function;
    const Native *native = aggregation_function(c, aggregation, &function);
    if (native)
        row = metric_native_find(json_text(json_get(native->entry, "metric")));
    if (!row) {
        no_metric(c, json_get(entry, "metric"), json_text_or(json_get(entry, "metric"), shown),
                  task);
        return;
    }
    TaskMetric *m = &task->metrics[task->n_metrics];
    *m = (TaskMetric){.name = shown, .options = entry};
    m->aggregation = native ? json_text(json_get(native->entry, "use"))
                            : json_text_or(aggregation, str_from(row->aggregation));
    if (!function && !known_aggregation(m->aggregation))
        problem_why(c, (Reason){"aggregation", m->aggregation}, aggregation,
                    "aggregation \"" STR_FMT "\" is not supported yet", STR_ARG(m->aggregation));
    m->higher_is_better = json_bool(json_get(entry, "higher_is_better"), row->higher_is_better);
    task->parts->rows[task->n_metrics] = row;
    if (entry)
        metric_prepare(c, entry, row, &task->parts->options[task->n_metrics]);
    task->parts->mutual_info |= row == &metric_acc_mutual_info;
    task->n_metrics++;
}

/* The entry as a native version has it: under this name, without k, with its own options. */
static Json *native_entry(Arena *arena, const Json *entry, const Json *with, Str name)
{
    Json *out = ARENA_NEW(arena, Json);
    *out = (Json){.type = JSON_OBJECT, .line = entry->line, .column = entry->column};
    for (uint32_t i = 0; i < entry->len; i++)
        if (!str_eqc(entry->members[i].key, "metric") && !str_eqc(entry->members[i].key, "k"))
            json_set(arena, out, entry->members[i].key, entry->members[i].value);
    json_set(arena, out, STR("metric"), json_str(name));
    for (uint32_t i = 0; with && i < with->len; i++)
        json_set(arena, out, with->members[i].key, with->members[i].value);
    return out;
}

static const MetricRow *row_named(const Task *task, Str name)
{
    Str results = task->parts->results;
    return results.len ? results_find(results, name) : metric_find(name, task->output_type);
}

/* An entry that says the same as one before it adds nothing. */
static void add_named(Checker *c, const Json *list, uint32_t i, Task *task)
{
    const Json *entry = &list->items[i], *with = task->parts->results_with;
    Str shown = metric_entry_name(list, i, c->arena), name = json_text(json_get(entry, "metric"));
    if (metric_index(task, shown) >= 0)
        return;
    if (with)
        entry = native_entry(c->arena, entry, with, name);
    add_metric(c, entry, shown, row_named(task, name), task);
}

/* A function as metric gives a number under its own name, or with "k" one a k: "pass@2". */
static void add_function(Checker *c, const Json *entry, Task *task)
{
    const Json *function = json_get(entry, "metric"), *k = json_get(entry, "k");
    const Native *n = native_of(c, function, "metric");
    if (!n)
        return;
    const MetricRow *row = metric_native_find(json_text(json_get(n->entry, "use")));
    const Json *with = json_get(n->entry, "with");
    Str name = native_words(function).name;
    bool list = json_is(k, JSON_ARRAY);
    for (uint32_t i = 0; k && i < (list ? k->len : 1); i++) {
        int64_t number = json_int(list ? &k->items[i] : k, 0);
        Str each = str_printf(c->arena, "pass@%lld", (long long)number);
        if (number < 1 || !metric_k(each))
            problem(c, k, "\"k\" must be whole numbers from 1");
        else
            add_metric(c, native_entry(c->arena, entry, with, each), each, row, task);
    }
    if (!k)
        add_metric(c, native_entry(c->arena, entry, with, name), name, row, task);
}

static void add_default(Checker *c, Str name, Task *task)
{
    add_metric(c, NULL, name, row_named(task, name), task);
}

static void default_metrics(Checker *c, Task *task)
{
    static const char *const names[][4] = {
        [OUTPUT_MULTIPLE_CHOICE] = {"acc", "acc_norm"},
        [OUTPUT_GENERATE] = {"exact_match"},
        [OUTPUT_LOGLIKELIHOOD] = {"perplexity", "acc"},
        [OUTPUT_ROLLING] = {"word_perplexity", "byte_perplexity", "bits_per_byte"}};
    for (size_t i = 0; names[task->output_type][i]; i++)
        add_default(c, str_from(names[task->output_type][i]), task);
}

/* The native version of process_results; false when there is none for it, so that its metrics
 * cannot be known. */
static bool resolve_results(Checker *c, const Json *function, Task *task)
{
    if (!json_get(function, "!function"))
        return true;
    const Native *native = native_of(c, function, "process_results");
    if (native)
        task->parts->results = json_text(json_get(native->entry, "use"));
    if (native)
        task->parts->results_with = json_get(native->entry, "with");
    return native != NULL;
}

/* At least the defaults; a function may give one metric a k. */
static size_t room_for(const Json *list)
{
    size_t room = 3;
    for (uint32_t i = 0; json_is(list, JSON_ARRAY) && i < list->len; i++) {
        const Json *k = json_get(&list->items[i], "k");
        room += json_is(k, JSON_ARRAY) ? k->len : 1;
    }
    return room;
}

void resolve_metrics(Checker *c, const Json *list, const Json *results, Task *task)
{
    if (!resolve_results(c, results, task))
        return;
    size_t room = room_for(list);
    task->metrics = arena_array(c->arena, room, sizeof *task->metrics);
    task->parts->rows = arena_array(c->arena, room, sizeof *task->parts->rows);
    task->parts->options = arena_array(c->arena, room, sizeof *task->parts->options);
    if (!json_is(list, JSON_ARRAY)) {
        default_metrics(c, task);
        return;
    }
    if (!list->len)
        problem(c, list, "\"metric_list\" is empty");
    if (list->len > MOST_LISTED) {
        problem(c, list, "\"metric_list\" has more than %d entries", MOST_LISTED);
        return;
    }
    for (uint32_t i = 0; i < list->len; i++) {
        const Json *entry = &list->items[i], *name = json_get(entry, "metric");
        if (json_get(name, "!function"))
            add_function(c, entry, task);
        else if (json_is(name, JSON_STRING))
            add_named(c, list, i, task);
        else
            problem(c, entry, "an entry of \"metric_list\" needs a \"metric\"");
    }
    metric_check_by(c, task);
}
