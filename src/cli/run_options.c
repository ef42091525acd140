/* run_options.c - options and run files. */
#include "cli/run_options.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/yaml.h"
#include "cli/draws.h"
#include "cli/secret.h"

#define AT(field) offsetof(RunOptions, field)

const Option run_options[] = {
    {"model", 'm', OPT_LIST, AT(models), "MODEL",
     "a named model, openai:NAME, anthropic:NAME, VENDOR:NAME, http://HOST/v1#NAME, "
     "local:FILE.gguf, recorded:FILE.jsonl, command:PROGRAM",
     "已登记的模型，或 openai:NAME、anthropic:NAME、VENDOR:NAME（厂商）、http://HOST/v1#NAME、"
     "local:FILE.gguf、recorded:FILE.jsonl、command:PROGRAM（程序）"},
    {"task", 't', OPT_LIST, AT(tasks), "TASK", "a task, group, tag or task file",
     "评测任务、任务组、标签或任务文件"},
    {"limit", 'n', OPT_INT, AT(limit), "N", "only the first N items", "只用前 N 题"},
    {"fewshot", 0, OPT_INT, AT(fewshot), "K", "examples in the prompt (the task's)",
     "少样本示例数（默认随任务）"},
    {"repeats", 0, OPT_INT, AT(repeats), "R", "samples of each item (the task's)",
     "每题采样次数（默认随任务）"},
    {"gen", 0, OPT_LIST, AT(generation), "K=V", "generation parameter, such as temperature=0.7",
     "生成参数，如 temperature=0.7"},
    {"system", 0, OPT_TEXT, AT(system), "TEXT", "system instruction", "系统提示词"},
    {"system-instruction", 0, OPT_TEXT, AT(system), "TEXT", "the same as --system", "同 --system"},
    {"apply-chat-template", 0, OPT_FLAG, AT(apply_chat), NULL,
     "ask in the model's chat form: its own template (local), messages (servers)",
     "以模型的对话格式提问：本地模型用自带模板，服务端用 messages"},
    {"fewshot-as-turns", 0, OPT_FLAG, AT(chat_turns), NULL, "examples as chat turns",
     "以对话轮次呈现示例"},
    {"fewshot-as-multiturn", 0, OPT_FLAG, AT(chat_turns), NULL, "the same as --fewshot-as-turns",
     "同 --fewshot-as-turns"},
    {"seed", 0, OPT_INT, AT(seed), "N", "seed of the few-shot draw (1234)",
     "示例抽取的随机种子（1234）"},
    DRAWS_ROW(RunOptions, draws),
    {"option-order", 0, OPT_TEXT, AT(option_order), "ORDER",
     "options in all rotations (circular) or shuffled (shuffle); with columns as "
     "circular:A,B,C,D:answer",
     "选项顺序：circular（全部轮换）或 shuffle（打乱）；指定列如 circular:A,B,C,D:answer"},
    {"cluster", 0, OPT_TEXT, AT(cluster), "COLUMN", "items with one value share a source",
     "同源题目的分组列（聚类标准误）"},
    {"concurrency", 0, OPT_INT, AT(concurrency), "N", "requests in flight at most (64)",
     "最大并发请求数（64）"},
    {"timeout", 0, OPT_NUMBER, AT(timeout), "S", "seconds a request may take (300)",
     "单次请求时限，秒（300）"},
    {"max-attempts", 0, OPT_INT, AT(max_attempts), "N", "tries of a request (6)",
     "单次请求最多尝试次数（6）"},
    {"retry-wait", 0, OPT_NUMBER, AT(retry_wait), "S", "seconds before the first retry (0.5)",
     "首次重试前等待秒数（0.5）"},
    {"max-cost", 0, OPT_NUMBER, AT(max_cost), "X", "stop before spending more", "费用上限"},
    {"max-requests", 0, OPT_INT, AT(max_requests), "N", "stop after N requests", "请求数上限"},
    {"price-in", 0, OPT_NUMBER, AT(price_in), "X", "price of a million prompt tokens",
     "每百万输入词元的价格"},
    {"price-out", 0, OPT_NUMBER, AT(price_out), "X", "price of a million output tokens",
     "每百万输出词元的价格"},
    {"rpm", 0, OPT_NUMBER, AT(rpm), "N", "requests a minute at most", "每分钟请求数上限"},
    {"tpm", 0, OPT_NUMBER, AT(tpm), "N", "tokens a minute at most", "每分钟词元数上限"},
    {"api", 0, OPT_TEXT, AT(api), "chat|completions", "which API of an openai server",
     "使用 chat 还是 completions 接口"},
    {"stream", 0, OPT_FLAG, AT(stream), NULL, "stream, to time the first token",
     "流式请求，测量首字时延"},
    {"until-ci", 0, OPT_NUMBER, AT(until_ci), "W",
     "stop a run when the 95 % interval of its first metric is no wider than W, such as 0.05",
     "首个指标的 95% 置信区间宽度不超过 W（如 0.05）时提前结束"},
    {"fresh", 0, OPT_FLAG, AT(fresh), NULL, "ask again what was answered before",
     "忽略已有结果，重新作答"},
    {"gate", 0, OPT_LIST, AT(gates), "COND",
     "such as 'acc>=0.8' or 'gsm8k:exact_match.low>0.5'; else exit 3",
     "准入门槛，如 'acc>=0.8'、'gsm8k:exact_match.low>0.5'；不满足则退出码 3"},
    {"prompt", 0, OPT_TEXT, AT(prompt), "TEMPLATE", "without a task: the prompt, as '{{question}}'",
     "不用任务文件时的提示词模板，如 '{{question}}'"},
    {"target", 0, OPT_TEXT, AT(target), "TEMPLATE", "without a task: the right answer",
     "不用任务文件时的标准答案模板"},
    {"metric", 0, OPT_TEXT, AT(metric), "NAME[,OPTION=V]",
     "without a task: the metric (exact_match; with --choices acc), such as "
     "bleu,tokenize=zh",
     "不用任务文件时的指标（默认 exact_match，有 --choices 时为 acc），如 bleu,tokenize=zh"},
    {"extract", 0, OPT_TEXT, AT(extract), "HOW",
     "without a task: choice, multi_choice, number, yes_no, text; or a regex, last match",
     "不用任务文件时抽取答案的方式：choice、multi_choice、number、yes_no、text，或正则"},
    {"choices", 0, OPT_TEXT, AT(choices), "TEMPLATE",
     "without a task: options, scored by likelihood", "不用任务文件时的选项，按似然打分"},
    FILE_ROWS(RunOptions),
    {"name", 0, OPT_TEXT, AT(name), "NAME", "without a task: what to call it",
     "不用任务文件时的任务名"},
    {0},
};

