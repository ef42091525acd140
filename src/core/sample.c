/* sample.c - writing responses, samples and judgements. */
#include "core/sample.h"

#include "base/clock.h"
#include "core/store.h"

#include <math.h>

static Str or_empty(Str s)
{
    return s.ptr ? s : STR("");
}

static void bind_count(DbStmt *s, int index, int64_t value)
{
    if (value < 0)
        db_bind_null(s, index);
    else
        db_bind_int(s, index, value);
}

static void bind_response(DbStmt *s, const ResponseRow *r, Arena *scratch)
{
    db_bind_text(s, 1, r->key.len ? r->key : (Str){0});
    db_bind_int(s, 2, r->model_id);
    db_bind_blob(s, 3, r->prompt.ptr ? store_pack(scratch, r->prompt) : (Str){0});
    db_bind_blob(s, 4, r->text.ptr ? store_pack(scratch, r->text) : (Str){0});
    db_bind_blob(s, 5, r->reasoning.len ? store_pack(scratch, r->reasoning) : (Str){0});
    db_bind_text(s, 6, or_empty(r->finish));
    db_bind_text(s, 7, or_empty(r->finish_raw));
    db_bind_double(s, 8, r->logprob);
    bind_count(s, 9, r->greedy);
    bind_count(s, 10, r->prompt_tokens);
    bind_count(s, 11, r->completion_tokens);
    db_bind_double(s, 12, r->seconds);
    db_bind_double(s, 13, r->first_token);
    db_bind_double(s, 14, r->cost);
    db_bind_int(s, 15, r->attempts);
    db_bind_text(s, 16, or_empty(r->served_model));
    db_bind_int(s, 17, clock_unix_ms());
}

Status response_add(Db *db, const ResponseRow *r, int64_t *out_id, Err *err)
{
    SCOPED_ARENA(scratch);
    SCOPED_STMT(s);
    TRY(db_query_insert(
        db,
        "INSERT INTO response (key, model_id, prompt, text, reasoning, finish, finish_raw, "
        "logprob, greedy, prompt_tokens, completion_tokens, seconds, first_token, cost, "
        "attempts, served_model, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
        "?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        &s, err));
    bind_response(s, r, &scratch);
    return db_insert(s, out_id, err);
}

static void bind_sample(DbStmt *s, const SampleRow *r, Arena *scratch)
{
    db_bind_int(s, 1, r->run_id);
    db_bind_int(s, 2, r->position);
    db_bind_int(s, 3, r->repeat_index);
    db_bind_text(s, 4, or_empty(r->item_key));
    db_bind_text(s, 5, r->cluster);
    db_bind_text(s, 6, str_from(outcome_name(r->outcome)));
    if (r->response_id)
        db_bind_int(s, 7, r->response_id);
    else
        db_bind_null(s, 7);
    db_bind_int(s, 8, r->cached);
    db_bind_blob(s, 9, r->response_id ? str_from(NULL) : store_pack(scratch, r->prompt));
    db_bind_text(s, 10, or_empty(r->target));
    db_bind_text(s, 11, or_empty(r->detail));
    db_bind_text(s, 12, or_empty(r->error));
    db_bind_int(s, 13, clock_unix_ms());
    bind_count(s, 14, r->prompt_tokens);
    bind_count(s, 15, r->completion_tokens);
    db_bind_double(s, 16, r->seconds);
    db_bind_double(s, 17, r->cost);
    db_bind_int(s, 18, r->attempts);
    db_bind_double(s, 19, r->first_token);
}

Status sample_add(Db *db, const SampleRow *r, int64_t *out_id, Err *err)
{
    SCOPED_ARENA(scratch);
    SCOPED_STMT(s);
    TRY(db_query_insert(
        db,
        "INSERT INTO sample (run_id, position, repeat_index, item_key, cluster, outcome, "
        "response_id, cached, prompt, target, detail, error, created, prompt_tokens, "
        "completion_tokens, seconds, cost, attempts, first_token) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
        "?17, ?18, ?19)",
        &s, err));
    bind_sample(s, r, &scratch);
    return db_insert(s, out_id, err);
}

static Status run_statement(Db *db, const char *sql, int64_t id, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db, sql, &s, err));
    db_bind_int(s, 1, id);
    return db_run(s, err);
}

