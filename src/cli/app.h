/* app.h - what every command knows: where to print, in which language, which database. */
#ifndef CLI_APP_H
#define CLI_APP_H

#include "base/json.h"
#include "base/opt.h"
#include "cli/text.h"

#include <stdatomic.h>
#include <stdio.h>

typedef struct App {
    Arena *arena;     /* lives as long as the command */
    FILE *out, *info; /* results; progress and messages */
    bool json, chinese, color, quiet, help;
    bool out_tty, info_tty;
    size_t columns, info_columns; /* of the terminal; 0: none, as wide as need be */
    Str db, lang;                 /* --db, --lang as given */
    const char *db_url;
    const char *program; /* as it was called, for commands that the output suggests */
    StrList data, tasks;
    int exit_status;  /* set by a command that ran but has news: 3 gate, 4 unanswered */
    atomic_int *stop; /* raised by SIGINT */
} App;

typedef struct Command {
    const char *name;      /* "run", "task list" */
    const char *arguments; /* shown after the name: "FILE.yaml" */
    TextId help;           /* one line */
    const Option *options; /* its own, or NULL; fields in the struct that `make` returns */
    size_t options_size;
    const void *defaults; /* options_size bytes, or NULL for zeros */
    bool drains;          /* finishes what is in flight at the first Ctrl-C */
    Status (*run)(App *app, void *options, const StrList *arguments, Err *err);
} Command;

/* The table, in the order of `help`; ends with NULL. */
extern const Command *const commands[];

extern const Option common_options[];

/* The text in the user's language. */
const char *tr(const App *app, TextId id);
/* A text that is a format, filled in. A test checks that both languages' formats take the
 * same arguments. */
Str trf(const App *app, Arena *arena, TextId id, ...);

/* Writes `value` as JSON and a line end. */
void app_print_json(App *app, const Json *value);

enum { EXIT_GATE = 3, EXIT_UNANSWERED = 4, EXIT_INTERRUPTED = 130 };

#endif
