/* test_model_reply.c - what servers answer, row by row, and what we make of it. */
#include "test.h"

#include "model/errors.h"
#include "model/model.h"

static const char secret[] = "sk-secret-0123456789";

static Model open_model(Arena *a, const char *settings)
{
    Err err = {0};
    ModelSpec spec;
    Model model;
    setenv("ASSAY_API_KEY", secret, 1);
    CHECK_OK(model_spec_parse(a, STR("http://127.0.0.1:9/v1#m"), &spec, &err), err);
    CHECK_OK(json_parse(a, str_from(settings), &spec.settings, &err), err);
    CHECK_OK(model_open(a, &spec, &model, &err), err);
    unsetenv("ASSAY_API_KEY");
    return model;
}

static ModelReply parse(Arena *a, const Model *model, const ModelRequest *request, int status,
                        const char *headers, const char *body)
{
    ModelReply out = {0};
    HttpReply http = {.status = status, .headers = str_from(headers), .body = str_from(body)};
    model->provider->parse(model, request, &http, a, &out);
    return out;
}

typedef enum Want {
    W_OK,
    W_RETRY,
    W_RATE,
    W_FAILED,
    W_FATAL,
    W_FILTERED,
    W_REFUSED,
    W_LENGTH,
} Want;

static Want what_is(const ModelReply *r)
{
    if (r->state == REPLY_RETRY)
        return r->rate_limited ? W_RATE : W_RETRY;
    if (r->state == REPLY_FAILED)
        return r->fatal ? W_FATAL : W_FAILED;
    return r->finish == FINISH_FILTERED  ? W_FILTERED
           : r->finish == FINISH_REFUSED ? W_REFUSED
           : r->finish == FINISH_LENGTH  ? W_LENGTH
                                         : W_OK;
}

#define SSE_TYPE "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"

