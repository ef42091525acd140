/* import_foreign.c - logs of lm-eval, inspect and OpenCompass on the command line. */
#include "cli/import_foreign.h"

#include "base/file.h"
#include "base/limits.h"
#include "cli/view.h"
#include "core/store.h"

#include <dirent.h>
#include <stdlib.h>

enum { MOST_LOGS = 10000 };

typedef VEC(Str) Paths;

static bool is_samples(Str path)
{
    Str name = path_base(path);
    return str_starts(name, STR("samples_")) && str_find(name, STR(".jsonl")) > 0;
}

/* ---- which framework ---- */

static bool all_predictions(const Json *log)
{
    for (uint32_t i = 0; i < log->len; i++)
        if (!json_get(&log->members[i].value, "prediction"))
            return false;
    return log->len > 0;
}

static ImportKind kind_of_object(App *app, const char *path)
{
    Str text;
    Json log;
    if (file_read(app->arena, path, LIMIT_JSON_DOCUMENT, &text, NULL) != OK ||
        json_parse(app->arena, text, &log, NULL) != OK || log.type != JSON_OBJECT)
        return IMPORT_RECORDS;
    if (json_is(json_get(&log, "eval"), JSON_OBJECT) && json_get(&log, "samples"))
        return IMPORT_INSPECT;
    if (json_get(&log, "details"))
        return IMPORT_OPENCOMPASS;
    return all_predictions(&log) ? IMPORT_PREDICTIONS : IMPORT_RECORDS;
}

static bool is_log(ImportKind kind, Str path)
{
    return kind == IMPORT_LM_EVAL   ? is_samples(path)
           : kind == IMPORT_INSPECT ? str_eqc(path_ext(path), "eval")
                                    : str_eqc(path_ext(path), "json");
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static Status logs_in(App *app, ImportKind kind, const char *path, Paths *out, Err *err)
{
    DIR *d = opendir(path);
    if (!d)
        return err_set(err, E_IO, "could not read folder \"%s\"", path);
    for (struct dirent *e; (e = readdir(d)) && out->len <= MOST_LOGS;)
        if (is_log(kind, str_from(e->d_name)))
            vec_push(app->arena, out,
                     str_from(path_join(app->arena, str_from(path), str_from(e->d_name))));
    closedir(d);
    if (out->len > MOST_LOGS)
        return err_set(err, E_LIMIT, "folder \"%s\" holds more than %d logs; import it in parts",
                       path, MOST_LOGS);
    if (out->len)
        qsort(out->items, out->len, sizeof *out->items, by_text);
    return OK;
}

static Status kind_of_folder(App *app, const char *path, ImportKind *out, Err *err)
{
    static const ImportKind kinds[] = {IMPORT_LM_EVAL, IMPORT_INSPECT};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        Paths logs = {0};
        TRY(logs_in(app, kinds[i], path, &logs, err));
        if (logs.len) {
            *out = kinds[i];
            return OK;
        }
    }
    return err_set(err, E_MISSING,
                   "folder \"%s\" holds no samples_*.jsonl of lm-eval and no .eval of inspect; "
                   "say with --from what its files are",
                   path);
}

Status import_kind(App *app, Str named, const char *path, ImportKind *out, Err *err)
{
    static const struct {
        const char *name;
        ImportKind kind;
    } names[] = {{"records", IMPORT_RECORDS},
                 {"lm-eval", IMPORT_LM_EVAL},
                 {"inspect", IMPORT_INSPECT},
                 {"opencompass", IMPORT_OPENCOMPASS}};
    *out = IMPORT_RECORDS;
    if (named.len) {
        for (size_t i = 0; i < COUNT(names); i++)
            if (str_eqc(named, names[i].name)) {
                bool predictions = names[i].kind == IMPORT_OPENCOMPASS && !file_is_dir(path) &&
                                   kind_of_object(app, path) == IMPORT_PREDICTIONS;
                *out = predictions ? IMPORT_PREDICTIONS : names[i].kind;
                return OK;
            }
        return err_set(err, E_USAGE,
                       "--from is \"" STR_FMT
                       "\"; it can be records, lm-eval, inspect or opencompass",
                       STR_ARG(named));
    }
    if (file_is_dir(path))
        return kind_of_folder(app, path, out, err);
    if (is_samples(str_from(path)))
        *out = IMPORT_LM_EVAL;
    else if (str_eqc(path_ext(str_from(path)), "eval"))
        *out = IMPORT_INSPECT;
    else if (str_eqc(path_ext(str_from(path)), "json"))
        *out = kind_of_object(app, path);
    return OK;
}

