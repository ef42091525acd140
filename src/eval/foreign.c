/* foreign.c - storing runs of other frameworks. */
#include "eval/foreign.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "base/version.h"
#include "eval/private.h"
#include "template/template.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

enum { LABEL_BYTES = 500, WHY_BYTES = 500 };

/* ---- for the readers ---- */

Str foreign_folder(Arena *arena, const char *path)
{
    char whole[PATH_MAX];
    Str dir = path_dir(str_from(path));
    bool full = str_ends(dir, STR(".")) && realpath(str_z(arena, dir), whole);
    return str_copy(arena, path_base(full ? str_from(whole) : dir));
}

ForeignSample foreign_sample(void)
{
    return (ForeignSample){.prompt_tokens = -1, .completion_tokens = -1, .seconds = NAN};
}

Str foreign_text(Arena *arena, const Json *value)
{
    if (!value || value->type == JSON_NULL)
        return STR("");
    if (value->type == JSON_STRING)
        return value->text.ptr ? value->text : STR("");
    return json_dump(arena, value);
}

void foreign_add_metric(ForeignRun *run, Arena *arena, Str metric, Str aggregation, bool rises)
{
    Json entry = {.type = JSON_OBJECT};
    run->metrics.type = JSON_ARRAY;
    for (uint32_t i = 0; i < run->metrics.len; i++)
        if (str_eq(json_text(json_get(&run->metrics.items[i], "metric")), metric))
            return;
    json_set(arena, &entry, STR("metric"), json_str(metric));
    json_set(arena, &entry, STR("aggregation"), json_str(aggregation));
    json_set(arena, &entry, STR("higher_is_better"), json_truth(rises));
    json_append(arena, &run->metrics, entry);
}

struct ForeignId {
    Template *template;
};

Status foreign_id_parse(Arena *arena, Str text, ForeignId **out, Err *err)
{
    ForeignId *id = ARENA_NEW(arena, ForeignId);
    *out = NULL;
    if (!text.len)
        return OK;
    if (str_find(text, STR("{{")) < 0) /* a column's name */
        text = str_printf(arena, "{{%.*s}}", (int)text.len, text.ptr);
    TRY(template_parse(arena, text, "--id", &id->template, err));
    *out = id;
    return OK;
}

Status foreign_id_set(const ForeignId *id, const Json *line, Arena *arena, Json *item, Err *err)
{
    Json vars = {.type = JSON_OBJECT}, with = {.type = JSON_OBJECT};
    Str text;
    if (!id)
        return OK;
    for (uint32_t i = 0; i < line->len; i++)
        json_set(arena, &vars, line->members[i].key, line->members[i].value);
    for (uint32_t i = 0; i < item->len; i++)
        json_set(arena, &vars, item->members[i].key, item->members[i].value);
    if (template_render(id->template, &vars, arena, &text, err) != OK)
        return err_wrap(err, "--id");
    json_set(arena, &with, STR("id"), json_str(text));
    for (uint32_t i = 0; i < item->len; i++)
        if (!str_eqc(item->members[i].key, "id"))
            json_set(arena, &with, item->members[i].key, item->members[i].value);
    *item = with;
    return OK;
}

/* ---- storing ---- */

typedef struct Storing {
    Db *db;
    const ForeignRun *run;
    Arena *arena;
    Err *err;
    DatasetVersion version;
    ItemRows keys;
    int64_t model_id, run_id;
    size_t n_repeats;
} Storing;

static Status get_item(void *user, size_t position, Arena *arena, Json *out, Err *err)
{
    const Storing *w = user;
    (void)arena, (void)err;
    *out = w->run->samples.items[position].item;
    return OK;
}

static Status store_items(Storing *w)
{
    const ForeignRun *run = w->run;
    Hasher *h = hash_begin(w->arena);
    bool added;
    for (size_t i = 0; i < run->samples.len; i++) {
        SCOPED_ARENA(scratch);
        hash_add_part(h, json_dump(&scratch, &run->samples.items[i].item));
    }
    DatasetVersion wanted = {.name = run->dataset,
                             .split = run->split,
                             .content_hash = hash_hex(w->arena, hash_end(h)),
                             .source = run->source};
    ItemSource source = {run->samples.len, get_item, w};
    TRY(dataset_import(w->db, &wanted, &source, w->arena, &w->version, &added, w->err));
    TRY(dataset_items(w->db, w->version.id, 0, (int64_t)run->samples.len, w->arena, &w->keys,
                      w->err));
    if (w->keys.len != run->samples.len)
        return err_set(w->err, E_IO, "items of data set \"" STR_FMT "\" are missing",
                       STR_ARG(run->dataset));
    return OK;
}

