/* commands.c - the table of commands. To add one: write cli/cmd_NAME.c, add a row here. */
#include "cli/app.h"

extern const Command cmd_demo, cmd_run, cmd_runs, cmd_show, cmd_samples, cmd_compare, cmd_version;

const Command *const commands[] = {
    &cmd_demo, &cmd_run, &cmd_runs, &cmd_show, &cmd_samples, &cmd_compare, &cmd_version, NULL,
};
