/* test_model_request.c - the requests as bytes, inline names, keys. */
#include "loopback.h"
#include "test.h"

#include "model/model.h"

static Model open_at(Arena *a, const char *name, const char *settings)
{
    Err err = {0};
    ModelSpec spec;
    Model model;
    CHECK_OK(model_spec_parse(a, str_from(name), &spec, &err), err);
    CHECK_OK(json_parse(a, str_from(settings), &spec.settings, &err), err);
    CHECK_OK(model_open(a, &spec, &model, &err), err);
    return model;
}

static HttpRequest build(Arena *a, const Model *model, const ModelRequest *request)
{
    Err err = {0};
    HttpRequest http;
    CHECK_OK(model->provider->build(model, request, a, &http, &err), err);
    return http;
}

static const Str stops[] = {{"\n\n", 2}, {"", 0}, {"Q:", 2}, {"a", 1}, {"b", 1}, {"c", 1}};

TEST(model_requests_are_these_bytes)
{
    static const struct {
        const char *settings;
        ModelRequest request;
        const char *path, *body;
    } cases[] = {
        {"{}",
         {.prompt = {"2+2 = \"?\"\n", 10},
          .max_tokens = 64,
          .temperature = 0,
          .top_p = -1,
          .seed = 1234,
          .stop = stops,
          .n_stop = 6},
         "/chat/completions",
         "{\"model\":\"m/x\",\"messages\":[{\"role\":\"user\",\"content\":\"2+2 = \\\"?\\\"\\n\"}],"
         "\"max_tokens\":64,\"temperature\":0,\"seed\":1234,"
         "\"stop\":[\"\\n\\n\",\"Q:\",\"a\",\"b\",\"c\"]}"},
        {"{}",
         {.prompt = {"x", 1}, .max_tokens = -1, .temperature = -1, .top_p = -1, .seed = -1},
         "/chat/completions",
         "{\"model\":\"m/x\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"},
        {"{\"api\":\"completions\",\"stream\":true}",
         {.prompt = {"x", 1}, .max_tokens = 5, .temperature = 0.7, .top_p = 0.9, .seed = -1},
         "/completions",
         "{\"model\":\"m/x\",\"prompt\":\"x\",\"max_tokens\":5,\"temperature\":0.7,\"top_p\":0.9,"
         "\"stream\":true,\"stream_options\":{\"include_usage\":true}}"},
        {"{\"extra\":{\"max_tokens\":null,\"max_completion_tokens\":9,\"top_k\":1}}",
         {.prompt = {"x", 1}, .max_tokens = 5, .temperature = -1, .top_p = -1, .seed = -1},
         "/chat/completions",
         "{\"model\":\"m/x\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
         "\"max_completion_tokens\":9,\"top_k\":1}"},
        {"{}",
         {.kind = REQUEST_SCORE,
          .prompt = {"Q: 1+1?\nAnswer:", 15},
          .continuation = {" 2", 2},
          .seed = 1234},
         "/completions",
         "{\"model\":\"m/x\",\"prompt\":\"Q: 1+1?\\nAnswer: 2\",\"max_tokens\":1,"
         "\"temperature\":0,\"seed\":1234,\"logprobs\":1,\"echo\":true}"},
        {"{\"start_mark\":\"<s>\"}",
         {.kind = REQUEST_SCORE, .continuation = {" 2", 2}, .seed = -1},
         "/completions",
         "{\"model\":\"m/x\",\"prompt\":\"<s> 2\",\"max_tokens\":1,\"temperature\":0,"
         "\"logprobs\":1,\"echo\":true}"},
        {"{\"score\":\"top_logprobs\"}",
         {.kind = REQUEST_SCORE, .prompt = {"Q", 1}, .continuation = {"A", 1}, .seed = -1},
         "/chat/completions",
         "{\"model\":\"m/x\",\"messages\":[{\"role\":\"user\",\"content\":\"Q\"}],"
         "\"max_tokens\":1,\"temperature\":0,\"logprobs\":true,\"top_logprobs\":20}"},
    };
    SCOPED_ARENA(a);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Model model = open_at(&a, "http://h:1/v1/#m/x", cases[i].settings);
        HttpRequest http = build(&a, &model, &cases[i].request);
        CHECK_STR(http.body, cases[i].body);
        CHECK_STR(str_from(http.url), str_printf(&a, "http://h:1/v1%s", cases[i].path).ptr);
        CHECK_STR(str_from(http.method), "POST");
    }
}

