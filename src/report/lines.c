/* lines.c - samples as lines: CSV for spreadsheets, JSON for programs. */
#include "report/report.h"

#include "base/map.h"
#include "base/vec.h"

#include <string.h>

const Json *report_run(const Json *document, const Json *number)
{
    const Json *runs = json_get(document, "runs");
    for (uint32_t i = 0; number && json_is(runs, JSON_ARRAY) && i < runs->len; i++) {
        const Json *id = json_get(&runs->items[i], "run");
        if (id && json_equal(id, number))
            return &runs->items[i];
    }
    return NULL;
}

static const Json *samples_of(const Json *document)
{
    static const Json none = {.type = JSON_ARRAY};
    const Json *samples = json_get(document, "samples");
    return json_is(samples, JSON_ARRAY) ? samples : &none;
}

/* ---- the table, and CSV ---- */

/* One column for each (metric, filter) that any sample was judged by. */
typedef struct Columns {
    VEC(Str) names;
    Map seen;
} Columns;

/* "exact_match", or "exact_match (strict-match)" when a pipeline is named. */
static Str column_name(Arena *arena, const Json *judgement)
{
    Str metric = json_text(json_get(judgement, "metric"));
    Str filter = json_text(json_get(judgement, "filter"));
    if (!filter.len || str_eqc(filter, "none"))
        return metric;
    return str_printf(arena, "%.*s (%.*s)", (int)metric.len, metric.ptr, (int)filter.len,
                      filter.ptr);
}

static const Json *judgements_of(const Json *sample)
{
    static const Json none = {.type = JSON_ARRAY};
    const Json *list = json_get(sample, "judgements");
    return json_is(list, JSON_ARRAY) ? list : &none;
}

static void add_column(Arena *arena, Str name, Columns *out)
{
    if (map_has(&out->seen, name))
        return;
    map_set(arena, &out->seen, name, out);
    vec_push(arena, &out->names, name);
}

static void find_columns(Arena *arena, const Json *samples, Columns *out)
{
    for (uint32_t i = 0; i < samples->len; i++) {
        const Json *list = judgements_of(&samples->items[i]);
        for (uint32_t k = 0; k < list->len; k++)
            add_column(arena, column_name(arena, &list->items[k]), out);
    }
}

typedef VEC(Json) Cells;

static void add_value(Arena *arena, Cells *cells, const Json *value)
{
    Json cell = value ? *value : json_null();
    vec_push(arena, cells, cell);
}

static void add_metrics(Arena *arena, Cells *cells, const Columns *columns, const Json *sample)
{
    const Json *list = judgements_of(sample);
    for (size_t c = 0; c < columns->names.len; c++) {
        const Json *value = NULL;
        for (uint32_t k = 0; k < list->len && !value; k++)
            if (str_eq(column_name(arena, &list->items[k]), columns->names.items[c]))
                value = json_get(&list->items[k], "value");
        add_value(arena, cells, value);
    }
}

static const char *const of_sample[] = {"item_key", "repeat", "outcome"};
static const char *const at_end[] = {
    "target", "prompt", "output", "prompt_tokens", "completion_tokens", "seconds", "cost", "error",
};

static void name_cells(Arena *arena, const Columns *columns, Cells *out)
{
    static const char *const first[] = {"run", "model", "task", "item", "repeat", "outcome"};
    for (size_t i = 0; i < COUNT(first); i++)
        vec_push(arena, out, json_str(str_from(first[i])));
    for (size_t i = 0; i < columns->names.len; i++)
        vec_push(arena, out, json_str(columns->names.items[i]));
    vec_push(arena, out, json_str(STR("extracted")));
    for (size_t i = 0; i < COUNT(at_end); i++)
        vec_push(arena, out, json_str(str_from(at_end[i])));
}

static void fill_cells(Arena *arena, const Json *document, const Columns *columns,
                       const Json *sample, Cells *out)
{
    const Json *number = json_get(sample, "run"), *run = report_run(document, number);
    const Json *judgements = judgements_of(sample);
    add_value(arena, out, number);
    add_value(arena, out, json_get(run, "model"));
    add_value(arena, out, json_get(run, "task"));
    for (size_t i = 0; i < COUNT(of_sample); i++)
        add_value(arena, out, json_get(sample, of_sample[i]));
    add_metrics(arena, out, columns, sample);
    add_value(arena, out, judgements->len ? json_get(&judgements->items[0], "extracted") : NULL);
    for (size_t i = 0; i < COUNT(at_end); i++)
        add_value(arena, out, json_get(sample, at_end[i]));
}