const RunOptions run_defaults = {
    .fewshot = NO_FEWSHOT,
    .concurrency = 64,
    .max_attempts = 6,
    .retry_wait = 0.5,
    .timeout = 300,
    .seed = 1234,
    .price_in = -1,
    .price_out = -1,
};

/* A value of a run file as option text. */
static Str option_text(Arena *a, const Json *value)
{
    if (value->type == JSON_STRING || value->type == JSON_NUMBER)
        return value->text;
    return json_dump(a, value);
}

static Status add_spec(App *app, const Json *model, RunOptions *o, Err *err)
{
    ModelSpec spec = {.settings = {.type = JSON_OBJECT}};
    const struct {
        const char *key;
        Str *field;
    } known[] = {{"name", &spec.name},
                 {"provider", &spec.provider},
                 {"address", &spec.address},
                 {"model", &spec.model},
                 {"key_env", &spec.key_env}};
    for (uint32_t i = 0; i < model->len; i++) {
        const JsonMember *m = &model->members[i];
        bool taken = false;
        for (size_t k = 0; k < COUNT(known) && !taken; k++)
            if (str_eqc(m->key, known[k].key)) {
                *known[k].field = option_text(app->arena, &m->value);
                taken = true;
            }
        if (!taken)
            json_set(app->arena, &spec.settings, m->key, m->value);
    }
    if (!spec.name.len || !spec.provider.len)
        return err_set(err, E_PARSE, "line %u: a model needs \"name\" and \"provider\"",
                       model->line);
    TRY(refuse_secrets_in(&spec.settings, "a setting of the model", err));
    vec_push(app->arena, &o->specs, spec);
    return OK;
}

static Status add_models(App *app, const Json *list, RunOptions *o, Err *err)
{
    if (list->type == JSON_STRING) {
        vec_push(app->arena, &o->models, list->text);
        return OK;
    }
    if (list->type == JSON_OBJECT)
        return add_spec(app, list, o, err);
    if (list->type != JSON_ARRAY)
        return err_set(err, E_PARSE, "line %u: \"models\" must be a list", list->line);
    for (uint32_t i = 0; i < list->len; i++)
        TRY(add_models(app, &list->items[i], o, err));
    return OK;
}

/* "key: value" as "--key=value"; a list gives the option several times. */
static Status apply_key(App *app, Str key, const Json *value, RunOptions *o, Err *err)
{
    if (value->type == JSON_ARRAY) {
        for (uint32_t i = 0; i < value->len; i++)
            TRY(apply_key(app, key, &value->items[i], o, err));
        return OK;
    }
    if (json_is(value, JSON_BOOL) && !value->boolean)
        return OK;
    Arena *a = app->arena;
    Str text = value->type == JSON_BOOL
                   ? str_printf(a, "--%.*s", (int)key.len, key.ptr)
                   : str_printf(a, "--%.*s=%.*s", (int)key.len, key.ptr,
                                (int)option_text(a, value).len, option_text(a, value).ptr);
    char *argument = arena_copy(a, text.ptr, text.len);
    for (char *c = argument + 2; *c && *c != '='; c++)
        if (*c == '_')
            *c = '-';
    OptTable tables[] = {{run_options, o}, {common_options, app}};
    StrList rest = {0};
    if (opt_parse(tables, COUNT(tables), 1, &argument, a, &rest, err) != OK)
        return err_wrap(err, "line %u", value->line);
    return OK;
}

Status run_file_read(App *app, const char *path, RunOptions *o, Err *err)
{
    Str text;
    Json file;
    TRY(file_read(app->arena, path, LIMIT_YAML_FILE, &text, err));
    TRY(yaml_parse(app->arena, text, path, &file, err));
    if (file.type != JSON_OBJECT)
        return err_set(err, E_PARSE, "%s: a run file is a mapping with \"models\" and \"tasks\"",
                       path);
    for (uint32_t i = 0; i < file.len; i++) {
        Str key = file.members[i].key;
        const Json *value = &file.members[i].value;
        Status status;
        if (str_eqc(key, "models") || str_eqc(key, "model"))
            status = add_models(app, value, o, err);
        else if (str_eqc(key, "tasks"))
            status = apply_key(app, STR("task"), value, o, err);
        else
            status = apply_key(app, key, value, o, err);
        if (status != OK)
            return err_wrap(err, "%s", path);
    }
    return OK;
}