static const struct {
    int status;
    const char *headers, *body;
    Want want;
    const char *text, *reasoning; /* NULL: not checked */
} rows[] = {
    /* answers */
    {200, "", "{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}", W_OK,
     "hi", ""},
    {200, "", "{\"choices\":[{\"text\":\"hi\",\"finish_reason\":\"length\"}]}", W_LENGTH, "hi", ""},
    {200, "",
     "{\"choices\":[{\"message\":{\"content\":null,\"reasoning_content\":\"hm\"},"
     "\"finish_reason\":\"length\"}]}",
     W_LENGTH, "", "hm"},
    {200, "",
     "{\"choices\":[{\"message\":{\"content\":\"4\",\"reasoning\":\"2+2\"},"
     "\"finish_reason\":\"stop\"}]}",
     W_OK, "4", "2+2"},
    {200, "",
     "{\"choices\":[{\"message\":{\"content\":\"4\",\"reasoning\":\"2+2\","
     "\"reasoning_content\":\"2+2\"},\"finish_reason\":\"stop\"}]}",
     W_OK, "4", "2+2"},
    {200, "",
     "{\"choices\":[{\"message\":{\"content\":\"<think>a</think>b\"},"
     "\"finish_reason\":\"stop\"}]}",
     W_OK, "<think>a</think>b", ""},
    {200, "",
     "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"thinking\",\"thinking\":"
     "[{\"type\":\"text\",\"text\":\"t\"}]},{\"type\":\"text\",\"text\":\"a\"},"
     "{\"type\":\"text\",\"text\":\"b\"}]},\"finish_reason\":\"stop\"}]}",
     W_OK, "ab", "t"},
    {200, "", "[{\"choices\":[{\"text\":\"one\",\"finish_reason\":\"stop\"}]}]", W_OK, "one", ""},
    {200, "", "\n\n\n{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"stop\"}]}",
     W_OK, "", ""},
    {200, "",
     "{\"error\":null,\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":"
     "\"eos_token\"}]}",
     W_OK, "x", ""},
    {200, "", "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"tool_calls\"}]}",
     W_OK, "x", ""},
    /* filters and refusals */
    {200, "",
     "{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":"
     "\"content_filter\"}]}",
     W_FILTERED, "", ""},
    {200, "",
     "{\"choices\":[{\"message\":{\"content\":\"par\"},\"finish_reason\":"
     "\"sensitive\"}]}",
     W_FILTERED, "", ""},
    {200, "", "{\"choices\":[{\"message\":{\"content\":null},\"finish_reason\":\"SAFETY\"}]}",
     W_FILTERED, "", ""},
    {200, "",
     "{\"choices\":[{\"message\":{\"content\":\"x\"},\"moderation_hit_type\":\"violence\","
     "\"finish_reason\":\"stop\"}]}",
     W_FILTERED, "", ""},
    {200, "",
     "{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I cannot\"},"
     "\"finish_reason\":\"stop\"}]}",
     W_REFUSED, "", ""},
    {200, "", "{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"refusal\"}]}",
     W_REFUSED, "", ""},
    {400, "",
     "{\"error\":{\"code\":\"content_filter\",\"status\":400,\"param\":\"prompt\","
     "\"innererror\":{\"code\":\"ResponsibleAIPolicyViolation\"}}}",
     W_FILTERED, "", ""},
    {400, "",
     "{\"error\":{\"type\":\"content_filter\",\"message\":\"The request was rejected "
     "because it was considered high risk\"}}",
     W_FILTERED, "", ""},
    {400, "", "{\"error\":{\"code\":\"1301\",\"message\":\"\\u7cfb\\u7edf\"}}", W_FILTERED, "", ""},
    {400, "", "{\"error\":{\"code\":\"InputTextRiskDetection\",\"message\":\"x\"}}", W_FILTERED, "",
     ""},
    {400, "", "{\"error\":{\"code\":\"unsafe_request\",\"message\":\"x\"},\"id\":\"as-1\"}",
     W_FILTERED, "", ""},
    {400, "", "{\"error\":{\"code\":\"data_inspection_failed\",\"message\":\"x\"}}", W_FILTERED, "",
     ""},
    {400, "",
     "{\"error\":{\"message\":\"Content Exists Risk\",\"code\":\"invalid_request_error\"}}",
     W_FILTERED, "", ""},
    /* key, model, path, money */
    {401, "",
     "{\"error\":{\"code\":401,\"message\":\"Invalid API Key\",\"type\":"
     "\"authentication_error\"}}",
     W_FATAL, NULL, NULL},
    {403, "", "{\"error\":{\"code\":\"AccountOverdueError\",\"message\":\"x\"}}", W_FATAL, NULL,
     NULL},
    {404, "",
     "{\"error\":{\"message\":\"The model 'm' does not exist\",\"code\":"
     "\"model_not_found\"}}",
     W_FATAL, NULL, NULL},
    {404, "", "{\"error\":{\"code\":\"DeploymentNotFound\",\"message\":\"x\"}}", W_FATAL, NULL,
     NULL},
    {404, "", "<html>not found</html>", W_FATAL, NULL, NULL},
    {400, "",
     "{\"error\":{\"code\":400,\"message\":\"API key not valid. Please pass a valid API "
     "key.\",\"status\":\"INVALID_ARGUMENT\"}}",
     W_FATAL, NULL, NULL},
    {400, "", "{\"error\":{\"code\":\"1211\",\"message\":\"x\"}}", W_FATAL, NULL, NULL},
    {402, "", "{\"error\":{\"message\":\"Insufficient Balance\"}}", W_FATAL, NULL, NULL},
    {429, "",
     "{\"error\":{\"message\":\"You exceeded your current quota\",\"type\":"
     "\"insufficient_quota\",\"code\":\"insufficient_quota\"}}",
     W_FATAL, NULL, NULL},
    {429, "", "{\"error\":{\"code\":\"1113\",\"message\":\"arrears\"}}", W_FATAL, NULL, NULL},
    {429, "", "{\"error\":{\"type\":\"exceeded_current_quota_error\",\"message\":\"x\"}}", W_FATAL,
     NULL, NULL},
    {400, "",
     "{\"code\":\"Arrearage\",\"message\":\"Access denied, please make sure your account "
     "is in good standing\"}",
     W_FATAL, NULL, NULL},
    {429, "",
     "[{\"error\":{\"code\":429,\"message\":\"quota\",\"status\":\"RESOURCE_EXHAUSTED\","
     "\"details\":[{\"quotaId\":\"GenerateRequestsPerDayPerProject\"}]}}]",
     W_FATAL, NULL, NULL},
    {301, "", "", W_FATAL, NULL, NULL},
    {501, "",
     "{\"error\":{\"code\":501,\"message\":\"This server does not support completions\","
     "\"type\":\"not_supported_error\"}}",
     W_FATAL, NULL, NULL},
    /* rate and capacity */
    {429, "", "{\"error\":{\"message\":\"Rate limit reached\",\"code\":\"rate_limit_exceeded\"}}",
     W_RATE, NULL, NULL},
    {429, "", "{\"error\":{\"code\":\"1302\",\"message\":\"x\"}}", W_RATE, NULL, NULL},
    {429, "", "", W_RATE, NULL, NULL},
    {429, "",
     "[{\"error\":{\"code\":429,\"message\":\"You exceeded your current quota. Please retry "
     "in 46s\",\"status\":\"RESOURCE_EXHAUSTED\"}}]",
     W_RATE, NULL, NULL},
    {429, "",
     "{\"error\":{\"message\":\"{\\\"error\\\":{\\\"code\\\":429,\\\"message\\\":\\\"q\\\","
     "\\\"status\\\":\\\"RESOURCE_EXHAUSTED\\\"}}\",\"code\":null}}",
     W_RATE, NULL, NULL},
    {200, "", "{\"error_code\":336501,\"error_msg\":\"rpm limit\"}", W_RATE, NULL, NULL},
    {200, "", "{\"code\":\"rpm_rate_limit_exceeded\",\"msg\":\"x\"}", W_RATE, NULL, NULL},
    {503, "",
     "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":"
     "\"unavailable_error\"}}",
     W_RATE, NULL, NULL},
    {503, "",
     "{\"error\":{\"message\":\"server busy, please try again. maximum pending requests "
     "exceeded\",\"type\":\"api_error\",\"code\":null}}",
     W_RATE, NULL, NULL},
    {529, "", "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}",
     W_RATE, NULL, NULL},
    {429, "",
     "{\"message\":\"Allocated quota exceeded, please increase your quota limit\","
     "\"code\":\"Throttling.AllocationQuota\"}",
     W_RATE, NULL, NULL},
    {200, "",
     "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":"
     "\"insufficient_system_resource\"}]}",
     W_RATE, NULL, NULL},
    /* may work later */
    {408, "", "", W_RETRY, NULL, NULL},
    {409, "", "{\"error\":{\"message\":\"conflict\"}}", W_RETRY, NULL, NULL},
    {500, "", "{\"error\":{\"message\":\"The server had an error\",\"type\":\"server_error\"}}",
     W_RETRY, NULL, NULL},
    {502, "", "<html><h1>Bad Gateway</h1></html>", W_RETRY, NULL, NULL},
    {504, "", "", W_RETRY, NULL, NULL},
    {424, "", "{\"error\":\"Request failed during generation\",\"error_type\":\"generation\"}",
     W_RETRY, NULL, NULL},
    {200, "", "", W_RETRY, NULL, NULL},
    {200, "", "{\"choices\":[{\"message\":{\"content\":\"h", W_RETRY, NULL, NULL},
    {200, "", "<html>login</html>", W_RETRY, NULL, NULL},
    {200, "", "{}", W_RETRY, NULL, NULL},
    {200, "", "{\"choices\":[]}", W_RETRY, NULL, NULL},
    {200, "", "{\"error\":\"something\"}", W_RETRY, NULL, NULL},
    {200, "",
     "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":"
     "\"network_error\"}]}",
     W_RETRY, NULL, NULL},
    /* never will */
    {400, "", "{\"error\":{\"message\":\"bad parameter\",\"code\":null}}", W_FAILED, NULL, NULL},
    {400, "",
     "{\"object\":\"error\",\"message\":\"temperature\",\"type\":\"BadRequestError\","
     "\"param\":null,\"code\":400}",
     W_FAILED, NULL, NULL},
    {422, "", "{\"error\":\"Input validation error\",\"error_type\":\"validation\"}", W_FAILED,
     NULL, NULL},
    {422, "", "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]}", W_FAILED, NULL,
     NULL},
    {413, "", "", W_FAILED, NULL, NULL},
    {500, "",
     "{\"error\":{\"code\":500,\"message\":\"Only one completion choice is allowed\","
     "\"type\":\"server_error\"}}",
     W_FAILED, NULL, NULL},
    {500, "",
     "{\"error\":{\"code\":500,\"message\":\"[json.exception.out_of_range.403] key "
     "'messages' not found\",\"type\":\"server_error\"}}",
     W_FAILED, NULL, NULL},
    {500, "", "{\"error\":{\"code\":500,\"message\":\"context shift is disabled\"}}", W_FAILED,
     NULL, NULL},
    {400, "",
     "{\"error\":{\"code\":400,\"type\":\"exceed_context_size_error\",\"message\":\"request "
     "(13392 tokens) exceeds the available context size (8192 tokens)\"}}",
     W_FAILED, NULL, NULL},
    {400, "",
     "{\"code\":\"InvalidParameter\",\"message\":\"Range of input length should be [1, "
     "6000]\"}",
     W_FAILED, NULL, NULL},
    {200, "", "{\"code\":400,\"msg\":\"malformed\"}", W_FAILED, NULL, NULL},
    /* streams */
    {200, SSE_TYPE,
     ": keep-alive\n\ndata: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"
     "data: {\"choices\":[{\"delta\":{\"content\":\"h\"}}]}\n\n"
     "data: {\"choices\":[{\"delta\":{\"content\":\"i\"},\"finish_reason\":\"stop\"}]}\n\n"
     "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n"
     "data: [DONE]\n\n",
     W_OK, "hi", ""},
    {200, SSE_TYPE,
     "data: {\"choices\":[{\"delta\":{\"content\":null,\"reasoning_content\":"
     "\"r\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":"
     "\"length\"}]}\n\n",
     W_LENGTH, "a", "r"},
    {200, SSE_TYPE, "data: {\"choices\":[{\"text\":\"a\"}]}\n\ndata: [DONE]\n\n", W_OK, "a", ""},
    {200, SSE_TYPE, "data: {\"choices\":[{\"delta\":{\"content\":\"h\"}}]}\n\n", W_RETRY, NULL,
     NULL},
    {200, SSE_TYPE,
     "error: {\"code\":400,\"message\":\"the request exceeds the available context "
     "size\",\"type\":\"invalid_request_error\"}\n\ndata: [DONE]\n\n",
     W_FAILED, NULL, NULL},
    {200, SSE_TYPE, "data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n", W_RATE, NULL,
     NULL},
    {200, SSE_TYPE, "", W_RETRY, NULL, NULL},
    {200, "", "data: {\"choices\":[{\"text\":\"z\",\"finish_reason\":\"stop\"}]}\n\n", W_OK, "z",
     ""},
};

