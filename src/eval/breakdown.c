/* breakdown.c - the judged points of a run, sorted into cells by columns of their items. */
#include "eval/breakdown.h"

#include "base/map.h"
#include "base/utf8.h"
#include "core/dataset.h"
#include "eval/private.h"

enum { PAGE_ITEMS = 100, MOST_TEXT = 200 };

typedef struct Sorter {
    Db *db;
    Arena *arena;
    Err *err;
    Breakdown *out;
    Map by_key;                         /* an item's key -> its values, one a column */
    Map numbers[BREAKDOWN_COLUMNS];     /* a value -> its place in out->values, plus 1 */
    bool has_column[BREAKDOWN_COLUMNS]; /* some item has it */
    Json seen_columns;                  /* of the first item, for messages */
} Sorter;

void eval_breakdown_columns(const RunRow *run, Arena *arena, BreakdownNames *out)
{
    Json config;
    if (json_parse(arena, run->config, &config, NULL) != OK)
        return;
    const Json *by = json_path(&config, "metadata.assay.by");
    if (json_is(by, JSON_STRING))
        vec_push(arena, out, by->text);
    for (uint32_t i = 0; json_is(by, JSON_ARRAY) && i < by->len; i++)
        if (json_text(&by->items[i]).len && out->len < BREAKDOWN_COLUMNS)
            vec_push(arena, out, by->items[i].text);
}

/* ---- values of items ---- */

/* A value as people read it; long ones cut. */
static Str shown(Arena *arena, const Json *value)
{
    if (!value || value->type == JSON_NULL)
        return STR("-");
    bool plain = value->type == JSON_STRING || value->type == JSON_NUMBER;
    Str text = plain ? value->text : json_dump(arena, value);
    text = str_copy(arena, utf8_cut(text, MOST_TEXT));
    return text.len ? text : STR("-");
}

static void note_columns(Sorter *s, const Json *data)
{
    if (s->seen_columns.len)
        return;
    for (uint32_t i = 0; i < data->len; i++)
        json_append(s->arena, &s->seen_columns, json_str(str_copy(s->arena, data->members[i].key)));
}

static Status read_item(Sorter *s, const ItemRow *row, Arena *scratch)
{
    Json data;
    TRY(json_parse(scratch, row->data, &data, s->err));
    if (data.type != JSON_OBJECT)
        return OK;
    note_columns(s, &data);
    Str *values = arena_array(s->arena, BREAKDOWN_COLUMNS, sizeof *values);
    for (size_t c = 0; c < s->out->n_columns; c++) {
        const Json *value = json_get_str(&data, s->out->columns[c]);
        s->has_column[c] = s->has_column[c] || value;
        values[c] = shown(s->arena, value);
    }
    map_set(s->arena, &s->by_key, str_copy(s->arena, row->key), values);
    return OK;
}

static Status read_items(Sorter *s, int64_t version_id)
{
    for (int64_t at = 0;;) {
        SCOPED_ARENA(page);
        ItemRows rows = {0};
        TRY(dataset_items(s->db, version_id, at, PAGE_ITEMS, &page, &rows, s->err));
        for (size_t i = 0; i < rows.len; i++)
            TRY(read_item(s, &rows.items[i], &page));
        if (rows.len < PAGE_ITEMS)
            break;
        at = rows.items[rows.len - 1].position + 1;
    }
    for (size_t c = 0; c < s->out->n_columns; c++)
        if (!s->has_column[c]) {
            Str have = json_dump(s->arena, &s->seen_columns);
            return err_set(s->err, E_MISSING,
                           "there is no column \"" STR_FMT
                           "\" in the data; the columns are " STR_FMT,
                           STR_ARG(s->out->columns[c]), STR_ARG(have));
        }
    return OK;
}

/* ---- the order of values ---- */

static Status use_value(Sorter *s, size_t column, Str value)
{
    BreakdownNames *names = &s->out->values[column];
    if (map_has(&s->numbers[column], value))
        return OK;
    if (names->len == BREAKDOWN_VALUES)
        return err_set(s->err, E_LIMIT,
                       "column \"" STR_FMT "\" has more than %d values; take one with few",
                       STR_ARG(s->out->columns[column]), BREAKDOWN_VALUES);
    map_set(s->arena, &s->numbers[column], value, s);
    vec_push(s->arena, names, value);
    return OK;
}

static bool is_after(Str a, Str b)
{
    double x = 0, y = 0;
    bool a_number = str_to_double(a, &x), b_number = str_to_double(b, &y);
    if (a_number != b_number)
        return b_number;
    return a_number && x > y;
}

