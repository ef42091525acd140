/* test_json_schema.c - JSON Schema, and metrics of answers in JSON. Verdicts are those of
 * python-jsonschema 4.10.3 (draft 2020-12); 20,000 random pairs were compared with it once. */
#include "task_fixture.h"

#include "text/json_schema.h"

static Str complaint(Arena *a, const char *schema, const char *value)
{
    Err err = {0};
    Json *s = ARENA_NEW(a, Json), *v = ARENA_NEW(a, Json);
    JsonSchema *made = NULL;
    CHECK_OK(json_parse(a, str_from(schema), s, &err), err);
    CHECK_OK(json_parse(a, str_from(value), v, &err), err);
    CHECK_OK(json_schema_make(a, s, &made, &err), err);
    return json_schema_complaint(made, v, a);
}

TEST(json_schema_says_what_is_wrong_and_where)
{
    static const struct {
        const char *schema, *value, *complaint;
    } cases[] = {
        {"true", "1", ""},
        {"false", "1", "is 1, where nothing may be"},
        {"{\"type\":\"integer\"}", "1.0", ""},
        {"{\"type\":\"integer\"}", "1.5", "is 1.5, not of type \"integer\""},
        {"{\"type\":[\"null\",\"string\"]}", "3", "is 3, not of one of the types"},
        {"{\"enum\":[1,\"a\",[2]]}", "[2.0]", ""},
        {"{\"enum\":[1]}", "\"1\"", "is \"1\", not one of enum"},
        {"{\"const\":{\"a\":1,\"b\":2}}", "{\"b\":2,\"a\":1}", ""},
        {"{\"const\":null}", "0", "is 0, not the const"},
        {"{\"required\":[\"a\"]}", "{\"b\":1}", "is an object, without \"a\""},
        {"{\"required\":[\"a\"]}", "[]", ""},
        {"{\"properties\":{\"a\":{\"items\":{\"minimum\":2}}}}", "{\"a\":[2,1]}",
         "/a/1: is 1, below the minimum"},
        {"{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"a\":1,\"b\":2}",
         "is an object, with the unknown \"b\""},
        {"{\"additionalProperties\":{\"type\":\"number\"}}", "{\"a\":\"x\"}",
         "/a: is \"x\", not of type \"number\""},
        {"{\"exclusiveMaximum\":2}", "2", "is 2, not below exclusiveMaximum"},
        {"{\"multipleOf\":0.1}", "0.3", ""},
        {"{\"multipleOf\":2}", "3", "is 3, not a multiple of multipleOf"},
        {"{\"minLength\":2,\"maxLength\":2}", "\"中文\"", ""},
        {"{\"maxLength\":1}", "\"ab\"", "is \"ab\", too long"},
        {"{\"pattern\":\"^a+$\"}", "\"aab\"", "is \"aab\", not as the pattern says"},
        {"{\"minItems\":1,\"uniqueItems\":true}", "[1,1.0]", "is an array, with two equal items"},
        {"{\"minProperties\":1}", "{}", "is an object, too short"},
        {"{\"anyOf\":[{\"type\":\"string\"},{\"minimum\":3}]}", "2", "is 2, as none of anyOf"},
        {"{\"oneOf\":[{\"minimum\":1},{\"minimum\":2}]}", "2", "is 2, as more than one of oneOf"},
        {"{\"oneOf\":[{\"minimum\":1},{\"minimum\":2}]}", "1", ""},
        {"{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}", "3", "is 3, above the maximum"},
        {"{\"not\":{\"type\":\"string\"}}", "\"x\"", "is \"x\", as \"not\" forbids"},
        {"{\"$defs\":{\"t/x\":{\"properties\":{\"next\":{\"$ref\":\"#/$defs/t~1x\"},"
         "\"v\":{\"type\":\"number\"}}}},\"$ref\":\"#/$defs/t~1x\"}",
         "{\"v\":1,\"next\":{\"next\":{\"v\":\"x\"}}}",
         "/next/next/v: is \"x\", not of type \"number\""},
        {"{\"$ref\":\"#\"}", "1",
         "is 1, too much for the schema: it refers to itself, or has too many cases"},
        {"{\"not\":{\"$ref\":\"#\"}}", "1",
         "is 1, too much for the schema: it refers to itself, or has too many cases"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Str got = complaint(&a, cases[i].schema, cases[i].value);
        if (!str_eqc(got, cases[i].complaint))
            test_fail(__FILE__, __LINE__, "%s with %s: \"%.*s\"", cases[i].schema, cases[i].value,
                      (int)got.len, got.ptr);
    }
}

TEST(json_schema_refuses_what_it_does_not_know)
{
    static const char *const cases[][2] = {
        {"3", "schema: is no schema"},
        {"{\"properties\":{\"a\":{\"if\":{}}}}", "schema/properties/a: unknown keyword \"if\""},
        {"{\"type\":\"text\"}", "schema: wrong value for \"type\""},
        {"{\"anyOf\":[]}", "schema: wrong value for \"anyOf\""},
        {"{\"items\":[{}]}", "schema/items: is no schema"},
        {"{\"minLength\":-1}", "schema: wrong value for \"minLength\""},
        {"{\"pattern\":\"(\"}", "schema/pattern: cannot use the pattern \"(\""},
        {"{\"$ref\":\"#/nowhere\"}", "schema/$ref: finds nothing at \"#/nowhere\""},
        {"{\"$ref\":\"http://example.org/s\"}", "schema/$ref: finds nothing at"},
        {"{\"examples\":[{\"type\":7}],\"$ref\":\"#/examples/0\"}",
         "schema/$ref: wrong value for \"type\""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        Json s;
        JsonSchema *made;
        CHECK_OK(json_parse(&a, str_from(cases[i][0]), &s, &err), err);
        CHECK(json_schema_make(&a, &s, &made, &err) == E_PARSE);
        if (!strstr(err.msg, cases[i][1]))
            test_fail(__FILE__, __LINE__, "%s: %s", cases[i][0], err.msg);
    }
}

#define HEAD "task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: q\ndoc_to_target: a\n"

TEST(metrics_of_json_tell_fenced_from_raw)
{
    static const char docs[] = "[{\"q\":\"?\",\"a\":\"{\\\"x\\\":1,\\\"y\\\":[1,2],\\\"z\\\":{}}\","
                               "\"s\":{\"required\":[\"x\"]}}]";
    static const struct {
        const char *metric, *answer;
        double value;
        const char *why;
    } cases[] = {
        {"metric: json_valid", " {\"x\":1} ", 1, "raw JSON"},
        {"metric: json_valid", "Sure:\n```json\n[1]\n```", 1, "JSON in a fence"},
        {"metric: json_valid, form: raw", "```\n[1]\n```", 0, "JSON in a fence"},
        {"metric: json_valid, form: fenced", "[1]", 0, "raw JSON"},
        {"metric: json_valid", "It is [1]", 0, "is not JSON"},
        {"metric: json_valid", "{\"x\":1", 0, "is not JSON"},
        {"metric: json_schema, schema: {required: [x]}", "{\"x\":1}", 1, "raw JSON"},
        {"metric: json_schema, schema: {required: [x]}", "{\"y\":1}", 0,
         "is an object, without \"x\""},
        {"metric: json_schema, schema: s", "{\"y\":1}", 0, "is an object, without \"x\""},
        {"metric: json_schema, schema: '{\"type\": \"array\"}'", "[]", 1, "raw JSON"},
        {"metric: json_fields_f1", "{\"z\":{},\"y\":[1,2],\"x\":1.0}", 1,
         "4 fields are right, of 4 given and 4 expected"},
        {"metric: json_fields_f1", "{\"x\":1,\"y\":[2,1]}", 2.0 / 7,
         "1 fields are right, of 3 given and 4 expected"},
        {"metric: json_fields_f1", "{\"x\":1,\"y/0\":1,\"y\":{\"1\":2},\"z\":{}}", 0.5,
         "2 fields are right, of 4 given and 4 expected"}, /* other places than y[0] and y[1] */
        {"metric: json_fields_f1", "none", 0, "is not JSON"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        const Task *t =
            task_of(&a, str_printf(&a, HEAD "metric_list: [{%s}]\n", cases[i].metric).ptr);
        TaskScore s = score_text(&a, t, docs, cases[i].answer);
        CHECK_NEAR(s.value, cases[i].value, 1e-12);
        CHECK_STR(s.why, cases[i].why);
    }
    SCOPED_ARENA(a);
    Str wrong = problems_of(&a, HEAD "metric_list: [{metric: json_schema}]\n");
    CHECK(strstr(wrong.ptr, "needs a \"schema\""));
    wrong = problems_of(&a, HEAD "metric_list: [{metric: json_schema, schema: {if: {}}}]\n");
    CHECK(strstr(wrong.ptr, "unknown keyword \"if\""));
    wrong = problems_of(&a, HEAD "metric_list: [{metric: json_valid, form: x}]\n");
    CHECK(strstr(wrong.ptr, "\"form\" must be any, raw or fenced"));
}
