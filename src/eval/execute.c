/* execute.c - works through the runs of a batch, a model at a time or all at once. */
#include "core/store.h"
#include "eval/precision.h"
#include "eval/private.h"

#include <pthread.h>
#include <unistd.h>

/* All runs of one model: the engine sees them as one stream of units. */
typedef struct ModelWork {
    const EvalOptions *options;
    EvalRun **runs;
    size_t n_runs, current;
    Writer *writer;
    EvalProgress *progress;
    pthread_t thread;
    EngineEnd end;
    Err reason, err;
    Status status;
} ModelWork;

static Status next_unit(void *user, Unit *unit, bool *more, Err *err)
{
    ModelWork *w = user;
    *more = false;
    for (; w->current < w->n_runs; w->current++) {
        TRY(eval_next(w->runs[w->current], unit, more, err));
        if (*more)
            return OK;
    }
    return OK;
}

static Status finish_unit(void *user, Db *db, Unit *unit, Err *err)
{
    (void)user;
    return eval_finish(db, unit, err);
}

static Status judge_unit(void *user, Unit *unit, Err *err)
{
    (void)user;
    return eval_judge_ahead(unit, err);
}

static void work_on(ModelWork *w)
{
    const EvalRun *first = w->runs[0];
    EngineOptions o = {
        .model = first->model,
        .model_id = first->model_id,
        .db_url = w->options->db_url,
        .concurrency = w->options->concurrency,
        .max_attempts = w->options->max_attempts,
        .retry_wait = w->options->retry_wait,
        .max_cost = w->options->max_cost,
        .max_requests = w->options->max_requests,
        .stop = w->options->stop,
    };
    EngineJob job = {w, next_unit, finish_unit, judge_unit};
    for (size_t i = 0; i < w->n_runs; i++)
        if (w->runs[i]->bound)
            task_bound_halt(w->runs[i]->bound, w->options->stop);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (first->model->provider->answer && cores > 0 && o.concurrency > cores)
        o.concurrency = (int)cores;
    w->status = engine_run(&o, &job, w->writer, &w->progress->engine, &w->end, &w->reason, &w->err);
}

static void *work_main(void *argument)
{
    work_on(argument);
    return NULL;
}

static void count_totals(ModelWork *w)
{
    for (size_t i = 0; i < w->n_runs; i++) {
        EvalRun *run = w->runs[i];
        run->progress = w->progress;
        atomic_fetch_add(&w->progress->total, run->n_items);
        atomic_fetch_add(&w->progress->before, run->n_done);
    }
}

/* Splits the batch into stretches of runs with the same model. */
static size_t split(const EvalOptions *options, const EvalBatch *batch, Writer *writer,
                    EvalProgress *progress, ModelWork *works)
{
    size_t n = 0;
    for (size_t i = 0; i < batch->n_runs; i++) {
        if (i == 0 || batch->runs[i]->model != batch->runs[i - 1]->model)
            works[n++] = (ModelWork){.options = options,
                                     .runs = &batch->runs[i],
                                     .writer = writer,
                                     .progress = progress};
        works[n - 1].n_runs++;
    }
    for (size_t i = 0; i < n; i++)
        count_totals(&works[i]);
    return n;
}

static bool has_work(const ModelWork *w)
{
    for (size_t i = 0; i < w->n_runs; i++)
        if (!w->runs[i]->was_done)
            return true;
    return false;
}

static Status run_all(ModelWork *works, size_t n, Err *err)
{
    for (size_t i = 0; i < n; i++) {
        works[i].thread = 0;
        if (!works[i].runs[0]->model->provider->answer && has_work(&works[i]) &&
            pthread_create(&works[i].thread, NULL, work_main, &works[i]) != 0)
            works[i].status = err_set(&works[i].err, E_LIMIT, "could not start a thread");
    }
    for (size_t i = 0; i < n; i++)
        if (works[i].runs[0]->model->provider->answer && has_work(&works[i]))
            work_on(&works[i]);
    for (size_t i = 0; i < n; i++)
        if (works[i].thread)
            pthread_join(works[i].thread, NULL);
    for (size_t i = 0; i < n; i++)
        if (works[i].status != OK) {
            *err = works[i].err;
            return works[i].status;
        }
    return OK;
}

/* After a failure only the database knows which samples were committed. */
static Status count_samples(Db *db, EvalRun *run, Err *err)
{
    int64_t counts[N_OUTCOMES];
    TRY(sample_counts(db, run->id, counts, err));
    run->n_added = -run->n_done * run->n_repeats;
    for (int o = 0; o < N_OUTCOMES; o++)
        run->n_added += counts[o];
    run->n_errors = counts[OUTCOME_ERROR];
    return OK;
}

/* Marks each run finished or stopped, as its samples say. */
static Status close_runs(Db *db, const ModelWork *w, bool failed, EvalOutcome *out, Err *err)
{
    for (size_t i = 0; i < w->n_runs; i++) {
        EvalRun *run = w->runs[i];
        if (failed)
            TRY(count_samples(db, run, err));
        bool all = run->n_done * run->n_repeats + run->n_added == run->n_items * run->n_repeats;
        all = all || (run->precision && precision_reached(run->precision));
        out->unanswered = out->unanswered || !all || run->n_errors > 0;
        TRY(run_release(db, run->id, all ? "finished" : "stopped",
                        all ? STR("") : str_from(w->reason.msg), err));
    }
    return OK;
}

static void merge_end(EvalOutcome *out, const ModelWork *w)
{
    if (w->end == ENGINE_DONE)
        return;
    if (out->end == ENGINE_DONE)
        out->reason = w->reason;
    if (w->end == ENGINE_INTERRUPTED || (out->end != ENGINE_INTERRUPTED && w->end > out->end))
        out->end = w->end;
}

Status eval_execute(const EvalOptions *options, EvalBatch *batch, EvalProgress *progress,
                    EvalOutcome *out, Err *err)
{
    SCOPED_ARENA(arena);
    Writer *writer;
    ModelWork *works = arena_array(&arena, batch->n_runs ? batch->n_runs : 1, sizeof *works);
    *out = (EvalOutcome){0};
    TRY(writer_start(options->db_url, &writer, err));
    size_t n = split(options, batch, writer, progress, works);
    ItemStream *importing = batch->n_runs == 1 ? batch->runs[0]->importing : NULL;
    if (importing)
        stream_attach(importing, writer);
    Status status = run_all(works, n, err);
    if (importing && status == OK)
        status = stream_finish(importing, writer, options->stop, err);
    Status written = writer_stop(writer, status == OK ? err : NULL);
    if (status == OK)
        status = written;
    for (size_t i = 0; i < batch->n_runs; i++) {
        task_unbind(batch->runs[i]->bound);
        eval_docs_close(batch->runs[i]->docs);
        eval_docs_close(batch->runs[i]->fewshot_docs);
    }
    Db *db;
    Status opened = store_open(options->db_url, &db, status == OK ? err : NULL);
    if (opened != OK)
        return status != OK ? status : opened;
    for (size_t i = 0; i < n; i++) {
        merge_end(out, &works[i]);
        Status closed = close_runs(db, &works[i], status != OK, out, status == OK ? err : NULL);
        status = status != OK ? status : closed;
    }
    db_close(db);
    return status;
}
