/* foreign_inspect.c - logs of inspect_ai: .eval (a zip archive of JSON entries) and .json (the
 * same in one object). Epochs of a sample become repeats; its scores are their mean. */
#include "eval/foreign.h"

#include "base/file.h"
#include "base/limits.h"
#include "pack/zip.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <unistd.h>

typedef struct Reader {
    const ForeignId *id;
    ForeignRun *run;
    Map by_id; /* sample id -> number of its sample, from 1 */
    Arena *arena;
    Err *err;
} Reader;

/* ---- one sample ---- */

/* "C", "I", "P", "N", numbers, truth values; NAN for anything else. */
static double value_of(const Json *value)
{
    static const struct {
        const char *letter;
        double value;
    } letters[] = {{"C", 1}, {"I", 0}, {"P", 0.5}, {"N", 0}};
    for (size_t i = 0; i < COUNT(letters); i++)
        if (str_eqc(json_text(value), letters[i].letter))
            return letters[i].value;
    if (json_is(value, JSON_BOOL))
        return json_bool(value, false);
    return json_number(value, NAN);
}

/* A message's content: text, or a list of parts with texts. */
static Str content_of(const Reader *r, const Json *content)
{
    if (!json_is(content, JSON_ARRAY))
        return foreign_text(r->arena, content);
    StrBuf out = strbuf_make(r->arena, LIMIT_REPLY);
    for (uint32_t i = 0; i < content->len; i++)
        strbuf_add(&out, json_text(json_get(&content->items[i], "text")));
    return strbuf_str(&out);
}

static Str output_of(const Reader *r, const Json *sample)
{
    const Json *completion = json_path(sample, "output.completion");
    if (completion)
        return foreign_text(r->arena, completion);
    return content_of(r, json_path(sample, "output.choices.0.message.content"));
}

static int64_t tokens_of(const Json *sample, const char *which)
{
    const Json *usage = json_path(sample, "output.usage");
    return json_int(json_get(usage, which), -1);
}

static ForeignSample new_sample(const Reader *r, const Json *sample)
{
    static const char *const kept[] = {"id", "input", "choices", "target"};
    ForeignSample s = foreign_sample();
    s.item.type = JSON_OBJECT;
    for (size_t i = 0; i < COUNT(kept); i++) {
        const Json *value = json_get(sample, kept[i]);
        if (value && value->type != JSON_NULL)
            json_set(r->arena, &s.item, str_from(kept[i]), *value);
    }
    s.prompt = foreign_text(r->arena, json_get(sample, "input"));
    s.target = foreign_text(r->arena, json_get(sample, "target"));
    s.prompt_tokens = tokens_of(sample, "input_tokens");
    s.completion_tokens = tokens_of(sample, "output_tokens");
    s.seconds = json_number(json_path(sample, "output.time"), NAN);
    return s;
}

/* Values of further epochs go into the mean of the first one's score: of those epochs that have
 * one. What is no number is left out and counted, and takes no share of it. */
static void put_score(Reader *r, ForeignSample *s, const ForeignScore *score)
{
    for (size_t i = 0; i < s->scores.len; i++) {
        ForeignScore *old = &s->scores.items[i];
        if (!str_eq(old->metric, score->metric))
            continue;
        old->n_epochs++;
        old->value += (score->value - old->value) / old->n_epochs;
        if (score->outcome == OUTCOME_SCORED)
            old->outcome = OUTCOME_SCORED;
        old->why = str_printf(r->arena, "mean of %d epochs", old->n_epochs);
        return;
    }
    foreign_add_metric(r->run, r->arena, score->metric, STR("mean"), true);
    vec_push(r->arena, &s->scores, *score);
}

static void read_score(Reader *r, ForeignSample *s, Str name, const Json *score)
{
    const Json *value = json_get(score, "value"), *answer = json_get(score, "answer");
    ForeignScore one = {.metric = name,
                        .filter = STR("none"),
                        .n_epochs = 1,
                        .label = foreign_text(r->arena, answer),
                        .why = foreign_text(r->arena, json_get(score, "explanation"))};
    uint32_t n = json_is(value, JSON_OBJECT) ? value->len : 1;
    for (uint32_t i = 0; i < n; i++) {
        bool named = json_is(value, JSON_OBJECT);
        one.value = value_of(named ? &value->members[i].value : value);
        if (named)
            one.metric = str_printf(r->arena, "%.*s.%.*s", (int)name.len, name.ptr,
                                    (int)value->members[i].key.len, value->members[i].key.ptr);
        if (isnan(one.value)) {
            r->run->n_left_out++;
            continue;
        }
        bool silent = answer && !one.label.len && !(one.value > 0);
        one.outcome = silent ? OUTCOME_NO_ANSWER : OUTCOME_SCORED;
        put_score(r, s, &one);
    }
}

static Status sample_of(Reader *r, const Json *sample, size_t *out)
{
    Str key = foreign_text(r->arena, json_get(sample, "id"));
    uintptr_t known = (uintptr_t)map_get(&r->by_id, key);
    if (!key.len)
        return err_set(r->err, E_PARSE, "a sample has no id");
    if (!known) {
        ForeignSample s = new_sample(r, sample);
        TRY(foreign_id_set(r->id, sample, r->arena, &s.item, r->err));
        vec_push(r->arena, &r->run->samples, s);
        known = r->run->samples.len;
        map_set(r->arena, &r->by_id, key, (void *)known);
    }
    *out = known - 1;
    return OK;
}

