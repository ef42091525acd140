/* table.h - aligned tables on a terminal, with wide (Chinese) characters counted as two. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "base/vec.h"
#include "cli/app.h"

typedef struct Table {
    Arena *arena;
    size_t n_columns;
    VEC(Str) cells; /* row after row; the first row is the head */
    uint64_t right; /* bit: column is right-aligned */
    /* Where the terminal is too narrow: columns to leave out, the first one first (column number
     * plus 1; ends with 0), and then one line a cell ("model: local:tiny-4") where `records`. */
    unsigned char optional[8];
    bool records;
} Table;

Table table_make(Arena *arena, size_t n_columns, uint64_t right);
void table_add(Table *t, Str cell);
void table_addf(Table *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The first row, in the user's language. */
void table_heads(Table *t, const App *app, const TextId *ids, size_t n);
/* Whether it fits the terminal, at need without its optional columns. */
bool table_fits(const Table *t, const App *app);
void table_print(const Table *t, const App *app);

/* Columns that `s` takes on a terminal. */
size_t text_width(Str s);

/* "72.4 %", with as many decimals as make sense; "-" for NAN. */
Str show_percent(Arena *arena, double share);
/* A value on its own scale: shares as percent, others with four digits. */
Str show_value(Arena *arena, double value, bool share);
/* "[69.1, 75.5]" */
Str show_interval(Arena *arena, double low, double high, bool share);
/* p as people write it: 0.0032, 3.1e-12, from log10 when p underflows. */
Str show_p(Arena *arena, double p, double log10_p);
/* A 20-character bar of [0,1] with the interval and the mean marked. */
Str show_bar(Arena *arena, double low, double mean, double high);

#endif
