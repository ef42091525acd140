/* cmd_demo.c - assay demo: a complete evaluation with the built-in models. */
#include "base/clock.h"
#include "cli/export.h"
#include "cli/run_command.h"
#include "cli/table.h"
#include "core/store.h"

/* Honest models of rising skill, and one that was trained on the public questions. */
static const char *const demo_models[] = {"local:tiny-2", "local:tiny-4", "local:tiny-6",
                                          "local:tiny-8", "local:tiny-leak"};
static const char report_file[] = "report.html";
static const char *const honest = "local:tiny-6", *const leaked = "local:tiny-leak";

static RunOptions demo_options(App *app)
{
    RunOptions o = run_defaults;
    for (size_t i = 0; i < COUNT(demo_models); i++)
        vec_push(app->arena, &o.models, str_from(demo_models[i]));
    vec_push(app->arena, &o.tasks, STR("tiny"));
    return o;
}

static const RunSummary *find_run(const RunSummary *runs, size_t n, const char *model,
                                  const char *task)
{
    for (size_t i = 0; i < n; i++)
        if (str_eqc(runs[i].run.model, model) && str_eqc(runs[i].run.task, task))
            return &runs[i];
    return NULL;
}

static Status compare_two(App *app, Db *db, const RunSummary *runs, size_t n, Comparisons *out,
                          Err *err)
{
    const RunSummary *a = find_run(runs, n, honest, "tiny_sum_public");
    const RunSummary *b = find_run(runs, n, leaked, "tiny_sum_public");
    if (!a || !b)
        return OK;
    RunPair pair = {a->run.id, b->run.id};
    return eval_compare(db, &pair, 1, &(CompareHow){0}, app->arena, out, err);
}

typedef struct GapLine {
    const char *model;
    double pub, twin;
    GapResult gap;
} GapLine;

/* Sums and stories together: the public sets against their twins. */
static GapLine gap_of(const RunSummary *runs, size_t n, const char *model)
{
    static const char *const tasks[][2] = {{"tiny_sum_public", "tiny_sum_twin"},
                                           {"tiny_story_public", "tiny_story_twin"}};
    double k[2] = {0}, m[2] = {0};
    for (size_t t = 0; t < COUNT(tasks); t++)
        for (int side = 0; side < 2; side++) {
            const RunSummary *s = find_run(runs, n, model, tasks[t][side]);
            if (!s || !s->metrics.len)
                continue;
            const MeanResult *h = &s->metrics.items[0].headline;
            k[side] += h->mean * (double)h->n;
            m[side] += (double)h->n;
        }
    return (GapLine){model, k[0] / m[0], k[1] / m[1], proportion_gap(k[0], m[0], k[1], m[1], 0.95)};
}

static void print_gap(App *app, const GapLine *g)
{
    SCOPED_ARENA(a);
    Str points = str_printf(&a, "%+.1f", g->gap.gap * 100);
    fprintf(app->out, "%s\n    %s\n",
            trf(app, &a, T_DEMO_GAP_LINE, g->model + strlen("local:"), tr(app, T_DEMO_PUBLIC),
                show_percent(&a, g->pub).ptr, tr(app, T_DEMO_TWIN), show_percent(&a, g->twin).ptr,
                tr(app, T_DEMO_GAP), points.ptr,
                show_interval(&a, g->gap.newcombe.low, g->gap.newcombe.high, true).ptr,
                show_p(&a, g->gap.p, -300).ptr)
                .ptr,
            tr(app, g->gap.p < 0.01 ? T_DEMO_LEAKED : T_DEMO_HONEST));
}

static void print_next(App *app, const RunSummary *wrong)
{
    SCOPED_ARENA(a);
    const struct {
        Str arguments;
        TextId what;
    } lines[] = {
        {str_printf(&a, "show %lld", wrong ? (long long)wrong->run.id : 1LL), T_DEMO_NEXT_SHOW},
        {str_printf(&a, "samples %lld --wrong -n 3", wrong ? (long long)wrong->run.id : 1LL),
         T_DEMO_NEXT_WRONG},
        {STR("compare local:tiny-4 local:tiny-6"), T_DEMO_NEXT_COMPARE},
        {STR("run -m openai:MODEL --data my.csv --prompt '{{question}}' --target '{{answer}}'"),
         T_DEMO_NEXT_OWN},
    };
    fprintf(app->out, "\n%s\n", tr(app, T_DEMO_TYPE_NEXT));
    for (size_t i = 0; i < COUNT(lines); i++)
        fprintf(app->out, "  %s\n    %s %.*s\n", tr(app, lines[i].what), app->program,
                (int)lines[i].arguments.len, lines[i].arguments.ptr);
}

static Status show_results(App *app, Db *db, const Plan *plan, RunSummary *runs, size_t n,
                           double seconds, Err *err)
{
    Comparisons comparisons = {0};
    GroupSummaries groups = {0};
    int64_t answers = 0;
    Arena *a = app->arena;
    for (size_t i = 0; i < n; i++)
        answers += runs[i].n_samples;
    TRY(eval_groups(json_dump(a, &plan->tree), runs, n, a, &groups, err));
    TRY(compare_two(app, db, runs, n, &comparisons, err));
    GapLine gaps[] = {gap_of(runs, n, honest), gap_of(runs, n, leaked)};
    fprintf(app->info, "%s\n\n", trf(app, a, T_DEMO_TOOK, (long long)answers, seconds).ptr);
    print_results(app, runs, n);
    print_groups(app, &groups);
    fprintf(app->out, "\n%s\n", trf(app, a, T_DEMO_COMPARE, leaked, honest).ptr);
    print_comparisons(app, &comparisons, 10);
    fprintf(app->out, "\n%s\n", tr(app, T_DEMO_AUDIT));
    for (size_t i = 0; i < COUNT(gaps); i++)
        print_gap(app, &gaps[i]);
    TRY(export_page(app, db, runs, n, str_from(tr(app, T_DEMO_TITLE)), report_file, err));
    fprintf(app->out, "\n%s\n",
            trf(app, a, T_DEMO_WROTE, store_shown(a, app->db_url).ptr, report_file).ptr);
    print_next(app, find_run(runs, n, "local:tiny-4", "tiny_sum_public"));
    return OK;
}

static Status demo_in(App *app, Db *db, Err *err)
{
    RunOptions o = demo_options(app);
    Plan plan;
    EvalBatch batch;
    EvalOutcome outcome;
    RunSummary *runs;
    double start = clock_seconds();
    fprintf(app->info, "%s\n", tr(app, T_DEMO_INTRO));
    TRY(plan_make(app, &o, db, &plan, err));
    Status status = run_execute(app, &o, &plan, db, &batch, &outcome, err);
    if (status == OK)
        status = run_load_batch(app, db, &batch, 0, &runs, err);
    if (status == OK && outcome.end == ENGINE_INTERRUPTED)
        app->exit_status = EXIT_INTERRUPTED;
    else if (status == OK)
        status = show_results(app, db, &plan, runs, batch.n_runs, clock_seconds() - start, err);
    plan_close(&plan);
    return status;
}

static Status demo(App *app, void *options, const StrList *arguments, Err *err)
{
    Db *db;
    (void)options, (void)arguments;
    TRY(store_open(app->db_url, &db, err));
    Status status = demo_in(app, db, err);
    db_close(db);
    return status;
}

const Command cmd_demo = {.name = "demo", .help = T_HELP_DEMO, .drains = true, .run = demo};
