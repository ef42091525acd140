/* main.c - finds the command, parses its options, runs it, says what went wrong. */
#include "cli/phrase.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The stop flag: the one thing a signal handler may touch. */
static atomic_int stop_flag;

static void on_interrupt(int signal)
{
    (void)signal;
    if (atomic_fetch_add(&stop_flag, 1) >= 2)
        _exit(EXIT_INTERRUPTED);
}

static bool wants_chinese(const App *app)
{
    if (app->lang.len)
        return str_starts(app->lang, STR("zh"));
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return str_starts(str_from(value), STR("zh"));
    }
    return false;
}

/* At the end of a heading. */
static const char *colon(const App *app)
{
    return app->chinese ? "：" : ":";
}

static void print_commands(App *app)
{
    SCOPED_ARENA(a);
    fprintf(app->out, "%s\n\n%s%sassay %s\n\n%s%s\n", tr(app, T_TAGLINE), tr(app, T_USAGE),
            tr(app, T_COLON), "COMMAND [OPTIONS]", tr(app, T_COMMANDS), colon(app));
    for (size_t i = 0; commands[i]; i++)
        fprintf(app->out, "  %-16s %s\n", commands[i]->name, tr(app, commands[i]->help));
    StrBuf help = strbuf_make(&a, 1 << 16);
    opt_help(&help, common_options, app->chinese);
    fprintf(app->out, "\n%s%s\n%s", tr(app, T_COMMON_OPTIONS), colon(app), help.ptr);
}

static void print_command_help(App *app, const Command *c)
{
    SCOPED_ARENA(a);
    StrBuf help = strbuf_make(&a, 1 << 16);
    fprintf(app->out, "%s%sassay %s%s%s [OPTIONS]\n%s\n", tr(app, T_USAGE), tr(app, T_COLON),
            c->name, c->arguments ? " " : "", c->arguments ? c->arguments : "", tr(app, c->help));
    if (c->options) {
        strbuf_addf(&help, "\n%s%s\n", tr(app, T_OPTIONS), colon(app));
        opt_help(&help, c->options, app->chinese);
    }
    strbuf_addf(&help, "\n%s%s\n", tr(app, T_COMMON_OPTIONS), colon(app));
    opt_help(&help, common_options, app->chinese);
    fputs(help.ptr, app->out);
}

/* "task list" before "task": the longest name that the arguments start with. */
static const Command *find_command(int argc, char **argv, int *words)
{
    SCOPED_ARENA(a);
    Str two = argc > 2 ? str_printf(&a, "%s %s", argv[1], argv[2]) : (Str){0};
    for (size_t i = 0; commands[i]; i++)
        if (two.len && str_eqc(two, commands[i]->name)) {
            *words = 2;
            return commands[i];
        }
    for (size_t i = 0; argc > 1 && commands[i]; i++)
        if (str_eqc(str_from(argv[1]), commands[i]->name)) {
            *words = 1;
            return commands[i];
        }
    return NULL;
}

/* The second words of a family such as "task". */
static bool print_family(App *app, const char *first)
{
    bool any = false;
    Str prefix = str_printf(app->arena, "%s ", first);
    for (size_t i = 0; commands[i]; i++)
        if (str_starts(str_from(commands[i]->name), prefix)) {
            fprintf(app->out, "  assay %-16s %s\n", commands[i]->name, tr(app, commands[i]->help));
            any = true;
        }
    return any;
}

static Status run_command(App *app, const Command *c, int argc, char **argv, Err *err)
{
    void *options = arena_alloc(app->arena, c->options_size + 1);
    StrList rest = {0};
    OptTable tables[] = {{common_options, app}, {c->options, options}};
    if (c->defaults)
        memcpy(options, c->defaults, c->options_size);
    TRY(opt_parse(tables, COUNT(tables), argc, argv, app->arena, &rest, err));
    if (app->lang.len && !str_starts(app->lang, STR("zh")) && !str_starts(app->lang, STR("en")))
        return err_set(err, E_USAGE, "--lang is zh or en");
    app->chinese = wants_chinese(app);
    app->db_url = app->db.len          ? str_z(app->arena, app->db)
                  : getenv("ASSAY_DB") ? getenv("ASSAY_DB")
                                       : "assay.db";
    if (app->help) {
        print_command_help(app, c);
        return OK;
    }
    if (c->drains) {
        struct sigaction action = {.sa_handler = on_interrupt};
        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
    }
    return c->run(app, options, &rest, err);
}

static void add_environment_dirs(App *app, const char *name, StrList *out)
{
    Str list = str_from(getenv(name));
    while (list.ptr && list.len)
        vec_push(app->arena, out, str_split(&list, ':'));
}

