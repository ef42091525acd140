/* spawn.c - posix_spawn with the settings that all our children have. */
#include "base/spawn.h"

#include <signal.h>
#include <spawn.h>

extern char **environ;

int spawn_child(const char *const *argv, const SpawnFd *fds, size_t n_fds, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, usual;
    union { /* argv wants what is not written to be writable */
        const char *const *constant;
        char *const *argv;
    } words = {.constant = argv};
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE); /* we ignore it; programs expect that it ends them */
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    for (size_t i = 0; i < n_fds; i++)
        posix_spawn_file_actions_adddup2(&actions, fds[i].from, fds[i].to);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    int failed = posix_spawn(pid, argv[0], &actions, &attributes, words.argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}
