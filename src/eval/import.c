/* import.c - outputs made elsewhere become runs like all others. */
#include "base/hash.h"
#include "base/version.h"
#include "eval/private.h"

#include <math.h>

/* ---- items in memory as documents of a task ---- */

typedef struct ItemDocs {
    Docs docs; /* first: what task/ sees */
    const Json *items;
} ItemDocs;

static Status get_item(const Docs *docs, size_t index, Arena *arena, Json *out, Err *err)
{
    (void)arena, (void)err;
    *out = ((const ItemDocs *)docs)->items[index];
    return OK;
}

static Status get_source(void *user, size_t position, Arena *arena, Json *out, Err *err)
{
    return get_item(user, position, arena, out, err);
}

/* ---- scoring, before anything is stored ---- */

typedef struct Importing {
    Db *db;
    const RecordedSet *set;
    Arena *arena;
    Err *err;
    ItemDocs docs;
    TaskBound *bound;
    TaskItem *items;
    Judgement *judged; /* by model, then by item */
    Str *unjudged;     /* why there is none; or empty */
    int n_judged, n_failed;
    ItemRows keys; /* of the stored version */
    DatasetVersion version;
} Importing;

static ModelReply reply_of(Str output)
{
    return (ModelReply){.state = REPLY_OK,
                        .text = output,
                        .finish = FINISH_STOP,
                        .finish_raw = STR("stop"),
                        .prompt_tokens = -1,
                        .completion_tokens = -1,
                        .first_token = -1};
}

static Status judge_item(Importing *w, size_t at)
{
    const RecordedSet *set = w->set;
    TRY(task_item(w->bound, at, w->arena, &w->items[at], w->err));
    for (size_t m = 0; m < set->n_models; m++) {
        Str output = set->models[m].outputs[w->items[at].source];
        Judgement *j = &w->judged[m * set->n_items + at];
        if (!output.ptr)
            continue;
        ModelReply reply = reply_of(output);
        Status status = eval_judge(w->bound, &w->items[at], &reply, 1, w->arena, j, w->err);
        w->n_judged += status == OK;
        w->n_failed += status != OK;
        if (status == OK)
            continue;
        bool slow = task_is_slow(set->task);
        if (!eval_spares_others(status, slow, w->n_judged, w->n_failed, w->err))
            return status;
        w->unjudged[m * set->n_items + at] = eval_unjudged(w->err, at, w->arena);
    }
    return OK;
}

static Status judge_all(Importing *w)
{
    const RecordedSet *set = w->set;
    BindOptions b = {.chat = CHAT_PLAIN, .fewshot_seed = 1234};
    w->docs = (ItemDocs){{set->n_items, get_item}, set->items};
    TRY(task_ready(set->task, w->err));
    TRY(task_bind(w->arena, set->task, &w->docs.docs, NULL, &b, &w->bound, w->err));
    if (task_length(w->bound) != set->n_items)
        return err_set(w->err, E_USAGE,
                       "task \"" STR_FMT "\" leaves out items (process_docs), so outputs cannot be "
                       "matched with them",
                       STR_ARG(set->task->name));
    w->items = arena_array(w->arena, set->n_items, sizeof *w->items);
    w->judged = arena_array(w->arena, set->n_items * set->n_models, sizeof *w->judged);
    w->unjudged = arena_array(w->arena, set->n_items * set->n_models, sizeof *w->unjudged);
    for (size_t i = 0; i < set->n_items; i++)
        if (judge_item(w, i) != OK)
            return err_wrap(w->err, "item %zu", i);
    return OK;
}

/* ---- storing ---- */

static Status store_items(Importing *w)
{
    const RecordedSet *set = w->set;
    Hasher *h = hash_begin(w->arena);
    bool added;
    for (size_t i = 0; i < set->n_items; i++) {
        SCOPED_ARENA(scratch);
        hash_add_part(h, json_dump(&scratch, &set->items[i]));
    }
    DatasetVersion wanted = {.name = set->dataset,
                             .split = set->split,
                             .content_hash = hash_hex(w->arena, hash_end(h)),
                             .source = set->source};
    ItemSource source = {set->n_items, get_source, &w->docs};
    TRY(dataset_import(w->db, &wanted, &source, w->arena, &w->version, &added, w->err));
    TRY(dataset_items(w->db, w->version.id, 0, (int64_t)set->n_items, w->arena, &w->keys, w->err));
    if (w->keys.len != set->n_items)
        return err_set(w->err, E_IO, "items of data set \"" STR_FMT "\" are missing",
                       STR_ARG(set->dataset));
    return OK;
}

/* A model of this name that is known already stays as it is. */
static Status model_id_of(Importing *w, Str name, int64_t *out)
{
    ModelRow row = {.name = name,
                    .provider = STR("recorded"),
                    .address = w->set->source,
                    .model = name,
                    .settings = STR("{}")},
             known;
    bool found;
    TRY(model_row_find(w->db, name, w->arena, &known, &found, w->err));
    if (!found)
        return model_row_save(w->db, &row, out, w->err);
    *out = known.id;
    return OK;
}

static Str identity_of(const Importing *w, const RecordedModel *model, Str protocol_hash)
{
    Hasher *h = hash_begin(w->arena);
    hash_add_part(h, STR("recorded"));
    hash_add_part(h, model->name);
    hash_add_part(h, w->set->task->name);
    hash_add_part(h, protocol_hash);
    for (size_t i = 0; i < w->set->n_items; i++) {
        hash_add_part(h, model->outputs[i].ptr ? STR("output") : STR("none"));
        hash_add_part(h, model->outputs[i]);
    }
    return hash_hex(w->arena, hash_end(h));
}

