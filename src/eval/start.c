/* start.c - from models and tasks to runs: data imported, rows added or found again. */
#include "base/hash.h"
#include "base/version.h"
#include "core/store.h"
#include "eval/precision.h"
#include "eval/private.h"

#include <math.h>
#include <stdio.h>

bool eval_is_chat(const Model *model, const Task *task)
{
    if (!model->chat || task->output_type == OUTPUT_ROLLING)
        return false;
    return task->output_type == OUTPUT_GENERATE || model->provider->answer;
}

int64_t eval_run_id(const EvalRun *run)
{
    return run->id;
}

const Task *eval_run_task(const EvalRun *run)
{
    return run->task;
}

const Model *eval_run_model(const EvalRun *run)
{
    return run->model;
}

bool eval_run_was_done(const EvalRun *run)
{
    return run->was_done;
}

static Status save_model(Db *db, const Model *model, Arena *arena, int64_t *id, Err *err)
{
    const ModelSpec *s = &model->spec;
    Json settings = s->settings;
    if (settings.type != JSON_OBJECT)
        settings = (Json){.type = JSON_OBJECT};
    ModelRow row = {.name = s->name,
                    .provider = s->provider,
                    .address = s->address,
                    .model = s->model,
                    .key_env = s->key_env,
                    .settings = json_dump(arena, &settings)};
    return model_row_save(db, &row, id, err);
}

/* Settings of a model that change what it says. */
static Str telling_settings(const ModelSpec *spec, Arena *arena)
{
    static const char *const keys[] = {"api", "score", "start_mark", "extra"};
    Json told = {.type = JSON_OBJECT};
    for (size_t i = 0; i < COUNT(keys); i++) {
        const Json *value = json_get(&spec->settings, keys[i]);
        if (value)
            json_set(arena, &told, str_from(keys[i]), *value);
    }
    told = protocol_in_order(&told, arena);
    return json_dump(arena, &told);
}

/* Same task, same model reached the same way with the same content, same protocol: what a
 * rerun goes on with. Prices, limits and concurrency are not part of it. */
static Str identity_of(const EvalRun *run, const EvalOptions *o, Str protocol_hash, Arena *arena)
{
    const ModelSpec *s = &run->model->spec;
    Hasher *h = hash_begin(arena);
    const Str parts[] = {run->task->name,
                         s->name,
                         s->provider,
                         s->address,
                         s->model,
                         run->model->identity,
                         telling_settings(s, arena),
                         protocol_hash};
    for (size_t i = 0; i < COUNT(parts); i++)
        hash_add_part(h, parts[i]);
    if (o->until_ci > 0) /* asks in another order */
        hash_add_part(h, STR("until-ci"));
    return hash_hex(arena, hash_end(h));
}

static Str run_settings(const EvalOptions *o, Str fresh, Arena *arena)
{
    Json s = {.type = JSON_OBJECT};
    json_set(arena, &s, STR("cluster"), json_str(o->cluster.ptr ? o->cluster : STR("")));
    json_set(arena, &s, STR("fresh"), json_str(fresh));
    json_set(arena, &s, STR("chat_turns"), json_truth(o->chat_turns));
    json_set(arena, &s, STR("system"), json_str(o->system.ptr ? o->system : STR("")));
    json_set(arena, &s, STR("fewshot_seed"), json_integer(arena, (int64_t)o->fewshot_seed));
    if (o->until_ci > 0)
        json_set(arena, &s, STR("order_seed"), json_integer(arena, PRECISION_SEED));
    return json_dump(arena, &s);
}

static Status read_settings(EvalRun *run, Str settings, Arena *arena, Err *err)
{
    Json s;
    TRY(json_parse(arena, settings, &s, err));
    run->fresh = json_text(json_get(&s, "fresh"));
    run->cluster = json_text(json_get(&s, "cluster"));
    run->order_seed = (uint64_t)json_int(json_get(&s, "order_seed"), 0);
    return OK;
}

/* Marks what an earlier command did; error samples are forgotten, to be asked again. */
static Status find_done(Db *db, EvalRun *run, Arena *arena, Err *err)
{
    size_t n_bits = (size_t)(run->n_items * run->n_repeats);
    uint64_t *samples = arena_array(arena, n_bits / 64 + 1, sizeof *samples);
    run->done = arena_array(arena, (size_t)run->n_items / 64 + 1, sizeof *run->done);
    TRY(sample_done(db, run->id, run->n_repeats, samples, n_bits, err));
    for (int64_t i = 0; i < run->n_items; i++) {
        bool all = true;
        for (int64_t r = i * run->n_repeats; r < (i + 1) * run->n_repeats; r++)
            all = all && (samples[r / 64] >> (r % 64) & 1);
        if (all) {
            run->done[i / 64] |= 1ULL << (i % 64);
            run->n_done++;
        }
    }
    run->was_done = run->n_done == run->n_items;
    return OK;
}

