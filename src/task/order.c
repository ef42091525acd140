/* order.c - the options of a question in another order: all rotations, or a seeded shuffle.
 *
 * CircularEval (MMBench, Liu et al. 2023): a question counts as known when it is answered right
 * in every rotation of its options. Option i of rotation r is option (i + r) mod k of the file. */
#include "task/parts.h"

#include "base/rng.h"

#include <math.h>

enum { OPTIONS_MOST = 26 };

void order_prepare(Checker *c, const Json *value, OutputType output, Task *task)
{
    static const KeyRow keys[] = {{"order", T_STRING, NULL},
                                  {"options", T_STRING | T_LIST, NULL},
                                  {"answer", T_STRING, NULL},
                                  {"seed", T_INT | T_NUMBER, NULL}};
    OptionOrder *o = &task->parts->order;
    if (!json_is(value, JSON_OBJECT))
        return;
    check_keys(c, value, keys, COUNT(keys));
    Str order = json_text(json_get(value, "order"));
    o->options = json_get(value, "options");
    o->answer = json_text(json_get(value, "answer"));
    o->seed = (uint64_t)json_int(json_get(value, "seed"), 0);
    o->kind = str_eqc(order, "circular") ? ORDER_CIRCULAR : ORDER_SHUFFLE;
    if (!str_eqc(order, "circular") && !str_eqc(order, "shuffle"))
        problem(c, value, "\"order\" must be circular or shuffle");
    if (!o->options || !o->answer.len)
        problem(c, value,
                "\"option_order\" needs \"options\" (a column that is a list, or a list "
                "of columns) and \"answer\" (a column)");
    uint32_t n = o->options && o->options->type == JSON_ARRAY ? o->options->len : 0;
    bool listed = json_is(o->options, JSON_ARRAY);
    if (listed && (n < 2 || n > OPTIONS_MOST))
        problem(c, o->options, "\"options\" must list 2 to %d columns", OPTIONS_MOST);
    if (o->kind != ORDER_CIRCULAR || output == OUTPUT_MULTIPLE_CHOICE)
        return;
    if (output != OUTPUT_GENERATE || !listed)
        problem(c, value,
                "the circular order of generated answers needs \"options\" as a list of "
                "columns, since every item is asked as often");
    else if (task->repeats != 1 && task->repeats != (int)n)
        problem(c, value, "the circular order repeats each item itself; leave out \"repeats\"");
    else
        task->repeats = (int)n;
}

/* ---- one document in another order ---- */

/* The options of `doc` in the order of the file. */
static Status texts_of(const OptionOrder *o, const Json *doc, Arena *arena, Json *out, Err *err)
{
    Json list = {.type = JSON_ARRAY};
    if (o->options->type == JSON_STRING) {
        const Json *value = json_get_str(doc, o->options->text);
        if (json_is(value, JSON_OBJECT))
            value = json_get(value, "text");
        if (!json_is(value, JSON_ARRAY) || value->len < 2 || value->len > OPTIONS_MOST)
            return err_set(err, E_PARSE, "column \"" STR_FMT "\" must be a list of 2 to %d options",
                           STR_ARG(o->options->text), OPTIONS_MOST);
        *out = *value;
        return OK;
    }
    for (uint32_t i = 0; i < o->options->len; i++) {
        Str column = json_text(&o->options->items[i]);
        const Json *value = json_get_str(doc, column);
        if (!value)
            return err_set(err, E_MISSING, "there is no column \"" STR_FMT "\" for an option",
                           STR_ARG(column));
        json_append(arena, &list, *value);
    }
    *out = list;
    return OK;
}

/* The number of the option that the answer points to; -1 when it is a text, or names none. */
static int64_t answer_place(const Json *answer)
{
    if (json_is_int(answer))
        return json_int(answer, -1);
    if (!json_is(answer, JSON_STRING) || answer->text.len != 1)
        return -1;
    char c = answer->text.ptr[0];
    return c - (c >= 'a' && c <= 'z' ? 'a' : 'A');
}