Status report_table(const Json *document, ReportRow row, void *user, Err *err)
{
    SCOPED_ARENA(arena);
    Columns columns = {0};
    Cells names = {0};
    const Json *samples = samples_of(document);
    find_columns(&arena, samples, &columns);
    name_cells(&arena, &columns, &names);
    TRY(row(user, names.items, names.len, err));
    for (uint32_t i = 0; i < samples->len; i++) {
        SCOPED_ARENA(scratch);
        Cells cells = {0};
        fill_cells(&scratch, document, &columns, &samples->items[i], &cells);
        TRY(row(user, cells.items, cells.len, err));
    }
    return OK;
}

/* Spreadsheets run a cell that begins like this. A plain number, such as -5, is harmless. */
static bool is_formula(Str text)
{
    double number;
    while (text.len && !text.ptr[0]) /* NULs are left out of the cell */
        text = str_after(text, 1);
    return text.len && strchr("=+-@\t\r", text.ptr[0]) && !str_to_double(text, &number);
}

static void add_cell(StrBuf *out, Str text)
{
    bool quote = false;
    for (size_t i = 0; i < text.len && !quote; i++)
        quote = text.ptr[i] && strchr(",\"\r\n\t;", text.ptr[i]);
    if (quote)
        strbuf_addc(out, '"');
    if (is_formula(text))
        strbuf_addc(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            strbuf_addc(out, '"');
        if (text.ptr[i]) /* no spreadsheet takes a NUL */
            strbuf_addc(out, text.ptr[i]);
    }
    if (quote)
        strbuf_addc(out, '"');
}

static Status add_line(void *user, const Json *cells, size_t n, Err *err)
{
    SCOPED_ARENA(scratch);
    StrBuf *out = user;
    for (size_t i = 0; i < n; i++) {
        if (i)
            strbuf_addc(out, ',');
        if (cells[i].type == JSON_STRING || cells[i].type == JSON_NUMBER)
            add_cell(out, cells[i].text);
        else if (cells[i].type != JSON_NULL)
            add_cell(out, json_dump(&scratch, &cells[i]));
    }
    strbuf_adds(out, "\r\n");
    return strbuf_check(out, "the table of samples", err);
}

Status report_csv(const Json *document, StrBuf *out, Err *err)
{
    strbuf_adds(out, "\xef\xbb\xbf");
    return report_table(document, add_line, out, err);
}

/* ---- JSON lines ---- */

static const char *const of_run[] = {"run", "model", "task"};

static bool is_of_run(Str key)
{
    for (size_t i = 0; i < COUNT(of_run); i++)
        if (str_eqc(key, of_run[i]))
            return true;
    return false;
}

static void add_json_line(StrBuf *out, const Json *document, const Json *sample)
{
    const Json *number = json_get(sample, "run"), *run = report_run(document, number);
    JsonWriter w = json_writer(out);
    json_begin(&w, '{');
    for (size_t i = 0; i < COUNT(of_run); i++) {
        const Json *value = json_get(run ? run : sample, of_run[i]);
        if (value) {
            json_key(&w, of_run[i]);
            json_write(&w, value);
        }
    }
    for (uint32_t i = 0; sample->type == JSON_OBJECT && i < sample->len; i++) {
        if (is_of_run(sample->members[i].key))
            continue;
        json_key_str(&w, sample->members[i].key);
        json_write(&w, &sample->members[i].value);
    }
    json_end(&w, '}');
    strbuf_addc(out, '\n');
}

Status report_jsonl(const Json *document, StrBuf *out, Err *err)
{
    const Json *samples = samples_of(document);
    for (uint32_t i = 0; i < samples->len && !out->failed; i++)
        add_json_line(out, document, &samples->items[i]);
    return strbuf_check(out, "the lines of samples", err);
}
