/* clean.c - the checks of a data set's items, from the cheapest to the dearest. */
#include "eval/clean.h"

#include "base/hash.h"
#include "text/duplicates.h"
#include "text/language.h"
#include "text/minhash.h"

#include <math.h>
#include <stdlib.h>

enum { PAGE = 2000, FEWEST_FOR_LENGTH = 20 };

const char *clean_reason_name(CleanReason reason)
{
    static const char *const names[N_CLEAN_REASONS] = {"kept",           "empty",    "encoding",
                                                       "language",       "conflict", "duplicate",
                                                       "near_duplicate", "length"};
    return names[reason];
}

typedef struct Cleaning {
    const CleanOptions *options;
    Arena *arena;
    CleanResult *result;
    StrList columns;
    Str label_column;
    Str *texts, *labels; /* of each item; a label's ptr is NULL when it has none */
} Cleaning;

/* ---- reading ---- */

static bool in_names(Str name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(name, str_from(names[i])))
            return true;
    return false;
}

static bool has_column(const StrList *columns, Str name)
{
    for (size_t i = 0; i < columns->len; i++)
        if (str_eq(columns->items[i], name))
            return true;
    return false;
}

/* From the first records: columns with a known name, else all that hold text. Of a text column the
 * first item may have none. */
static void choose_columns(Cleaning *w, const Json *records, size_t n)
{
    static const char *const texts[] = {"question", "prompt",      "input",   "text",
                                        "query",    "instruction", "problem", "content",
                                        "题目",     "问题",        "文本",    "输入"};
    static const char *const labels[] = {"target",    "answer", "label", "gold",    "output",
                                         "reference", "答案",   "标签",  "标准答案"};
    w->columns = w->options->text;
    w->label_column = w->options->label;
    StrList others = {0};
    for (size_t r = 0; r < n; r++)
        for (uint32_t i = 0; i < records[r].len; i++) {
            Str name = str_copy(w->arena, records[r].members[i].key);
            bool text = records[r].members[i].value.type == JSON_STRING;
            if (!w->label_column.len && in_names(name, labels, COUNT(labels)))
                w->label_column = name;
            StrList *to = in_names(name, texts, COUNT(texts)) ? &w->columns : &others;
            if (to == &others ? text : !w->options->text.len)
                if (!has_column(to, name))
                    vec_push(w->arena, to, name);
        }
    bool none = !w->columns.len;
    for (size_t i = 0; none && i < others.len; i++)
        if (!str_eqc(others.items[i], "id") && !str_eq(others.items[i], w->label_column))
            vec_push(w->arena, &w->columns, others.items[i]);
}

static Str text_of(const Cleaning *w, const Json *record, Arena *scratch)
{
    StrBuf b = strbuf_make(scratch, SIZE_MAX / 2);
    for (size_t i = 0; i < w->columns.len; i++) {
        const Json *value = json_get_str(record, w->columns.items[i]);
        if (!value || value->type == JSON_NULL)
            continue;
        if (b.len)
            strbuf_addc(&b, '\n');
        strbuf_add(&b, value->type == JSON_STRING ? value->text : json_dump(scratch, value));
    }
    return strbuf_str(&b);
}

static Status read_item(Cleaning *w, size_t at, const ItemRow *row, Arena *scratch, Err *err)
{
    Json record;
    CleanItem *item = &w->result->items[at];
    *item =
        (CleanItem){str_copy(w->arena, row->key), str_copy(w->arena, row->data), CLEAN_KEPT, {0}};
    TRY(json_parse(scratch, item->data, &record, err));
    w->texts[at] = str_copy(w->arena, text_of(w, &record, scratch));
    const Json *label = w->label_column.len ? json_get_str(&record, w->label_column) : NULL;
    if (label && label->type != JSON_NULL)
        w->labels[at] = str_copy(w->arena, label->type == JSON_STRING ? label->text
                                                                      : json_dump(scratch, label));
    return OK;
}

static Status choose_from(Cleaning *w, const ItemRows *rows, Arena *scratch, Err *err)
{
    Json *records = arena_array(scratch, rows->len, sizeof *records);
    for (size_t i = 0; i < rows->len; i++)
        TRY(json_parse(scratch, rows->items[i].data, &records[i], err));
    choose_columns(w, records, rows->len);
    return OK;
}