TEST(model_replies_of_all_dialects_are_understood)
{
    SCOPED_ARENA(a);
    Model model = open_model(&a, "{}");
    ModelRequest request = {.max_tokens = -1, .seed = -1};
    CHECK(COUNT(rows) >= 60);
    for (size_t i = 0; i < COUNT(rows); i++) {
        ModelReply r = parse(&a, &model, &request, rows[i].status, rows[i].headers, rows[i].body);
        if (what_is(&r) != rows[i].want)
            test_fail(__FILE__, __LINE__, "row %zu is %d, want %d: %s -> %.*s", i, (int)what_is(&r),
                      (int)rows[i].want, rows[i].body, (int)r.error.len, r.error.ptr);
        CHECK_INT(r.status, rows[i].status);
        CHECK(r.state == REPLY_OK || r.error.len > 0);
        if (rows[i].text)
            CHECK_STR(r.text, rows[i].text);
        if (rows[i].reasoning)
            CHECK_STR(r.reasoning, rows[i].reasoning);
    }
}

TEST(model_usage_is_found_wherever_it_is)
{
    static const struct {
        const char *body;
        int prompt, completion;
    } cases[] = {
        {"{\"choices\":[{\"text\":\"a\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}",
         5, 2},
        {"{\"choices\":[{\"text\":\"a\",\"usage\":{\"prompt_tokens\":6,\"completion_tokens\":1}}]}",
         6, 1},
        {"{\"choices\":[{\"text\":\"a\"}],\"usage\":{\"input_tokens\":7,\"output_tokens\":3}}", 7,
         3},
        {"{\"choices\":[{\"text\":\"a\"}],\"x_groq\":{\"usage\":{\"prompt_tokens\":8,"
         "\"completion_tokens\":4}}}",
         8, 4},
        {"{\"choices\":[{\"text\":\"a\"}],\"usage\":null}", -1, -1},
        {"{\"choices\":[{\"text\":\"a\"}],\"usage\":{\"prompt_tokens\":-1,"
         "\"completion_tokens\":99999999999}}",
         -1, -1},
    };
    SCOPED_ARENA(a);
    Model model = open_model(&a, "{\"price_in\":2,\"price_out\":10}");
    ModelRequest request = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        ModelReply r = parse(&a, &model, &request, 200, "", cases[i].body);
        CHECK_INT(r.prompt_tokens, cases[i].prompt);
        CHECK_INT(r.completion_tokens, cases[i].completion);
        double cost =
            cases[i].prompt < 0 ? -1 : (cases[i].prompt * 2 + cases[i].completion * 10) / 1e6;
        CHECK_NEAR(model_cost(&model, &r), cost, 1e-15);
    }
}

