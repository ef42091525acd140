/* draws.h - the option --bootstrap-iters of commands that show numbers. */
#ifndef CLI_DRAWS_H
#define CLI_DRAWS_H

#include "cli/app.h"

/* A row for the table of a command whose struct has `int64_t field`. */
#define DRAWS_ROW(T, field)                                                                        \
    {                                                                                              \
        "bootstrap-iters", 0, OPT_INT, offsetof(T, field), "N",                                    \
            "bootstrap draws of standard errors (100000; 100 for bleu, chrf, ter)",                \
            "标准误的自助法抽样次数（100000；bleu、chrf、ter 为 100）"            \
    }

/* E_USAGE unless it is 0 (not given) or 1 to EVAL_DRAWS. */
Status draws_check(int64_t draws, Err *err) MUST_CHECK;

#endif