static Status read_items(Cleaning *w, Db *db, int64_t version_id, Err *err)
{
    for (size_t at = 0; at < w->result->n;) {
        SCOPED_ARENA(page);
        ItemRows rows = {0};
        TRY(dataset_items(db, version_id, (int64_t)at, PAGE, &page, &rows, err));
        if (!rows.len)
            return err_set(err, E_IO, "item %zu is missing in the database", at);
        if (!at)
            TRY(choose_from(w, &rows, &page, err));
        for (size_t i = 0; i < rows.len && at < w->result->n; i++, at++)
            TRY(read_item(w, at, &rows.items[i], &page, err));
    }
    return OK;
}

/* ---- checks ---- */

static void remove_item(Cleaning *w, size_t at, CleanReason reason, Str detail)
{
    CleanItem *item = &w->result->items[at];
    if (item->reason != CLEAN_KEPT)
        return;
    item->reason = reason;
    item->detail = detail;
}

static Str same_as(const Cleaning *w, size_t first)
{
    return str_printf(w->arena, "item %zu (%s)", first, w->result->items[first].key.ptr);
}

static void check_alone(Cleaning *w, size_t at)
{
    SCOPED_ARENA(scratch);
    const char *what = NULL;
    Str language = w->options->language;
    if (!shingle_text(w->texts[at], &scratch).len)
        remove_item(w, at, CLEAN_EMPTY, (Str){0});
    else if (text_is_broken(w->texts[at], &what))
        remove_item(w, at, CLEAN_ENCODING, str_from(what));
    else if (language.len && !language_fits(w->texts[at], language))
        remove_item(w, at, CLEAN_LANGUAGE, str_from(language_of(w->texts[at])));
}

/* Items of one normalised text, in a chain from the newest to the first. */
typedef struct SameText {
    size_t first, last;
    bool conflict;
} SameText;

static Str text_key(const Cleaning *w, size_t at)
{
    SCOPED_ARENA(scratch);
    Hash h = hash_bytes(shingle_text(w->texts[at], &scratch));
    return (Str){arena_copy(w->arena, &h, sizeof h), sizeof h};
}

static void check_same(Cleaning *w)
{
    Map seen = {0};
    SameText **of = arena_array(w->arena, w->result->n + 1, sizeof *of);
    for (size_t i = 0; i < w->result->n; i++) {
        if (w->result->items[i].reason != CLEAN_KEPT)
            continue;
        Str key = text_key(w, i);
        of[i] = map_get(&seen, key);
        if (!of[i]) {
            of[i] = ARENA_NEW(w->arena, SameText);
            *of[i] = (SameText){i, i, false};
            map_set(w->arena, &seen, key, of[i]);
        }
        of[i]->conflict |= !str_eq(str_trim(w->labels[i]), str_trim(w->labels[of[i]->first]));
        of[i]->last = i;
    }
    for (size_t i = 0; i < w->result->n; i++) {
        if (!of[i] || of[i]->first == of[i]->last)
            continue;
        size_t other = of[i]->first == i ? of[i]->last : of[i]->first;
        if (of[i]->conflict)
            remove_item(w, i, CLEAN_CONFLICT,
                        str_printf(w->arena, "label \"" STR_FMT "\"; %s", STR_ARG(w->labels[i]),
                                   same_as(w, other).ptr));
        else if (i != of[i]->first)
            remove_item(w, i, CLEAN_DUPLICATE, same_as(w, of[i]->first));
    }
}

/* The number of the group and the label as bytes: one item of each is kept. */
static Str near_key(const Cleaning *w, uint32_t group, size_t at)
{
    SCOPED_ARENA(scratch);
    Hasher *h = hash_begin(&scratch);
    hash_add_part(h, (Str){(const char *)&group, sizeof group});
    hash_add_part(h, str_trim(w->labels[at]));
    Hash hash = hash_end(h);
    return (Str){arena_copy(w->arena, &hash, sizeof hash), sizeof hash};
}

