/* reshape.c - reads the steps of process_docs and takes documents through them. */
#include "task/reshape.h"

typedef enum StepKind {
    STEP_FILTER,
    STEP_WHERE,
    STEP_RENAME,
    STEP_SET,
    STEP_SHUFFLE_LIST,
    STEP_PICK,
    STEP_DROP,
    STEP_SHUFFLE,
    STEP_FIRST,
    STEP_KINDS,
} StepKind;

static const KeyRow step_keys[STEP_KINDS] = {
    [STEP_FILTER] = {"filter", T_MAP, NULL},
    [STEP_WHERE] = {"where", T_STRING, NULL},
    [STEP_RENAME] = {"rename", T_MAP, NULL},
    [STEP_SET] = {"set", T_MAP, NULL},
    [STEP_SHUFFLE_LIST] = {"shuffle_list", T_MAP, NULL},
    [STEP_PICK] = {"pick", T_LIST, NULL},
    [STEP_DROP] = {"drop", T_LIST, NULL},
    [STEP_SHUFFLE] = {"shuffle", T_MAP, NULL},
    [STEP_FIRST] = {"first", T_INT, NULL},
};

typedef struct Step {
    StepKind kind;
    const Json *value;
    Template **templates; /* where: one; set: one a member, NULL for a fixed value */
    Str column;           /* shuffle_list */
    int64_t number;       /* seed, first */
    size_t list;          /* shuffle_list: which of them */
} Step;

struct Reshape {
    Step *steps;
    size_t n_steps, n_lists;
    NativeWords words;
    bool whole; /* every document is kept, in its place, without chance */
};

/* ---- reading ---- */

static void read_templates(Checker *c, Step *s)
{
    size_t n = s->kind == STEP_SET ? s->value->len : 1;
    s->templates = arena_array(c->arena, n, sizeof *s->templates);
    for (size_t i = 0; i < n; i++) {
        const Json *source = s->kind == STEP_SET ? &s->value->members[i].value : s->value;
        Err err = {0};
        if (source->type == JSON_STRING &&
            template_parse(c->arena, source->text, step_keys[s->kind].name, &s->templates[i],
                           &err) != OK)
            problem(c, source, "%s", err.msg);
    }
}

static void read_seed(Checker *c, Step *s)
{
    static const KeyRow of_list[] = {{"column", T_STRING, NULL}, {"seed", T_INT, NULL}};
    bool list = s->kind == STEP_SHUFFLE_LIST;
    check_keys(c, s->value, list ? of_list : of_list + 1, list ? 2 : 1);
    s->column = json_text(json_get(s->value, "column"));
    s->number = json_int(json_get(s->value, "seed"), -1);
    if (s->number < 0 || (list && !s->column.len))
        problem(c, s->value, "\"%s\" needs %sa \"seed\" of 0 or more", step_keys[s->kind].name,
                list ? "a \"column\" and " : "");
}

static void check_texts(Checker *c, const Step *s)
{
    bool map = s->value->type == JSON_OBJECT;
    for (uint32_t i = 0; i < s->value->len; i++) {
        const Json *one = map ? &s->value->members[i].value : &s->value->items[i];
        if (one->type != JSON_STRING)
            problem(c, one, "\"%s\" takes names of columns", step_keys[s->kind].name);
    }
}

