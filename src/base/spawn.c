/* spawn.c - posix_spawn with the settings that all our children have. */
#include "base/spawn.h"

#include <signal.h>
#include <spawn.h>
#include <unistd.h>

union Words { /* posix_spawn wants what it does not write to be writable */
    const char *const *constant;
    char *const *words;
};

/* By way of numbers above all of them: a number that is given away may still be another's source.
 * What others left open, close-on-exec or not, is no business of the child. */
static int hand_over(posix_spawn_file_actions_t *actions, const SpawnFd *fds, size_t n)
{
    int high = (int)n, failed = 0;
    for (size_t i = 0; i < n; i++)
        high = fds[i].from >= high ? fds[i].from + 1 : high;
    for (size_t i = 0; i < n && !failed; i++)
        failed = posix_spawn_file_actions_adddup2(actions, fds[i].from, high + (int)i);
    for (size_t i = 0; i < n && !failed; i++)
        failed = posix_spawn_file_actions_adddup2(actions, high + (int)i, fds[i].to);
    return failed ? failed : posix_spawn_file_actions_addclosefrom_np(actions, (int)n);
}

int spawn_child(const char *const *argv, const char *const *environment, const SpawnFd *fds,
                size_t n_fds, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, usual;
    union Words arguments = {.constant = argv}, given = {.constant = environment};
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE); /* we ignore it; programs expect that it ends them */
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    int failed = hand_over(&actions, fds, n_fds);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    if (!failed)
        failed = posix_spawn(pid, argv[0], &actions, &attributes, arguments.words,
                             environment ? given.words : environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}
