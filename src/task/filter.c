/* filter.c - the table of filters, and pipelines of them. */
#include "task/parts.h"

#include "text/near.h"

#include "base/utf8.h"
#include "task/native.h"

static const FilterRow *const rows[] = {
    &filter_regex,         &filter_take_first, &filter_take_first_k, &filter_remove_whitespace,
    &filter_lowercase,     &filter_uppercase,  &filter_map,          &filter_multi_choice_regex,
    &filter_majority_vote, &filter_extract,    &filter_custom,       &filter_map_regex,
    &filter_format_span,   &filter_regex_pos,
};

/* Known to lm-evaluation-harness, and why they are not here. */
static const struct {
    const char *name, *why;
} refused[] = {
    {"decontaminate", "is not supported"},
};

static const FilterRow *find_row(Str name)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eqc(name, rows[i]->name))
            return rows[i];
    return NULL;
}

bool filter_known(Str name)
{
    return find_row(name) != NULL;
}

static void unknown_filter(Checker *c, const Json *at, Str name)
{
    Reason why = {"filter", name};
    for (size_t i = 0; i < COUNT(refused); i++)
        if (str_eqc(name, refused[i].name)) {
            problem_why(c, why, at, "filter \"" STR_FMT "\" %s", STR_ARG(name), refused[i].why);
            return;
        }
    Names names = {0};
    for (size_t i = 0; i < COUNT(rows); i++)
        vec_push(c->arena, &names, str_from(rows[i]->name));
    problem_why(c, why, at, "unknown filter \"" STR_FMT "\"" STR_FMT, STR_ARG(name),
                STR_ARG(near_names(c->arena, name, &names)));
}

/* The entry without its "function" key. */
static Json options_of(Arena *arena, const Json *entry)
{
    Json out = {.type = JSON_OBJECT, .line = entry->line, .column = entry->column};
    for (uint32_t i = 0; i < entry->len; i++)
        if (!str_eqc(entry->members[i].key, "function"))
            json_set(arena, &out, entry->members[i].key, entry->members[i].value);
    return out;
}

static void check_k(Checker *c, const Filter *f, int repeats)
{
    if (f->row == &filter_take_first_k && f->number > repeats)
        problem(c, f->options, "take_first_k wants %lld answers, but \"repeats\" is %d",
                (long long)f->number, repeats);
}

void filter_prepare(Checker *c, const Json *entry, OutputType output, int repeats, Filter *out)
{
    const Json *name = json_get(entry, "function");
    *out = (Filter){.row = &filter_take_first};
    if (json_get(name, "!function")) {
        filter_native(c, name, "filter", out); /* one that `use`s a filter has become its name */
        return;
    }
    if (!json_is(name, JSON_STRING)) {
        problem(c, entry, "a filter needs a \"function\"");
        return;
    }
    const FilterRow *row = find_row(name->text);
    if (!row) {
        unknown_filter(c, name, name->text);
        return;
    }
    if (output != OUTPUT_GENERATE && !row->any_output)
        problem(c, name, "filter \"%s\" works on generated text, which this task has not",
                row->name);
    Json *options = ARENA_NEW(c->arena, Json);
    *options = options_of(c->arena, entry);
    Str where = c->where;
    c->where = str_printf(c->arena, "filter \"%s\": ", row->name);
    check_keys(c, options, row->keys, row->n_keys);
    *out = (Filter){.row = row, .options = options};
    if (row->prepare)
        row->prepare(c, options, out);
    check_k(c, out, repeats);
    c->where = where;
}

static void free_regex(void *regex)
{
    regex_free(regex);
}

Regex *compile_regex(Checker *c, const Json *at, Str pattern)
{
    Err err = {0};
    Regex *regex;
    if (regex_compile(pattern, &regex, &err) != OK) {
        problem(c, at, "%s", err.msg);
        return NULL;
    }
    arena_defer(c->arena, free_regex, regex);
    return regex;
}

Regex **compile_regexes(Checker *c, const Json *list, size_t *n)
{
    *n = 0;
    if (!json_is(list, JSON_ARRAY))
        return NULL;
    Regex **out = arena_array(c->arena, list->len, sizeof(Regex *));
    for (uint32_t i = 0; i < list->len; i++) {
        const Json *one = &list->items[i];
        if (one->type != JSON_STRING)
            problem(c, one, "an expression to ignore must be text; put it in quotes");
        else if ((out[*n] = compile_regex(c, one, one->text)))
            ++*n;
    }
    return out;
}

/* After take_first a value is text, and Python walks over its characters. */
static Status spread(Arena *arena, FilterValues *v, Err *err)
{
    if (!v->single)
        return OK;
    const FilterValue *one = &v->items[0];
    if (one->json.type != JSON_STRING)
        return err_set(err, E_PARSE, "a filter after take_first or map was given no text");
    Str text = one->json.text;
    FilterValues out = {.items = arena_array(arena, utf8_count(text), sizeof *out.items)};
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        utf8_next(text, &at);
        out.items[out.len++] =
            (FilterValue){json_str(str_slice(text, start, at)), one->found, one->rule, one->steps};
    }
    *v = out;
    return OK;
}

static Status run_steps(const Pipeline *p, const Json *doc, bool alone, Arena *arena,
                        FilterValues *values, Err *err)
{
    FilterValues v = *values;
    for (size_t i = 0; i < p->len; i++) {
        if (alone && p->steps[i].row->chooses)
            continue;
        TRY(spread(arena, &v, err));
        if (p->steps[i].row->apply(&p->steps[i], doc, arena, &v, err) != OK)
            return err_wrap(err, "filter \"%s\"", p->steps[i].row->name);
    }
    *values = v;
    return OK;
}

Status filter_run(const Pipeline *p, const Json *doc, Arena *arena, FilterValues *values, Err *err)
{
    return run_steps(p, doc, false, arena, values, err);
}

Status filter_run_one(const Pipeline *p, const Json *doc, Arena *arena, FilterValues *value,
                      Err *err)
{
    return run_steps(p, doc, true, arena, value, err);
}

Status filter_each_text(const Filter *f, Arena *arena, FilterValues *values,
                        Str (*change)(Arena *arena, Str text), Err *err)
{
    FilterValue *out = arena_array(arena, values->len, sizeof *out);
    for (size_t i = 0; i < values->len; i++) {
        const FilterValue *in = &values->items[i];
        if (in->json.type != JSON_STRING)
            return err_set(err, E_PARSE, "\"%s\" needs text, but was given " STR_FMT, f->row->name,
                           STR_ARG(python_str(arena, &in->json)));
        out[i] =
            (FilterValue){json_str(change(arena, in->json.text)), in->found, in->rule, in->steps};
    }
    values->items = out;
    return OK;
}
