/* test_native_vectors.c - native versions give what the functions themselves give.
 *
 * test/data/native_vectors.json holds documents made up for this test and what the Python
 * functions and filters of lm-evaluation-harness (commit 4e7e0d4) returned for them, run by
 * test/tool/native_vectors.py. */
#include "task_fixture.h"

#include "base/file.h"
#include "base/limits.h"
#include "eval/aggregate.h"
#include "task/parts.h"

enum { MOST_METRICS = 20 };

/* What is being compared, for messages. */
typedef struct Place {
    Str name;
    uint32_t item;
    size_t checked, wrong;
} Place;

#define differs(at, ...) ((at)->wrong++, print_message(__VA_ARGS__), print_message("\n"))

static bool same_value(const Json *want, const Json *got)
{
    if (want->type == JSON_NUMBER && got->type == JSON_NUMBER)
        return fabs(json_number(want, 0) - json_number(got, 1)) < 1e-12;
    if (want->type == JSON_ARRAY && got->type == JSON_ARRAY && want->len == got->len) {
        for (uint32_t i = 0; i < want->len; i++)
            if (!same_value(&want->items[i], &got->items[i]))
                return false;
        return true;
    }
    return json_equal(want, got);
}

static void check_same(Arena *a, Place *at, const char *what, const Json *want, const Json *got)
{
    at->checked++;
    if (!same_value(want, got))
        differs(at, STR_FMT ", item %u, %s: want " STR_FMT ", got " STR_FMT, STR_ARG(at->name),
                at->item, what, STR_ARG(json_dump(a, want)), STR_ARG(json_dump(a, got)));
}

static Json texts_of(Arena *a, const Str *texts, size_t n)
{
    Json list = {.type = JSON_ARRAY};
    for (size_t i = 0; i < n; i++)
        json_append(a, &list, json_str(texts[i]));
    return list;
}

static void check_fields(Arena *a, Place *at, const TaskBound *b, const TaskItem *item,
                         const Json *want)
{
    const Json *text = json_get(want, "text"), *target = json_get(want, "target");
    const Json *choices = json_get(want, "choices"), *columns = json_get(want, "columns");
    if (text && text->type == JSON_STRING) {
        Json got = json_str(item->requests[0].context);
        check_same(a, at, "text", text, &got);
    } else if (text) {
        Json got = json_integer(a, item->gold[0]); /* several contexts: the number of the right */
        CHECK(b->multiple_input);
        check_same(a, at, "text", text, &got);
    }
    if (target)
        check_same(a, at, "target", target, &item->target);
    if (choices) {
        Json got = texts_of(a, item->choices, item->n_choices);
        check_same(a, at, "choices", choices, &got);
    }
    for (uint32_t i = 0; columns && i < columns->len; i++) {
        const Json *got = json_get_str(&item->doc, columns->members[i].key);
        CHECK(got);
        check_same(a, at, str_z(a, columns->members[i].key), &columns->members[i].value, got);
    }
}

static TaskAnswer *answers_of(Arena *a, const Json *want, size_t *n)
{
    const Json *texts = json_get(want, "answers"), *pairs = json_get(want, "likelihoods");
    const Json *list = texts ? texts : pairs;
    *n = list ? list->len : 0;
    TaskAnswer *out = arena_array(a, *n + 1, sizeof *out);
    for (uint32_t i = 0; i < *n; i++)
        out[i] = texts ? (TaskAnswer){.text = texts->items[i].text}
                       : (TaskAnswer){.logprob = json_number(&pairs->items[i].items[0], 0),
                                      .greedy = pairs->items[i].items[1].boolean};
    return out;
}

static void check_filtered(Arena *a, Place *at, const TaskBound *b, const TaskItem *item,
                           const Json *want)
{
    const Json *all = json_get(want, "filtered");
    size_t n;
    TaskAnswer *answers = answers_of(a, want, &n);
    for (size_t f = 0; all && f < b->task->n_filters; f++) {
        Err err = {0};
        FilterValues v = metric_answers(a, answers, n);
        CHECK_OK(filter_run(&b->task->parts->pipelines[f], &item->doc, a, &v, &err), err);
        Json got = {.type = JSON_ARRAY};
        for (size_t i = 0; i < v.len; i++)
            json_append(a, &got, v.items[i].json);
        if (v.single)
            got = v.items[0].json;
        check_same(a, at, "filtered", json_get_str(all, b->task->filters[f]), &got);
    }
}

/* What each metric's items hand on to its aggregation. */
typedef struct Totals {
    AggregateItem *items[MOST_METRICS];
    size_t n;
} Totals;

