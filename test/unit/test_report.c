/* test_report.c - the page holds the document as data and nothing else of it; lines and tables. */
#include "report/report.h"

#include "base/limits.h"
#include "test.h"
#include "text/csv.h"

static const char document_text[] =
    "{\"program\":\"assay 0.1.0\",\"title\":\"</script><script>alert(1)</script> \xe2\x80\xa8 "
    "\xe8\xaf\x95\","
    "\"runs\":[{\"run\":1,\"model\":\"=m,1\",\"task\":\"sums\"},{\"run\":2,\"model\":\"two\","
    "\"task\":\"sums\"}],"
    "\"groups\":[],\"comparisons\":[],\"samples\":["
    "{\"sample\":10,\"run\":1,\"item_key\":\"a\",\"repeat\":0,\"outcome\":\"scored\","
    "\"prompt\":[{\"role\":\"user\",\"content\":\"<!-- 1+1 \\u2029\"}],\"output\":\"=1+1\\n2\","
    "\"target\":\"-2\",\"judgements\":[{\"metric\":\"exact_match\",\"filter\":\"none\",\"value\":1,"
    "\"extracted\":\"2\"},{\"metric\":\"exact_match\",\"filter\":\"strict\",\"value\":0,"
    "\"extracted\":\"\"}],"
    "\"prompt_tokens\":7,\"seconds\":0.5,\"cost\":null,\"error\":\"\"},"
    "{\"sample\":11,\"run\":2,\"item_key\":\"+b\",\"repeat\":0,\"outcome\":\"error\","
    "\"prompt\":[{\"role\":\"user\",\"content\":\"<!-- 1+1 \\u2029\"}],\"output\":null,"
    "\"target\":\"say \\\"hi\\\"\",\"judgements\":[],\"error\":\"@no reply\"}]}";

static Json parsed(Arena *a, Str text)
{
    Json value;
    Err err = {0};
    CHECK_OK(json_parse(a, text, &value, &err), err);
    return value;
}

static Str page_of(Arena *a, const Json *document)
{
    Err err = {0};
    StrBuf out = strbuf_make(a, 16 * MIB);
    CHECK_OK(report_html(document, &out, &err), err);
    return strbuf_str(&out);
}

static size_t occurrences(Str text, const char *what)
{
    size_t n = 0;
    for (ptrdiff_t at = 0; (at = str_find_from(text, str_from(what), (size_t)at)) >= 0; at++)
        n++;
    return n;
}

/* The JSON between the tags of the data element `id`. */
static Json embedded(Arena *a, Str page, const char *id)
{
    Str tag = str_printf(a, "id=\"%s\">", id);
    ptrdiff_t at = str_find(page, tag);
    CHECK(at > 0);
    Str rest = str_after(page, (size_t)at + tag.len);
    return parsed(a, str_slice(rest, 0, (size_t)str_find(rest, STR("</script>"))));
}

TEST(report_page_holds_the_document_as_data)
{
    SCOPED_ARENA(a);
    Json document = parsed(&a, str_from(document_text));
    Str page = page_of(&a, &document);
    Json head = embedded(&a, page, "head-data"), samples = embedded(&a, page, "sample-data");
    CHECK(json_equal(json_get(&head, "title"), json_get(&document, "title")));
    CHECK(json_equal(json_get(&head, "runs"), json_get(&document, "runs")));
    CHECK(!json_get(&head, "samples"));
    CHECK_INT(json_get(&samples, "samples")->len, 2);
    CHECK_STR(json_text(json_path(&samples, "samples.0.output")), "=1+1\n2");
}

TEST(report_page_writes_a_shared_prompt_once)
{
    SCOPED_ARENA(a);
    Json document = parsed(&a, str_from(document_text));
    Json samples = embedded(&a, page_of(&a, &document), "sample-data");
    CHECK_INT(json_get(&samples, "texts")->len, 1);
    CHECK_INT(json_int(json_path(&samples, "samples.1.prompt"), -1), 0);
    CHECK(json_equal(json_path(&samples, "texts.0"), json_path(&document, "samples.0.prompt")));
}

TEST(report_page_lets_no_text_become_markup)
{
    SCOPED_ARENA(a);
    Json document = parsed(&a, str_from(document_text)), empty = parsed(&a, STR("{}"));
    Str page = page_of(&a, &document), plain = page_of(&a, &empty);
    static const char *const marks[] = {"<script", "</script", "<!--", "\xe2\x80\xa8",
                                        "\xe2\x80\xa9"};
    for (size_t i = 0; i < COUNT(marks); i++)
        CHECK_INT(occurrences(page, marks[i]), occurrences(plain, marks[i]));
    CHECK(occurrences(plain, "</script>") == 3);
    CHECK(occurrences(page, "alert(1)") == 1);
}

