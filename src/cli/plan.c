/* plan.c - what was asked for becomes opened models and resolved tasks. */
#include "base/map.h"
#include "base/file.h"
#include "cli/run_options.h"
#include "cli/scoring.h"
#include "text/near.h"

/* Adds the named models that are near to what could not be read as one. */
static Status no_such_model(App *app, Db *db, Str name, Err *err)
{
    ModelRows rows = {0};
    Names names = {0};
    if (db && model_row_list(db, app->arena, &rows, NULL) != OK)
        rows.len = 0;
    for (size_t i = 0; i < rows.len; i++)
        vec_push(app->arena, &names, rows.items[i].name);
    Str near = near_names(app->arena, name, &names);
    size_t used = strlen(err->msg);
    snprintf(err->msg + used, sizeof err->msg - used, STR_FMT, STR_ARG(near));
    return E_USAGE;
}

Status find_model_spec(App *app, Db *db, Str name, ModelSpec *out, Err *err)
{
    ModelRow row = {0};
    bool found = false;
    if (db)
        TRY(model_row_find(db, name, app->arena, &row, &found, err));
    if (!found || !row.added) {
        Status status = model_spec_parse(app->arena, name, out, err);
        return status == E_USAGE ? no_such_model(app, db, name, err) : status;
    }
    *out = (ModelSpec){.name = row.name,
                       .provider = row.provider,
                       .address = row.address,
                       .model = row.model,
                       .key_env = row.key_env};
    return json_parse(app->arena, row.settings, &out->settings, err);
}

/* Options of the command line that belong to a model win over its settings. */
static void override_settings(App *app, const RunOptions *o, ModelSpec *spec)
{
    Arena *a = app->arena;
    if (spec->settings.type != JSON_OBJECT)
        spec->settings = (Json){.type = JSON_OBJECT};
    spec->settings = json_clone(a, &spec->settings);
    const struct {
        const char *key;
        double value, absent;
    } numbers[] = {{"price_in", o->price_in, -1},
                   {"price_out", o->price_out, -1},
                   {"rpm", o->rpm, 0},
                   {"tpm", o->tpm, 0}};
    for (size_t i = 0; i < COUNT(numbers); i++)
        if (numbers[i].value != numbers[i].absent)
            json_set(a, &spec->settings, str_from(numbers[i].key), json_num(a, numbers[i].value));
    if (o->api.len)
        json_set(a, &spec->settings, STR("api"), json_str(o->api));
    else if (o->apply_chat && str_eqc(spec->provider, "openai"))
        json_set(a, &spec->settings, STR("api"), json_str(STR("chat")));
    if (!json_get(&spec->settings, "timeout"))
        json_set(a, &spec->settings, STR("timeout"), json_num(a, o->timeout));
}

/* Two models of one name would write into the same run, or pass for one another in tables. */
static Status check_name_is_new(const Plan *plan, Str name, Err *err)
{
    for (size_t i = 0; i < plan->n_models; i++)
        if (str_eq(plan->models[i].spec.name, name))
            return err_set(err, E_USAGE,
                           "model \"" STR_FMT "\" is named twice; name each model once",
                           STR_ARG(name));
    return OK;
}

typedef VEC(ModelSpec) Specs;

/* A file with the outputs of several models stands for all of them. */
static Status add_spec(App *app, ModelSpec spec, Specs *out, Err *err)
{
    ModelNames names = {0};
    if (str_eqc(spec.provider, "recorded") && !spec.model.len)
        TRY(recorded_models(str_z(app->arena, spec.address), app->arena, &names, err));
    if (names.len < 2) {
        vec_push(app->arena, out, spec);
        return OK;
    }
    for (size_t i = 0; i < names.len; i++) {
        ModelSpec one = spec;
        one.model = names.items[i];
        one.name = str_printf(app->arena, "%.*s#%.*s", (int)spec.name.len, spec.name.ptr,
                              (int)one.model.len, one.model.ptr);
        vec_push(app->arena, out, one);
    }
    return OK;
}