/* ---- importing ---- */

static Status read_log(ImportKind kind, const char *path, const ForeignRules *rules, Arena *arena,
                       ForeignRun *out, Err *err)
{
    *out = (ForeignRun){0};
    TRY(kind == IMPORT_LM_EVAL   ? foreign_lm_eval(path, rules, arena, out, err)
        : kind == IMPORT_INSPECT ? foreign_inspect(path, rules, arena, out, err)
                                 : foreign_opencompass(path, rules, arena, out, err));
    if (!out->samples.len)
        return err_set(err, E_PARSE, "%s: there are no samples; nothing was imported", path);
    return OK;
}

static void say_stored(App *app, const ForeignRun *run, const ForeignStored *stored)
{
    size_t n = 0;
    for (size_t i = 0; i < run->samples.len; i++)
        n += !run->samples.items[i].error.len;
    const char *model = str_z(app->arena, run->model);
    Str line = stored->added
                   ? trf(app, app->arena, T_IMPORTED, (long long)stored->run_id, model,
                         (long long)n, (long long)run->samples.len)
                   : trf(app, app->arena, T_IMPORTED_BEFORE, (long long)stored->run_id, model);
    if (!app->quiet)
        fprintf(app->info, "%s\n", line.ptr);
    if (run->n_left_out)
        fprintf(
            app->info, "%s\n",
            trf(app, app->arena, T_VALUES_LEFT_OUT, str_z(app->arena, run->source), run->n_left_out)
                .ptr);
}

static Status import_logs(App *app, ImportKind kind, const Paths *paths, const ForeignRules *rules,
                          Db *db, Err *err)
{
    RunSummary *summaries = arena_array(app->arena, paths->len, sizeof *summaries);
    Json list = {.type = JSON_ARRAY};
    for (size_t i = 0; i < paths->len; i++) {
        SCOPED_ARENA(arena);
        ForeignRun run;
        ForeignStored stored;
        Str command = str_printf(&arena, "import %s", paths->items[i].ptr);
        TRY(read_log(kind, paths->items[i].ptr, rules, &arena, &run, err));
        TRY(eval_foreign(db, &run, command, &arena, &stored, err));
        say_stored(app, &run, &stored);
        TRY(eval_summarise(db, stored.run_id, 0, app->arena, &summaries[i], err));
        if (summaries[i].incomplete)
            app->exit_status = EXIT_UNANSWERED;
        if (app->json)
            json_append(app->arena, &list, view_run(&summaries[i], app->arena));
    }
    if (app->json)
        app_print_json(app, &list);
    else
        print_summaries(app, summaries, paths->len);
    return OK;
}

Status import_foreign(App *app, ImportKind kind, const char *path, const ForeignRules *rules,
                      Err *err)
{
    Paths paths = {0};
    Db *db;
    if (file_is_dir(path))
        TRY(logs_in(app, kind, path, &paths, err));
    else
        vec_push(app->arena, &paths, str_from(path));
    if (!paths.len)
        return err_set(err, E_MISSING, "folder \"%s\" holds no such logs", path);
    for (size_t i = 0; i < paths.len; i++) { /* all are read before anything is stored */
        SCOPED_ARENA(arena);
        ForeignRun run;
        TRY(read_log(kind, paths.items[i].ptr, rules, &arena, &run, err));
    }
    TRY(store_open(app->db_url, &db, err));
    Status status = import_logs(app, kind, &paths, rules, db, err);
    db_close(db);
    return status;
}
