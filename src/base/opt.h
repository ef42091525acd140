/* opt.h - command-line options as rows: parsing and help come from the same table.
 *
 * A row writes into a field of the caller's struct, named by offsetof, so that tables are
 * constant and defaults are what the struct held before. */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include "base/vec.h"
#include "base/str.h"

typedef VEC(Str) StrList;

typedef enum OptType {
    OPT_FLAG,   /* bool */
    OPT_TEXT,   /* Str */
    OPT_INT,    /* int64_t, >= 0 */
    OPT_NUMBER, /* double */
    OPT_LIST,   /* StrList, one value each time it is given */
} OptType;

typedef struct Option {
    const char *name; /* without "--"; NULL ends the table */
    char letter;      /* or 0 */
    OptType type;
    size_t offset;              /* of the field */
    const char *arg;            /* placeholder in the help, such as "N"; NULL for flags */
    const char *help, *help_zh; /* one line each */
} Option;

/* Parses argv[0..argc-1]; what is no option goes to `rest`. "--" ends the options;
 * "--name=value" and "-nvalue" work. E_USAGE names the option and what was expected.
 * `common` is a second table for `common_fields`, searched when the first has no match. */
typedef struct OptTable {
    const Option *options;
    void *fields;
} OptTable;
Status opt_parse(const OptTable *tables, size_t n_tables, int argc, char *const *argv, Arena *arena,
                 StrList *rest, Err *err) MUST_CHECK;

/* The rows as aligned help lines. */
void opt_help(StrBuf *out, const Option *options, bool chinese);

#endif
