/* cmd_model.c - assay model add, list, test, remove. */
#include "cli/run_options.h"
#include "cli/secret.h"
#include "cli/table.h"
#include "core/store.h"
#include "model/vendor.h"
#include "text/near.h"

#include <ctype.h>

/* ---- add ---- */

typedef struct AddOptions {
    Str provider, address, model, key_env;
    StrList set;
} AddOptions;

static const Option add_options[] = {
    {"provider", 0, OPT_TEXT, offsetof(AddOptions, provider), "P",
     "openai, anthropic, local, recorded, command, or a vendor such as deepseek (openai)",
     "接入方式：openai、anthropic、local、recorded、command，或厂商名如 deepseek（默认 openai）"},
    {"address", 0, OPT_TEXT, offsetof(AddOptions, address), "URL", "base URL, or the file",
     "接口地址或文件"},
    {"model", 'm', OPT_TEXT, offsetof(AddOptions, model), "M", "its name on the server",
     "服务端的模型名"},
    {"key-env", 0, OPT_TEXT, offsetof(AddOptions, key_env), "VAR",
     "environment variable that holds the key", "存放密钥的环境变量名"},
    {"set", 0, OPT_LIST, offsetof(AddOptions, set), "K=V",
     "setting, such as rpm=60, price_in=0.5, api=completions; may be repeated",
     "设置项，如 rpm=60、price_in=0.5、api=completions，可重复"},
    {0},
};

static Status read_settings(App *app, const AddOptions *o, Json *out, Err *err)
{
    *out = (Json){.type = JSON_OBJECT};
    for (size_t i = 0; i < o->set.len; i++) {
        Str pair = o->set.items[i], text;
        ptrdiff_t equals = str_find_char(pair, '=');
        Json value;
        if (equals <= 0)
            return looks_like_key(pair)
                       ? refuse_secret("--set", err)
                       : err_set(err, E_USAGE, "--set needs KEY=VALUE, not \"" STR_FMT "\"",
                                 STR_ARG(pair));
        text = str_after(pair, (size_t)equals + 1);
        if (json_parse(app->arena, text, &value, NULL) != OK)
            value = json_str(text);
        json_set(app->arena, out, str_slice(pair, 0, (size_t)equals), value);
    }
    return refuse_secrets_in(out, "--set", err);
}

static Status check_key_env(Str name, Err *err)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (!isalnum(c) && c != '_')
            return refuse_secret("--key-env", err);
    }
    if (name.len && (isdigit((unsigned char)name.ptr[0]) || looks_like_key(name)))
        return refuse_secret("--key-env", err);
    return OK;
}

static Status check_address(Str address, Err *err)
{
    ptrdiff_t host = str_find(address, STR("://"));
    ptrdiff_t at = str_find_char(address, '@');
    if (host >= 0 && at > host)
        return err_set(err, E_USAGE,
                       "user and password do not belong in --address; keys go into "
                       "an environment variable named with --key-env");
    if (host >= 0 && model_address_has_key(address))
        return refuse_secret("--address", err);
    return OK;
}

static Status spec_of(App *app, const AddOptions *o, Str name, ModelSpec *out, Err *err)
{
    const struct {
        const char *where;
        Str text;
    } texts[] = {{"NAME", name},
                 {"--model", o->model},
                 {"--address", o->address},
                 {"--provider", o->provider}};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (looks_like_key(texts[i].text))
            return refuse_secret(texts[i].where, err);
    ModelSpec spec = {.name = name,
                      .provider = o->provider.len ? o->provider : STR("openai"),
                      .address = o->address,
                      .model = o->model,
                      .key_env = o->key_env},
              inline_spec;
    TRY(read_settings(app, o, &spec.settings, err));
    TRY(vendor_apply(app->arena, &spec, err));
    TRY(check_key_env(spec.key_env, err));
    TRY(check_address(spec.address, err));
    if (model_spec_parse(app->arena, name, &inline_spec, NULL) == OK)
        return err_set(err, E_USAGE,
                       "\"" STR_FMT "\" says by itself how it is reached; choose a "
                       "plain name",
                       STR_ARG(name));
    *out = spec;
    return OK;
}

