/* hub_configs.h - the `configs` that a data set's README.md declares (its YAML front matter):
 *
 *     configs:
 *     - config_name: main
 *       data_files:                 a path, a list of paths, a mapping split: paths, or
 *       - split: train              a list of splits with paths
 *         path: main/train-*
 *       default: true
 *
 * Paths are patterns from the root (or from data_dir): * and ? within a folder, ** across
 * folders, [a-z] one character. Hostile input: names and the work of matching are limited. */
#ifndef CLI_HUB_CONFIGS_H
#define CLI_HUB_CONFIGS_H

#include "cli/hub_layout.h"

/* Whether the text has such a list. */
bool hub_has_configs(Str readme);

/* The parts that it declares among `files`; only those of `config` and `split`, when not empty.
 * E_MISSING names the configs there are, and patterns that no data file fits. */
Status hub_configs(Str readme, const HubFiles *files, Str config, Str split, Arena *arena,
                   HubParts *out, Err *err) MUST_CHECK;

/* Whether a path fits a pattern. `*effort` goes down by the work done; below 0 the answer is
 * false. */
bool hub_glob(Str pattern, Str path, int64_t *effort);

#endif