static Status check_cluster(const EvalRun *run, Err *err)
{
    if (!run->cluster.len)
        return OK;
    SCOPED_ARENA(a);
    Json columns;
    TRY(json_parse(&a, run->version.columns, &columns, err));
    for (uint32_t i = 0; i < columns.len; i++)
        if (str_eq(columns.items[i].text, run->cluster))
            return OK;
    return err_set(
        err, E_USAGE,
        "data set \"" STR_FMT "\" has no column \"" STR_FMT "\" to cluster by; it has " STR_FMT,
        STR_ARG(run->version.name), STR_ARG(run->cluster), STR_ARG(run->version.columns));
}

static Status check_precision(const EvalOptions *o, const EvalRun *run, Err *err)
{
    const TaskMetric *m = run->task->n_metrics ? &run->task->metrics[0] : NULL;
    if (!(o->until_ci > 0))
        return OK;
    if (run->cluster.len)
        return err_set(err, E_USAGE,
                       "--until-ci needs items that do not share a source: leave out --cluster");
    if (m && str_eqc(m->aggregation, "mean") && m->higher_is_better)
        return OK;
    return err_set(err, E_USAGE,
                   "--until-ci needs a first metric that is a mean of values from 0 to 1, and "
                   "\"" STR_FMT "\" of task \"" STR_FMT "\" is none",
                   STR_ARG(m ? m->name : STR("-")), STR_ARG(run->task->name));
}

static Status check_model(const EvalRun *run, Err *err)
{
    const Provider *p = run->model->provider;
    bool generate = run->task->output_type == OUTPUT_GENERATE;
    if (generate ? p->can_generate : p->can_score && !run->model->no_scores)
        return OK;
    return err_set(err, E_USAGE,
                   "model \"" STR_FMT "\" (%s) cannot give %s, which task \"" STR_FMT "\" needs",
                   STR_ARG(run->model->spec.name), p->name, generate ? "texts" : "log-likelihoods",
                   STR_ARG(run->task->name));
}

/* `alone`: the only run of its batch. Its items may be imported while they are asked. */
static Status import_data(Db *db, const EvalOptions *o, const EvalTask *t, bool alone, EvalRun *run,
                          Arena *arena, Err *err)
{
    const Task *task = t->task;
    bool shots = task->num_fewshot > 0 && task->fewshot_split.len;
    bool same = shots && str_eq(task->fewshot_split, task->test_split);
    bool stream = alone && !same && !task_reorders(task) && !(o->until_ci > 0);
    TRY(eval_import(db, o, t, task->test_split, stream ? &run->importing : NULL, arena,
                    &run->version, err));
    if (same)
        run->fewshot = run->version;
    else if (shots)
        TRY(eval_import(db, o, t, task->fewshot_split, NULL, arena, &run->fewshot, err));
    run->n_items = o->limit && o->limit < run->version.n_items ? o->limit : run->version.n_items;
    if (o->repeats && task_in_all_orders(task))
        return err_set(err, E_USAGE,
                       "task \"" STR_FMT "\" asks each item in every order of its options; leave "
                       "out --repeats",
                       STR_ARG(task->name));
    run->n_repeats = task->output_type != OUTPUT_GENERATE ? 1
                     : o->repeats                         ? o->repeats
                                                          : task->repeats;
    if (run->n_repeats < task_least_repeats(task))
        return err_set(err, E_USAGE,
                       "task \"" STR_FMT "\" has a metric that needs %d answers of each item, "
                       "not %d; use --repeats %d",
                       STR_ARG(task->name), task_least_repeats(task), run->n_repeats,
                       task_least_repeats(task));
    return task_ready(task, err);
}

/* Who misspells a column wants to see those there are. */
static Status add_columns(const EvalRun *run, Status status, Err *err)
{
    size_t used = err && status == E_MISSING ? strlen(err->msg) : 0;
    if (used)
        snprintf(err->msg + used, sizeof err->msg - used, "; the columns are " STR_FMT,
                 STR_ARG(run->version.columns));
    return status;
}

