/* cmd_import.c - assay import: recorded outputs become runs. */
#include "base/file.h"
#include "cli/data_options.h"
#include "cli/import_foreign.h"
#include "cli/predictions.h"
#include "cli/records.h"
#include "cli/scoring.h"
#include "cli/task_set.h"
#include "cli/view.h"
#include "core/store.h"

typedef struct ImportOptions {
    RecordRules rules;
    ScoringOptions scoring;
    Str name, split, from;
    FileOptions file;
} ImportOptions;

#define AT(field) offsetof(ImportOptions, field)

static const Option import_options[] = {
    {"from", 0, OPT_TEXT, AT(from), "FRAMEWORK",
     "who wrote it: records, lm-eval, inspect, opencompass (found by looking)",
     "来源框架：records、lm-eval、inspect、opencompass（默认自动识别）"},
    {"output", 0, OPT_LIST, AT(rules.outputs), "[NAME=]TEMPLATE",
     "where the output is: a column, or a template over the record, such as "
     "'{{item.answers[0]}}'; repeated: one model each (output)",
     "模型输出所在的列或模板，如 '{{item.answers[0]}}'；可重复，每个对应一个模型（默认 output "
     "列）"},
    {"target", 0, OPT_TEXT, AT(rules.target), "TEMPLATE", "where the right answer is (target)",
     "标准答案所在的列或模板（默认 target 列）"},
    {"prompt", 0, OPT_TEXT, AT(rules.prompt), "TEMPLATE", "where the prompt is (prompt)",
     "提示词所在的列或模板（默认 prompt 列）"},
    {"id", 0, OPT_TEXT, AT(rules.id), "TEMPLATE", "what tells items apart (id)",
     "题目标识所在的列或模板（默认 id 列）"},
    {"model", 'm', OPT_TEXT, AT(rules.model), "NAME",
     "the model, where no column \"model\" names it (the file's name)",
     "记录中没有 model 列时的模型名（默认取文件名）"},
    {"model-column", 0, OPT_TEXT, AT(rules.model_column), "TEMPLATE",
     "where the model's name is (model)", "模型名所在的列或模板（默认 model 列）"},
    FILE_ROWS(ImportOptions),
    {"keep", 0, OPT_LIST, AT(rules.keep), "COLUMN", "another column that goes into the items",
     "一并存入题目的其他列，可重复"},
    {"cluster", 0, OPT_TEXT, AT(rules.cluster), "COLUMN", "items with one value share a source",
     "同源题目的分组列（聚类标准误）"},
    SCORING_ROWS(ImportOptions),
    {"name", 0, OPT_TEXT, AT(name), "NAME", "what to call task and data set (the file's name)",
     "任务与评测集名称（默认取文件名）"},
    {"split", 0, OPT_TEXT, AT(split), "SPLIT", "which part of the data set it is (test)",
     "切分名（默认 test）"},
    {0},
};

/* Items hold prompt and target already: the task only says how outputs are scored. */
static Status make_task(App *app, const ImportOptions *o, Str name, const Task **out, Err *err)
{
    Arena *a = app->arena;
    Json config = {.type = JSON_OBJECT};
    TaskSet *set;
    json_set(a, &config, STR("task"), json_str(name));
    json_set(a, &config, STR("output_type"), json_str(STR("generate_until")));
    json_set(a, &config, STR("doc_to_text"), json_str(STR("prompt")));
    json_set(a, &config, STR("doc_to_target"), json_str(STR("target")));
    TRY(scoring_apply(&o->scoring, a, &config, err));
    TRY(taskset_open(a, NULL, 0, &set, err));
    return task_from_config(set, &config, out, err);
}

static void print_run(App *app, const RecordedSet *set, size_t m, const RecordedRun *run)
{
    const char *name = str_z(app->arena, set->models[m].name);
    Str line = run->added ? trf(app, app->arena, T_IMPORTED, (long long)run->id, name,
                                (long long)run->n_outputs, (long long)set->n_items)
                          : trf(app, app->arena, T_IMPORTED_BEFORE, (long long)run->id, name);
    fprintf(app->info, "%s\n", line.ptr);
}

