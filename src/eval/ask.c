/* ask.c - items become requests, replies become samples. */
#include "base/utf8.h"
#include "eval/precision.h"
#include "eval/private.h"

#include <math.h>

enum { FIRST_SEED = 1234 }; /* the seed LMH sends; repeats count up from it */

/* ---- asking ---- */

static bool is_done(const EvalRun *run, int64_t position)
{
    return run->done[position / 64] >> (position % 64) & 1;
}

/* The item that is asked as number `index`. */
static int64_t position_of(const EvalRun *run, int64_t index)
{
    return run->precision ? precision_position(run->precision, index) : index;
}

/* White space at the end of a context is scored with the continuation, as LMH does. */
static void fill_score(const TaskRequest *from, Arena *arena, ModelRequest *to)
{
    Str context = utf8_rstrip(from->context);
    Str moved = str_after(from->context, context.len);
    to->kind = REQUEST_SCORE;
    to->prompt = context;
    to->continuation = moved.len ? str_printf(arena, "%.*s%.*s", (int)moved.len, moved.ptr,
                                              (int)from->continuation.len, from->continuation.ptr)
                                 : from->continuation;
    to->messages = from->messages;
    to->seed = FIRST_SEED;
}

static void fill_generate(const EvalRun *run, const TaskRequest *from, int repeat, ModelRequest *to)
{
    TaskGeneration g = task_generation(run->bound);
    to->kind = REQUEST_GENERATE;
    to->prompt = from->context;
    to->messages = from->messages;
    to->max_tokens = g.max_tokens;
    to->temperature = g.temperature < 0 ? 0 : g.temperature;
    to->top_p = g.top_p;
    to->stop = g.stop;
    to->n_stop = g.n_stop;
    to->extra = g.extra;
    to->repeat = repeat;
    to->seed = FIRST_SEED + repeat;
    to->stream = run->stream;
}

static void fill_requests(const EvalRun *run, const AskedItem *asked, Unit *unit)
{
    const TaskItem *item = &asked->item;
    bool generate = run->task->output_type == OUTPUT_GENERATE;
    unit->n_requests = generate ? (size_t)run->n_repeats : item->n_requests;
    unit->requests = arena_array(&unit->arena, unit->n_requests, sizeof *unit->requests);
    for (size_t i = 0; i < unit->n_requests; i++) {
        ModelRequest *r = &unit->requests[i];
        *r = (ModelRequest){.temperature = -1, .top_p = -1, .max_tokens = -1};
        if (generate) {
            const TaskItem *asks = task_variant(item, i);
            fill_generate(run, &asks->requests[0], item->n_variants ? 0 : (int)i, r);
        } else {
            fill_score(&item->requests[i], &unit->arena, r);
        }
        r->item_key = asked->key;
    }
}

static Str cluster_of(const EvalRun *run, const Json *doc, Arena *arena)
{
    const Json *value = run->cluster.len ? json_get_str(doc, run->cluster) : NULL;
    if (!value)
        return (Str){0};
    return value->type == JSON_STRING ? value->text : json_dump(arena, value);
}

Status eval_next(EvalRun *run, Unit *unit, bool *more, Err *err)
{
    while (run->next < run->n_items && is_done(run, position_of(run, run->next)))
        run->next++;
    *more = run->next < run->n_items && !(run->precision && precision_reached(run->precision));
    if (!*more)
        return OK;
    int64_t position = position_of(run, run->next);
    AskedItem *asked = ARENA_NEW(&unit->arena, AskedItem);
    asked->run = run;
    if (task_item(run->bound, (size_t)position, &unit->arena, &asked->item, err) != OK)
        return err_wrap(err, "task \"" STR_FMT "\", item %lld", STR_ARG(run->task->name),
                        (long long)position);
    run->next++;
    TRY(eval_docs_key(run->docs, asked->item.source, &unit->arena, &asked->key, err));
    asked->cluster = cluster_of(run, &asked->item.doc, &unit->arena);
    unit->item = asked;
    unit->fresh = run->fresh;
    unit->slow = task_is_slow(run->task);
    fill_requests(run, asked, unit);
    return OK;
}

/* ---- answers to samples ---- */

static Str prompt_text(const TaskItem *item, Arena *arena)
{
    const TaskRequest *r = &item->requests[0];
    return r->messages ? json_dump(arena, r->messages) : r->context;
}

static Str likelihood_detail(const Unit *unit, const TaskItem *item, Arena *arena)
{
    StrBuf out = strbuf_make(arena, 1 << 24);
    JsonWriter w = json_writer(&out);
    json_begin(&w, '{');
    json_key(&w, "choices");
    json_begin(&w, '[');
    for (size_t i = 0; i < item->n_requests; i++)
        json_write_str(&w, item->requests[i].continuation);
    json_end(&w, ']');
    json_key(&w, "logprobs");
    json_begin(&w, '[');
    for (size_t i = 0; i < unit->n_requests; i++)
        json_write_double(&w, unit->replies[i].logprob);
    json_end(&w, ']');
    json_key(&w, "greedy");
    json_begin(&w, '[');
    for (size_t i = 0; i < unit->n_requests; i++)
        json_write_bool(&w, unit->replies[i].greedy);
    json_end(&w, ']');
    json_end(&w, '}');
    return strbuf_str(&out);
}

/* Adds one request's use of tokens, time and money to a sample. */
static void add_usage(SampleRow *row, const ModelReply *reply, const Exchange *x)
{
    row->attempts += x->attempts;
    row->cached = row->cached && x->cached;
    row->seconds += reply->seconds;
    row->cost += x->cost; /* NAN spreads: one unknown makes the sum unknown */
    if (reply->prompt_tokens >= 0)
        row->prompt_tokens =
            (row->prompt_tokens < 0 ? 0 : row->prompt_tokens) + reply->prompt_tokens;
    if (reply->completion_tokens >= 0)
        row->completion_tokens =
            (row->completion_tokens < 0 ? 0 : row->completion_tokens) + reply->completion_tokens;
}