/* The option that the answer says in its words; ORDER_NO_GOLD when it is none. */
static size_t place_of_text(const Json *texts, const Json *answer)
{
    for (uint32_t i = 0; json_is(answer, JSON_STRING) && i < texts->len; i++)
        if (str_eq(json_text(&texts->items[i]), answer->text))
            return i;
    return ORDER_NO_GOLD;
}

Status order_gold(const OptionOrder *o, const Json *doc, Arena *arena, size_t *out, Err *err)
{
    Json texts = {.type = JSON_ARRAY};
    const Json *answer = json_get_str(doc, o->answer);
    TRY(texts_of(o, doc, arena, &texts, err));
    int64_t place = answer_place(answer);
    bool pointed = place >= 0 && place < texts.len;
    *out = pointed ? (size_t)place : place_of_text(&texts, answer);
    return OK;
}

/* Where the answer points to, in the same notation: a letter, a number from 0, or a text. One
 * character that is no option's letter may still be an option's text ("5"). */
static Status move_answer(const OptionOrder *o, const Json *doc, const Json *texts,
                          const uint32_t *from, Arena *arena, Json *out, Err *err)
{
    uint32_t n = texts->len;
    const Json *answer = json_get_str(doc, o->answer);
    int64_t place = answer_place(answer);
    bool letter = json_is(answer, JSON_STRING) && answer->text.len == 1 && place >= 0 && place < n;
    bool small = letter && answer->text.ptr[0] >= 'a' && answer->text.ptr[0] <= 'z';
    if (json_is(answer, JSON_STRING) && !letter &&
        (answer->text.len != 1 || place_of_text(texts, answer) != ORDER_NO_GOLD)) {
        *out = *answer; /* the option's text moves with it */
        return OK;
    }
    for (uint32_t to = 0; place >= 0 && to < n; to++)
        if (from[to] == place) {
            *out = letter ? json_str(str_printf(arena, "%c", (char)((small ? 'a' : 'A') + to)))
                          : json_integer(arena, to);
            return OK;
        }
    return err_set(err, E_PARSE,
                   "column \"" STR_FMT "\" must name one of %u options: a letter, a number from 0, "
                   "or its text",
                   STR_ARG(o->answer), n);
}

static Json reordered(const Json *texts, const uint32_t *from, Arena *arena)
{
    Json list = {.type = JSON_ARRAY};
    for (uint32_t i = 0; i < texts->len; i++)
        json_append(arena, &list, texts->items[from[i]]);
    return list;
}

/* Option i of the new document is option from[i] of the old one. */
static Status permute(const OptionOrder *o, const Json *doc, const Json *texts,
                      const uint32_t *from, Arena *arena, Json *out, Err *err)
{
    Json answer, moved = {.type = JSON_OBJECT}, list = reordered(texts, from, arena);
    TRY(move_answer(o, doc, texts, from, arena, &answer, err));
    for (uint32_t i = 0; i < doc->len; i++)
        json_set(arena, &moved, doc->members[i].key, doc->members[i].value);
    json_set(arena, &moved, o->answer, answer);
    if (o->options->type == JSON_ARRAY) {
        for (uint32_t i = 0; i < texts->len; i++)
            json_set(arena, &moved, o->options->items[i].text, list.items[i]);
    } else {
        const Json *old = json_get_str(doc, o->options->text);
        Json value = list;
        if (old->type == JSON_OBJECT) {
            value = (Json){.type = JSON_OBJECT};
            for (uint32_t i = 0; i < old->len; i++)
                json_set(arena, &value, old->members[i].key, old->members[i].value);
            json_set(arena, &value, STR("text"), list);
        }
        json_set(arena, &moved, o->options->text, value);
    }
    *out = moved;
    return OK;
}