/* Opens the model as a run would, so that mistakes show now. Whether a key is there is a
 * matter of the moment of use. */
static Status check_opens(App *app, const ModelSpec *spec, Err *err)
{
    Model model = {0};
    Status status = model_open(app->arena, spec, &model, err);
    bool no_key = status != OK && spec->key_env.len && !getenv(str_z(app->arena, spec->key_env));
    if (status == OK)
        model_close(&model);
    else if (no_key && str_find(str_from(err->msg), STR("no key")) >= 0)
        status = OK;
    return status;
}

static Status save(App *app, const ModelSpec *spec, Err *err)
{
    ModelRow row = {.name = spec->name,
                    .provider = spec->provider,
                    .address = spec->address,
                    .model = spec->model,
                    .key_env = spec->key_env,
                    .settings = json_dump(app->arena, &spec->settings),
                    .added = true},
             old = {0};
    int64_t id;
    bool found = false;
    Db *db;
    TRY(store_open(app->db_url, &db, err));
    Status status = model_row_find(db, spec->name, app->arena, &old, &found, err);
    if (status == OK && found && old.added)
        status = err_set(err, E_CONFLICT,
                         "there is a model \"" STR_FMT "\" already; \"assay model remove " STR_FMT
                         "\" takes it off the list",
                         STR_ARG(spec->name), STR_ARG(spec->name));
    if (status == OK)
        status = model_row_save(db, &row, &id, err);
    db_close(db);
    return status;
}

static Status add(App *app, void *options, const StrList *arguments, Err *err)
{
    ModelSpec spec = {0};
    if (arguments->len != 1)
        return err_set(err, E_USAGE, "what shall the model be called? Give one NAME");
    TRY(spec_of(app, options, arguments->items[0], &spec, err));
    TRY(check_opens(app, &spec, err));
    TRY(save(app, &spec, err));
    if (app->json) {
        Json o = {.type = JSON_OBJECT};
        json_set(app->arena, &o, STR("added"), json_str(spec.name));
        app_print_json(app, &o);
    } else {
        fprintf(app->out, "%s\n", trf(app, app->arena, T_ADDED, str_z(app->arena, spec.name)).ptr);
    }
    if (spec.key_env.len && !getenv(str_z(app->arena, spec.key_env)))
        fprintf(app->info, "%s\n",
                trf(app, app->arena, T_KEY_NOT_SET, str_z(app->arena, spec.key_env)).ptr);
    return OK;
}

/* ---- list ---- */

static void print_models(App *app, const ModelRows *rows)
{
    static const TextId heads[] = {T_NAME, T_PROVIDER, T_ADDRESS, T_MODEL, T_KEY_ENV, T_SETTINGS};
    Table t = table_make(app->arena, COUNT(heads), 0);
    for (size_t i = 0; i < COUNT(heads); i++)
        table_add(&t, str_from(tr(app, heads[i])));
    for (size_t i = 0; i < rows->len; i++) {
        const ModelRow *m = &rows->items[i];
        const Str cells[] = {m->name, m->provider, m->address, m->model, m->key_env, m->settings};
        for (size_t c = 0; c < COUNT(cells); c++)
            table_add(&t, cells[c].len && !str_eqc(cells[c], "{}") ? cells[c] : STR("-"));
    }
    table_print(&t, app);
}

static Json model_json(const ModelRow *m, Arena *a)
{
    Json o = {.type = JSON_OBJECT}, settings;
    json_set(a, &o, STR("name"), json_str(m->name));
    json_set(a, &o, STR("provider"), json_str(m->provider));
    json_set(a, &o, STR("address"), json_str(m->address));
    json_set(a, &o, STR("model"), json_str(m->model));
    json_set(a, &o, STR("key_env"), json_str(m->key_env));
    if (json_parse(a, m->settings, &settings, NULL) == OK)
        json_set(a, &o, STR("settings"), settings);
    return o;
}

