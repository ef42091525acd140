/* cmd_run.c - assay run. */
#include "cli/draws.h"
#include "cli/gate.h"
#include "cli/phrase.h"
#include "cli/progress.h"
#include "cli/run_command.h"
#include "cli/view.h"
#include "core/store.h"

/* The command as text, for the batch's record. Options hold no secrets: keys are named by
 * their environment variable. */
static Str describe(App *app, const RunOptions *o)
{
    StrBuf out = strbuf_make(app->arena, 1 << 16);
    strbuf_adds(&out, "run");
    for (size_t i = 0; i < o->models.len; i++)
        strbuf_addf(&out, " -m " STR_FMT, STR_ARG(o->models.items[i]));
    for (size_t i = 0; i < o->specs.len; i++)
        strbuf_addf(&out, " -m " STR_FMT, STR_ARG(o->specs.items[i].name));
    for (size_t i = 0; i < o->tasks.len; i++)
        strbuf_addf(&out, " -t " STR_FMT, STR_ARG(o->tasks.items[i]));
    if (o->limit)
        strbuf_addf(&out, " -n %lld", (long long)o->limit);
    return strbuf_str(&out);
}

Status run_load_batch(App *app, Db *db, const EvalBatch *batch, size_t draws, RunSummary **out,
                      Err *err)
{
    RunSummary *runs = arena_array(app->arena, batch->n_runs + 1, sizeof *runs);
    for (size_t i = 0; i < batch->n_runs; i++)
        TRY(eval_summarise(db, eval_run_id(batch->runs[i]), draws, app->arena, &runs[i], err));
    *out = runs;
    return OK;
}

static void print_outcome(App *app, const EvalOutcome *outcome)
{
    SCOPED_ARENA(a);
    if (outcome->end == ENGINE_DONE)
        return;
    Str reason = phrase_error(app, &a, str_from(outcome->reason.msg));
    fprintf(app->info, "%s\n%s\n", trf(app, &a, T_STOPPED, str_z(&a, reason)).ptr,
            tr(app, T_RESUME_HINT));
}

static Status check_gates(App *app, const RunOptions *o, const RunSummary *runs, size_t n,
                          Json *list, Err *err)
{
    SCOPED_ARENA(a);
    for (size_t i = 0; i < o->gates.len; i++) {
        GateResult g;
        TRY(gate_check(o->gates.items[i], runs, n, &g, err));
        Json entry = {.type = JSON_OBJECT};
        json_set(app->arena, &entry, STR("gate"), json_str(g.text));
        json_set(app->arena, &entry, STR("value"), json_num(app->arena, g.value));
        json_set(app->arena, &entry, STR("passed"), json_truth(g.passed));
        json_append(app->arena, list, entry);
        if (!g.passed)
            app->exit_status = EXIT_GATE;
        if (!app->json)
            fprintf(app->out, "%s\n",
                    trf(app, &a, g.passed ? T_GATE_PASSED : T_GATE_FAILED, str_z(&a, g.text),
                        str_printf(&a, "%.4g", g.value).ptr)
                        .ptr);
    }
    return OK;
}

static Status report_results(App *app, const RunOptions *o, const Plan *plan,
                             const RunSummary *runs, size_t n, Err *err)
{
    GroupSummaries groups = {0};
    Json gates = {.type = JSON_ARRAY};
    Arena *a = app->arena;
    TRY(eval_groups(json_dump(a, &plan->tree), runs, n, a, &groups, err));
    if (!app->json) {
        print_results(app, runs, n);
        print_groups(app, &groups);
        return check_gates(app, o, runs, n, &gates, err);
    }
    TRY(check_gates(app, o, runs, n, &gates, err));
    Json out = {.type = JSON_OBJECT}, run_list = {.type = JSON_ARRAY},
         group_list = {.type = JSON_ARRAY};
    for (size_t i = 0; i < n; i++)
        json_append(a, &run_list, view_run(&runs[i], a));
    for (size_t i = 0; i < groups.len; i++)
        json_append(a, &group_list, view_group(&groups.items[i], a));
    json_set(a, &out, STR("runs"), run_list);
    json_set(a, &out, STR("groups"), group_list);
    json_set(a, &out, STR("gates"), gates);
    app_print_json(app, &out);
    return OK;
}

