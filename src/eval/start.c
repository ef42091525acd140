/* start.c - from models and tasks to runs: data imported, rows added or found again. */
#include "base/hash.h"
#include "base/version.h"
#include "core/store.h"
#include "eval/private.h"

#include <stdio.h>

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
static Str identity_of(const EvalRun *run, Str protocol_hash, Arena *arena)
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
    return json_dump(arena, &s);
}

static Status read_settings(EvalRun *run, Str settings, Arena *arena, Err *err)
{
    Json s;
    TRY(json_parse(arena, settings, &s, err));
    run->fresh = json_text(json_get(&s, "fresh"));
    run->cluster = json_text(json_get(&s, "cluster"));
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

static Status check_model(const EvalRun *run, Err *err)
{
    const Provider *p = run->model->provider;
    bool generate = run->task->output_type == OUTPUT_GENERATE;
    if (generate ? p->can_generate : p->can_score)
        return OK;
    return err_set(err, E_USAGE,
                   "model \"" STR_FMT "\" (%s) cannot give %s, which task \"" STR_FMT "\" needs",
                   STR_ARG(run->model->spec.name), p->name, generate ? "texts" : "log-likelihoods",
                   STR_ARG(run->task->name));
}

static Status import_data(Db *db, const EvalOptions *o, const EvalTask *t, EvalRun *run,
                          Arena *arena, Err *err)
{
    const Task *task = t->task;
    TRY(eval_import(db, o, t, task->test_split, arena, &run->version, err));
    if (task->num_fewshot > 0 && task->fewshot_split.len) {
        if (str_eq(task->fewshot_split, task->test_split))
            run->fewshot = run->version;
        else
            TRY(eval_import(db, o, t, task->fewshot_split, arena, &run->fewshot, err));
    }
    run->n_items = o->limit && o->limit < run->version.n_items ? o->limit : run->version.n_items;
    run->n_repeats = task->output_type != OUTPUT_GENERATE ? 1
                     : o->repeats                         ? o->repeats
                                                          : task->repeats;
    if (run->n_repeats < task_least_repeats(task))
        return err_set(err, E_USAGE,
                       "task \"" STR_FMT "\" has a metric that needs %d answers of each item, "
                       "not %d; use --repeats %d",
                       STR_ARG(task->name), task_least_repeats(task), run->n_repeats,
                       task_least_repeats(task));
    return OK;
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
    TRY(eval_docs_open(arena, o->db_url, run->version.id, run->version.n_items, &run->docs, err));
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
    /* The first item tells what is wrong with columns and templates before anything is asked. */
    SCOPED_ARENA(scratch);
    TaskItem first;
    status = task_item(run->bound, 0, &scratch, &first, err);
    if (status == OK)
        return OK;
    err_wrap(err, "task \"" STR_FMT "\", item 0", STR_ARG(run->task->name));
    return add_columns(run, status, err);
}

static Status add_or_find_run(Db *db, const EvalOptions *o, int64_t batch_id, EvalRun *run,
                              Arena *arena, Err *err)
{
    ProtocolInput in = {run->task, &run->version, run->fewshot.id ? &run->fewshot : NULL,
                        o,         run->chat,     run->n_repeats};
    Json protocol = protocol_of(&in, arena);
    Str text = json_dump(arena, &protocol);
    RunRow row = {.batch_id = batch_id,
                  .model_id = run->model_id,
                  .version_id = run->version.id,
                  .fewshot_version_id = run->fewshot.id,
                  .task = run->task->name,
                  .config = json_dump(arena, run->task->config),
                  .protocol = text,
                  .protocol_hash = hash_hex(arena, hash_bytes(text)),
                  .n_items = run->n_items,
                  .n_repeats = run->n_repeats,
                  .program = STR(ASSAY_VERSION)},
           found_row;
    row.identity = identity_of(run, row.protocol_hash, arena);
    Str fresh = o->fresh ? str_printf(arena, "batch-%lld", (long long)batch_id) : STR("");
    row.settings = run_settings(o, fresh, arena);
    bool found = false;
    if (!o->fresh)
        TRY(run_find(db, row.identity, arena, &found_row, &found, err));
    if (found)
        run->id = found_row.id;
    else
        TRY(run_add(db, &row, &run->id, err));
    return read_settings(run, found ? found_row.settings : row.settings, arena, err);
}

/* All that can be wrong is found here, before any run is added. */
static Status prepare_run(Db *db, const EvalOptions *o, const EvalTask *task, EvalRun *run,
                          Arena *arena, Err *err)
{
    run->task = task->task;
    run->chat = run->model->chat && run->task->output_type == OUTPUT_GENERATE;
    run->stream = o->stream;
    TRY(check_model(run, err));
    TRY(save_model(db, run->model, arena, &run->model_id, err));
    TRY(import_data(db, o, task, run, arena, err));
    run->cluster = o->cluster;
    TRY(check_cluster(run, err));
    return bind(o, run, arena, err);
}

static Status begin_run(Db *db, const EvalOptions *o, int64_t batch_id, EvalRun *run, Arena *arena,
                        Err *err)
{
    TRY(add_or_find_run(db, o, batch_id, run, arena, err));
    TRY(run_claim(db, run->id, batch_id, err));
    run->claimed = true;
    TRY(sample_clear_errors(db, run->id, err));
    return find_done(db, run, arena, err);
}

/* Nobody works on what was claimed; what was read is closed. */
static void give_up(Db *db, EvalBatch *batch)
{
    for (size_t i = 0; i < batch->n_runs; i++) {
        EvalRun *run = batch->runs[i];
        eval_docs_close(run->docs);
        eval_docs_close(run->fewshot_docs);
        const char *state = run->was_done ? "finished" : "stopped";
        Str reason = run->was_done ? STR("") : STR("not started");
        if (run->claimed && run_release(db, run->id, state, reason, NULL) != OK)
            continue; /* the process ends, and with it the claim */
    }
}

static Status prepare_all(Db *db, const EvalOptions *options, const EvalPlan *plan, Arena *arena,
                          EvalBatch *batch, Err *err)
{
    for (size_t m = 0; m < plan->n_models; m++)
        for (size_t t = 0; t < plan->n_tasks; t++) {
            EvalRun *run = ARENA_NEW(arena, EvalRun);
            run->model = &plan->models[m];
            batch->runs[batch->n_runs++] = run;
            TRY(prepare_run(db, options, &plan->tasks[t], run, arena, err));
        }
    return OK;
}

static Status begin_all(Db *db, const EvalOptions *options, const EvalPlan *plan, Arena *arena,
                        EvalBatch *batch, Err *err)
{
    TRY(batch_add(db, plan->command, plan->tree, &batch->id, err));
    for (size_t i = 0; i < batch->n_runs; i++)
        TRY(begin_run(db, options, batch->id, batch->runs[i], arena, err));
    return OK;
}

Status eval_start(Db *db, const EvalOptions *options, const EvalPlan *plan, Arena *arena,
                  EvalBatch *out, Err *err)
{
    EvalBatch batch = {0};
    batch.runs = arena_array(arena, plan->n_models * plan->n_tasks, sizeof *batch.runs);
    Status status = prepare_all(db, options, plan, arena, &batch, err);
    if (status == OK)
        status = begin_all(db, options, plan, arena, &batch, err);
    if (status != OK) {
        give_up(db, &batch);
        return status;
    }
    *out = batch;
    return OK;
}