static Status collect_specs(App *app, const RunOptions *o, Db *db, Specs *out, Err *err)
{
    for (size_t i = 0; i < o->models.len; i++) {
        ModelSpec spec;
        TRY(find_model_spec(app, db, o->models.items[i], &spec, err));
        TRY(add_spec(app, spec, out, err));
    }
    for (size_t i = 0; i < o->specs.len; i++)
        TRY(add_spec(app, o->specs.items[i], out, err));
    if (!out->len)
        return err_set(err, E_USAGE, "no model: name one with -m, such as -m local:tiny-4");
    return OK;
}

/* A budget without prices would never be used up. */
static Status check_priced(const RunOptions *o, const Model *model, Err *err)
{
    if (o->max_cost <= 0 || model->provider->answer ||
        (model->price_in >= 0 && model->price_out >= 0))
        return OK;
    return err_set(err, E_USAGE,
                   "--max-cost needs the prices of model \"" STR_FMT
                   "\": give --price-in and --price-out",
                   STR_ARG(model->spec.name));
}

static Status open_models(App *app, const RunOptions *o, Db *db, Plan *plan, Err *err)
{
    Specs specs = {0};
    TRY(collect_specs(app, o, db, &specs, err));
    plan->models = arena_array(app->arena, specs.len, sizeof *plan->models);
    for (size_t i = 0; i < specs.len; i++) {
        TRY(check_name_is_new(plan, specs.items[i].name, err));
        override_settings(app, o, &specs.items[i]);
        TRY(model_open(app->arena, &specs.items[i], &plan->models[i], err));
        plan->n_models++;
        if (o->apply_chat)
            TRY(model_use_chat(&plan->models[i], err));
        TRY(check_priced(o, &plan->models[i], err));
    }
    return OK;
}

/* Servers have parameters of their own, so an unknown one is no error; a misspelt one is asked
 * about, as its number would be taken for that of the parameter. */
static void hint_parameter(App *app, Str name)
{
    static const char *const known[] = {
        "temperature",       "top_p", "top_k",     "min_p",    "max_gen_toks",
        "max_tokens",        "until", "do_sample", "seed",     "frequency_penalty",
        "presence_penalty",  "stop",  "n",         "logprobs", "best_of",
        "repetition_penalty"};
    Names names = {0};
    for (size_t i = 0; i < COUNT(known); i++) {
        if (str_eqc(name, known[i]))
            return;
        vec_push(app->arena, &names, str_from(known[i]));
    }
    Str near = near_names(app->arena, name, &names);
    if (near.len && !app->quiet)
        fprintf(app->info, "%s\n",
                trf(app, app->arena, T_PARAMETER_HINT, str_z(app->arena, name),
                    str_z(app->arena, str_after(near, strlen("; near it: "))))
                    .ptr);
}

Status generation_of(App *app, const StrList *pairs, Json *out, Err *err)
{
    *out = (Json){.type = JSON_OBJECT};
    for (size_t i = 0; i < pairs->len; i++) {
        Str pair = pairs->items[i];
        ptrdiff_t equals = str_find_char(pair, '=');
        if (equals <= 0)
            return err_set(err, E_USAGE, "--gen needs KEY=VALUE, not \"" STR_FMT "\"",
                           STR_ARG(pair));
        Str text = str_after(pair, (size_t)equals + 1);
        Json value;
        if (json_parse(app->arena, text, &value, NULL) != OK)
            value = json_str(text);
        hint_parameter(app, str_slice(pair, 0, (size_t)equals));
        json_set(app->arena, out, str_slice(pair, 0, (size_t)equals), value);
    }
    return OK;
}

