/* sample_read.c - reading samples: counts, points for statistics, drill-down. */
#include "base/map.h"
#include "core/sample.h"
#include "core/store.h"

#include <math.h>

static Str text_of(DbStmt *s, int column, Arena *arena)
{
    Str t = db_text(s, column);
    return t.ptr ? str_copy(arena, t) : (Str){0};
}

static int64_t count_of(DbStmt *s, int column)
{
    return db_is_null(s, column) ? -1 : db_int(s, column);
}

static double number_of(DbStmt *s, int column)
{
    return db_is_null(s, column) ? NAN : db_double(s, column);
}

static Status packed_of(DbStmt *s, int column, Arena *arena, Str *out, Err *err)
{
    *out = (Str){0};
    Str blob = db_blob(s, column);
    return blob.ptr ? store_unpack(arena, blob, out, err) : OK;
}

#define RESPONSE_COLUMNS                                                                           \
    "p.id, p.model_id, p.key, p.text, p.reasoning, p.finish, p.finish_raw, p.served_model, "       \
    "p.logprob, p.greedy, p.prompt_tokens, p.completion_tokens, p.seconds, p.first_token, "        \
    "p.cost, p.attempts"

static Status read_response(DbStmt *s, int at, Arena *arena, ResponseRow *out, Err *err)
{
    *out = (ResponseRow){.id = db_int(s, at)};
    if (!out->id)
        return OK;
    out->model_id = db_int(s, at + 1);
    out->key = text_of(s, at + 2, arena);
    TRY(packed_of(s, at + 3, arena, &out->text, err));
    TRY(packed_of(s, at + 4, arena, &out->reasoning, err));
    out->finish = text_of(s, at + 5, arena);
    out->finish_raw = text_of(s, at + 6, arena);
    out->served_model = text_of(s, at + 7, arena);
    out->logprob = number_of(s, at + 8);
    out->greedy = (int)count_of(s, at + 9);
    out->prompt_tokens = count_of(s, at + 10);
    out->completion_tokens = count_of(s, at + 11);
    out->seconds = number_of(s, at + 12);
    out->first_token = number_of(s, at + 13);
    out->cost = number_of(s, at + 14);
    out->attempts = db_int(s, at + 15);
    return OK;
}

Status response_get(Db *db, int64_t id, Arena *arena, ResponseRow *out, bool *found, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db, "SELECT " RESPONSE_COLUMNS " FROM response p WHERE p.id = ?1", &s, err));
    db_bind_int(s, 1, id);
    TRY(db_next(s, found, err));
    return *found ? read_response(s, 0, arena, out, err) : OK;
}

Status response_keys(Db *db, int64_t model_id, OnKey each, void *user, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "SELECT id, key FROM response WHERE model_id = ?1 AND key IS NOT NULL ORDER BY id",
                 &s, err));
    db_bind_int(s, 1, model_id);
    for (;;) {
        bool row;
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        each(user, db_text(s, 1), db_int(s, 0));
    }
}

Status sample_counts(Db *db, int64_t run_id, int64_t counts[N_OUTCOMES], Err *err)
{
    SCOPED_STMT(s);
    memset(counts, 0, N_OUTCOMES * sizeof *counts);
    TRY(db_query(db, "SELECT outcome, COUNT(*) FROM sample WHERE run_id = ?1 GROUP BY outcome", &s,
                 err));
    db_bind_int(s, 1, run_id);
    for (;;) {
        bool row;
        Outcome outcome;
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        if (outcome_parse(db_text(s, 0), &outcome))
            counts[outcome] = db_int(s, 1);
    }
}

Status sample_done(Db *db, int64_t run_id, int64_t n_repeats, uint64_t *bits, size_t n_bits,
                   Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db, "SELECT position, repeat_index FROM sample WHERE run_id = ?1", &s, err));
    db_bind_int(s, 1, run_id);
    for (;;) {
        bool row;
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        uint64_t bit = (uint64_t)(db_int(s, 0) * n_repeats + db_int(s, 1));
        if (bit < n_bits)
            bits[bit / 64] |= 1ULL << (bit % 64);
    }
}

