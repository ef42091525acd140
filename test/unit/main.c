/* main.c - runs the registered unit tests; `unit WORD` runs those whose file or name has WORD. */
#include "test.h"

#include "base/vec.h"

#include <ftw.h>
#include <unistd.h>

enum { MAX_TESTS = 4096 };

typedef struct Case {
    const char *file, *name;
    void (*run)(void **state);
} Case;

static Case cases[MAX_TESTS];
static size_t n_cases;
static Arena keep;

void test_register(const char *file, const char *name, void (*run)(void **state))
{
    if (n_cases == MAX_TESTS)
        abort();
    cases[n_cases++] = (Case){file, name, run};
}

void test_fail(const char *file, int line, const char *fmt, ...)
{
    char text[2000];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    print_error("%s\n", text);
    _fail(file, line);
    abort();
}

const char *test_shared(const char *path)
{
    const char *root = access("../shared", R_OK) == 0 ? "../shared" : getenv("ASSAY_SHARED");
    if (!root)
        return NULL;
    const char *full = str_printf(&keep, "%s/%s", root, path).ptr;
    return access(full, R_OK) == 0 ? full : NULL;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static VEC(const char *) folders;

const char *test_folder(void)
{
    char *path = arena_copy(&keep, "/tmp/assay-test-XXXXXX", 22);
    if (!mkdtemp(path))
        abort();
    vec_push(&keep, &folders, path);
    return path;
}

static int by_file(const void *a, const void *b)
{
    return strcmp(((const Case *)a)->file, ((const Case *)b)->file);
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[MAX_TESTS];
    size_t n = 0;
    qsort(cases, n_cases, sizeof *cases, by_file);
    for (size_t i = 0; i < n_cases; i++)
        if (argc < 2 || strstr(cases[i].file, argv[1]) || strstr(cases[i].name, argv[1]))
            tests[n++] = (struct CMUnitTest){.name = cases[i].name, .test_func = cases[i].run};
    int failed = _cmocka_run_group_tests("unit", tests, n, NULL, NULL);
    for (size_t i = 0; i < folders.len; i++)
        nftw(folders.items[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(&keep);
    return failed != 0;
}
