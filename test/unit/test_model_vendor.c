/* test_model_vendor.c - what each vendor's server is sent, over the wire, and what the anthropic
 * and command providers make of replies. */
#include "loopback.h"
#include "test.h"

#include "model/vendor.h"

static Model open_named(Arena *a, const char *name)
{
    Err err = {0};
    ModelSpec spec;
    Model model;
    CHECK_OK(model_spec_parse(a, str_from(name), &spec, &err), err);
    CHECK_OK(model_open(a, &spec, &model, &err), err);
    return model;
}

static ModelReply parse(Arena *a, const Model *model, const ModelRequest *request,
                        const HttpReply *http)
{
    ModelReply out;
    model->provider->parse(model, request, http, a, &out);
    return out;
}

/* Sends one request to a server that answers `reply`; what the server got is in the loopback. */
static ModelReply ask(Arena *a, const Model *model, const ModelRequest *request)
{
    Err err = {0};
    HttpClient *client;
    HttpRequest http;
    HttpReply reply;
    CHECK_OK(model->provider->build(model, request, a, &http, &err), err);
    CHECK_OK(http_client_new(2, &client, &err), err);
    CHECK_OK(http_send(client, &http, &err), err);
    while (!http_poll(client, 10, &reply, 1))
        ;
    ModelReply out = parse(a, model, request, &reply);
    http_client_free(client);
    return out;
}

#define HEAD(path, key)                                                                            \
    "POST " path " HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: assay\r\nAccept: */*\r\n"         \
    "Content-Type: application/json\r\n" key "Content-Length: %zu\r\n\r\n%s"
#define BEARER "Authorization: Bearer k-1\r\n"
#define PLAIN_BODY                                                                                 \
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"2+2?\"}],\"max_tokens\":8,"   \
    "\"temperature\":0,\"seed\":1234,\"stop\":[\"Q:\"]}"
#define STREAM_BODY                                                                                \
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"2+2?\"}],\"max_tokens\":8,"   \
    "\"temperature\":0,\"seed\":1234,\"stop\":[\"Q:\"],\"stream\":true,"                           \
    "\"stream_options\":{\"include_usage\":true}}"
#define ANTHROPIC_BODY                                                                             \
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"2+2?\"}],\"max_tokens\":8,"   \
    "\"temperature\":0,\"stop_sequences\":[\"Q:\"]}"