static PointSet *set_for(Arena *arena, RunPoints *out, Str criterion, Str filter)
{
    for (size_t i = 0; i < out->sets.len; i++)
        if (str_eq(out->sets.items[i].criterion, criterion) &&
            str_eq(out->sets.items[i].filter, filter))
            return &out->sets.items[i];
    PointSet fresh = {.criterion = str_copy(arena, criterion), .filter = str_copy(arena, filter)};
    vec_push(arena, &out->sets, fresh);
    return &out->sets.items[out->sets.len - 1];
}

static uint32_t cluster_index(Arena *arena, Map *known, Str cluster)
{
    uint32_t *index = map_get(known, cluster);
    if (!index) {
        index = ARENA_NEW(arena, uint32_t);
        *index = (uint32_t)known->len;
        map_set(arena, known, str_copy(arena, cluster), index);
    }
    return *index;
}

enum { NO_CLUSTER = -1 };

/* Items without a cluster each get their own, after those that have one. */
static void separate_lone(RunPoints *points)
{
    size_t named = points->n_clusters;
    for (size_t i = 0; i < points->sets.len; i++)
        for (size_t p = 0; p < points->sets.items[i].points.len; p++) {
            Point *point = &points->sets.items[i].points.items[p];
            if (point->cluster != (uint32_t)NO_CLUSTER)
                continue;
            point->cluster = named ? (uint32_t)named + (uint32_t)point->position : 0;
            if (named && point->cluster >= points->n_clusters)
                points->n_clusters = point->cluster + 1;
        }
}

/* Columns of the one pass over a run: its samples with their judgements by rules. */
enum {
    C_POSITION,
    C_CLUSTER,
    C_CRITERION,
    C_FILTER,
    C_VERDICT,
    C_VALUE,
    C_SAMPLE,
    C_OUTCOME,
    C_PROMPT_TOKENS,
    C_COMPLETION_TOKENS,
    C_SECONDS,
    C_FIRST_TOKEN,
    C_COST,
    C_ATTEMPTS,
    C_CACHED,
    C_WEIGHT,
    C_DETAIL,
};

static Outcome outcome_in(DbStmt *s, int column)
{
    Outcome outcome;
    return outcome_parse(db_text(s, column), &outcome) ? outcome : OUTCOME_ERROR;
}

static void add_point(DbStmt *s, Map *clusters, Arena *arena, RunPoints *out)
{
    Point point = {
        .position = db_int(s, C_POSITION),
        .outcome = outcome_in(s, C_VERDICT),
        .value = number_of(s, C_VALUE),
        .weight = db_double(s, C_WEIGHT),
    };
    if (db_text(s, C_DETAIL).len)
        point.detail = str_copy(arena, db_text(s, C_DETAIL));
    point.cluster = db_is_null(s, C_CLUSTER)
                        ? (uint32_t)NO_CLUSTER
                        : cluster_index(arena, clusters, db_text(s, C_CLUSTER));
    PointSet *set = set_for(arena, out, db_text(s, C_CRITERION), db_text(s, C_FILTER));
    vec_push(arena, &set->points, point);
}

