/* prompt.c - items made ready: contexts, continuations, messages, right answers. */
#include "task/reshape.h"

#include "base/limits.h"
#include "base/utf8.h"

/* What is being assembled for one item. */
typedef struct Builder {
    const TaskBound *b;
    FieldContext c;
    size_t position;
    Str system;  /* system instruction and description */
    Shot *shots; /* of this item, in order */
} Builder;

static Status load_shots(Builder *w)
{
    const TaskBound *b = w->b;
    w->shots = arena_array(w->c.arena, b->n_shots, sizeof *w->shots);
    for (size_t i = 0; i < b->n_shots; i++) {
        size_t place = b->draws ? b->draws[w->position * b->n_shots + i] : i;
        if (b->shots)
            w->shots[i] = *b->shots[place];
        else
            TRY(shot_build(b, place, w->c.arena, &w->shots[i], w->c.err));
    }
    return OK;
}

static Status plain_context(const Builder *w, const Turns *last, Str *out)
{
    size_t size = w->system.len;
    for (size_t i = 0; i < w->b->n_shots; i++)
        size += w->shots[i].plain.len;
    for (size_t i = 0; i < last->len; i++)
        size += last->items[i].text.len + last->items[i].after.len;
    if (size > LIMIT_PROMPT)
        return err_set(w->c.err, E_LIMIT, "the prompt is larger than %zu bytes", LIMIT_PROMPT);
    StrBuf text = strbuf_make(w->c.arena, size + 1);
    strbuf_reserve(&text, size);
    strbuf_add(&text, w->system);
    for (size_t i = 0; i < w->b->n_shots; i++)
        strbuf_add(&text, w->shots[i].plain);
    for (size_t i = 0; i < last->len; i++) {
        strbuf_add(&text, last->items[i].text);
        strbuf_add(&text, last->items[i].after);
    }
    *out = strbuf_str(&text);
    return OK;
}

static void put_message(Arena *arena, Json *list, const char *role, Str content)
{
    Json message = {.type = JSON_OBJECT};
    json_set(arena, &message, STR("role"), json_str(str_from(role)));
    json_set(arena, &message, STR("content"), json_str(content));
    json_append(arena, list, message);
}

/* Everything but the system text and a final assistant's beginning in one user message. */
static Status single_message(const Builder *w, const Turns *last, Json *list)
{
    bool begun = strcmp(last->items[last->len - 1].role, "assistant") == 0;
    Builder bare = *w;
    bare.system = (Str){0};
    Turns questions = {.items = last->items, .len = last->len - begun};
    Turn end = questions.items[questions.len - 1];
    end.after = (Str){0};
    Turns body = {0};
    for (size_t i = 0; i + 1 < questions.len; i++)
        vec_push(w->c.arena, &body, questions.items[i]);
    vec_push(w->c.arena, &body, end);
    Str text;
    TRY(plain_context(&bare, &body, &text));
    put_message(w->c.arena, list, "user", text);
    if (begun)
        put_message(w->c.arena, list, "assistant", last->items[last->len - 1].text);
    return OK;
}

static Status chat_messages(const Builder *w, const Turns *last, const Json **out)
{
    Arena *arena = w->c.arena;
    Json *list = ARENA_NEW(arena, Json);
    *list = (Json){.type = JSON_ARRAY};
    if (w->system.len)
        put_message(arena, list, "system", w->system);
    if (w->b->chat == CHAT_SINGLE) {
        TRY(single_message(w, last, list));
    } else {
        for (size_t i = 0; i < w->b->n_shots; i++)
            for (size_t t = 0; t < w->shots[i].n_turns; t++)
                put_message(arena, list, w->shots[i].turns[t].role, w->shots[i].turns[t].text);
        for (size_t t = 0; t < last->len; t++)
            put_message(arena, list, last->items[t].role, last->items[t].text);
    }
    *out = list;
    return OK;
}

static Status finish_prompt(const Builder *w, const Turns *last, TaskRequest *out)
{
    if (w->b->chat == CHAT_PLAIN)
        return plain_context(w, last, &out->context);
    return chat_messages(w, last, &out->messages);
}