TEST(report_page_asks_for_nothing_from_elsewhere)
{
    SCOPED_ARENA(a);
    Json empty = parsed(&a, STR("{}"));
    Str page = page_of(&a, &empty);
    static const char *const loads[] = {"src=",   "@import", "url(",      "<link",
                                        "fetch(", "XMLHttp", "innerHTML", "eval("};
    for (size_t i = 0; i < COUNT(loads); i++)
        CHECK_INT(occurrences(page, loads[i]), 0);
    CHECK_INT(occurrences(page, "default-src 'none'"), 1);
    CHECK_INT(occurrences(page, "'sha256-"), 2);
    CHECK_INT(occurrences(page, "unsafe-inline"), 0);
    CHECK_INT(occurrences(page, "{{"), 0);
}

TEST(report_says_when_it_does_not_fit)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Json document = parsed(&a, str_from(document_text)), text = json_str(STR("x"));
    static Status (*const kinds[])(const Json *, StrBuf *, Err *) = {report_html, report_csv,
                                                                     report_jsonl};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        StrBuf small = strbuf_make(&a, 50);
        CHECK_INT(kinds[i](&document, &small, &err), E_LIMIT);
    }
    StrBuf out = strbuf_make(&a, MIB);
    CHECK_INT(report_html(&text, &out, &err), E_USAGE);
}

TEST(report_csv_reads_back_and_runs_no_formula)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Json document = parsed(&a, str_from(document_text));
    StrBuf out = strbuf_make(&a, MIB);
    CHECK_OK(report_csv(&document, &out, &err), err);
    CHECK(str_starts(strbuf_str(&out), STR("\xef\xbb\xbfrun,model,")));
    CsvReader reader = csv_reader(strbuf_str(&out), ',');
    CsvRecord head, one, two, none;
    bool more;
    CHECK_OK(csv_next(&reader, &a, &head, &more, &err), err);
    CHECK_OK(csv_next(&reader, &a, &one, &more, &err), err);
    CHECK_OK(csv_next(&reader, &a, &two, &more, &err), err);
    CHECK(more);
    CHECK_OK(csv_next(&reader, &a, &none, &more, &err), err);
    CHECK(!more);
    static const char *const want[][3] = {
        {"run", "1", "2"},           {"model", "'=m,1", "two"},
        {"task", "sums", "sums"},    {"item", "a", "'+b"},
        {"repeat", "0", "0"},        {"outcome", "scored", "error"},
        {"exact_match", "1", ""},    {"exact_match (strict)", "0", ""},
        {"extracted", "2", ""},      {"target", "-2", "say \"hi\""},
        {"prompt", NULL, NULL},      {"output", "'=1+1\n2", ""},
        {"prompt_tokens", "7", ""},  {"completion_tokens", "", ""},
        {"seconds", "0.5", ""},      {"cost", "", ""},
        {"error", "", "'@no reply"},
    };
    CHECK_INT(head.n_fields, COUNT(want));
    CHECK_INT(one.n_fields, COUNT(want));
    CHECK_INT(two.n_fields, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        CHECK_STR(head.fields[i], want[i][0]);
        if (want[i][1]) {
            CHECK_STR(one.fields[i], want[i][1]);
            CHECK_STR(two.fields[i], want[i][2]);
        }
    }
}

TEST(report_csv_hides_no_formula_behind_a_nul)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Json document = parsed(&a, STR("{\"samples\":[{\"item_key\":\"\\u0000=2\"}]}"));
    StrBuf out = strbuf_make(&a, MIB);
    CHECK_OK(report_csv(&document, &out, &err), err);
    CHECK(str_find(strbuf_str(&out), STR("\r\n,,,'=2,")) > 0);
}

TEST(report_jsonl_is_one_object_a_line)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Json document = parsed(&a, str_from(document_text));
    StrBuf out = strbuf_make(&a, MIB);
    CHECK_OK(report_jsonl(&document, &out, &err), err);
    Str rest = strbuf_str(&out), first = str_split(&rest, '\n'), second = str_split(&rest, '\n');
    CHECK_INT(rest.len, 0);
    Json one = parsed(&a, first), two = parsed(&a, second);
    CHECK_STR(json_text(json_get(&one, "model")), "=m,1");
    CHECK_STR(json_text(json_get(&two, "task")), "sums");
    CHECK_INT(json_int(json_get(&two, "sample"), 0), 11);
    CHECK(json_equal(json_get(&one, "judgements"), json_path(&document, "samples.0.judgements")));
}

TEST(report_of_an_empty_document_is_a_page_too)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Json empty = parsed(&a, STR("{\"runs\":null,\"samples\":7}"));
    StrBuf csv = strbuf_make(&a, MIB), lines = strbuf_make(&a, MIB);
    CHECK(page_of(&a, &empty).len > 10000);
    CHECK_OK(report_csv(&empty, &csv, &err), err);
    CHECK_INT(occurrences(strbuf_str(&csv), "\r\n"), 1);
    CHECK_OK(report_jsonl(&empty, &lines, &err), err);
    CHECK_INT(lines.len, 0);
}