/* By insertion: texts stay as they came, and there are few. */
static void order_values(Sorter *s, size_t column)
{
    BreakdownNames *names = &s->out->values[column];
    for (size_t i = 1; i < names->len; i++)
        for (size_t k = i; k && is_after(names->items[k - 1], names->items[k]); k--) {
            Str kept = names->items[k];
            names->items[k] = names->items[k - 1];
            names->items[k - 1] = kept;
        }
    for (size_t i = 0; i < names->len; i++)
        map_set(s->arena, &s->numbers[column], names->items[i], (void *)(uintptr_t)(i + 1));
}

/* ---- cells ---- */

/* The values of the item at each position that was asked; NULL where none was. */
static Status values_by_position(Sorter *s, int64_t run_id, Str ***out, size_t *n)
{
    ItemKeys keys = {0};
    TRY(run_item_keys(s->db, run_id, s->arena, &keys, s->err));
    *n = keys.len ? (size_t)keys.items[keys.len - 1].position + 1 : 0;
    *out = arena_array(s->arena, *n + 1, sizeof **out);
    for (size_t i = 0; i < keys.len; i++) {
        Str *values = map_get(&s->by_key, keys.items[i].key);
        (*out)[keys.items[i].position] = values;
        for (size_t c = 0; values && c < s->out->n_columns; c++)
            TRY(use_value(s, c, values[c]));
    }
    for (size_t c = 0; c < s->out->n_columns; c++)
        order_values(s, c);
    return OK;
}

static size_t cell_of(const Sorter *s, const Str *values)
{
    size_t cell = 0;
    for (size_t c = s->out->n_columns; c-- > 0;) {
        size_t place = (uintptr_t)map_get(&s->numbers[c], values[c]) - 1;
        cell = cell * s->out->values[c].len + place;
    }
    return cell;
}

static Status fill_cells(Sorter *s, const RunRow *run, const RunPoints *points, Str **values,
                         size_t n_values)
{
    const PointSet *all = &points->sets.items[0];
    Breakdown *b = s->out;
    Json config;
    PointSet kept = {.criterion = all->criterion, .filter = all->filter};
    TRY(json_parse(s->arena, run->config, &config, s->err));
    b->n_cells = b->values[0].len * (b->n_columns > 1 ? b->values[1].len : 1);
    if (b->n_cells > BREAKDOWN_CELLS)
        return err_set(s->err, E_LIMIT, "the columns have %zu pairs of values; at most %d",
                       b->n_cells, BREAKDOWN_CELLS);
    PointSet *sets = arena_array(s->arena, b->n_cells + 1, sizeof *sets);
    for (size_t i = 0; i < all->points.len; i++) {
        const Point *p = &all->points.items[i];
        const Str *v = (size_t)p->position < n_values ? values[p->position] : NULL;
        if (!v)
            continue;
        vec_push(s->arena, &kept.points, *p);
        vec_push(s->arena, &sets[cell_of(s, v)].points, *p);
    }
    b->metric = eval_summarise_points(&kept, &config, points->n_clusters, 0, s->arena);
    b->cells = arena_array(s->arena, b->n_cells + 1, sizeof *b->cells);
    for (size_t i = 0; i < b->n_cells; i++) {
        sets[i].criterion = all->criterion;
        sets[i].filter = all->filter;
        b->cells[i] = eval_summarise_points(&sets[i], &config, points->n_clusters, 0, s->arena);
    }
    return OK;
}

Status eval_breakdown(Db *db, int64_t run_id, const BreakdownNames *columns, Arena *arena,
                      Breakdown *out, Err *err)
{
    Breakdown b = {.n_columns = columns->len};
    Sorter s = {.db = db, .arena = arena, .err = err, .out = &b};
    RunRow run;
    RunPoints points = {0};
    Str **values;
    size_t n_values;
    if (!columns->len || columns->len > BREAKDOWN_COLUMNS)
        return err_set(err, E_USAGE, "a breakdown is by one or two columns");
    s.seen_columns = (Json){.type = JSON_ARRAY};
    for (size_t c = 0; c < columns->len; c++)
        b.columns[c] = columns->items[c];
    TRY(run_get(db, run_id, arena, &run, err));
    TRY(run_numbers(db, run_id, arena, &points, NULL, err));
    if (!points.sets.len) {
        *out = (Breakdown){0};
        return OK;
    }
    TRY(read_items(&s, run.version_id));
    TRY(values_by_position(&s, run_id, &values, &n_values));
    TRY(fill_cells(&s, &run, &points, values, n_values));
    *out = b;
    return OK;
}
