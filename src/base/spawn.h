/* spawn.h - starts a child process: what process.h and sandbox.h share. */
#ifndef BASE_SPAWN_H
#define BASE_SPAWN_H

#include "base/base.h"

#include <sys/types.h>

typedef struct SpawnFd {
    int from, to; /* ours, and its number in the child */
} SpawnFd;

/* Runs argv (NULL-terminated, argv[0] a path) in a process group of its own, with our environment,
 * no blocked signals, and of our descriptors those named besides what is not close-on-exec.
 * Returns 0 or an errno. */
int spawn_child(const char *const *argv, const SpawnFd *fds, size_t n_fds, pid_t *pid) MUST_CHECK;

#endif
