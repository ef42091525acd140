/* test_model_score.c - log-likelihoods out of echoed prompts and first-token alternatives. */
#include "test.h"

#include "base/utf8.h"
#include "model/openai.h"

typedef enum Unit { POINTS, UTF16, OCTETS, NONE } Unit;

static int64_t units_in(Str text, Unit unit)
{
    int64_t n = 0;
    for (size_t at = 0; at < text.len;) {
        int32_t code = utf8_next(text, &at);
        n += code >= 0x10000 && unit == UTF16 ? 2 : 1;
    }
    return unit == OCTETS ? (int64_t)text.len : n;
}

/* The `logprobs` that a server would return: token i has log-probability -(i + 1) / 8, the
 * first has none; tokens with odd i are the likeliest. Cumulated offsets as servers make them. */
static Str make_logprobs(Arena *a, const char *const *tokens, Unit unit)
{
    StrBuf out = strbuf_make(a, 1 << 20);
    JsonWriter w = json_writer(&out);
    int64_t offset = 0;
    json_begin(&w, '{');
    json_key(&w, "tokens");
    json_begin(&w, '[');
    for (size_t i = 0; tokens[i]; i++)
        json_write_str(&w, str_from(tokens[i]));
    json_end(&w, ']');
    json_key(&w, "token_logprobs");
    json_begin(&w, '[');
    for (size_t i = 0; tokens[i]; i++)
        i ? json_write_double(&w, -(double)(i + 1) / 8) : json_write_null(&w);
    json_end(&w, ']');
    json_key(&w, "top_logprobs");
    json_begin(&w, '[');
    for (size_t i = 0; tokens[i]; i++) {
        json_begin(&w, '{');
        json_key(&w, "top");
        json_write_double(&w, -(double)(i + 1) / 8 * (i % 2 ? 1 : 0.5));
        json_end(&w, '}');
    }
    json_end(&w, ']');
    if (unit != NONE) {
        json_key(&w, "text_offset");
        json_begin(&w, '[');
        for (size_t i = 0; tokens[i]; i++) {
            json_write_int(&w, offset);
            offset += units_in(str_from(tokens[i]), unit);
        }
        json_end(&w, ']');
    }
    json_end(&w, '}');
    return strbuf_str(&out);
}

static Status score_text(Arena *a, Str logprobs, const char *context, const char *continuation,
                         ModelReply *out)
{
    Err err = {0};
    Json parsed;
    CHECK_OK(json_parse(a, logprobs, &parsed, &err), err);
    ScoredText t = {str_from(context), str_from(continuation)};
    return openai_score_echo(&parsed, t, a, out, &err);
}

#define BAD "\xEF\xBF\xBD"

static const struct {
    const char *context, *continuation;
    const char *tokens[12];
    size_t from, to; /* the tokens that count */
} echoes[] = {
    {"Q: 1+1?\nAnswer:", " 2", {"Q", ":", " 1", "+1", "?\n", "Answer", ":", " 2", " x"}, 7, 8},
    {"Q: 1+1?\nAnswer:", " 2", {"Q", ":", " 1", "+1", "?\n", "Answer", ":", " 2"}, 7, 8},
    {"Q", " two words", {"<s>", "Q", " two", " words", "!"}, 2, 4},
    {"Q", " two", {"", "Q", " two"}, 2, 3},
    {"\xE4\xBD\xA0\xE5\xA5\xBD",
     "\xE5\x90\x97 ok",
     {"\xE4\xBD\xA0", "\xE5\xA5\xBD", "\xE5\x90\x97", " ok", "z"},
     2,
     4},
    {"\xF0\x9F\x98\x80 a",
     " \xF0\x9F\x98\x80",
     {"<s>", "\xF0\x9F\x98\x80", " a", " \xF0\x9F\x98\x80", "q"},
     3,
     4},
    {"Hello", " you", {"\xE2\x96\x81Hello", "\xE2\x96\x81you", "\xE2\x96\x81x"}, 1, 2},
    /* the continuation begins inside a token */
    {"ab", "cd", {"a", "bcd", "e"}, 1, 2},
    {"ab", "cd ef", {"a", "bcd", " ef", "x"}, 2, 3},
};

