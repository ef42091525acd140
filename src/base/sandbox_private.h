/* sandbox_private.h - the parent that watches a sandbox. Private to sandbox*.c. */
#ifndef BASE_SANDBOX_PRIVATE_H
#define BASE_SANDBOX_PRIVATE_H

#include "base/sandbox.h"

#include <sys/types.h>

/* Reads both outputs until they are closed, the time is over, it is halted, or processes that may
 * fork take more than they may together; ends what is left. Sets timed_out, over, seconds. */
void sandbox_watch(pid_t pid, const int fds[2], const SandboxLimits *limits, StrBuf texts[2],
                   SandboxResult *r);
bool sandbox_halted(const SandboxLimits *limits);

#endif
