/* commands.c - the table of commands. To add one: write cli/cmd_NAME.c, add a row here. */
#include "cli/app.h"

extern const Command cmd_demo, cmd_run, cmd_runs, cmd_show, cmd_samples, cmd_compare, cmd_version;
extern const Command cmd_db_migrate;
extern const Command cmd_import, cmd_export, cmd_rescore;
extern const Command cmd_task_list, cmd_task_show, cmd_task_check, cmd_task_preview;
extern const Command cmd_dataset_import, cmd_dataset_list, cmd_dataset_show;
extern const Command cmd_dataset_clean, cmd_dataset_split, cmd_dataset_export;
extern const Command cmd_dataset_restore;
extern const Command cmd_dataset_pull, cmd_dataset_needle;
extern const Command cmd_model_add, cmd_model_list, cmd_model_test, cmd_model_remove;

const Command *const commands[] = {
    &cmd_demo,
    &cmd_run,
    &cmd_runs,
    &cmd_show,
    &cmd_samples,
    &cmd_compare,
    &cmd_rescore,
    &cmd_import,
    &cmd_export,
    &cmd_task_list,
    &cmd_task_show,
    &cmd_task_check,
    &cmd_task_preview,
    &cmd_dataset_import,
    &cmd_dataset_list,
    &cmd_dataset_show,
    &cmd_dataset_clean,
    &cmd_dataset_restore,
    &cmd_dataset_split,
    &cmd_dataset_export,
    &cmd_dataset_pull,
    &cmd_dataset_needle,
    &cmd_model_add,
    &cmd_model_list,
    &cmd_model_test,
    &cmd_model_remove,
    &cmd_db_migrate,
    &cmd_version,
    NULL,
};
