/* test_golden.c - tasks of lm-evaluation-harness: every prompt, target, filtered answer and
 * metric value must be what it gives, and so must the aggregates and their standard errors. */
#include "base/sha256.h"
#include "test.h"

#include "base/file.h"
#include "eval/aggregate.h"
#include "task/task.h"
#include "template/literal.h"

#include <dirent.h>

static const char *golden(Arena *a, const char *path)
{
    return test_shared(str_printf(a, "golden/lm-eval/%s", path).ptr);
}

static TaskSet *open_tasks(Arena *a)
{
    Err err = {0};
    TaskSet *set = NULL;
    const char *dir = golden(a, "tasks");
    CHECK_OK(taskset_open(a, &dir, 1, &set, &err), err);
    return set;
}

static Json read_json(Arena *a, const char *path)
{
    Err err = {0};
    Str text;
    Json out;
    CHECK_OK(file_read(a, path, (size_t)1 << 28, &text, &err), err);
    CHECK_OK(json_parse(a, text, &out, &err), err);
    return out;
}

typedef struct Data {
    DataFile *docs, *shots;
} Data;

static DataFile *open_split(Arena *a, const Task *t, Str split)
{
    Err err = {0};
    DataFile *file = NULL;
    const char *path, *dir = golden(a, "data");
    CHECK_OK(datafile_find(a, &dir, 1, t->dataset_path, t->dataset_name, split, &path, &err), err);
    CHECK_OK(datafile_open(a, path, &file, &err), err);
    return file;
}

static TaskBound *bind(Arena *a, const Task *t, const BindOptions *options, Data *data)
{
    Err err = {0};
    TaskBound *bound = NULL;
    data->docs = open_split(a, t, t->test_split);
    data->shots =
        t->num_fewshot && t->fewshot_split.len ? open_split(a, t, t->fewshot_split) : NULL;
    CHECK_OK(task_bind(a, t, datafile_docs(data->docs),
                       data->shots ? datafile_docs(data->shots) : NULL, options, &bound, &err),
             err);
    return bound;
}

static void close_data(Data *data)
{
    datafile_close(data->docs);
    datafile_close(data->shots);
}

/* Says which document of which task differs. */
static void same(Str got, Str want, const char *where, size_t doc, const char *what)
{
    if (!str_eq(got, want))
        test_fail(__FILE__, __LINE__, "%s, document %zu: %s is\n\"%.*s\"\nwant\n\"%.*s\"", where,
                  doc, what, (int)got.len, got.ptr ? got.ptr : "", (int)want.len, want.ptr);
}

static Str prompt_text(Arena *a, const TaskRequest *r)
{
    return r->messages ? json_dump_python(a, r->messages, -1) : r->context;
}

static void check_prompts(Arena *a, const TaskItem *item, const Json *sample, const char *where)
{
    const Json *wanted = json_get(sample, "requests");
    CHECK_INT(item->n_requests, wanted->len);
    for (size_t i = 0; i < item->n_requests; i++) {
        const Json *w = &wanted->items[i];
        const TaskRequest *r = &item->requests[i];
        const Json *messages = json_get(w, "messages");
        Str want = json_text_or(json_get(w, "prompt"), json_text(json_get(w, "context")));
        if (messages)
            want = json_dump_python(a, messages, -1);
        same(prompt_text(a, r), want, where, item->position, "prompt");
        Str rolling = json_text(json_get(w, "text")); /* loglikelihood_rolling */
        same(r->continuation, json_text_or(json_get(w, "continuation"), rolling), where,
             item->position, "continuation");
    }
    const TaskRequest *first = &item->requests[0];
    bool rolling = json_get(&wanted->items[0], "text") != NULL;
    same(sha256_hex(a, rolling ? first->continuation : prompt_text(a, first)),
         json_text(json_get(sample, "prompt_hash")), where, item->position, "hash of the prompt");
}

static void check_generation(TaskGeneration g, const Json *want, const char *where)
{
    size_t seen = 0;
    const Json *until = json_get(want, "until");
    CHECK_INT(g.n_stop, until->len);
    for (size_t i = 0; i < g.n_stop; i++)
        same(g.stop[i], until->items[i].text, where, i, "stop text");
    CHECK_INT(g.max_tokens, json_int(json_get(want, "max_gen_toks"), 256));
    CHECK_NEAR(g.temperature, json_number(json_get(want, "temperature"), -1), 0);
    CHECK_NEAR(g.top_p, json_number(json_get(want, "top_p"), -1), 0);
    static const char *const own[] = {"until", "max_gen_toks", "temperature", "top_p"};
    for (size_t i = 0; i < COUNT(own); i++)
        seen += json_get(want, own[i]) != NULL;
    for (uint32_t i = 0; g.extra && i < g.extra->len; i++) {
        const Json *other = json_get_str(want, g.extra->members[i].key);
        CHECK(other && json_equal(other, &g.extra->members[i].value));
        seen++;
    }
    CHECK_INT(seen, want->len);
}

