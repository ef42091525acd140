/* cmd_rescore.c - assay rescore: stored outputs judged by other rules. */
#include "cli/scoring.h"
#include "cli/task_set.h"
#include "cli/view.h"
#include "core/store.h"
#include "eval/eval.h"

typedef struct RescoreOptions {
    Str task;
    ScoringOptions scoring;
} RescoreOptions;

static const Option rescore_options[] = {
    {"task", 't', OPT_TEXT, offsetof(RescoreOptions, task), "TASK",
     "extraction, metrics and target of this task or task file",
     "采用此任务的抽取规则、指标与标准答案"},
    SCORING_ROWS(RescoreOptions),
    {0},
};

/* The parts of a task that say how an output becomes a number. */
static const char *const scoring_keys[] = {"filter_list", "metric_list", "doc_to_target",
                                           "doc_to_choice"};

static Json without_scoring(Arena *a, const Json *config)
{
    Json out = {.type = JSON_OBJECT};
    for (uint32_t i = 0; i < config->len; i++) {
        bool scoring = false;
        for (size_t k = 0; k < COUNT(scoring_keys); k++)
            scoring = scoring || str_eqc(config->members[i].key, scoring_keys[k]);
        if (!scoring)
            json_set(a, &out, config->members[i].key, config->members[i].value);
    }
    return out;
}

/* The prompt stays the run's own: the outputs were made for it. */
static Status take_scoring(App *app, TaskSet *set, Str name, Json *config, Err *err)
{
    TaskNode node;
    TRY(taskset_find(set, name, &node, err));
    if (node.kind != TASK_SINGLE)
        return err_set(err, E_USAGE, "\"" STR_FMT "\" is a %s; name one task", STR_ARG(name),
                       node.kind == TASK_GROUP ? "group" : "tag");
    Str own = json_text(json_get(config, "output_type"));
    Str other = json_text(json_get(node.task->config, "output_type"));
    if (!str_eq(own, other))
        return err_set(err, E_USAGE,
                       "task \"" STR_FMT "\" scores %s outputs, the run has %s outputs",
                       STR_ARG(name), str_z(app->arena, other), str_z(app->arena, own));
    Json merged = without_scoring(app->arena, config);
    for (size_t i = 0; i < COUNT(scoring_keys); i++) {
        const Json *value = json_get(node.task->config, scoring_keys[i]);
        if (value)
            json_set(app->arena, &merged, str_from(scoring_keys[i]), *value);
    }
    *config = merged;
    return OK;
}

static Status task_of(App *app, const RescoreOptions *o, const RunRow *run, const Task **out,
                      Err *err)
{
    Json config;
    TaskSet *set;
    TRY(json_parse(app->arena, run->config, &config, err));
    Str foreign = json_text(json_get(&config, "foreign"));
    if (foreign.len)
        return err_set(err, E_USAGE,
                       "run %lld holds the scores of " STR_FMT
                       ", which cannot be made again here; import its outputs as records (--from "
                       "records) to judge them by other rules",
                       (long long)run->id, STR_ARG(foreign));
    TRY(open_tasks(app, NULL, &set, err));
    if (o->task.len)
        TRY(take_scoring(app, set, o->task, &config, err));
    TRY(scoring_apply(&o->scoring, app->arena, &config, err));
    return task_from_config(set, &config, out, err);
}

static Status print_result(App *app, Db *db, int64_t id, const RescoreCounts *n, Err *err)
{
    RunSummary s;
    TRY(eval_summarise(db, id, 0, app->arena, &s, err));
    if (app->json) {
        Json o = {.type = JSON_OBJECT};
        const struct {
            const char *key;
            int64_t value;
        } counts[] = {{"judgements", n->judgements}, {"changed", n->changed}, {"raised", n->raised},
                      {"lowered", n->lowered},       {"gained", n->gained},   {"lost", n->lost}};
        for (size_t i = 0; i < COUNT(counts); i++)
            json_set(app->arena, &o, str_from(counts[i].key),
                     json_integer(app->arena, counts[i].value));
        json_set(app->arena, &o, STR("run"), view_run(&s, app->arena));
        app_print_json(app, &o);
        return OK;
    }
    fprintf(app->info, "%s\n",
            trf(app, app->arena, T_RESCORED, (long long)id, (long long)n->changed).ptr);
    if (n->changed)
        fprintf(app->info, "%s\n",
                trf(app, app->arena, T_RESCORED_HOW, (long long)n->raised, (long long)n->lowered,
                    (long long)n->gained, (long long)n->lost)
                    .ptr);
    print_summaries(app, &s, 1);
    return OK;
}

static Status rescore_in(App *app, const RescoreOptions *o, Db *db, int64_t id, Err *err)
{
    RunRow run;
    const Task *task;
    RescoreCounts counts;
    TRY(run_get(db, id, app->arena, &run, err));
    TRY(task_of(app, o, &run, &task, err));
    if (eval_rescore(db, id, task, app->arena, &counts, err) != OK)
        return err_wrap(err, "run %lld keeps its scores", (long long)id);
    return print_result(app, db, id, &counts, err);
}

static Status rescore(App *app, void *options, const StrList *arguments, Err *err)
{
    Db *db, *look;
    int64_t id;
    if (arguments->len != 1 || !str_to_int(arguments->items[0], &id))
        return err_set(err, E_USAGE, "which run? Give its number; \"assay runs\" lists them");
    TRY(store_open_read(app->db_url, &look, err)); /* no database is made for a missing one */
    db_close(look);
    TRY(store_open(app->db_url, &db, err));
    Status status = rescore_in(app, options, db, id, err);
    db_close(db);
    return status;
}

const Command cmd_rescore = {.name = "rescore",
                             .arguments = "RUN",
                             .help = T_HELP_RESCORE,
                             .options = rescore_options,
                             .options_size = sizeof(RescoreOptions),
                             .run = rescore};
