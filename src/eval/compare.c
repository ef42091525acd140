/* compare.c - paired comparison of runs. */
#include "eval/compare.h"

#include "base/map.h"
#include "eval/aggregate.h"
#include "eval/summary.h"
#include "task/metric_options.h"

#include <math.h>

enum { FLIP_SEED = 1234, MOST_DIFFERENCES = 12 };

/* ---- protocols ---- */

typedef VEC(Str) Lines;

static Str shown(Arena *arena, const Json *value)
{
    Str text = value ? json_dump(arena, value) : STR("(absent)");
    return text.len > 80 ? str_printf(arena, "%.77s...", text.ptr) : text;
}

static void diff_json(Arena *arena, Str path, const Json *a, const Json *b, Lines *out)
{
    if (a && b && json_equal(a, b))
        return;
    if (!a || !b || !json_is(a, JSON_OBJECT) || !json_is(b, JSON_OBJECT)) {
        vec_push(arena, out,
                 str_printf(arena, "%.*s: %s / %s", (int)path.len, path.ptr, shown(arena, a).ptr,
                            shown(arena, b).ptr));
        return;
    }
    const Json *sides[] = {a, b};
    for (int side = 0; side < 2; side++)
        for (uint32_t i = 0; i < sides[side]->len; i++) {
            Str key = sides[side]->members[i].key;
            const Json *x = json_get_str(a, key), *y = json_get_str(b, key);
            if (side == 1 && x)
                continue; /* seen from the other side */
            Str deeper = path.len ? str_printf(arena, "%.*s.%.*s", (int)path.len, path.ptr,
                                               (int)key.len, key.ptr)
                                  : key;
            diff_json(arena, deeper, x, y, out);
        }
}

static Status check_protocols(const RunRow *a, const RunRow *b, bool force, Arena *arena,
                              Comparison *c, Err *err)
{
    Json x, y;
    Lines lines = {0};
    if (str_eq(a->protocol_hash, b->protocol_hash))
        return OK;
    TRY(json_parse(arena, a->protocol, &x, err));
    TRY(json_parse(arena, b->protocol, &y, err));
    if (!str_eq(a->task, b->task))
        vec_push(arena, &lines, str_printf(arena, "name: %s / %s", a->task.ptr, b->task.ptr));
    diff_json(arena, (Str){0}, &x, &y, &lines);
    StrBuf text = strbuf_make(arena, 1 << 16);
    for (size_t i = 0; i < lines.len; i++) {
        vec_push(arena, &c->differs, lines.items[i]);
        if (i < MOST_DIFFERENCES)
            strbuf_addf(&text, "\n  %.*s", (int)lines.items[i].len, lines.items[i].ptr);
    }
    if (force)
        return OK;
    return err_set(err, E_CONFLICT,
                   "runs %lld and %lld follow different protocols, their numbers are not "
                   "comparable (--force compares all the same):" STR_FMT,
                   (long long)a->id, (long long)b->id, STR_ARG(strbuf_str(&text)));
}

/* ---- pairing ---- */

typedef struct Side {
    RunRow run;
    RunPoints points;
    ItemKeys keys;
    Map by_key; /* item key -> ItemKey */
} Side;

static Status load_side(Db *db, int64_t id, bool need_keys, Arena *arena, Side *out, Err *err)
{
    TRY(run_numbers(db, id, arena, &out->points, NULL, err));
    TRY(run_item_keys(db, id, arena, &out->keys, err));
    for (size_t i = 0; need_keys && i < out->keys.len; i++)
        map_set(arena, &out->by_key, out->keys.items[i].key, &out->keys.items[i]);
    return OK;
}

static const PointSet *find_set(const RunPoints *points, Str criterion, Str filter)
{
    for (size_t i = 0; i < points->sets.len; i++)
        if (str_eq(points->sets.items[i].criterion, criterion) &&
            str_eq(points->sets.items[i].filter, filter))
            return &points->sets.items[i];
    return NULL;
}

/* Frameworks name their pipelines differently: of a forced comparison the first of the metric. */
static const PointSet *find_metric(const RunPoints *points, Str criterion)
{
    for (size_t i = 0; i < points->sets.len; i++)
        if (str_eq(points->sets.items[i].criterion, criterion))
            return &points->sets.items[i];
    return NULL;
}

static int by_position(const void *key, const void *element)
{
    int64_t p = *(const int64_t *)key, q = ((const Point *)element)->position;
    return (p > q) - (p < q);
}

