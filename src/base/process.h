/* process.h - a child process that is asked in lines: one line in, one line out.
 *
 * It is run by /bin/sh in a process group of its own, which ends with it. Its standard error is a
 * pipe that is read while it is asked, at most 64 KB in 10 ms: a program that writes more waits.
 * The last 16 KB are kept for messages. A Process belongs to one thread at a time. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include "base/str.h"

#include <stdatomic.h>

typedef struct Process Process;

/* `command`: as typed at a shell. That a program cannot be found shows at the first question.
 * `stop`: no answer is waited for once it is 2; NULL: none. */
Status process_start(const char *command, const atomic_int *stop, Process **out,
                     Err *err) MUST_CHECK;

typedef struct ProcessQuestion {
    Str line;       /* without a line end */
    size_t limit;   /* bytes of a line of the answer */
    double seconds; /* 0: no limit */
    /* Whether a line is the answer to this question; what is not is dropped, also what was there
     * before it, up to PROCESS_STRAY lines. NULL: the next line is, and nothing may be there before
     * the question: it would be taken for its answer. */
    bool (*answers)(void *user, Str line);
    void *user;
} ProcessQuestion;
enum { PROCESS_STRAY = 1000 };

/* Sends the line and reads one, into `arena` without its end. E_REMOTE after `seconds` or when told
 * to stop; E_LIMIT for a longer line; E_PARSE for lines that nobody asked for; E_IO when the
 * process ended, E_MISSING when the shell found no such program. After a failure the process is of
 * no more use: stop it. */
Status process_ask(Process *p, const ProcessQuestion *question, Arena *arena, Str *out,
                   Err *err) MUST_CHECK;

/* Ends the group at once; frees; accepts NULL. */
void process_stop(Process *p);

#endif
