/* spawn.h - starts a child process: what process.h and sandbox.h share. */
#ifndef BASE_SPAWN_H
#define BASE_SPAWN_H

#include "base/base.h"

#include <sys/types.h>

typedef struct SpawnFd {
    int from, to; /* ours, and its number in the child */
} SpawnFd;

/* Runs argv (NULL-terminated, argv[0] a path) in a process group of its own, with no blocked
 * signals and of our descriptors only those named: `to` counts up from 0, and `from` may be any.
 * environment: "NAME=value" strings, NULL-terminated; NULL: ours. Returns 0 or an errno. */
int spawn_child(const char *const *argv, const char *const *environment, const SpawnFd *fds,
                size_t n_fds, pid_t *pid) MUST_CHECK;

#endif
