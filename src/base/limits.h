/* limits.h - the size, count, depth and time limits on everything from outside. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stddef.h>

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)
#define GIB ((size_t)1 << 30)

enum {
    LIMIT_JSON_DEPTH = 128,         /* nested arrays and objects */
    LIMIT_YAML_DEPTH = 64,          /* nested collections */
    LIMIT_YAML_ALIASES = 1000,      /* alias uses in one document */
    LIMIT_YAML_NODES = 1000000,     /* nodes after aliases are expanded */
    LIMIT_INCLUDE_DEPTH = 16,       /* task files that include task files */
    LIMIT_TEMPLATE_DEPTH = 100,     /* nested expressions or blocks, and values it builds */
    LIMIT_TEMPLATE_HEIGHT = 2000,   /* nodes from an expression to its innermost part */
    LIMIT_TEMPLATE_STEPS = 1000000, /* evaluation steps of one rendering */
    LIMIT_COLUMNS = 4096,           /* columns of a table */
    LIMIT_KEY = 1024,               /* bytes of an item's key; a longer id is no key */
    LIMIT_BAD_NAMED = 1000,         /* bad records of a file that are named; all are counted */
    LIMIT_EXPAND_RATIO = 200,       /* expanded bytes for each compressed one */
    LIMIT_ZIP_ENTRIES = 1 << 20,    /* files in an archive */
    LIMIT_XML_DEPTH = 64,           /* nested elements of a spreadsheet's parts */
    LIMIT_SHEETS = 10000,           /* sheets of a workbook */
    LIMIT_GGUF_ENTRIES = 100000,    /* metadata entries, and tensors, of a model file */
    LIMIT_MODEL_TOKENS = 1 << 20,   /* vocabulary, and context length, of a local model */
    LIMIT_MODEL_WIDTH = 1 << 18,    /* any dimension inside a local model */
    LIMIT_MODEL_USER_PIECES = 4096, /* user-defined tokens that are looked for in texts */
};

#define LIMIT_YAML_FILE (16 * MIB)    /* one task file */
#define LIMIT_JSON_DOCUMENT (1 * GIB) /* one JSON file read whole */
#define LIMIT_EXPANDED (16 * GIB)     /* a compressed data file, expanded */
#define LIMIT_EXPAND_FREE (64 * MIB)  /* expanded size from which on the ratio counts */
#define LIMIT_RECORD (64 * MIB)       /* one record of a data set */
#define LIMIT_PROMPT (16 * MIB)       /* one rendered prompt */
#define LIMIT_REPLY (32 * MIB)        /* one HTTP reply body */

#endif
