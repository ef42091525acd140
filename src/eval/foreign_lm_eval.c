/* foreign_lm_eval.c - samples_TASK_DATE.jsonl of lm-evaluation-harness, with the results file
 * beside it where there is one. A line is one document in one filter pipeline. */
#include "eval/foreign.h"

#include "base/file.h"
#include "base/limits.h"
#include "task/task.h"

#include <dirent.h>
#include <math.h>

typedef struct Reader {
    const char *path;
    const ForeignId *id;
    ForeignRun *run;
    Json results; /* of results_DATE.json; null when there is none */
    Map by_doc;   /* doc_id as text -> number of its sample, from 1 */
    Arena *arena;
    Err *err;
} Reader;

/* "samples_arc_easy_2026-01-02T03-04-05.678.jsonl" -> "arc_easy" */
static Str task_of(Str path)
{
    Str name = path_base(path);
    ptrdiff_t end = str_find(name, STR(".jsonl"));
    name = str_slice(name, 0, end < 0 ? name.len : (size_t)end);
    if (str_starts(name, STR("samples_")))
        name = str_after(name, 8);
    ptrdiff_t date = str_rfind_char(name, '_');
    Str last = str_after(name, date < 0 ? name.len : (size_t)date + 1);
    bool dated = last.len >= 16 && last.ptr[4] == '-' && last.ptr[7] == '-' && last.ptr[10] == 'T';
    return dated ? str_slice(name, 0, (size_t)date) : name;
}

/* The newest results_*.json of the folder: names hold the date, so the greatest. */
static Status read_results(Reader *r)
{
    Str dir = path_dir(str_from(r->path)), best = {0}, text;
    DIR *d = opendir(str_z(r->arena, dir));
    for (struct dirent *e; d && (e = readdir(d));) {
        Str name = str_from(e->d_name);
        if (str_starts(name, STR("results")) && str_ends(name, STR(".json")) &&
            str_cmp(name, best) > 0)
            best = str_copy(r->arena, name);
    }
    if (d)
        closedir(d);
    if (!best.len)
        return OK;
    const char *path = path_join(r->arena, dir, best);
    TRY(file_read(r->arena, path, LIMIT_JSON_DOCUMENT, &text, r->err));
    if (json_parse(r->arena, text, &r->results, r->err) != OK)
        return err_wrap(r->err, "%s", path);
    return OK;
}

static const Json *of_task(const Reader *r, const char *table)
{
    return json_get_str(json_get(&r->results, table), r->run->task);
}

static Str model_of(const Reader *r)
{
    Str name = json_text(json_get(&r->results, "model_name"));
    if (!name.len)
        name = json_text(json_path(&r->results, "config.model_args"));
    return name.len ? name : foreign_folder(r->arena, r->path);
}

/* What the results file says that a number depends on. */
static void note_protocol(Reader *r)
{
    static const char *const same[] = {"lm_eval_version", "system_instruction_sha",
                                       "chat_template_sha", "fewshot_as_multiturn"};
    static const char *const configured[] = {"limit", "gen_kwargs", "fewshot_seed"};
    Json *p = &r->run->protocol;
    p->type = JSON_OBJECT;
    json_set(r->arena, p, STR("task"), json_str(r->run->task));
    const Json *version = of_task(r, "versions"), *shots = of_task(r, "n-shot"),
               *hash = of_task(r, "task_hashes");
    json_set(r->arena, p, STR("version"), version ? *version : json_null());
    json_set(r->arena, p, STR("num_fewshot"), shots ? *shots : json_null());
    json_set(r->arena, p, STR("prompts"), hash ? *hash : json_null());
    for (size_t i = 0; i < COUNT(same); i++) {
        const Json *value = json_get(&r->results, same[i]);
        json_set(r->arena, p, str_from(same[i]), value ? *value : json_null());
    }
    for (size_t i = 0; i < COUNT(configured); i++) {
        const Json *value = json_get(json_get(&r->results, "config"), configured[i]);
        json_set(r->arena, p, str_from(configured[i]), value ? *value : json_null());
    }
}

