/* cmd_preview.c - assay task preview: the exact requests that an item becomes. */
#include "base/file.h"
#include "cli/run_options.h"
#include "cli/task_set.h"
#include "core/store.h"
#include "eval/eval.h"

typedef struct PreviewOptions {
    Str model, system;
    int64_t item, fewshot, seed;
    StrList generation;
    bool chat, turns, apply_chat;
    FileOptions file;
} PreviewOptions;

#define AT(field) offsetof(PreviewOptions, field)

static const Option preview_options[] = {
    {"item", 0, OPT_INT, AT(item), "N", "item number N, from 0 (0)", "第 N 题，从 0 起（默认 0）"},
    {"model", 'm', OPT_TEXT, AT(model), "MODEL", "as this model would get it",
     "按此模型实际收到的形式"},
    {"fewshot", 0, OPT_INT, AT(fewshot), "K", "examples in the prompt (the task's)",
     "少样本示例数（默认随任务）"},
    {"gen", 0, OPT_LIST, AT(generation), "K=V", "generation parameter, such as temperature=0.7",
     "生成参数，如 temperature=0.7"},
    {"system", 0, OPT_TEXT, AT(system), "TEXT", "system instruction", "系统提示词"},
    {"chat", 0, OPT_FLAG, AT(chat), NULL, "as one chat message", "以单条对话消息呈现"},
    {"fewshot-as-turns", 0, OPT_FLAG, AT(turns), NULL, "as a chat, examples as turns",
     "以对话轮次呈现示例"},
    {"system-instruction", 0, OPT_TEXT, AT(system), "TEXT", "the same as --system", "同 --system"},
    {"apply-chat-template", 0, OPT_FLAG, AT(apply_chat), NULL,
     "as the model would get it in a chat (with --model)", "以模型的对话格式呈现（配合 --model）"},
    {"fewshot-as-multiturn", 0, OPT_FLAG, AT(turns), NULL, "the same as --fewshot-as-turns",
     "同 --fewshot-as-turns"},
    {"seed", 0, OPT_INT, AT(seed), "N", "seed of the few-shot draw (1234)",
     "示例抽取的随机种子（1234）"},
    FILE_ROWS(PreviewOptions),
    {0},
};
static const PreviewOptions preview_defaults = {.fewshot = NO_FEWSHOT, .seed = 1234};

/* What is shown; the data files stay open until it is printed. */
typedef struct Preview {
    const Task *task;
    DataFile *data, *fewshot;
    TaskBound *bound;
    TaskItem item;
    ChatMode mode;
    Model model;
    bool has_model;
    Str *texts; /* of each request: messages as the model's own template writes them, or empty */
} Preview;

static Status find_task(App *app, const PreviewOptions *o, Str name, const Task **out, Err *err)
{
    TaskSet *set;
    TaskNode node;
    Json generation;
    TRY(open_tasks(app, NULL, &set, err));
    TRY(taskset_find(set, name, &node, err));
    while (node.kind != TASK_SINGLE && node.n_children) { /* the first of a group speaks for it */
        TaskNode first = node.children[0];
        node = first;
    }
    if (!node.task)
        return err_set(err, E_MISSING, "\"" STR_FMT "\" has no tasks", STR_ARG(name));
    TRY(generation_of(app, &o->generation, &generation, err));
    *out = node.task;
    if (o->fewshot == NO_FEWSHOT && !generation.len)
        return OK;
    return task_override(set, node.task, o->fewshot == NO_FEWSHOT ? -1 : (int)o->fewshot,
                         generation.len ? &generation : NULL, out, err);
}

static Status open_model(App *app, const PreviewOptions *o, Model *out, Err *err)
{
    ModelSpec spec;
    Db *db = NULL;
    bool stored = strstr(app->db_url, "://") || file_exists(app->db_url);
    if (stored)
        TRY(store_open_read(app->db_url, &db, err));
    Status status = find_model_spec(app, db, o->model, &spec, err);
    if (db)
        db_close(db);
    TRY(status);
    return model_open(app->arena, &spec, out, err);
}