Status order_variants(const OptionOrder *o, const Json *doc, size_t position, Arena *arena,
                      Json **out, size_t *n, Err *err)
{
    Json texts = {.type = JSON_ARRAY};
    uint32_t from[OPTIONS_MOST];
    TRY(texts_of(o, doc, arena, &texts, err));
    *n = o->kind == ORDER_CIRCULAR ? texts.len : 1;
    *out = arena_array(arena, *n, sizeof **out);
    for (uint32_t r = 0; r < *n; r++) {
        for (uint32_t i = 0; i < texts.len; i++)
            from[i] = (i + r) % texts.len;
        if (o->kind == ORDER_SHUFFLE) {
            uint64_t state = o->seed ^ (uint64_t)position * 0x9e3779b97f4a7c15u;
            Rng rng = rng_make(splitmix64(&state));
            for (uint32_t i = texts.len; i > 1; i--) {
                uint32_t other = (uint32_t)rng_below(&rng, i), kept = from[i - 1];
                from[i - 1] = from[other];
                from[other] = kept;
            }
        }
        TRY(permute(o, doc, &texts, from, arena, &(*out)[r], err));
    }
    return OK;
}

/* ---- metrics over all rotations ---- */

/* What the j-th of them is called, and what it asks: two, then k - 1 numbers of orders, all orders,
 * and k places. Without a list of columns k is not known, and only three are made. */
static Str order_metric(Arena *arena, size_t j, size_t k, int *least)
{
    size_t counts = k ? k - 1 : 0;
    *least = j == 0 ? ORDER_ORIGIN : j == 1 ? ORDER_MEAN : ORDER_ALL;
    if (j < 2)
        return j ? STR("acc_circular") : STR("acc_origin");
    if (j - 2 == counts)
        return STR("perf_circular");
    *least = j - 2 < counts ? (int)j - 1 : ORDER_PLACES - (int)(j - 3 - counts);
    return *least > 0 ? str_printf(arena, "more_%d_circular", *least)
                      : str_printf(arena, "acc_at_%c", 'A' + ORDER_PLACES - *least);
}

/* In place of the task's first metric: right in the order of the file, the mean over all orders,
 * right in at least j orders, in all, and where the right answer stands at each place. */
void order_metrics(Checker *c, Task *task)
{
    OptionOrder *o = &task->parts->order;
    size_t k = json_is(o->options, JSON_ARRAY) ? o->options->len : 0;
    if (o->kind != ORDER_CIRCULAR || !task->n_metrics)
        return;
    const TaskMetric base = task->metrics[0];
    const MetricRow *row = task->parts->rows[0];
    if (str_eqc(base.name, "acc_mutual_info") || !str_eqc(base.aggregation, "mean"))
        problem(c, NULL, "metric \"" STR_FMT "\" cannot be taken over all orders of the options",
                STR_ARG(base.name));
    size_t n = k ? 2 * k + 2 : 3;
    TaskMetric *metrics = arena_array(c->arena, n, sizeof *metrics);
    const MetricRow **rows = arena_array(c->arena, n, sizeof *rows);
    MetricOptions *options = arena_array(c->arena, n, sizeof *options);
    o->least = arena_array(c->arena, n, sizeof *o->least);
    for (size_t j = 0; j < n; j++) {
        metrics[j] = base;
        metrics[j].name = order_metric(c->arena, j, k, &o->least[j]);
    }
    for (size_t i = 0; i < n; i++) {
        rows[i] = row;
        options[i] = task->parts->options[0];
    }
    task->metrics = metrics;
    task->n_metrics = n;
    task->parts->rows = rows;
    task->parts->options = options;
}

bool task_in_all_orders(const Task *task)
{
    return task->parts->order.kind == ORDER_CIRCULAR;
}

double order_value(int least, const double *values, size_t n, size_t gold)
{
    size_t right = 0;
    if (least <= ORDER_PLACES) { /* option `gold` stands at place p in rotation gold - p */
        size_t place = (size_t)(ORDER_PLACES - least);
        bool known = gold < n && place < n;
        return known ? (double)(values[(gold + n - place) % n] >= 1) : (double)NAN;
    }
    for (size_t i = 0; i < n; i++)
        right += values[i] >= 1;
    switch (least) {
    case ORDER_ORIGIN:
        return values[0];
    case ORDER_MEAN:
        return (double)right / (double)n;
    case ORDER_ALL:
        return right == n;
    default:
        return right >= (size_t)least;
    }
}
