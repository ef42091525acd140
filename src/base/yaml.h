/* yaml.h - YAML documents as Json trees, with the typing of PyYAML's safe loader.
 *
 * Plain scalars become null, bool, int or float by YAML 1.1's rules as PyYAML has
 * them (yes/no/on/off, 0x1f, 0o is a string, 1_000, .inf as the string ".inf");
 * quoted ones are strings. Every node carries its line and column. Tags: !!null,
 * !!str, !!int, !!float, !!bool are honoured; `!function name` becomes the object
 * {"!function": "name"}; any other tag is an error. Aliases, depth and size are
 * limited (limits.h); anchors on a node that contains itself are an error;
 * merge keys ("<<") are applied. Of a repeated key the last one counts, as in PyYAML: real
 * task files rely on it. One document a file. */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include "base/json.h"

/* Parses `text`; errors read "FILE:line:column: what". `file` is only for messages.
 * Strings are copied into the arena. Ints keep decimal text, floats Python's repr. */
Status yaml_parse(Arena *arena, Str text, const char *file, Json *out, Err *err) MUST_CHECK;

#endif
