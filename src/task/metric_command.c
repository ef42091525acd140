/* metric_command.c - command: a program that judges, asked in JSON lines.
 *
 * A process serves one question at a time. Threads that judge take one that is idle, or start one,
 * and give it back; all end with the bound task. */
#include "task/metric_work.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/process.h"
#include "base/sha256.h"

#include <math.h>
#include <pthread.h>
#include <sys/stat.h>

enum { MOST_IDLE = 64 };

typedef struct Pool {
    pthread_mutex_t lock;
    Process *idle[MOST_IDLE];
    size_t n;
} Pool;

static const KeyRow keys[] = {{"program", T_STRING, NULL},
                              {"program_sha256", T_STRING, NULL}, /* of the files it names */
                              {"timeout", T_NUMBER, NULL}};

static void check(Checker *c, const Json *entry)
{
    double seconds = json_number(json_get(entry, "timeout"), 60);
    if (!str_trim(json_text(json_get(entry, "program"))).len)
        problem(c, entry, "metric \"command\" needs a \"program\"");
    if (!(seconds >= 0.1 && seconds <= 3600))
        problem(c, json_get(entry, "timeout"), "\"timeout\" must be from 0.1 to 3600");
}

/* ---- what it runs is part of what a number depends on ---- */

/* The contents of the files among the words of a command, hashed; empty when there are none. */
static Str hash_of_files(Arena *arena, Str program)
{
    SCOPED_ARENA(scratch);
    StrBuf all = strbuf_make(&scratch, 64 * MIB);
    while (program.len) {
        Str word = str_split(&program, ' '), text;
        const char *path = str_z(&scratch, word);
        struct stat about;
        if (!word.len || stat(path, &about) != 0 || !S_ISREG(about.st_mode))
            continue;
        if (file_read(&scratch, path, 16 * MIB, &text, NULL) == OK)
            strbuf_addf(&all, "%s\n%s\n", path, sha256_hex(&scratch, text).ptr);
    }
    return all.len ? sha256_hex(arena, strbuf_str(&all)) : (Str){0};
}

static Json pinned(Arena *arena, const Json *entry)
{
    Json out = *entry;
    Str hash = (Str){0};
    if (str_eqc(json_text(json_get(entry, "metric")), "command"))
        hash = hash_of_files(arena, json_text(json_get(entry, "program")));
    if (!hash.len)
        return out;
    out = json_open(arena, entry);
    json_set(arena, &out, STR("program_sha256"), json_str(hash));
    return out;
}

void metric_pin_programs(Arena *arena, RawConfig *raw)
{
    for (uint32_t i = 0; i < raw->object.len; i++) {
        Json *list = &raw->object.members[i].value;
        if (!str_eqc(raw->object.members[i].key, "metric_list") || list->type != JSON_ARRAY)
            continue;
        Json *items = arena_array(arena, list->len, sizeof *items);
        for (uint32_t k = 0; k < list->len; k++)
            items[k] = pinned(arena, &list->items[k]);
        list->items = items;
    }
}

/* ---- processes ---- */

static void *begin(Arena *arena)
{
    Pool *pool = ARENA_NEW(arena, Pool);
    pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

static void end(void *state)
{
    Pool *pool = state;
    for (size_t i = 0; i < pool->n; i++)
        process_stop(pool->idle[i]);
    pthread_mutex_destroy(&pool->lock);
}

static Status take(const ScoreInput *in, Str program, Process **out)
{
    Pool *pool = in->bound->states[in->metric];
    Process *p = NULL;
    pthread_mutex_lock(&pool->lock);
    if (pool->n)
        p = pool->idle[--pool->n];
    pthread_mutex_unlock(&pool->lock);
    if (!p)
        TRY(process_start(str_z(in->arena, program), in->bound->halt, &p, in->err));
    *out = p;
    return OK;
}

static void give_back(Pool *pool, Process *p)
{
    pthread_mutex_lock(&pool->lock);
    bool room = pool->n < MOST_IDLE;
    if (room)
        pool->idle[pool->n++] = p;
    pthread_mutex_unlock(&pool->lock);
    if (!room)
        process_stop(p);
}

/* ---- one question ---- */

static Str question(const ScoreInput *in, Str output)
{
    StrBuf b = strbuf_make(in->arena, 2 * LIMIT_RECORD);
    JsonWriter w = json_writer(&b);
    const TaskRequest *request = in->item->n_requests ? &in->item->requests[0] : NULL;
    json_begin(&w, '{');
    json_key(&w, "item");
    json_write(&w, &in->item->doc);
    json_key(&w, "prompt");
    json_write_str(&w, request ? request->context : (Str){0});
    json_key(&w, "output");
    json_write_str(&w, output);
    json_key(&w, "target");
    json_write(&w, &in->item->target);
    json_key(&w, "repeat");
    json_write_int(&w, (int64_t)in->first);
    json_end(&w, '}');
    if (b.failed)
        strbuf_clear(&b);
    return strbuf_str(&b);
}

static Status ask(const ScoreInput *in, const MetricOptions *o, Str line, Str *out)
{
    Pool *pool = in->bound->states[in->metric];
    Process *p;
    ProcessQuestion q = {
        .line = line, .limit = MIB, .seconds = json_number(json_get(o->entry, "timeout"), 60)};
    TRY(take(in, json_text(json_get(o->entry, "program")), &p));
    Status status = process_ask(p, &q, in->arena, out, in->err);
    if (status == OK)
        give_back(pool, p);
    else
        process_stop(p);
    return status;
}

static Status bad(const ScoreInput *in, Str line, const char *why)
{
    return err_set(in->err, E_PARSE,
                   "the scorer must answer {\"value\": 0 to 1 or null}: %s in \"" STR_FMT "\"", why,
                   STR_ARG(line));
}

static Status read_answer(const ScoreInput *in, Str line, TaskScore *out)
{
    Json answer;
    Err err = {0};
    if (json_parse(in->arena, line, &answer, &err) != OK)
        return bad(in, line, err.msg);
    const Json *value = json_get(&answer, "value");
    double number = json_number(value, NAN);
    if (!value)
        return bad(in, line, "no \"value\"");
    if (value->type == JSON_BOOL)
        number = value->boolean;
    else if (value->type != JSON_NULL && !(number >= 0 && number <= 1))
        return bad(in, line, "a value that is none of these");
    Str outcome = json_text_or(json_get(&answer, "outcome"), STR("scored"));
    if (!str_eqc(outcome, "scored") && !str_eqc(outcome, "no_answer"))
        return bad(in, line, "an outcome other than \"scored\" and \"no_answer\"");
    out->value = number;
    out->found = !isnan(number) && str_eqc(outcome, "scored") && out->found;
    out->extracted = json_text_or(json_get(&answer, "label"), out->extracted);
    out->why = json_text(json_get(&answer, "why"));
    return OK;
}

static Status score(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    if (in->n_answers > 1)
        return metric_mean_of_each(in, out);
    Str line = question(in, metric_prediction(in, out)), answer;
    if (!line.len)
        return err_set(in->err, E_LIMIT, "item %zu is too large for a scorer", in->item->position);
    Status status = ask(in, options, line, &answer);
    if (status == OK)
        status = read_answer(in, answer, out);
    return status == OK ? OK : err_wrap(in->err, "item %zu", in->item->position);
}

const MetricRow metric_command = {"command", "mean", true, 1u << OUTPUT_GENERATE | METRIC_SLOW,
                                  score};
const MetricKeys metric_command_keys = {&metric_command, keys, COUNT(keys), check};
const MetricWork metric_command_work = {&metric_command, NULL, NULL, begin, end, NULL};
