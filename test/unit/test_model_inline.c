/* test_model_inline.c - recorded outputs and local models. */
#include "test.h"

#include "base/file.h"
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