static void read_step(Checker *c, StepKind kind, const Json *value, Reshape *r)
{
    size_t before = c->problems->len;
    Json one = {.type = JSON_OBJECT, .len = 1};
    JsonMember member = {str_from(step_keys[kind].name), *value};
    one.members = &member;
    check_keys(c, &one, step_keys, STEP_KINDS);
    if (c->problems->len != before || value->type == JSON_NULL)
        return;
    Step *s = &r->steps[r->n_steps];
    *s = (Step){.kind = kind, .value = value};
    if (kind == STEP_SET || kind == STEP_WHERE)
        read_templates(c, s);
    if (kind == STEP_SHUFFLE || kind == STEP_SHUFFLE_LIST)
        read_seed(c, s);
    if (kind == STEP_RENAME || kind == STEP_PICK || kind == STEP_DROP)
        check_texts(c, s);
    s->number = kind == STEP_FIRST ? json_int(value, 0) : s->number;
    if (kind == STEP_FIRST && s->number < 1)
        problem(c, value, "\"first\" must be 1 or more");
    if (kind == STEP_SHUFFLE_LIST)
        s->list = r->n_lists++;
    bool late = kind == STEP_SHUFFLE || kind == STEP_FIRST;
    if (!late && r->n_steps && r->steps[r->n_steps - 1].kind >= STEP_SHUFFLE)
        problem(c, value, "\"%s\" must stand before \"shuffle\" and \"first\"",
                step_keys[kind].name);
    bool row = kind == STEP_RENAME || kind == STEP_SET || kind == STEP_PICK || kind == STEP_DROP;
    r->whole = r->whole && row;
    r->n_steps++;
}

/* One mapping: its keys in the order of the table. */
static void read_mapping(Checker *c, const Json *steps, Reshape *r)
{
    for (uint32_t i = 0; i < steps->len; i++) {
        Json one = {.type = JSON_OBJECT, .len = 1, .members = &steps->members[i]};
        bool known = false;
        for (size_t k = 0; k < STEP_KINDS; k++)
            known = known || str_eqc(steps->members[i].key, step_keys[k].name);
        if (!known)
            check_keys(c, &one, step_keys, STEP_KINDS); /* says so */
    }
    for (int kind = 0; kind < STEP_KINDS; kind++) {
        const Json *value = json_get(steps, step_keys[kind].name);
        if (value)
            read_step(c, (StepKind)kind, value, r);
    }
}

enum { MOST_STEPS = 100 };

const Reshape *reshape_prepare(Checker *c, const Json *steps, const NativeWords *words)
{
    Reshape *r = ARENA_NEW(c->arena, Reshape);
    *r = (Reshape){.whole = true};
    if (words)
        r->words = *words;
    r->steps = arena_array(c->arena, MOST_STEPS + STEP_KINDS, sizeof *r->steps);
    if (json_is(steps, JSON_OBJECT))
        read_mapping(c, steps, r);
    else if (!json_is(steps, JSON_ARRAY) || steps->len > MOST_STEPS)
        problem(c, steps, "\"process_docs\" must be a list of steps");
    else
        for (uint32_t i = 0; i < steps->len && r->n_steps < MOST_STEPS; i++) {
            if (json_is(&steps->items[i], JSON_OBJECT) && steps->items[i].len == 1)
                read_mapping(c, &steps->items[i], r);
            else
                problem(c, &steps->items[i], "a step must be a mapping with one key");
        }
    return r;
}

bool reshape_reorders(const Reshape *how)
{
    return !how->whole;
}

/* ---- one document ---- */

/* Chance while documents are looked through: a generator for each list. */
typedef struct Chance {
    PyRandom *lists;
    uint32_t **found; /* the orders of this document's lists; read when `lists` is NULL */
    size_t *len;      /* of each order, when `lists` */
} Chance;

typedef struct Row {
    const Reshape *how;
    Arena *arena;
    Json doc;
    Chance *chance;
    bool kept;
    Err *err;
} Row;

static bool has_value(const Json *wanted, const Json *got)
{
    if (wanted->type != JSON_ARRAY)
        return got && json_equal(wanted, got);
    for (uint32_t i = 0; i < wanted->len; i++)
        if (got && json_equal(&wanted->items[i], got))
            return true;
    return false;
}

static Status no_column(const Row *row, Str name)
{
    return err_set(row->err, E_MISSING, "process_docs: the document has no column \"" STR_FMT "\"",
                   STR_ARG(name));
}

static Status filter_row(Row *row, const Step *s)
{
    for (uint32_t i = 0; row->kept && i < s->value->len; i++) {
        const JsonMember *m = &s->value->members[i];
        const Json *got = json_get_str(&row->doc, m->key);
        if (!got)
            return no_column(row, m->key);
        row->kept = has_value(&m->value, got);
    }
    return OK;
}