/* With labels, nearly the same text with another label is another question ("3 + 4", "3 + 5"). */
static void check_near(Cleaning *w)
{
    size_t n = 0;
    Str *texts = arena_array(w->arena, w->result->n + 1, sizeof *texts);
    uint32_t *items = arena_array(w->arena, w->result->n + 1, sizeof *items);
    uint32_t *group = arena_array(w->arena, w->result->n + 1, sizeof *group);
    Map seen = {0};
    for (size_t i = 0; i < w->result->n; i++)
        if (w->result->items[i].reason == CLEAN_KEPT) {
            items[n] = (uint32_t)i;
            texts[n++] = w->texts[i];
        }
    near_duplicates(texts, n, w->options->near, w->options->threads, group);
    for (size_t i = 0; i < n; i++) {
        Str key = near_key(w, group[i], items[i]);
        uintptr_t first = (uintptr_t)map_get(&seen, key);
        if (first)
            remove_item(w, items[i], CLEAN_NEAR, same_as(w, first - 1));
        else
            map_set(w->arena, &seen, key, (void *)((uintptr_t)items[i] + 1));
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_size);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* Log lengths beyond `outliers` robust standard deviations (1.4826 MAD) from their median. */
static void check_lengths(Cleaning *w)
{
    size_t n = 0;
    double *logs = arena_array(w->arena, w->result->n + 1, sizeof *logs);
    for (size_t i = 0; i < w->result->n; i++)
        if (w->result->items[i].reason == CLEAN_KEPT)
            logs[n++] = log((double)w->texts[i].len + 1);
    if (n < FEWEST_FOR_LENGTH)
        return;
    double middle = median(logs, n);
    for (size_t i = 0; i < n; i++)
        logs[i] = fabs(logs[i] - middle);
    double spread = 1.4826 * median(logs, n);
    for (size_t i = 0; spread > 0 && i < w->result->n; i++)
        if (fabs(log((double)w->texts[i].len + 1) - middle) > w->options->outliers * spread)
            remove_item(
                w, i, CLEAN_LENGTH,
                str_printf(w->arena, "%zu bytes, median %.0f", w->texts[i].len, exp(middle) - 1));
}

static Str joined(const Cleaning *w)
{
    StrBuf b = strbuf_make(w->arena, 4096);
    for (size_t i = 0; i < w->columns.len; i++)
        strbuf_addf(&b, "%s%.*s", i ? ", " : "", (int)w->columns.items[i].len,
                    w->columns.items[i].ptr);
    return strbuf_str(&b);
}

Status eval_clean(Db *db, const DatasetVersion *version, const CleanOptions *options, Arena *arena,
                  CleanResult *out, Err *err)
{
    CleanResult result = {.n = (size_t)version->n_items};
    result.items = arena_array(arena, result.n + 1, sizeof *result.items);
    Cleaning w = {.options = options, .arena = arena, .result = &result};
    w.texts = arena_array(arena, result.n + 1, sizeof *w.texts);
    w.labels = arena_array(arena, result.n + 1, sizeof *w.labels);
    TRY(read_items(&w, db, version->id, err));
    if (!w.columns.len)
        return err_set(err, E_USAGE, "no column holds text; name it with --text");
    for (size_t i = 0; i < result.n; i++)
        check_alone(&w, i);
    check_same(&w);
    if (options->near > 0)
        check_near(&w);
    if (options->outliers > 0)
        check_lengths(&w);
    for (size_t i = 0; i < result.n; i++)
        result.counts[result.items[i].reason]++;
    result.columns = joined(&w);
    result.label = w.label_column;
    *out = result;
    return OK;
}

/* ---- storing ---- */

typedef struct Kept {
    const CleanItem **items;
} Kept;

static Status get_kept(void *user, size_t position, Arena *arena, Json *out, Err *err)
{
    const Kept *kept = user;
    return json_parse(arena, kept->items[position]->data, out, err);
}

Status eval_clean_store(Db *db, const DatasetVersion *version, const CleanResult *result,
                        Arena *arena, DatasetVersion *out, Err *err)
{
    Kept kept = {arena_array(arena, result->n + 1, sizeof *kept.items)};
    RemovalRow *removed = arena_array(arena, result->n + 1, sizeof *removed);
    Hasher *h = hash_begin(arena);
    size_t n = 0, n_removed = 0;
    bool added;
    for (size_t i = 0; i < result->n; i++) {
        const CleanItem *item = &result->items[i];
        if (item->reason == CLEAN_KEPT) {
            hash_add_part(h, item->data);
            kept.items[n++] = item;
            continue;
        }
        removed[n_removed++] = (RemovalRow){
            (int64_t)i, item->key, str_from(clean_reason_name(item->reason)), item->detail};
    }
    DatasetVersion wanted = {.name = version->name,
                             .split = version->split,
                             .content_hash = hash_hex(arena, hash_end(h)),
                             .source = str_printf(arena, "clean of %s:%s@%lld", version->name.ptr,
                                                  version->split.ptr, (long long)version->number)};
    ItemSource source = {n, get_kept, &kept};
    TRY(dataset_import(db, &wanted, &source, arena, out, &added, err));
    if (!added) { /* cleaned so before, and restored since: what it gives is to be the newest */
        DatasetVersion known = *out, newest;
        TRY(dataset_newest(db, version->name, version->split, arena, &newest, &added, err));
        if (newest.id != known.id)
            TRY(dataset_restore(db, &known, arena, out, err));
    }
    return dataset_add_removals(db, out->id, version->id, removed, n_removed, err);
}
