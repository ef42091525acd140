/* duck.c - loading DuckDB, and what its child process may do. */
#include "pack/duck.h"

#include "base/limits.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_WORDS = 600 };

/* The parts of duckdb.h (DuckDB 1.x, C API) that are used. */
typedef struct DuckResult {
    uint64_t counts[3];
    void *columns;
    char *error;
    void *internal;
} DuckResult;

typedef struct Duck {
    int (*open)(const char *path, void **database);
    int (*connect)(void *database, void **connection);
    int (*query)(void *connection, const char *sql, DuckResult *result);
    const char *(*result_error)(DuckResult *result);
    void (*destroy_result)(DuckResult *result);
} Duck;

static const char no_library[] =
    "Parquet needs the library of DuckDB, which is not there; \"tools/install-deps "
    "parquet\" installs it, or name it in ASSAY_DUCKDB (docs/DATA.md)";

/* Where the library may be: named, beside the program, or where the system looks. */
static void *load_library(Arena *arena)
{
    char self[4096];
    const char *named = getenv("ASSAY_DUCKDB");
    if (named && named[0])
        return dlopen(named, RTLD_NOW | RTLD_LOCAL);
    ssize_t len = readlink("/proc/self/exe", self, sizeof self);
    Str dir = {self, len > 0 ? (size_t)len : 0};
    ptrdiff_t slash = str_rfind_char(dir, '/');
    dir.len = slash > 0 ? (size_t)slash : 0;
    static const char *const below[] = {
        "/../lib/assay/libduckdb.so",
        "/../duckdb/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so",
    };
    for (size_t i = 0; i < COUNT(below); i++) {
        Str path = str_printf(arena, "%.*s%s", (int)dir.len, dir.ptr, below[i]);
        void *library = dlopen(path.ptr, RTLD_NOW | RTLD_LOCAL);
        if (library)
            return library;
    }
    return dlopen("libduckdb.so", RTLD_NOW | RTLD_LOCAL);
}

static bool load_duck(void *library, Duck *duck)
{
    const struct {
        const char *name;
        void *slot;
    } wanted[] = {
        {"duckdb_open", &duck->open},
        {"duckdb_connect", &duck->connect},
        {"duckdb_query", &duck->query},
        {"duckdb_result_error", &duck->result_error},
        {"duckdb_destroy_result", &duck->destroy_result},
    };
    for (size_t i = 0; i < COUNT(wanted); i++) {
        void *symbol = dlsym(library, wanted[i].name);
        if (!symbol)
            return false;
        memcpy(wanted[i].slot, &symbol, sizeof symbol);
    }
    return true;
}

/* ---- in the child ---- */

static void limit(int what, rlim_t most)
{
    struct rlimit r = {most, most};
    setrlimit((__rlimit_resource_t)what, &r);
}

_Noreturn static void say_and_end(int words, const char *what)
{
    size_t len = strlen(what);
    ssize_t n = write(words, what, len < MOST_WORDS ? len : MOST_WORDS);
    _exit(n < 0 ? 2 : 1);
}

_Noreturn static void child(const char *sql, int words)
{
    SCOPED_ARENA(arena);
    Duck duck;
    void *database = NULL, *connection = NULL;
    limit(RLIMIT_CPU, DUCK_CPU_SECONDS);
    limit(RLIMIT_FSIZE, LIMIT_EXPANDED);
    limit(RLIMIT_CORE, 0);
    void *library = load_library(&arena);
    if (!library || !load_duck(library, &duck))
        say_and_end(words, no_library);
    if (duck.open(NULL, &database) || duck.connect(database, &connection))
        say_and_end(words, "could not start DuckDB");
    const char *steps[] = {
        "SET autoinstall_known_extensions=false",
        "SET autoload_known_extensions=false",
        "SET memory_limit='2GB'",
        "SET threads=2",
        "SET temp_directory=''",
        "SET lock_configuration=true",
        sql,
    };
    for (size_t i = 0; i < COUNT(steps); i++) {
        DuckResult result = {0};
        if (duck.query(connection, steps[i], &result)) {
            const char *why = duck.result_error(&result);
            say_and_end(words, why ? why : "DuckDB does not say why");
        }
        duck.destroy_result(&result);
    }
    _exit(0);
}

/* ---- in the parent ---- */

static size_t read_words(int from, char *into, size_t room)
{
    size_t len = 0;
    while (len < room) {
        ssize_t n = read(from, into + len, room - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    return len;
}

/* How the child ended; of its words the first line. */
static Status outcome(const DuckJob *job, int status, Str words, Err *err)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return OK;
    if (str_eqc(words, no_library))
        return err_set(err, E_MISSING, "%s", no_library);
    if (WIFSIGNALED(status))
        return err_set(err, E_LIMIT,
                       "cannot %s it as Parquet: ended by signal %d, it is damaged or needs more "
                       "than %d s or %zu bytes",
                       job->verb, WTERMSIG(status), DUCK_CPU_SECONDS, LIMIT_EXPANDED);
    Str line = str_split(&words, '\n');
    return err_set(err, E_PARSE, "cannot %s it as Parquet: " STR_FMT, job->verb, STR_ARG(line));
}

Status duck_run(const DuckJob *job, Err *err)
{
    int pipes[2], status = 0;
    char words[MOST_WORDS];
    if (pipe(pipes) != 0)
        return err_set(err, E_IO, "could not make a pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        close(pipes[0]);
        child(job->sql, pipes[1]);
    }
    close(pipes[1]);
    if (pid < 0) {
        close(pipes[0]);
        return err_set(err, E_IO, "could not start a process: %s", strerror(errno));
    }
    Str said = {words, read_words(pipes[0], words, sizeof words)};
    close(pipes[0]);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(err, E_IO, "could not wait for a process: %s", strerror(errno));
    return outcome(job, status, said, err);
}
