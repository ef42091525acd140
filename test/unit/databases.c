/* databases.c - the temporary PostgreSQL and fresh SQLite files. */
#include "databases.h"

#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static Arena keep;
static pid_t server;
static const char *folder;
static int n_databases;

static const char *server_folder(void)
{
    static const char *const places[] = {"/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin",
                                         "/usr/lib/postgresql/17/bin"};
    for (size_t i = 0; i < COUNT(places); i++)
        if (access(str_printf(&keep, "%s/initdb", places[i]).ptr, X_OK) == 0)
            return places[i];
    return NULL;
}

/* PostgreSQL refuses to run as root; root becomes the user postgres. */
static pid_t start(const char *command)
{
    const char *as_user = geteuid() == 0 ? "exec setpriv --reuid=postgres --regid=postgres "
                                           "--clear-groups "
                                         : "exec ";
    Str line = str_printf(&keep, "%s%s >>%s/log 2>&1", as_user, command, folder);
    char sh[] = "sh", c[] = "-c", *text = arena_copy(&keep, line.ptr, line.len);
    char *argv[] = {sh, c, text, NULL};
    pid_t pid = 0;
    return posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) == 0 ? pid : -1;
}

static bool run(const char *command)
{
    int status = 1;
    pid_t pid = start(command);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void stop_server(void)
{
    if (server > 0) {
        kill(server, SIGQUIT);
        waitpid(server, NULL, 0);
    }
}

static bool start_server(const char *bin)
{
    char template[] = "/tmp/assay-pg-XXXXXX";
    if (!mkdtemp(template))
        return false;
    folder = str_copy(&keep, str_from(template)).ptr;
    if (geteuid() == 0 && chmod(folder, 0777) != 0)
        return false;
    if (!run(str_printf(&keep, "%s/initdb -D %s/data -U assay -A trust -E UTF8 --no-sync", bin,
                        folder)
                 .ptr))
        return false;
    server =
        start(str_printf(&keep, "%s/postgres -D %s/data -k %s -c listen_addresses= -c fsync=off",
                         bin, folder, folder)
                  .ptr);
    atexit(stop_server);
    /* pg_isready with a bound of its own: it waits for the server, we wait for it. */
    for (int i = 0; i < 200; i++) {
        if (run(str_printf(&keep, "%s/pg_isready -q -t 5 -h %s -U assay", bin, folder).ptr))
            return true;
        usleep(50000);
    }
    return false;
}

static const char *fresh_postgres(void)
{
    static int state; /* 0 unknown, 1 running, -1 not to be had */
    const char *bin = server_folder();
    if (!state)
        state = bin && start_server(bin) ? 1 : -1;
    if (state < 0) {
        print_message("PostgreSQL is not to be had here: tested on SQLite alone\n");
        return NULL;
    }
    const char *name = str_printf(&keep, "t%d", ++n_databases).ptr;
    if (!run(str_printf(&keep, "%s/createdb -h %s -U assay %s", bin, folder, name).ptr))
        return NULL;
    return str_printf(&keep, "postgres:///%s?host=%s&user=assay", name, folder).ptr;
}

const char *test_database(size_t index)
{
    if (index == 0)
        return str_printf(&keep, "%s/t%d.db", test_folder(), ++n_databases).ptr;
    return fresh_postgres();
}
