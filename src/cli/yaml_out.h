/* yaml_out.h - values as YAML that people read and the program reads back. */
#ifndef CLI_YAML_OUT_H
#define CLI_YAML_OUT_H

#include "base/json.h"

/* Block style; texts that YAML could take for something else are in double quotes. */
void yaml_put(StrBuf *out, const Json *value);

#endif
