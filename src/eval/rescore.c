/* rescore.c - stored outputs judged again, without inference.
 *
 * First everything is judged and compared with the old verdicts, which may take long and keeps
 * nobody from writing; only then, in one transaction that finds the run as it was, the old
 * judgements of rules go and the new ones, the outcomes and the run's config and protocol are
 * written. Error samples without a reply have nothing to judge and stay; a reply that cannot be
 * judged makes an error sample, as in a run. */
#include "base/hash.h"
#include "base/version.h"
#include "eval/private.h"

#include <math.h>

/* ---- items of the run's version ---- */

typedef struct VersionDocs {
    Docs docs; /* first: what task/ sees */
    Db *db;
    int64_t version_id;
} VersionDocs;

static Status get_item(const Docs *docs, size_t index, Arena *arena, Json *out, Err *err)
{
    const VersionDocs *d = (const VersionDocs *)docs;
    ItemRows rows = {0};
    TRY(dataset_items(d->db, d->version_id, (int64_t)index, 1, arena, &rows, err));
    if (!rows.len || rows.items[0].position != (int64_t)index)
        return err_set(err, E_MISSING, "item %zu is missing in the database", index);
    return json_parse(arena, rows.items[0].data, out, err);
}

/* ---- judging ---- */

/* The new verdict on one item; it stands at the first of its samples. */
typedef struct Verdict {
    int64_t sample_id; /* of the first repeat; the others follow it */
    int64_t *others;
    Judgement judged;
    Str unjudged; /* why it is not; or empty */
} Verdict;

typedef struct Rescoring {
    Db *db;
    RunRow run;
    Task task; /* without few-shot examples: prompts are stored */
    TaskBound *bound;
    Arena *arena;
    Err *err;
    VEC(Verdict) verdicts;
    RescoreCounts counts;
    int n_judged, n_failed;
} Rescoring;

/* How the replies behind stored likelihoods ended: the sample's outcome tells. */
static FinishReason finish_of(Outcome outcome)
{
    return outcome == OUTCOME_REFUSED    ? FINISH_REFUSED
           : outcome == OUTCOME_FILTERED ? FINISH_FILTERED
                                         : FINISH_STOP;
}

/* Likelihoods are stored with the sample, texts as responses. */
static Status replies_of(Rescoring *w, const SampleView *views, size_t n, Arena *arena,
                         ModelReply **out, size_t *n_out)
{
    Json detail;
    if (w->task.output_type == OUTPUT_GENERATE) {
        ModelReply *replies = arena_array(arena, n, sizeof *replies);
        for (size_t i = 0; i < n; i++)
            replies[i] = engine_reply_of(&views[i].response);
        *out = replies;
        *n_out = n;
        return OK;
    }
    TRY(json_parse(arena, views[0].sample.detail, &detail, w->err));
    const Json *logprobs = json_get(&detail, "logprobs"), *greedy = json_get(&detail, "greedy");
    if (!json_is(logprobs, JSON_ARRAY) || !json_is(greedy, JSON_ARRAY) ||
        logprobs->len != greedy->len)
        return err_set(w->err, E_PARSE, "the stored log-likelihoods are damaged");
    ModelReply *replies = arena_array(arena, logprobs->len + 1u, sizeof *replies);
    for (uint32_t i = 0; i < logprobs->len; i++) {
        replies[i].finish = finish_of(views[0].sample.outcome);
        replies[i].logprob = json_number(&logprobs->items[i], NAN);
        replies[i].greedy = json_bool(&greedy->items[i], false);
    }
    *out = replies;
    *n_out = logprobs->len;
    return OK;
}

/* The old judgement that a new one takes the place of: the one of its name, else the one at
 * its place. */
static const JudgementRow *old_of(const Rescoring *w, const SampleView *v, const TaskScore *s,
                                  size_t place)
{
    const JudgementRow *at_place = NULL;
    for (size_t i = 0, rules = 0; i < v->judgements.len; i++) {
        const JudgementRow *j = &v->judgements.items[i];
        if (!str_starts(j->judge, STR("rule:")))
            continue;
        if (str_eq(j->criterion, w->task.metrics[s->metric].name) &&
            str_eq(j->filter, w->task.filters[s->filter]))
            return j;
        if (rules++ == place)
            at_place = j;
    }
    return at_place;
}

