/* data_options.c - opening data files as a command's options say. */
#include "cli/data_options.h"

#include "cli/phrase.h"

#include <ctype.h>

enum { MOST_SHOWN = 20 };

static void say_bad(App *app, const char *path, const DataReport *report)
{
    fprintf(app->info, "%s\n", trf(app, app->arena, T_SKIPPED, path, report->n_bad).ptr);
    for (size_t i = 0; i < report->n_named && i < MOST_SHOWN; i++)
        fprintf(app->info, "  %s:%zu: " STR_FMT "\n", path, report->bad[i].line,
                STR_ARG(phrase_error(app, app->arena, report->bad[i].why)));
    if (report->n_bad > MOST_SHOWN)
        fprintf(app->info, "%s\n",
                trf(app, app->arena, T_AND_MORE, report->n_bad - MOST_SHOWN).ptr);
}

static const char *name_of(const App *app, char delimiter)
{
    return delimiter == '\t' ? "tab" : str_z(app->arena, (Str){&delimiter, 1});
}

void file_options_say(App *app, const char *path, const DataReport *report)
{
    if (!app->quiet && report->encoding && !str_eqc(STR("UTF-8"), report->encoding))
        fprintf(app->info, "%s\n", trf(app, app->arena, T_READ_AS, path, report->encoding).ptr);
    if (!app->quiet && report->guessed)
        fprintf(app->info, "%s\n",
                trf(app, app->arena, T_DELIMITED_BY, path, name_of(app, report->delimiter)).ptr);
    if (report->n_bad) /* never dropped in silence, not even with --quiet */
        say_bad(app, path, report);
}

/* "tab", "\t", or one character that can stand between values. */
static Status read_delimiter(Str text, char *out, Err *err)
{
    bool tab = str_eqc(text, "tab") || str_eqc(text, "\\t") || str_eqc(text, "\t");
    if (!tab && (text.len != 1 || !ispunct((unsigned char)text.ptr[0]) || text.ptr[0] == '"'))
        return err_set(err, E_USAGE,
                       "--delimiter is \"" STR_FMT "\"; it is one character, such as ';', or tab",
                       STR_ARG(text));
    *out = '\t';
    if (!tab)
        *out = text.ptr[0];
    return OK;
}

Status file_options_read(App *app, const FileOptions *options, DataOptions *out, Err *err)
{
    DataOptions o = {.encoding = options->encoding, .sheet = options->sheet};
    if (options->records.len)
        o.records = str_z(app->arena, options->records);
    if (options->delimiter.len)
        TRY(read_delimiter(options->delimiter, &o.delimiter, err));
    o.skip_bad = str_eqc(options->on_bad_line, "skip");
    if (options->on_bad_line.len && !o.skip_bad && !str_eqc(options->on_bad_line, "stop"))
        return err_set(err, E_USAGE, "--on-bad-line is \"" STR_FMT "\"; it can be stop or skip",
                       STR_ARG(options->on_bad_line));
    *out = o;
    return OK;
}

static Status open_file(App *app, const FileOptions *options, bool unchecked, const char *path,
                        DataFile **out, Err *err)
{
    DataOptions o;
    TRY(file_options_read(app, options, &o, err));
    o.unchecked = unchecked;
    TRY(datafile_open_with(app->arena, path, &o, out, err));
    file_options_say(app, path, datafile_report(*out));
    return OK;
}

Status file_options_open(App *app, const FileOptions *options, const char *path, DataFile **out,
                         Err *err)
{
    return open_file(app, options, false, path, out, err);
}

Status file_options_open_unchecked(App *app, const FileOptions *options, const char *path,
                                   DataFile **out, Err *err)
{
    return open_file(app, options, true, path, out, err);
}

void file_report_json(const DataFile *file, Arena *a, Json *o)
{
    const DataReport *report = datafile_report(file);
    Json lines = {.type = JSON_ARRAY};
    json_set(a, o, STR("encoding"), json_str(str_from(report->encoding)));
    if (report->delimiter)
        json_set(a, o, STR("delimiter"), json_str(str_copy(a, (Str){&report->delimiter, 1})));
    json_set(a, o, STR("skipped"), json_integer(a, (int64_t)report->n_bad));
    for (size_t i = 0; i < report->n_named; i++) {
        Json line = {.type = JSON_OBJECT};
        json_set(a, &line, STR("line"), json_integer(a, (int64_t)report->bad[i].line));
        json_set(a, &line, STR("why"), json_str(report->bad[i].why));
        json_append(a, &lines, line);
    }
    json_set(a, o, STR("skipped_lines"), lines);
}