static Status add_task(App *app, TaskSet *set, const RunOptions *o, const Json *generation,
                       const Task *task, Plan *plan, Err *err)
{
    int shots = o->fewshot == NO_FEWSHOT ? -1 : (int)o->fewshot;
    if (shots >= 0 || generation->len)
        TRY(task_override(set, task, shots, generation->len ? generation : NULL, &task, err));
    if (o->option_order.len)
        TRY(task_reorder(set, task, o->option_order, &task, err));
    for (size_t i = 0; i < plan->tasks.len; i++) {
        const Task *known = plan->tasks.items[i].task;
        if (!str_eq(known->name, task->name))
            continue;
        if (json_equal(known->config, task->config))
            return OK; /* named twice, by itself and by a group */
        return err_set(err, E_USAGE,
                       "two different tasks are called \"" STR_FMT "\"; rename one of them",
                       STR_ARG(task->name));
    }
    vec_push(app->arena, &plan->tasks, (EvalTask){.task = task});
    return OK;
}

static Status add_node(App *app, TaskSet *set, const RunOptions *o, const Json *generation,
                       const TaskNode *node, Plan *plan, Json *out, Err *err)
{
    Json tree = {.type = JSON_OBJECT};
    json_set(app->arena, &tree, STR("name"), json_str(node->name));
    json_set(app->arena, &tree, STR("alias"), json_str(node->alias.ptr ? node->alias : STR("")));
    if (node->kind == TASK_SINGLE) {
        TRY(add_task(app, set, o, generation, node->task, plan, err));
    } else {
        Json children = {.type = JSON_ARRAY};
        for (size_t i = 0; i < node->n_children; i++) {
            Json child;
            TRY(add_node(app, set, o, generation, &node->children[i], plan, &child, err));
            json_append(app->arena, &children, child);
        }
        json_set(app->arena, &tree, STR("children"), children);
        if (node->aggregates)
            json_set(app->arena, &tree, STR("aggregates"), *node->aggregates);
    }
    *out = tree;
    return OK;
}

/* The one data file among what --data and ASSAY_DATA name, which may be folders; NULL: none or
 * several. */
static const char *data_file(App *app)
{
    const char *file = NULL;
    for (size_t i = 0; i < app->data.len; i++) {
        const char *path = str_z(app->arena, app->data.items[i]);
        if (file_is_dir(path))
            continue;
        if (file)
            return NULL;
        file = path;
    }
    return file;
}

/* A task made of options: --data FILE --prompt ... */
static Status quick_task(App *app, TaskSet *set, const RunOptions *o, const Json *generation,
                         Plan *plan, Err *err)
{
    const char *path = data_file(app);
    if (!path)
        return err_set(err, E_USAGE, "--prompt needs one --data FILE, the file with the items");
    if (!o->target.len)
        return err_set(err, E_USAGE,
                       "--prompt needs --target TEMPLATE, the right answer, such as '{{answer}}'");
    TRY(scoring_check_extract(o->extract, app->arena, err));
    if (str_find(o->prompt, STR("\\n")) >= 0 && str_find_char(o->prompt, '\n') < 0 && !app->quiet)
        fprintf(app->info, "%s\n", tr(app, T_BACKSLASH_HINT));
    QuickTask quick = {.name = o->name.len ? o->name : path_stem(str_from(path)),
                       .prompt = o->prompt,
                       .target = o->target,
                       .metric = o->metric.len    ? o->metric
                                 : o->choices.len ? STR("acc")
                                                  : STR("exact_match"),
                       .extract = o->extract,
                       .choices = o->choices,
                       .generation = generation->len ? generation : NULL};
    EvalTask task = {.data_file = path};
    TRY(task_quick(set, &quick, &task.task, err));
    if (o->option_order.len)
        TRY(task_reorder(set, task.task, o->option_order, &task.task, err));
    vec_push(app->arena, &plan->tasks, task);
    Json node = {.type = JSON_OBJECT};
    json_set(app->arena, &node, STR("name"), json_str(task.task->name));
    json_append(app->arena, &plan->tree, node);
    return OK;
}

static const char **strings_of(App *app, const StrList *list)
{
    const char **out = arena_array(app->arena, list->len + 1, sizeof *out);
    for (size_t i = 0; i < list->len; i++)
        out[i] = str_z(app->arena, list->items[i]);
    return out;
}