static Status list(App *app, void *options, const StrList *arguments, Err *err)
{
    (void)options, (void)arguments;
    Db *db;
    ModelRows rows = {0};
    TRY(store_open_read(app->db_url, &db, err));
    Status status = model_row_list(db, app->arena, &rows, err);
    db_close(db);
    if (status != OK)
        return status;
    if (!app->json) {
        print_models(app, &rows);
        return OK;
    }
    Json out = {.type = JSON_ARRAY};
    for (size_t i = 0; i < rows.len; i++)
        json_append(app->arena, &out, model_json(&rows.items[i], app->arena));
    app_print_json(app, &out);
    return OK;
}

/* ---- test ---- */

enum { TEST_TOKENS = 16 };

static Status ask_remote(const Model *model, const ModelRequest *request, Arena *arena,
                         ModelReply *out, Err *err)
{
    HttpClient *client;
    HttpRequest http = {0};
    HttpReply reply;
    TRY(model->provider->build(model, request, arena, &http, err));
    http.arena = arena;
    TRY(http_client_new(1, &client, err));
    Status status = http_send(client, &http, err);
    size_t n = 0;
    while (status == OK && !n && http_in_flight(client))
        n = http_poll(client, 1, &reply, 1);
    if (status == OK && n)
        model->provider->parse(model, request, &reply, arena, out);
    http_client_free(client);
    return status;
}

static Status ask_inline(const Model *model, const ModelRequest *request, Arena *arena,
                         ModelReply *out, Err *err)
{
    const Provider *p = model->provider;
    void *session = NULL;
    if (p->session_new)
        TRY(p->session_new(model, &session, err));
    p->answer(model, session, request, arena, out);
    if (p->session_free)
        p->session_free(session);
    return OK;
}

static Status ask(const Model *model, Arena *arena, ModelReply *out, Err *err)
{
    ModelRequest request = {.kind = REQUEST_GENERATE,
                            .prompt = STR("Say hello."),
                            .max_tokens = TEST_TOKENS,
                            .temperature = -1,
                            .top_p = -1,
                            .seed = -1};
    Json messages = {.type = JSON_ARRAY}, turn = {.type = JSON_OBJECT};
    json_set(arena, &turn, STR("role"), json_str(STR("user")));
    json_set(arena, &turn, STR("content"), json_str(request.prompt));
    json_append(arena, &messages, turn);
    if (model->chat)
        request.messages = &messages;
    *out = (ModelReply){.state = REPLY_FAILED, .error = STR("no reply"), .first_token = -1};
    return model->provider->answer ? ask_inline(model, &request, arena, out, err)
                                   : ask_remote(model, &request, arena, out, err);
}

static Status report(App *app, const Model *model, const ModelReply *reply, Err *err)
{
    Arena *a = app->arena;
    bool fine = reply->state == REPLY_OK;
    if (app->json) {
        Json o = {.type = JSON_OBJECT};
        json_set(a, &o, STR("model"), json_str(model->spec.name));
        json_set(a, &o, STR("ok"), json_truth(fine));
        json_set(a, &o, STR("reply"), fine ? json_str(reply->text) : (Json){0});
        json_set(a, &o, STR("served_model"), json_str(reply->served_model));
        json_set(a, &o, STR("seconds"), json_num(a, reply->seconds));
        json_set(a, &o, STR("error"), fine ? json_null() : json_str(reply->error));
        app_print_json(app, &o);
        app->exit_status = fine ? 0 : 1;
        return OK;
    }
    if (!fine)
        return err_set(err, E_REMOTE, "model \"" STR_FMT "\": " STR_FMT, STR_ARG(model->spec.name),
                       STR_ARG(reply->error));
    Str text = reply->text.len ? reply->text : reply->reasoning;
    fprintf(app->out, "%s\n",
            trf(app, a, T_REPLIED, reply->seconds,
                json_dump(a, &(Json){.type = JSON_STRING, .text = text}).ptr)
                .ptr);
    return OK;
}

