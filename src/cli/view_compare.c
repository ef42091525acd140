/* view_compare.c - comparisons of runs as a table, with verdicts and flips. */
#include "cli/table.h"
#include "cli/view.h"

#include <math.h>

static bool comparison_of_shares(const Comparison *c)
{
    return metric_has_share_name(c->metric) && !(c->mean_a < 0 || c->mean_a > 1) &&
           !(c->mean_b < 0 || c->mean_b > 1);
}

static void print_verdict(App *app, const Comparison *c)
{
    SCOPED_ARENA(a);
    Str p = show_p(&a, c->p_holm, c->log10_p);
    if (c->p_holm < 0.05) {
        bool b_better = (c->difference.mean > 0) == c->higher_is_better;
        const RunRow *better = b_better ? &c->b : &c->a, *worse = b_better ? &c->a : &c->b;
        fprintf(
            app->out, "%s\n",
            trf(app, &a, T_VERDICT_BETTER, better->model.ptr, worse->model.ptr, c->task.ptr, p.ptr)
                .ptr);
        return;
    }
    if (isnan(c->detectable)) {
        fprintf(app->out, "%s\n", trf(app, &a, T_VERDICT_BARE, c->task.ptr, p.ptr).ptr);
        return;
    }
    Str size = show_value(&a, c->detectable, comparison_of_shares(c));
    fprintf(app->out, "%s\n", trf(app, &a, T_VERDICT_NONE, c->task.ptr, p.ptr, size.ptr).ptr);
}

static void print_flip(App *app, const Flip *f, bool binary, int width)
{
    int pad = width - (int)text_width(f->key);
    fprintf(app->out, "  " STR_FMT "%*s  ", STR_ARG(f->key), pad > 0 ? pad : 0, "");
    if (binary)
        fprintf(app->out, "%g -> %g\n", f->a, f->b);
    else
        fprintf(app->out, "%.4g -> %.4g  (%+.4g)\n", f->a, f->b, f->b - f->a);
}

static void print_flips(App *app, const Comparison *c, size_t most)
{
    SCOPED_ARENA(a);
    if (!c->flips.len || !most)
        return;
    fprintf(app->out, "%s\n", trf(app, &a, c->binary ? T_FLIPS : T_CHANGES, c->flips.len).ptr);
    size_t n = most < c->flips.len ? most : c->flips.len;
    int width = 0;
    for (size_t i = 0; i < n; i++) {
        int own = (int)text_width(c->flips.items[i].key);
        width = own > width && own <= 40 ? own : width;
    }
    for (size_t i = 0; i < n; i++)
        print_flip(app, &c->flips.items[i], c->binary, width);
    if (n < c->flips.len)
        fprintf(app->out, "  %s\n", trf(app, &a, T_MORE, c->flips.len - n).ptr);
}

static const char *test_text(const App *app, const char *test)
{
    static const TextId texts[] = {T_TEST_MCNEMAR, T_TEST_SIGN_FLIP, T_TEST_RANDOMISATION};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (!strcmp(test, text_of(texts[i], false)))
            return tr(app, texts[i]);
    return test;
}

/* Whether all compare the same two models, which then stand in the heads. */
static bool same_models(const Comparisons *list)
{
    for (size_t i = 1; i < list->len; i++)
        if (!str_eq(list->items[i].a.model, list->items[0].a.model) ||
            !str_eq(list->items[i].b.model, list->items[0].b.model))
            return false;
    return list->len > 1;
}

static void add_side(Table *t, Str model, double mean, bool share, bool named)
{
    if (named)
        table_addf(t, STR_FMT " %s", STR_ARG(model), show_value(t->arena, mean, share).ptr);
    else
        table_add(t, show_value(t->arena, mean, share));
}

static void add_comparison_row(Table *t, const App *app, const Comparison *c, bool named)
{
    Arena *a = t->arena;
    bool share = comparison_of_shares(c);
    table_add(t, c->task);
    table_add(t, metric_title(a, c->metric, c->filter));
    add_side(t, c->a.model, c->mean_a, share, named);
    add_side(t, c->b.model, c->mean_b, share, named);
    table_addf(t, share ? "%+.1f" : "%+.4g", c->difference.mean * (share ? 100 : 1));
    table_add(t, show_interval(a, c->difference.ci.low, c->difference.ci.high, share));
    table_addf(t, "%zu", c->n);
    if (c->binary)
        table_addf(t, "%llu / %llu", (unsigned long long)c->a_only_right,
                   (unsigned long long)c->b_only_right);
    else
        table_add(t, STR("-"));
    table_addf(t, "%s %s", test_text(app, c->test), show_p(a, c->p, c->log10_p).ptr);
    table_add(t, show_p(a, c->p_holm, c->log10_p));
    if (isnan(c->detectable))
        table_add(t, STR("-"));
    else
        table_addf(t, "±%s", show_value(a, c->detectable, share).ptr);
}

void print_comparisons(App *app, const Comparisons *list, size_t most_flips)
{
    SCOPED_ARENA(a);
    Table t = table_make(&a, 11, 1u << 2 | 1u << 3 | 1u << 4 | 1u << 6 | 1u << 9 | 1u << 10);
    bool shared = same_models(list);
    t.records = list->len == 1;
    if (shared) /* what is left out: metric, test, who was right, detectable, n, interval */
        memcpy(t.optional, "\x02\x09\x08\x0b\x07\x06", 6);
    else
        t.right &= ~(uint64_t)(1u << 2 | 1u << 3);
    table_add(&t, str_from(tr(app, T_TASK)));
    table_add(&t, str_from(tr(app, T_METRIC)));
    table_add(&t, shared ? list->items[0].a.model : str_from(tr(app, T_MODEL)));
    table_add(&t, shared ? list->items[0].b.model : str_from(tr(app, T_MODEL)));
    table_heads(&t, app, (const TextId[]){T_DIFFERENCE, T_INTERVAL, T_ITEMS}, 3);
    table_addf(&t, "%s / %s", tr(app, T_ONLY_FIRST_RIGHT), tr(app, T_ONLY_SECOND_RIGHT));
    table_addf(&t, "%s%sp", tr(app, T_TEST), tr(app, T_COMMA));
    table_heads(&t, app, (const TextId[]){T_HOLM, T_DETECTABLE}, 2);
    for (size_t i = 0; i < list->len; i++)
        add_comparison_row(&t, app, &list->items[i], !shared);
    table_print(&t, app);
    fputc('\n', app->out);
    int64_t any = 0; /* a run with an item that changed */
    for (size_t i = 0; i < list->len; i++) {
        const Comparison *c = &list->items[i];
        print_verdict(app, c);
        if (c->differs.len)
            fprintf(app->out, "%s\n", tr(app, T_FORCED));
        for (size_t d = 0; d < c->differs.len; d++)
            fprintf(app->out, "  %.*s\n", (int)c->differs.items[d].len, c->differs.items[d].ptr);
        if (c->only_a || c->only_b)
            fprintf(app->out, "%s\n", trf(app, &a, T_UNPAIRED, c->only_a, c->only_b).ptr);
        print_flips(app, c, most_flips);
        if (!any && c->flips.len)
            any = c->b.id;
    }
    if (any && most_flips)
        fprintf(app->out, "%s\n", trf(app, &a, T_LOOK_AT_ITEM, (long long)any).ptr);
}