TEST(model_echo_is_cut_at_the_context_in_every_unit_of_offsets)
{
    SCOPED_ARENA(a);
    for (size_t i = 0; i < COUNT(echoes); i++)
        for (Unit unit = POINTS; unit <= NONE; unit++) {
            ModelReply out = {0};
            Str logprobs = make_logprobs(&a, echoes[i].tokens, unit);
            if (score_text(&a, logprobs, echoes[i].context, echoes[i].continuation, &out) != OK)
                test_fail(__FILE__, __LINE__, "case %zu unit %d failed", i, (int)unit);
            double want = 0;
            bool greedy = true;
            for (size_t k = echoes[i].from; k < echoes[i].to; k++) {
                want -= (double)(k + 1) / 8;
                greedy = greedy && k % 2 == 1;
            }
            if (fabs(out.logprob - want) > 1e-9 || out.greedy != greedy)
                test_fail(__FILE__, __LINE__, "case %zu unit %d: %g, want %g", i, (int)unit,
                          out.logprob, want);
        }
}

TEST(model_echo_finds_the_unit_when_tokens_are_parts_of_characters)
{
    /* "你" in three one-byte tokens, "好" in one; offsets say how they are counted */
    static const struct {
        const char *offsets;
        double want;
    } cases[] = {
        {"[0,1,2,3,6,8,9]", -(6 + 7) / 8.0},     /* bytes; " a" starts at 6, "b" at 8 */
        {"[0,0,0,1,2,4,5]", -(6 + 7) / 8.0 + 0}, /* characters */
    };
    SCOPED_ARENA(a);
    for (size_t i = 0; i < COUNT(cases); i++) {
        ModelReply out = {0};
        Str logprobs = str_printf(
            &a,
            "{\"tokens\":[\"" BAD "\",\"" BAD "\",\"" BAD "\",\"\xE5\xA5\xBD\",\" a\",\"b\",\"c\"],"
            "\"token_logprobs\":[null,-1,-1,-1,-0.75,-0.875,-9],\"text_offset\":%s}",
            cases[i].offsets);
        CHECK_INT(score_text(&a, logprobs, "\xE4\xBD\xA0\xE5\xA5\xBD", " ab", &out), OK);
        CHECK_NEAR(out.logprob, cases[i].want, 1e-9);
        CHECK(!out.greedy); /* no alternatives were given */
    }
    /* nothing but the offsets tells that 3 of the 5 parts belong to the first character */
    ModelReply parts = {0};
    CHECK_INT(score_text(&a,
                         STR("{\"tokens\":[\"a\",\"" BAD "\",\"" BAD "\",\"" BAD "\",\"" BAD
                             "\",\"" BAD "\",\"x\"],\"token_logprobs\":[null,-1,-1,-1,-2,-3,-9],"
                             "\"text_offset\":[0,1,2,3,4,8,10]}"),
                         "a\xE4\xBD\xA0", "\xE5\xA5\xBD\xE5\x90\x97", &parts),
              OK);
    CHECK_NEAR(parts.logprob, -5, 1e-9);
    /* no offsets at all, the continuation itself in parts */
    ModelReply out = {0};
    Str logprobs = STR("{\"tokens\":[\"a\",\" \",\"" BAD "\",\"" BAD "\",\"" BAD "\"],"
                       "\"token_logprobs\":[null,-1,-2,-3,-4]}");
    CHECK_INT(score_text(&a, logprobs, "a", " \xE4\xBD\xA0", &out), OK);
    CHECK_NEAR(out.logprob, -10, 1e-9);
    /* exact bytes, spelled by the server */
    logprobs = STR("{\"tokens\":[\"bytes:\\\\xe4\\\\xbd\",\"bytes:\\\\xa0\",\"\xE5\xA5\xBD\"],"
                   "\"token_logprobs\":[null,-2,-3]}");
    CHECK_INT(score_text(&a, logprobs, "\xE4\xBD\xA0", "\xE5\xA5\xBD", &out), OK);
    CHECK_NEAR(out.logprob, -3, 1e-9);
}

TEST(model_echo_reads_chat_shaped_logprobs)
{
    SCOPED_ARENA(a);
    ModelReply out = {0};
    Str logprobs = STR("{\"content\":[{\"token\":\"Q\",\"logprob\":null},{\"token\":\" A\","
                       "\"bytes\":[32,65],\"logprob\":-0.5,\"top_logprobs\":[{\"token\":\" A\","
                       "\"logprob\":-0.5},{\"token\":\" B\",\"logprob\":-1}]},"
                       "{\"token\":\"!\",\"logprob\":-7}]}");
    CHECK_INT(score_text(&a, logprobs, "Q", " A", &out), OK);
    CHECK_NEAR(out.logprob, -0.5, 1e-12);
    CHECK(out.greedy);
}