static Status read_sample(Reader *r, const Json *sample)
{
    size_t at = 0;
    TRY(sample_of(r, sample, &at));
    ForeignSample *s = &r->run->samples.items[at];
    const Json *error = json_get(sample, "error"), *scores = json_get(sample, "scores");
    if (json_is(error, JSON_OBJECT)) {
        if (!s->outputs.len)
            s->error = str_slice(foreign_text(r->arena, json_get(error, "message")), 0, 2000);
        return OK;
    }
    s->error = (Str){0};
    vec_push(r->arena, &s->outputs, output_of(r, sample));
    for (uint32_t i = 0; json_is(scores, JSON_OBJECT) && i < scores->len; i++)
        read_score(r, s, scores->members[i].key, &scores->members[i].value);
    return OK;
}

/* ---- the log ---- */

static Status read_header(Reader *r, const ForeignRules *rules, const Json *log)
{
    static const char *const depends[] = {"task_version", "task_args", "config",
                                          "model_generate_config"};
    const Json *eval = json_get(log, "eval");
    ForeignRun *run = r->run;
    if (!json_is(eval, JSON_OBJECT) || !json_text(json_get(eval, "task")).len)
        return err_set(r->err, E_PARSE, "this is no log of inspect: it has no \"eval\"");
    run->task = rules->task.len ? rules->task : json_text(json_get(eval, "task"));
    run->model = rules->model.len ? rules->model : json_text(json_get(eval, "model"));
    run->dataset = path_base(json_text_or(json_path(eval, "dataset.name"), run->task));
    run->split = STR("test");
    run->protocol.type = JSON_OBJECT;
    json_set(r->arena, &run->protocol, STR("task"), json_str(json_text(json_get(eval, "task"))));
    for (size_t i = 0; i < COUNT(depends); i++) {
        const Json *value = json_get(eval, depends[i]);
        json_set(r->arena, &run->protocol, str_from(depends[i]), value ? *value : json_null());
    }
    const Json *plan = json_get(log, "plan"), *version = json_path(eval, "packages.inspect_ai");
    json_set(r->arena, &run->protocol, STR("plan"), plan ? *plan : json_null());
    json_set(r->arena, &run->protocol, STR("inspect_ai"), version ? *version : json_null());
    return OK;
}

static Status read_entry(Reader *r, Zip *zip, const ZipEntry *entry, Json *out)
{
    Str text;
    TRY(zip_read(zip, entry, LIMIT_RECORD, r->arena, &text, r->err));
    if (json_parse(r->arena, text, out, r->err) != OK)
        return err_wrap(r->err, "\"" STR_FMT "\" in the archive", STR_ARG(entry->name));
    return OK;
}

static Status read_archive(Reader *r, const ForeignRules *rules, int fd)
{
    Zip zip;
    Json header;
    TRY(zip_open(r->arena, fd, &zip, r->err));
    const ZipEntry *first = zip_find(&zip, STR("header.json"));
    if (!first) /* the evaluation did not end */
        first = zip_find(&zip, STR("_journal/start.json"));
    if (!first)
        return err_set(r->err, E_PARSE, "this is no log of inspect: it has no header.json");
    TRY(read_entry(r, &zip, first, &header));
    TRY(read_header(r, rules, &header));
    Map last = {0}; /* of entries of one name the last counts, as for Python's zipfile */
    for (size_t i = 0; i < zip.n_entries; i++)
        map_set(r->arena, &last, zip.entries[i].name, &zip.entries[i]);
    for (size_t i = 0; i < zip.n_entries; i++) {
        Json *sample = ARENA_NEW(r->arena, Json);
        if (!str_starts(zip.entries[i].name, STR("samples/")) ||
            !str_ends(zip.entries[i].name, STR(".json")) ||
            map_get(&last, zip.entries[i].name) != &zip.entries[i])
            continue;
        TRY(read_entry(r, &zip, &zip.entries[i], sample));
        TRY(read_sample(r, sample));
    }
    return OK;
}

static Status read_object(Reader *r, const ForeignRules *rules, const char *path)
{
    Str text;
    Json *log = ARENA_NEW(r->arena, Json);
    TRY(file_read(r->arena, path, LIMIT_JSON_DOCUMENT, &text, r->err));
    TRY(json_parse(r->arena, text, log, r->err));
    TRY(read_header(r, rules, log));
    const Json *samples = json_get(log, "samples");
    for (uint32_t i = 0; json_is(samples, JSON_ARRAY) && i < samples->len; i++)
        TRY(read_sample(r, &samples->items[i]));
    return OK;
}

Status foreign_inspect(const char *path, const ForeignRules *rules, Arena *arena, ForeignRun *out,
                       Err *err)
{
    Reader r = {.run = out, .arena = arena, .err = err};
    ForeignId *id;
    TRY(foreign_id_parse(arena, rules->id, &id, err));
    r.id = id;
    out->framework = "inspect";
    out->source = str_from(path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, errno == ENOENT ? E_MISSING : E_IO, "could not open \"%s\": %s", path,
                       strerror(errno));
    bool archive = str_eqc(path_ext(str_from(path)), "eval");
    Status status = archive ? read_archive(&r, rules, fd) : read_object(&r, rules, path);
    close(fd);
    return status == OK ? OK : err_wrap(err, "%s", path);
}
