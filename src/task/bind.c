/* bind.c - a task meets its data: examples are drawn for all documents, and rendered once.
 *
 * CPython's generator is consumed in document order, so the draws are made here, for
 * every document; after that items can be built in any order and by several threads. */
#include "task/metric_work.h"
#include "task/reshape.h"

#include "base/hash.h"
#include "base/limits.h"

enum { SHOTS_KEPT = 20000 }; /* more different examples than this are rendered when needed */

/* ---- the task's own samples as documents ---- */
typedef struct SampleDocs {
    Docs docs;
    const Json *list;
} SampleDocs;

static Status get_sample(const Docs *docs, size_t index, Arena *arena, Json *out, Err *err)
{
    (void)arena, (void)err;
    *out = ((const SampleDocs *)docs)->list->items[index];
    return OK;
}

static const Docs *sample_docs(Arena *arena, const Json *list)
{
    SampleDocs *s = ARENA_NEW(arena, SampleDocs);
    *s = (SampleDocs){{list->len, get_sample}, list};
    return &s->docs;
}

/* ---- equal documents ---- */

/* Python's == on dicts ignores the order of keys, so members are summed. */
static uint64_t value_hash(Arena *arena, const Json *v)
{
    if (v->type != JSON_OBJECT)
        return hash_bytes(json_dump(arena, v)).low;
    uint64_t sum = 0x9e3779b97f4a7c15u;
    for (uint32_t i = 0; i < v->len; i++) {
        uint64_t both[2] = {hash_bytes(v->members[i].key).low,
                            value_hash(arena, &v->members[i].value)};
        sum += hash_bytes((Str){(const char *)both, sizeof both}).low;
    }
    return sum;
}

static Status hash_docs(Arena *arena, const Docs *docs, uint64_t **out, Err *err)
{
    SCOPED_ARENA(scratch);
    uint64_t *hashes = arena_array(arena, docs->len, sizeof *hashes);
    for (size_t i = 0; i < docs->len; i++) {
        Json doc;
        TRY(docs->get(docs, i, &scratch, &doc, err));
        hashes[i] = value_hash(&scratch, &doc);
        arena_reset(&scratch);
    }
    *out = hashes;
    return OK;
}

/* ---- draws ---- */
typedef struct Drawing {
    const TaskBound *bound;
    const uint64_t *doc_hashes, *pool_hashes; /* NULL unless the document itself is dropped */
    uint32_t *drawn;                          /* room for one draw */
    Err *err;
} Drawing;

static Status too_few(const Drawing *d, size_t have)
{
    const Task *t = d->bound->task;
    return err_set(
        d->err, E_USAGE, "task \"" STR_FMT "\" wants %zu few-shot examples%s, but %s%.*s has %zu",
        STR_ARG(t->name), d->bound->n_shots,
        t->parts->drop_self ? " other than the item itself" : "",
        t->parts->samples ? "fewshot_config.samples" : "split ", (int)t->fewshot_split.len,
        t->fewshot_split.len ? t->fewshot_split.ptr : "", have);
}

/* Keeps the first n of `drawn` that are not the document itself. */
static Status keep_others(const Drawing *d, size_t position, size_t n_drawn, uint32_t *out)
{
    size_t n = 0, want = d->bound->n_shots;
    for (size_t i = 0; i < n_drawn && n < want; i++)
        if (!d->pool_hashes || d->pool_hashes[d->drawn[i]] != d->doc_hashes[position])
            out[n++] = d->drawn[i];
    return n == want ? OK : too_few(d, n);
}

static Status draw_all(const Drawing *d, const TaskBound *b, uint64_t seed, uint32_t *out)
{
    size_t pool = b->pool->len, n = b->n_shots, ask = n + (d->pool_hashes != NULL);
    PyRandom random;
    pyrandom_seed(&random, seed);
    for (size_t i = 0; i < b->docs->len; i++) {
        if (b->task->parts->first_n) {
            ask = pool;
            for (size_t j = 0; j < pool; j++)
                d->drawn[j] = (uint32_t)j;
        } else {
            pyrandom_sample(&random, pool, ask, d->drawn);
        }
        TRY(keep_others(d, i, ask, out + i * n));
    }
    return OK;
}

static Status make_draws(Arena *arena, TaskBound *b, uint64_t seed, Err *err)
{
    SCOPED_ARENA(scratch);
    Drawing d = {.bound = b, .err = err};
    bool drop = b->task->parts->drop_self;
    if (b->pool->len < b->n_shots + (drop && !b->task->parts->first_n))
        return too_few(&d, b->pool->len);
    if (b->task->parts->first_n && !drop)
        return OK; /* draws stay NULL: the first n for everybody */
    if (drop) {
        uint64_t *docs, *pool;
        TRY(hash_docs(&scratch, b->docs, &docs, err));
        pool = docs;
        if (b->pool != b->docs)
            TRY(hash_docs(&scratch, b->pool, &pool, err));
        d.doc_hashes = docs;
        d.pool_hashes = pool;
    }
    d.drawn = arena_array(&scratch, b->pool->len + 1, sizeof *d.drawn);
    b->draws = arena_array(arena, b->docs->len * b->n_shots, sizeof *b->draws);
    return draw_all(&d, b, seed, b->draws);
}