static void check_target(Arena *a, const TaskItem *item, const Json *sample, const char *where)
{
    same(json_dump(a, &item->target), json_dump(a, json_get(sample, "target")), where,
         item->position, "target");
    StrBuf text = strbuf_make(a, 1 << 20);
    literal_str(&text, &item->target);
    same(sha256_hex(a, strbuf_str(&text)), json_text(json_get(sample, "target_hash")), where,
         item->position, "hash of the target");
    same(sha256_hex(a, json_dump_python(a, &item->doc, 2)), json_text(json_get(sample, "doc_hash")),
         where, item->position, "hash of the document");
}

static size_t read_answers(Arena *a, const Json *responses, bool text, TaskAnswer **out)
{
    const Json *list = text ? &responses->items[0] : responses;
    *out = arena_array(a, list->len, sizeof **out);
    for (uint32_t i = 0; i < list->len; i++) {
        const Json *one = text ? &list->items[i] : &list->items[i].items[0];
        (*out)[i].text = json_text(one);
        if (!text) {
            bool pair = one->type == JSON_ARRAY; /* a rolling one is a number alone */
            (*out)[i].logprob = json_number(pair ? &one->items[0] : one, NAN);
            (*out)[i].greedy = pair && json_bool(&one->items[1], false);
        }
    }
    return list->len;
}

enum { GOLDEN_DRAWS = 1000 };

/* The scores of a task's documents so far: one list a (filter, metric). */
typedef VEC(AggregateItem) AggregateItems;
typedef struct Kept {
    Arena *arena;
    const TaskBound *bound;
    const Task *task;
    const char *where;
    AggregateItems *of;
} Kept;

/* lm-evaluation-harness keeps the probabilities; a judgement keeps what they come to. */
static void check_brier(const TaskScore *score, const Json *pair)
{
    double value = 0;
    for (uint32_t i = 0; i < pair->items[1].len; i++) {
        double miss = json_number(&pair->items[1].items[i], NAN) -
                      (json_int(&pair->items[0], -1) == (int64_t)i);
        value += miss * miss;
    }
    CHECK_NEAR(score->value, value, 1e-9 * value);
}

/* What goes into an aggregation is a number, or a pair of the right answer with what a metric
 * compares it with. */
static void check_value(Arena *a, const TaskItem *item, const TaskScore *score, const Json *want,
                        const Kept *kept)
{
    Str metric = kept->task->metrics[score->metric].name;
    if (want->type == JSON_NUMBER) {
        if (!(score->value == json_number(want, NAN)))
            test_fail(__FILE__, __LINE__, "%s, document %zu: %.*s is %.17g, want %.*s (%.*s)",
                      kept->where, item->position, (int)metric.len, metric.ptr, score->value,
                      (int)want->text.len, want->text.ptr, (int)score->why.len, score->why.ptr);
        return;
    }
    CHECK(want->type == JSON_ARRAY && want->len == 2);
    if (str_eqc(metric, "f1") || str_eqc(metric, "mcc")) {
        same(score->detail, json_dump(a, want), kept->where, item->position, "pair of labels");
    } else if (str_eqc(metric, "brier_score")) {
        check_brier(score, want);
    } else if (str_eqc(metric, "likelihood")) {
        size_t gold = (size_t)json_int(&want->items[0], -1);
        CHECK(score->value == json_number(&want->items[1].items[gold], NAN));
    } else {
        same(item->target_text, json_text(&want->items[0]), kept->where, item->position,
             "reference");
        same(score->extracted, json_text(&want->items[1]), kept->where, item->position,
             "prediction");
    }
}

static void check_scores(Arena *a, const TaskItem *item, const Json *sample, Kept *kept)
{
    Err err = {0};
    const Task *t = kept->task;
    const char *where = kept->where;
    TaskAnswer *answers;
    TaskScore *scores = NULL;
    size_t n, n_scores = 0;
    bool text = t->output_type == OUTPUT_GENERATE;
    n = read_answers(a, json_get(sample, "responses"), text, &answers);
    CHECK_OK(task_score(kept->bound, item, answers, n, a, &scores, &n_scores, &err), err);
    CHECK_INT(n_scores, t->n_filters * t->n_metrics);
    CHECK_INT(t->n_filters, json_get(sample, "filters")->len);
    for (size_t i = 0; i < n_scores; i++) {
        const Json *f = json_get_str(json_get(sample, "filters"), t->filters[scores[i].filter]);
        const Json *want = json_get_str(json_get(f, "metrics"), t->metrics[scores[i].metric].name);
        CHECK(f && want);
        CHECK_INT(t->n_metrics, json_get(f, "metrics")->len);
        if (t->output_type == OUTPUT_ROLLING) { /* [logprob, count] */
            CHECK_NEAR(scores[i].weight, json_number(&want->items[1], NAN), 0);
            want = &want->items[0];
        }
        if (text)
            same(scores[i].extracted, json_get(f, "filtered")->items[0].text, where, item->position,
                 "filtered answer");
        check_value(a, item, &scores[i], want, kept);
        AggregateItem one = {scores[i].value, scores[i].weight,
                             str_copy(kept->arena, scores[i].detail)};
        vec_push(kept->arena, &kept->of[i], one);
    }
}

