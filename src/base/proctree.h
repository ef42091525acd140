/* proctree.h - how much a process and all that descend from it take together. */
#ifndef BASE_PROCTREE_H
#define BASE_PROCTREE_H

#include "base/base.h"

#include <sys/types.h>

typedef struct ProcTree {
    size_t processes;
    size_t
        memory; /* bytes of anonymous and shared memory in core; pages that two share count twice */
} ProcTree;

/* Looks through /proc, by parents: those whose parent ended belong to the tree as long as who took
 * them over does, as the init of a process namespace. Processes that end meanwhile are left out. Of
 * more than 65,536 processes on the machine the rest is not seen. */
ProcTree proctree_measure(pid_t root);

#endif