static bool same_value(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* A value that was or is missing counts as 0, as in the headline. */
static double or_zero(double value)
{
    return isnan(value) ? 0 : value;
}

static void count_changes(Rescoring *w, const SampleView *v, const Judgement *new)
{
    RescoreCounts *c = &w->counts;
    for (size_t i = 0; i < new->n_scores; i++) {
        const TaskScore *s = &new->scores[i];
        const JudgementRow *old = old_of(w, v, s, i);
        c->judgements++;
        if (old && same_value(old->value, s->value) && str_eq(old->label, eval_label(s)) &&
            old->outcome == new->outcomes[i])
            continue;
        c->changed++;
        if (!old)
            continue;
        double change = or_zero(s->value) - or_zero(old->value);
        c->raised += change > 0;
        c->lowered += change < 0;
        c->gained += old->outcome != OUTCOME_SCORED && new->outcomes[i] == OUTCOME_SCORED;
        c->lost += old->outcome == OUTCOME_SCORED && new->outcomes[i] != OUTCOME_SCORED;
    }
}

static void *copy_array(Arena *arena, const void *items, size_t n, size_t size)
{
    void *copy = arena_array(arena, n + 1, size);
    memcpy(copy, items, n * size);
    return copy;
}

static Verdict verdict_on(Rescoring *w, const SampleView *views)
{
    size_t n = (size_t)w->run.n_repeats;
    Verdict v = {.sample_id = views[0].sample.id};
    v.others = arena_array(w->arena, n, sizeof *v.others);
    for (size_t i = 1; i < n; i++)
        v.others[i - 1] = views[i].sample.id;
    return v;
}

static void keep_verdict(Rescoring *w, const SampleView *views, const Judgement *j)
{
    Verdict kept = verdict_on(w, views);
    kept.judged = *j;
    Judgement *k = &kept.judged;
    k->repeats = copy_array(w->arena, j->repeats, j->n_repeats, sizeof *k->repeats);
    k->outcomes = copy_array(w->arena, j->outcomes, j->n_scores, sizeof *k->outcomes);
    k->scores = copy_array(w->arena, j->scores, j->n_scores, sizeof *k->scores);
    for (size_t i = 0; i < j->n_scores; i++) {
        k->scores[i].extracted = str_copy(w->arena, j->scores[i].extracted);
        k->scores[i].why = str_copy(w->arena, j->scores[i].why);
        k->scores[i].detail = str_copy(w->arena, j->scores[i].detail);
        k->scores[i].rule = str_copy(w->arena, j->scores[i].rule);
        k->scores[i].steps = str_copy(w->arena, j->scores[i].steps);
    }
    vec_push(w->arena, &w->verdicts, kept);
}

static bool has_reply(const Rescoring *w, const SampleRow *s)
{
    return w->task.output_type == OUTPUT_GENERATE ? s->response_id != 0 : s->detail.len != 0;
}

/* All repeats of one item. */
static Status judge_item(Rescoring *w, const SampleView *views, Arena *arena)
{
    TaskItem item;
    ModelReply *replies = NULL;
    size_t n_replies = 0, n = (size_t)w->run.n_repeats;
    for (size_t i = 0; i < n; i++)
        if (views[i].sample.outcome == OUTCOME_ERROR && !has_reply(w, &views[i].sample))
            return OK;
    TRY(task_item(w->bound, (size_t)views[0].sample.position, arena, &item, w->err));
    TRY(replies_of(w, views, n, arena, &replies, &n_replies));
    Judgement j;
    Status status = eval_judge(w->bound, &item, replies, n_replies, arena, &j, w->err);
    w->n_judged += status == OK;
    w->n_failed += status != OK;
    if (status != OK) {
        bool slow = task_is_slow(&w->task);
        if (!eval_spares_others(status, slow, w->n_judged, w->n_failed, w->err))
            return status;
        Verdict none = verdict_on(w, views);
        none.unjudged = eval_unjudged(w->err, item.position, w->arena);
        vec_push(w->arena, &w->verdicts, none);
        return OK;
    }
    count_changes(w, &views[0], &j);
    keep_verdict(w, views, &j);
    return OK;
}

/* How many of `views` from `at` on belong to one item, whose repeats were written together. */
static size_t item_run(const SampleViews *views, size_t at)
{
    size_t n = 1;
    while (at + n < views->len &&
           views->items[at + n].sample.position == views->items[at].sample.position)
        n++;
    return n;
}

/* A page ends where its last item may go on in the next one. */
static Status judge_page(Rescoring *w, SampleQuery *q, bool *more)
{
    SCOPED_ARENA(page);
    SampleViews views = {0};
    size_t repeats = (size_t)w->run.n_repeats;
    TRY(sample_views(w->db, q, &page, &views, w->err));
    *more = views.len == (size_t)q->limit;
    for (size_t at = 0; at < views.len;) {
        size_t n = item_run(&views, at);
        if (at + n == views.len && n < repeats && *more)
            return OK;
        if (n == repeats && judge_item(w, &views.items[at], &page) != OK)
            return err_wrap(w->err, "item %lld", (long long)views.items[at].sample.position);
        at += n;
        q->after_position = views.items[at - 1].sample.position;
        q->after_repeat = views.items[at - 1].sample.repeat_index;
    }
    return OK;
}

static Status judge_all(Rescoring *w)
{
    BindOptions b = {.chat = CHAT_PLAIN, .fewshot_seed = 1234};
    DatasetVersion version;
    TRY(dataset_get(w->db, w->run.version_id, w->arena, &version, w->err));
    VersionDocs docs = {{(size_t)version.n_items, get_item}, w->db, w->run.version_id};
    SampleQuery q = {.run_id = w->run.id, .after_position = -1, .outcome = -1, .position = -1};
    q.limit = 256 + 2 * w->run.n_repeats;
    TRY(task_ready(&w->task, w->err));
    TRY(task_bind(w->arena, &w->task, &docs.docs, NULL, &b, &w->bound, w->err));
    Status status = OK;
    for (bool more = true; more && status == OK;)
        status = judge_page(w, &q, &more);
    task_unbind(w->bound);
    return status;
}

/* ---- writing ---- */

static Status write_verdict(Rescoring *w, const Verdict *v)
{
    bool none = v->unjudged.len;
    Outcome first = none ? OUTCOME_ERROR : v->judged.outcome;
    TRY(sample_set_outcome(w->db, v->sample_id, first, v->unjudged, w->err));
    for (int64_t i = 1; i < w->run.n_repeats; i++) {
        Outcome other = none ? OUTCOME_ERROR : eval_repeat_outcome(&v->judged, (size_t)i);
        TRY(sample_set_outcome(w->db, v->others[i - 1], other, v->unjudged, w->err));
    }
    if (none)
        return OK;
    return eval_add_judgements(w->db, &w->task, v->sample_id, &v->judged, w->err);
}

/* The command that made the run would make another one now, unless the protocol is the same. */
static Status write_run(Rescoring *w, const Task *task)
{
    Json old;
    RunRow row = {.id = w->run.id, .identity = w->run.identity, .program = STR(ASSAY_VERSION)};
    TRY(json_parse(w->arena, w->run.protocol, &old, w->err));
    Json protocol = protocol_rescored(&old, task, w->arena);
    row.config = json_dump(w->arena, task->config);
    row.protocol = json_dump(w->arena, &protocol);
    row.protocol_hash = hash_hex(w->arena, hash_bytes(row.protocol));
    if (!str_eq(row.protocol_hash, w->run.protocol_hash)) {
        Hasher *h = hash_begin(w->arena);
        hash_add_part(h, STR("rescored"));
        hash_add_part(h, w->run.identity);
        hash_add_part(h, row.protocol_hash);
        row.identity = hash_hex(w->arena, hash_end(h));
    }
    return run_set_scoring(w->db, &row, w->err);
}

/* What must be as it was when judging began. */
typedef struct Stand {
    Str state, identity, protocol_hash;
    int64_t counts[N_OUTCOMES];
} Stand;

static Status stand_of(Rescoring *w, Stand *out)
{
    Stand now = {w->run.state, w->run.identity, w->run.protocol_hash, {0}};
    TRY(sample_counts(w->db, w->run.id, now.counts, w->err));
    *out = now;
    return OK;
}

/* In a transaction. */
static Status write_all(Rescoring *w, const Task *task, const Stand *before)
{
    Stand now;
    TRY(run_get(w->db, w->run.id, w->arena, &w->run, w->err));
    TRY(stand_of(w, &now));
    if (!str_eq(now.state, before->state) || !str_eq(now.identity, before->identity) ||
        !str_eq(now.protocol_hash, before->protocol_hash) ||
        memcmp(now.counts, before->counts, sizeof now.counts) != 0)
        return err_set(w->err, E_CONFLICT,
                       "run %lld was changed by another command while it was judged; run this one "
                       "again",
                       (long long)w->run.id);
    TRY(judgement_clear_rules(w->db, w->run.id, w->err));
    for (size_t i = 0; i < w->verdicts.len; i++)
        TRY(write_verdict(w, &w->verdicts.items[i]));
    return write_run(w, task);
}

Status eval_rescore(Db *db, int64_t run_id, const Task *task, Arena *arena, RescoreCounts *out,
                    Err *err)
{
    Rescoring w = {.db = db, .task = *task, .arena = arena, .err = err};
    Stand before;
    w.task.num_fewshot = 0;
    TRY(run_get(db, run_id, arena, &w.run, err));
    if (str_eqc(w.run.state, "running"))
        return err_set(err, E_CONFLICT,
                       "run %lld is unfinished: wait for it, or run its command again first",
                       (long long)run_id);
    TRY(stand_of(&w, &before));
    TRY(judge_all(&w));
    TRY(db_begin(db, err));
    Status status = write_all(&w, task, &before);
    if (status == OK)
        status = db_commit(db, err);
    if (status != OK)
        db_rollback(db);
    else
        *out = w.counts;
    return status;
}
