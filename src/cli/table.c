/* table.c - tables and numbers for terminals. */
#include "cli/table.h"

#include "base/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <utf8proc.h>

Table table_make(Arena *arena, size_t n_columns, uint64_t right)
{
    return (Table){.arena = arena, .n_columns = n_columns, .right = right};
}

void table_add(Table *t, Str cell)
{
    vec_push(t->arena, &t->cells, cell);
}

void table_addf(Table *t, const char *fmt, ...)
{
    StrBuf text = strbuf_make(t->arena, 1 << 16);
    va_list args;
    va_start(args, fmt);
    strbuf_addv(&text, fmt, args);
    va_end(args);
    table_add(t, strbuf_str(&text));
}

void table_heads(Table *t, const App *app, const TextId *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        table_add(t, str_from(tr(app, ids[i])));
}

size_t text_width(Str s)
{
    size_t width = 0;
    for (size_t at = 0; at < s.len;) {
        int32_t code = utf8_next(s, &at);
        int w = code == UTF8_BAD ? 1 : utf8proc_charwidth(code);
        width += w > 0 ? (size_t)w : 0;
    }
    return width;
}

enum { GAP = 2 }; /* between columns */

static void pad(FILE *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fputc(' ', out);
}

static void print_cell(FILE *out, Str cell, size_t width, bool right, bool last)
{
    size_t have = text_width(cell), gap = width > have ? width - have : 0;
    if (right)
        pad(out, gap);
    fwrite(cell.ptr ? cell.ptr : "", 1, cell.len, out);
    if (!last)
        pad(out, (right ? 0 : gap) + GAP);
}

/* ---- fitting ---- */

static size_t total_width(const Table *t, const size_t *widths)
{
    size_t total = 0;
    for (size_t c = 0; c < t->n_columns; c++)
        total += widths[c] ? widths[c] + GAP : 0;
    return total > GAP ? total - GAP : 0;
}

/* A column that is left out has width 0 from now on. */
static bool make_fit(const Table *t, size_t *widths, size_t room)
{
    for (size_t i = 0; i < COUNT(t->optional) && t->optional[i]; i++)
        if (total_width(t, widths) > room)
            widths[t->optional[i] - 1] = 0;
    return total_width(t, widths) <= room;
}

static size_t last_column(const Table *t, const size_t *widths)
{
    size_t last = 0;
    for (size_t c = 0; c < t->n_columns; c++)
        last = widths[c] ? c : last;
    return last;
}

/* "model:  local:tiny-4", a line a cell. */
static void print_records(const Table *t, const App *app)
{
    size_t widest = 0;
    for (size_t c = 0; c < t->n_columns; c++) {
        size_t w = text_width(t->cells.items[c]);
        widest = w > widest ? w : widest;
    }
    for (size_t i = t->n_columns; t->n_columns && i < t->cells.len; i++) {
        size_t c = i % t->n_columns;
        if (c == 0 && i > t->n_columns)
            fputc('\n', app->out);
        if (!t->cells.items[i].len || str_eqc(t->cells.items[i], "-"))
            continue;
        fputs(app->color ? "\x1b[2m" : "", app->out);
        print_cell(app->out, t->cells.items[c], widest, false, false);
        fputs(app->color ? "\x1b[0m" : "", app->out);
        fprintf(app->out, STR_FMT "\n", STR_ARG(t->cells.items[i]));
    }
}

static size_t *widths_of(const Table *t)
{
    size_t *widths = arena_array(t->arena, t->n_columns, sizeof *widths);
    for (size_t i = 0; i < t->cells.len; i++) {
        size_t w = text_width(t->cells.items[i]);
        if (w > widths[i % t->n_columns])
            widths[i % t->n_columns] = w;
    }
    return widths;
}

bool table_fits(const Table *t, const App *app)
{
    return !app->columns || make_fit(t, widths_of(t), app->columns);
}

void table_print(const Table *t, const App *app)
{
    size_t *widths = widths_of(t);
    if (app->columns && !make_fit(t, widths, app->columns) && t->records) {
        print_records(t, app);
        return;
    }
    size_t last = last_column(t, widths);
    for (size_t i = 0; i < t->cells.len; i++) {
        size_t column = i % t->n_columns;
        bool head = i < t->n_columns;
        if (head && column == 0 && app->color)
            fputs("\x1b[1m", app->out);
        if (widths[column])
            print_cell(app->out, t->cells.items[i], widths[column], t->right >> column & 1,
                       column == last);
        if (column + 1 == t->n_columns)
            fputs(head && app->color ? "\x1b[0m\n" : "\n", app->out);
    }
}

Str show_percent(Arena *arena, double share)
{
    return isnan(share) ? STR("-") : str_printf(arena, "%.1f", share * 100);
}

Str show_value(Arena *arena, double value, bool share)
{
    if (isnan(value))
        return STR("-");
    return share ? show_percent(arena, value) : str_printf(arena, "%.4g", value);
}

Str show_interval(Arena *arena, double low, double high, bool share)
{
    if (isnan(low) || isnan(high))
        return STR("-");
    return str_printf(arena, "[%s, %s]", show_value(arena, low, share).ptr,
                      show_value(arena, high, share).ptr);
}

Str show_p(Arena *arena, double p, double log10_p)
{
    if (p >= 0.0001)
        return str_printf(arena, "%.4f", p);
    if (p > 0)
        return str_printf(arena, "%.1e", p);
    double exponent = floor(log10_p);
    return str_printf(arena, "%.1fe%.0f", pow(10, log10_p - exponent), exponent);
}

Str show_bar(Arena *arena, double low, double mean, double high)
{
    enum { WIDTH = 20 };
    if (isnan(mean))
        return STR("");
    StrBuf out = strbuf_make(arena, (size_t)WIDTH * 4);
    int from = (int)lround((isnan(low) ? mean : low) * (WIDTH - 1));
    int to = (int)lround((isnan(high) ? mean : high) * (WIDTH - 1));
    int at = (int)lround(mean * (WIDTH - 1));
    for (int i = 0; i < WIDTH; i++)
        strbuf_adds(&out, i == at ? "●" : i >= from && i <= to ? "━" : "·");
    return strbuf_str(&out);
}