static Status find_model(Storing *w)
{
    ModelRow row = {.name = w->run->model,
                    .provider = STR("recorded"),
                    .address = w->run->source,
                    .model = w->run->model,
                    .settings = STR("{}")},
             known;
    bool found;
    TRY(model_row_find(w->db, row.name, w->arena, &known, &found, w->err));
    if (!found)
        return model_row_save(w->db, &row, &w->model_id, w->err);
    w->model_id = known.id;
    return OK;
}

static Json config_of(const Storing *w)
{
    Json c = {.type = JSON_OBJECT};
    json_set(w->arena, &c, STR("task"), json_str(w->run->task));
    json_set(w->arena, &c, STR("output_type"),
             json_str(w->run->likelihood ? STR("multiple_choice") : STR("generate_until")));
    json_set(w->arena, &c, STR("doc_to_text"), json_str(STR("")));
    json_set(w->arena, &c, STR("doc_to_target"), json_str(STR("")));
    json_set(w->arena, &c, STR("metric_list"), w->run->metrics);
    json_set(w->arena, &c, STR("foreign"), json_str(str_from(w->run->framework)));
    return c;
}

static Json protocol_of_run(const Storing *w)
{
    Json p = {.type = JSON_OBJECT};
    json_set(w->arena, &p, STR("foreign"), json_str(str_from(w->run->framework)));
    json_set(w->arena, &p, STR("data"), json_str(w->version.content_hash));
    for (uint32_t i = 0; i < w->run->protocol.len; i++)
        json_set(w->arena, &p, w->run->protocol.members[i].key, w->run->protocol.members[i].value);
    return protocol_in_order(&p, w->arena);
}

/* The same log again is the same run. */
static Str identity_of(const Storing *w, Str protocol_hash)
{
    const ForeignRun *run = w->run;
    Hasher *h = hash_begin(w->arena);
    hash_add_part(h, STR("foreign"));
    hash_add_part(h, run->model);
    hash_add_part(h, run->task);
    hash_add_part(h, protocol_hash);
    for (size_t i = 0; i < run->samples.len; i++) {
        const ForeignSample *s = &run->samples.items[i];
        for (size_t k = 0; k < s->outputs.len; k++)
            hash_add_part(h, s->outputs.items[k]);
        hash_add_part(h, s->detail);
        for (size_t k = 0; k < s->scores.len; k++) {
            char text[32];
            json_format_double(text, s->scores.items[k].value);
            hash_add_part(h, s->scores.items[k].metric);
            hash_add_part(h, str_from(text));
        }
    }
    return hash_hex(w->arena, hash_end(h));
}

static Status add_run(Storing *w, Str command, bool *added)
{
    Json config = config_of(w), protocol = protocol_of_run(w), settings = {.type = JSON_OBJECT},
         tree = {.type = JSON_ARRAY}, node = {.type = JSON_OBJECT};
    RunRow known, row = {.model_id = w->model_id,
                         .version_id = w->version.id,
                         .task = w->run->task,
                         .config = json_dump(w->arena, &config),
                         .protocol = json_dump(w->arena, &protocol),
                         .n_items = (int64_t)w->run->samples.len,
                         .n_repeats = (int64_t)w->n_repeats,
                         .program = STR(ASSAY_VERSION)};
    bool found;
    row.protocol_hash = hash_hex(w->arena, hash_bytes(row.protocol));
    row.identity = identity_of(w, row.protocol_hash);
    TRY(run_find(w->db, row.identity, w->arena, &known, &found, w->err));
    *added = !found;
    if (found) {
        w->run_id = known.id;
        return OK;
    }
    json_set(w->arena, &settings, STR("cluster"), json_str(STR("")));
    json_set(w->arena, &settings, STR("fresh"), json_str(STR("")));
    json_set(w->arena, &settings, STR("imported"), json_str(w->run->source));
    row.settings = json_dump(w->arena, &settings);
    json_set(w->arena, &node, STR("name"), json_str(w->run->task));
    json_append(w->arena, &tree, node);
    TRY(batch_add(w->db, command, json_dump(w->arena, &tree), &row.batch_id, w->err));
    return run_add(w->db, &row, &w->run_id, w->err);
}