/* An item is asked again as a whole, so all repeats of an item with an error go. */
Status sample_clear_errors(Db *db, int64_t run_id, Err *err)
{
#define ERROR_SAMPLES                                                                              \
    "(SELECT id FROM sample WHERE run_id = ?1 AND position IN "                                    \
    "(SELECT position FROM sample WHERE run_id = ?1 AND outcome = 'error'))"
    TRY(run_statement(db, "DELETE FROM judgement WHERE sample_id IN " ERROR_SAMPLES, run_id, err));
    return run_statement(db, "DELETE FROM sample WHERE id IN " ERROR_SAMPLES, run_id, err);
#undef ERROR_SAMPLES
}

Status sample_set_outcome(Db *db, int64_t sample_id, Outcome outcome, Str error, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db, "UPDATE sample SET outcome = ?2, error = ?3 WHERE id = ?1", &s, err));
    db_bind_int(s, 1, sample_id);
    db_bind_text(s, 2, str_from(outcome_name(outcome)));
    db_bind_text(s, 3, error.len ? error : STR(""));
    return db_run(s, err);
}

Status judgement_clear_rules(Db *db, int64_t run_id, Err *err)
{
    return run_statement(db,
                         "DELETE FROM judgement WHERE judge LIKE 'rule:%' AND sample_id IN "
                         "(SELECT id FROM sample WHERE run_id = ?1)",
                         run_id, err);
}

Status judgement_add(Db *db, const JudgementRow *r, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "INSERT INTO judgement (sample_id, criterion, filter, judge, value, label, "
                 "outcome, why, created, weight, detail, rule, steps) "
                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                 &s, err));
    db_bind_int(s, 1, r->sample_id);
    db_bind_text(s, 2, or_empty(r->criterion));
    db_bind_text(s, 3, or_empty(r->filter));
    db_bind_text(s, 4, or_empty(r->judge));
    db_bind_double(s, 5, r->value);
    db_bind_text(s, 6, or_empty(r->label));
    db_bind_text(s, 7, str_from(outcome_name(r->outcome)));
    db_bind_text(s, 8, or_empty(r->why));
    db_bind_int(s, 9, clock_unix_ms());
    if (r->weight > 0)
        db_bind_double(s, 10, r->weight);
    else
        db_bind_null(s, 10);
    db_bind_text(s, 11, or_empty(r->detail));
    db_bind_text(s, 12, or_empty(r->rule));
    db_bind_text(s, 13, or_empty(r->steps));
    return db_run(s, err);
}

Status run_rules(Db *db, int64_t run_id, Arena *arena, RuleCounts *out, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "SELECT j.filter, j.rule, COUNT(*), "
                 "SUM(CASE WHEN j.outcome = 'scored' THEN 1 ELSE 0 END), "
                 "AVG(CASE WHEN j.outcome = 'scored' THEN j.value END) "
                 "FROM judgement j JOIN sample s ON s.id = j.sample_id "
                 "WHERE s.run_id = ?1 AND j.rule <> '' AND j.criterion = "
                 "(SELECT k.criterion FROM judgement k WHERE k.sample_id = j.sample_id "
                 "AND k.filter = j.filter ORDER BY k.id LIMIT 1) "
                 "GROUP BY j.filter, j.rule ORDER BY j.filter, COUNT(*) DESC, j.rule",
                 &s, err));
    db_bind_int(s, 1, run_id);
    for (;;) {
        bool row;
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        RuleCount c = {.filter = str_copy(arena, db_text(s, 0)),
                       .rule = str_copy(arena, db_text(s, 1)),
                       .n = db_int(s, 2),
                       .found = db_int(s, 3),
                       .mean = db_is_null(s, 4) ? NAN : db_double(s, 4)};
        vec_push(arena, out, c);
    }
}