TEST(model_echo_refuses_what_it_cannot_place)
{
    static const struct {
        const char *logprobs;
        Status want;
    } cases[] = {
        {"{}", E_MISSING},
        {"null", E_MISSING},
        {"{\"tokens\":[\" x\"],\"token_logprobs\":[-1]}", E_MISSING}, /* echo was ignored */
        {"{\"tokens\":[\"other\",\" text\",\" here\"],\"token_logprobs\":[null,-1,-1]}", E_PARSE},
        {"{\"tokens\":[\"Q\",\" A\"],\"token_logprobs\":[null,null]}", E_PARSE},
        {"{\"tokens\":[\"Q\",\" A\"]}", E_PARSE},
    };
    SCOPED_ARENA(a);
    for (size_t i = 0; i < COUNT(cases); i++) {
        ModelReply out = {.logprob = 5};
        Status got = score_text(&a, str_from(cases[i].logprobs), "Q", " A", &out);
        if (got != cases[i].want)
            test_fail(__FILE__, __LINE__, "case %zu gives %d", i, (int)got);
        CHECK(out.logprob == 5);
    }
}

TEST(model_letters_are_read_from_the_first_token)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Json logprobs;
    ModelReply out = {0};
    const Str choices[] = {STR("A"), STR(" B"), STR("C")};
    ModelRequest request = {.continuation = STR(" A"), .choices = choices, .n_choices = 3};
    CHECK_OK(json_parse(&a,
                        STR("{\"content\":[{\"top_logprobs\":[{\"token\":\"B\",\"logprob\":-1},"
                            "{\"token\":\"A\",\"logprob\":-1.5},{\"token\":\" A\",\"logprob\":"
                            "-1.25},{\"token\":\"the\",\"logprob\":-4}]}]}"),
                        &logprobs, &err),
             err);
    CHECK_OK(openai_score_letters(&logprobs, &request, &a, &out, &err), err);
    CHECK_NEAR(out.logprob, log(exp(-1.5) + exp(-1.25)), 1e-12);
    CHECK(out.greedy);
    CHECK_NEAR(out.choice_logprobs[1], -1, 1e-12);
    CHECK_NEAR(out.choice_logprobs[2], -5, 1e-12); /* not listed: below the lowest */
    request.continuation = STR("C");
    CHECK_OK(openai_score_letters(&logprobs, &request, &a, &out, &err), err);
    CHECK(!out.greedy);
    CHECK_INT(openai_score_letters(NULL, &request, &a, &out, &err), E_MISSING);
}

TEST(model_refused_echo_says_what_to_use_instead)
{
    SCOPED_ARENA(a);
    Err err = {0};
    ModelSpec spec;
    Model model;
    CHECK_OK(model_spec_parse(&a, STR("http://h/v1#m"), &spec, &err), err);
    CHECK_OK(model_open(&a, &spec, &model, &err), err);
    ModelRequest request = {.kind = REQUEST_SCORE, .prompt = STR("Q"), .continuation = STR(" A")};
    static const struct {
        int status;
        const char *body;
    } cases[] = {
        {500, "{\"error\":{\"code\":500,\"message\":\"Unsupported param: echo\",\"type\":"
              "\"server_error\"}}"},
        {400, "{\"error\":{\"message\":\"'echo' is not available for this model\"}}"},
        {200, "{\"choices\":[{\"text\":\" A\",\"logprobs\":{\"content\":[{\"token\":\" A\","
              "\"logprob\":-1}]},\"finish_reason\":\"length\"}]}"},
        {200, "{\"choices\":[{\"text\":\" A\",\"logprobs\":null,\"finish_reason\":\"length\"}]}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        HttpReply http = {.status = cases[i].status, .body = str_from(cases[i].body)};
        ModelReply out;
        model.provider->parse(&model, &request, &http, &a, &out);
        CHECK_INT(out.state, REPLY_FAILED);
        CHECK(out.fatal);
        CHECK(str_find(out.error, STR("top_logprobs")) >= 0);
    }
}
