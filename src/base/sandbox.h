/* sandbox.h - runs a program that nobody trusts: code that a model wrote.
 *
 * bubblewrap gives it namespaces of its own (no network, no other processes), the system's /usr
 * read-only, an empty /work and /tmp in memory, nothing of our environment or open files; all else
 * is read-only, for root too; a seccomp filter takes away what no test needs (sockets, tracing,
 * mounting, new namespaces, new processes unless asked for); rlimits bound time, memory and files
 * of each process. Where it may fork, the parent sums up the process tree every 50 ms and ends all
 * of it at once when they are too many or hold too much: limits of the kernel's own for all
 * together (control groups) need rights that a user does not have everywhere. Without a bubblewrap
 * that works nothing is run. */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include "base/str.h"

#include <stdatomic.h>

typedef struct SandboxLimits {
    double seconds;   /* on the clock; processor time is bound to as much */
    size_t memory;    /* bytes of address space */
    size_t files;     /* bytes of /work and /tmp together */
    size_t output;    /* bytes kept of each of standard output and error; the rest is dropped */
    bool may_fork;    /* new processes; threads are always allowed. `memory` then bounds, beside the
                       * address space of each, also what all hold in core together */
    bool own_file;    /* the program may remove and replace the file it is run from */
    size_t processes; /* where they may fork: at once, in all */
    const atomic_int *halt; /* ended with E_REMOTE once it is 2; NULL: none */
} SandboxLimits;

/* For unit tests of code: 10 seconds, 1 GiB, 64 MiB, 64 KiB, no new processes (64). */
SandboxLimits sandbox_limits(void);

typedef struct SandboxResult {
    int exit_status; /* 0..255; -1 when a signal or the clock ended it */
    int signal;      /* 0 none */
    bool timed_out;
    const char *over; /* "processes" or "memory": all together took too much, and were ended */
    double seconds;
    Str out, err; /* in the caller's arena */
} SandboxResult;

/* E_MISSING with the line that installs it, or E_DENIED with the kernel's reason, when sandboxes
 * cannot be had here; tried each time, which takes as long as a small program. */
Status sandbox_check(Err *err) MUST_CHECK;

/* Runs `argv` (NULL-terminated, argv[0] a path below /usr; E_MISSING when it is not there) with
 * `source` as the file /work/NAME and nothing on standard input. A program that
 * fails is a result, not an error; E_IO when the sandbox failed, so that nothing is known of the
 * program. Any thread. */
Status sandbox_run(const char *const *argv, const char *name, Str source,
                   const SandboxLimits *limits, Arena *arena, SandboxResult *out,
                   Err *err) MUST_CHECK;

#endif
