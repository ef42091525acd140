/* test_process.c - children that are asked in lines. */
#include "base/process.h"
#include "test.h"

#include "base/limits.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static Process *start(const char *command)
{
    Err err = {0};
    Process *p = NULL;
    CHECK_OK(process_start(command, NULL, &p, &err), err);
    return p;
}

static Status ask(Process *p, Str line, size_t limit, double seconds, Arena *a, Str *out, Err *err)
{
    ProcessQuestion q = {.line = line, .limit = limit, .seconds = seconds};
    return process_ask(p, &q, a, out, err);
}

TEST(a_process_answers_line_by_line)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str out;
    Process *p = start("while read -r line; do printf 'got %s\\r\\n' \"$line\"; done");
    for (int i = 0; i < 3; i++) {
        Str line = str_printf(&a, "line %d", i);
        CHECK_OK(ask(p, line, 1000, 20, &a, &out, &err), err);
        CHECK_STR(out, str_printf(&a, "got line %d", i).ptr);
    }
    process_stop(p);
    process_stop(NULL);
}

/* Longer than what the pipes hold, while the child answers before it has read all. */
TEST(a_process_and_we_do_not_wait_for_each_other)
{
    enum { LONG = 3 << 20 };
    SCOPED_ARENA(a);
    Err err = {0};
    Str out;
    char *line = arena_alloc(&a, LONG);
    memset(line, 'x', LONG);
    Process *p = start("cat");
    CHECK_OK(ask(p, (Str){line, LONG}, LIMIT_REPLY, 60, &a, &out, &err), err);
    CHECK(str_eq(out, (Str){line, LONG}));
    process_stop(p);
}

TEST(a_process_that_fails_is_described)
{
    static const struct {
        const char *command, *words;
        Status status;
    } cases[] = {
        {"echo first >&2; echo 'no memory' >&2; exit 3", "exit status 3): no memory", E_IO},
        {"no-such-program-here", "exit status 127", E_MISSING},
        {"kill -9 $$", "signal 9", E_IO},
        {"exec >&-; exec sleep 60", "closed its output", E_IO},
        {"read -r x; sleep 60", "within 0.05 seconds", E_REMOTE},
        {"read -r x; head -c 3000 /dev/zero | tr '\\0' y; sleep 60", "longer than 1000", E_LIMIT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        Str out;
        Process *p = start(cases[i].command);
        double seconds = cases[i].status == E_REMOTE ? 0.05 : 20;
        Status status = ask(p, STR("x"), 1000, seconds, &a, &out, &err);
        if (status != cases[i].status || !strstr(err.msg, cases[i].words))
            test_fail(__FILE__, __LINE__, "%s: %d, %s", cases[i].command, (int)status, err.msg);
        process_stop(p);
    }
}

TEST(a_process_that_says_too_much_is_not_believed)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str out;
    Process *p = start("read -r x; printf 'one\\ntwo\\n'; read -r x; printf 'three\\n'");
    CHECK_OK(ask(p, STR("x"), 1000, 20, &a, &out, &err), err);
    CHECK_STR(out, "one");
    CHECK(ask(p, STR("x"), 1000, 20, &a, &out, &err) == E_PARSE);
    process_stop(p);
}

/* A second line that comes after the first was taken is no answer to the next question. */
TEST(a_process_that_speaks_unasked_is_not_believed)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str out;
    char done[8];
    const char *go = str_printf(&a, "%s/go", test_folder()).ptr;
    CHECK(mkfifo(go, 0600) == 0);
    Process *p = start(str_printf(&a,
                                  "read -r x; echo one; read -r y < %s; echo two; echo done > %s; "
                                  "read -r x; echo three",
                                  go, go)
                           .ptr);
    CHECK_OK(ask(p, STR("x"), 1000, 20, &a, &out, &err), err);
    int to = open(go, O_WRONLY);
    CHECK(write(to, "\n", 1) == 1);
    close(to);
    int from = open(go, O_RDONLY);
    CHECK(read(from, done, sizeof done) > 0);
    close(from);
    CHECK(ask(p, STR("x"), 1000, 20, &a, &out, &err) == E_PARSE);
    process_stop(p);
}

TEST(a_process_is_not_waited_for_once_told_to_stop)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str out;
    Process *p;
    atomic_int stop = 0;
    CHECK_OK(process_start("read -r x; echo one; read -r x; sleep 60", &stop, &p, &err), err);
    CHECK_OK(ask(p, STR("x"), 1000, 20, &a, &out, &err), err);
    atomic_store(&stop, 2);
    CHECK(ask(p, STR("x"), 1000, 20, &a, &out, &err) == E_REMOTE);
    CHECK_STR(str_from(err.msg), "interrupted");
    process_stop(p);
}

static bool is_for(void *user, Str line)
{
    return str_starts(line, *(const Str *)user);
}

/* What answers an earlier question, or none, is dropped where answers can be told. */
TEST(lines_that_answer_no_question_can_be_dropped)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str out, id = STR("1 ");
    Process *p = start("while read -r n; do echo log; echo $n yes; echo log; echo $n again; done");
    ProcessQuestion q = {
        .line = STR("1"), .limit = 1000, .seconds = 20, .answers = is_for, .user = &id};
    CHECK_OK(process_ask(p, &q, &a, &out, &err), err);
    CHECK_STR(out, "1 yes");
    q.line = STR("2");
    id = STR("2 ");
    CHECK_OK(process_ask(p, &q, &a, &out, &err), err);
    CHECK_STR(out, "2 yes");
    process_stop(p);
    p = start("yes log");
    CHECK(process_ask(p, &q, &a, &out, &err) == E_PARSE);
    CHECK(strstr(err.msg, "more than 1000 lines"));
    process_stop(p);
}

/* 200 MB of standard error would take minutes at the rate it is read, and no memory. */
TEST(the_standard_error_of_a_process_is_bounded_while_it_is_asked)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str out;
    Process *p = start("read -r x; (head -c 200000000 /dev/zero; echo) >&2; echo one");
    CHECK(ask(p, STR("x"), 1000, 0.3, &a, &out, &err) == E_REMOTE);
    process_stop(p);
    p = start("read -r x; head -c 300000 /dev/zero >&2; echo >&2; echo end >&2; exit 3");
    CHECK(ask(p, STR("x"), 1000, 20, &a, &out, &err) == E_IO);
    CHECK_STR(str_from(err.msg), "the program ended (exit status 3): end");
    process_stop(p);
}