static void set_exit(App *app, const EvalOutcome *outcome)
{
    if (outcome->end == ENGINE_INTERRUPTED)
        app->exit_status = EXIT_INTERRUPTED;
    else if (outcome->end == ENGINE_FATAL)
        app->exit_status = 1;
    else if (outcome->unanswered || outcome->end == ENGINE_BUDGET)
        app->exit_status = EXIT_UNANSWERED;
}

Status run_execute(App *app, const RunOptions *o, Plan *plan, Db *db, EvalBatch *batch,
                   EvalOutcome *outcome, Err *err)
{
    EvalProgress counters = {0};
    EvalPlan work = {plan->models,    plan->n_models,   plan->tasks.items,
                     plan->tasks.len, describe(app, o), json_dump(app->arena, &plan->tree)};
    TRY(eval_start(db, &plan->eval, &work, app->arena, batch, err));
    bool all_done = true;
    if (batch->goes_on && !app->quiet)
        fprintf(app->info, "%s\n", tr(app, T_FRESH_CONTINUED));
    for (size_t i = 0; i < batch->n_runs; i++)
        all_done = all_done && eval_run_was_done(batch->runs[i]);
    if (all_done && !app->quiet)
        fprintf(app->info, "%s\n", tr(app, T_ALREADY_DONE));
    Progress *progress = all_done ? NULL : progress_start(app, &counters);
    Status status = eval_execute(&plan->eval, batch, &counters, outcome, err);
    progress_stop(progress);
    if (!all_done)
        db_tidy(db); /* beside the summary */
    return status;
}

/* Before anything is asked. */
static Status check_conditions(App *app, const RunOptions *o, const Plan *plan, Err *err)
{
    const Task **tasks = arena_array(app->arena, plan->tasks.len + 1, sizeof *tasks);
    for (size_t i = 0; i < plan->tasks.len; i++)
        tasks[i] = plan->tasks.items[i].task;
    for (size_t i = 0; i < o->gates.len; i++)
        TRY(gate_parse(o->gates.items[i], tasks, plan->tasks.len, err));
    return OK;
}

static Status run_plan(App *app, const RunOptions *o, Db *db, Err *err)
{
    Plan plan;
    EvalBatch batch;
    EvalOutcome outcome;
    RunSummary *runs;
    TRY(plan_make(app, o, db, &plan, err));
    Status status = check_conditions(app, o, &plan, err);
    if (status == OK)
        status = run_execute(app, o, &plan, db, &batch, &outcome, err);
    if (status == OK)
        status = run_load_batch(app, db, &batch, (size_t)o->draws, &runs, err);
    if (status == OK) {
        print_outcome(app, &outcome);
        status = report_results(app, o, &plan, runs, batch.n_runs, err);
        int gate = app->exit_status;
        set_exit(app, &outcome);
        if (!app->exit_status || (gate && app->exit_status == EXIT_UNANSWERED))
            app->exit_status = gate;
    }
    plan_close(&plan);
    return status;
}

static Status run(App *app, void *options, const StrList *arguments, Err *err)
{
    RunOptions *o = options;
    Db *db;
    if (arguments->len > 1)
        return err_set(err, E_USAGE, "one run file at a time");
    if (arguments->len)
        TRY(run_file_read(app, str_z(app->arena, arguments->items[0]), o, err));
    TRY(draws_check(o->draws, err));
    TRY(store_open(app->db_url, &db, err));
    Status status = run_plan(app, o, db, err);
    db_close(db);
    return status;
}

const Command cmd_run = {
    .name = "run",
    .arguments = "[FILE.yaml]",
    .help = T_HELP_RUN,
    .options = run_options,
    .options_size = sizeof(RunOptions),
    .defaults = &run_defaults,
    .drains = true,
    .run = run,
};