#define CHAT_REPLY                                                                                 \
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"                                                 \
    "{\"choices\":[{\"message\":{\"content\":\"4\"},\"finish_reason\":\"stop\"}]}"
/* Blank lines and comments keep a connection alive while the model is busy. */
#define BUSY_REPLY                                                                                 \
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\n\n\n"                                           \
    "{\"choices\":[{\"message\":{\"content\":\"4\",\"reasoning_content\":\"hm\"},"                 \
    "\"finish_reason\":\"stop\"}]}"
#define STREAM_REPLY                                                                               \
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/event-stream\r\n\r\n"              \
    ": keep-alive\n\n"                                                                             \
    "data: {\"choices\":[{\"delta\":{\"content\":\"4\"}}]}\n\n"                                    \
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
#define ANTHROPIC_REPLY                                                                            \
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"                                                 \
    "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"4\"}],"                      \
    "\"stop_reason\":\"end_turn\"}"

TEST(model_vendors_are_sent_these_bytes)
{
    static const struct {
        const char *model, *base_env, *base, *key_env, *head, *body, *reply;
    } cases[] = {
        {"openai:m", "OPENAI_BASE_URL", "/v1", "OPENAI_API_KEY",
         HEAD("/v1/chat/completions", BEARER), PLAIN_BODY, CHAT_REPLY},
        {"azure:m", "AZURE_OPENAI_ENDPOINT", "/", "AZURE_OPENAI_API_KEY",
         HEAD("/openai/deployments/m/chat/completions?api-version=2024-10-21", "api-key: k-1\r\n"),
         PLAIN_BODY, CHAT_REPLY},
        {"deepseek:m", "DEEPSEEK_BASE_URL", "", "DEEPSEEK_API_KEY",
         HEAD("/chat/completions", BEARER), PLAIN_BODY, BUSY_REPLY},
        {"qwen:m", "DASHSCOPE_BASE_URL", "/compatible-mode/v1", "DASHSCOPE_API_KEY",
         HEAD("/compatible-mode/v1/chat/completions", BEARER), STREAM_BODY, STREAM_REPLY},
        {"doubao:m", "ARK_BASE_URL", "/api/v3", "ARK_API_KEY",
         HEAD("/api/v3/chat/completions", BEARER), PLAIN_BODY, CHAT_REPLY},
        {"ernie:m", "QIANFAN_BASE_URL", "/v2", "QIANFAN_API_KEY",
         HEAD("/v2/chat/completions", BEARER), PLAIN_BODY, CHAT_REPLY},
        {"kimi:m", "MOONSHOT_BASE_URL", "/v1", "MOONSHOT_API_KEY",
         HEAD("/v1/chat/completions", BEARER), PLAIN_BODY, CHAT_REPLY},
        {"glm:m", "ZHIPU_BASE_URL", "/api/paas/v4", "ZHIPU_API_KEY",
         HEAD("/api/paas/v4/chat/completions", BEARER), PLAIN_BODY, CHAT_REPLY},
        {"gemini:m", "GEMINI_BASE_URL", "/v1beta/openai", "GEMINI_API_KEY",
         HEAD("/v1beta/openai/chat/completions", BEARER), PLAIN_BODY, CHAT_REPLY},
        {"vllm:m", "VLLM_BASE_URL", "/v1", NULL, HEAD("/v1/chat/completions", ""), PLAIN_BODY,
         CHAT_REPLY},
        {"sglang:m", "SGLANG_BASE_URL", "/v1", "SGLANG_API_KEY",
         HEAD("/v1/chat/completions", BEARER), PLAIN_BODY, CHAT_REPLY},
        {"ollama:m", "OLLAMA_BASE_URL", "/v1", NULL, HEAD("/v1/chat/completions", ""), PLAIN_BODY,
         CHAT_REPLY},
        {"lmstudio:m", "LMSTUDIO_BASE_URL", "/v1", NULL, HEAD("/v1/chat/completions", ""),
         PLAIN_BODY, CHAT_REPLY},
        {"llamacpp:m", "LLAMACPP_BASE_URL", "/v1", NULL, HEAD("/v1/chat/completions", ""),
         PLAIN_BODY, CHAT_REPLY},
        {"anthropic:m", "ANTHROPIC_BASE_URL", "", "ANTHROPIC_API_KEY",
         HEAD("/v1/messages", "x-api-key: k-1\r\nanthropic-version: 2023-06-01\r\n"),
         ANTHROPIC_BODY, ANTHROPIC_REPLY},
    };
    static const Str stop[] = {{"Q:", 2}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Loopback *l = loopback_start(&cases[i].reply, 1);
        Str base = str_printf(&a, "http://127.0.0.1:%d%s", loopback_port(l), cases[i].base);
        setenv(cases[i].base_env, base.ptr, 1);
        if (cases[i].key_env)
            setenv(cases[i].key_env, "k-1", 1);
        Model model = open_named(&a, cases[i].model);
        unsetenv(cases[i].base_env);
        if (cases[i].key_env)
            unsetenv(cases[i].key_env);
        ModelRequest request = {.prompt = STR("2+2?"),
                                .max_tokens = 8,
                                .temperature = 0,
                                .top_p = -1,
                                .seed = 1234,
                                .stop = stop,
                                .n_stop = 1};
        ModelReply r = ask(&a, &model, &request);
        loopback_stop(l);
        StrBuf want = strbuf_make(&a, 4096);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the formats of the table above */
        strbuf_addf(&want, cases[i].head, loopback_port(l), strlen(cases[i].body), cases[i].body);
#pragma GCC diagnostic pop
        CHECK_STR(loopback_request(l, 0), want.ptr);
        CHECK(r.state == REPLY_OK && r.finish == FINISH_STOP);
        CHECK_STR(r.text, "4");
        loopback_free(l);
    }
}

TEST(model_vendors_know_where_they_are_and_what_they_lack)
{
    SCOPED_ARENA(a);
    Err err = {0};
    const Vendor *v;
    for (size_t i = 0; (v = vendor_at(i)); i++) {
        ModelSpec spec = {.provider = str_from(v->name), .model = STR("m")}, kept = spec;
        CHECK(vendor_find(str_from(v->name)) == v);
        if (!v->base) {
            CHECK(vendor_apply(&a, &spec, &err) == E_USAGE);
            CHECK(strstr(err.msg, "AZURE_OPENAI_ENDPOINT"));
            continue;
        }
        CHECK_OK(vendor_apply(&a, &spec, &err), err);
        CHECK_STR(spec.provider, "openai");
        CHECK_STR(spec.address, v->base);
        CHECK_STR(spec.key_env, v->key_env);
        /* What is said by hand stays. */
        kept.address = STR("http://h/v1");
        kept.key_env = STR("OTHER");
        CHECK_OK(json_parse(&a, STR("{\"score\":\"echo\"}"), &kept.settings, &err), err);
        CHECK_OK(vendor_apply(&a, &kept, &err), err);
        CHECK_STR(kept.address, "http://h/v1");
        CHECK_STR(kept.key_env, "OTHER");
        CHECK_STR(json_text(json_get(&kept.settings, "score")), "echo");
    }
    CHECK(open_named(&a, "ollama:m").no_scores);
    CHECK(!open_named(&a, "vllm:m").no_scores);
    ModelSpec spec;
    Model model;
    CHECK_OK(model_spec_parse(&a, STR("kimi:k2"), &spec, &err), err);
    CHECK(model_open(&a, &spec, &model, &err) == E_USAGE); /* a key is needed, and named */
    CHECK(strstr(err.msg, "MOONSHOT_API_KEY"));
    CHECK(model_spec_parse(&a, STR("kimi:"), &spec, &err) == E_USAGE);
    spec = (ModelSpec){.name = STR("x"), .provider = STR("opnai")};
    CHECK(model_open(&a, &spec, &model, &err) == E_USAGE);
    CHECK(strstr(err.msg, "anthropic") && strstr(err.msg, "deepseek"));
}

/* ---- anthropic ---- */

static Model open_anthropic(Arena *a, const char *settings)
{
    Err err = {0};
    ModelSpec spec;
    Model model;
    setenv("ANTHROPIC_API_KEY", "sk-ant", 1);
    CHECK_OK(model_spec_parse(a, STR("anthropic:c"), &spec, &err), err);
    CHECK_OK(json_parse(a, str_from(settings), &spec.settings, &err), err);
    CHECK_OK(model_open(a, &spec, &model, &err), err);
    unsetenv("ANTHROPIC_API_KEY");
    return model;
}

TEST(model_anthropic_requests_are_these_bodies)
{
    static const Str stops[] = {{"\n\n", 2}, {"", 0}, {"Q:", 2}};
    static const struct {
        const char *settings, *messages;
        ModelRequest request;
        const char *body;
    } cases[] = {
        {"{}",
         NULL,
         {.prompt = {"x", 1},
          .max_tokens = -1,
          .temperature = -1,
          .top_p = 0.5,
          .stop = stops,
          .n_stop = 1},
         "{\"model\":\"c\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
         "\"max_tokens\":1024,\"top_p\":0.5}"},
        {"{\"stream\":true,\"extra\":{\"temperature\":null,\"top_k\":5}}",
         "[{\"role\":\"system\",\"content\":\"A\"},{\"role\":\"user\",\"content\":\"q\"},"
         "{\"role\":\"system\",\"content\":\"B\"},{\"role\":\"assistant\",\"content\":\"so \\n\"}]",
         {.max_tokens = 3, .temperature = 0, .top_p = -1, .stop = stops, .n_stop = 3},
         "{\"model\":\"c\",\"messages\":[{\"role\":\"user\",\"content\":\"q\"},"
         "{\"role\":\"assistant\",\"content\":\"so\"}],\"system\":\"A\\n\\nB\",\"max_tokens\":3,"
         "\"stop_sequences\":[\"Q:\"],\"stream\":true,\"top_k\":5}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        Json messages;
        HttpRequest http;
        Model model = open_anthropic(&a, cases[i].settings);
        ModelRequest request = cases[i].request;
        if (cases[i].messages) {
            CHECK_OK(json_parse(&a, str_from(cases[i].messages), &messages, &err), err);
            request.messages = &messages;
        }
        CHECK_OK(model.provider->build(&model, &request, &a, &http, &err), err);
        CHECK_STR(http.body, cases[i].body);
    }
}

TEST(model_anthropic_replies_mean_this)
{
    static const struct {
        int status;
        const char *body;
        ReplyState state;
        FinishReason finish;
        const char *text, *reasoning, *error; /* error: part of it */
        bool limited, fatal;
        int prompt, completion;
    } cases[] = {
        {200,
         "{\"type\":\"message\",\"model\":\"c-1\",\"content\":[{\"type\":\"thinking\",\"thinking\":"
         "\"hm\",\"signature\":\"s\"},{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\","
         "\"text\":\"b\"}],\"stop_reason\":\"max_tokens\",\"usage\":{\"input_tokens\":3,"
         "\"cache_read_input_tokens\":4,\"output_tokens\":2}}",
         REPLY_OK, FINISH_LENGTH, "ab", "hm", "", false, false, 7, 2},
        {200,
         "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"I will not\"}],"
         "\"stop_reason\":\"refusal\"}",
         REPLY_OK, FINISH_REFUSED, "", "", "I will not", false, false, -1, -1},
        {200, "{\"type\":\"message\",\"content\":[],\"stop_reason\":\"end_turn\"}", REPLY_OK,
         FINISH_STOP, "", "", "", false, false, -1, -1},
        {200,
         "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"c-1\","
         "\"content\":[],\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n"
         "event: ping\ndata: {\"type\":\"ping\"}\n\n"
         "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":"
         "\"thinking_delta\",\"thinking\":\"hm\"}}\n\n"
         "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":"
         "\"text_delta\",\"text\":\"hi\"}}\n\n"
         "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
         "\"stop_sequence\"},\"usage\":{\"output_tokens\":9}}\n\n"
         "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
         REPLY_OK, FINISH_STOP, "hi", "hm", "", false, false, 5, 9},
        {200,
         "event: message_start\ndata: "
         "{\"type\":\"message_start\",\"message\":{\"content\":[]}}\n\n",
         REPLY_RETRY, FINISH_OTHER, "", "", "before the answer was complete", false, false, -1, -1},
        {200,
         "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
         "\"message\":\"Overloaded\"}}\n\n",
         REPLY_RETRY, FINISH_OTHER, "", "", "Overloaded", true, false, -1, -1},
        {529, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}",
         REPLY_RETRY, FINISH_OTHER, "", "", "busy", true, false, -1, -1},
        {429, "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow\"}}",
         REPLY_RETRY, FINISH_OTHER, "", "", "slow", true, false, -1, -1},
        {401,
         "{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\"bad key "
         "sk-ant\"}}",
         REPLY_FAILED, FINISH_OTHER, "", "",
         "bad key [key]; the key was taken from ANTHROPIC_API_KEY", false, true, -1, -1},
        {400,
         "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"no\"}}",
         REPLY_FAILED, FINISH_OTHER, "", "", "no", false, false, -1, -1},
        {200, "{\"type\":\"message\"}", REPLY_RETRY, FINISH_OTHER, "", "", "no \"content\"", false,
         false, -1, -1},
        {200, "<html>", REPLY_RETRY, FINISH_OTHER, "", "", "not JSON", false, false, -1, -1},
        {502, "<html>", REPLY_RETRY, FINISH_OTHER, "", "", "HTTP 502", false, false, -1, -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Model model = open_anthropic(&a, "{}");
        ModelRequest request = {.prompt = STR("x")};
        HttpReply http = {
            .status = cases[i].status, .body = str_from(cases[i].body), .headers = STR("")};
        ModelReply r = parse(&a, &model, &request, &http);
        bool good = r.state == cases[i].state && r.finish == cases[i].finish &&
                    r.rate_limited == cases[i].limited && r.fatal == cases[i].fatal &&
                    r.prompt_tokens == cases[i].prompt &&
                    r.completion_tokens == cases[i].completion && str_eqc(r.text, cases[i].text) &&
                    str_eqc(r.reasoning, cases[i].reasoning) &&
                    str_find(r.error, str_from(cases[i].error)) >= 0;
        if (!good)
            test_fail(__FILE__, __LINE__,
                      "case %zu: state %d, finish %d, limited %d, fatal %d, %d+%d tokens, \"%s\", "
                      "error \"%s\"",
                      i, (int)r.state, (int)r.finish, r.rate_limited, r.fatal, r.prompt_tokens,
                      r.completion_tokens, str_z(&a, r.text), str_z(&a, r.error));
    }
}

/* ---- command ---- */

static ModelReply run(Arena *a, const char *command, const ModelRequest *request, int times)
{
    Err err = {0};
    void *session;
    ModelReply out = {0};
    Model model = open_named(a, str_printf(a, "command:%s", command).ptr);
    model.timeout = 20;
    CHECK_OK(model.provider->session_new(&model, &session, &err), err);
    for (int i = 0; i < times; i++)
        model.provider->answer(&model, session, request, a, &out);
    model.provider->session_free(session);
    return out;
}

TEST(model_commands_are_asked_with_these_lines)
{
    SCOPED_ARENA(a);
    static const Str stop[] = {{"\n", 1}};
    /* The program answers with the line it got. */
    const char *echo = "sed -u 's/[\\\\\"]/\\\\&/g; s/.*/{\"text\":\"&\"}/'";
    ModelRequest generate = {.prompt = STR("a \"b\""),
                             .item_key = STR("q1"),
                             .max_tokens = 5,
                             .temperature = 0,
                             .top_p = -1,
                             .seed = 1234,
                             .stop = stop,
                             .n_stop = 1,
                             .repeat = 2};
    ModelReply r = run(&a, echo, &generate, 1);
    CHECK_STR(r.text, "{\"kind\":\"generate\",\"id\":\"q1\",\"prompt\":\"a \\\"b\\\"\","
                      "\"max_tokens\":5,\"temperature\":0,\"stop\":[\"\\n\"],\"seed\":1234,"
                      "\"repeat\":2}");
    CHECK(r.state == REPLY_OK && r.finish == FINISH_STOP && r.prompt_tokens == -1);
    ModelRequest score = {
        .kind = REQUEST_SCORE, .prompt = STR("c"), .continuation = STR(" d"), .seed = -1};
    const char *scorer = "grep -o --line-buffered '\"continuation\":\" d\"' | "
                         "sed -u 's/.*/{\"logprob\":-1.5,\"greedy\":true,\"prompt_tokens\":7}/'";
    r = run(&a, scorer, &score, 2);
    CHECK(r.state == REPLY_OK && r.logprob == -1.5 && r.greedy && r.prompt_tokens == 7);
}

TEST(model_commands_that_fail_fail_one_question)
{
    static const struct {
        const char *command, *words;
        bool fatal;
    } cases[] = {
        {"while read -r x; do echo '{\"error\":\"out of ideas\"}'; done", "out of ideas", false},
        {"while read -r x; do echo '{\"error\":\"e\",\"fatal\":true}'; done", "e", true},
        {"while read -r x; do echo '{}'; done", "no \"text\"", false},
        {"while read -r x; do echo '{\"text\":\"t\",\"id\":\"q2\"}'; done", "of another question",
         false},
        {"while read -r x; do echo '[1]'; done", "no JSON object", false},
        {"while read -r x; do echo '{\"text\":'; done", "no JSON object: ", false},
        {"echo oops >&2; exit 4", "exit status 4): oops", false},
        {"no-such-program-here", "exit status 127", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        ModelRequest request = {.prompt = STR("x"),
                                .item_key = STR("q1"),
                                .max_tokens = -1,
                                .temperature = -1,
                                .top_p = -1,
                                .seed = -1};
        ModelReply r = run(&a, cases[i].command, &request, 2); /* twice: started anew */
        if (r.state != REPLY_FAILED || r.fatal != cases[i].fatal ||
            str_find(r.error, str_from(cases[i].words)) < 0)
            test_fail(__FILE__, __LINE__, "%s: state %d, \"%s\"", cases[i].command, (int)r.state,
                      str_z(&a, r.error));
    }
}
