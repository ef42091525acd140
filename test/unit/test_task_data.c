/* test_task_data.c - data files: formats, places, malformed records, threads. */
#include "task_fixture.h"

#include "base/limits.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

static DataFile *open_text(Arena *a, const char *name, const char *text, const char *dotted)
{
    Err err = {0};
    DataFile *file = NULL;
    const char *path = put_file(a, test_folder(), name, text);
    if (dotted)
        CHECK_OK(datafile_open_at(a, path, dotted, &file, &err), err);
    else
        CHECK_OK(datafile_open(a, path, &file, &err), err);
    return file;
}

static Str record(Arena *a, const DataFile *file, size_t index)
{
    Err err = {0};
    Json value;
    const Docs *docs = datafile_docs(file);
    CHECK_OK(docs->get(docs, index, a, &value, &err), err);
    return json_dump(a, &value);
}

TEST(task_data_is_read_from_every_format_by_position)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *name, *text, *dotted;
        size_t last_line;
    } cases[] = {
        {"x.jsonl", "{\"a\":\"1\",\"b\":\"x,y\"}\n{\"a\":\"2\",\"b\":\"\"}\n", NULL, 2},
        {"x.jsonl",
         "\xef\xbb\xbf\n {\"a\":\"1\",\"b\":\"x,y\"}\r\n\r\n \t\n{\"a\":\"2\",\"b\":\"\"}", NULL,
         5},
        {"x.json", "[{\"a\":\"1\",\"b\":\"x,y\"},\n\n{\"a\":\"2\",\"b\":\"\"}\n]\n", NULL, 3},
        {"x.json", "{\"a\":\"1\",\"b\":\"x,y\"}\n{\"a\":\"2\",\"b\":\"\"}\n", NULL, 2},
        {"x.json",
         "{\"n\":[1,{\"k\":\"]\"}],\"o\":{\"l\":[\n{\"a\":\"1\",\"b\":\"x,y\"},"
         "{\"a\":\"2\",\"b\":\"\"}]}}",
         "o.l", 2},
        {"x.csv", "a,b\n1,\"x,y\"\n\n2,\n", NULL, 4},
        {"x.csv",
         "\xef\xbb\xbf"
         "a,b\r\n1,\"x,y\"\r\n2,\"\"\r\n",
         NULL, 3},
        {"x.tsv", "a\tb\n1\tx,y\n2\t\n", NULL, 3},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        DataFile *file = open_text(&a, cases[i].name, cases[i].text, cases[i].dotted);
        CHECK_INT(datafile_docs(file)->len, 2);
        CHECK_STR(record(&a, file, 1), "{\"a\":\"2\",\"b\":\"\"}");
        CHECK_STR(record(&a, file, 0), "{\"a\":\"1\",\"b\":\"x,y\"}");
        CHECK_INT(datafile_line(file, 1), cases[i].last_line);
        CHECK_INT(datafile_hash(file, &a).len, 32);
        datafile_close(file);
    }
}

TEST(task_data_with_a_malformed_record_is_refused_with_its_line)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *name, *text, *dotted, *error;
    } cases[] = {
        {"x.jsonl", "{\"a\":1}\n{\"a\":\n{\"a\":2}\n", NULL, "x.jsonl:2: line 1 column 6"},
        {"x.jsonl", "{\"a\":1}\n[1]\n", NULL, "x.jsonl:2: a record must be an object"},
        {"x.jsonl", "{\"a\":1}\n{\"a\":\"\xff\"}\n", NULL,
         "x.jsonl:2: line 1 column 7: text is not"},
        {"x.json", "[{\"a\":1}\n,{\"a\":}]", NULL, "x.json:2: "},
        {"x.json", "[{\"a\":1}\n{\"a\":2}]", NULL, "x.json:2: expected ',' or ']'"},
        {"x.json", "[{\"a\":1},\n", NULL, "x.json:2: unexpected end"},
        {"x.json", "[{\"a\":1}] x", NULL, "text after the array"},
        {"x.json", "{\"a\":[{}]}", NULL, "one object, not an array"},
        {"x.json", "{\"a\":[{}]}", "b", "has no \"b\""},
        {"x.json", "{\"a\":[{}]}", "a.b", "expected an object on the way"},
        {"x.json", "{\"a\":{}}", "a", "expected an array of records"},
        {"x.csv", "a,b\n1,2\n3\n", NULL,
         "x.csv:3: the record has 1 fields, the first line names 2"},
        {"x.csv", "a,a\n", NULL, "column \"a\" is named twice"},
        {"x.csv", "", NULL, "the file is empty"},
        {"x.csv", "a\n\"b", NULL, "x.csv"},
        {"x.txt", "a", NULL, "must end in .jsonl, .json, .csv or .tsv"},
        {"x.csv.gz", "a\n1\n", NULL, "is no gzip file"},
        {"x.xlsx.gz", "a", NULL, "must end in"},
        {"x.csv", "a,b\ncaf\xe9,1\n", NULL,
         "x.csv:2: line 2: bytes that are not UTF-8; if it is "
         "not UTF-8, name its encoding"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Err err = {0};
        DataFile *file = NULL;
        const char *path = put_file(&a, test_folder(), cases[i].name, cases[i].text);
        Status status = cases[i].dotted ? datafile_open_at(&a, path, cases[i].dotted, &file, &err)
                                        : datafile_open(&a, path, &file, &err);
        if (status == OK || file || !strstr(err.msg, cases[i].error))
            test_fail(__FILE__, __LINE__, "case %zu: %s", i, err.msg);
    }
}