static Status bind(const EvalOptions *o, EvalRun *run, Arena *arena, Err *err)
{
    if (run->importing)
        run->docs = eval_docs_stream(arena, run->importing, run->version.n_items);
    else
        TRY(eval_docs_open(arena, o->db_url, run->version.id, run->version.n_items, &run->docs,
                           err));
    const Docs *shots = NULL;
    if (run->fewshot.id == run->version.id) {
        shots = run->docs;
    } else if (run->fewshot.id) {
        TRY(eval_docs_open(arena, o->db_url, run->fewshot.id, run->fewshot.n_items,
                           &run->fewshot_docs, err));
        shots = run->fewshot_docs;
    }
    BindOptions b = {.chat = !run->chat      ? CHAT_PLAIN
                             : o->chat_turns ? CHAT_TURNS
                                             : CHAT_SINGLE,
                     .system = o->system,
                     .fewshot_seed = o->fewshot_seed};
    Status status = task_bind(arena, run->task, run->docs, shots, &b, &run->bound, err);
    if (status != OK)
        return add_columns(run, status, err);
    /* process_docs may leave documents out. */
    if ((int64_t)task_length(run->bound) < run->n_items)
        run->n_items = (int64_t)task_length(run->bound);
    if (run->row)
        run->row->n_items = run->n_items;
    /* The first item tells what is wrong with columns and templates before anything is asked. */
    SCOPED_ARENA(scratch);
    TaskItem first;
    status = task_item(run->bound, 0, &scratch, &first, err);
    if (status == OK)
        return OK;
    err_wrap(err, "task \"" STR_FMT "\", item 0", STR_ARG(run->task->name));
    return add_columns(run, status, err);
}

/* The row of the run, but for its ids and settings. */
static void describe_run(const EvalOptions *o, EvalRun *run, Arena *arena)
{
    ProtocolInput in = {run->task, &run->version, run->fewshot.id ? &run->fewshot : NULL,
                        o,         run->chat,     run->n_repeats};
    Json protocol = protocol_of(&in, arena);
    Str text = json_dump(arena, &protocol);
    run->row = ARENA_NEW(arena, RunRow);
    *run->row = (RunRow){.version_id = run->version.id,
                         .fewshot_version_id = run->fewshot.id,
                         .task = run->task->name,
                         .config = json_dump(arena, run->task->config),
                         .protocol = text,
                         .protocol_hash = hash_hex(arena, hash_bytes(text)),
                         .n_items = run->n_items,
                         .n_repeats = run->n_repeats,
                         .program = STR(ASSAY_VERSION)};
    run->row->identity = identity_of(run, o, run->row->protocol_hash, arena);
}

static Status word_of(const RunRow *row, Arena *arena, Str *out, Err *err)
{
    Json s;
    TRY(json_parse(arena, row->settings, &s, err));
    *out = json_text(json_get(&s, "fresh"));
    return OK;
}

/* The word of a fresh run that is not finished, or has errors to ask again: "" when the newest
 * run of this identity is none. */
static Status unfinished_word(Db *db, const EvalRun *run, Arena *arena, Str *out, Err *err)
{
    RunRow newest;
    bool found;
    int64_t counts[N_OUTCOMES];
    *out = (Str){0};
    TRY(run_find(db, run->row->identity, arena, &newest, &found, err));
    if (!found)
        return OK;
    TRY(sample_counts(db, newest.id, counts, err));
    if (str_eqc(newest.state, "finished") && !counts[OUTCOME_ERROR])
        return OK;
    return word_of(&newest, arena, out, err);
}

/* The word under which the batch's replies are reused: "" unless it is fresh. A fresh batch
 * goes on with one that was not finished, so that the same command finishes it. */
static Status choose_word(Db *db, const EvalOptions *o, EvalBatch *batch, Arena *arena, Str *out,
                          Err *err)
{
    Str word = STR("");
    for (size_t i = 0; o->fresh && !word.len && i < batch->n_runs; i++)
        TRY(unfinished_word(db, batch->runs[i], arena, &word, err));
    batch->goes_on = word.len > 0;
    if (o->fresh && !word.len)
        word = str_printf(arena, "batch-%lld", (long long)batch->id);
    *out = word;
    return OK;
}

/* Finds the run of this identity, of a fresh batch only its own; else adds it. */
static Status add_or_find_run(Db *db, const EvalOptions *o, Str word, EvalRun *run, Arena *arena,
                              Err *err)
{
    RunRow known;
    bool found;
    Str its_word = {0};
    run->row->settings = run_settings(o, word, arena);
    TRY(run_find(db, run->row->identity, arena, &known, &found, err));
    if (found && o->fresh) {
        TRY(word_of(&known, arena, &its_word, err));
        found = str_eq(its_word, word);
    }
    if (found)
        run->id = known.id;
    else
        TRY(run_add(db, run->row, &run->id, err));
    return read_settings(run, found ? known.settings : run->row->settings, arena, err);
}

