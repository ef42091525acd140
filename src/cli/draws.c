/* draws.c - the option --bootstrap-iters of commands that show numbers. */
#include "cli/draws.h"

#include "eval/summary.h"

Status draws_check(int64_t draws, Err *err)
{
    if (draws >= 0 && draws <= EVAL_DRAWS)
        return OK;
    return err_set(err, E_USAGE, "--bootstrap-iters must be from 1 to %d", EVAL_DRAWS);
}
