/* view_breakdown.c - a run's number by columns of its data: as JSON and as a table. */
#include "cli/phrase.h"
#include "cli/table.h"
#include "cli/view.h"

static Status split_columns(Str by, Arena *arena, BreakdownNames *out, Err *err)
{
    for (Str rest = by; rest.ptr;) {
        Str one = str_trim(str_split(&rest, ','));
        if (!one.len || out->len == BREAKDOWN_COLUMNS)
            return err_set(err, E_USAGE,
                           "--by takes one column or two, as length,depth, not \"" STR_FMT "\"",
                           STR_ARG(by));
        vec_push(arena, out, one);
    }
    return OK;
}

Status breakdown_of(App *app, Db *db, const RunRow *run, Str by, Breakdown *out, Err *err)
{
    BreakdownNames columns = {0};
    *out = (Breakdown){0};
    if (by.len) {
        TRY(split_columns(by, app->arena, &columns, err));
        return eval_breakdown(db, run->id, &columns, app->arena, out, err);
    }
    eval_breakdown_columns(run, app->arena, &columns);
    if (!columns.len)
        return OK;
    /* What a task asks for by itself must not keep a run from being shown. */
    if (eval_breakdown(db, run->id, &columns, app->arena, out, err) != OK) {
        fprintf(app->info, "metadata.assay.by: %s\n",
                phrase_error(app, app->arena, str_from(err->msg)).ptr);
        *out = (Breakdown){0};
    }
    return OK;
}

static size_t n_first(const Breakdown *b)
{
    return b->values[0].len;
}

/* ---- JSON ---- */

static Json names_json(const BreakdownNames *names, Arena *a)
{
    Json list = {.type = JSON_ARRAY};
    for (size_t i = 0; i < names->len; i++)
        json_append(a, &list, json_str(names->items[i]));
    return list;
}

static Json cell_json(const Breakdown *b, size_t first, size_t second, Arena *a)
{
    const MeanResult *m = &b->cells[second * n_first(b) + first].headline;
    Json o = {.type = JSON_OBJECT}, at = {.type = JSON_ARRAY};
    json_append(a, &at, json_integer(a, (int64_t)first));
    if (b->n_columns > 1)
        json_append(a, &at, json_integer(a, (int64_t)second));
    json_set(a, &o, STR("at"), at);
    json_set(a, &o, STR("n"), json_integer(a, (int64_t)m->n));
    json_set(a, &o, STR("mean"), json_num(a, m->mean));
    json_set(a, &o, STR("low"), json_num(a, m->ci.low));
    json_set(a, &o, STR("high"), json_num(a, m->ci.high));
    return o;
}

Json view_breakdown(const Breakdown *b, Arena *a)
{
    Json o = {.type = JSON_OBJECT}, columns = {.type = JSON_ARRAY}, values = {.type = JSON_ARRAY},
         cells = {.type = JSON_ARRAY};
    if (!b->n_columns)
        return json_null();
    for (size_t c = 0; c < b->n_columns; c++) {
        json_append(a, &columns, json_str(b->columns[c]));
        json_append(a, &values, names_json(&b->values[c], a));
    }
    for (size_t y = 0; y * n_first(b) < b->n_cells; y++)
        for (size_t x = 0; x < n_first(b); x++)
            if (b->cells[y * n_first(b) + x].headline.n)
                json_append(a, &cells, cell_json(b, x, y, a));
    json_set(a, &o, STR("metric"), json_str(b->metric.metric));
    json_set(a, &o, STR("filter"), json_str(b->metric.filter));
    json_set(a, &o, STR("higher_is_better"), json_truth(b->metric.higher_is_better));
    json_set(a, &o, STR("columns"), columns);
    json_set(a, &o, STR("values"), values);
    json_set(a, &o, STR("cells"), cells);
    return o;
}

/* ---- text ---- */

static void print_one(App *app, const Breakdown *b, bool share, Arena *a)
{
    static const TextId heads[] = {T_SCORE, T_INTERVAL, T_ITEMS};
    Table t = table_make(a, 1 + COUNT(heads), 1u << 1 | 1u << 3);
    table_add(&t, b->columns[0]);
    for (size_t i = 0; i < COUNT(heads); i++)
        table_add(&t, str_from(tr(app, heads[i])));
    for (size_t i = 0; i < b->n_cells; i++) {
        const MeanResult *m = &b->cells[i].headline;
        table_add(&t, b->values[0].items[i]);
        table_add(&t, show_value(a, m->mean, share));
        table_add(&t, show_interval(a, m->ci.low, m->ci.high, share));
        table_addf(&t, "%zu", m->n);
    }
    table_print(&t, app);
}

/* The items of each cell when all have as many; 0 else. */
static size_t common_n(const Breakdown *b)
{
    size_t n = b->n_cells ? b->cells[0].headline.n : 0;
    for (size_t i = 1; i < b->n_cells; i++)
        if (b->cells[i].headline.n != n)
            return 0;
    return n;
}

static void add_cell(Table *t, const MeanResult *m, bool share, bool with_n)
{
    Arena *a = t->arena;
    if (!m->n) {
        table_add(t, STR("-"));
        return;
    }
    Str text = str_printf(a, "%s %s", show_value(a, m->mean, share).ptr,
                          show_interval(a, m->ci.low, m->ci.high, share).ptr);
    table_add(t, with_n ? str_printf(a, "%s %zu", text.ptr, m->n) : text);
}

/* The first column's values from left to right, the second's from top to bottom. */
static void print_two(App *app, const Breakdown *b, bool share, Arena *a)
{
    size_t n = common_n(b);
    Table t = table_make(a, 1 + n_first(b), UINT64_MAX);
    table_addf(&t, STR_FMT " \\ " STR_FMT, STR_ARG(b->columns[1]), STR_ARG(b->columns[0]));
    for (size_t x = 0; x < n_first(b); x++)
        table_add(&t, b->values[0].items[x]);
    for (size_t y = 0; y < b->values[1].len; y++) {
        table_add(&t, b->values[1].items[y]);
        for (size_t x = 0; x < n_first(b); x++)
            add_cell(&t, &b->cells[y * n_first(b) + x].headline, share, !n);
    }
    table_print(&t, app);
    if (n)
        fprintf(app->out, "%s\n", trf(app, a, T_CELL_ITEMS, n).ptr);
    else
        fprintf(app->out, "%s\n", tr(app, T_CELL_ITEMS_DIFFER));
}

void print_breakdown(App *app, const Breakdown *b)
{
    SCOPED_ARENA(a);
    if (!b->n_columns)
        return;
    bool share = metric_is_share(&b->metric);
    fprintf(app->out, "\n" STR_FMT "\n", STR_ARG(b->metric.metric));
    if (b->n_columns == 1)
        print_one(app, b, share, &a);
    else
        print_two(app, b, share, &a);
}