TEST(model_errors_never_show_the_key)
{
    SCOPED_ARENA(a);
    Model model = open_model(&a, "{}");
    ModelRequest request = {0};
    Str body = str_printf(&a,
                          "{\"error\":{\"message\":\"Incorrect API key provided: %s. x %s\","
                          "\"code\":\"%s\"}}",
                          secret, secret, secret);
    ModelReply r = parse(&a, &model, &request, 401, "", body.ptr);
    CHECK(str_find(r.error, STR("Incorrect API key")) >= 0);
    CHECK(str_find(r.error, str_from(secret)) < 0);
    r = parse(&a, &model, &request, 500, "", secret);
    CHECK(str_find(r.error, str_from(secret)) < 0);
}

TEST(model_servers_say_when_to_come_back_in_many_ways)
{
    static const struct {
        const char *headers, *body;
        double want;
    } cases[] = {
        {"Retry-After: 7\r\n", "", 7},
        {"retry-after: 1.5\r\n", "", 1.5},
        {"retry-after-ms: 250\r\nRetry-After: 7\r\n", "", 0.25},
        {"Date: Mon, 23 Nov 2026 19:00:00 GMT\r\nRetry-After: Mon, 23 Nov 2026 19:00:30 GMT\r\n",
         "", 30},
        {"Retry-After: Mon, 23 Nov 2026 18:00:00 GMT\r\nDate: Mon, 23 Nov 2026 19:00:00 GMT\r\n",
         "", 0},
        {"x-ratelimit-reset-requests: 12ms\r\n", "", 0.012},
        {"x-ratelimit-reset-tokens: 1m30s\r\n", "", 90},
        {"x-ratelimit-reset-tokens: 6m0s\r\n", "", LONGEST_RETRY_AFTER},
        {"x-ratelimit-reset-requests: 8s\r\nx-ratelimit-remaining-requests: 0\r\n"
         "x-ratelimit-reset-tokens: 60s\r\nx-ratelimit-remaining-tokens: 5\r\n",
         "", 8},
        {"Date: Mon, 23 Nov 2026 19:00:00 GMT\r\n"
         "anthropic-ratelimit-requests-reset: 2026-11-23T19:00:20Z\r\n",
         "", 20},
        {"X-RateLimit-Reset: 1000000040\r\n", "", 40}, /* Unix time; now is 1000000000 */
        {"", "{\"details\":[{\"retryDelay\":\"46s\"}]}", 46},
        {"", "{\\\"retryDelay\\\": \\\"46.5s\\\"}", 46.5},
        {"", "Rate limit reached. Please try again in 20s.", 20},
        {"", "Please try again in 1.5 seconds", 1.5},
        {"", "Please try again in 120ms. Visit", 0.12},
        {"", "Please retry after 6 seconds.", 6},
        {"", "Please retry in 46s", 46},
        {"", "try again in 2h", LONGEST_RETRY_AFTER},
        {"", "try again in a while", -1},
        {"Retry-After: soon\r\n", "", -1},
        {"", "", -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_NEAR(
            error_retry_after(str_from(cases[i].headers), str_from(cases[i].body), 1000000000),
            cases[i].want, 1e-9);
}

TEST(model_faults_of_the_connection_are_retried)
{
    SCOPED_ARENA(a);
    Model model = open_model(&a, "{}");
    ModelRequest request = {0};
    for (HttpFault f = HTTP_UNREACHED; f <= HTTP_TOO_LARGE; f++) {
        HttpReply http = {.fault = f, .problem = "why"};
        ModelReply out;
        model.provider->parse(&model, &request, &http, &a, &out);
        CHECK_INT(out.state, f == HTTP_TOO_LARGE ? REPLY_FAILED : REPLY_RETRY);
        CHECK(str_find(out.error, STR("why")) >= 0);
    }
}
