/* filter_native.c - filters that are native versions of functions: a template makes the new value.
 *
 * In files they are `custom` with a filter_fn, or a class that stands as the filter itself. The
 * template sees the document, the texts of the source and the value as _answer; what it makes
 * empty is no answer. */
#include "task/native.h"

typedef struct Made {
    Template *template;
    NativeWords words;
} Made;

static Status apply(const Filter *f, const Json *doc, Arena *arena, FilterValues *v, Err *err)
{
    const Made *made = f->own;
    FilterValue *out = arena_array(arena, v->len, sizeof *out);
    for (size_t i = 0; i < v->len; i++) {
        Str text;
        NativeWords words = made->words;
        words.answer = &v->items[i].json;
        Json vars = native_vars(arena, doc, &words);
        TRY(template_render(made->template, &vars, arena, &text, err));
        out[i] = v->items[i];
        out[i].json = json_str(text);
        out[i].found = out[i].found && text.len;
    }
    v->items = out;
    return OK;
}

static void prepare(Checker *c, const Json *options, Filter *out)
{
    filter_native(c, json_get(options, "filter_fn"), "filter_fn", out);
}

static const KeyRow keys[] = {{"filter_fn", T_FUNCTION, NULL}};

const FilterRow filter_custom = {
    .name = "custom", .keys = keys, .n_keys = COUNT(keys), .prepare = prepare, .apply = apply};

void filter_native(Checker *c, const Json *pinned, const char *kind, Filter *out)
{
    Err err = {0};
    if (!json_get(pinned, "!function")) {
        problem(c, pinned ? pinned : out->options, "a custom filter needs a \"filter_fn\"");
        return;
    }
    const Native *n = native_of(c, pinned, kind);
    if (!n)
        return;
    Made *made = ARENA_NEW(c->arena, Made);
    made->words = native_words(pinned);
    if (template_parse(c->arena, json_text(json_get(n->entry, "value")), kind, &made->template,
                       &err) != OK) {
        problem_why(c, (Reason){"template", str_from(kind)}, pinned, "%s", err.msg);
        return;
    }
    out->row = &filter_custom;
    out->own = made;
}