/* Chat or plain, as a run with this model would ask. */
static Status mode_of(App *app, const PreviewOptions *o, Preview *p, Err *err)
{
    bool chat = o->chat || o->turns || o->apply_chat;
    bool text = p->task->output_type == OUTPUT_GENERATE;
    if (o->model.len) {
        TRY(open_model(app, o, &p->model, err));
        p->has_model = true;
        if (o->apply_chat)
            TRY(model_use_chat(&p->model, err));
        chat = eval_is_chat(&p->model, p->task);
    } else if (!text) {
        chat = chat && o->apply_chat && p->task->output_type != OUTPUT_ROLLING;
    }
    p->mode = !chat ? CHAT_PLAIN : o->turns ? CHAT_TURNS : CHAT_SINGLE;
    return OK;
}

/* What a model in the process reads in place of the messages. */
static Status write_out(App *app, Preview *p, Err *err)
{
    p->texts = arena_array(app->arena, p->item.n_requests + 1, sizeof *p->texts);
    if (!p->has_model || p->mode == CHAT_PLAIN || !p->model.provider->chat_text)
        return OK;
    for (size_t i = 0; i < p->item.n_requests; i++)
        if (p->item.requests[i].messages)
            TRY(p->model.provider->chat_text(&p->model, p->item.requests[i].messages, app->arena,
                                             &p->texts[i], err));
    return OK;
}

static Status open_split(App *app, const FileOptions *o, const Task *task, Str split,
                         DataFile **out, Err *err)
{
    const char *path;
    const char **dirs = arena_array(app->arena, app->data.len + 1, sizeof *dirs);
    for (size_t i = 0; i < app->data.len; i++)
        dirs[i] = str_z(app->arena, app->data.items[i]);
    TRY(datafile_find(app->arena, dirs, app->data.len, task->dataset_path, task->dataset_name,
                      split, &path, err));
    return file_options_open(app, o, path, out, err);
}

static Status build(App *app, const PreviewOptions *o, Preview *p, Err *err)
{
    const Task *t = p->task;
    TRY(open_split(app, &o->file, t, t->test_split, &p->data, err));
    const Docs *docs = datafile_docs(p->data), *shots = NULL;
    if (t->num_fewshot > 0 && str_eq(t->fewshot_split, t->test_split)) {
        shots = docs;
    } else if (t->num_fewshot > 0 && t->fewshot_split.len) {
        TRY(open_split(app, &o->file, t, t->fewshot_split, &p->fewshot, err));
        shots = datafile_docs(p->fewshot);
    }
    BindOptions b = {p->mode, o->system, (uint64_t)o->seed};
    TRY(task_bind(app->arena, t, docs, shots, &b, &p->bound, err));
    if (o->item >= (int64_t)task_length(p->bound))
        return err_set(err, E_MISSING,
                       "the data of task \"" STR_FMT "\" has %zu items, numbered "
                       "from 0",
                       STR_ARG(t->name), task_length(p->bound));
    return task_item(p->bound, (size_t)o->item, app->arena, &p->item, err);
}

/* ---- showing ---- */

static Json parameters(const Preview *p, Arena *a)
{
    Json o = {.type = JSON_OBJECT};
    TaskGeneration g = task_generation(p->bound);
    json_set(a, &o, STR("max_tokens"), json_integer(a, g.max_tokens));
    json_set(a, &o, STR("temperature"), json_num(a, g.temperature < 0 ? 0 : g.temperature));
    if (g.top_p >= 0)
        json_set(a, &o, STR("top_p"), json_num(a, g.top_p));
    for (uint32_t i = 0; g.extra && i < g.extra->len; i++)
        json_set(a, &o, g.extra->members[i].key, g.extra->members[i].value);
    return o;
}

static Json stops(const Preview *p, Arena *a)
{
    Json list = {.type = JSON_ARRAY};
    TaskGeneration g = task_generation(p->bound);
    for (size_t i = 0; i < g.n_stop; i++)
        json_append(a, &list, json_str(g.stop[i]));
    return list;
}