static void add_usage(DbStmt *s, Arena *arena, RunUsage *out)
{
    Outcome outcome = outcome_in(s, C_OUTCOME);
    out->counts[outcome]++;
    if (outcome == OUTCOME_ERROR)
        return;
    out->n_samples++;
    out->prompt_tokens += db_int(s, C_PROMPT_TOKENS);
    out->completion_tokens += db_int(s, C_COMPLETION_TOKENS);
    out->attempts += db_int(s, C_ATTEMPTS);
    if (!db_is_null(s, C_COST)) {
        out->cost += db_double(s, C_COST);
        out->n_priced++;
    }
    if (db_int(s, C_CACHED)) {
        out->cached++;
        return;
    }
    if (!db_is_null(s, C_SECONDS))
        vec_push(arena, &out->seconds, db_double(s, C_SECONDS));
    if (!db_is_null(s, C_FIRST_TOKEN))
        vec_push(arena, &out->first_tokens, db_double(s, C_FIRST_TOKEN));
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sort(double *values, size_t n)
{
    if (n)
        qsort(values, n, sizeof *values, by_value);
}

Status run_numbers(Db *db, int64_t run_id, Arena *arena, RunPoints *points, RunUsage *usage,
                   Err *err)
{
    SCOPED_STMT(s);
    Map clusters = {0};
    int64_t sample = 0;
    TRY(db_query(db,
                 "SELECT s.position, s.cluster, j.criterion, j.filter, j.outcome, j.value, s.id, "
                 "s.outcome, s.prompt_tokens, s.completion_tokens, s.seconds, s.first_token, "
                 "s.cost, s.attempts, s.cached, COALESCE(j.weight, 0), j.detail FROM sample s "
                 "LEFT JOIN judgement j ON j.sample_id = s.id AND j.judge LIKE 'rule:%' "
                 "WHERE s.run_id = ?1 ORDER BY s.position, s.repeat_index, j.id",
                 &s, err));
    db_bind_int(s, 1, run_id);
    for (;;) {
        bool row;
        TRY(db_next(s, &row, err));
        if (!row)
            break;
        if (usage && db_int(s, C_SAMPLE) != sample)
            add_usage(s, arena, usage);
        sample = db_int(s, C_SAMPLE);
        if (!db_is_null(s, C_CRITERION))
            add_point(s, &clusters, arena, points);
    }
    points->n_clusters = clusters.len;
    separate_lone(points);
    if (usage) {
        sort(usage->seconds.items, usage->seconds.len);
        sort(usage->first_tokens.items, usage->first_tokens.len);
    }
    return OK;
}

Status run_item_keys(Db *db, int64_t run_id, Arena *arena, ItemKeys *out, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "SELECT position, item_key FROM sample WHERE run_id = ?1 AND repeat_index = 0 "
                 "ORDER BY position",
                 &s, err));
    db_bind_int(s, 1, run_id);
    for (;;) {
        bool row;
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        vec_push(arena, out, (ItemKey){db_int(s, 0), str_copy(arena, db_text(s, 1))});
    }
}

static Status read_view(DbStmt *s, Arena *arena, SampleView *v, Err *err)
{
    SampleRow *r = &v->sample;
    r->id = db_int(s, 0);
    r->run_id = db_int(s, 1);
    r->position = db_int(s, 2);
    r->repeat_index = db_int(s, 3);
    r->item_key = text_of(s, 4, arena);
    r->cluster = text_of(s, 5, arena);
    if (!outcome_parse(db_text(s, 6), &r->outcome))
        r->outcome = OUTCOME_ERROR;
    r->cached = db_int(s, 7) != 0;
    TRY(packed_of(s, 8, arena, &r->prompt, err));
    r->target = text_of(s, 9, arena);
    r->detail = text_of(s, 10, arena);
    r->error = text_of(s, 11, arena);
    TRY(packed_of(s, 12, arena, &v->item, err));
    r->prompt_tokens = count_of(s, 13);
    r->completion_tokens = count_of(s, 14);
    r->seconds = number_of(s, 15);
    r->cost = number_of(s, 16);
    r->attempts = db_int(s, 17);
    r->first_token = number_of(s, 18);
    TRY(read_response(s, 19, arena, &v->response, err));
    v->moved = db_int(s, 35) != 0;
    r->response_id = v->response.id;
    return OK;
}