/* All that can be wrong is found here, before any run is added. `alone`: see import_data. */
static Status prepare_run(Db *db, const EvalOptions *o, const EvalTask *task, bool alone,
                          EvalRun *run, Arena *arena, Err *err)
{
    run->task = task->task;
    run->chat = eval_is_chat(run->model, run->task);
    run->stream = o->stream;
    TRY(check_model(run, err));
    TRY(import_data(db, o, task, alone, run, arena, err));
    run->cluster = o->cluster;
    TRY(check_cluster(run, err));
    TRY(check_precision(o, run, err));
    describe_run(o, run, arena);
    return bind(o, run, arena, err);
}

/* What an earlier command found counts. */
static Status begin_precision(Db *db, double width, EvalRun *run, Arena *arena, Err *err)
{
    SCOPED_ARENA(scratch);
    RunPoints points = {0};
    run->precision = precision_make(arena, run->n_items, run->order_seed, width);
    TRY(run_numbers(db, run->id, &scratch, &points, NULL, err));
    for (size_t i = 0; points.sets.len && i < points.sets.items[0].points.len; i++) {
        const Point *p = &points.sets.items[0].points.items[i];
        precision_note(run->precision, p->position, isnan(p->value) ? 0 : p->value);
    }
    run->was_done = run->was_done || precision_reached(run->precision);
    return OK;
}

static Status begin_run(Db *db, const EvalOptions *o, Str word, EvalRun *run, Arena *arena,
                        Err *err)
{
    TRY(add_or_find_run(db, o, word, run, arena, err));
    TRY(run_claim_within(db, run->id, run->row->batch_id, err));
    TRY(sample_clear_errors(db, run->id, err));
    TRY(find_done(db, run, arena, err));
    return o->until_ci > 0 ? begin_precision(db, o->until_ci, run, arena, err) : OK;
}

/* What was read is closed; a version whose items were to follow is taken back. */
static void give_up(Db *db, const EvalBatch *batch)
{
    for (size_t i = 0; i < batch->n_runs; i++) {
        const EvalRun *run = batch->runs[i];
        bool begun = run->importing && stream_is_new(run->importing);
        if (run->docs)
            eval_docs_close(run->docs);
        else
            stream_close(run->importing);
        eval_docs_close(run->fewshot_docs);
        if (begun && dataset_forget(db, &run->version, NULL) != OK)
            continue; /* it stays without items until a command uses the file again */
    }
}

static Status prepare_all(Db *db, const EvalOptions *options, const EvalPlan *plan, Arena *arena,
                          EvalBatch *batch, Err *err)
{
    bool alone = plan->n_models * plan->n_tasks == 1;
    for (size_t m = 0; m < plan->n_models; m++)
        for (size_t t = 0; t < plan->n_tasks; t++) {
            EvalRun *run = ARENA_NEW(arena, EvalRun);
            run->model = &plan->models[m];
            batch->runs[batch->n_runs++] = run;
            TRY(prepare_run(db, options, &plan->tasks[t], alone, run, arena, err));
        }
    return OK;
}

static Status begin_all(Db *db, const EvalOptions *options, const EvalPlan *plan, Arena *arena,
                        EvalBatch *batch, Err *err)
{
    Str word = {0};
    TRY(batch_add(db, plan->command, plan->tree, &batch->id, err));
    TRY(choose_word(db, options, batch, arena, &word, err));
    for (size_t i = 0; i < batch->n_runs; i++) {
        EvalRun *run = batch->runs[i];
        TRY(save_model(db, run->model, arena, &run->model_id, err));
        run->row->model_id = run->model_id;
        run->row->batch_id = batch->id;
        TRY(begin_run(db, options, word, run, arena, err));
    }
    return OK;
}

static Status begin_together(Db *db, const EvalOptions *options, const EvalPlan *plan, Arena *arena,
                             EvalBatch *batch, Err *err)
{
    TRY(db_begin(db, err));
    Status status = begin_all(db, options, plan, arena, batch, err);
    if (status == OK)
        status = db_commit(db, err);
    if (status != OK)
        db_rollback(db);
    return status;
}

Status eval_start(Db *db, const EvalOptions *options, const EvalPlan *plan, Arena *arena,
                  EvalBatch *out, Err *err)
{
    EvalBatch batch = {0};
    batch.runs = arena_array(arena, plan->n_models * plan->n_tasks, sizeof *batch.runs);
    Status status = prepare_all(db, options, plan, arena, &batch, err);
    if (status == OK)
        status = begin_together(db, options, plan, arena, &batch, err);
    if (status != OK) {
        give_up(db, &batch);
        return status;
    }
    *out = batch;
    return OK;
}
