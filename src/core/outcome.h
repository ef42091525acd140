/* outcome.h - what became of a sample. An outcome is not a number. */
#ifndef CORE_OUTCOME_H
#define CORE_OUTCOME_H

#include "base/str.h"

typedef enum Outcome {
    OUTCOME_SCORED,
    OUTCOME_NO_ANSWER, /* nothing could be extracted */
    OUTCOME_TRUNCATED, /* cut at the token limit before an answer */
    OUTCOME_REFUSED,   /* the model declined */
    OUTCOME_FILTERED,  /* a content filter stopped it */
    OUTCOME_ERROR,     /* no reply: in no number, the run is incomplete */
    N_OUTCOMES,
} Outcome;

const char *outcome_name(Outcome outcome);
bool outcome_parse(Str name, Outcome *out);

#endif