static Json preview_json(const Preview *p, Arena *a)
{
    static const char *const modes[] = {
        [CHAT_PLAIN] = "plain", [CHAT_SINGLE] = "chat", [CHAT_TURNS] = "turns"};
    const TaskItem *item = &p->item;
    Json o = {.type = JSON_OBJECT}, requests = {.type = JSON_ARRAY}, choices = {.type = JSON_ARRAY};
    json_set(a, &o, STR("task"), json_str(p->task->name));
    json_set(a, &o, STR("item"), json_integer(a, (int64_t)item->position));
    json_set(a, &o, STR("mode"), json_str(str_from(modes[p->mode])));
    for (size_t i = 0; i < item->n_requests; i++) {
        const TaskRequest *r = &item->requests[i];
        Json one = {.type = JSON_OBJECT};
        if (r->messages)
            json_set(a, &one, STR("messages"), *r->messages);
        if (p->texts[i].len)
            json_set(a, &one, STR("text"), json_str(p->texts[i]));
        if (!r->messages)
            json_set(a, &one, STR("prompt"), json_str(r->context));
        if (p->task->output_type != OUTPUT_GENERATE)
            json_set(a, &one, STR("continuation"), json_str(r->continuation));
        json_append(a, &requests, one);
    }
    json_set(a, &o, STR("requests"), requests);
    json_set(a, &o, STR("target"), item->target);
    for (size_t i = 0; i < item->n_choices; i++)
        json_append(a, &choices, json_str(item->choices[i]));
    if (item->n_choices)
        json_set(a, &o, STR("choices"), choices);
    if (p->task->output_type == OUTPUT_GENERATE) {
        json_set(a, &o, STR("stop"), stops(p, a));
        json_set(a, &o, STR("parameters"), parameters(p, a));
    }
    return o;
}

static void print_text(App *app, const char *title, Str text)
{
    fprintf(app->out, "── %s\n", title);
    fwrite(text.ptr ? text.ptr : "", 1, text.len, app->out);
    fputc('\n', app->out);
}

static void print_request(App *app, const TaskRequest *r)
{
    for (uint32_t i = 0; r->messages && i < r->messages->len; i++) {
        const Json *m = &r->messages->items[i];
        print_text(app, str_z(app->arena, json_text(json_get(m, "role"))),
                   json_text(json_get(m, "content")));
    }
    if (!r->messages)
        print_text(app, tr(app, T_PROMPT), r->context);
}

/* Prompts stand as they are; short texts whose blanks matter are quoted. */
static void print_preview(App *app, const Preview *p)
{
    const TaskItem *item = &p->item;
    bool generate = p->task->output_type == OUTPUT_GENERATE;
    Str before = {0};
    for (size_t i = 0; i < item->n_requests; i++) {
        const TaskRequest *r = &item->requests[i];
        if (i == 0 || r->messages || !str_eq(r->context, before))
            print_request(app, r);
        if (p->texts[i].len)
            print_text(app, tr(app, T_PROMPT), p->texts[i]);
        before = r->context;
        if (!generate)
            fprintf(
                app->out, "── %s: %s\n", tr(app, T_CONTINUATION),
                json_dump(app->arena, &(Json){.type = JSON_STRING, .text = r->continuation}).ptr);
    }
    fprintf(app->out, "── %s: %s\n", tr(app, T_TARGET), json_dump(app->arena, &item->target).ptr);
    if (!generate)
        return;
    Json stop = stops(p, app->arena), more = parameters(p, app->arena);
    fprintf(app->out, "── %s: %s\n── %s: %s\n", tr(app, T_STOP_TEXTS),
            json_dump(app->arena, &stop).ptr, tr(app, T_PARAMETERS),
            json_dump(app->arena, &more).ptr);
}

static Status preview(App *app, void *options, const StrList *arguments, Err *err)
{
    const PreviewOptions *o = options;
    Preview p = {0};
    if (arguments->len != 1)
        return err_set(err, E_USAGE, "which task? Give one name; \"assay task list\" shows them");
    TRY(find_task(app, o, arguments->items[0], &p.task, err));
    Status status = mode_of(app, o, &p, err);
    if (status == OK)
        status = build(app, o, &p, err);
    if (status == OK)
        status = write_out(app, &p, err);
    if (status == OK && app->json) {
        Json view = preview_json(&p, app->arena);
        app_print_json(app, &view);
    } else if (status == OK) {
        print_preview(app, &p);
    }
    datafile_close(p.data);
    datafile_close(p.fewshot);
    if (p.has_model)
        model_close(&p.model);
    return status;
}

const Command cmd_task_preview = {.name = "task preview",
                                  .arguments = "NAME",
                                  .help = T_HELP_TASK_PREVIEW,
                                  .options = preview_options,
                                  .options_size = sizeof(PreviewOptions),
                                  .defaults = &preview_defaults,
                                  .run = preview};