static Status print_imported(App *app, Db *db, const RecordedSet *set, const RecordedRun *runs,
                             Err *err)
{
    RunSummary *summaries = arena_array(app->arena, set->n_models, sizeof *summaries);
    Json list = {.type = JSON_ARRAY};
    for (size_t i = 0; i < set->n_models; i++) {
        if (!app->quiet)
            print_run(app, set, i, &runs[i]);
        TRY(eval_summarise(db, runs[i].id, 0, app->arena, &summaries[i], err));
        if (summaries[i].incomplete)
            app->exit_status = EXIT_UNANSWERED;
        if (app->json)
            json_append(app->arena, &list, view_run(&summaries[i], app->arena));
    }
    if (app->json)
        app_print_json(app, &list);
    else
        print_summaries(app, summaries, set->n_models);
    return OK;
}

static Status import_set(App *app, const RecordedSet *set, Err *err)
{
    RecordedRun *runs = arena_array(app->arena, set->n_models, sizeof *runs);
    Db *db;
    TRY(store_open(app->db_url, &db, err));
    Status status = eval_record(db, set, app->arena, runs, err);
    if (status == OK)
        status = print_imported(app, db, set, runs, err);
    db_close(db);
    return status;
}

static Status read_records(App *app, const Docs *docs, const RecordRules *rules, const char *path,
                           RecordedSet *set, Err *err)
{
    Str taken = {0};
    if (records_read(docs, rules, app->arena, set, &taken, err) != OK)
        return err_wrap(err, "%s", path);
    if (taken.len && !app->quiet)
        fprintf(app->info, "%s\n",
                trf(app, app->arena, T_COLUMNS_TAKEN, str_z(app->arena, taken)).ptr);
    return OK;
}

static Status read_predictions(App *app, const ImportOptions *o, const char *path, RecordedSet *set,
                               Err *err)
{
    const Docs *docs;
    Predictions from;
    RecordRules rules = o->rules;
    if (!rules.model.len) /* predictions/MODEL/DATASET.json */
        rules.model = foreign_folder(app->arena, path);
    TRY(predictions_find(app, path, &from, err));
    TRY(predictions_read(app, &from, &docs, err));
    set->dataset = o->name.len ? o->name : from.name;
    if (from.files.len > 1 && !app->quiet)
        fprintf(app->info, "%s\n",
                trf(app, app->arena, T_SHARDS, str_z(app->arena, from.name), from.files.len).ptr);
    return read_records(app, docs, &rules, path, set, err);
}

static Status read_file(App *app, const ImportOptions *o, const char *path, RecordedSet *set,
                        Err *err)
{
    DataFile *file;
    RecordRules rules = o->rules;
    if (!rules.model.len)
        rules.model = path_stem(str_from(path));
    TRY(file_options_open(app, &o->file, path, &file, err));
    Status status =
        datafile_docs(file)->len
            ? read_records(app, datafile_docs(file), &rules, path, set, err)
            : err_set(err, E_PARSE, "%s: there are no records; nothing was imported", path);
    datafile_close(file);
    return status;
}

static Status import(App *app, void *options, const StrList *arguments, Err *err)
{
    const ImportOptions *o = options;
    ImportKind kind;
    if (arguments->len != 1)
        return err_set(err, E_USAGE,
                       "which file? Give one .jsonl, .json, .csv, .xlsx or .eval, or "
                       "a folder of logs");
    const char *path = str_z(app->arena, arguments->items[0]);
    if (!file_exists(path)) { /* perhaps there are shards of it */
        Predictions shards;
        TRY(predictions_find(app, path, &shards, err));
        path = str_z(app->arena, shards.files.items[0]);
    }
    TRY(import_kind(app, o->from, path, &kind, err));
    if (kind != IMPORT_RECORDS && kind != IMPORT_PREDICTIONS) {
        ForeignRules rules = {o->rules.model, o->name, o->rules.id};
        return import_foreign(app, kind, path, &rules, err);
    }
    Str name = o->name.len ? o->name : path_stem(str_from(path));
    RecordedSet set = {.source = str_from(path),
                       .dataset = name,
                       .split = o->split.len ? o->split : STR("test"),
                       .cluster = o->rules.cluster,
                       .command = str_printf(app->arena, "import %s", path)};
    TRY(kind == IMPORT_PREDICTIONS ? read_predictions(app, o, path, &set, err)
                                   : read_file(app, o, path, &set, err));
    TRY(make_task(app, o, set.dataset, &set.task, err));
    return import_set(app, &set, err);
}

const Command cmd_import = {.name = "import",
                            .arguments = "FILE|FOLDER",
                            .help = T_HELP_IMPORT,
                            .options = import_options,
                            .options_size = sizeof(ImportOptions),
                            .run = import};