/* Opens with bad records skipped; lines of the bad ones as text. */
static Str skipped(Arena *a, const char *name, const char *text, size_t *n_left)
{
    Err err = {0};
    DataFile *file = NULL;
    const char *path = put_file(a, test_folder(), name, text);
    CHECK_OK(datafile_open_with(a, path, &(DataOptions){.skip_bad = true}, &file, &err), err);
    const DataReport *report = datafile_report(file);
    StrBuf lines = strbuf_make(a, MIB);
    for (size_t i = 0; i < report->n_named; i++)
        strbuf_addf(&lines, "%zu ", report->bad[i].line);
    CHECK_INT(report->n_bad, report->n_named);
    *n_left = datafile_docs(file)->len;
    for (size_t i = 0; i < *n_left; i++) /* every record left is whole, and in order */
        CHECK_STR(record(a, file, i), str_printf(a, "{\"a\":\"%zu\"}", i).ptr);
    datafile_close(file);
    return strbuf_str(&lines);
}

TEST(task_data_leaves_malformed_records_out_when_told_and_names_their_lines)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *name, *text, *lines;
        size_t left;
    } cases[] = {
        {"x.jsonl", "{\"a\":\"0\"}\n{\"a\":\n{\"a\":\"1\"}\n\n[]\n{\"a\":\"2\"}\n\xff\n", "2 5 7 ",
         3},
        {"x.jsonl", "x\n{\"a\":\"0\"}", "1 ", 1},
        {"x.jsonl", "x\ny\n", "1 2 ", 0},
        {"x.json", "[{\"a\":\"0\"},\n7,\n{\"a\":\"1\"},{\"b\":}\n]", "2 3 ", 2},
        {"x.csv", "a\n0\n1,2\n1\n\xff\n2\n", "3 5 ", 3},
        {"x.csv", "a\n0\n\"x\"y\n1\n\"open\n2\n", "3 5 ", 3},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t left;
        CHECK_STR(skipped(&a, cases[i].name, cases[i].text, &left), cases[i].lines);
        CHECK_INT(left, cases[i].left);
    }
}

TEST(task_data_in_other_encodings_is_read_as_utf8)
{
    SCOPED_ARENA(a);
    DataFile *file = open_text(&a, "x.csv", "a\n\xc4\xa3\xd0\xcd\xc6\xc0\xb2\xe2\n", NULL);
    CHECK_STR(record(&a, file, 0), "{\"a\":\"模型评测\"}");
    CHECK_STR(str_from(datafile_report(file)->encoding), "GB18030");
    datafile_close(file);
}

TEST(task_data_is_found_below_its_folder_and_nowhere_else)
{
    SCOPED_ARENA(a);
    Err err = {0};
    const char *empty = test_folder(), *dir = test_folder(), *path = NULL;
    put_file(&a, dir, "org/set/default/test.csv", "a\n1\n");
    put_file(&a, dir, "secret.jsonl", "{}\n");
    const char *dirs[] = {empty, dir};
    CHECK_OK(datafile_find(&a, dirs, 2, STR("org/set"), (Str){0}, STR("test"), &path, &err), err);
    CHECK(str_ends(str_from(path), STR("org/set/default/test.csv")));
    CHECK(datafile_find(&a, dirs, 2, STR("org/set"), STR("b"), STR("dev"), &path, &err) ==
          E_MISSING);
    CHECK(strstr(err.msg, "has no split \"dev\""));
    CHECK(datafile_find(&a, dirs, 2, STR("org"), STR("../.."), STR("secret"), &path, &err) ==
          E_USAGE);
    CHECK(datafile_find(&a, dirs, 2, STR("/etc"), STR("x"), STR("y"), &path, &err) == E_USAGE);
    CHECK(datafile_find(&a, dirs, 2, (Str){0}, STR("x"), STR("y"), &path, &err) == E_USAGE);
}