static Status resolve_tasks(App *app, const RunOptions *o, Plan *plan, Err *err)
{
    TaskSet *set;
    Json generation;
    const char **dirs = strings_of(app, &app->tasks);
    TRY(generation_of(app, &o->generation, &generation, err));
    TRY(taskset_open(app->arena, dirs, app->tasks.len, &set, err));
    plan->tree = (Json){.type = JSON_ARRAY};
    if (o->prompt.len)
        TRY(quick_task(app, set, o, &generation, plan, err));
    for (size_t i = 0; i < o->tasks.len; i++) {
        TaskNode node;
        Json tree;
        TRY(taskset_find(set, o->tasks.items[i], &node, err));
        TRY(add_node(app, set, o, &generation, &node, plan, &tree, err));
        json_append(app->arena, &plan->tree, tree);
    }
    DataOptions *reading = ARENA_NEW(app->arena, DataOptions);
    TRY(file_options_read(app, &o->file, reading, err));
    for (size_t i = 0; i < plan->tasks.len; i++)
        plan->tasks.items[i].reading = reading;
    if (!plan->tasks.len)
        return err_set(err, E_USAGE,
                       "no task: name one with -t (\"assay task list\" shows them), or give "
                       "--data FILE --prompt TEMPLATE --target TEMPLATE");
    return OK;
}

/* What was said of files: once of each, though items and examples may be read from the same. */
typedef struct Said {
    App *app;
    Map paths;
} Said;

static void say_data(void *user, const char *path, const DataReport *report)
{
    Said *s = user;
    if (map_set(s->app->arena, &s->paths, str_copy(s->app->arena, str_from(path)), s))
        file_options_say(s->app, path, report);
}

static EvalOptions eval_options(App *app, const RunOptions *o)
{
    Said *said = ARENA_NEW(app->arena, Said);
    said->app = app;
    return (EvalOptions){
        .db_url = app->db_url,
        .data_dirs = strings_of(app, &app->data),
        .n_data_dirs = app->data.len,
        .limit = o->limit,
        .repeats = (int)o->repeats,
        .chat_turns = o->chat_turns,
        .system = o->system,
        .fewshot_seed = (uint64_t)o->seed,
        .cluster = o->cluster,
        .fresh = o->fresh,
        .stream = o->stream,
        .concurrency = (int)o->concurrency,
        .max_attempts = (int)o->max_attempts,
        .retry_wait = o->retry_wait,
        .max_cost = o->max_cost,
        .until_ci = o->until_ci,
        .max_requests = o->max_requests,
        .stop = app->stop,
        .on_data = say_data,
        .on_data_user = said,
    };
}

static Status check_ranges(const RunOptions *o, Err *err)
{
    const struct {
        const char *name;
        int64_t value, low, high;
    } rows[] = {
        {"concurrency", o->concurrency, 1, 4096},
        {"repeats", o->repeats, 0, 1000},
        {"max-attempts", o->max_attempts, 1, 100},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].value < rows[i].low || rows[i].value > rows[i].high)
            return err_set(err, E_USAGE, "--%s must be from %lld to %lld", rows[i].name,
                           (long long)rows[i].low, (long long)rows[i].high);
    if (o->until_ci < 0 || o->until_ci >= 1)
        return err_set(err, E_USAGE, "--until-ci must be a width below 1, such as 0.05");
    if (o->fewshot != NO_FEWSHOT && o->fewshot > 1000)
        return err_set(err, E_USAGE, "--fewshot must be from 0 to 1000");
    return OK;
}

Status plan_make(App *app, const RunOptions *o, Db *db, Plan *out, Err *err)
{
    Plan plan = {0};
    TRY(check_ranges(o, err));
    Status status = resolve_tasks(app, o, &plan, err);
    if (status == OK)
        status = open_models(app, o, db, &plan, err);
    plan.eval = eval_options(app, o);
    if (status != OK) {
        plan_close(&plan);
        return status;
    }
    *out = plan;
    return OK;
}

void plan_close(Plan *plan)
{
    for (size_t i = 0; i < plan->n_models; i++)
        model_close(&plan->models[i]);
}