/* Between context and choice. With a chat template only an unfinished prefix needs it. */
static Str choice_delimiter(const TaskBound *b)
{
    const Style *style = &b->task->parts->item;
    Str prefix = json_text(style->prefix.raw);
    bool unfinished = prefix.len && utf8_rstrip(prefix).len == prefix.len;
    return b->chat == CHAT_PLAIN || unfinished ? style->target_delimiter : (Str){0};
}

static Str joined(Arena *arena, Str a, Str b)
{
    StrBuf out = strbuf_make(arena, a.len + b.len + 1);
    strbuf_add(&out, a);
    strbuf_add(&out, b);
    return strbuf_str(&out);
}

/* The choice is the context, the target the continuation of all. */
static Status input_requests(const Builder *w, Str prefix, const TaskItem *item, TaskRequest *out)
{
    Style style = w->b->task->parts->item;
    style.target_delimiter = (Str){0};
    Str target = python_str(w->c.arena, &item->target);
    for (size_t i = 0; i < item->n_choices; i++) {
        Turns last = {0};
        turns_put(&w->c, &style, item->choices[i], prefix, NULL, &last);
        TRY(finish_prompt(w, &last, &out[i]));
        out[i].continuation = joined(w->c.arena, choice_delimiter(w->b), target);
    }
    return OK;
}

static void choice_requests(const Builder *w, const TaskItem *item, TaskRequest prompt,
                            TaskRequest *out)
{
    for (size_t i = 0; i < item->n_choices; i++) {
        out[i] = prompt;
        out[i].continuation = joined(w->c.arena, choice_delimiter(w->b), item->choices[i]);
    }
}

/* The whole text is scored, after nothing. */
static Status rolling_request(const Builder *w, TaskItem *item)
{
    if (item->target.type != JSON_STRING)
        return err_set(w->c.err, E_PARSE, "doc_to_target gives " STR_FMT ", which is not text",
                       STR_ARG(python_str(w->c.arena, &item->target)));
    item->requests = ARENA_NEW(w->c.arena, TaskRequest);
    item->requests[0].continuation = item->target.text;
    item->n_requests = 1;
    return OK;
}

static Status make_requests(const Builder *w, const Json *question, Str prefix, TaskItem *item)
{
    const Task *task = w->b->task;
    if (task->output_type == OUTPUT_ROLLING)
        return rolling_request(w, item);
    bool choice = task->output_type == OUTPUT_MULTIPLE_CHOICE;
    size_t n = choice ? item->n_choices : 1, extra = choice && task->parts->mutual_info ? n : 0;
    TaskRequest *requests = arena_array(w->c.arena, n + extra, sizeof *requests);
    if (w->b->multiple_input && choice) {
        TRY(input_requests(w, prefix, item, requests));
    } else {
        TaskRequest prompt = {0};
        Turns last = {0};
        if (question->type != JSON_STRING)
            return err_set(w->c.err, E_PARSE, "doc_to_text gives " STR_FMT ", which is not text",
                           STR_ARG(python_str(w->c.arena, question)));
        turns_put(&w->c, &task->parts->item, question->text, prefix, NULL, &last);
        TRY(finish_prompt(w, &last, &prompt));
        if (choice)
            choice_requests(w, item, prompt, requests);
        else
            requests[0] = prompt;
        if (task->output_type == OUTPUT_LOGLIKELIHOOD)
            requests[0].continuation = python_str(w->c.arena, &item->target);
    }
    for (size_t i = 0; i < extra; i++)
        requests[n + i].continuation = joined(w->c.arena, choice_delimiter(w->b), item->choices[i]);
    item->requests = requests;
    item->n_requests = n + extra;
    return OK;
}

static int gold_index(const TaskItem *item, const Json *value)
{
    int64_t index;
    if (json_as_index(value, &index))
        return index < (int64_t)item->n_choices && index > -1000000 ? (int)index : OUT_OF_RANGE;
    for (size_t i = 0; json_is(value, JSON_STRING) && i < item->n_choices; i++)
        if (str_eq(item->choices[i], value->text))
            return (int)i;
    return OUT_OF_RANGE;
}