static const Point *point_at(const PointSet *set, int64_t position)
{
    return set->points.len
               ? bsearch(&position, set->points.items, set->points.len, sizeof(Point), by_position)
               : NULL;
}

static int key_by_position(const void *key, const void *element)
{
    int64_t p = *(const int64_t *)key, q = ((const ItemKey *)element)->position;
    return (p > q) - (p < q);
}

static Str key_at(const Side *side, int64_t position)
{
    const ItemKey *k = side->keys.len ? bsearch(&position, side->keys.items, side->keys.len,
                                                sizeof(ItemKey), key_by_position)
                                      : NULL;
    return k ? k->key : (Str){0};
}

/* The point of b that pairs with a's: by position in one version, by item key else. */
static const Point *partner(const Side *a, const Side *b, bool same_version, const Point *p,
                            const PointSet *of_b)
{
    if (same_version)
        return point_at(of_b, p->position);
    const ItemKey *k = map_get(&b->by_key, key_at(a, p->position));
    return k ? point_at(of_b, k->position) : NULL;
}

/* ---- one metric ---- */

typedef struct Pairs {
    double *a, *b, *d;
    const Point **of_a, **of_b;
    uint32_t *clusters;
    size_t n, n_clusters;
} Pairs;

static bool is_missing(const Point *p)
{
    return isnan(p->value) && !p->detail.len;
}

static double value_of(const Point *p)
{
    return isnan(p->value) ? 0 : p->value;
}

/* Whether two values differ when they are written with four digits, as they are shown. */
static bool is_change(double a, double b)
{
    return fabs(b - a) > 5e-5 * fmax(fabs(a), fabs(b));
}

static void add_flip(Arena *arena, Comparison *c, const Side *a, const Point *x, const Point *y)
{
    Flip flip = {x->position, y->position, key_at(a, x->position), value_of(x), value_of(y)};
    vec_push(arena, &c->flips, flip);
}

static Pairs pair_up(const Side *a, const Side *b, const PointSet *of_a, const PointSet *of_b,
                     Comparison *c, Arena *arena)
{
    size_t most = of_a->points.len + 1;
    Pairs p = {.a = arena_array(arena, most, sizeof(double)),
               .b = arena_array(arena, most, sizeof(double)),
               .d = arena_array(arena, most, sizeof(double)),
               .of_a = arena_array(arena, most, sizeof(Point *)),
               .of_b = arena_array(arena, most, sizeof(Point *)),
               .clusters = arena_array(arena, most, sizeof(uint32_t))};
    uint32_t *number = arena_array(arena, a->points.n_clusters + 1, sizeof *number);
    bool same = a->run.version_id == b->run.version_id;
    for (size_t i = 0; i < of_a->points.len; i++) {
        const Point *x = &of_a->points.items[i], *y = partner(a, b, same, x, of_b);
        if (!y || (!c->missing_is_zero && (is_missing(x) || is_missing(y)))) {
            c->only_a++;
            continue;
        }
        if (!number[x->cluster])
            number[x->cluster] = (uint32_t)++p.n_clusters;
        p.clusters[p.n] = number[x->cluster] - 1;
        p.of_a[p.n] = x;
        p.of_b[p.n] = y;
        p.a[p.n] = value_of(x);
        p.b[p.n] = value_of(y);
        p.d[p.n] = p.b[p.n] - p.a[p.n];
        if (is_change(p.a[p.n], p.b[p.n]))
            add_flip(arena, c, a, x, y);
        p.n++;
    }
    c->only_b = of_b->points.len - p.n;
    if (!a->points.n_clusters)
        p.clusters = NULL;
    return p;
}

static void test_binary(Comparison *c, const Pairs *p)
{
    for (size_t i = 0; i < p->n; i++) {
        c->a_only_right += p->a[i] == 1 && p->b[i] == 0;
        c->b_only_right += p->b[i] == 1 && p->a[i] == 0;
    }
    c->test = "mcnemar-exact";
    c->p = mcnemar_exact(c->a_only_right, c->b_only_right);
    c->log10_p = mcnemar_exact_log10(c->a_only_right, c->b_only_right);
    c->mid_p = mcnemar_mid_p(c->a_only_right, c->b_only_right);
}

static bool is_binary(const Pairs *p)
{
    for (size_t i = 0; i < p->n; i++)
        if ((p->a[i] != 0 && p->a[i] != 1) || (p->b[i] != 0 && p->b[i] != 1))
            return false;
    return true;
}

