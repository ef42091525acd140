/* outcome.c - names of outcomes, as stored. */
#include "core/outcome.h"

static const char *const names[N_OUTCOMES] = {
    [OUTCOME_SCORED] = "scored",       [OUTCOME_NO_ANSWER] = "no_answer",
    [OUTCOME_TRUNCATED] = "truncated", [OUTCOME_REFUSED] = "refused",
    [OUTCOME_FILTERED] = "filtered",   [OUTCOME_ERROR] = "error",
};

const char *outcome_name(Outcome outcome)
{
    return names[outcome];
}

bool outcome_parse(Str name, Outcome *out)
{
    for (int i = 0; i < N_OUTCOMES; i++)
        if (str_eqc(name, names[i])) {
            *out = (Outcome)i;
            return true;
        }
    return false;
}