static void near(const MeanResult *got, const Json *value, const Json *se, const char *where,
                 Str metric)
{
    double mean = json_number(value, NAN), error = json_number(se, NAN);
    if (!(fabs(got->mean - mean) <= 1e-9 * fabs(mean)))
        test_fail(__FILE__, __LINE__, "%s: %.*s is %.17g, want %.17g", where, (int)metric.len,
                  metric.ptr, got->mean, mean);
    if (json_is(se, JSON_NUMBER) && !(fabs(got->se - error) <= 1e-9 * fabs(error)))
        test_fail(__FILE__, __LINE__, "%s: the error of %.*s is %.17g, want %.17g", where,
                  (int)metric.len, metric.ptr, got->se, error);
}

static void check_aggregates(const Kept *kept, const Json *results)
{
    SCOPED_ARENA(a);
    const Task *t = kept->task;
    for (size_t f = 0; f < t->n_filters; f++)
        for (size_t m = 0; m < t->n_metrics; m++) {
            const TaskMetric *metric = &t->metrics[m];
            Str name = str_printf(&a, "%.*s,%.*s", (int)metric->name.len, metric->name.ptr,
                                  (int)t->filters[f].len, t->filters[f].ptr);
            Str error = str_printf(&a, "%.*s_stderr,%.*s", (int)metric->name.len, metric->name.ptr,
                                   (int)t->filters[f].len, t->filters[f].ptr);
            AggregateInput in = {.name = metric->aggregation,
                                 .entry = metric->options,
                                 .items = kept->of[f * t->n_metrics + m].items,
                                 .n = kept->of[f * t->n_metrics + m].len,
                                 .draws = GOLDEN_DRAWS};
            MeanResult got = aggregate(&in, &a);
            near(&got, json_get_str(results, name), json_get_str(results, error), kept->where,
                 metric->name);
        }
}

/* `expected` holds the samples and results of the task. */
static void check_samples(const Task *t, const BindOptions *options, const Json *expected,
                          const char *where)
{
    SCOPED_ARENA(a);
    Data data;
    TaskBound *bound = bind(&a, t, options, &data);
    const Json *samples = json_get_str(json_get(expected, "samples"), t->name);
    Kept kept = {&a, bound, t, where,
                 arena_array(&a, t->n_filters * t->n_metrics, sizeof(AggregateItems))};
    CHECK_INT(datafile_docs(data.docs)->len, samples->len);
    for (uint32_t i = 0; i < samples->len; i++) {
        const Json *sample = &samples->items[i];
        size_t position = (size_t)json_int(json_get(sample, "doc_id"), -1);
        Err err = {0};
        TaskItem item;
        SCOPED_ARENA(work);
        CHECK_OK(task_item(bound, position, &work, &item, &err), err);
        check_prompts(&work, &item, sample, where);
        check_target(&work, &item, sample, where);
        if (t->output_type == OUTPUT_GENERATE)
            check_generation(task_generation(bound),
                             json_path(sample, "requests.0.generation_kwargs"), where);
        check_scores(&work, &item, sample, &kept);
    }
    check_aggregates(&kept, json_get_str(json_get(expected, "results"), t->name));
    close_data(&data);
}

static void check_hashes(const Task *t, const Json *hashes, const char *where)
{
    SCOPED_ARENA(a);
    Data data;
    TaskBound *bound = bind(&a, t, &(BindOptions){.fewshot_seed = 1234}, &data);
    CHECK_INT(datafile_docs(data.docs)->len, hashes->len);
    for (uint32_t i = 0; i < hashes->len; i++) {
        Err err = {0};
        TaskItem item;
        SCOPED_ARENA(work);
        CHECK_OK(task_item(bound, i, &work, &item, &err), err);
        same(sha256_hex(&work, item.requests[0].context), hashes->items[i].text, where, i,
             "hash of the prompt");
    }
    close_data(&data);
}

typedef VEC(const TaskNode *) Nodes;

