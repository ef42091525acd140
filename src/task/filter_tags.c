/* filter_tags.c - format_span and regex_pos: named entities and parts of speech in an answer.
 *
 * Both take what lm-evaluation-harness takes. */
#include "task/parts.h"

#include "base/utf8.h"
#include "text/normalise.h"

/* ---- format_span: "label: name" for each entity, joined by " $ " ---- */

typedef struct Span {
    Regex *label, *entity;
} Span;

static const struct {
    const char *word, *label;
} labels[] = {
    {"person", "PER"},  {"location", "LOC"},  {"organization", "ORG"}, {"counties", "LOC"},
    {"places", "LOC"},  {"people", "PER"},    {"persons", "PER"},      {"company", "ORG"},
    {"country", "LOC"}, {"continent", "LOC"}, {"time", "DATE"},        {"date", "DATE"},
    {"per", "PER"},     {"loc", "LOC"},       {"org", "ORG"},
};

static void prepare_span(Checker *c, const Json *options, Filter *out)
{
    Span *s = ARENA_NEW(c->arena, Span);
    StrBuf words = strbuf_make(c->arena, 1024);
    for (size_t i = 0; i < COUNT(labels); i++)
        strbuf_addf(&words, "%s%s", i ? "|" : "\\b(", labels[i].word);
    strbuf_adds(&words, ")\\s*:");
    s->label = compile_regex(c, options, strbuf_str(&words));
    s->entity = compile_regex(c, options, STR("\\b(PER|LOC|ORG|DATE):\\s*([^$]+)"));
    out->own = s;
}

static const char *label_of(Str word)
{
    for (size_t i = 0; i < COUNT(labels); i++)
        if (str_eqc(word, labels[i].word))
            return labels[i].label;
    return "";
}

/* In small letters, but for the labels before a colon; "$$" and line ends are "$". */
static Status with_labels(const Span *s, Str answer, Arena *arena, Str *out, Err *err)
{
    RegexMatches all = {0};
    Str text = text_lower(arena, answer);
    size_t at = 0;
    TRY(regex_find_all(s->label, text, arena, &all, err));
    StrBuf b = strbuf_make(arena, text.len + 1); /* no label is longer than its word */
    for (size_t i = 0; i < all.len; i++) {
        Str whole = all.items[i].groups[0];
        size_t begin = (size_t)(whole.ptr - text.ptr);
        strbuf_add(&b, str_slice(text, at, begin));
        strbuf_addf(&b, "%s:", label_of(all.items[i].groups[1]));
        at = begin + whole.len;
    }
    strbuf_add(&b, str_after(text, at));
    size_t n = 0;
    for (size_t i = 0; i < b.len; i++, n++) {
        bool twice = b.ptr[i] == '$' && i + 1 < b.len && b.ptr[i + 1] == '$';
        b.ptr[n] = b.ptr[i];
        i += twice;
    }
    while (n && b.ptr[n - 1] == '$')
        n--;
    for (size_t i = 0; i < n; i++)
        if (b.ptr[i] == '\n')
            b.ptr[i] = '$';
    *out = utf8_strip((Str){b.ptr, n});
    return OK;
}

static void put_entities(Arena *arena, Str label, Str names, StrBuf *out)
{
    for (bool more = true; more;) {
        ptrdiff_t comma = str_find_char(names, ',');
        Str name = utf8_strip(comma < 0 ? names : str_slice(names, 0, (size_t)comma));
        more = comma >= 0;
        names = more ? str_after(names, (size_t)comma + 1) : names;
        if (str_eqc(text_lower(arena, name), "none"))
            continue;
        strbuf_adds(out, out->len ? " $ " : "");
        strbuf_add(out, text_lower(arena, label));
        strbuf_adds(out, ": ");
        strbuf_add(out, name);
    }
}

static Status apply_span(const Filter *f, const Json *doc, Arena *arena, FilterValues *v, Err *err)
{
    const Span *s = f->own;
    FilterValue *out = arena_array(arena, v->len, sizeof *out);
    (void)doc;
    for (size_t i = 0; i < v->len; i++) {
        RegexMatches all = {0};
        Str text;
        TRY(with_labels(s, json_text(&v->items[i].json), arena, &text, err));
        TRY(regex_find_all(s->entity, text, arena, &all, err));
        StrBuf b = strbuf_make(arena, 8 * text.len + 64);
        for (size_t m = 0; m < all.len; m++)
            put_entities(arena, all.items[m].groups[1], all.items[m].groups[2], &b);
        TRY(strbuf_check(&b, "the entities of an answer", err));
        out[i] = v->items[i];
        out[i].json = json_str(strbuf_str(&b));
        out[i].found = out[i].found && b.len;
    }
    v->items = out;
    return OK;
}

const FilterRow filter_format_span = {
    .name = "format_span", .prepare = prepare_span, .apply = apply_span};

/* ---- regex_pos: the tags of ('word', 'TAG') pairs, as a list ---- */

static void prepare_pos(Checker *c, const Json *options, Filter *out)
{
    const Json *fallback = json_get(options, "fallback");
    out->regex = compile_regex(c, options, STR("\\('([^']*)', '([^']*)'\\)"));
    out->fallback = (Json){.type = JSON_ARRAY};
    if (fallback)
        out->fallback = *fallback;
    else
        json_append(c->arena, &out->fallback, json_str(STR("invalid")));
}

static Status apply_pos(const Filter *f, const Json *doc, Arena *arena, FilterValues *v, Err *err)
{
    FilterValue *out = arena_array(arena, v->len, sizeof *out);
    (void)doc;
    for (size_t i = 0; i < v->len; i++) {
        RegexMatches all = {0};
        Json tags = {.type = JSON_ARRAY};
        TRY(regex_find_all(f->regex, json_text(&v->items[i].json), arena, &all, err));
        for (size_t m = 0; m < all.len; m++)
            json_append(arena, &tags, json_str(all.items[m].groups[2]));
        out[i] = v->items[i];
        out[i].json = all.len ? tags : f->fallback;
        out[i].found = out[i].found && all.len;
    }
    v->items = out;
    return OK;
}

/* The expression is read and not used by lm-evaluation-harness either. */
static const KeyRow pos_keys[] = {
    {"regex_pattern", T_STRING, NULL}, {"group_select", T_INT, NULL}, {"fallback", T_LIST, NULL}};

const FilterRow filter_regex_pos = {.name = "regex_pos",
                                    .keys = pos_keys,
                                    .n_keys = COUNT(pos_keys),
                                    .prepare = prepare_pos,
                                    .apply = apply_pos};
