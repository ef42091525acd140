/* hub_read.h - what a hub answers, read from its bytes; nothing here asks it. */
#ifndef CLI_HUB_READ_H
#define CLI_HUB_READ_H

#include "cli/hub.h"

enum { HUB_MOST_FILES = 20000 };

/* The commit in the description of a data set. */
Status hub_read_commit(Str body, Arena *arena, Str *commit, Err *err) MUST_CHECK;
/* Adds the files of one page of the tree; folders, hidden files and unsafe paths are left out. */
Status hub_read_tree(Str body, Arena *arena, HubFiles *out, Err *err) MUST_CHECK;

/* A path below a folder: no step up, nothing hidden, no control characters, no backslash. */
bool hub_path_is_safe(Str path);

#endif