/* COLUMNS counts for files and pipes too; without it these are as wide as need be. */
static size_t columns_of(int fd)
{
    struct winsize size = {0};
    int64_t said;
    if (str_to_int(str_from(getenv("COLUMNS")), &said) && said > 0 && said < 10000)
        return (size_t)said;
    return isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void set_up(App *app)
{
    /* The first heap grows by so much, those of threads a page at a time, a system call each; and
     * what one thread gives back another may take. */
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_TOP_PAD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
    app->out = stdout;
    app->info = stderr;
    app->out_tty = isatty(STDOUT_FILENO);
    app->info_tty = isatty(STDERR_FILENO);
    app->columns = columns_of(STDOUT_FILENO);
    app->info_columns = columns_of(STDERR_FILENO);
    app->color = app->out_tty && !getenv("NO_COLOR");
    app->chinese = wants_chinese(app);
    app->stop = &stop_flag;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file too large is an error of the write */
}

/* "assay help --lang zh": the help commands have no options but this one. */
static int take_language(App *app, int argc, char **argv)
{
    int kept = 1;
    for (int i = 1; i < argc; i++) {
        if (str_eqc(str_from(argv[i]), "--lang") && i + 1 < argc)
            app->lang = str_from(argv[++i]);
        else if (str_starts(str_from(argv[i]), STR("--lang=")))
            app->lang = str_after(str_from(argv[i]), strlen("--lang="));
        else
            argv[kept++] = argv[i];
    }
    app->chinese = wants_chinese(app);
    return kept;
}

/* The language of messages about the options themselves, before these are parsed. */
static void look_for_language(App *app, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (str_eqc(str_from(argv[i]), "--lang") && i + 1 < argc)
            app->lang = str_from(argv[i + 1]);
        else if (str_starts(str_from(argv[i]), STR("--lang=")))
            app->lang = str_after(str_from(argv[i]), strlen("--lang="));
    app->chinese = wants_chinese(app);
}

static bool asks_for_help(int argc, char **argv)
{
    Str first = argc > 1 ? str_from(argv[1]) : STR("help");
    return str_eqc(first, "help") || str_eqc(first, "--help") || str_eqc(first, "-h") ||
           str_starts(first, STR("--lang"));
}

static Status dispatch(App *app, int argc, char **argv, Err *err)
{
    int words = 0;
    if (asks_for_help(argc, argv))
        argc = take_language(app, argc, argv);
    if (argc < 2 || str_eqc(str_from(argv[1]), "--help") || str_eqc(str_from(argv[1]), "-h")) {
        print_commands(app);
        return OK;
    }
    if (str_eqc(str_from(argv[1]), "help") && argc > 2) {
        const Command *c = find_command(argc - 1, argv + 1, &words);
        if (c)
            print_command_help(app, c);
        else if (!print_family(app, argv[2]))
            return err_set(err, E_USAGE, "there is no command \"%s\"; \"assay help\" lists them",
                           argv[2]);
        return OK;
    }
    if (str_eqc(str_from(argv[1]), "help")) {
        print_commands(app);
        return OK;
    }
    const Command *c = find_command(argc, argv, &words);
    if (c)
        return run_command(app, c, argc - 1 - words, argv + 1 + words, err);
    if (print_family(app, argv[1]))
        return argc > 2 ? err_set(err, E_USAGE, "there is no command \"%s %s\"", argv[1], argv[2])
                        : OK;
    if (argv[1][0] == '-')
        return err_set(err, E_USAGE, "which command? Options stand behind it, as in assay run %s",
                       argv[1]);
    return err_set(err, E_USAGE, "there is no command \"%s\"; \"assay help\" lists them", argv[1]);
}

int main(int argc, char **argv)
{
    SCOPED_ARENA(arena);
    App app = {.arena = &arena, .program = argc > 0 ? argv[0] : "assay"};
    Err err = {0};
    set_up(&app);
    look_for_language(&app, argc, argv);
    add_environment_dirs(&app, "ASSAY_DATA", &app.data);
    add_environment_dirs(&app, "ASSAY_TASKS", &app.tasks);
    Status status = dispatch(&app, argc, argv, &err);
    if (status != OK) {
        fflush(app.out);
        Str shown = phrase_error(&app, &arena, str_from(err.msg));
        fprintf(app.info, "assay: " STR_FMT "\n", STR_ARG(shown));
        return status_exit(status);
    }
    if (fflush(app.out) != 0 || ferror(app.out)) {
        if (errno != EPIPE)
            fprintf(app.info, "assay: %s: %s\n", tr(&app, T_OUTPUT_LOST), strerror(errno));
        return 1;
    }
    return app.exit_status;
}