/* What the requests behind a sample took: one of a generation, else all. */
static void add_exchanges(SampleRow *row, const Unit *unit, int repeat)
{
    const AskedItem *asked = unit->item;
    bool generate = asked->run->task->output_type == OUTPUT_GENERATE;
    size_t first = generate ? (size_t)repeat : 0;
    size_t end = generate ? first + 1 : unit->n_requests;
    for (size_t r = first; r < end; r++)
        add_usage(row, &unit->replies[r], &unit->exchanges[r]);
    row->response_id = unit->exchanges[first].response_id;
}

static SampleRow new_sample(const AskedItem *asked, int repeat, Arena *arena)
{
    const TaskItem *item = task_variant(&asked->item, (size_t)repeat);
    return (SampleRow){
        .run_id = asked->run->id,
        .position = (int64_t)asked->item.position,
        .repeat_index = repeat,
        .item_key = asked->key,
        .cluster = asked->cluster,
        .cached = true,
        .prompt = prompt_text(item, arena),
        .target = item->target_text,
        .prompt_tokens = -1,
        .completion_tokens = -1,
        .first_token = NAN,
    };
}

static const ModelReply *failed_reply(const Unit *unit)
{
    for (size_t i = 0; i < unit->n_requests; i++)
        if (unit->replies[i].state != REPLY_OK)
            return &unit->replies[i];
    return NULL;
}

/* `failed` NULL: all replies came, but could not be judged. */
static Status add_error_samples(Db *db, Unit *unit, const ModelReply *failed, Err *err)
{
    const AskedItem *asked = unit->item;
    for (int i = 0; i < asked->run->n_repeats; i++) {
        int64_t id;
        SampleRow row = new_sample(asked, i, &unit->arena);
        Str why = failed ? failed->error : asked->unjudged;
        row.outcome = OUTCOME_ERROR;
        row.error = why.len ? why : STR("no reply");
        if (failed) {
            row.cached = false;
            row.attempts = unit->exchanges[0].attempts;
            row.seconds = row.cost = NAN;
        } else {
            add_exchanges(&row, unit, i);
        }
        TRY(sample_add(db, &row, &id, err));
        asked->run->n_added++;
        asked->run->n_errors++;
    }
    if (asked->run->precision)
        precision_note(asked->run->precision, (int64_t)asked->item.position, NAN);
    return OK;
}

static void note_progress(EvalRun *run, int64_t position, const TaskScore *scores, size_t n)
{
    if (n && run->precision)
        precision_note(run->precision, position, isnan(scores[0].value) ? 0 : scores[0].value);
    if (!run->progress || !n)
        return;
    atomic_fetch_add(&run->progress->scored, 1);
    if (fabs(scores[0].value) < 1e9) /* a sum of more would overflow */
        atomic_fetch_add(&run->progress->sum_millionths, (long long)(scores[0].value * 1e6));
}

/* One sample a repeat (generation), or one with all likelihoods. The judgements stand at
 * the first repeat: a metric sees all repeats of an item. */
static Status add_samples(Db *db, Unit *unit, const Judgement *j, Err *err)
{
    const AskedItem *asked = unit->item;
    EvalRun *run = asked->run;
    bool generate = run->task->output_type == OUTPUT_GENERATE;
    for (int i = 0; i < run->n_repeats; i++) {
        int64_t id;
        SampleRow row = new_sample(asked, i, &unit->arena);
        row.outcome = eval_repeat_outcome(j, (size_t)i);
        add_exchanges(&row, unit, i);
        if (generate) {
            row.first_token = unit->replies[i].first_token < 0 ? NAN : unit->replies[i].first_token;
        } else {
            row.detail = likelihood_detail(unit, &asked->item, &unit->arena);
        }
        TRY(sample_add(db, &row, &id, err));
        run->n_added++;
        if (i == 0)
            TRY(eval_add_judgements(db, run->task, id, j, err));
    }
    note_progress(run, (int64_t)asked->item.position, j->scores, j->n_scores);
    return OK;
}

/* `lenient`: whatever a metric that takes long meets; else what the limits of this one text do. */
static Status judge(Unit *unit, bool lenient, Err *err)
{
    AskedItem *asked = unit->item;
    EvalRun *run = asked->run;
    Judgement *j = ARENA_NEW(&unit->arena, Judgement);
    Status status =
        eval_judge(run->bound, &asked->item, unit->replies, unit->n_requests, &unit->arena, j, err);
    if (status == OK) {
        asked->verdict = j;
        atomic_fetch_add(&run->judged, 1);
        return OK;
    }
    int failed = atomic_fetch_add(&run->unjudged, 1) + 1;
    if (!eval_spares_others(status, lenient, atomic_load(&run->judged), failed, err))
        return status;
    asked->unjudged = eval_unjudged(err, asked->item.position, &unit->arena);
    return OK;
}

Status eval_judge_ahead(Unit *unit, Err *err)
{
    return judge(unit, true, err);
}

Status eval_finish(Db *db, Unit *unit, Err *err)
{
    const AskedItem *asked = unit->item;
    const ModelReply *failed = failed_reply(unit);
    if (failed)
        return add_error_samples(db, unit, failed, err);
    if (!asked->verdict && !asked->unjudged.len)
        TRY(judge(unit, false, err));
    if (!asked->verdict) /* it met a limit */
        return add_error_samples(db, unit, NULL, err);
    return add_samples(db, unit, asked->verdict, err);
}