/* ---- rendered examples ---- */
Status shot_build(const TaskBound *b, size_t place, Arena *arena, Shot *out, Err *err)
{
    FieldContext c = {.task = b->task, .features = &b->features, .arena = arena, .err = err};
    Json doc;
    Turns turns = {0};
    TRY(b->pool->get(b->pool, place, arena, &doc, err));
    if (turns_example(&c, &doc, b->multiple_input, &turns) != OK)
        return err_wrap(err, "task \"" STR_FMT "\", few-shot example %zu", STR_ARG(b->task->name),
                        place);
    StrBuf plain = strbuf_make(arena, LIMIT_PROMPT);
    Shot shot = {.n_turns = turns.len};
    for (size_t i = 0; i < turns.len && i < COUNT(shot.turns); i++) {
        shot.turns[i] = turns.items[i];
        strbuf_add(&plain, turns.items[i].text);
        strbuf_add(&plain, turns.items[i].after);
    }
    TRY(strbuf_check(&plain, "a few-shot example", err));
    shot.plain = strbuf_str(&plain);
    *out = shot;
    return OK;
}

static Shot keep_shot(Arena *arena, const Shot *s)
{
    Shot copy = {.n_turns = s->n_turns, .plain = str_copy(arena, s->plain)};
    for (size_t i = 0; i < s->n_turns; i++)
        copy.turns[i] = (Turn){s->turns[i].role, str_copy(arena, s->turns[i].text),
                               str_copy(arena, s->turns[i].after)};
    return copy;
}

static Status render_shots(Arena *arena, TaskBound *b, Err *err)
{
    size_t n_draws = b->draws ? b->docs->len * b->n_shots : b->n_shots, different = 0;
    SCOPED_ARENA(scratch);
    bool *used = arena_array(&scratch, b->pool->len, sizeof *used);
    for (size_t i = 0; i < n_draws; i++) {
        size_t place = b->draws ? b->draws[i] : i;
        different += !used[place];
        used[place] = true;
    }
    if (different > SHOTS_KEPT)
        return OK;
    Shot **shots = arena_array(arena, b->pool->len, sizeof(Shot *));
    SCOPED_ARENA(work);
    for (size_t i = 0; i < b->pool->len; i++) {
        if (!used[i])
            continue;
        Shot shot;
        TRY(shot_build(b, i, &work, &shot, err));
        shots[i] = ARENA_NEW(arena, Shot);
        *shots[i] = keep_shot(arena, &shot);
        arena_reset(&work);
    }
    b->shots = shots;
    return OK;
}

/* The first document decides, as in lm-evaluation-harness, what kind of task this is. */
static Status look_at_first(Arena *arena, TaskBound *b, Err *err)
{
    const TaskParts *parts = b->task->parts;
    Json doc, text, target;
    TRY(b->docs->get(b->docs, 0, arena, &doc, err));
    b->features = json_clone(arena, &doc);
    FieldContext c = {.task = b->task, .features = &b->features, .arena = arena, .err = err};
    TRY(field_text(&c, &parts->item.text, &doc, &text));
    TRY(field_target(&c, &parts->item.target, &doc, &target));
    int64_t ignored;
    b->multiple_target = target.type == JSON_ARRAY && target.len;
    b->multiple_input =
        parts->item.choice.raw && text.type != JSON_STRING && json_as_index(&text, &ignored);
    return OK;
}

/* Documents and examples go through process_docs alike. */
static Status reshape_both(Arena *arena, TaskBound *b, Err *err)
{
    const Reshape *how = b->task->parts->reshape;
    const Docs *docs = b->docs, *pool = b->pool;
    if (!how || !docs->len)
        return OK;
    if (reshape_docs(how, docs, arena, &b->reshaped, err) != OK)
        return err_wrap(err, "task \"" STR_FMT "\"", STR_ARG(b->task->name));
    b->docs = &b->reshaped->docs;
    if (pool == docs)
        b->pool = b->docs;
    if (!pool || pool == docs)
        return OK;
    const Reshaped *shots;
    if (reshape_docs(how, pool, arena, &shots, err) != OK)
        return err_wrap(err, "task \"" STR_FMT "\", few-shot examples", STR_ARG(b->task->name));
    b->pool = &shots->docs;
    return OK;
}

bool task_reorders(const Task *task)
{
    return task->parts->reshape && reshape_reorders(task->parts->reshape);
}

size_t task_length(const TaskBound *bound)
{
    return bound->docs->len;
}

Status task_bind(Arena *arena, const Task *task, const Docs *docs, const Docs *fewshot_docs,
                 const BindOptions *options, TaskBound **out, Err *err)
{
    TaskBound *b = ARENA_NEW(arena, TaskBound);
    *b = (TaskBound){.task = task, .docs = docs, .pool = fewshot_docs, .chat = options->chat};
    b->system = str_copy(arena, options->system);
    metric_work_begin(b, arena);
    TRY(reshape_both(arena, b, err));
    if (!b->docs->len)
        return err_set(err, E_USAGE, "task \"" STR_FMT "\" has no documents to run on%s",
                       STR_ARG(task->name), docs->len ? ": process_docs keeps none" : "");
    if (look_at_first(arena, b, err) != OK)
        return err_wrap(err, "task \"" STR_FMT "\", document 0", STR_ARG(task->name));
    /* A text that is scored as a whole has nothing before it. */
    b->n_shots = task->output_type == OUTPUT_ROLLING ? 0 : (size_t)task->num_fewshot;
    if (b->n_shots) {
        if (task->parts->samples)
            b->pool = sample_docs(arena, task->parts->samples);
        if (!b->pool)
            return err_set(err, E_USAGE,
                           "task \"" STR_FMT "\" wants %d few-shot examples, but there is no data "
                           "to take them from",
                           STR_ARG(task->name), task->num_fewshot);
        TRY(make_draws(arena, b, options->fewshot_seed, err));
        TRY(render_shots(arena, b, err));
    }
    *out = b;
    return OK;
}

const Task *task_bound_task(const TaskBound *bound)
{
    return bound->task;
}