/* "gen_args_0": {"arg_0": prompt, "arg_1": continuation}, or lists of the same in older logs. */
static const Json *argument(const Json *line, uint32_t request, uint32_t number)
{
    const Json *all = json_get(line, "arguments");
    if (!all || request >= all->len || (all->type != JSON_OBJECT && all->type != JSON_ARRAY))
        return NULL;
    const Json *one =
        all->type == JSON_OBJECT ? &all->members[request].value : &all->items[request];
    if (number >= one->len || (one->type != JSON_OBJECT && one->type != JSON_ARRAY))
        return NULL;
    return one->type == JSON_OBJECT ? &one->members[number].value : &one->items[number];
}

/* Likelihoods come as ["-1.5", "True"] or [-1.5, true]. */
static double logprob_of(const Json *answer)
{
    double value;
    if (!answer || answer->type != JSON_ARRAY || !answer->len)
        return NAN;
    Str text = json_text(&answer->items[0]);
    return str_to_double(text, &value) ? value : json_number(&answer->items[0], NAN);
}

static void read_likelihoods(Reader *r, const Json *line, const Json *resps, ForeignSample *s)
{
    Json detail = {.type = JSON_OBJECT}, choices = {.type = JSON_ARRAY},
         logprobs = {.type = JSON_ARRAY};
    for (uint32_t i = 0; i < resps->len; i++) {
        const Json *answer = resps->items[i].type == JSON_ARRAY && resps->items[i].len
                                 ? &resps->items[i].items[0]
                                 : NULL;
        double logprob = logprob_of(answer);
        json_append(r->arena, &choices, json_str(foreign_text(r->arena, argument(line, i, 1))));
        json_append(r->arena, &logprobs,
                    isnan(logprob) ? json_null() : json_num(r->arena, logprob));
    }
    json_set(r->arena, &detail, STR("choices"), choices);
    json_set(r->arena, &detail, STR("logprobs"), logprobs);
    s->detail = json_dump(r->arena, &detail);
    r->run->likelihood = true;
}

static void read_responses(Reader *r, const Json *line, ForeignSample *s)
{
    const Json *resps = json_get(line, "resps");
    if (!json_is(resps, JSON_ARRAY) || !resps->len)
        return;
    const Json *first = &resps->items[0];
    if (first->type == JSON_ARRAY && first->len && first->items[0].type == JSON_ARRAY) {
        read_likelihoods(r, line, resps, s);
        return;
    }
    for (uint32_t i = 0; first->type == JSON_ARRAY && i < first->len; i++)
        vec_push(r->arena, &s->outputs, foreign_text(r->arena, &first->items[i]));
    if (first->type != JSON_ARRAY)
        vec_push(r->arena, &s->outputs, foreign_text(r->arena, first));
}

/* The sample of the line's document: lines of other pipelines have made it already. */
static Status sample_of(Reader *r, const Json *line, ForeignSample **out)
{
    const Json *doc = json_get(line, "doc"), *number = json_get(line, "doc_id");
    if (!json_is(doc, JSON_OBJECT) || !number)
        return err_set(r->err, E_PARSE,
                       "a line of lm-eval samples has \"doc_id\" and \"doc\"; this one has not");
    Str key = foreign_text(r->arena, number);
    uintptr_t known = (uintptr_t)map_get(&r->by_doc, key);
    if (known) {
        *out = &r->run->samples.items[known - 1];
        return OK;
    }
    ForeignSample s = foreign_sample();
    s.item = *doc;
    TRY(foreign_id_set(r->id, line, r->arena, &s.item, r->err));
    s.prompt = foreign_text(r->arena, argument(line, 0, 0));
    s.target = foreign_text(r->arena, json_get(line, "target"));
    read_responses(r, line, &s);
    vec_push(r->arena, &r->run->samples, s);
    map_set(r->arena, &r->by_doc, key, (void *)(uintptr_t)r->run->samples.len);
    *out = &r->run->samples.items[r->run->samples.len - 1];
    return OK;
}

static Str filtered_text(Reader *r, const Json *line)
{
    const Json *filtered = json_get(line, "filtered_resps");
    if (json_is(filtered, JSON_ARRAY) && filtered->len == 1)
        filtered = &filtered->items[0];
    return foreign_text(r->arena, filtered);
}

/* IFEval's scores of single instructions: a list of truth values, each of which counts the same. */
static double share_of_true(const Json *value, double *weight)
{
    uint32_t right = 0, i = 0;
    for (; json_is(value, JSON_ARRAY) && i < value->len && value->items[i].type == JSON_BOOL; i++)
        right += value->items[i].boolean;
    if (!i || i < value->len)
        return NAN;
    *weight = i;
    return (double)right / i;
}