static Status add_response(Storing *w, const ForeignSample *s, Str output, int64_t *out)
{
    ResponseRow row = {.model_id = w->model_id,
                       .prompt = s->prompt,
                       .text = output,
                       .finish = STR("stop"),
                       .finish_raw = STR(""),
                       .logprob = NAN,
                       .greedy = -1,
                       .prompt_tokens = s->prompt_tokens,
                       .completion_tokens = s->completion_tokens,
                       .seconds = s->seconds,
                       .first_token = NAN,
                       .cost = NAN};
    return response_add(w->db, &row, out, w->err);
}

static Status add_scores(Storing *w, const ForeignSample *s, int64_t sample_id)
{
    SCOPED_ARENA(scratch);
    for (size_t i = 0; i < s->scores.len; i++) {
        const ForeignScore *score = &s->scores.items[i];
        JudgementRow row = {.sample_id = sample_id,
                            .criterion = score->metric,
                            .filter = score->filter,
                            .judge = str_printf(&scratch, "rule:%s", w->run->framework),
                            .value = score->value,
                            .weight = score->weight,
                            .label = utf8_clean(&scratch, utf8_cut(score->label, LABEL_BYTES)),
                            .why = utf8_clean(&scratch, utf8_cut(score->why, WHY_BYTES)),
                            .outcome = score->outcome};
        TRY(judgement_add(w->db, &row, w->err));
    }
    return OK;
}

/* The first pipeline speaks for the sample, as in our own runs. */
static Outcome outcome_of(const ForeignSample *s)
{
    if (s->error.len)
        return OUTCOME_ERROR;
    return s->scores.len ? s->scores.items[0].outcome : OUTCOME_NO_ANSWER;
}

static Status add_sample(Storing *w, size_t at)
{
    const ForeignSample *s = &w->run->samples.items[at];
    size_t n = s->error.len ? w->n_repeats : s->outputs.len ? s->outputs.len : 1;
    for (size_t k = 0; k < n; k++) {
        int64_t id;
        SampleRow row = {.run_id = w->run_id,
                         .position = (int64_t)at,
                         .repeat_index = (int64_t)k,
                         .item_key = w->keys.items[at].key,
                         .prompt = s->prompt,
                         .target = s->target,
                         .detail = s->detail,
                         .error = s->error,
                         .outcome = outcome_of(s),
                         .prompt_tokens = s->prompt_tokens,
                         .completion_tokens = s->completion_tokens,
                         .seconds = s->seconds,
                         .first_token = NAN,
                         .cost = NAN};
        if (k < s->outputs.len && !s->error.len)
            TRY(add_response(w, s, s->outputs.items[k], &row.response_id));
        TRY(sample_add(w->db, &row, &id, w->err));
        if (k == 0 && !s->error.len)
            TRY(add_scores(w, s, id));
    }
    return OK;
}

static Status store(Storing *w, Str command, bool *added)
{
    TRY(find_model(w));
    TRY(add_run(w, command, added));
    if (!*added)
        return OK;
    for (size_t i = 0; i < w->run->samples.len; i++)
        TRY(add_sample(w, i));
    return run_release(w->db, w->run_id, "finished", (Str){0}, w->err);
}

Status eval_foreign(Db *db, const ForeignRun *run, Str command, Arena *arena, ForeignStored *out,
                    Err *err)
{
    Storing w = {.db = db, .run = run, .arena = arena, .err = err, .n_repeats = 1};
    bool added = false;
    for (size_t i = 0; i < run->samples.len; i++)
        if (run->samples.items[i].outputs.len > w.n_repeats)
            w.n_repeats = run->samples.items[i].outputs.len;
    TRY(store_items(&w));
    TRY(db_begin(db, err));
    Status status = store(&w, command, &added);
    if (status == OK && added)
        status = db_commit(db, err);
    if (status != OK || !added)
        db_rollback(db);
    if (status != OK)
        return status;
    *out = (ForeignStored){w.run_id, added};
    return OK;
}