TEST(task_data_hash_follows_the_content)
{
    SCOPED_ARENA(a);
    DataFile *x = open_text(&a, "x.jsonl", "{\"a\":1}\n", NULL);
    DataFile *y = open_text(&a, "y.jsonl", "{\"a\":1}\n", NULL);
    DataFile *z = open_text(&a, "y.jsonl", "{\"a\":2}\n", NULL);
    CHECK(str_eq(datafile_hash(x, &a), datafile_hash(y, &a)));
    CHECK(!str_eq(datafile_hash(x, &a), datafile_hash(z, &a)));
    datafile_close(x);
    datafile_close(y);
    datafile_close(z);
    datafile_close(NULL);
}

TEST(task_data_that_is_written_to_while_in_use_is_refused)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Json value;
    DataFile *file;
    const char *path = put_file(&a, test_folder(), "w.jsonl", "{\"a\":1}\n{\"a\":2}\n");
    CHECK_OK(datafile_open(&a, path, &file, &err), err);
    const Docs *docs = datafile_docs(file);
    const struct timespec times[] = {{.tv_sec = 1}, {.tv_sec = 1}};
    CHECK_STR(record(&a, file, 0), "{\"a\":1}");
    int in_place = open(path, O_WRONLY);
    CHECK(pwrite(in_place, "{\"a\":3}", 7, 8) == 7);
    CHECK(futimens(in_place, times) == 0); /* the clock of files may not have moved on */
    close(in_place);
    CHECK(docs->get(docs, 1, &a, &value, &err) == E_CONFLICT);
    CHECK(strstr(err.msg, "was changed while it was in use"));
    err = (Err){0};
    CHECK(datafile_scan_get(datafile_scan(&a, file), 0, &a, &value, &err) == E_CONFLICT);
    CHECK(strstr(err.msg, "was changed while it was in use"));
    datafile_close(file);
}

/* Several threads check a large file; the first bad record is named, whoever meets which. */
TEST(task_data_read_by_threads_names_the_first_bad_record)
{
    SCOPED_ARENA(a);
    enum { LINES = 40000, FIRST = 20011 };
    StrBuf text = strbuf_make(&a, 8 << 20);
    for (int i = 1; i <= LINES; i++)
        strbuf_adds(&text, i == FIRST || i == FIRST + 1 || i > FIRST + 9000
                               ? "{\"question\": \"no end\n"
                               : "{\"question\": \"How much is it?\", \"answer\": \"twelve\"}\n");
    const char *path = put_file(&a, test_folder(), "many.jsonl", strbuf_str(&text).ptr);
    for (int round = 0; round < 20; round++) {
        SCOPED_ARENA(b);
        Err err = {0};
        DataFile *file;
        CHECK(datafile_open(&b, path, &file, &err) == E_PARSE);
        CHECK(strstr(err.msg, "many.jsonl:20011: "));
    }
}

enum { RECORDS = 500, THREADS = 4 };

typedef struct Reader {
    const TaskBound *bound;
    size_t start;
    bool fine;
} Reader;

static void *read_all(void *arg)
{
    Reader *r = arg;
    r->fine = true;
    for (size_t i = 0; i < RECORDS; i++) {
        SCOPED_ARENA(a);
        size_t at = (r->start + i * 7) % RECORDS;
        TaskItem item;
        Str want = str_printf(&a, "%zu?", at);
        r->fine &= task_item(r->bound, at, &a, &item, NULL) == OK &&
                   str_ends(item.requests[0].context, want) &&
                   str_eq(item.target_text, str_slice(want, 0, want.len - 1));
    }
    return NULL;
}

TEST(task_items_are_built_by_several_threads_at_once)
{
    SCOPED_ARENA(a);
    Err err = {0};
    StrBuf text = strbuf_make(&a, 1 << 20);
    for (size_t i = 0; i < RECORDS; i++)
        strbuf_addf(&text, "{\"q\":\"%zu\"}\n", i);
    DataFile *file = open_text(&a, "x.jsonl", strbuf_str(&text).ptr, NULL);
    const Task *t = task_of(&a, "task: t\ndataset_path: d\ntest_split: test\nfewshot_split: dev\n"
                                "doc_to_text: '{{q}}?'\ndoc_to_target: q\nnum_fewshot: 3\n");
    TaskBound *bound;
    const Docs *docs = datafile_docs(file);
    CHECK_OK(task_bind(&a, t, docs, docs, &(BindOptions){.fewshot_seed = 1}, &bound, &err), err);
    pthread_t threads[THREADS];
    Reader readers[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        readers[i] = (Reader){bound, i * 100, false};
        CHECK(pthread_create(&threads[i], NULL, read_all, &readers[i]) == 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK(readers[i].fine);
    }
    datafile_close(file);
}