static int by_size(const void *x, const void *y)
{
    double a = fabs(((const Flip *)x)->b - ((const Flip *)x)->a);
    double b = fabs(((const Flip *)y)->b - ((const Flip *)y)->a);
    int64_t p = ((const Flip *)x)->position_a, q = ((const Flip *)y)->position_a;
    return a != b ? (a < b) - (a > b) : (p > q) - (p < q);
}

static double mean_of(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return n ? sum / (double)n : NAN;
}

static bool all_within_unit(const Pairs *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->a[i] < 0 || p->a[i] > 1 || p->b[i] < 0 || p->b[i] > 1)
            return false;
    return true;
}

/* Clustered items break McNemar's independence, so they are tested by flipping clusters. */
static void compare_pairs(Comparison *c, const Pairs *p, Arena *arena)
{
    c->n = p->n;
    c->mean_a = mean_of(p->a, p->n);
    c->mean_b = mean_of(p->b, p->n);
    c->difference = stats_mean(p->d, p->clusters, p->n, p->n_clusters, 0.95, arena);
    double df = (double)(p->clusters ? p->n_clusters : p->n) - 1;
    double half = student_quantile(0.975, df) * c->difference.se;
    c->difference.ci = (Interval){c->difference.mean - half, c->difference.mean + half};
    if (all_within_unit(p)) { /* no difference of shares lies outside -1 .. 1 */
        c->difference.ci.low = fmax(c->difference.ci.low, -1);
        c->difference.ci.high = fmin(c->difference.ci.high, 1);
    }
    c->difference.method = p->clusters ? "cluster-t" : "t";
    c->detectable = detectable_difference(c->difference.se, 0.05, 0.8);
    if (!(c->difference.se > 0)) { /* no two answers differ: the spread cannot be told */
        c->difference.ci = (Interval){NAN, NAN};
        c->detectable = NAN;
    }
    c->binary = is_binary(p) && p->n > 0;
    c->mid_p = NAN;
    if (c->binary)
        test_binary(c, p);
    if (!c->binary || p->clusters) {
        c->test = "sign-flip";
        c->p = sign_flip(p->d, p->clusters, p->n, p->n_clusters, FLIP_SEED, arena);
        c->log10_p = log10(c->p);
        c->mid_p = NAN;
    }
    if (c->flips.len)
        qsort(c->flips.items, c->flips.len, sizeof(Flip), by_size);
}

static AggregateItem item_of(const Point *p)
{
    return (AggregateItem){value_of(p), p->weight, p->detail};
}

/* A score of the whole corpus says nothing about single items: both are computed anew from what
 * the runs have in common. */
static void compare_corpora(Comparison *c, const Pairs *p, size_t draws)
{
    SCOPED_ARENA(scratch);
    Json config;
    bool read = json_parse(&scratch, c->a.config, &config, NULL) == OK;
    AggregateItem *items = arena_array(&scratch, 2 * p->n + 1, sizeof *items);
    uint32_t *clusters = arena_array(&scratch, 2 * p->n + 1, sizeof *clusters);
    for (size_t i = 0; i < p->n; i++) {
        items[i] = item_of(p->of_a[i]);
        items[p->n + i] = item_of(p->of_b[i]);
        if (p->clusters)
            clusters[i] = clusters[p->n + i] = p->clusters[i];
    }
    AggregateInput both = {.name = c->aggregation,
                           .entry = read ? eval_metric_entry(&config, c->metric) : NULL,
                           .items = items,
                           .n = 2 * p->n,
                           .clusters = p->clusters ? clusters : NULL,
                           .n_clusters = p->n_clusters,
                           .draws = draws};
    CorpusDifference d = aggregate_difference(&both, p->clusters, p->n_clusters, &scratch);
    c->n = p->n;
    c->mean_a = d.a;
    c->mean_b = d.b;
    c->difference = d.difference;
    c->test = "approximate-randomisation";
    c->p = d.p;
    c->log10_p = log10(d.p);
    c->mid_p = NAN;
    c->detectable = d.difference.se > 0 ? detectable_difference(d.difference.se, 0.05, 0.8) : NAN;
    if (c->flips.len)
        qsort(c->flips.items, c->flips.len, sizeof(Flip), by_size);
}