static Status add_judgements(Db *db, Arena *arena, SampleView *v, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "SELECT id, criterion, filter, judge, value, label, outcome, why, detail, rule, "
                 "steps FROM judgement WHERE sample_id = ?1 ORDER BY id",
                 &s, err));
    db_bind_int(s, 1, v->sample.id);
    for (;;) {
        bool row;
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        JudgementRow j = {.id = db_int(s, 0),
                          .sample_id = v->sample.id,
                          .criterion = text_of(s, 1, arena),
                          .filter = text_of(s, 2, arena),
                          .judge = text_of(s, 3, arena),
                          .value = number_of(s, 4),
                          .label = text_of(s, 5, arena),
                          .why = text_of(s, 7, arena),
                          .detail = text_of(s, 8, arena),
                          .rule = text_of(s, 9, arena),
                          .steps = text_of(s, 10, arena)};
        if (!outcome_parse(db_text(s, 6), &j.outcome))
            j.outcome = OUTCOME_ERROR;
        vec_push(arena, &v->judgements, j);
    }
}

/* The item of a sample that does not stand at its own position: its task reordered them. */
static Status add_item(Db *db, Arena *arena, SampleView *v, Err *err)
{
    SCOPED_STMT(s);
    bool row;
    if (!v->moved)
        return OK;
    TRY(db_query(db,
                 "SELECT i.data FROM item i JOIN run r ON r.version_id = i.version_id "
                 "WHERE r.id = ?1 AND i.key = ?2",
                 &s, err));
    db_bind_int(s, 1, v->sample.run_id);
    db_bind_text(s, 2, v->sample.item_key);
    TRY(db_next(s, &row, err));
    return row ? packed_of(s, 0, arena, &v->item, err) : OK;
}

static void bind_query(DbStmt *s, const SampleQuery *q)
{
    db_bind_int(s, 1, q->run_id);
    db_bind_int(s, 2, q->after_position);
    db_bind_int(s, 7, q->after_repeat);
    db_bind_text(s, 3, q->outcome < 0 ? STR("") : str_from(outcome_name((Outcome)q->outcome)));
    db_bind_int(s, 4, q->wrong);
    db_bind_int(s, 5, q->position);
    db_bind_int(s, 6, q->limit);
}

Status sample_views(Db *db, const SampleQuery *q, Arena *arena, SampleViews *out, Err *err)
{
    {
        SCOPED_STMT(s);
        TRY(db_query(
            db,
            "SELECT s.id, s.run_id, s.position, s.repeat_index, s.item_key, s.cluster, "
            "s.outcome, s.cached, COALESCE(s.prompt, p.prompt), s.target, s.detail, s.error, "
            "i.data, s.prompt_tokens, s.completion_tokens, "
            "s.seconds, s.cost, s.attempts, "
            "s.first_token, " RESPONSE_COLUMNS ", CASE WHEN i.key = s.item_key THEN 0 ELSE 1 END "
            "FROM sample s JOIN run r ON r.id = s.run_id "
            "LEFT JOIN item i ON i.version_id = r.version_id AND i.position = s.position "
            "LEFT JOIN response p ON p.id = s.response_id "
            "WHERE s.run_id = ?1 AND (s.position > ?2 OR "
            "(s.position = ?2 AND s.repeat_index > ?7)) AND (?3 = '' OR s.outcome = ?3) "
            "AND (?4 = 0 OR s.outcome <> 'scored' OR EXISTS (SELECT 1 FROM judgement j "
            "WHERE j.sample_id = s.id AND (j.value IS NULL OR j.value < 1))) "
            "AND (?5 < 0 OR s.position = ?5) "
            "ORDER BY s.position, s.repeat_index LIMIT ?6",
            &s, err));
        bind_query(s, q);
        for (;;) {
            bool row;
            SampleView v = {0};
            TRY(db_next(s, &row, err));
            if (!row)
                break;
            TRY(read_view(s, arena, &v, err));
            vec_push(arena, out, v);
        }
    }
    for (size_t i = 0; i < out->len; i++) {
        TRY(add_item(db, arena, &out->items[i], err));
        if (out->items[i].judgements.len == 0)
            TRY(add_judgements(db, arena, &out->items[i], err));
    }
    return OK;
}
