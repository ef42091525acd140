/* test_model_inline.c - recorded outputs and local models. */
#include "test.h"

#include "base/file.h"
#include "base/limits.h"
#include "model/model.h"

static Status open_named(Arena *a, Str name, Model *out, Err *err)
{
    ModelSpec spec;
    TRY(model_spec_parse(a, name, &spec, err));
    return model_open(a, &spec, out, err);
}

static ModelReply ask(Arena *a, const Model *model, const char *key, int repeat)
{
    ModelReply out = {0};
    ModelRequest request = {.item_key = str_from(key), .repeat = repeat};
    model->provider->answer(model, NULL, &request, a, &out);
    return out;
}

TEST(model_recorded_answers_by_item_and_repeat)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Model model;
    const char *path = path_join(&a, str_from(test_folder()), STR("r.jsonl"));
    CHECK_OK(file_write(path,
                        STR("{\"id\":\"a\",\"output\":\"one\"}\n\n"
                            "{\"id\":2,\"output\":\"two\",\"model\":\"m\"}\r\n"
                            "{\"id\":\"a\",\"output\":\"one again\"}\n"
                            "{\"output\":[1,{\"x\":null}],\"id\":\"list\"}\n"
                            "{\"output\":null,\"id\":\"null\"}"),
                        &err),
             err);
    CHECK_OK(open_named(&a, str_printf(&a, "recorded:%s", path), &model, &err), err);
    CHECK_STR(model.spec.model, "m");
    CHECK_STR(ask(&a, &model, "a", 0).text, "one");
    CHECK_STR(ask(&a, &model, "a", 1).text, "one again");
    CHECK_STR(ask(&a, &model, "2", 0).text, "two");
    CHECK_STR(ask(&a, &model, "list", 0).text, "[1,{\"x\":null}]");
    CHECK_INT(ask(&a, &model, "null", 0).state, REPLY_FAILED);
    CHECK_INT(ask(&a, &model, "a", 2).state, REPLY_FAILED);
    ModelReply missing = ask(&a, &model, "nobody", 0);
    CHECK_INT(missing.state, REPLY_FAILED);
    CHECK(!missing.fatal && str_find(missing.error, STR("nobody")) >= 0);
    model_close(&model);
}

TEST(model_recorded_files_of_several_models_need_a_name)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Model model;
    const char *path = path_join(&a, str_from(test_folder()), STR("r.jsonl"));
    CHECK_OK(file_write(path,
                        STR("{\"id\":\"a\",\"output\":\"x\",\"model\":\"m1\"}\n"
                            "{\"id\":\"a\",\"output\":\"y\",\"model\":\"m2\"}\n"),
                        &err),
             err);
    CHECK_INT(open_named(&a, str_printf(&a, "recorded:%s", path), &model, &err), E_USAGE);
    CHECK(strstr(err.msg, "m1, m2"));
    CHECK_INT(open_named(&a, str_printf(&a, "recorded:%s#m3", path), &model, &err), E_MISSING);
    CHECK(strstr(err.msg, "m1, m2"));
    CHECK_OK(open_named(&a, str_printf(&a, "recorded:%s#m2", path), &model, &err), err);
    CHECK_STR(ask(&a, &model, "a", 0).text, "y");
    model_close(&model);
}

TEST(model_recorded_errors_name_the_line)
{
    static const char *const bad[] = {"{\"id\":1}\n", "{\"output\":\"x\"}\n",       "nonsense\n",
                                      "[]\n",         "{\"id\":1,\"output\":\"x\"", "\xff\n"};
    SCOPED_ARENA(a);
    Err err = {0};
    Model model;
    const char *path = path_join(&a, str_from(test_folder()), STR("r.jsonl"));
    for (size_t i = 0; i < COUNT(bad); i++) {
        Str text = str_printf(&a, "{\"id\":0,\"output\":\"x\"}\n%s", bad[i]);
        CHECK_OK(file_write(path, text, &err), err);
        CHECK_INT(open_named(&a, str_printf(&a, "recorded:%s", path), &model, &err), E_PARSE);
        CHECK(strstr(err.msg, "r.jsonl:2"));
    }
    CHECK_OK(file_write(path, STR(""), &err), err);
    CHECK_INT(open_named(&a, str_printf(&a, "recorded:%s", path), &model, &err), E_PARSE);
    CHECK_INT(open_named(&a, STR("recorded:/nowhere/x.jsonl"), &model, &err), E_MISSING);
}

