/* process.h - a child process that is asked in lines: one line in, one line out.
 *
 * It is run by /bin/sh in a process group of its own, which ends with it. Its standard error is
 * kept for messages, the last 16 KB of it. A Process belongs to one thread at a time. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include "base/str.h"

#include <stdatomic.h>

typedef struct Process Process;

/* `command`: as typed at a shell. That a program cannot be found shows at the first question.
 * `stop`: no answer is waited for once it is 2; NULL: none. */
Status process_start(const char *command, const atomic_int *stop, Process **out,
                     Err *err) MUST_CHECK;

/* Sends `line` (without a line end) and reads one line, of at most `limit` bytes, into `arena`
 * without its end. E_REMOTE after `seconds` (0: none) or when told to stop; E_LIMIT for a longer
 * line; E_IO when the process ended, E_MISSING when the shell found no such program. After a
 * failure the process is of no more use: stop it. */
Status process_ask(Process *p, Str line, size_t limit, double seconds, Arena *arena, Str *out,
                   Err *err) MUST_CHECK;

/* Ends the group at once; frees; accepts NULL. */
void process_stop(Process *p);

#endif