/* The members as lm-evaluation-harness lists them: tags give way to their tasks. */
static void list_members(Arena *a, const TaskNode *node, Nodes *out)
{
    for (size_t i = 0; i < node->n_children; i++) {
        if (node->children[i].kind == TASK_TAG)
            list_members(a, &node->children[i], out);
        else
            vec_push(a, out, &node->children[i]);
    }
}

static void check_node(Arena *a, const TaskNode *node, const Json *expected, const char *where)
{
    Str alias =
        json_text(json_get(json_get_str(json_get(expected, "results"), node->name), "alias"));
    if (alias.len)
        same(node->alias, alias, where, 0, "alias");
    if (node->task) {
        const Json *shots = json_get_str(json_get(expected, "n-shot"), node->name);
        CHECK_INT(node->task->num_fewshot, json_int(shots, -1));
        const Json *hashes = json_get_str(json_get(expected, "prompt_hashes"), node->name);
        CHECK(hashes);
        check_hashes(node->task, hashes, where);
        return;
    }
    Nodes members = {0};
    list_members(a, node, &members);
    const Json *names = json_get_str(json_get(expected, "group_subtasks"), node->name);
    if (node->kind == TASK_GROUP)
        CHECK_INT(members.len, names ? names->len : 0);
    for (size_t i = 0; i < members.len; i++) {
        if (node->kind == TASK_GROUP)
            same(members.items[i]->name, names->items[i].text, where, i, "member");
        check_node(a, members.items[i], expected, where);
    }
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

typedef VEC(Str) Names;

static Names expected_names(Arena *a, const char *dir)
{
    Names names = {0};
    DIR *d = opendir(dir);
    CHECK(d);
    struct dirent *e;
    while ((e = readdir(d)))
        if (str_ends(str_from(e->d_name), STR(".json")))
            vec_push(a, &names, str_copy(a, path_stem(str_from(e->d_name))));
    closedir(d);
    qsort(names.items, names.len, sizeof *names.items, by_name);
    return names;
}

TEST(golden_tasks_give_the_prompts_and_scores_of_lm_evaluation_harness)
{
    if (!test_shared("golden/lm-eval/expected"))
        skip();
    SCOPED_ARENA(a);
    const char *dir = golden(&a, "expected");
    TaskSet *set = open_tasks(&a);
    Names names = expected_names(&a, dir);
    size_t covered = 0;
    for (size_t i = 0; i < names.len; i++) {
        Err err = {0};
        TaskNode node;
        SCOPED_ARENA(work);
        Str name = names.items[i];
        Json expected = read_json(&work, str_printf(&work, "%s/%s.json", dir, name.ptr).ptr);
        CHECK_OK(taskset_find(set, name, &node, &err), err);
        Str kind = json_text(json_get(&expected, "kind"));
        CHECK_STR(kind, node.kind == TASK_SINGLE  ? "task"
                        : node.kind == TASK_GROUP ? "group"
                                                  : "tag");
        if (node.task)
            check_samples(node.task, &(BindOptions){.fewshot_seed = 1234}, &expected, name.ptr);
        else
            check_node(&work, &node, &expected, name.ptr);
        covered++;
    }
    CHECK_INT(covered, names.len);
}

TEST(golden_chats_give_the_messages_of_lm_evaluation_harness)
{
    if (!test_shared("golden/lm-eval/expected/chat"))
        skip();
    SCOPED_ARENA(a);
    const char *dir = golden(&a, "expected/chat");
    static const struct {
        const char *run;
        BindOptions options;
    } runs[] = {
        {"singleturn", {CHAT_SINGLE, {0}, 1234}},
        {"multiturn", {CHAT_TURNS, {0}, 1234}},
        {"multiturn_system", {CHAT_TURNS, {"You are a careful examiner.", 27}, 1234}},
    };
    TaskSet *set = open_tasks(&a);
    Names names = expected_names(&a, dir);
    size_t covered = 0;
    for (size_t i = 0; i < names.len; i++) {
        Err err = {0};
        TaskNode node;
        SCOPED_ARENA(work);
        Str name = names.items[i];
        Json expected = read_json(&work, str_printf(&work, "%s/%s.json", dir, name.ptr).ptr);
        CHECK_OK(taskset_find(set, name, &node, &err), err);
        const Json *all = json_get(&expected, "runs");
        CHECK_INT(all->len, COUNT(runs));
        for (size_t r = 0; r < COUNT(runs); r++) {
            check_samples(node.task, &runs[r].options, json_get(all, runs[r].run),
                          str_printf(&work, "%s (%s)", name.ptr, runs[r].run).ptr);
        }
        covered++;
    }
    CHECK_INT(covered, names.len);
}

TEST(sha256_has_its_published_values)
{
    SCOPED_ARENA(a);
    CHECK_STR(sha256_hex(&a, STR("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK_STR(sha256_hex(&a, (Str){0}),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