TEST(model_local_answers_and_scores_with_a_built_in_model)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Model model;
    void *session;
    ModelReply out;
    CHECK_OK(open_named(&a, STR("local:tiny-4"), &model, &err), err);
    CHECK_INT(model.identity.len, 32);
    CHECK_OK(model.provider->session_new(&model, &session, &err), err);
    ModelRequest request = {.prompt = STR("Q: What is the capital of France?\nAnswer:"),
                            .max_tokens = 16,
                            .temperature = 0,
                            .top_p = -1};
    model.provider->answer(&model, session, &request, &a, &out);
    CHECK_INT(out.state, REPLY_OK);
    CHECK_STR(out.text, " Paris");
    CHECK_INT(out.finish, FINISH_STOP);
    CHECK(out.prompt_tokens > 0 && out.completion_tokens > 0);
    CHECK_NEAR(model_cost(&model, &out), 0, 0);
    const Str choices[] = {STR(" Paris"), STR(" Rome")};
    request = (ModelRequest){.kind = REQUEST_SCORE,
                             .prompt = request.prompt,
                             .continuation = STR(" Paris"),
                             .choices = choices,
                             .n_choices = 2};
    model.provider->answer(&model, session, &request, &a, &out);
    CHECK_INT(out.state, REPLY_OK);
    CHECK(out.greedy && out.logprob < 0);
    CHECK_NEAR(out.choice_logprobs[0], out.logprob, 1e-6);
    CHECK(out.choice_logprobs[1] < out.choice_logprobs[0]);
    model.provider->session_free(session);
    model_close(&model);
    CHECK_INT(open_named(&a, STR("local:tiny-99"), &model, &err), E_MISSING);
    CHECK(strstr(err.msg, "tiny-4"));
}

static const Json *question(Arena *a)
{
    Err err = {0};
    Json *messages = ARENA_NEW(a, Json);
    CHECK_OK(json_parse(a,
                        STR("[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\","
                            "\"content\":\"What is the capital of France?\"}]"),
                        messages, &err),
             err);
    return messages;
}

TEST(model_local_answers_messages_by_the_template_of_its_file)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Model model;
    void *session;
    ModelReply plain, chat;
    CHECK_OK(open_named(&a, STR("local:tiny-4"), &model, &err), err);
    CHECK_OK(model.provider->session_new(&model, &session, &err), err);
    ModelRequest request = {.messages = question(&a), .max_tokens = 16, .top_p = -1};
    model.provider->answer(&model, session, &request, &a, &chat);
    CHECK_STR(chat.text, " Paris");
    request.messages = NULL;
    request.prompt = STR("Q: What is the capital of France?\nAnswer:");
    model.provider->answer(&model, session, &request, &a, &plain);
    CHECK_INT(chat.prompt_tokens, plain.prompt_tokens);
    request = (ModelRequest){
        .kind = REQUEST_SCORE, .prompt = request.prompt, .continuation = STR(" Paris")};
    model.provider->answer(&model, session, &request, &a, &plain);
    request.messages = question(&a);
    request.prompt = (Str){0};
    model.provider->answer(&model, session, &request, &a, &chat);
    CHECK(chat.state == REPLY_OK && chat.logprob == plain.logprob);
    model.provider->session_free(session);
    model_close(&model);
}

static ModelReply ask_chat(Arena *a, Str name)
{
    Err err = {0};
    Model model;
    void *session;
    ModelReply out;
    const ModelRequest request = {.messages = question(a), .max_tokens = 2, .top_p = -1};
    CHECK_OK(open_named(a, name, &model, &err), err);
    CHECK_OK(model.provider->session_new(&model, &session, &err), err);
    model.provider->answer(&model, session, &request, a, &out);
    model.provider->session_free(session);
    model_close(&model);
    return out;
}

TEST(model_local_without_a_usable_template_refuses_messages)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str whole;
    ModelReply out = ask_chat(&a, STR("local:test/fuzz/corpus/gguf/f16.gguf"));
    CHECK(out.state == REPLY_FAILED && out.fatal);
    CHECK(str_find(out.error, STR("no chat template")) >= 0);
    CHECK_OK(file_read(&a, "share/models/tiny-4.gguf", MIB, &whole, &err), err);
    Str changed = str_copy(&a, whole);
    memcpy((char *)(uintptr_t)changed.ptr + str_find(changed, STR("{% for m in messages")),
           "{% fog", 6);
    const char *path = path_join(&a, str_from(test_folder()), STR("fog.gguf"));
    CHECK_OK(file_write(path, changed, &err), err);
    out = ask_chat(&a, str_printf(&a, "local:%s", path));
    CHECK(out.state == REPLY_FAILED && out.fatal);
    CHECK(str_find(out.error, STR("line 1 column 4")) >= 0 && str_find(out.error, STR("fog")) >= 0);
}
