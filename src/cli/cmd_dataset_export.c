/* cmd_dataset_export.c - assay dataset export: items of a version as lines, a table, a workbook. */
#include "base/file.h"
#include "base/limits.h"
#include "cli/dataset_view.h"
#include "cli/table_out.h"
#include "core/store.h"
#include "pack/parquet_write.h"
#include "text/csv.h"

enum { PAGE = 2000 };

typedef struct Writer {
    Db *db;
    const DatasetVersion *version;
    Arena *arena;
    StrBuf out;
    char delimiter;  /* of delimited text */
    StrList columns; /* of all items, in order of appearance */
    Map known;
    XlsxWriter *workbook;
    ParquetWriter *parquet;
    Err *err;
} Writer;

typedef Status (*EachItem)(Writer *w, const ItemRow *row, Arena *scratch);

static Status each_item(Writer *w, EachItem each)
{
    for (int64_t at = 0; at < w->version->n_items;) {
        SCOPED_ARENA(page);
        ItemRows rows = {0};
        TRY(dataset_items(w->db, w->version->id, at, PAGE, &page, &rows, w->err));
        if (!rows.len)
            return err_set(w->err, E_IO, "item %lld is missing in the database", (long long)at);
        for (size_t i = 0; i < rows.len; i++, at++)
            TRY(each(w, &rows.items[i], &page));
    }
    return OK;
}

static Status put_line(Writer *w, const ItemRow *row, Arena *scratch)
{
    (void)scratch;
    strbuf_add(&w->out, row->data);
    strbuf_addc(&w->out, '\n');
    return strbuf_check(&w->out, "the export", w->err);
}

static Status note_columns(Writer *w, const ItemRow *row, Arena *scratch)
{
    Json record;
    TRY(json_parse(scratch, row->data, &record, w->err));
    for (uint32_t i = 0; i < record.len; i++) {
        if (map_has(&w->known, record.members[i].key))
            continue;
        Str name = str_copy(w->arena, record.members[i].key);
        if (w->columns.len == LIMIT_COLUMNS)
            return err_set(w->err, E_LIMIT, "more than %d columns; export .jsonl", LIMIT_COLUMNS);
        vec_push(w->arena, &w->columns, name);
        map_set(w->arena, &w->known, name, w);
    }
    return OK;
}

static Status put_row(Writer *w, const ItemRow *row, Arena *scratch)
{
    Json record;
    TRY(json_parse(scratch, row->data, &record, w->err));
    for (size_t i = 0; i < w->columns.len; i++) {
        const Json *value = json_get_str(&record, w->columns.items[i]);
        Str text = !value || value->type == JSON_NULL ? STR("")
                   : value->type == JSON_STRING       ? value->text
                                                      : json_dump(scratch, value);
        if (i)
            strbuf_addc(&w->out, w->delimiter);
        csv_put(&w->out, text, w->delimiter);
    }
    strbuf_addc(&w->out, '\n');
    return strbuf_check(&w->out, "the export", w->err);
}

/* A table has columns with names; records of none are for JSON lines. */
static Status find_columns(Writer *w)
{
    TRY(each_item(w, note_columns));
    if (!w->columns.len)
        return err_set(w->err, E_PARSE, "its items have no columns; export .jsonl");
    if (w->columns.len == 1 && !w->columns.items[0].len)
        return err_set(w->err, E_PARSE, "its only column has no name; export .jsonl");
    return OK;
}

static Status put_table(Writer *w)
{
    TRY(find_columns(w));
    if (w->delimiter == ',') /* spreadsheet programs take a table without it for a local encoding */
        strbuf_adds(&w->out, "\xef\xbb\xbf");
    for (size_t i = 0; i < w->columns.len; i++) {
        if (i)
            strbuf_addc(&w->out, w->delimiter);
        csv_put(&w->out, w->columns.items[i], w->delimiter);
    }
    strbuf_addc(&w->out, '\n');
    return each_item(w, put_row);
}