static bool is_true(const Json *v)
{
    switch (v->type) {
    case JSON_NULL:
        return false;
    case JSON_BOOL:
        return v->boolean;
    case JSON_NUMBER:
        return json_number(v, 1) != 0;
    case JSON_STRING:
        return v->text.len > 0;
    case JSON_ARRAY:
    case JSON_OBJECT:
        return v->len > 0;
    }
    return false;
}

static Status where_row(Row *row, const Step *s)
{
    Json vars = native_vars(row->arena, &row->doc, &row->how->words), holds;
    TRY(template_value(s->templates[0], &vars, row->arena, &holds, row->err));
    row->kept = is_true(&holds);
    return OK;
}

/* New values see the document as it was before the step. */
static Status set_row(Row *row, const Step *s)
{
    Json vars = native_vars(row->arena, &row->doc, &row->how->words);
    for (uint32_t i = 0; i < s->value->len; i++) {
        Json value = s->value->members[i].value;
        if (s->templates[i] &&
            template_value(s->templates[i], &vars, row->arena, &value, row->err) != OK)
            return err_wrap(row->err, "process_docs: column \"" STR_FMT "\"",
                            STR_ARG(s->value->members[i].key));
        json_set(row->arena, &row->doc, s->value->members[i].key, value);
    }
    return OK;
}

static Status rename_row(Row *row, const Step *s)
{
    for (uint32_t i = 0; i < s->value->len; i++) {
        const JsonMember *m = &s->value->members[i];
        if (!json_get_str(&row->doc, m->key))
            return no_column(row, m->key);
        for (uint32_t k = 0; k < row->doc.len; k++)
            if (str_eq(row->doc.members[k].key, m->key))
                row->doc.members[k].key = m->value.text;
    }
    return OK;
}

static Status choose_columns(Row *row, const Step *s)
{
    Json out = {.type = JSON_OBJECT, .line = row->doc.line, .column = row->doc.column};
    for (uint32_t k = 0; k < row->doc.len; k++) {
        bool named = false;
        for (uint32_t i = 0; i < s->value->len; i++)
            named = named || str_eq(s->value->items[i].text, row->doc.members[k].key);
        if (named == (s->kind == STEP_PICK))
            json_set(row->arena, &out, row->doc.members[k].key, row->doc.members[k].value);
    }
    row->doc = out;
    return OK;
}

static Status shuffle_row(Row *row, const Step *s)
{
    const Json *list = json_get_str(&row->doc, s->column);
    if (!list)
        return no_column(row, s->column);
    if (list->type != JSON_ARRAY)
        return err_set(row->err, E_PARSE, "process_docs: column \"" STR_FMT "\" holds no list",
                       STR_ARG(s->column));
    uint32_t **order = &row->chance->found[s->list];
    if (row->chance->lists) {
        *order = arena_array(row->arena, list->len + 1u, sizeof **order);
        for (uint32_t i = 0; i < list->len; i++)
            (*order)[i] = i;
        pyrandom_shuffle(&row->chance->lists[s->list], *order, list->len);
        row->chance->len[s->list] = list->len;
    }
    Json out = *list;
    out.items = arena_array(row->arena, list->len + 1u, sizeof *out.items);
    for (uint32_t i = 0; i < list->len; i++)
        out.items[i] = list->items[(*order)[i]];
    json_set(row->arena, &row->doc, s->column, out);
    return OK;
}

static Status run_steps(Row *row)
{
    static Status (*const steps[STEP_SHUFFLE])(Row * row, const Step *s) = {
        [STEP_FILTER] = filter_row,        [STEP_WHERE] = where_row,
        [STEP_RENAME] = rename_row,        [STEP_SET] = set_row,
        [STEP_SHUFFLE_LIST] = shuffle_row, [STEP_PICK] = choose_columns,
        [STEP_DROP] = choose_columns,
    };
    row->kept = true;
    for (size_t i = 0; row->kept && i < row->how->n_steps; i++)
        if (row->how->steps[i].kind < STEP_SHUFFLE)
            TRY(steps[row->how->steps[i].kind](row, &row->how->steps[i]));
    return OK;
}