TEST(model_request_extra_wins_over_the_models)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Json extra;
    CHECK_OK(json_parse(&a, STR("{\"top_k\":2,\"messages\":[]}"), &extra, &err), err);
    Model model = open_at(&a, "http://h/v1#m", "{\"extra\":{\"top_k\":1,\"n\":1}}");
    ModelRequest request = {
        .max_tokens = -1, .temperature = -1, .top_p = -1, .seed = -1, .extra = &extra};
    CHECK_STR(build(&a, &model, &request).body,
              "{\"model\":\"m\",\"n\":1,\"top_k\":2,\"messages\":[]}");
}

TEST(model_sends_key_and_headers_over_the_wire)
{
    SCOPED_ARENA(a);
    Err err = {0};
    HttpClient *client;
    static const char *const replies[] = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        "{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}"};
    Loopback *l = loopback_start(replies, 1);
    setenv("ASSAY_API_KEY", " sk-1 ", 1);
    Model model = open_at(&a, str_printf(&a, "http://127.0.0.1:%d/v1#m", loopback_port(l)).ptr,
                          "{\"headers\":{\"X-Team\":\"red\"}}");
    unsetenv("ASSAY_API_KEY");
    ModelRequest request = {
        .prompt = STR("x"), .max_tokens = 1, .temperature = -1, .top_p = -1, .seed = -1};
    HttpRequest http = build(&a, &model, &request);
    HttpReply reply;
    ModelReply out;
    CHECK_OK(http_client_new(2, &client, &err), err);
    CHECK_OK(http_send(client, &http, &err), err);
    while (!http_poll(client, 10, &reply, 1))
        ;
    model.provider->parse(&model, &request, &reply, &a, &out);
    CHECK_STR(out.text, "hi");
    loopback_stop(l);
    Str want = str_printf(&a,
                          "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                          "User-Agent: assay\r\nAccept: */*\r\nContent-Type: application/json\r\n"
                          "Authorization: Bearer sk-1\r\nX-Team: red\r\nContent-Length: 71\r\n\r\n"
                          "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
                          "\"max_tokens\":1}",
                          loopback_port(l));
    CHECK_STR(loopback_request(l, 0), want.ptr);
    http_client_free(client);
    loopback_free(l);
}

TEST(model_stop_is_cut_to_four_for_the_official_server_only)
{
    SCOPED_ARENA(a);
    setenv("OPENAI_API_KEY", "k", 1);
    unsetenv("OPENAI_BASE_URL");
    Model model = open_at(&a, "openai:gpt", "{}");
    ModelRequest request = {.prompt = STR("x"),
                            .max_tokens = -1,
                            .temperature = -1,
                            .top_p = -1,
                            .seed = -1,
                            .stop = stops,
                            .n_stop = 6};
    HttpRequest http = build(&a, &model, &request);
    CHECK_STR(str_from(http.url), "https://api.openai.com/v1/chat/completions");
    CHECK(str_ends(http.body, STR("\"stop\":[\"\\n\\n\",\"Q:\",\"a\",\"b\"]}")));
    setenv("OPENAI_BASE_URL", "http://h/openai/deployments/d?api-version=1", 1);
    model = open_at(&a, "openai:gpt", "{\"key_header\":\"api-key\"}");
    http = build(&a, &model, &request);
    CHECK_STR(str_from(http.url), "http://h/openai/deployments/d/chat/completions?api-version=1");
    CHECK_STR(str_from(http.headers[1]), "api-key: k");
    CHECK(str_ends(http.body, STR("\"b\",\"c\"]}")));
    unsetenv("OPENAI_BASE_URL");
    unsetenv("OPENAI_API_KEY");
}

TEST(model_key_of_the_official_server_goes_nowhere_else)
{
    SCOPED_ARENA(a);
    setenv("OPENAI_API_KEY", "k", 1);
    Model model = open_at(&a, "http://elsewhere/v1#m", "{}");
    CHECK(model.key == NULL);
    unsetenv("OPENAI_API_KEY");
}

TEST(model_inline_names_are_split)
{
    static const struct {
        const char *text, *provider, *address, *model;
    } cases[] = {
        {"openai:gpt-x", "openai", "", "gpt-x"},
        {"http://h:8000/v1#a/b:c", "openai", "http://h:8000/v1", "a/b:c"},
        {"https://h#m", "openai", "https://h", "m"},
        {"local:dir/tiny-4.gguf", "local", "dir/tiny-4.gguf", "tiny-4"},
        {"local:tiny-4", "local", "tiny-4", "tiny-4"},
        {"recorded:f.jsonl", "recorded", "f.jsonl", ""},
        {"recorded:f.jsonl#m", "recorded", "f.jsonl", "m"},
    };
    static const char *const bad[] = {"",
                                      "gpt-4",
                                      "openai:",
                                      "http://h/v1",
                                      "local:",
                                      "http://h/v1#",
                                      "http:///v1#m",
                                      "recorded:#m",
                                      "ftp://h#m",
                                      "https://h/v1?api_key=secret#m",
                                      "https://u:secret@h/v1#m"};
    SCOPED_ARENA(a);
    ModelSpec spec;
    Err err = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        CHECK_OK(model_spec_parse(&a, str_from(cases[i].text), &spec, &err), err);
        CHECK_STR(spec.name, cases[i].text);
        CHECK_STR(spec.provider, cases[i].provider);
        CHECK_STR(spec.address, cases[i].address);
        CHECK_STR(spec.model, cases[i].model);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        CHECK_INT(model_spec_parse(&a, str_from(bad[i]), &spec, &err), E_USAGE);
        CHECK(strstr(err.msg, "recorded:FILE.jsonl#MODEL") && !strstr(err.msg, "secret"));
    }
}

TEST(model_settings_are_checked)
{
    static const char *const bad[] = {
        "{\"apy\":\"chat\"}", "{\"api\":\"talk\"}",
        "{\"rpm\":\"5\"}",    "{\"score\":\"x\"}",
        "{\"timeout\":-1}",   "{\"headers\":{\"a\\nb\":\"c\"}}",
        "{\"extra\":[]}",     "{\"headers\":{\"a\":\"b\\r\\nc: d\"}}",
    };
    SCOPED_ARENA(a);
    ModelSpec spec;
    Model model;
    Err err = {0};
    CHECK_OK(model_spec_parse(&a, STR("http://h/v1#m"), &spec, &err), err);
    for (size_t i = 0; i < COUNT(bad); i++) {
        CHECK_OK(json_parse(&a, str_from(bad[i]), &spec.settings, &err), err);
        CHECK_INT(model_open(&a, &spec, &model, &err), E_USAGE);
    }
}

TEST(model_request_keys_tell_requests_apart)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Json one, two, other;
    CHECK_OK(json_parse(&a, STR("{\"a\":1,\"b\":{\"c\":2,\"d\":3}}"), &one, &err), err);
    CHECK_OK(json_parse(&a, STR("{\"b\":{\"d\":3,\"c\":2},\"a\":1}"), &two, &err), err);
    CHECK_OK(json_parse(&a, STR("{\"b\":{\"d\":3,\"c\":2},\"a\":2}"), &other, &err), err);
    Model m = open_at(&a, "http://h/v1#m", "{}");
    Model priced = open_at(&a, "http://h/v1#m", "{\"price_in\":1,\"stream\":true}");
    Model m2 = open_at(&a, "http://h/v1#m2", "{}"), h2 = open_at(&a, "http://h2/v1#m", "{}");
    ModelRequest base = {.prompt = STR("ab"), .seed = 1, .extra = &one, .item_key = STR("1")};
    ModelRequest same = base;
    same.extra = &two;
    same.item_key = STR("2");
    same.stream = true;
    Str key = model_request_key(&m, &base, &a);
    CHECK_INT(key.len, 32);
    CHECK_STR(model_request_key(&m, &same, &a), key.ptr);
    CHECK_STR(model_request_key(&priced, &base, &a), key.ptr);
    CHECK(!str_eq(model_request_key(&m2, &base, &a), key));
    CHECK(!str_eq(model_request_key(&h2, &base, &a), key));
    ModelRequest changed[8];
    for (size_t i = 0; i < COUNT(changed); i++)
        changed[i] = base;
    changed[0].prompt = STR("a"), changed[0].continuation = STR("b");
    changed[1].seed = 2;
    changed[2].repeat = 1;
    changed[3].temperature = 0.5;
    changed[4].extra = &other;
    changed[5].kind = REQUEST_SCORE;
    changed[6].stop = stops, changed[6].n_stop = 1;
    changed[7].max_tokens = 3;
    for (size_t i = 0; i < COUNT(changed); i++)
        CHECK(!str_eq(model_request_key(&m, &changed[i], &a), key));
}