static Status no_such_model(Db *db, Str name, Arena *a, Err *err)
{
    ModelRows rows = {0};
    Names names = {0};
    TRY(model_row_list(db, a, &rows, err));
    for (size_t i = 0; i < rows.len; i++)
        vec_push(a, &names, rows.items[i].name);
    Str near = near_names(a, name, &names);
    return err_set(err, E_MISSING,
                   "there is no model \"" STR_FMT "\"" STR_FMT "; \"assay model list\" shows them",
                   STR_ARG(name), STR_ARG(near));
}

/* The spec of a named model, or of an inline name. The database may be absent for those. */
static Status find_spec(App *app, Str name, ModelSpec *out, Err *err)
{
    Db *db;
    if (model_spec_parse(app->arena, name, out, NULL) == OK)
        return OK;
    TRY(store_open_read(app->db_url, &db, err));
    Status status = find_model_spec(app, db, name, out, err);
    if (status == E_USAGE)
        status = no_such_model(db, name, app->arena, err);
    db_close(db);
    return status;
}

static Status test(App *app, void *options, const StrList *arguments, Err *err)
{
    (void)options;
    ModelSpec spec = {0};
    Model model;
    ModelReply reply;
    if (arguments->len != 1)
        return err_set(err, E_USAGE, "which model? Give one name; \"assay model list\" shows them");
    TRY(find_spec(app, arguments->items[0], &spec, err));
    if (spec.settings.type == JSON_OBJECT && !json_get(&spec.settings, "timeout"))
        json_set(app->arena, &spec.settings, STR("timeout"), json_integer(app->arena, 60));
    TRY(model_open(app->arena, &spec, &model, err));
    Status status = OK;
    if (str_eqc(spec.provider, "recorded"))
        reply = (ModelReply){.text = STR("recorded outputs can be read")};
    else
        status = ask(&model, app->arena, &reply, err);
    if (status == OK)
        status = report(app, &model, &reply, err);
    model_close(&model);
    return status;
}

/* ---- remove ---- */

static Status remove_model(App *app, void *options, const StrList *arguments, Err *err)
{
    (void)options;
    Db *db;
    if (arguments->len != 1)
        return err_set(err, E_USAGE, "which model? Give one name; \"assay model list\" shows them");
    Str name = arguments->items[0];
    TRY(store_open(app->db_url, &db, err));
    Status status = model_row_remove(db, name, err);
    if (status == E_MISSING)
        status = no_such_model(db, name, app->arena, err);
    db_close(db);
    if (status != OK)
        return status;
    if (app->json) {
        Json o = {.type = JSON_OBJECT};
        json_set(app->arena, &o, STR("removed"), json_str(name));
        app_print_json(app, &o);
    } else {
        fprintf(app->out, "%s\n", trf(app, app->arena, T_REMOVED, str_z(app->arena, name)).ptr);
    }
    return OK;
}

const Command cmd_model_add = {.name = "model add",
                               .arguments = "NAME",
                               .help = T_HELP_MODEL_ADD,
                               .options = add_options,
                               .options_size = sizeof(AddOptions),
                               .run = add};
const Command cmd_model_list = {.name = "model list", .help = T_HELP_MODEL_LIST, .run = list};
const Command cmd_model_test = {
    .name = "model test", .arguments = "NAME", .help = T_HELP_MODEL_TEST, .run = test};
const Command cmd_model_remove = {
    .name = "model remove", .arguments = "NAME", .help = T_HELP_MODEL_REMOVE, .run = remove_model};