static void find_gold(const Builder *w, const Json *question, TaskItem *item)
{
    const Json *gold = w->b->multiple_input ? question : &item->target;
    bool list = gold->type == JSON_ARRAY;
    item->n_gold = list ? gold->len : 1;
    item->gold = arena_array(w->c.arena, item->n_gold, sizeof *item->gold);
    for (size_t i = 0; i < item->n_gold; i++)
        item->gold[i] = gold_index(item, list ? &gold->items[i] : gold);
}

/* The target as people read it: the chosen text rather than its number. */
static Str shown_target(const Builder *w, const TaskItem *item)
{
    int64_t index;
    if (item->choices && item->n_gold && item->gold && item->gold[0] >= 0)
        return item->choices[item->gold[0]];
    if (item->choices && item->n_choices && json_as_index(&item->target, &index) && index >= 0 &&
        index < (int64_t)item->n_choices)
        return item->choices[index];
    return python_str(w->c.arena, &item->target);
}

static Status build_item(Builder *w, TaskItem *item)
{
    const TaskParts *parts = w->b->task->parts;
    const FieldContext *c = &w->c;
    Json question;
    Str description, prefix;
    TRY(field_plain(c, &parts->description, &item->doc, &description));
    w->system = join_delimited(c->arena, w->b->system, description, parts->item.fewshot_delimiter);
    TRY(load_shots(w));
    TRY(field_text(c, &parts->item.text, &item->doc, &question));
    if (parts->item.choice.raw)
        TRY(field_choices(c, &parts->item.choice, &item->doc, &item->choices, &item->n_choices));
    TRY(field_target(c, &parts->item.target, &item->doc, &item->target));
    TRY(field_plain(c, &parts->item.prefix, &item->doc, &prefix));
    if (w->b->task->output_type == OUTPUT_MULTIPLE_CHOICE)
        find_gold(w, &question, item);
    item->target_text = shown_target(w, item);
    return make_requests(w, &question, prefix, item);
}

/* One request after another of every rotation; the item shows the file's own order. */
static Status build_in_order(Builder *w, TaskItem *item)
{
    const OptionOrder *order = &w->b->task->parts->order;
    Arena *arena = w->c.arena;
    Json *docs;
    size_t n, n_requests = 0;
    if (order->kind == ORDER_KEPT)
        return build_item(w, item);
    TRY(order_variants(order, &item->doc, item->position, arena, &docs, &n, w->c.err));
    TaskItem *variants = arena_array(arena, n, sizeof *variants);
    for (size_t i = 0; i < n; i++) {
        Builder again = {.b = w->b, .position = w->position, .c = w->c};
        variants[i] =
            (TaskItem){.position = item->position, .source = item->source, .doc = docs[i]};
        TRY(build_item(&again, &variants[i]));
        n_requests += variants[i].n_requests;
    }
    *item = variants[0];
    if (order->kind == ORDER_SHUFFLE)
        return OK;
    item->variants = variants;
    item->n_variants = n;
    item->requests = arena_array(arena, n_requests, sizeof *item->requests);
    item->n_requests = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < variants[i].n_requests; k++)
            item->requests[item->n_requests++] = variants[i].requests[k];
    return OK;
}

Status task_item(const TaskBound *b, size_t position, Arena *arena, TaskItem *out, Err *err)
{
    Builder w = {.b = b, .position = position};
    w.c = (FieldContext){.task = b->task, .features = &b->features, .arena = arena, .err = err};
    TaskItem item = {.position = position, .source = position};
    if (b->reshaped && b->reshaped->order && position < b->docs->len)
        item.source = b->reshaped->order[position];
    TRY(b->docs->get(b->docs, position, arena, &item.doc, err));
    if (build_in_order(&w, &item) != OK)
        return err_wrap(err, "task \"" STR_FMT "\", document %zu", STR_ARG(b->task->name),
                        position);
    *out = item;
    return OK;
}

const TaskItem *task_variant(const TaskItem *item, size_t repeat)
{
    return repeat < item->n_variants ? &item->variants[repeat] : item;
}

TaskGeneration task_generation(const TaskBound *bound)
{
    return bound->task->parts->generation;
}