/* `weighted`: the log names a Python function there, which is this. */
static void add_metric(Reader *r, Str metric, bool weighted)
{
    Str aggregation = {0};
    const Json *list = json_get(of_task(r, "configs"), "metric_list");
    for (uint32_t i = 0; json_is(list, JSON_ARRAY) && i < list->len; i++)
        if (str_eq(json_text(json_get(&list->items[i], "metric")), metric))
            aggregation = json_text(json_get(&list->items[i], "aggregation"));
    if (weighted)
        aggregation = STR("weighted_mean");
    const Json *rises = json_get_str(of_task(r, "higher_is_better"), metric);
    foreign_add_metric(r->run, r->arena, metric, aggregation.len ? aggregation : STR("mean"),
                       json_bool(rises, !str_ends(metric, STR("perplexity"))));
}

/* A document has one line in each pipeline: a second one would count twice. */
static Status check_once(Reader *r, const ForeignSample *s, Str metric, Str filter)
{
    for (size_t i = 0; i < s->scores.len; i++)
        if (str_eq(s->scores.items[i].metric, metric) && str_eq(s->scores.items[i].filter, filter))
            return err_set(r->err, E_CONFLICT,
                           "a document has \"" STR_FMT "\" in filter \"" STR_FMT
                           "\" twice; is the log of one run?",
                           STR_ARG(metric), STR_ARG(filter));
    return OK;
}

static Status read_scores(Reader *r, const Json *line, ForeignSample *s)
{
    const Json *names = json_get(line, "metrics");
    Str filter = json_text_or(json_get(line, "filter"), STR("none"));
    Str label = r->run->likelihood ? STR("") : filtered_text(r, line);
    for (uint32_t i = 0; json_is(names, JSON_ARRAY) && i < names->len; i++) {
        Str name = json_text(&names->items[i]);
        const Json *value = json_get_str(line, name);
        double weight = 0, number = json_is(value, JSON_BOOL) ? json_bool(value, false)
                                                              : json_number(value, NAN);
        if (str_starts(name, STR("inst_level_"))) /* but not f1's [right, chosen] */
            number = share_of_true(value, &weight);
        if (isnan(number)) { /* [gold, prediction] and the like: only a corpus has a number */
            r->run->n_left_out++;
            continue;
        }
        TRY(check_once(r, s, name, filter));
        add_metric(r, name, weight > 0);
        Outcome outcome = str_eqc(label, "[invalid]") ? OUTCOME_NO_ANSWER : OUTCOME_SCORED;
        vec_push(r->arena, &s->scores,
                 (ForeignScore){.metric = name,
                                .filter = filter,
                                .value = number,
                                .weight = weight,
                                .label = label,
                                .outcome = outcome});
    }
    return OK;
}

static Status read_lines(Reader *r, const Docs *docs, const DataFile *file)
{
    for (size_t i = 0; i < docs->len; i++) {
        Json *line = ARENA_NEW(r->arena, Json);
        ForeignSample *s = NULL;
        TRY(docs->get(docs, i, r->arena, line, r->err));
        if (sample_of(r, line, &s) != OK || read_scores(r, line, s) != OK)
            return err_wrap(r->err, "%s:%zu", r->path, datafile_line(file, i));
    }
    return OK;
}

Status foreign_lm_eval(const char *path, const ForeignRules *rules, Arena *arena, ForeignRun *out,
                       Err *err)
{
    Reader r = {.path = path, .run = out, .arena = arena, .err = err};
    DataFile *file;
    ForeignId *id;
    TRY(foreign_id_parse(arena, rules->id, &id, err));
    r.id = id;
    TRY(read_results(&r));
    out->framework = "lm-eval";
    out->source = str_from(path);
    out->task = task_of(str_from(path));
    note_protocol(&r);
    out->model = rules->model.len ? rules->model : model_of(&r);
    const Json *config = of_task(&r, "configs");
    out->dataset = json_text_or(json_get(config, "dataset_path"), out->task);
    out->split = json_text_or(json_get(config, "test_split"), STR("test"));
    TRY(datafile_open(arena, path, &file, err));
    Status status = read_lines(&r, datafile_docs(file), file);
    datafile_close(file);
    if (rules->task.len)
        out->task = rules->task;
    return status;
}