static Status put_cells(Writer *w, const ItemRow *row, Arena *scratch)
{
    Json record;
    Cell *cells = arena_array(scratch, w->columns.len, sizeof *cells);
    TRY(json_parse(scratch, row->data, &record, w->err));
    for (size_t i = 0; i < w->columns.len; i++)
        cells[i] = table_cell(scratch, i, json_get_str(&record, w->columns.items[i]));
    return xlsx_write_row(w->workbook, cells, w->columns.len, w->err);
}

static Status put_workbook(Writer *w)
{
    TRY(find_columns(w));
    Cell *names = arena_array(w->arena, w->columns.len, sizeof *names);
    for (size_t i = 0; i < w->columns.len; i++)
        names[i] = (Cell){i, CELL_TEXT, w->columns.items[i]};
    TRY(xlsx_write_begin(w->arena, &w->out, "items", &w->workbook, w->err));
    TRY(xlsx_write_row(w->workbook, names, w->columns.len, w->err));
    TRY(each_item(w, put_cells));
    return xlsx_write_end(w->workbook, w->err);
}

static Status put_record(Writer *w, const ItemRow *row, Arena *scratch)
{
    Json record;
    TRY(json_parse(scratch, row->data, &record, w->err));
    return parquet_write_record(w->parquet, &record, w->err);
}

static Status put_parquet(Writer *w)
{
    TRY(parquet_writer(w->arena, &w->parquet, w->err));
    TRY(each_item(w, put_record));
    return parquet_write_end(w->parquet, &w->out, w->err);
}

static Status put_lines(Writer *w)
{
    return each_item(w, put_line);
}

typedef struct Kind {
    const char *ext;
    char delimiter;
    Status (*put)(Writer *w);
} Kind;

static const Kind kinds[] = {
    {"jsonl", 0, put_lines},   {"csv", ',', put_table},     {"tsv", '\t', put_table},
    {"xlsx", 0, put_workbook}, {"parquet", 0, put_parquet},
};

static Status export_in(App *app, Db *db, const StrList *arguments, const Kind *kind, Err *err)
{
    DatasetVersion v;
    TRY(dataset_named(db, arguments->items[0], app->arena, &v, err));
    Writer w = {
        .db = db, .version = &v, .arena = app->arena, .delimiter = kind->delimiter, .err = err};
    w.out = strbuf_make(NULL, 8 * GIB);
    Status status = kind->put(&w);
    const char *path = str_z(app->arena, arguments->items[1]);
    if (status == OK)
        status = file_write(path, strbuf_str(&w.out), err);
    strbuf_free(&w.out);
    if (status == OK && !app->quiet)
        fprintf(app->info, "%s\n",
                trf(app, app->arena, T_EXPORTED_ITEMS, (long long)v.n_items, path).ptr);
    return status;
}

static Status run_export(App *app, void *options, const StrList *arguments, Err *err)
{
    (void)options;
    Db *db;
    const Kind *kind = NULL;
    if (arguments->len != 2)
        return err_set(err, E_USAGE, "which data set, and into which file? Give NAME FILE");
    Str ext = path_ext(arguments->items[1]);
    for (size_t i = 0; i < COUNT(kinds) && !kind; i++)
        if (str_eqc(ext, kinds[i].ext))
            kind = &kinds[i];
    if (!kind)
        return err_set(err, E_USAGE,
                       "the file's name must end in .jsonl, .csv, .tsv, .xlsx or .parquet");
    TRY(store_open_read(app->db_url, &db, err));
    Status status = export_in(app, db, arguments, kind, err);
    db_close(db);
    return status;
}

const Command cmd_dataset_export = {.name = "dataset export",
                                    .arguments = "NAME[:SPLIT][@VERSION] FILE",
                                    .help = T_HELP_DATASET_EXPORT,
                                    .run = run_export};
