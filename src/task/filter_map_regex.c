/* filter_map_regex.c - map_regex: words of an answer stand for a value.
 *
 * The expressions, joined by "|", are looked for; the first of them that is found in the match
 * gives its value. As BIG-Bench Hard's zero-shot tasks read yes and no. */
#include "task/parts.h"

#include "base/utf8.h"
#include "text/normalise.h"

typedef struct Mapped {
    Regex *any, **each; /* one a member of the map */
    const Json *values;
} Mapped;

static void prepare(Checker *c, const Json *options, Filter *out)
{
    const Json *map = json_get(options, "regex_pattern_to_value");
    Mapped *m = ARENA_NEW(c->arena, Mapped);
    StrBuf all = strbuf_make(c->arena, (size_t)1 << 20);
    const Json *fallback = json_get(options, "fallback");
    if (!json_is(map, JSON_OBJECT) || !map->len) {
        problem(c, options, "map_regex needs \"regex_pattern_to_value\": expressions and values");
        return;
    }
    m->values = map;
    m->each = arena_array(c->arena, map->len, sizeof(Regex *));
    for (uint32_t i = 0; i < map->len; i++) {
        if (map->members[i].value.type != JSON_STRING)
            problem(c, &map->members[i].value, "a value of map_regex must be text");
        m->each[i] = compile_regex(c, map, map->members[i].key);
        strbuf_adds(&all, i ? "|" : "");
        strbuf_add(&all, map->members[i].key);
    }
    m->any = compile_regex(c, map, strbuf_str(&all));
    out->own = m;
    out->number = json_int(json_get(options, "group_select"), 0);
    out->fallback = fallback ? *fallback : json_str(STR("[invalid]"));
    out->ignore = compile_regexes(c, json_get(options, "regexes_to_ignore"), &out->n_ignore);
    out->ignore_case = json_bool(json_get(options, "ignore_case"), false);
    out->ignore_punctuation = json_bool(json_get(options, "ignore_punctuation"), false);
}

static Status find_value(const Filter *f, Str answer, Arena *arena, const Json **out, Err *err)
{
    const Mapped *m = f->own;
    Str whole = {0}, part = {0};
    bool found;
    *out = NULL;
    TRY(filter_without_ignored(f, arena, &answer, err));
    TRY(filter_match(m->any, f->number, answer, arena, &whole, &found, err));
    if (!found || !whole.len)
        return OK;
    TRY(filter_without_ignored(f, arena, &whole, err));
    for (uint32_t i = 0; i < m->values->len; i++) {
        TRY(filter_match(m->each[i], f->number, whole, arena, &part, &found, err));
        if (found && part.len) {
            *out = &m->values->members[i].value;
            return OK;
        }
    }
    return OK;
}

static Status apply(const Filter *f, const Json *doc, Arena *arena, FilterValues *v, Err *err)
{
    (void)doc;
    FilterValue *out = arena_array(arena, v->len, sizeof *out);
    for (size_t i = 0; i < v->len; i++) {
        const Json *value;
        TRY(find_value(f, json_text(&v->items[i].json), arena, &value, err));
        out[i] = v->items[i];
        out[i].found = out[i].found && value;
        out[i].json = value ? *value : f->fallback;
    }
    v->items = out;
    return OK;
}

static const KeyRow keys[] = {{"regex_pattern_to_value", T_MAP, NULL},
                              {"group_select", T_INT, NULL},
                              {"fallback", T_STRING, NULL},
                              {"ignore_case", T_BOOL, NULL},
                              {"ignore_punctuation", T_BOOL, NULL},
                              {"regexes_to_ignore", T_LIST, NULL}};

const FilterRow filter_map_regex = {
    .name = "map_regex", .keys = keys, .n_keys = COUNT(keys), .prepare = prepare, .apply = apply};