static Str settings_of(const Importing *w)
{
    Json s = {.type = JSON_OBJECT};
    json_set(w->arena, &s, STR("cluster"),
             json_str(w->set->cluster.ptr ? w->set->cluster : STR("")));
    json_set(w->arena, &s, STR("fresh"), json_str(STR("")));
    json_set(w->arena, &s, STR("imported"), json_str(w->set->source));
    return json_dump(w->arena, &s);
}

static Status add_response(Importing *w, int64_t model_id, size_t at, Str output, int64_t *out)
{
    ResponseRow row = {.model_id = model_id,
                       .prompt = w->items[at].requests[0].context,
                       .text = output,
                       .finish = STR("stop"),
                       .finish_raw = STR("stop"),
                       .logprob = NAN,
                       .greedy = -1,
                       .prompt_tokens = -1,
                       .completion_tokens = -1,
                       .seconds = NAN,
                       .first_token = NAN,
                       .cost = NAN};
    return response_add(w->db, &row, out, w->err);
}

static SampleRow sample_of(const Importing *w, int64_t run_id, size_t at)
{
    const TaskItem *item = &w->items[at];
    SampleRow row = {.run_id = run_id,
                     .position = (int64_t)at,
                     .item_key = w->keys.items[w->items[at].source].key,
                     .prompt = item->requests[0].context,
                     .target = item->target_text,
                     .prompt_tokens = -1,
                     .completion_tokens = -1,
                     .seconds = NAN,
                     .first_token = NAN,
                     .cost = NAN};
    const Json *value = w->set->cluster.len ? json_get_str(&item->doc, w->set->cluster) : NULL;
    if (value)
        row.cluster = value->type == JSON_STRING ? value->text : json_dump(w->arena, value);
    return row;
}

static Status add_sample(Importing *w, size_t m, int64_t model_id, int64_t run_id, size_t at)
{
    Str output = w->set->models[m].outputs[w->items[at].source];
    const Judgement *j = &w->judged[m * w->set->n_items + at];
    SampleRow row = sample_of(w, run_id, at);
    int64_t id;
    if (!output.ptr) {
        row.outcome = OUTCOME_ERROR;
        row.error = STR("no output of this item was recorded");
        return sample_add(w->db, &row, &id, w->err);
    }
    TRY(add_response(w, model_id, at, output, &row.response_id));
    row.error = w->unjudged[m * w->set->n_items + at];
    row.outcome = row.error.len ? OUTCOME_ERROR : j->outcome;
    if (row.error.len)
        return sample_add(w->db, &row, &id, w->err);
    TRY(sample_add(w->db, &row, &id, w->err));
    return eval_add_judgements(w->db, w->set->task, id, j, w->err);
}

static Status add_run(Importing *w, size_t m, int64_t batch_id, Str protocol, RecordedRun *out)
{
    const RecordedSet *set = w->set;
    int64_t model_id;
    bool found;
    RunRow known, row = {.batch_id = batch_id,
                         .version_id = w->version.id,
                         .task = set->task->name,
                         .config = json_dump(w->arena, set->task->config),
                         .protocol = protocol,
                         .protocol_hash = hash_hex(w->arena, hash_bytes(protocol)),
                         .settings = settings_of(w),
                         .n_items = (int64_t)set->n_items,
                         .n_repeats = 1,
                         .program = STR(ASSAY_VERSION)};
    row.identity = identity_of(w, &set->models[m], row.protocol_hash);
    for (size_t i = 0; i < set->n_items; i++)
        out->n_outputs += set->models[m].outputs[i].ptr != NULL;
    TRY(run_find(w->db, row.identity, w->arena, &known, &found, w->err));
    out->added = !found;
    out->id = found ? known.id : 0;
    if (found)
        return OK;
    TRY(model_id_of(w, set->models[m].name, &model_id));
    row.model_id = model_id;
    TRY(run_add(w->db, &row, &out->id, w->err));
    for (size_t i = 0; i < set->n_items; i++)
        TRY(add_sample(w, m, model_id, out->id, i));
    return run_release(w->db, out->id, "finished", (Str){0}, w->err);
}

static Status add_runs(Importing *w, RecordedRun *runs)
{
    EvalOptions options = {.fewshot_seed = 1234};
    ProtocolInput in = {w->set->task, &w->version, NULL, &options, false, 1};
    Json protocol = protocol_of(&in, w->arena), tree = {.type = JSON_ARRAY},
         node = {.type = JSON_OBJECT};
    Str text = json_dump(w->arena, &protocol);
    int64_t batch_id;
    json_set(w->arena, &node, STR("name"), json_str(w->set->task->name));
    json_append(w->arena, &tree, node);
    TRY(batch_add(w->db, w->set->command, json_dump(w->arena, &tree), &batch_id, w->err));
    for (size_t m = 0; m < w->set->n_models; m++)
        TRY(add_run(w, m, batch_id, text, &runs[m]));
    return OK;
}

Status eval_record(Db *db, const RecordedSet *set, Arena *arena, RecordedRun *runs, Err *err)
{
    Importing w = {.db = db, .set = set, .arena = arena, .err = err};
    Status judged = judge_all(&w);
    task_unbind(w.bound);
    TRY(judged);
    TRY(store_items(&w));
    TRY(db_begin(db, err));
    Status status = add_runs(&w, runs);
    bool any = false;
    for (size_t i = 0; i < set->n_models; i++)
        any = any || runs[i].added;
    if (status == OK && any)
        status = db_commit(db, err);
    if (status != OK || !any)
        db_rollback(db);
    return status;
}