/* Items of a perplexity are compared by their log-likelihoods, of which more is better. */
static void set_direction(const RunRow *run, Comparison *c, Arena *arena)
{
    Json config;
    c->higher_is_better = c->missing_is_zero = true;
    c->aggregation = STR("mean");
    if (json_parse(arena, run->config, &config, NULL) != OK)
        return;
    bool higher;
    Str by_default = STR("mean");
    metric_defaults(c->metric, &by_default, &higher);
    const Json *entry = eval_metric_entry(&config, c->metric);
    Str aggregation = json_text_or(json_get(entry, "aggregation"), by_default);
    c->aggregation = str_copy(arena, aggregation);
    c->missing_is_zero = eval_metric_rises(&config, c->metric);
    c->higher_is_better = c->missing_is_zero || str_eqc(aggregation, "perplexity") ||
                          str_eqc(c->metric, "perplexity");
}

static bool filter_seen(const RunPoints *points, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (str_eq(points->sets.items[i].filter, points->sets.items[index].filter))
            return true;
    return false;
}

typedef struct Sides {
    const Side *a, *b;
    const CompareHow *how;
} Sides;

static void compare_sets(const Sides *s, const PointSet *of_a, const PointSet *of_b, Comparison *c,
                         Arena *arena)
{
    const Side *a = s->a, *b = s->b;
    c->a = a->run;
    c->b = b->run;
    c->task = a->run.task;
    c->filter = of_a->filter;
    c->metric = of_a->criterion;
    set_direction(&a->run, c, arena);
    Pairs pairs = pair_up(a, b, of_a, of_b, c, arena);
    if (pairs.n && aggregate_is_corpus(c->aggregation))
        compare_corpora(c, &pairs, s->how->draws);
    else
        compare_pairs(c, &pairs, arena);
}

static void compare_other_pipelines(const Sides *s, const Comparison *head, Arena *arena,
                                    Comparisons *out)
{
    const Side *a = s->a, *b = s->b;
    for (size_t i = 0; i < a->points.sets.len; i++) {
        const PointSet *of_a = &a->points.sets.items[i];
        const PointSet *of_b = find_metric(&b->points, of_a->criterion);
        if (!of_b)
            continue;
        Comparison c = *head;
        Str line = str_printf(arena, "pipeline: " STR_FMT " / " STR_FMT, STR_ARG(of_a->filter),
                              STR_ARG(of_b->filter));
        vec_push(arena, &c.differs, line);
        compare_sets(s, of_a, of_b, &c, arena);
        vec_push(arena, out, c);
        return;
    }
}

static Status compare_pair(Db *db, const RunPair *pair, const CompareHow *how, Arena *arena,
                           Comparisons *out, Err *err)
{
    Side a = {0}, b = {0};
    Comparison head = {0};
    TRY(run_get(db, pair->a, arena, &a.run, err));
    TRY(run_get(db, pair->b, arena, &b.run, err));
    TRY(check_protocols(&a.run, &b.run, how->force, arena, &head, err));
    bool need_keys = a.run.version_id != b.run.version_id;
    TRY(load_side(db, pair->a, need_keys, arena, &a, err));
    TRY(load_side(db, pair->b, need_keys, arena, &b, err));
    size_t before = out->len;
    const Sides sides = {&a, &b, how};
    for (size_t i = 0; i < a.points.sets.len; i++) {
        const PointSet *of_a = &a.points.sets.items[i];
        const PointSet *of_b = find_set(&b.points, of_a->criterion, of_a->filter);
        if (!of_b || (!how->all_metrics && filter_seen(&a.points, i)))
            continue;
        Comparison c = head;
        compare_sets(&sides, of_a, of_b, &c, arena);
        vec_push(arena, out, c);
    }
    if (out->len == before && how->force)
        compare_other_pipelines(&sides, &head, arena, out);
    if (out->len == before)
        return err_set(err, E_MISSING, "runs %lld and %lld have no metric in common",
                       (long long)pair->a, (long long)pair->b);
    return OK;
}

Status eval_compare(Db *db, const RunPair *pairs, size_t n_pairs, const CompareHow *how,
                    Arena *arena, Comparisons *out, Err *err)
{
    for (size_t i = 0; i < n_pairs; i++)
        TRY(compare_pair(db, &pairs[i], how, arena, out, err));
    double *p = arena_array(arena, out->len + 1, sizeof *p);
    double *adjusted = arena_array(arena, out->len + 1, sizeof *adjusted);
    for (size_t i = 0; i < out->len; i++)
        p[i] = out->items[i].p;
    holm(p, out->len, adjusted);
    for (size_t i = 0; i < out->len; i++)
        out->items[i].p_holm = adjusted[i];
    return OK;
}