/* The members are copied first: columns are set and renamed in place. */
static Status read_row(const Docs *in, size_t place, Row *row)
{
    Json doc;
    TRY(in->get(in, place, row->arena, &doc, row->err));
    if (doc.type != JSON_OBJECT)
        return err_set(row->err, E_PARSE, "document %zu is no object", place);
    row->doc = json_open(row->arena, &doc);
    if (run_steps(row) != OK)
        return err_wrap(row->err, "document %zu", place);
    return OK;
}

/* ---- all documents ---- */

static Status get(const Docs *docs, size_t index, Arena *arena, Json *out, Err *err)
{
    const Reshaped *r = (const Reshaped *)docs;
    size_t place = r->order ? r->order[index] : index;
    Chance chance = {.found = r->shuffles ? r->shuffles + place * r->how->n_lists : NULL};
    Row row = {.how = r->how, .arena = arena, .chance = &chance, .err = err};
    TRY(read_row(r->in, place, &row));
    *out = row.doc;
    return OK;
}

/* The orders of the lists of a document that is kept. */
static void keep_orders(Arena *arena, const Chance *chance, size_t n, uint32_t **out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = arena_array(arena, chance->len[i] + 1, sizeof *out[i]);
        memcpy(out[i], chance->found[i], chance->len[i] * sizeof *out[i]);
    }
}

/* Looks at every document in order: which stay, and what chance does to their lists. */
static Status look_through(Reshaped *r, Arena *arena, Err *err)
{
    const Reshape *how = r->how;
    SCOPED_ARENA(chances);
    Chance chance = {.lists = arena_array(&chances, how->n_lists + 1, sizeof *chance.lists),
                     .found = arena_array(&chances, how->n_lists + 1, sizeof *chance.found),
                     .len = arena_array(&chances, how->n_lists + 1, sizeof *chance.len)};
    for (size_t i = 0; i < how->n_steps; i++)
        if (how->steps[i].kind == STEP_SHUFFLE_LIST)
            pyrandom_seed(&chance.lists[how->steps[i].list], (uint64_t)how->steps[i].number);
    if (how->n_lists)
        r->shuffles = arena_array(arena, r->in->len * how->n_lists, sizeof *r->shuffles);
    SCOPED_ARENA(work);
    for (size_t i = 0; i < r->in->len; i++) {
        Row row = {.how = how, .arena = &work, .chance = &chance, .err = err};
        TRY(read_row(r->in, i, &row));
        if (row.kept) {
            r->order[r->docs.len++] = (uint32_t)i;
            keep_orders(arena, &chance, how->n_lists, r->shuffles + i * how->n_lists);
        }
        arena_reset(&work);
    }
    return OK;
}

Status reshape_docs(const Reshape *how, const Docs *in, Arena *arena, const Reshaped **out,
                    Err *err)
{
    Reshaped *r = ARENA_NEW(arena, Reshaped);
    *r = (Reshaped){.docs = {0, get}, .in = in, .how = how};
    if (how->whole) {
        r->docs.len = in->len;
        *out = r;
        return OK;
    }
    r->order = arena_array(arena, in->len + 1, sizeof *r->order);
    TRY(look_through(r, arena, err));
    for (size_t i = 0; i < how->n_steps; i++) {
        const Step *s = &how->steps[i];
        PyRandom random;
        if (s->kind == STEP_FIRST && (uint64_t)s->number < r->docs.len)
            r->docs.len = (size_t)s->number;
        if (s->kind != STEP_SHUFFLE)
            continue;
        pyrandom_seed(&random, (uint64_t)s->number);
        pyrandom_shuffle(&random, r->order, r->docs.len);
    }
    *out = r;
    return OK;
}