static void check_scores(Arena *a, Place *at, const TaskBound *b, const TaskItem *item,
                         const Json *want, Totals *totals)
{
    const Json *all = json_get(want, "scores");
    size_t n, n_scores;
    TaskAnswer *answers = answers_of(a, want, &n);
    TaskScore *scores;
    Err err = {0};
    if (!all)
        return;
    CHECK_OK(task_score(b, item, answers, n, a, &scores, &n_scores, &err), err);
    for (size_t i = 0; i < n_scores; i++) {
        Str metric = b->task->metrics[scores[i].metric].name;
        const Json *of_filter = json_get_str(all, b->task->filters[scores[i].filter]);
        const Json *value = of_filter ? json_get_str(of_filter, metric) : NULL;
        if (!scores[i].filter)
            totals->items[scores[i].metric][at->item] =
                (AggregateItem){scores[i].value, scores[i].weight, scores[i].detail};
        at->checked += value != NULL;
        if (value && !(fabs(json_number(value, -99) - scores[i].value) < 1e-9))
            differs(at, STR_FMT ", item %u, " STR_FMT ": want %.17g, got %.17g", STR_ARG(at->name),
                    at->item, STR_ARG(metric), json_number(value, -99), scores[i].value);
    }
}

static void check_totals(Place *at, const Task *t, const Json *want, const Totals *totals)
{
    SCOPED_ARENA(scratch);
    for (size_t m = 0; m < t->n_metrics; m++) {
        const Json *value = json_get_str(want, t->metrics[m].name);
        AggregateInput in = {.name = t->metrics[m].aggregation,
                             .entry = t->metrics[m].options,
                             .items = totals->items[m],
                             .n = totals->n};
        at->checked += value != NULL;
        double got = value ? aggregate(&in, &scratch).mean : 0;
        if (value && !(fabs(json_number(value, -99) - got) < 1e-9))
            differs(at, STR_FMT ", all, " STR_FMT ": want %.17g, got %.17g", STR_ARG(at->name),
                    STR_ARG(t->metrics[m].name), json_number(value, -99), got);
    }
}

static size_t check_case(const Json *one, size_t *wrong)
{
    SCOPED_ARENA(a);
    Err err = {0};
    const Task *t = NULL;
    TaskBound *b;
    const Json *items = json_get(one, "items");
    const Json *config = json_get(one, "config");
    Place at = {.name = json_text(json_get(one, "name"))};
    CHECK_OK(task_from_config(tasks_in(&a, test_folder()), config, &t, &err), err);
    b = bind_plain(&a, t, json_dump(&a, json_get(one, "docs")).ptr, NULL);
    if (task_length(b) != items->len)
        test_fail(__FILE__, __LINE__, STR_FMT ": %zu documents, want %u", STR_ARG(at.name),
                  task_length(b), items->len);
    Totals totals = {.n = items->len};
    CHECK(t->n_metrics <= MOST_METRICS);
    for (size_t m = 0; m < t->n_metrics; m++)
        totals.items[m] = arena_array(&a, items->len, sizeof(AggregateItem));
    for (at.item = 0; at.item < items->len; at.item++) {
        const Json *want = &items->items[at.item];
        TaskItem item = item_at(&a, b, at.item);
        check_fields(&a, &at, b, &item, want);
        check_filtered(&a, &at, b, &item, want);
        check_scores(&a, &at, b, &item, want, &totals);
    }
    check_totals(&at, t, json_get(one, "aggregated"), &totals);
    CHECK(at.checked);
    *wrong += at.wrong;
    return at.checked;
}

static size_t check_file(const char *path, size_t *families)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str text;
    Json all;
    size_t checked = 0, wrong = 0;
    CHECK_OK(file_read(&a, path, LIMIT_YAML_FILE, &text, &err), err);
    CHECK_OK(json_parse(&a, text, &all, &err), err);
    for (uint32_t i = 0; i < all.len; i++)
        checked += check_case(&all.items[i], &wrong);
    print_message("%s: %u families, %zu values compared\n", path, all.len, checked);
    CHECK_INT(wrong, 0);
    *families = all.len;
    return checked;
}

/* NATIVE_VECTORS: another such file, which cannot be kept here (see the program that writes it). */
TEST(native_versions_give_what_the_functions_give)
{
    size_t families;
    const char *more = getenv("NATIVE_VECTORS");
    CHECK(check_file("test/data/native_vectors.json", &families) > 400);
    CHECK(families > 50);
    if (more)
        CHECK(check_file(more, &families));
}
